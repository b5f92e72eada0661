"""Makes the outputs, the table and the exit code of a run that reviewed several pull requests."""

import enum
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from reviewer.outputs.step_outputs import LIMIT_REACHED
from reviewer.review.spending import write_dollars
from reviewer.text import markdown

# From the best to the worst. A gate that is reached must not become a warning by `on-error: warn`,
# and neither must a wrong configuration.
_CODES = (0, 1, LIMIT_REACHED, 2)
_VERDICTS = ("skipped", "clean", "excluded", "incomplete", "findings", "failed")
_SUMS = (
    "findings", "critical", "high", "medium", "low", "reviewed-files", "skipped-files",
    "unreviewed-lines", "tokens", "cached-tokens", "reasoning-tokens",
)  # fmt: skip
_UNKNOWN = "unknown"


class Reach(enum.Enum):
    """What a run did about one pull request."""

    BEGUN = "begun"
    SKIPPED = "skipped"
    LEFT = "not reached"


@dataclass(frozen=True, slots=True)
class PullResult:
    """What came of one pull request.

    `code` and `outputs` are those of a run on it alone. `reason` says why it was skipped or not
    reached, or what failed; it may hold untrusted text.
    """

    number: int
    head_sha: str
    reach: Reach
    reason: str = ""
    code: int = 0
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The verdict as one word: those of a run, or "not reached"."""
        if self.reach is not Reach.BEGUN:
            return str(self.reach.value)
        return self.outputs.get("verdict") or ("failed" if self.code else "skipped")


def find_worst(codes: Iterable[int]) -> int:
    """Return the worst exit code; that of a signal is worse than any other."""
    return max(codes, key=lambda code: _CODES.index(code) if code in _CODES else code, default=0)


def make_outputs(results: Sequence[PullResult], *, complete: bool) -> dict[str, str]:
    """Return the outputs of the step: sums, the worst verdict, and a row for each pull request.

    `complete` is False if pull requests were not even listed. What belongs to one pull request, as
    the address of its comment, is in the rows only.
    """
    begun = [each for each in results if each.reach is Reach.BEGUN]
    whole = complete and not any(each.reach is Reach.LEFT for each in results)
    return {
        "comment-id": "",
        "comment-url": "",
        **{name: str(_add_up(begun, name)) for name in _SUMS},
        "complete": str(whole and all(map(_is_complete, begun))).lower(),
        "cost": _add_costs(begun),
        "pull-request-cost": "",
        "report-path": _list_paths(begun, "report-path"),
        "sarif-path": _list_paths(begun, "sarif-path"),
        "verdict": _choose_verdict(results),
        "pull-requests": json.dumps([_make_row(each) for each in results], ensure_ascii=True),
    }


def _is_complete(result: PullResult) -> bool:
    # A pull request that was skipped after all has nothing that could be incomplete.
    return result.verdict == "skipped" or result.outputs.get("complete") == "true"


def _add_up(results: Iterable[PullResult], name: str) -> int:
    return sum(int(each.outputs.get(name) or 0) for each in results)


def _add_costs(results: Iterable[PullResult]) -> str:
    total = Decimal(0)
    for each in results:
        try:
            total += Decimal(each.outputs.get("cost") or 0)
        except InvalidOperation:
            return _UNKNOWN
    return write_dollars(total)


def _list_paths(results: Iterable[PullResult], name: str) -> str:
    """Return one path a line, as actions/upload-artifact takes them."""
    return "\n".join(path for each in results if (path := each.outputs.get(name)))


def _choose_verdict(results: Iterable[PullResult]) -> str:
    verdicts = {"incomplete" if each.reach is Reach.LEFT else each.verdict for each in results}
    return max(verdicts, key=_VERDICTS.index, default="skipped")


def _make_row(result: PullResult) -> dict[str, object]:
    outputs = result.outputs
    return {
        "number": result.number,
        "head": result.head_sha,
        "verdict": result.verdict,
        "findings": int(outputs.get("findings") or 0),
        "exit-code": result.code,
        "comment-url": outputs.get("comment-url", ""),
        "report-path": outputs.get("report-path", ""),
    }


def render(results: Sequence[PullResult], up_to_date: int, *, complete: bool) -> str:
    """Return the Markdown table of a run, for the job summary."""
    lines = ["## Code review of open pull requests", ""]
    if results:
        lines += ["| pull request | head | result |", "|---|---|---|", *map(_render_row, results)]
    else:
        lines.append("No head was without a review.")
    lines += ["", f"{_count(up_to_date)} a review of the present head."]
    if not complete:
        lines += ["", "There are more open pull requests; those changed last were not listed."]
    return "\n".join(lines) + "\n"


def _count(number: int) -> str:
    return f"{number:,} other{' has' if number == 1 else 's have'}"


def _render_row(result: PullResult) -> str:
    url = result.outputs.get("comment-url", "")
    shown = result.verdict
    if findings := int(result.outputs.get("findings") or 0):
        shown = f"{findings} finding{'s' * (findings > 1)}"
    if result.code:
        shown += f" (exit code {result.code})"
    linked = f"[{shown}]({url})" if url else shown
    reason = markdown.line(result.reason) if result.reason else ""
    said = ": ".join(filter(None, (linked, reason)))
    return f"| #{result.number} | {result.head_sha[:7]} | {said} |"
