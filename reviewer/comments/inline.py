"""Renders findings as inline comments with suggestion blocks, and recognises our own comments."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import LineKind
from reviewer.comments import layout, places
from reviewer.comments.own_layout import OwnLayout
from reviewer.config.enums import Inline
from reviewer.finding import Finding, Side
from reviewer.memory.seal import Seal
from reviewer.operations import InlineComment
from reviewer.severity import Severity
from reviewer.text import code_spans, digest, invisible, markdown
from reviewer.text.templates import Templates

_MARKER = re.compile(
    r"<!-- code-review-action:finding name=([a-z0-9-]{1,40})"
    r" id=([0-9a-f]{64} origin=(?:model|rule|tool) severity=(?:low|medium|high|critical))"
    r"(?: tag=([A-Za-z0-9_-]{43}))? -->"
)
_PURPOSE = "finding"

_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "block": markdown.block,
        "places": places.list_places,
        "severity": layout.format_severity,
        # Only for the suggestion block, whose fence is longer than any in the code.
        "trusted": str,
    },
)
_INDENT = re.compile(r"[ \t]*")
# A name, perhaps with arguments. A bot's command follows a space, and a team's name has a slash.
_DECORATOR = re.compile(r"[ \t]*@[\w.]+(?:\([^@#<]*\)?:?)?")


def make_comments(
    findings: Sequence[Finding],
    files: Sequence[ChangedFile],
    *,
    wanted: Inline,
    seal: Seal,
    suggestions: bool,
    conceal: Callable[[str], str] = str,
    layout: OwnLayout | None = None,
) -> tuple[InlineComment, ...]:
    """Return an inline comment for each wanted finding whose lines are in one hunk of its file.

    `wanted` and `suggestions` are the settings of the same names (`inline`, `suggestions`).
    GitHub refuses a whole review for one comment outside of the hunks, or across two of them.
    `conceal` masks the secrets of the run in a text, before it is signed. `layout` has the
    repository's own template.
    """
    render = partial(_render, layout=layout)
    by_path = {file.path: file for file in files}
    made = _make_comments(findings, by_path, wanted, seal, suggestions, conceal, render)
    return tuple(made)


def identify(finding: Finding) -> str:
    """Return what identifies the thread of a finding.

    A thread about milder words on the same code is another one: resolving it must not dismiss this
    finding.
    """
    origin, severity = finding.origin.value, finding.severity.label
    return f"{finding.fingerprint} origin={origin} severity={severity}"


def list_including(identity: str) -> tuple[str, ...]:
    """Return the identity of a thread, then those of the threads about the same, but worse."""
    about, _, label = identity.rpartition("=")
    labels = [severity.label for severity in Severity]
    return tuple(f"{about}={each}" for each in labels[labels.index(label) :])


def marker(seal: Seal, finding: Finding, text: str) -> str:
    """Return the last line of a finding's inline comment, below `text`.

    It identifies the finding. Its tag covers the text and the path too, so that nobody else's words
    are ours, and ours are in no other place.
    """
    identity = identify(finding)
    tag = seal.sign(_PURPOSE, _describe(identity, finding.path, text))
    signed = f" tag={tag}" if tag else ""
    return f"<!-- code-review-action:finding name={seal.name} id={identity}{signed} -->"


def read_identity(body: str, seal: Seal, path: str) -> str:
    """Return what identifies the thread in the marker of a comment on a file, "" if it is not ours.

    Only the last line of `body` is read. With a key, it must be signed with it.
    """
    text, _, last = body.replace("\r\n", "\n").rstrip().rpartition("\n")
    found = _MARKER.fullmatch(last)
    if not found or found[1] != seal.name:
        return ""
    signed = _describe(found[2], path, text)
    ours = not seal.key or seal.verify(_PURPOSE, signed, found[3] or "")
    return found[2] if ours else ""


def _describe(identity: str, path: str, text: str) -> str:
    return digest.identify("comment", identity, path, digest.identify_text(text))


def planned_identity(comment: InlineComment) -> str:
    """Return what identifies the thread of the finding for which this run made a comment."""
    found = _MARKER.fullmatch(comment.marker)
    return found[2] if found else ""


def find_numbers(findings: Sequence[Finding], comments: Sequence[InlineComment]) -> frozenset[int]:
    """Return the numbers of the findings that have one of the comments."""
    known = set(map(planned_identity, comments))
    return frozenset(each.number for each in findings if identify(each) in known)


def _make_comments(
    findings: Sequence[Finding],
    files: Mapping[str, ChangedFile],
    wanted: Inline,
    seal: Seal,
    with_code: bool,  # noqa: FBT001  # private
    conceal: Callable[[str], str],
    render: Callable[[Finding, str], str],
) -> Iterator[InlineComment]:
    for finding in findings:
        file = files.get(finding.path)
        # GitHub shows no lines of a file with a remark, so it could place no comment there.
        hunk = _find_hunk(file, finding) if file and not file.remark else None
        if hunk is None or not _is_wanted(finding, wanted):
            continue
        code = render_suggestion(finding, hunk) if with_code else ""
        text = conceal(render(finding, code)).strip()
        mark = marker(seal, finding, text)
        yield InlineComment(
            path=finding.path,
            start_line=finding.start_line,
            end_line=finding.end_line,
            side=finding.side,
            body=f"{text}\n\n{mark}",
            marker=mark,
        )


def _render(finding: Finding, code: str, layout: OwnLayout | None) -> str:
    """Return the text of a comment; the block that GitHub offers to commit is always ours."""
    if layout and (own := layout.render_inline(finding)):
        return "\n\n".join(filter(None, (f"{own}\n\n[F{finding.number}]", code)))
    return _TEMPLATES.render("finding.md.j2", finding=finding, suggestion=code)


def _is_wanted(finding: Finding, wanted: Inline) -> bool:
    match wanted:
        case Inline.OFF:
            return False
        case Inline.HIGH:
            return finding.severity >= Severity.HIGH
        case Inline.ALL:
            return True


def _find_hunk(file: ChangedFile, finding: Finding) -> Hunk | None:
    """Return the hunk that shows the first and the last line of the finding, or None."""
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


def render_suggestion(finding: Finding, hunk: Hunk) -> str:
    """Return the suggestion as a fenced block that GitHub offers to commit, or "".

    The quote must be exactly the finding's lines in the new version. The suggestion must differ
    from them, keep the indentation of the first line, not only delete, and contain no invisible
    characters. GitHub commits the block as it is, so nothing in it can be neutralised: a suggestion
    with a line on which GitHub or a bot acts gets no block, even if the author wrote that line. A
    decorator that was there before may stay.
    """
    suggestion = (finding.suggestion or "").strip("\n")
    if finding.side is not Side.NEW or not suggestion.strip():
        return ""
    lines = [
        line.text.removesuffix("\r")
        for line in hunk.lines
        if line.new is not None and finding.start_line <= line.new <= finding.end_line
    ]
    old, new = "\n".join(lines), suggestion
    exact = [line.rstrip() for line in finding.quote.split("\n")] == [
        line.rstrip() for line in lines
    ]
    if not exact or new == old or _read_indent(new) != _read_indent(old):
        return ""
    # A mask replaces a secret that the model never saw.
    if invisible.show(new) != new or "\r" in new or "[REDACTED" in new:
        return ""
    if any(_triggers_bot(line) for line in new.split("\n") if not _is_kept_decorator(line, lines)):
        return ""
    longest = max((len(run) for run in re.findall(r"`+", new)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}suggestion\n{new}\n{fence}"


def _is_kept_decorator(line: str, lines: Collection[str]) -> bool:
    return line in lines and bool(_DECORATOR.fullmatch(line))


def _triggers_bot(line: str) -> bool:
    return code_spans.break_in_code(line) != line


def _read_indent(text: str) -> str:
    found = _INDENT.match(text)
    return found[0] if found else ""
