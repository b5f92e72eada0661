"""Whatever a model says, it is refused, or it becomes values within their limits."""

from dataclasses import astuple

from reviewer.errors import ReplyError
from reviewer.finding import CATEGORIES, Candidate
from reviewer.findings.candidates import FileCandidates
from reviewer.llm import replies
from reviewer.prompt import Reply
from reviewer.review.result import Overview
from reviewer.severity import Confidence, Severity

LAST_LINE = 10_000_000


def reply(data: bytes) -> None:
    """Read an answer as each of the four that are asked for, whole and cut off."""
    # What is not UTF-8 becomes half surrogate pairs, which JSON can spell and nothing can write.
    text = data.decode(errors="surrogateescape")
    for truncated in (False, True):
        said = Reply(text, "model", truncated, usage=None)
        for read in (_review, _overview, _verdicts, _answer):
            try:
                read(said)
            except ReplyError as refused:
                _assert_short(str(refused))


def _assert_short(refusal: str) -> None:
    assert len(refusal.encode()) < 1_000


def _review(said: Reply) -> None:
    for names in ({"a.py": "a.py"}, {"a.py": "a.py", "b/c.py": "b/c.py"}):
        reply = replies.parse_review(said, names)
        assert reply.sections.keys() <= set(names.values())
        _assert_overview(reply.overview)
        for found in reply.sections.values():
            _assert_section(found)


def _assert_section(found: FileCandidates) -> None:
    repr(found).encode()
    found.summary.encode()
    assert len(found.summary) <= 500
    assert len(found.candidates) <= 200
    assert min(astuple(found.dropped)) >= 0
    for candidate in found.candidates:
        _assert_within_limits(candidate)


def _assert_within_limits(candidate: Candidate) -> None:
    for text, longest in (
        (candidate.title, 200),
        (candidate.body, 4_000),
        (candidate.quote, 2_000),
        (candidate.suggestion or "-", 4_000),
    ):
        assert len(text.strip()) > 0
        assert len(text) <= longest
        text.encode()
    candidate.path.encode()
    assert "\n" not in candidate.title
    assert abs(candidate.start_line) <= LAST_LINE
    assert abs(candidate.end_line) <= LAST_LINE
    assert candidate.severity in Severity
    assert candidate.confidence in Confidence
    assert candidate.category in CATEGORIES


def _overview(said: Reply) -> None:
    _assert_overview(replies.parse_overview(said))


def _assert_overview(overview: Overview) -> None:
    overview.text.encode()
    assert len(overview.text) <= 2_000
    assert len(overview.major_changes) <= 10
    for change in overview.major_changes:
        change.encode()
        assert 0 < len(change) <= 300


def _verdicts(said: Reply) -> None:
    verdicts = replies.parse_verdicts(said, 5)
    numbers = [verdict.finding for verdict in verdicts]
    assert {*numbers} <= {1, 2, 3, 4, 5}
    assert len({*numbers}) == len(numbers)
    for verdict in verdicts:
        verdict.reason.encode()
        assert len(verdict.reason) <= 500


def _answer(said: Reply) -> None:
    answer = replies.parse_answer(said)
    answer.encode()
    assert 0 < len(answer) <= 6_000
