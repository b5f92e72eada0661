"""Renders the summary comment, the job summary and its flowchart, and sets the status line."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from reviewer.finding import Finding, Side
from reviewer.memory import state, state_line
from reviewer.memory.seal import UNSEALED, Seal
from reviewer.review import FileReport, Review, Spent, Status
from reviewer.severity import Severity
from reviewer.text import markdown
from reviewer.text.templates import Templates

# GitHub refuses 65,536 "characters" without defining them; counted in bytes, a text is longest.
LARGEST_BODY = 60_000
# The runner keeps 1 MiB of a step's summary; other texts of the step share it.
LARGEST_REPORT = 700_000

# Bytes that the hash of the text adds to the encoded state.
_SIZE_OF_HASH = 200
MARKER = "<!-- code-review-action name={} v=1 -->"
_STATUS_START = "<!-- code-review-action:status -->"
_STATUS_END = "<!-- code-review-action:status-end -->"
_STATUS_LINE = re.compile(rf"^{_STATUS_START}\n.*?^{_STATUS_END}\n", re.MULTILINE | re.DOTALL)
# Enough for an item with a number up to 999; one more would make code of an item below 10.
_INDENT = "     "
FEWEST_FOLDERS = 4
"""With fewer folders, the table of files is enough."""
MOST_FOLDERS = 20
_LONGEST_LABEL = 60
# All but these have, or may have, a meaning in a quoted label of Mermaid, in Markdown or in HTML.
_PLAIN = re.compile(r"[^\w ./+-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class RunDetails:
    """The facts about the run that the comment shows.

    `name` is the instance, `url` the address of the run (empty outside of a workflow), `elapsed`
    the seconds since the start. `seal` signs the remembered state.
    """

    name: str
    url: str
    elapsed: int
    seal: Seal = UNSEALED


@dataclass(frozen=True, slots=True)
class Detail:
    """The parts of the review that the comment shows; each later one in `_DETAILS` shows less."""

    quotes: bool = True
    quiet_rows: bool = True
    rows: bool = True
    bodies: bool = True
    floor: Severity = Severity.LOW
    findings: int = 1_000_000


_DETAILS = (
    Detail(),
    Detail(quotes=False),
    Detail(quotes=False, quiet_rows=False),
    Detail(quotes=False, rows=False),
    Detail(quotes=False, rows=False, floor=Severity.MEDIUM),
    Detail(quotes=False, rows=False, floor=Severity.HIGH),
    Detail(quotes=False, rows=False, floor=Severity.HIGH, bodies=False),
)


def marker(name: str) -> str:
    """Return the first line of the comment of the instance called `name`."""
    return MARKER.format(name)


def pointer(name: str, url: str) -> str:
    """Return the body of a superfluous comment, which points to the one that is kept."""
    first = f"<!-- code-review-action name={name} pointer -->"
    return f"{first}\nThe review moved to [one comment]({url}).\n"


def with_status(body: str, text: str) -> str:
    """Return `body` with this status line below its marker; an empty `text` removes the line."""
    first, _, rest = _STATUS_LINE.sub("", body.replace("\r\n", "\n")).partition("\n")
    slot = f"{_STATUS_START}\n> {text}\n{_STATUS_END}\n" if text else ""
    return f"{first}\n{slot}{rest}"


def status(body: str) -> str:
    """Return the status line of a comment's body, "" if it has none."""
    slot = _STATUS_LINE.search(body.replace("\r\n", "\n"))
    return slot[0].split("\n")[1].removeprefix("> ") if slot else ""


def skip_status(reason: str, reviewed_sha: str) -> str:
    """Return the status line of a pull request that is not reviewed any more, or not yet.

    `reviewed_sha` is the head of the review below the line, empty if there is none.
    """
    about = f" This review is of {reviewed_sha[:7]}." if reviewed_sha else ""
    return f"New commits are not reviewed: {markdown.line(reason)}.{about}"


def placeholder(name: str, text: str) -> str:
    """Return the body of a comment that has no review yet."""
    return with_status(f"{marker(name)}\n## Code review\n", text)


def render(review: Review, run: RunDetails, remembered: state.State | None) -> str:
    """Return the body of the comment, at most LARGEST_BODY bytes.

    If it is too long, parts are left out in a fixed order (`_DETAILS`), and the comment says so.
    The job summary has the full report.
    """
    first, known = f"{marker(run.name)}\n", remembered or state.State()
    room = LARGEST_BODY - len(state_line.put_into(first, known, run.seal).encode()) - _SIZE_OF_HASH
    for detail in _reduce_detail(review):
        body = first + _render_content(review, run, detail)
        if len(body.encode()) <= room:
            known = replace(known, shown=state_line.hash_text(body))
            return state_line.put_into(body, known, run.seal) if remembered else f"{body}\n"
    raise AssertionError("a review without findings and rows always fits")  # pragma: no cover


def render_report(review: Review, run: RunDetails) -> str:
    """Return the full review for the job summary, without quotes if it exceeds LARGEST_REPORT."""
    notes = review.job_summary_notes + review.foot_notes + review.notes
    review = replace(review, notes=notes, foot_notes=(), inline=frozenset())
    full = _render_content(review, run, Detail())
    if len(full.encode()) <= LARGEST_REPORT:
        return full
    return _render_content(review, run, Detail(quotes=False))


def _reduce_detail(review: Review) -> Iterator[Detail]:
    yield from _DETAILS
    smallest = _DETAILS[-1]
    for count in range(len(review.findings), -1, -1):
        yield replace(smallest, findings=count)


def _render_content(review: Review, run: RunDetails, detail: Detail) -> str:
    shown = [finding for finding in review.findings if finding.severity >= detail.floor]
    shown = shown[: detail.findings]
    rows = [row for row in review.files if detail.quiet_rows or row.findings or row.reason]
    rows = rows if detail.rows else []
    return _TEMPLATES.render(
        "summary.md.j2",
        review=review,
        detail=detail,
        headline=review.headline,
        coverage=coverage(review),
        coverage_title=f"{len(rows)} of {len(review.files)} changed files",
        notes=review.notes,
        findings=shown,
        rows=rows,
        omitted=_list_omitted(review, len(review.findings) - len(shown), detail),
        omitted_rows=_describe_count(len(review.files) - len(rows), "file", "left out for length"),
        footer=_render_footer(review, run),
        run_url=run.url,
    )


def coverage(review: Review) -> str:
    """Return a sentence on how many of the files were reviewed, and at which commit."""
    done, failed = len(review.files_with(Status.REVIEWED)), len(review.files_with(Status.FAILED))
    short = review.head_sha[:7]
    text = f"Reviewed {done} of {len(review.files)} changed files at {short}."
    if failed:
        text += f" {failed} could not be reviewed; the table says why."
    if review.cancelled:
        text += " The run was cancelled before it was finished."
    return text


def _list_omitted(review: Review, left_out: int, detail: Detail) -> list[str]:
    withheld = review.withheld
    lines = _describe_count(left_out, "finding", "left out for length; the job summary has all")
    if not detail.bodies:
        lines.append("Explanations are left out for length; the job summary has them.")
    lines += _describe_count(withheld.duplicate, "repeated finding", "merged into others")
    lines += _describe_count(withheld.over_limit, "finding", "over max-findings")
    lines += _describe_count(
        withheld.below_threshold, "finding", "below min-severity or min-confidence"
    )
    lines += _describe_count(withheld.dismissed, "finding", "dismissed by maintainers")
    lines += _describe_count(withheld.refuted, "finding", "dropped by the verification")
    lines += _describe_count(
        withheld.unplaced,
        "unusable finding",
        "dropped: repeated, or without a quote from the changed code",
    )
    return lines


def _describe_count(count: int, noun: str, what: str) -> list[str]:
    return [f"{count} {noun}{'' if count == 1 else 's'} {what}."] if count else []


def _render_footer(review: Review, run: RunDetails) -> str:
    spent, total = review.spent, review.total
    models = " + ".join(spent.models) or "no model was asked"
    tokens = f"{spent.input_tokens:,} tokens in, {spent.output_tokens:,} out"
    parts = [models, tokens, _format_price(spent), f"{run.elapsed} s"]
    if total and total.input_tokens > spent.input_tokens:
        whole = total.input_tokens + total.output_tokens
        parts.append(f"this pull request so far: {whole:,} tokens, {_format_price(total)}")
    return " · ".join(parts)


def _format_price(spent: Spent) -> str:
    return "price unknown" if spent.cost is None else f"{spent.cost:.4f} USD"


def _format_place(finding: Finding) -> str:
    lines = f"{finding.start_line}"
    if finding.end_line != finding.start_line:
        lines += f"-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.OLD else ""
    return markdown.span(f"{finding.path}:{lines}") + removed


def _format_status(row: FileReport) -> str:
    word = f"unchanged since {row.since[:7]}" if row.since else row.status.value
    parts = [word, *([row.reason] if row.reason else []), *row.cuts]
    return markdown.line(": ".join(parts[:2]) + "".join(f"; {cut}" for cut in parts[2:]))


def _indent(text: str) -> str:
    return "\n".join(f"{_INDENT}{line}" if line else "" for line in text.split("\n"))


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "block": markdown.block,
        "span": markdown.span,
        "item": lambda text: _indent(markdown.block(text)),
        "item_code": lambda text: _indent(markdown.code(textwrap.dedent(text))),
        "place": _format_place,
        "status": _format_status,
        # Only for values of the workflow's own: the link to the run and the command.
        "trusted": str,
    },
)


def render_flowchart(review: Review) -> str:
    """Return a Mermaid flowchart of the changed folders, "" if there are fewer than FEWEST_FOLDERS.

    At most MOST_FOLDERS are drawn, those with most findings first.
    """
    folders: dict[str, list[FileReport]] = {}
    for row in review.files:
        folders.setdefault(_find_folder(row.path), []).append(row)
    if len(folders) < FEWEST_FOLDERS:
        return ""
    drawn = sorted(
        folders.items(), key=lambda item: (-_count_findings(item[1]), -len(item[1]), item[0])
    )
    lines = ["```mermaid", "flowchart LR", '  pull["pull request"]']
    for number, (folder, rows) in enumerate(drawn[:MOST_FOLDERS]):
        lines.append(f'  pull --> f{number}["{_make_label(folder)}<br>{_describe_counts(rows)}"]')
    if left := drawn[MOST_FOLDERS:]:
        lines.append(f'  pull --> more["{len(left)} other folders"]')
    return "\n".join((*lines, "```"))


def _find_folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _make_label(folder: str) -> str:
    # A path is untrusted: other characters become dots. Without escapes, cutting it is safe.
    plain = _PLAIN.sub("·", "root folder" if folder == "." else folder)
    return plain if len(plain) <= _LONGEST_LABEL else f"...{plain[-_LONGEST_LABEL:]}"


def _describe_counts(rows: Iterable[FileReport]) -> str:
    files = list(rows)
    count = f"{len(files)} file{'s' * (len(files) > 1)}"
    findings = _count_findings(files)
    return f"{count}, {findings} finding{'s' * (findings > 1)}" if findings else count


def _count_findings(rows: Iterable[FileReport]) -> int:
    return sum(len(row.findings) for row in rows)
