"""What a model server's error means: give up, another model, a shorter prompt, or wait."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from httpx2 import Response

from reviewer.adapters.http import waiting
from reviewer.adapters.http.retry import TransientError
from reviewer.errors import (
    ContextTooLongError,
    ModelError,
    ModelNotFoundError,
    ModelRefusedError,
)
from reviewer.text import invisible, truncate

_LONGEST_QUOTE = 200
# A server that fails is asked less often than one that only asks for patience.
_ATTEMPTS_AT_FAILURE = 4
_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_TOO_LONG = re.compile(
    r"context_length_exceeded|context (?:length|window|size)|prompt is too long|too many tokens"
    # OpenAI's 429 for one prompt above the tokens of a whole minute: waiting does not help.
    r"|request too large"
)
_PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
_MAY_BE_TOO_LONG = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS}
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer, as far as it follows OpenAI's shape or the usual others.

    `text` is the whole body in lower case, for searching; `said` is fit to be shown.
    """

    status: int
    code: str
    parameter: str
    text: str
    said: str
    location: str
    wait: float | None


def read(response: Response, key: str) -> Refusal:
    """Read an error answer; `key` is hidden wherever the server repeats it."""
    error = _error(response)
    message = _word(error, "message") or _word(error, "detail") or response.text
    return Refusal(
        status=response.status_code,
        code=_word(error, "code") or _word(error, "type"),
        parameter=_word(error, "param"),
        text=response.text.lower(),
        said=harmless(message, key),
        location=harmless(response.headers.get("location", ""), key),
        wait=waiting.asked_wait(response.headers, message),
    )


def harmless(text: str, key: str) -> str:
    """Put a server's text on one short line without the key and without invisible characters."""
    hidden = text.replace(key, "***") if key else text
    return truncate.line(invisible.drop(hidden), _LONGEST_QUOTE)


def problem(refusal: Refusal, model: str) -> ModelError | TransientError:
    """Turn an error answer into what to do about it: what it says goes before its status."""
    if _is_too_long(refusal):
        return ContextTooLongError(f"The prompt is too long for {model}: {refusal.said}")
    if refusal.code in _QUOTA:
        return ModelRefusedError(
            f"The model server's quota is used up: {refusal.said}",
            cause="The account has no credit left, or reached its monthly limit.",
            remedy="Add credit or raise the limit, then run again.",
        )
    if refusal.code == "model_not_found":
        return _not_found(refusal, model)
    if refusal.status in _PASSING or refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _passing(refusal)
    return _lasting(refusal, model)


def _lasting(refusal: Refusal, model: str) -> ModelError:
    match refusal.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN | HTTPStatus.PAYMENT_REQUIRED:
            return ModelRefusedError(
                f"The model server does not accept the API key ({refusal.status}): {refusal.said}",
                cause="The key is wrong, expired or of another server, or may not use this model.",
                remedy="Check the secret behind the input api-key, and base-url.",
            )
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return _not_found(refusal, model)
        case status if status < HTTPStatus.BAD_REQUEST:
            return ModelRefusedError(
                f"The model server redirects ({status}) to {refusal.location or 'nowhere'}.",
                cause="base-url is not the server's real address; prompts are not sent elsewhere.",
                remedy="Set base-url to the address that answers.",
            )
        case status:
            return ModelError(f"The model server refused the request ({status}): {refusal.said}")


def _passing(refusal: Refusal) -> TransientError:
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        found = ModelError(
            f"The model server limits requests (429): {refusal.said}",
            remedy="Lower the input concurrency, or run again later.",
        )
        return TransientError(found, wait=refusal.wait)
    found = ModelError(f"The model server failed ({refusal.status}): {refusal.said}")
    return TransientError(found, wait=refusal.wait, attempts=_ATTEMPTS_AT_FAILURE)


def _is_too_long(refusal: Refusal) -> bool:
    if refusal.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return True
    return refusal.status in _MAY_BE_TOO_LONG and bool(_TOO_LONG.search(refusal.text))


def _not_found(refusal: Refusal, model: str) -> ModelNotFoundError:
    return ModelNotFoundError(
        f"The model server does not know {model} ({refusal.status}): {refusal.said}",
        cause="The name is misspelled, the model was retired, or base-url lacks its path "
        "(it usually ends in /v1).",
        remedy="Check the inputs model and base-url.",
    )


def _error(response: Response) -> dict[str, object]:
    """Return the part of a body that describes the error, empty where there is none."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, dict) and isinstance(found.get("error"), dict):
        found = found["error"]
    if isinstance(found, dict) and isinstance(found.get("error"), str):
        found = {"message": found["error"], **found}
    return found if isinstance(found, dict) else {}


def _word(error: dict[str, object], name: str) -> str:
    value = error.get(name)
    return value if isinstance(value, str) else ""
