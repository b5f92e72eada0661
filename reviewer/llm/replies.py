"""The model's reply turned into values; nothing that a model wrote is trusted before this."""

from collections.abc import Hashable
from typing import TypeVar

from reviewer.errors import ReplyError
from reviewer.findings import candidates
from reviewer.findings.candidates import FileCandidates
from reviewer.findings.verification import Verdict
from reviewer.llm import json_parsing, reply_schemas
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

REVIEW_SCHEMA = reply_schemas.REVIEW_SCHEMA
OVERVIEW_SCHEMA = reply_schemas.OVERVIEW_SCHEMA
VERIFY_SCHEMA = reply_schemas.VERIFY_SCHEMA
ANSWER_SCHEMA = reply_schemas.ANSWER_SCHEMA

_LONGEST_REPLY = 1_000_000
"""Characters of a reply that are read."""

Shape = TypeVar("Shape", bound=Hashable)


def parse_review(reply: Reply) -> FileCandidates:
    """Read a reply that follows REVIEW_SCHEMA, more or less.

    Of a reply that was cut off the complete findings are kept. Raises ReplyError when there is no
    list of findings to read.
    """
    found, truncated = _find_object(reply, "findings")
    review = _read(ReviewReply, found)
    return candidates.collect(
        review.findings, path=review.path, summary=review.summary, truncated=truncated
    )


def parse_overview(reply: Reply) -> Overview:
    """Read a reply that follows OVERVIEW_SCHEMA; raises ReplyError without an overview."""
    overview = _read(OverviewReply, _find_object(reply, "overview")[0])
    return Overview(overview.overview, overview.major_changes).shortened()


def parse_verdicts(reply: Reply, count: int) -> tuple[Verdict, ...]:
    """Read a reply about `count` findings; raises ReplyError when there is no list in it.

    Of several verdicts on a finding the first counts; one on no finding is ignored.
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
                Verdict(verdict.finding, verdict.verdict, verdict.severity, verdict.reason),
            )
    return tuple(first.values())


def parse_answer(reply: Reply) -> str:
    """Read the reply to a question; raises ReplyError when it is empty."""
    return _read(AnswerReply, _find_object(reply, "answer")[0]).answer


def _find_object(reply: Reply, key: str) -> tuple[dict[str, object], bool]:
    """Return the object in a reply that has `key`, and whether it is cut off."""
    text = reply.text[:_LONGEST_REPLY]
    try:
        return json_parsing.parse(text, key), False
    except ReplyError:
        if not reply.truncated and len(reply.text) <= _LONGEST_REPLY:
            raise
        return json_parsing.salvage(text, key), True


def _read(shape: type[Shape], found: object) -> Shape:
    try:
        return json_members.read(shape, found)
    except UnusableError as problem:
        raise ReplyError(f"The model's answer does not follow the schema: {problem}.") from None
