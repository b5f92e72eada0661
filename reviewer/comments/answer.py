"""What is written for people who asked: an answer under its question, and the help."""

from dataclasses import dataclass

from reviewer.comments.summary import LARGEST_BODY
from reviewer.review import Spent
from reviewer.text import markdown
from reviewer.text.templates import Templates
from reviewer.text.truncate import shorten

# Characters of an answer, the most that is tried first: written for Markdown, some become eight
# bytes.
_LENGTHS = (20_000, 8_000, 3_000)


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An answer and what it took; `question` is empty where people see it anyway.

    `run_url` is empty outside of a workflow.
    """

    question: str
    answer: str
    spent: Spent
    run_url: str


def answer_marker(name: str, comment_id: int) -> str:
    """Return the line by which the answer to a comment is known again."""
    return f"<!-- code-review-action:answer name={name} to={comment_id} -->"


def help_marker(name: str) -> str:
    """Return the first line of the help of the instance called `name`."""
    return f"<!-- code-review-action:help name={name} -->"


def render_answer(told: AnswerText) -> str:
    """Render an answer without a marker; it fits a comment, cut short where it must be."""
    for length in _LENGTHS:
        text = _TEMPLATES.render(
            "answer.md.j2",
            question=told.question,
            answer=shorten(told.answer, length),
            footer=_render_footer(told.spent),
            run_url=told.run_url,
        )
        if len(text.encode()) < LARGEST_BODY:
            return text
    raise AssertionError("an answer of 3,000 characters always fits")  # pragma: no cover


def render_help(trigger: str, unknown: str) -> str:
    """Render the list of commands without a marker; `unknown` is what was not understood."""
    return _TEMPLATES.render(
        "help.md.j2", trigger=trigger, full=f"{trigger} full", unknown=shorten(unknown, 100)
    )


def _render_footer(spent: Spent) -> str:
    tokens = f"{spent.input_tokens:,} tokens in, {spent.output_tokens:,} out"
    price = "price unknown" if spent.cost is None else f"{spent.cost:.4f} USD"
    return " · ".join((" + ".join(spent.models), tokens, price))


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in markdown.block(text).split("\n"))


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "block": markdown.block,
        "quote": _quote,
        "span": markdown.span,
        # Only for a value of the workflow's own: the link to the run.
        "trusted": str,
    },
)
