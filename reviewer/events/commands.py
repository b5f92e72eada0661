"""What people tell the reviewer in a comment: untrusted text in, at most one command out."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from reviewer.record import record

REVIEW_WORD = "/review"
LONGEST_QUESTION = 2_000
"""Characters; what is longer is cut there."""
LONGEST_REASON = 200
"""Characters; reasons are remembered in the comment, where there is little room."""

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
# The summary prints [F3], and people copy what they see.
_NUMBERED = re.compile(r"\[?F([1-9][0-9]{0,5})\]?(?:[ \t]+(.*))?", re.IGNORECASE | re.ASCII)


@record
class Review:
    """Review the pull request; `full` ignores what an earlier run remembered."""

    full: bool = False


@record
class Summary:
    """Say anew what the change does."""


@record
class Ask:
    """Answer a question about the pull request, of at most LONGEST_QUESTION characters."""

    question: str


@record
class Ignore:
    """Say no more about the finding called F`number`."""

    number: int
    reason: str = ""


@record
class Pause:
    """Review no further pushes."""


@record
class Resume:
    """Review pushes again, beginning now."""


@record
class Help:
    """List the commands."""


@record
class Unknown:
    """Something was said to us that is no command."""

    text: str


Command: TypeAlias = Review | Summary | Ask | Ignore | Pause | Resume | Help | Unknown

_ALONE: dict[str, Command] = {
    "": Review(),
    "full": Review(full=True),
    "summary": Summary(),
    "pause": Pause(),
    "resume": Resume(),
    "help": Help(),
}
# What needs no word of ours before it, only a slash.
_OWN_WORDS = ("/summary", "/ask", "/ignore", "/pause", "/resume", "/help")


def parse(body: str, trigger: str) -> Command | None:
    """Return the first command of a comment, or None.

    A command starts its line and, but for what it takes along, stands alone on it. Quoted lines
    never match because they start with ">", fenced ones because of the fence. `trigger` says the
    same as /review.
    """
    words = sorted({REVIEW_WORD, trigger.strip()}, key=len, reverse=True)
    # Only line feeds end a line here, as on GitHub; U+2028 in a quote must not start a new one.
    lines = body.replace("\r\n", "\n").split("\n")
    for index in _outside_fences(lines):
        if order := _order(lines[index], words):
            command = _command(order, lines, index)
            if command:
                return command
    return None


@record
class _Order:
    """A line that speaks to us; `addressed` means that it begins with the trigger."""

    verb: str
    rest: str
    addressed: bool


def _outside_fences(lines: Sequence[str]) -> Iterator[int]:
    fence = ""
    for index, line in enumerate(lines):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
        else:
            yield index


def _order(line: str, words: Sequence[str]) -> _Order | None:
    for word in words:
        said = _after(line, word)
        if said is not None:
            verb, rest = _split(said)
            return _Order(verb.lower(), rest, addressed=True)
    for word in _OWN_WORDS:
        said = _after(line, word)
        if said is not None:
            return _Order(word.removeprefix("/"), said, addressed=False)
    return None


def _after(line: str, word: str) -> str | None:
    """Return what follows a word that starts the line, in any letter case."""
    if line[: len(word)].lower() != word.lower():
        return None
    rest = line[len(word) :]
    return rest.strip(" \t") if not rest or rest[0] in " \t" else None


def _split(said: str) -> tuple[str, str]:
    verb, *rest = re.split(r"[ \t]+", said, maxsplit=1)
    return verb, "".join(rest)


def _command(order: _Order, lines: Sequence[str], index: int) -> Command | None:
    found: Command | None = None
    if order.verb == "ask":
        question = "\n".join((order.rest, *lines[index + 1 :])).strip()
        found = Ask(question[:LONGEST_QUESTION]) if question else None
    elif order.verb == "ignore":
        named = _NUMBERED.fullmatch(order.rest)
        found = Ignore(int(named[1]), (named[2] or "")[:LONGEST_REASON]) if named else None
    elif not order.rest:
        found = _ALONE.get(order.verb)
    if found:
        return found
    # A slash word in other words may be meant for another bot; ours without what it needs is not.
    if order.addressed or order.verb == "ask" or (order.verb == "ignore" and not order.rest):
        return Unknown(f"{order.verb} {order.rest}".strip())
    return None
