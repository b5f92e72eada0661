"""Findings as comments at their lines: which can be, and what they say there."""

import re
from collections.abc import Iterator, Mapping, Sequence

from reviewer.changes.diff import ChangedFile, Hunk, LineKind
from reviewer.comments import suggestions
from reviewer.config.enums import Inline
from reviewer.finding import Finding, Severity, Side
from reviewer.ports import InlineComment
from reviewer.text import markdown
from reviewer.text.templates import Templates

_MARKER = re.compile(
    r"<!-- code-review-action:finding name=([a-z0-9-]{1,40}) id=([0-9a-f]{16}) -->"
)


def comments(
    findings: Sequence[Finding],
    files: Sequence[ChangedFile],
    *,
    wanted: Inline,
    name: str,
    suggestions: bool,
) -> tuple[InlineComment, ...]:
    """Make a comment of each wanted finding whose lines stand in one hunk of its file.

    GitHub refuses a whole review for one line that is in no hunk, or for lines of two.
    """
    by_path = {file.path: file for file in files}
    return tuple(_comments(findings, by_path, wanted, name, suggestions))


def marker(name: str, finding: Finding) -> str:
    """Return the last line of a finding's comment, by which it is known again."""
    return f"<!-- code-review-action:finding name={name} id={finding.fingerprint} -->"


def read(body: str, name: str) -> str:
    """Return the fingerprint in the last line of a comment of ours, "" when there is none."""
    found = _MARKER.fullmatch(body.replace("\r\n", "\n").rstrip().rpartition("\n")[2])
    return found[2] if found and found[1] == name else ""


def _comments(
    findings: Sequence[Finding],
    files: Mapping[str, ChangedFile],
    wanted: Inline,
    name: str,
    with_code: bool,  # noqa: FBT001  # private
) -> Iterator[InlineComment]:
    for finding in findings:
        file = files.get(finding.path)
        hunk = _hunk(file, finding) if file else None
        if hunk is None or not _wanted(finding, wanted):
            continue
        mark = marker(name, finding)
        code = suggestions.block(finding, hunk) if with_code else ""
        text = _TEMPLATES.render("finding.md.j2", finding=finding, suggestion=code)
        yield InlineComment(
            path=finding.path,
            start_line=finding.start_line,
            end_line=finding.end_line,
            side=finding.side,
            body=f"{text.strip()}\n\n{mark}",
            marker=mark,
        )


def _wanted(finding: Finding, wanted: Inline) -> bool:
    match wanted:
        case Inline.OFF:
            return False
        case Inline.HIGH:
            return finding.severity >= Severity.HIGH
        case Inline.ALL:
            return True


def _hunk(file: ChangedFile, finding: Finding) -> Hunk | None:
    """Find the hunk that shows both ends of the finding on its side."""
    ends = {finding.start_line, finding.end_line}
    for hunk in file.hunks:
        shown = (
            {line.new for line in hunk.lines if line.new is not None}
            if finding.side is Side.NEW
            else {line.old for line in hunk.lines if line.kind is LineKind.REMOVED}
        )
        if ends <= shown:
            return hunk
    return None


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "block": markdown.block,
        "span": markdown.span,
        # Only for the suggestion block, whose fence no code inside can end.
        "trusted": str,
    },
)
