"""Renders the summary comment and the job summary, and sets the status line."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from reviewer.comments import costs
from reviewer.comments.own_layout import INDENT, OwnLayout
from reviewer.finding import Finding, Side
from reviewer.memory import state, state_line
from reviewer.memory.seal import UNSEALED, Seal
from reviewer.review import FileReport, Review, Status
from reviewer.severity import Confidence
from reviewer.text import markdown
from reviewer.text.templates import SafeText, Templates

# GitHub refuses 65,536 "characters" without defining them; counted in bytes, a text is longest.
LARGEST_BODY = 60_000
# The runner keeps 1 MiB of a step's summary; other texts of the step share it.
LARGEST_REPORT = 700_000

# Bytes; the findings that are shown in full need the rest.
_LARGEST_LIST = 15_000
# Bytes that the hash of the text adds to the encoded state.
_SIZE_OF_HASH = 200
MARKER = "<!-- code-review-action name={} v=1 -->"
_STATUS_START = "<!-- code-review-action:status -->"
_STATUS_END = "<!-- code-review-action:status-end -->"
_STATUS_LINE = re.compile(rf"^{_STATUS_START}\n.*?^{_STATUS_END}\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class RunDetails:
    """The facts about the run that the comment shows.

    `name` is the instance, `url` the address of the run (empty outside of a workflow), `elapsed`
    the seconds since the start. `seal` signs the remembered state. `layout` has the repository's
    own templates.
    """

    name: str
    url: str
    elapsed: int
    seal: Seal = UNSEALED
    layout: OwnLayout | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """The parts of the review that the comment shows; each later one in `_DETAILS` shows less.

    `in_full` limits the findings that are shown in full, `collapsed` the bytes of the collapsed
    lines about the others.
    """

    quotes: bool = True
    quiet_rows: bool = True
    rows: bool = True
    in_full: int = 1_000_000
    collapsed: int = 1_000_000


_DETAILS = (
    Detail(),
    Detail(quotes=False),
    Detail(quotes=False, quiet_rows=False),
    Detail(quotes=False, rows=False),
    Detail(quotes=False, rows=False, collapsed=_LARGEST_LIST),
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


def render(
    review: Review,
    visible: Sequence[Finding],
    run: RunDetails,
    remembered: state.State | None,
) -> str:
    """Return the body of the comment, at most LARGEST_BODY bytes.

    The findings in `visible` are shown in full, the others in one collapsed line each. If it is too
    long, parts are left out in a fixed order (`_DETAILS`), and the comment says so. The job
    summary has the full report.
    """
    first, known = f"{marker(run.name)}\n", remembered or state.State()
    room = LARGEST_BODY - len(state_line.put_into(first, known, run.seal).encode()) - _SIZE_OF_HASH
    for detail in _reduce_detail(len(visible)):
        body = first + _render_content(review, visible, run, detail)
        if len(body.encode()) <= room:
            known = replace(known, shown=state_line.hash_text(body))
            return state_line.put_into(body, known, run.seal) if remembered else f"{body}\n"
    raise AssertionError("a review without findings and rows always fits")  # pragma: no cover


def render_report(review: Review, run: RunDetails) -> str:
    """Return the full review for the job summary, without quotes if it exceeds LARGEST_REPORT."""
    notes = review.job_summary_notes + review.foot_notes + review.notes
    review = replace(review, notes=notes, foot_notes=(), inline=frozenset())
    full = _render_content(review, review.findings, run, Detail())
    if len(full.encode()) <= LARGEST_REPORT:
        return full
    return _render_content(review, review.findings, run, Detail(quotes=False))


def _reduce_detail(visible: int) -> Iterator[Detail]:
    yield from _DETAILS
    smallest = _DETAILS[-1]
    for count in range(visible - 1, -1, -1):
        yield replace(smallest, in_full=count)
    yield replace(smallest, in_full=0, collapsed=0)


def _render_content(
    review: Review, visible: Sequence[Finding], run: RunDetails, detail: Detail
) -> str:
    shown = visible[: detail.in_full]
    in_full = frozenset(shown)
    others = [finding for finding in review.findings if finding not in in_full]
    listed = others[: _count_fitting(others, detail.collapsed)]
    rows = [row for row in review.files if detail.quiet_rows or row.findings or row.reason]
    rows = rows if detail.rows else []
    # Whatever a template makes, the review below it has to fit.
    layout = run.layout if detail.collapsed else None
    own: dict[Finding | str, SafeText] = {}
    if layout:
        own = {each: layout.render_around(each, review) for each in ("header", "footer")}
        own |= {
            each: layout.list_finding(each, review.inline, quotes=detail.quotes) for each in shown
        }
    return _TEMPLATES.render(
        "summary.md.j2",
        review=review,
        detail=detail,
        headline=review.headline,
        coverage=coverage(review),
        coverage_title=f"{len(rows)} of {len(review.files)} changed files",
        notes=review.notes,
        findings=shown,
        own=own,
        collapsed=listed,
        collapsed_title=_describe_collapsed(others),
        rows=rows,
        omitted=_list_omitted(review, len(others) - len(listed), len(visible) - len(shown)),
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


def _count_fitting(findings: Iterable[Finding], room: int) -> int:
    """Return how many findings, from the first, have collapsed lines of at most `room` bytes."""
    sizes = accumulate(len(_format_collapsed(finding).encode()) for finding in findings)
    return sum(size <= room for size in sizes)


def _describe_collapsed(findings: Sequence[Finding]) -> str:
    counts = sorted(Counter(finding.severity for finding in findings).items(), reverse=True)
    parts = [f"{count} {severity.label}" for severity, count in counts]
    return f"In one line each: {' · '.join(parts)}"


def _list_omitted(review: Review, left_out: int, unexplained: int) -> list[str]:
    withheld = review.withheld
    lines = _describe_count(left_out, "finding", "left out for length; the job summary has all")
    lines += _describe_count(
        unexplained, "explanation", "left out for length; the job summary has them"
    )
    lines += _describe_count(withheld.duplicate, "repeated finding", "merged into others")
    lines += _describe_count(withheld.over_limit, "finding", "over max-findings")
    lines += _describe_count(
        withheld.below_threshold, "finding", "below min-severity or min-confidence"
    )
    lines += _describe_count(withheld.dismissed, "finding", "dismissed by maintainers")
    lines += _describe_count(withheld.refuted, "finding", "dropped by the verification")
    lines += _describe_count(
        withheld.malformed, "finding", "dropped: quote, title or explanation is missing"
    )
    lines += _describe_count(
        withheld.unplaced,
        "finding",
        "dropped: the quoted code is not in the change, or more than once",
    )
    return lines


def _describe_count(count: int, noun: str, what: str) -> list[str]:
    return [f"{count} {noun}{'' if count == 1 else 's'} {what}."] if count else []


def _render_footer(review: Review, run: RunDetails) -> str:
    spent, ledger = review.spent, review.ledger
    models = " + ".join(spent.models) or "no model was asked"
    parts = [models, costs.describe_spent(spent), f"{run.elapsed} s"]
    # What a fork's run has cost is no part of it.
    if ledger and ledger.tokens > (0 if review.by_fork else spent.tokens):
        parts.append(costs.describe_ledger(ledger))
    return " · ".join(parts)


def _format_place(finding: Finding) -> str:
    lines = f"{finding.start_line}"
    if finding.end_line != finding.start_line:
        lines += f"-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.OLD else ""
    return markdown.span(f"{finding.path}:{lines}") + removed


def _format_collapsed(finding: Finding) -> str:
    doubt = ", low confidence" if finding.confidence is Confidence.LOW else ""
    more = f" and {len(finding.also)} more" if finding.also else ""
    return (
        f"**{finding.severity.label.title()}{doubt}** {_format_place(finding)}{more} · "
        f"{markdown.line(finding.title)} [F{finding.number}]"
    )


def _format_status(row: FileReport) -> str:
    word = f"unchanged since {row.since[:7]}" if row.since else row.status.value
    parts = [word, *([row.reason] if row.reason else []), *row.cuts]
    return markdown.line(": ".join(parts[:2]) + "".join(f"; {cut}" for cut in parts[2:]))


def _indent(text: str) -> str:
    return "\n".join(f"{INDENT}{line}" if line else "" for line in text.split("\n"))


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "block": markdown.block,
        "span": markdown.span,
        "item": lambda text: _indent(markdown.block(text)),
        "item_code": lambda text: _indent(markdown.code(textwrap.dedent(text))),
        "place": _format_place,
        "collapsed": _format_collapsed,
        "status": _format_status,
        # Only for values of the workflow's own: the link to the run and the command.
        "trusted": str,
    },
)
