"""The commands in comments: untrusted text in, at most one command out."""

import re
from collections.abc import Sequence
from itertools import dropwhile
from typing import TypeAlias

from reviewer.record import record

REVIEW_WORD = "/review"
LONGEST_QUESTION = 2_000
"""Characters; a longer question is cut."""
LONGEST_LEARNING = 4_000
"""Characters; a longer text is cut here, and refused where it would be proposed."""
LONGEST_REASON = 200
"""Characters; reasons are remembered in the summary comment, which has little room."""

# A run without a command compiles neither of these patterns.
# The summary prints [F3], and people copy what they see.
_NUMBERED = r"(?ia)\[?F([1-9][0-9]{0,5})\]?(?:[ \t]+(.*))?"

# "f64 is a float" begins with a word. "F1 scores" may too; a bracket or a colon leaves no doubt.
_NAMED = r"(?a)(\[[Ff]|F)([1-9][0-9]{0,5})(\]?:?)(?:\s+|$)"


@record
class ReviewCommand:
    """Review the pull request; `full` ignores what an earlier run remembered."""

    full: bool = False


@record
class SummaryCommand:
    """Write the overview of the change again."""


@record
class AskCommand:
    """Answer a question about the pull request, of at most LONGEST_QUESTION characters."""

    question: str


@record
class IgnoreCommand:
    """Stop reporting the finding with the number `F{number}`; `reason` is untrusted text."""

    number: int
    reason: str = ""


@record
class LearnCommand:
    """Propose a learning; `text` is untrusted.

    It is about the file of the finding `F{number}`, if that is not 0. `whole` is the text if there
    is no such finding, because the number may be a word of it; "" if it is none.
    """

    text: str
    number: int = 0
    whole: str = ""


@record
class PauseCommand:
    """Stop reviewing pushes."""


@record
class ResumeCommand:
    """Review pushes again, starting now."""


@record
class HelpCommand:
    """List the commands."""


@record
class UnknownCommand:
    """A line that addresses the reviewer and contains no command; `text` is untrusted."""

    text: str


Command: TypeAlias = (
    ReviewCommand
    | SummaryCommand
    | AskCommand
    | IgnoreCommand
    | LearnCommand
    | PauseCommand
    | ResumeCommand
    | HelpCommand
    | UnknownCommand
)

_ALONE: dict[str, Command] = {
    "": ReviewCommand(),
    "full": ReviewCommand(full=True),
    "summary": SummaryCommand(),
    "pause": PauseCommand(),
    "resume": ResumeCommand(),
    "help": HelpCommand(),
}
# Commands that need no trigger before them.
_OWN_WORDS = ("/summary", "/ask", "/ignore", "/learn", "/pause", "/resume", "/help")

# Those that say nothing without a text.
_NEEDY = ("ask", "learn")


@record
class _CommandLine:
    """A line that may be a command; `addressed` means that it begins with the trigger."""

    verb: str
    rest: str
    addressed: bool


def parse(body: str, trigger: str) -> Command | None:
    """Return the command in the first line of a comment that is not blank, or None.

    Whatever could hide a command from readers, such as a quote, a fence, HTML or a mail with its
    history, has to begin above it, so no later line can be one. The command starts its line and is
    alone on it, apart from its arguments. `trigger` is the word or phrase of the workflow that
    means the same as /review.
    """
    words = sorted({REVIEW_WORD, trigger.strip()}, key=len, reverse=True)
    first, *following = _split_lines(body)
    line = _read_line(first, words)
    return _interpret(line, following) if line else None


def read_question(body: str) -> str:
    """Return a comment as a question, without the mail that it answers; "" if nothing is left."""
    return "\n".join(_drop_history(_split_lines(body))).strip()[:LONGEST_QUESTION]


def _split_lines(body: str) -> list[str]:
    """Return the lines from the first that is not blank, "" for a comment without any.

    As in CommonMark, U+2028 ends no line, and a line with an invisible character is not blank.
    """
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return list(dropwhile(_is_blank, lines)) or [""]


def _is_blank(line: str) -> bool:
    return not line.strip(" \t")


def _drop_history(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without the history that a mail program puts below an answer.

    Its quotes are words of others, who may not ask.
    """
    end = len(lines)
    while end and (_is_blank(lines[end - 1]) or lines[end - 1].startswith(">")):
        end -= 1
    quoted = any(line.startswith(">") for line in lines[end:])
    if not quoted or not end or not lines[end - 1].rstrip(" \t").endswith("wrote:"):
        return lines
    # A mail program may break the line of date and name once or twice.
    starts = (n for n in range(max(0, end - 3), end) if lines[n].startswith("On "))
    return lines[: next(starts, len(lines))]


def _read_line(line: str, words: Sequence[str]) -> _CommandLine | None:
    for word in words:
        text = _text_after(line, word)
        if text is not None:
            verb, *rest = re.split(r"[ \t]+", text, maxsplit=1)
            return _CommandLine(verb.lower(), "".join(rest), addressed=True)
    for word in _OWN_WORDS:
        text = _text_after(line, word)
        if text is not None:
            return _CommandLine(word.removeprefix("/"), text, addressed=False)
    return None


def _text_after(line: str, word: str) -> str | None:
    """Return what follows a word that starts the line, in any letter case."""
    if line[: len(word)].lower() != word.lower():
        return None
    rest = line[len(word) :]
    return rest.strip(" \t") if not rest or rest[0] in " \t" else None


def _interpret(line: _CommandLine, following: Sequence[str]) -> Command | None:
    """Return the command of a line; a question or a learning goes on in the lines that follow."""
    command: Command | None = None
    if line.verb == "ask":
        question = "\n".join((line.rest, *_drop_history(following))).strip()
        command = AskCommand(question[:LONGEST_QUESTION]) if question else None
    elif line.verb == "ignore":
        named = re.fullmatch(_NUMBERED, line.rest)
        command = IgnoreCommand(int(named[1]), (named[2] or "")[:LONGEST_REASON]) if named else None
    elif line.verb == "learn":
        command = _read_learning("\n".join((line.rest, *_drop_history(following))).strip())
    elif not line.rest:
        command = _ALONE.get(line.verb)
    if command:
        return command
    # A slash word with other arguments may be meant for another bot. One without the argument that
    # it needs is meant for this one.
    if line.addressed or line.verb in _NEEDY or (line.verb == "ignore" and not line.rest):
        return UnknownCommand(f"{line.verb} {line.rest}".strip())
    return None


def _read_learning(text: str) -> LearnCommand | None:
    """Return the command with its text, and with the number of a finding in front of it."""
    named = re.match(_NAMED, text)
    if not named:
        return LearnCommand(text[:LONGEST_LEARNING]) if text else None
    rest = text[named.end() :]
    is_word = named[1] == "F" and not named[3]
    whole = text[:LONGEST_LEARNING] if is_word else ""
    return LearnCommand(rest[:LONGEST_LEARNING], int(named[2]), whole) if rest else None
