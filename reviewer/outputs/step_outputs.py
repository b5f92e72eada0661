"""Makes the step outputs of a review: the verdict, the counts, and the exit code by `fail-on`."""

from collections.abc import Mapping

from reviewer.config.enums import FailOn
from reviewer.memory.state import State
from reviewer.pull_request import Comment
from reviewer.review import Spent

LIMIT_REACHED = 3
REPORT = "report.json"
SARIF = "report.sarif"


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
        "complete": "true" if state.complete else "false",
        "tokens": str(spent.input_tokens + spent.output_tokens),
        "cost": "unknown" if spent.cost is None else f"{spent.cost:.6f}",
        "report-path": paths.get(REPORT, ""),
        "sarif-path": paths.get(SARIF, ""),
        "verdict": _choose_verdict(state),
    }


def exit_code(state: State, fail_on: FailOn) -> int:
    """Return LIMIT_REACHED if the review has what the input `fail-on` names, else 0."""
    return LIMIT_REACHED if _reaches_limit(state, fail_on) else 0


def _reaches_limit(state: State, fail_on: FailOn) -> bool:
    match fail_on:
        case FailOn.NEVER:
            return False
        case FailOn.INCOMPLETE:
            return not state.complete
        case FailOn.CRITICAL:
            return bool(state.critical)
        case FailOn.HIGH:
            return bool(state.critical + state.high)
        case FailOn.MEDIUM:
            return bool(state.critical + state.high + state.medium)
        case FailOn.LOW:
            return bool(_count_findings(state))


def _count_findings(state: State) -> int:
    return state.critical + state.high + state.medium + state.low


def _choose_verdict(state: State) -> str:
    if _count_findings(state):
        return "findings"
    return "clean" if state.complete else "incomplete"
