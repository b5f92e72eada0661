"""What the linked issues of a pull request ask for, as far as a request shows it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from reviewer.pull_request import LinkedIssue, PullRequest
from reviewer.text import digest

MOST_ISSUES = 3
"""Issues of which the text is shown; a change that closes more is rarely about one of them."""
ISSUE_CHARACTERS = 4_000
"""Characters of the text of one issue."""

_TICKED = re.compile(r"^(\s*[-*+] )\[[xX]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """An issue as prompts show it; `cut` says that its text goes on."""

    number: int
    title: str
    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Promises:
    """The issues that a change is compared with; none where it is compared with nothing."""

    issues: tuple[LinkedIssue, ...] = ()

    @classmethod
    def of(cls, pull: PullRequest, *, wanted: bool) -> "Promises":
        """Return those of a pull request; issues without a text ask for nothing that we can see."""
        found = (issue for issue in pull.linked_issues if issue.body.strip())
        return cls(tuple(found)[:MOST_ISSUES] if wanted else ())

    @property
    def identity(self) -> str:
        """64 hexadecimal digits that change with what the issues ask for, "" without any.

        White space and ticked boxes make no difference, because a tick asks for nothing new.
        """
        if not self.issues:
            return ""
        texts = [_reduce(f"{issue.title}\n{issue.body}") for issue in self.issues]
        numbers = [issue.number for issue in self.issues]
        return digest.identify("promises", *numbers, *texts)

    def show(self, as_prompt_text: Callable[[str], str]) -> tuple[ShownIssue, ...]:
        """Return the issues as prompts show them.

        Masked before it is cut: a secret cut in the middle would no longer be recognised.
        """
        return tuple(_show(issue, as_prompt_text) for issue in self.issues)


def _show(issue: LinkedIssue, as_prompt_text: Callable[[str], str]) -> ShownIssue:
    text = as_prompt_text(issue.body.replace("\r\n", "\n")).strip()
    cut = len(text) > ISSUE_CHARACTERS
    return ShownIssue(issue.number, as_prompt_text(issue.title), text[:ISSUE_CHARACTERS], cut)


def _reduce(text: str) -> str:
    return " ".join(_TICKED.sub(r"\1[ ]", text).split())
