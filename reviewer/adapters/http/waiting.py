"""Reads how long a server asks its clients to wait, wherever in its response it says so."""

import re
import time
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

# Nine digits are thirty years. "1e9", "nan" and "-5" are no times to wait.
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
# Seconds since 1970, as GitHub writes them, or milliseconds, as OpenRouter does. Fewer digits are
# a duration to some servers and a moment to others.
_EPOCH = re.compile(r"([0-9]{10})([0-9]{3})?")
# "Please try again in 1m30.5s", "in 480ms", "in 20 seconds": OpenAI, Groq and Azure in the text of
# a 429, as Go or a person writes a duration.
_IN_WORDS = re.compile(
    r"(?:try again|retry) (?:in|after) "
    r"(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m(?!s))?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)( ?s|ms))?",
    re.IGNORECASE,
)


def asked_wait(headers: Mapping[str, str], text: str = "") -> float | None:
    """Return the seconds that a server asks to wait; None when it does not, or makes no sense.

    Looks, in this order, at the headers `retry-after-ms` (OpenAI), `retry-after` (RFC 9110,
    section 10.2.3: seconds or a date) and `x-ratelimit-reset` of a limit that is used up (GitHub),
    and at the words of `text`, the message of the response. The first one that can be read decides.
    Header names are in lower case, unless the mapping ignores case. A moment that has passed is a
    wait of 0 seconds.
    """
    return next(
        (
            wait
            for wait in (
                _milliseconds(headers.get("retry-after-ms", "")),
                _seconds_or_date(headers),
                _until_reset(headers),
                _in_words(text),
            )
            if wait is not None
        ),
        None,
    )


def _milliseconds(text: str) -> float | None:
    return float(text) / 1000 if _NUMBER.fullmatch(text) else None


def _seconds_or_date(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "")
    if _NUMBER.fullmatch(text):
        return float(text)
    return _until(_moment(text), headers)


def _until_reset(headers: Mapping[str, str]) -> float | None:
    return until_reset(headers) if headers.get("x-ratelimit-remaining") == "0" else None


def until_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until GitHub renews a limit; None when it does not say."""
    reset = _EPOCH.fullmatch(headers.get("x-ratelimit-reset", ""))
    return _until(float(reset[1]), headers) if reset else None


def _until(moment: float | None, headers: Mapping[str, str]) -> float | None:
    """Compare with the server's own clock where it shows it: the runner's may be days off."""
    if moment is None:
        return None
    now = _moment(headers.get("date", ""))
    return max(0.0, moment - (time.time() if now is None else now))


def _moment(text: str) -> float | None:
    """Read the date of a header as seconds since 1970; without a zone it is no moment."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _in_words(text: str) -> float | None:
    found = _IN_WORDS.search(text)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, amount, unit = found.groups()
    rest = float(amount or 0) * (0.001 if unit == "ms" else 1)
    return timedelta(hours=int(hours or 0), minutes=int(minutes or 0), seconds=rest).total_seconds()
