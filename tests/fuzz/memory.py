"""Whatever a comment or a report holds, it is nothing, or values that can be written again."""

import base64
import zlib
from decimal import Decimal

from reviewer.errors import ReportError
from reviewer.finding import Finding
from reviewer.memory import previous_review, state_line
from reviewer.memory.state import State
from reviewer.outputs import review_report
from reviewer.review.spending import Ledger
from tests import builders


def remembered(data: bytes) -> None:
    """Read a comment, or the JSON that is packed into one."""
    marked = b"code-review-action:state" in data
    known = state_line.decode(data.decode(errors="replace") if marked else _packed(data))
    if known is None:
        return
    again = state_line.decode(state_line.encode(known))
    assert again
    _assert_kept(known, again)
    _assert_in_range(known)
    previous_review.compare(known, builders.pull(), "1:models:settings")


def report(data: bytes) -> None:
    """Read a report that another run has left."""
    try:
        review = review_report.parse(data)
    except ReportError as refused:
        str(refused).encode()
        return
    written = review_report.render(review, name="default", run_url="")
    again = review_report.parse(written.encode())
    assert review_report.render(again, name="default", run_url="") == written
    for spent in (review.spent, review.ledger or Ledger()):
        assert 0 <= (spent.cost or 0) <= 1_000_000
    for finding in (*review.findings, *review.fixed):
        _assert_placed(finding)


def _packed(plain: bytes) -> str:
    text = base64.urlsafe_b64encode(zlib.compress(plain, 9)).decode().rstrip("=")
    return f"<!-- code-review-action:state v={state_line.VERSION} {text} unsigned -->"


def _assert_kept(known: State, again: State) -> None:
    """What is too large may lose files and words, never what keeps the next run right."""
    for name in (
        "head_sha",
        "base_sha",
        "key",
        "complete",
        "paused",
        "next_number",
        "cost",
        "charged",
    ):
        assert getattr(again, name) == getattr(known, name)
    assert {unit.path for unit in again.units} <= {unit.path for unit in known.units}
    assert (
        again == known
        or len(again.units) < len(known.units)
        or len(str(known)) > state_line.LARGEST
    )


def _assert_in_range(known: State) -> None:
    assert known.next_number >= 1
    assert all(number >= 1 for number in known.posted)
    assert min(known.critical, known.high, known.medium, known.low, known.tokens) >= 0
    assert min(known.reviewed_files, known.skipped_files) >= 0
    assert 0 <= Decimal(known.cost or "0") < 10**9
    for finding in known.findings:
        _assert_placed(finding)


def _assert_placed(finding: Finding) -> None:
    assert finding.number >= 0
    assert finding.start_line >= 1
    assert finding.end_line >= 1
