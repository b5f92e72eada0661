"""Renders a review as Markdown: every part, or as many of them as there is room for."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from reviewer.comments import agent_brief, costs, learned, places, snippets
from reviewer.comments.own_layout import OwnLayout
from reviewer.comments.places import NO_BLOBS, Blobs
from reviewer.config.enums import Section
from reviewer.finding import Finding
from reviewer.memory.seal import UNSEALED, Seal
from reviewer.review.promise import group_by_issue
from reviewer.review.result import FileReport, Review, Status
from reviewer.severity import Confidence, Severity
from reviewer.text import markdown
from reviewer.text.templates import Templates

# Bytes; the findings that are shown in full need the rest.
_LARGEST_LIST = 15_000
EVERY_SECTION = tuple(section for section in Section if section is not Section.NONE)
_MARKS = {
    Severity.CRITICAL: "\N{LARGE RED CIRCLE}",
    Severity.HIGH: "\N{LARGE ORANGE CIRCLE}",
    Severity.MEDIUM: "\N{LARGE YELLOW CIRCLE}",
    Severity.LOW: "\N{LARGE BLUE CIRCLE}",
}


@dataclass(frozen=True, slots=True)
class RunDetails:
    """The facts about the run that the comment shows.

    `name` is the instance, `url` the address of the run (empty outside of a workflow), `elapsed`
    the seconds since the start. `seal` signs the remembered state. `blobs` are the files of the
    reviewed commit, to which places are linked. `layout` has the repository's own templates.
    """

    name: str
    url: str
    elapsed: int
    seal: Seal = UNSEALED
    blobs: Blobs = NO_BLOBS
    layout: OwnLayout | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """The parts of the review that are shown; `reduce_detail` leaves out some.

    `sections` are those that the settings leave. `agents` is the block for coding agents,
    `learnings` limits the listed ones, `quotes` is the code of findings. `in_full` limits the
    findings that are shown in full, `collapsed` the bytes of the collapsed lines about the others.
    `commands` is the line that names them.
    """

    sections: tuple[Section, ...] = EVERY_SECTION
    agents: bool = True
    learnings: int = 20
    quotes: bool = True
    quiet_rows: bool = True
    links: bool = True
    rows: bool = True
    in_full: int = 1_000_000
    collapsed: int = 1_000_000
    commands: bool = True


def reduce_detail(detail: Detail, visible: int) -> Iterator[Detail]:
    """Yield ever fewer details, beginning with all: what repeats goes first, findings go last."""
    yield detail
    yield (detail := replace(detail, agents=False))
    yield (detail := replace(detail, learnings=0))
    yield (detail := replace(detail, quotes=False))
    yield (detail := replace(detail, quiet_rows=False))
    yield (detail := replace(detail, links=False))
    yield (detail := replace(detail, rows=False))
    yield (detail := replace(detail, collapsed=_LARGEST_LIST))
    for count in range(visible - 1, -1, -1):
        yield replace(detail, in_full=count)
    yield replace(detail, in_full=0, collapsed=0)


def render(review: Review, visible: Sequence[Finding], run: RunDetails, detail: Detail) -> str:
    """Return the review with these parts; the findings in `visible` are shown in full."""
    shown = visible[: detail.in_full]
    in_full = frozenset(shown)
    others = [finding for finding in review.findings if finding not in in_full]
    blobs = run.blobs if detail.links else NO_BLOBS
    lines = [_format_collapsed(finding, blobs) for finding in others]
    listed = lines[: _count_fitting(lines, detail.collapsed)]
    rows = _choose_rows(review, detail)
    # Whatever a template makes, the review below it has to fit.
    fits = run.layout if detail.collapsed else None
    own = fits.list_parts(review, shown, quotes=detail.quotes) if fits else {}
    overview = Section.OVERVIEW in detail.sections and review.overview.text
    changes = Section.MAJOR_CHANGES in detail.sections and review.overview.major_changes
    return _TEMPLATES.render(
        "summary.md.j2",
        review=review,
        detail=detail,
        coverage=coverage(review),
        only=_find_only(review, detail),
        overview=overview or "",
        findings=shown,
        own=own,
        compared=group_by_issue(review.overview.gaps),
        place_of={finding: places.format_place(finding, blobs) for finding in shown},
        collapsed=listed,
        collapsed_title=_describe_collapsed(others),
        major_changes=changes or (),
        rows=rows if detail.rows else (),
        rows_title="Files" if Section.FILES in detail.sections else "Not reviewed",
        rows_summary=_describe_rows(rows),
        omitted=[
            *_describe_shortened(detail, shown),
            *_list_omitted(review, len(others) - len(listed), len(visible) - len(shown)),
        ],
        omitted_rows=_describe_count(
            _count_omitted_rows(review, rows, detail), "file", "left out for length"
        ),
        learnings=learned.list_given(review, detail.learnings) if review.learnings else (),
        agent_brief=agent_brief.render_for_comment(review, shown)
        if detail.agents and shown
        else "",
        footer=_render_footer(review, run),
        run_url=run.url,
    )


def render_clean(review: Review, run: RunDetails) -> str:
    """Return a review without findings as one line.

    The notes about it follow, and what the repository's own templates add.
    """
    fixed = len(review.fixed)
    return _TEMPLATES.render(
        "clean.md.j2",
        review=review,
        own=run.layout.list_around(review) if run.layout else {},
        fixed=f"{fixed} finding{'s' * (fixed > 1)} fixed" if fixed else "",
        compared=group_by_issue(review.overview.gaps),
        run_url=run.url,
    )


def coverage(review: Review, reasons: str = "the table says why") -> str:
    """Return a sentence on how many of the files were reviewed, and of which changes.

    The head commit of local changes may not exist outside of the run.
    """
    done, failed = len(review.files_with(Status.REVIEWED)), len(review.files_with(Status.FAILED))
    where = f": {review.subject}" if review.subject else f" at {review.head_sha[:7]}"
    files = "file" if len(review.files) == 1 else "files"
    text = f"Reviewed {done} of {len(review.files)} changed {files}{where}."
    if failed:
        text += f" {failed} could not be reviewed; {reasons}."
    if review.cancelled:
        text += " The run was cancelled before it was finished."
    return text


def _find_only(review: Review, detail: Detail) -> FileReport | None:
    """Return the row of the only changed file if the rest of the comment says all that it does."""
    if len(review.files) != 1 or not review.complete:
        return None
    (row,) = review.files
    described = bool(Section.OVERVIEW in detail.sections and review.overview.text)
    repeats = described or not row.summary
    return row if repeats and not (_has_gap(row) or row.reason) else None


def _choose_rows(review: Review, detail: Detail) -> list[FileReport]:
    """Return the rows of the table; without it, those of files that were not reviewed as a whole.

    No setting leaves those out.
    """
    if Section.FILES not in detail.sections:
        return [row for row in review.files if _has_gap(row)]
    if _find_only(review, detail):
        return []
    return [row for row in review.files if detail.quiet_rows or row.findings or row.reason]


def _has_gap(row: FileReport) -> bool:
    return row.status is not Status.REVIEWED or bool(row.cuts)


def _describe_rows(rows: Sequence[FileReport]) -> str:
    counts = Counter(row.status.value for row in rows)
    return " · ".join(f"{count:,} {word}" for word, count in counts.items())


def _count_omitted_rows(review: Review, rows: Sequence[FileReport], detail: Detail) -> int:
    """Return how many rows were left out for length."""
    every = _choose_rows(review, Detail(sections=detail.sections))
    return len(every) - (len(rows) if detail.rows else 0)


def _count_fitting(lines: Iterable[str], room: int) -> int:
    """Return how many lines, from the first, have at most `room` bytes together."""
    sizes = accumulate(len(line.encode()) for line in lines)
    return sum(size <= room for size in sizes)


def _describe_collapsed(findings: Sequence[Finding]) -> str:
    counts = sorted(Counter(finding.severity for finding in findings).items(), reverse=True)
    parts = [f"{count} {severity.label}" for severity, count in counts]
    return f"In one line each: {' · '.join(parts)}"


def _describe_shortened(detail: Detail, shown: Sequence[Finding]) -> list[str]:
    """Name what the findings that are shown lack for length; without any, they lack nothing."""
    parts = {
        "the block for coding agents": detail.agents,
        "the code of the findings": detail.quotes,
        "links to the code": detail.links,
    }
    lacking = [name for name, there in parts.items() if not there]
    return [f"Left out for length: {', '.join(lacking)}."] if lacking and shown else []


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


def format_severity(finding: Finding) -> str:
    """Return the mark of a finding's severity, and its word."""
    return f"{_MARKS[finding.severity]} {finding.severity.label.title()}"


def _format_collapsed(finding: Finding, blobs: Blobs) -> str:
    doubt = ", low confidence" if finding.confidence is Confidence.LOW else ""
    more = f" and {len(finding.also)} more" if finding.also else ""
    return (
        f"**{format_severity(finding)}{doubt} · {markdown.line(finding.title)}** · "
        f"{places.format_place(finding, blobs)}{more} [F{finding.number}]"
    )


def _format_status(row: FileReport) -> str:
    word = f"unchanged since {row.since[:7]}" if row.since else row.status.value
    parts = [word, *([row.reason] if row.reason else []), *row.cuts]
    return markdown.line(": ".join(parts[:2]) + "".join(f"; {cut}" for cut in parts[2:]))


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "block": markdown.block,
        "span": markdown.span,
        "place": lambda finding: places.format_place(finding, NO_BLOBS),
        "places": places.list_places,
        "plain": lambda text: markdown.code(text, "text"),
        "severity": format_severity,
        "snippet": snippets.render,
        "status": _format_status,
        # Only for what is safe: the link to the run, links to places, code in its fence, and what
        # other templates made.
        "trusted": str,
    },
)
