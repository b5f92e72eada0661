"""Renders the answer to a question, and the list of commands."""

import re
from dataclasses import dataclass

from reviewer.comments import costs
from reviewer.comments.summary import LARGEST_BODY
from reviewer.memory.seal import Seal
from reviewer.review.spending import Spent
from reviewer.text import digest, markdown
from reviewer.text.templates import Templates
from reviewer.text.truncate import shorten

# Characters of an answer, tried in this order: escaped for Markdown, one may become eight bytes.
_LENGTHS = (20_000, 8_000, 3_000)
_MARKER = re.compile(
    r"<!-- code-review-action:answer name=([a-z0-9-]{1,40}) to=([0-9]{1,19})"
    r"(?: tag=([A-Za-z0-9_-]{43}))? -->"
)


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A question with the model's answer (both untrusted) and what the answer cost.

    `question` is empty in a thread, where people see it above. `run_url` is empty outside of a
    workflow.
    """

    question: str
    answer: str
    spent: Spent
    run_url: str


def answer_marker(seal: Seal, comment_id: int, text: str) -> str:
    """Return the line that marks `text` as the answer to the comment `comment_id`."""
    return _mark("answer", seal, f" to={comment_id}", _describe(comment_id, text))


def read_question_id(body: str, seal: Seal) -> int | None:
    """Return the id of the comment that `body` answers, None if it is no answer of ours.

    The marker is the first or the last line. With a key, it must be signed for the rest.
    """
    lines = body.replace("\r\n", "\n").strip().split("\n")
    for line, rest in ((lines[0], lines[1:]), (lines[-1], lines[:-1])):
        found = _MARKER.fullmatch(line)
        if found and found[1] == seal.name:
            comment_id = int(found[2])
            signed = _describe(comment_id, "\n".join(rest))
            if not seal.key or seal.verify("answer", signed, found[3] or ""):
                return comment_id
    return None


def _describe(comment_id: int, text: str) -> str:
    return digest.identify("answer", comment_id, digest.identify_text(text))


def help_marker(seal: Seal) -> str:
    """Return the first line of the list of commands."""
    return _mark("help", seal, "", "")


def _mark(kind: str, seal: Seal, about: str, signed: str) -> str:
    tag = seal.sign(kind, signed)
    proof = f" tag={tag}" if tag else ""
    return f"<!-- code-review-action:{kind} name={seal.name}{about}{proof} -->"


def render_answer(text: AnswerText) -> str:
    """Return an answer as Markdown without marker, at most LARGEST_BODY bytes; it may be cut."""
    for length in _LENGTHS:
        body = _TEMPLATES.render(
            "answer.md.j2",
            question=text.question,
            answer=shorten(text.answer, length),
            footer=_render_footer(text.spent),
            run_url=text.run_url,
        )
        if len(body.encode()) < LARGEST_BODY:
            return body
    raise AssertionError("an answer of 3,000 characters always fits")  # pragma: no cover


def render_help(trigger: str, unknown: str) -> str:
    """Return the list of commands as Markdown without marker.

    `trigger` is the command of a review; `unknown` is a word that is no command, or "".
    """
    return _TEMPLATES.render(
        "help.md.j2", trigger=trigger, full=f"{trigger} full", unknown=shorten(unknown, 100)
    )


def _render_footer(spent: Spent) -> str:
    return f"{' + '.join(spent.models)} · {costs.describe_spent(spent)}"


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
