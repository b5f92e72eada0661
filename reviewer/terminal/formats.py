"""The formats in which a command prints a review."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reviewer.adapters.runner.actions import without_commands
from reviewer.comments import agent_brief, summary
from reviewer.comments.layout import RunDetails
from reviewer.review.result import Review
from reviewer.terminal import text_report
from reviewer.terminal.text_report import PLAIN, Layout

# Controls, and characters that reorder text, would act on the terminal that shows the JSON.
_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# What the log of a workflow would take for a command (ActionCommand.cs).
_COMMAND = "##["


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review and its JSON report, as text; `markdown` is that of the job summary.

    `subject` is the pull request, such as "owner/repo#7", and is not used for local changes.
    """

    review: Review
    report: str
    markdown: str
    layout: Layout = PLAIN
    subject: str = ""

    @classmethod
    def of_report(cls, review: Review, report: str, layout: Layout) -> "Reviewed":
        """Return the review of a saved report."""
        details = RunDetails(name="default", url="", elapsed=0)
        return cls(review, report, summary.render_report(review, details), layout)


def _as_json(reviewed: Reviewed) -> str:
    """Return the report as it is, with characters escaped that would act on a terminal."""
    text = _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", reviewed.report)
    return text.replace(_COMMAND, "##\\u005b").rstrip("\n")


def _as_brief(reviewed: Reviewed) -> str:
    """Return the findings as plain text for a coding agent."""
    found = reviewed.review
    return without_commands(agent_brief.render(found, found.findings)).rstrip("\n")


FORMATS: Mapping[str, Callable[[Reviewed], str]] = {
    "text": lambda reviewed: text_report.render(
        reviewed.review, reviewed.layout, subject=reviewed.subject
    ),
    "markdown": lambda reviewed: reviewed.markdown.rstrip("\n"),
    "json": _as_json,
    "agent": _as_brief,
}
"""What each format makes of a review; its text ends without a line feed."""
