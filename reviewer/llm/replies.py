"""Reads the JSON object in a model's reply as what was asked for; a reply is untrusted."""

from collections.abc import Hashable
from dataclasses import replace
from typing import TypeVar

from reviewer.errors import ReplyError
from reviewer.findings import placement
from reviewer.findings.placement import FileCandidates
from reviewer.findings.ranking import Verdict
from reviewer.llm import reply_objects
from reviewer.llm.reply_schemas import (
    AnswerReply,
    OverviewReply,
    ReviewReply,
    VerdictReply,
    VerificationReply,
)
from reviewer.ports import Reply
from reviewer.review import Overview
from reviewer.severity import Severity
from reviewer.text import json_members
from reviewer.text.json_members import UnusableError

Shape = TypeVar("Shape", bound=Hashable)


def parse_review(reply: Reply, gate: Severity = Severity.MEDIUM) -> FileCandidates:
    """Return the candidates in a reply to REVIEW_SCHEMA, which it may follow only roughly.

    Of a reply that was cut off, the complete findings are kept. An unknown severity becomes `gate`.
    Raises ReplyError if there is no list of findings.
    """
    found = reply_objects.find(reply, "findings", ReviewReply)
    review = _read(ReviewReply, found.value)
    candidates = placement.collect_candidates(
        review.findings, path=review.path, summary=review.summary, gate=gate
    )
    return replace(candidates, truncated=found.truncated, ambiguous=found.ambiguous)


def parse_overview(reply: Reply) -> Overview:
    """Return the overview in a reply to OVERVIEW_SCHEMA, within its limits.

    Raises ReplyError if there is none.
    """
    overview = _read(OverviewReply, reply_objects.find(reply, "overview", OverviewReply).value)
    return Overview(overview.overview, overview.major_changes).shorten()


def parse_verdicts(reply: Reply, count: int) -> tuple[Verdict, ...]:
    """Return the verdicts in a reply about `count` findings; raises ReplyError without a list.

    Of several verdicts on one finding, the first applies. Verdicts on other numbers are ignored.
    """
    first: dict[int, Verdict] = {}
    found = reply_objects.find(reply, "verdicts", VerificationReply).value
    for row in _read(VerificationReply, found).verdicts:
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
    return _read(AnswerReply, reply_objects.find(reply, "answer", AnswerReply).value).answer


def _read(shape: type[Shape], found: object) -> Shape:
    try:
        return json_members.read(shape, found)
    except UnusableError as problem:
        raise ReplyError(f"The model's reply does not follow the schema: {problem}.") from None
