"""Writes a review as plain text: what people read in a terminal."""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewer.comments import costs
from reviewer.finding import Finding, Side
from reviewer.review.result import FileReport, GivenLearning, Review, Status
from reviewer.severity import Confidence, Severity
from reviewer.text import invisible

_INDENT = "    "
_WITHHELD = {
    "duplicate": "merged into others",
    "over_limit": "over max-findings",
    "below_threshold": "below min-severity or min-confidence",
    "dismissed": "dismissed",
    "refuted": "dropped by the verification",
    "malformed": "dropped: quote, title or explanation is missing",
    "unplaced": "dropped: the quoted code is not in the change, or more than once",
}
# Codes of ECMA-48 that every terminal has: bold, dim, and three colours of text.
_BOLD, _DIM, _RED, _YELLOW, _CYAN = "1", "2", "31", "33", "36"
_COLOURS = {
    Severity.CRITICAL: f"{_BOLD};{_RED}",
    Severity.HIGH: f"{_BOLD};{_RED}",
    Severity.MEDIUM: f"{_BOLD};{_YELLOW}",
    Severity.LOW: f"{_BOLD};{_CYAN}",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How wide lines of prose are (0 for no limit), and if text has colours."""

    width: int = 0
    colours: bool = False

    def paint(self, text: str, code: str) -> str:
        """Return text of one line in a colour or weight."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colours and text else text

    def wrap(self, text: str, indent: str = "") -> Iterator[str]:
        """Yield untrusted text of several lines, none wider than the layout."""
        fenced = False
        for line in show(text).split("\n"):
            bare = line.lstrip(" ")
            lead = indent + line[: len(line) - len(bare)]
            fenced ^= bare.startswith("```")
            if fenced or not self.width or len(lead) + len(bare) <= self.width:
                yield (lead + bare).rstrip()
                continue
            yield from textwrap.wrap(
                bare,
                max(self.width, len(lead) + 20),
                initial_indent=lead,
                subsequent_indent=lead,
                break_long_words=False,
                break_on_hyphens=False,
            )


PLAIN = Layout()


def show(text: str) -> str:
    """Return untrusted text that controls no terminal: what is invisible becomes its code point."""
    return invisible.show(text.replace("\r\n", "\n"))


def render(review: Review, layout: Layout = PLAIN, *, subject: str = "") -> str:
    """Return the whole review; a terminal is steered by our own colours alone.

    `subject` is the pull request that was reviewed, such as "owner/repo#7".
    """
    blocks = (
        _head(review, layout, review.subject or subject or review.head_sha[:7]),
        layout.wrap(review.overview.text) if review.overview.text else (),
        *(_finding(each, layout) for each in review.findings),
        _list("Not checked again", map(_describe, review.unchecked), layout),
        _list("Major changes", review.overview.major_changes, layout),
        _files(review, layout),
        _list("Learnings given to the model", map(_describe_learning, review.learnings), layout),
        _list("Notes", (*_count_withheld(review), *review.notes), layout),
        [layout.paint(_footer(review), _DIM)],
    )
    texts = ("\n".join(lines) for lines in blocks)
    return "\n\n".join(text for text in texts if text)


def _describe_learning(learning: GivenLearning) -> str:
    files = "1 file" if learning.files == 1 else f"{learning.files:,} files"
    return " \u00b7 ".join(filter(None, (learning.text, learning.origin, files)))


def _head(review: Review, layout: Layout, subject: str) -> Iterator[str]:
    done, failed = (len(review.files_with(status)) for status in (Status.REVIEWED, Status.FAILED))
    yield layout.paint(f"Code review: {show(review.headline)}", _BOLD)
    files = "file" if len(review.files) == 1 else "files"
    yield f"Reviewed {done} of {len(review.files)} changed {files}: {_one_line(subject)}."
    if failed:
        yield f"{failed} could not be reviewed; the list of files says why."
    if review.cancelled:
        yield "The run was cancelled before it was finished."


def _finding(finding: Finding, layout: Layout) -> Iterator[str]:
    label = finding.severity.label.upper()
    doubt = ", low confidence" if finding.confidence is Confidence.LOW else ""
    about = f"({finding.category}{doubt})"
    number = f" [F{finding.number}]" if finding.number else ""
    yield f"{layout.paint(label, _COLOURS[finding.severity])} {_place(finding)} {about}{number}"
    yield from (layout.paint(line, _BOLD) for line in layout.wrap(finding.title, _INDENT))
    yield ""
    yield from layout.wrap(finding.body, _INDENT)
    if finding.rule or finding.also:
        yield ""
    if finding.rule:
        yield from layout.wrap(f"Rule: {finding.rule}", _INDENT)
    if finding.also:
        yield from layout.wrap(f"Also at {', '.join(map(_one_line, finding.also))}.", _INDENT)
    yield ""
    yield from _code(finding.quote, layout)
    if finding.suggestion:
        yield f"{_INDENT}Suggested replacement:"
        yield from _code(finding.suggestion, layout)


def _code(text: str, layout: Layout) -> Iterator[str]:
    bar = layout.paint("|", _DIM)
    # With the indentation of the file: people copy from here.
    for line in show(text).strip("\n").split("\n"):
        yield f"{_INDENT}{bar} {line}".rstrip()


def _place(finding: Finding) -> str:
    lines = f"{finding.start_line}"
    if finding.end_line != finding.start_line:
        lines += f"-{finding.end_line}"
    return f"{_one_line(finding.path)}:{lines}{' (removed)' * (finding.side is Side.OLD)}"


def _describe(finding: Finding) -> str:
    return f"{finding.severity.label} {_place(finding)} {finding.title}"


def _list(title: str, items: Iterable[str], layout: Layout) -> Iterator[str]:
    for number, item in enumerate(items):
        if not number:
            yield layout.paint(title, _BOLD)
        first, *rest = layout.wrap(item, _INDENT)
        yield f"  - {first[len(_INDENT) :]}"
        yield from rest


def _files(review: Review, layout: Layout) -> Iterator[str]:
    if not review.files:
        return
    yield layout.paint("Files", _BOLD)
    for row in review.files:
        details = "; ".join(filter(None, (row.summary, row.reason, *row.cuts)))
        about = f"  {_status(row)} {_one_line(row.path)}"
        yield f"{about}: {_one_line(details)}" if details else about


def _status(row: FileReport) -> str:
    longest = max(len(status.value) for status in Status)
    return f"{row.status.value:{longest}}"


def _count_withheld(review: Review) -> Iterator[str]:
    for name, what in _WITHHELD.items():
        count: int = getattr(review.withheld, name)
        if count:
            yield f"{count} finding{'s' * (count > 1)} {what}."


def _footer(review: Review) -> str:
    models = " + ".join(map(_one_line, review.spent.models)) or "no model was asked"
    return f"{models} · {costs.describe_spent(review.spent)}"


def _one_line(text: str) -> str:
    return " ".join(show(text).split())
