"""Renders the summary comment and the job summary, and sets the status line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.comments import layout
from reviewer.comments.layout import EVERY_SECTION, Detail, RunDetails
from reviewer.config.enums import Section
from reviewer.finding import Finding
from reviewer.memory import state, state_line
from reviewer.review.result import Review
from reviewer.text import markdown

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
    *,
    sections: tuple[Section, ...] = EVERY_SECTION,
    one_line: bool = False,
) -> str:
    """Return the body of the comment, at most LARGEST_BODY bytes.

    The findings in `visible` are shown in full, the others in one collapsed line each. `sections`
    is the setting; `one_line` is for a review that is clean. If it is too long, parts are left out
    in a fixed order (`layout.reduce_detail`), and the comment says so. The job summary has the full
    report.
    """
    first, known = f"{marker(run.name)}\n", remembered or state.State()
    room = LARGEST_BODY - len(state_line.put_into(first, known, run.seal).encode()) - _SIZE_OF_HASH
    for text in _render_shorter(review, visible, run, sections, one_line=one_line):
        body = first + text
        if len(body.encode()) <= room:
            known = replace(known, shown=state_line.hash_text(body))
            return state_line.put_into(body, known, run.seal) if remembered else f"{body}\n"
    raise AssertionError("a review without findings and rows always fits")  # pragma: no cover


def render_report(review: Review, run: RunDetails) -> str:
    """Return the full review for the job summary, without code if it exceeds LARGEST_REPORT."""
    notes = review.job_summary_notes + review.foot_notes + review.notes
    review = replace(review, notes=notes, foot_notes=(), inline=frozenset())
    every = len(review.learnings)
    full = layout.render(review, review.findings, run, Detail(commands=False, learnings=every))
    if len(full.encode()) <= LARGEST_REPORT:
        return full
    short = Detail(commands=False, agents=False, quotes=False)
    return layout.render(review, review.findings, run, short)


def _render_shorter(
    review: Review,
    visible: Sequence[Finding],
    run: RunDetails,
    sections: tuple[Section, ...],
    *,
    one_line: bool,
) -> Iterator[str]:
    if one_line:
        yield layout.render_clean(review, run)
    for detail in layout.reduce_detail(Detail(sections), len(visible)):
        yield layout.render(review, visible, run, detail)
