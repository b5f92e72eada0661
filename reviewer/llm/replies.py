"""The model's answer turned into values; nothing that a model said is trusted before this."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from reviewer import review
from reviewer.errors import ReplyError
from reviewer.finding import Candidate
from reviewer.findings.verification import Verdict
from reviewer.llm import json_parsing, reply_schemas
from reviewer.ports import Reply

REVIEW_SCHEMA = reply_schemas.REVIEW_SCHEMA
OVERVIEW_SCHEMA = reply_schemas.OVERVIEW_SCHEMA
VERIFY_SCHEMA = reply_schemas.VERIFY_SCHEMA
ANSWER_SCHEMA = reply_schemas.ANSWER_SCHEMA

_LONGEST_REPLY = 1_000_000
_MOST_CANDIDATES = 200
_MOST_CHANGES = 10

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class FileReply:
    """What the model said about one file, in its order.

    `discarded` counts findings that were malformed, repeated or too many; `truncated` says that
    the answer was cut off, so that more may have been meant to follow.
    """

    summary: str
    candidates: tuple[Candidate, ...]
    discarded: int
    truncated: bool


def parse_review(reply: Reply) -> FileReply:
    """Read an answer that follows REVIEW_SCHEMA, more or less.

    A finding without quote, title or body is dropped and counted; other members have defaults, and
    unknown ones are ignored. Of a cut answer the complete findings are kept. Raises ReplyError when
    there is no list of findings to read.
    """
    found, truncated = _found(reply, "findings")
    answer = _shaped(reply_schemas.Review, found)
    candidates = (_candidate(row, answer.path) for row in answer.findings)
    kept = _worst(_distinct(filter(None, candidates)))
    return FileReply(answer.summary, kept, len(answer.findings) - len(kept), truncated)


def parse_overview(reply: Reply) -> review.Overview:
    """Read an answer that follows OVERVIEW_SCHEMA; raises ReplyError without an overview."""
    answer = _shaped(reply_schemas.Overview, _found(reply, "overview")[0])
    changes = tuple(filter(None, map(_change, answer.major_changes)))
    return review.Overview(answer.overview, changes[:_MOST_CHANGES])


def parse_verdicts(reply: Reply, count: int) -> tuple[Verdict, ...]:
    """Read an answer about `count` findings; raises ReplyError when there is no list in it.

    Of several verdicts on a finding the first counts, and one on no finding counts nothing.
    """
    answer = _shaped(reply_schemas.Verdicts, _found(reply, "verdicts")[0])
    first: dict[int, Verdict] = {}
    for row in answer.verdicts:
        try:
            said = reply_schemas.Verdict.model_validate(row)
        except ValidationError:
            continue
        if 1 <= said.finding <= count:
            verdict = Verdict(said.finding, said.verdict, said.severity, said.reason)
            first.setdefault(said.finding, verdict)
    return tuple(first.values())


def parse_answer(reply: Reply) -> str:
    """Read the answer to a question; raises ReplyError when it is empty."""
    return _shaped(reply_schemas.Answer, _found(reply, "answer")[0]).answer


def _found(reply: Reply, key: str) -> tuple[dict[str, object], bool]:
    """Return the object in an answer, and whether it is cut off."""
    text = reply.text[:_LONGEST_REPLY]
    try:
        return json_parsing.parse(text, key), False
    except ReplyError:
        if not reply.truncated and len(reply.text) <= _LONGEST_REPLY:
            raise
        return json_parsing.salvage(text, key), True


def _shaped(shape: type[Shape], found: object) -> Shape:
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ReplyError(
            f"The model's answer does not follow the schema: {place}: {first['msg']}."
        ) from None


def _candidate(row: object, path: str) -> Candidate | None:
    try:
        finding = reply_schemas.Finding.model_validate(row)
    except ValidationError:
        return None
    members = dict(finding)
    return Candidate(**members | {"path": finding.path or path})


def _change(row: object) -> str | None:
    try:
        return reply_schemas.Change.model_validate({"text": row}).text
    except ValidationError:
        return None


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Keep the first of those that say the same: models may repeat themselves without end."""
    first: dict[tuple[str, str, str], Candidate] = {}
    for candidate in candidates:
        first.setdefault((candidate.path, candidate.quote, candidate.title), candidate)
    return list(first.values())


def _worst(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Keep the worst as far as there is room, in the order of the answer."""
    order = range(len(candidates))
    ranked = sorted(order, key=lambda i: (-candidates[i].severity, -candidates[i].confidence))
    return tuple(candidates[i] for i in sorted(ranked[:_MOST_CANDIDATES]))
