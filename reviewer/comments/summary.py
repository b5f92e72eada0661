"""The one comment: its marker, its status line, and a review rendered to fit GitHub's limit."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from reviewer.finding import Finding, Side
from reviewer.memory import state
from reviewer.review import FileReport, Review, Spent, Status
from reviewer.severity import Severity
from reviewer.text import markdown
from reviewer.text.templates import Templates

# GitHub refuses 65,536 "characters" without saying which unit; bytes are the largest of all.
LARGEST_BODY = 60_000
# The runner keeps 1 MiB of a step's summary; other texts of the step share it.
LARGEST_REPORT = 700_000

MARKER = "<!-- code-review-action name={} v=1 -->"
_STATUS = "<!-- code-review-action:status -->"
_STATUS_END = "<!-- code-review-action:status-end -->"
_SLOT = re.compile(rf"^{_STATUS}\n.*?^{_STATUS_END}\n", re.MULTILINE | re.DOTALL)
# Within an item of any number up to 999, and no code in one of a single digit.
_INDENT = "     "
FEWEST_FOLDERS = 4
"""With fewer the table of files says it all."""
MOST_FOLDERS = 20
_LONGEST_LABEL = 60
# What may stand in a quoted label without meaning anything to Mermaid, Markdown or HTML.
_PLAIN = re.compile(r"[^\w ./+-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class RunDetails:
    """What the comment says about the run itself.

    `name` is the instance, `url` the address of the run (empty outside of a workflow), `elapsed`
    counts seconds.
    """

    name: str
    url: str
    elapsed: int


@dataclass(frozen=True, slots=True)
class Shed:
    """Which parts are still shown; each later one in `_SHEDDING` shows less."""

    quotes: bool = True
    quiet_rows: bool = True
    rows: bool = True
    bodies: bool = True
    floor: Severity = Severity.LOW
    findings: int = 1_000_000


_SHEDDING = (
    Shed(),
    Shed(quotes=False),
    Shed(quotes=False, quiet_rows=False),
    Shed(quotes=False, rows=False),
    Shed(quotes=False, rows=False, floor=Severity.MEDIUM),
    Shed(quotes=False, rows=False, floor=Severity.HIGH),
    Shed(quotes=False, rows=False, floor=Severity.HIGH, bodies=False),
)


def marker(name: str) -> str:
    """Return the first line of the comment of the instance called `name`."""
    return MARKER.format(name)


def pointer(name: str, url: str) -> str:
    """Return the body of a superfluous comment that now points to the right one."""
    first = f"<!-- code-review-action name={name} pointer -->"
    return f"{first}\nThe review moved to [one comment]({url}).\n"


def with_status(body: str, text: str) -> str:
    """Put a status line under the marker of an existing body, or take it away when empty."""
    first, _, rest = _SLOT.sub("", body.replace("\r\n", "\n")).partition("\n")
    slot = f"{_STATUS}\n> {text}\n{_STATUS_END}\n" if text else ""
    return f"{first}\n{slot}{rest}"


def status(body: str) -> str:
    """Return the status line of an existing body, empty when it has none."""
    slot = _SLOT.search(body.replace("\r\n", "\n"))
    return slot[0].split("\n")[1].removeprefix("> ") if slot else ""


def with_state(body: str, remembered: state.State) -> str:
    """Put a state into an existing body, in place of the one that stands there."""
    lines = body.replace("\r\n", "\n").rstrip("\n").split("\n")
    kept = (line for line in lines if not state.present(line))
    return "\n".join((*kept, state.encode(remembered))) + "\n"


def placeholder(name: str, text: str) -> str:
    """Return the body of a comment that has no review yet."""
    return with_status(f"{marker(name)}\n## Code review\n", text)


def render(review: Review, run: RunDetails, remembered: state.State | None) -> str:
    """Render the whole comment, at most LARGEST_BODY bytes of it.

    Parts are shed in a fixed order, each counted; the job summary holds the full report.
    """
    last = f"\n{state.encode(remembered)}\n" if remembered else "\n"
    first = f"{marker(run.name)}\n"
    room = LARGEST_BODY - len((first + last).encode())
    for shed in _stages(review):
        body = _content(review, run, shed)
        if len(body.encode()) <= room:
            return first + body + last
    raise AssertionError("a review without findings and rows always fits")  # pragma: no cover


def report(review: Review, run: RunDetails) -> str:
    """Render the full review for the job summary, quotes shed only where it would not fit."""
    review = replace(review, notes=review.asides + review.notes, inline=frozenset())
    full = _content(review, run, Shed())
    if len(full.encode()) <= LARGEST_REPORT:
        return full
    return _content(review, run, Shed(quotes=False))


def _stages(review: Review) -> Iterator[Shed]:
    yield from _SHEDDING
    smallest = _SHEDDING[-1]
    for count in range(len(review.findings), -1, -1):
        yield replace(smallest, findings=count)


def _content(review: Review, run: RunDetails, shed: Shed) -> str:
    shown = [finding for finding in review.findings if finding.severity >= shed.floor]
    shown = shown[: shed.findings]
    rows = [row for row in review.files if shed.quiet_rows or row.findings or row.reason]
    rows = rows if shed.rows else []
    return _TEMPLATES.render(
        "summary.md.j2",
        review=review,
        shed=shed,
        headline=headline(review),
        coverage=coverage(review),
        coverage_title=f"{len(rows)} of {len(review.files)} changed files",
        notes=review.notes,
        findings=shown,
        rows=rows,
        omitted=_omitted(review, len(review.findings) - len(shown), shed),
        omitted_rows=_counted(len(review.files) - len(rows), "file", "left out for length"),
        footer=_footer(review, run),
        run_url=run.url,
    )


def headline(review: Review) -> str:
    """Say what was found, and never that all is well when something was left out."""
    counts = [
        f"{count} {severity.label}"
        for severity, count in sorted(review.severities.items(), reverse=True)
    ]
    if not review.complete:
        counts.append("incomplete")
    elif not review.having(Status.REVIEWED):
        counts.append("nothing to review")
    return " · ".join(counts) or review.all_clear


def coverage(review: Review) -> str:
    """Say how much of the change was reviewed."""
    done, failed = len(review.having(Status.REVIEWED)), len(review.having(Status.FAILED))
    short = review.head_sha[:7]
    text = f"Reviewed {done} of {len(review.files)} changed files at {short}."
    if failed:
        text += f" {failed} could not be reviewed; the table says why."
    if review.cancelled:
        text += " The run was cancelled before it was done."
    return text


def _omitted(review: Review, shed_findings: int, shed: Shed) -> list[str]:
    withheld = review.withheld
    lines = _counted(shed_findings, "finding", "left out for length; the job summary has all")
    if not shed.bodies:
        lines.append("Explanations are left out for length; the job summary has them.")
    lines += _counted(withheld.duplicate, "repeated finding", "merged into others")
    lines += _counted(withheld.over_limit, "finding", "over max-findings")
    lines += _counted(withheld.below_threshold, "finding", "below min-severity or min-confidence")
    lines += _counted(withheld.dismissed, "finding", "dismissed by maintainers")
    lines += _counted(withheld.refuted, "finding", "dropped by the verification")
    lines += _counted(
        withheld.unplaced, "answer", "dropped: repeated, or quoting no code of the change"
    )
    return lines


def _counted(count: int, noun: str, what: str) -> list[str]:
    return [f"{count} {noun}{'' if count == 1 else 's'} {what}."] if count else []


def _footer(review: Review, run: RunDetails) -> str:
    spent, total = review.spent, review.total
    models = " + ".join(spent.models) or "no model was asked"
    tokens = f"{spent.input_tokens:,} tokens in, {spent.output_tokens:,} out"
    parts = [models, tokens, _price(spent), f"{run.elapsed} s"]
    if total and total.input_tokens > spent.input_tokens:
        whole = total.input_tokens + total.output_tokens
        parts.append(f"this pull request so far: {whole:,} tokens, {_price(total)}")
    return " · ".join(parts)


def _price(spent: Spent) -> str:
    return "price unknown" if spent.cost is None else f"{spent.cost:.4f} USD"


def _place(finding: Finding) -> str:
    lines = f"{finding.start_line}"
    if finding.end_line != finding.start_line:
        lines += f"-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.OLD else ""
    return markdown.span(f"{finding.path}:{lines}") + removed


def _status(row: FileReport) -> str:
    word = f"unchanged since {row.since[:7]}" if row.since else row.status.value
    parts = [word, *([row.reason] if row.reason else []), *row.cuts]
    return markdown.line(": ".join(parts[:2]) + "".join(f"; {cut}" for cut in parts[2:]))


def _indented(text: str) -> str:
    return "\n".join(f"{_INDENT}{line}" if line else "" for line in text.split("\n"))


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "block": markdown.block,
        "span": markdown.span,
        "item": lambda text: _indented(markdown.block(text)),
        "item_code": lambda text: _indented(markdown.code(textwrap.dedent(text))),
        "place": _place,
        "status": _status,
        # Only for values of the workflow's own: the link to the run and the command.
        "trusted": str,
    },
)


def render_flowchart(review: Review) -> str:
    """Draw each folder with its files and findings; empty when there are few folders."""
    folders: dict[str, list[FileReport]] = {}
    for row in review.files:
        folders.setdefault(_folder(row.path), []).append(row)
    if len(folders) < FEWEST_FOLDERS:
        return ""
    drawn = sorted(folders.items(), key=lambda item: (-_found(item[1]), -len(item[1]), item[0]))
    lines = ["```mermaid", "flowchart LR", '  pull["pull request"]']
    for number, (folder, rows) in enumerate(drawn[:MOST_FOLDERS]):
        lines.append(f'  pull --> f{number}["{_label(folder)}<br>{_counts(rows)}"]')
    if left := drawn[MOST_FOLDERS:]:
        lines.append(f'  pull --> more["{len(left)} other folders"]')
    return "\n".join((*lines, "```"))


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _label(folder: str) -> str:
    # A path is a stranger's text: what is not plain becomes a dot, and nothing is cut in the middle
    # of an escape because there is none.
    plain = _PLAIN.sub("·", "root folder" if folder == "." else folder)
    return plain if len(plain) <= _LONGEST_LABEL else f"...{plain[-_LONGEST_LABEL:]}"


def _counts(rows: Iterable[FileReport]) -> str:
    files = list(rows)
    said = f"{len(files)} file{'s' * (len(files) > 1)}"
    found = _found(files)
    return f"{said}, {found} finding{'s' * (found > 1)}" if found else said


def _found(rows: Iterable[FileReport]) -> int:
    return sum(len(row.findings) for row in rows)
