"""Shows the code of a finding: its quote, or the proposed change of it as a diff."""

import textwrap
from collections.abc import Sequence
from itertools import takewhile

from reviewer.changes import languages
from reviewer.finding import Finding
from reviewer.text import markdown

# More than this is collapsed: the eye has to find the next finding.
_MOST_LINES = 12
_MOST_CHARACTERS = 1_200


def render(finding: Finding) -> str:
    """Return the code as fenced Markdown, long code collapsed; "" if there is none.

    A diff shows every line of the quote, so the quote is not shown beside it.
    """
    old, new = _split(finding.quote), _split(finding.suggestion or "")
    if new and new != old:
        return _fold("Proposed change", _make_diff(old, new), "diff")
    if not old:
        return ""
    code = textwrap.dedent("\n".join(old))
    return _fold("Code", code, languages.highlight_name(finding.path))


def _split(text: str) -> list[str]:
    return text.strip("\n").split("\n") if text.strip() else []


def _fold(title: str, text: str, language: str) -> str:
    fence, lines = markdown.code(text, language), text.count("\n") + 1
    if lines <= _MOST_LINES and len(text) <= _MOST_CHARACTERS:
        return fence
    count = f"{lines} line{'s' * (lines != 1)}"
    return f"<details><summary>{title}, {count}</summary>\n\n{fence}\n\n</details>"


def _make_diff(old: Sequence[str], new: Sequence[str]) -> str:
    """Return both texts as one diff: lines that both begin or end with are shown once."""
    lines = textwrap.dedent("\n".join((*old, *new))).split("\n")
    before, after = lines[: len(old)], lines[len(old) :]
    head = _count_equal(before, after)
    tail = _count_equal(before[head:][::-1], after[head:][::-1])
    marked = (
        *(f" {line}" for line in before[:head]),
        *(f"-{line}" for line in before[head : len(before) - tail]),
        *(f"+{line}" for line in after[head : len(after) - tail]),
        *(f" {line}" for line in before[len(before) - tail :]),
    )
    return "\n".join(marked)


def _count_equal(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines both texts have in common at the start."""
    same = (left == right for left, right in zip(one, other, strict=False))
    return sum(takewhile(bool, same))
