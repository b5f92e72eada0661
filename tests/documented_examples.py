"""The examples of the documentation: blocks of YAML after `<!-- example:kind -->`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
# The kinds of those that show files of the repository; all others are workflows.
CONFIG = "config"
LEARNINGS = "learnings"

_EXAMPLE = re.compile(r"^<!-- example:(\w+) -->\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """One example; `line` counts from 1 in the page."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        """Say what it is and where it is."""
        return f"{self.kind} at {self.page.relative_to(ROOT)}:{self.line}"


def all_examples() -> Iterator[Example]:
    """Yield every marked example of the pages."""
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in _EXAMPLE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Example(page, line, match[1], match[2])


def workflows() -> tuple[Example, ...]:
    """Return the examples that belong into .github/workflows."""
    return tuple(each for each in all_examples() if each.kind not in {CONFIG, LEARNINGS})


def configurations() -> tuple[Example, ...]:
    """Return the examples of the repository's file."""
    return tuple(each for each in all_examples() if each.kind == CONFIG)


def learnings() -> tuple[Example, ...]:
    """Return the examples of the file with learnings."""
    return tuple(each for each in all_examples() if each.kind == LEARNINGS)


def workflow(kind: str) -> str:
    """Return the one workflow of a kind."""
    (text,) = (each.text for each in workflows() if each.kind == kind)
    return text
