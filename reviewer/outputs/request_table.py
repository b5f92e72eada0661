"""Shows the requests of a review as tables: before they are sent, and what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.prompt import Estimate, PlannedRequest
from reviewer.text import markdown, truncate
from reviewer.text.templates import Templates

MOST_ROWS = 100
"""Rows of a table; the rest is counted."""
_MOST_PATHS = 3
_LONGEST_PATH = 200


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A changed file, and the reason in words if the model does not read it."""

    path: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PlannedReview:
    """What a review by `model` would take, before anything is asked.

    `subject` is what would be reviewed, such as the head commit. `least` is the estimate of the
    requests that are certain, `most` that of all.
    """

    subject: str
    model: str
    requests: tuple[PlannedRequest, ...]
    least: Estimate
    most: Estimate
    rows: tuple[PlannedRow, ...] = ()


def render_plan(plan: PlannedReview) -> str:
    """Return the plan as Markdown, for the job summary or a terminal."""
    return _TEMPLATES.render(
        "plan.md.j2",
        plan=plan,
        total=_describe_total(plan),
        prices=_list_prices(plan),
        requests=plan.requests[:MOST_ROWS],
        omitted_requests=_count_omitted(plan.requests, "request"),
        rows=plan.rows[:MOST_ROWS],
        omitted_rows=_count_omitted(plan.rows, "file"),
    )


def render_outcomes(requests: Sequence[PlannedRequest]) -> str:
    """Return a section of the job summary with what came of each request, "" if there was none."""
    if not requests:
        return ""
    return _TEMPLATES.render(
        "requests.md.j2",
        title=_count(len(requests), "request"),
        requests=requests[:MOST_ROWS],
        omitted_requests=_count_omitted(requests, "request"),
    )


def _describe_total(plan: PlannedReview) -> str:
    certain = sum(each.certain for each in plan.requests)
    others = len(plan.requests) - certain
    more = f" and at most {_count(others, 'verification')}" if others else ""
    if not plan.requests:
        return "no request: every result is remembered or needs no model"
    tokens = _range(plan.least.input_tokens, plan.most.input_tokens)
    replies = _range(plan.least.output_tokens, plan.most.output_tokens)
    return (
        f"{_count(certain, 'request')}{more}, with about {tokens} tokens in prompts and {replies} "
        "in replies"
    )


def _list_prices(plan: PlannedReview) -> tuple[str, ...]:
    """Return the least and the highest price, one if they are the same, () if unknown."""
    costs = (plan.least.cost, plan.most.cost)
    return tuple(dict.fromkeys(f"{cost:.4f}" for cost in costs if cost is not None))


def _range(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _count_omitted(rows: Sequence[object], noun: str) -> tuple[str, ...]:
    left = len(rows) - MOST_ROWS
    return (f"{_count(left, noun)} more.",) if left > 0 else ()


def _render_paths(paths: Sequence[str]) -> str:
    shown = ", ".join(markdown.span(truncate.line(p, _LONGEST_PATH)) for p in paths[:_MOST_PATHS])
    more = len(paths) - _MOST_PATHS
    return f"{shown} and {more:,} more" if more > 0 else shown


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "span": markdown.span,
        "paths": _render_paths,
        # Numbers of our own.
        "range": " to ".join,
        "tokens": lambda request: f"{request.tokens:,}" if request.tokens else "",
    },
)
