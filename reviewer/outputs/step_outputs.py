"""Makes the step outputs of a review: the verdict, the counts, and the exit code by `fail-on`."""

from collections.abc import Mapping

from reviewer import project
from reviewer.config.enums import FailOn, lowest_severity
from reviewer.memory.state import State
from reviewer.pull_request import Comment
from reviewer.review.spending import Spent, write_dollars
from reviewer.severity import Severity

LIMIT_REACHED = 3
FAIL_ON_HELP = f" Help: {project.help_address('fail-on')}"
REPORT = "report.json"
SARIF = "report.sarif"
_UNKNOWN = "unknown"


def make_outputs(
    state: State, comment: Comment | None, spent: Spent, files: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the step outputs by name; `spent` is the tokens and cost of this run alone.

    `comment` is the summary comment, None if nothing was written. `files` maps the names of report
    files to their paths.
    """
    paths = files or {}
    counts = {name: str(getattr(state, name)) for name in ("critical", "high", "medium", "low")}
    return {
        "comment-id": str(comment.id) if comment else "",
        "comment-url": comment.url if comment else "",
        "findings": str(_count_findings(state)),
        **counts,
        "reviewed-files": str(state.reviewed_files),
        "skipped-files": str(state.skipped_files),
        "unreviewed-lines": str(state.unread_lines),
        "complete": "true" if state.complete else "false",
        "tokens": str(spent.tokens),
        "cached-tokens": str(spent.cached_tokens),
        "reasoning-tokens": str(spent.reasoning_tokens),
        "cost": write_dollars(spent.cost) or _UNKNOWN,
        "pull-request-cost": write_dollars(state.ledger.cost) or _UNKNOWN,
        "report-path": paths.get(REPORT, ""),
        "sarif-path": paths.get(SARIF, ""),
        "verdict": choose_verdict(state),
        # Those of a run that reviews several are made in `pull_results`.
        "pull-requests": "",
    }


def find_reached_limits(
    state: State, fail_on: tuple[FailOn, ...], *, fail_on_incomplete: bool
) -> tuple[str, ...]:
    """Return what the review has of what `fail-on` names, in words; the step fails if anything.

    A severity fails the step for an incomplete review too, unless `fail_on_incomplete` is false, or
    the fork controls the run that made the review: it could leave out anything. A review that read
    nothing, although there was something to read, passes no gate.
    """
    floor = lowest_severity(fail_on)
    implied = floor is not None and fail_on_incomplete and not state.by_fork
    found = _count_findings(state, floor) if floor else 0
    reached = {
        f"{found} of severity {floor.label if floor else ''} or higher": found > 0,
        "the review is incomplete": (
            not state.complete and (implied or FailOn.INCOMPLETE in fail_on)
        ),
        f"{state.excluded_files} files excluded by default": (
            state.excluded_files > 0 and FailOn.EXCLUDED in fail_on
        ),
        "no file was reviewed": fail_on != (FailOn.NEVER,) and _is_blind(state),
    }
    return tuple(what for what, applies in reached.items() if applies)


def _is_blind(state: State) -> bool:
    """Return True if nothing was read, although there was something that no rule checked."""
    unread = state.failed_files + state.excluded_files - state.checked_files
    return state.reviewed_files == 0 and unread > 0


def _count_findings(state: State, floor: Severity = Severity.LOW) -> int:
    counts = {
        Severity.CRITICAL: state.critical,
        Severity.HIGH: state.high,
        Severity.MEDIUM: state.medium,
        Severity.LOW: state.low,
    }
    return sum(count for severity, count in counts.items() if severity >= floor)


def choose_verdict(state: State) -> str:
    """Return the verdict in one word."""
    if _count_findings(state):
        return "findings"
    if not state.complete:
        return "incomplete"
    return "excluded" if state.excluded_files else "clean"
