"""Finds the JSON object in a model's reply and reads it; a reply is untrusted."""

import json
import math
import re
from collections.abc import Hashable, Iterator, Sequence
from typing import TypeVar

from pydantic_core import from_json

from reviewer.errors import ReplyError
from reviewer.findings import placement
from reviewer.findings.placement import FileCandidates
from reviewer.findings.ranking import Verdict
from reviewer.llm.reply_schemas import (
    AnswerReply,
    OverviewReply,
    ReviewReply,
    VerdictReply,
    VerificationReply,
)
from reviewer.ports import Reply
from reviewer.review import Overview
from reviewer.text import json_members
from reviewer.text.json_members import UnusableError

_LONGEST_REPLY = 1_000_000
"""Characters of a reply that are read."""

Shape = TypeVar("Shape", bound=Hashable)
# In prose, a brace is rarely followed by a quoted name. An object without members is useless.
_OBJECT = re.compile(r'\{\s*"')
_THINKING = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
# No number in our schemas has more digits. Converting a long number takes quadratic time.
_DIGITS = 18


def parse_review(reply: Reply) -> FileCandidates:
    """Return the candidates in a reply to REVIEW_SCHEMA, which it may follow only roughly.

    Of a reply that was cut off, the complete findings are kept. Raises ReplyError if there is no
    list of findings.
    """
    found, truncated = _find_object(reply, "findings")
    review = _read(ReviewReply, found)
    return placement.collect_candidates(
        review.findings, path=review.path, summary=review.summary, truncated=truncated
    )


def parse_overview(reply: Reply) -> Overview:
    """Return the overview in a reply to OVERVIEW_SCHEMA, within its limits.

    Raises ReplyError if there is none.
    """
    overview = _read(OverviewReply, _find_object(reply, "overview")[0])
    return Overview(overview.overview, overview.major_changes).shorten()


def parse_verdicts(reply: Reply, count: int) -> tuple[Verdict, ...]:
    """Return the verdicts in a reply about `count` findings; raises ReplyError without a list.

    Of several verdicts on one finding, the first applies. Verdicts on other numbers are ignored.
    """
    first: dict[int, Verdict] = {}
    for row in _read(VerificationReply, _find_object(reply, "verdicts")[0]).verdicts:
        try:
            verdict = json_members.read(VerdictReply, row)
        except UnusableError:
            continue
        if 1 <= verdict.finding <= count:
            first.setdefault(
                verdict.finding,
                Verdict(
                    verdict.finding,
                    verdict.verdict,
                    verdict.severity,
                    verdict.reason,
                    verdict.ground,
                ),
            )
    return tuple(first.values())


def parse_answer(reply: Reply) -> str:
    """Return the answer in a reply to ANSWER_SCHEMA; raises ReplyError if it is empty."""
    return _read(AnswerReply, _find_object(reply, "answer")[0]).answer


def _find_object(reply: Reply, key: str) -> tuple[dict[str, object], bool]:
    """Return the object in a reply that has `key`, and True if it was cut off."""
    text = reply.text[:_LONGEST_REPLY]
    try:
        return parse_object(text, key), False
    except ReplyError:
        if not reply.truncated and len(reply.text) <= _LONGEST_REPLY:
            raise
        return salvage_object(text, key), True


def _read(shape: type[Shape], found: object) -> Shape:
    try:
        return json_members.read(shape, found)
    except UnusableError as problem:
        raise ReplyError(f"The model's reply does not follow the schema: {problem}.") from None


def parse_object(text: str, key: str) -> dict[str, object]:
    """Return the first complete object with the member `key`; text around it is ignored.

    Raises ReplyError if there is none, and for what strict JSON forbids: trailing commas, NaN,
    repeated names, numbers out of range and nesting that is too deep.
    """
    try:
        for candidate in _decode_objects(_without_thinking(text)):
            if key in candidate:
                return candidate
    except json.JSONDecodeError as error:
        raise ReplyError(
            f"The model's reply is not valid JSON: {error.msg} at character {error.pos:,}."
        ) from None
    except ValueError as error:
        raise ReplyError(f"The model's reply is not valid JSON: {error}.") from None
    except RecursionError:
        raise ReplyError("The model's reply is not valid JSON: nested too deeply.") from None
    raise ReplyError(f'The model\'s reply has no JSON object with the member "{key}".')


def salvage_object(text: str, key: str) -> dict[str, object]:
    """Return the complete members of an object that was cut off.

    Raises ReplyError if there is no object, it is not valid JSON, or `key` is not among them.
    """
    content = _without_thinking(text)
    start = _OBJECT.search(content)
    if not start:
        raise ReplyError("The model's reply was cut off before its JSON object.")
    try:
        found = from_json(
            _encode(content[start.start() :]), allow_partial=True, allow_inf_nan=False
        )
    except ValueError:
        raise ReplyError("The model's reply was cut off and is not valid JSON.") from None
    if not isinstance(found, dict) or key not in found:
        raise ReplyError(f'The model\'s reply was cut off before the member "{key}".')
    return found


def _without_thinking(text: str) -> str:
    """Return the text after `<think>…</think>`, which may hold drafts of the reply."""
    return text[thought.end() :] if (thought := _THINKING.match(text)) else text


def _encode(text: str) -> bytes:
    """Encode text that may hold lone surrogates, which UTF-8 cannot encode."""
    return text.encode(errors="replace")


def _decode_objects(text: str) -> Iterator[dict[str, object]]:
    """Yield the objects in a text, one after the other."""
    end = 0
    while start := _OBJECT.search(text, end):
        found, end = _DECODER.raw_decode(text, start.start())
        yield found


def _build_object(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("an object has two members of the same name")
    return found


def _parse_integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("a number is out of range")
    return int(digits)


def _parse_fraction(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError("a number is out of range")
    return number


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_int=_parse_integer,
    parse_float=_parse_fraction,
    parse_constant=_reject_constant,
)
