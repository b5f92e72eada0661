"""Replacement code that can be committed with a click: only where it is exact."""

import re
from collections.abc import Collection

from reviewer.changes.diff import Hunk
from reviewer.finding import Finding, Side
from reviewer.text import bot_triggers, invisible

_INDENT = re.compile(r"[ \t]*")
# A name alone or with arguments. Bots take their orders behind a blank, teams have a slash.
_DECORATOR = re.compile(r"[ \t]*@[\w.]+(?:\([^@#<]*\)?:?)?")


def block(finding: Finding, hunk: Hunk) -> str:
    """Return the suggestion as a fenced block that GitHub offers to commit, or "".

    It must replace exactly the quoted lines, which are all of the finding's; differ from them; keep
    the indentation of the first one; be more than a deletion; and hide no character. A block must
    be exact, so words that make GitHub or a bot act cannot be broken in it: one with such a line is
    shown in the summary only, even if the line was there before, for a stranger wrote it. A
    decorator that was there may stay.
    """
    suggestion = (finding.suggestion or "").strip("\n")
    if finding.side is not Side.NEW or not suggestion.strip():
        return ""
    lines = [
        line.text.removesuffix("\r")
        for line in hunk.lines
        if line.new is not None and finding.start_line <= line.new <= finding.end_line
    ]
    old, new = "\n".join(lines), suggestion
    exact = [line.rstrip() for line in finding.quote.split("\n")] == [
        line.rstrip() for line in lines
    ]
    if not exact or new == old or _indent(new) != _indent(old):
        return ""
    # A mask stands for a secret that the model never saw.
    if invisible.show(new) != new or "\r" in new or "[REDACTED" in new:
        return ""
    if any(_acts(line) for line in new.split("\n") if not _is_kept_decorator(line, lines)):
        return ""
    longest = max((len(run) for run in re.findall(r"`+", new)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}suggestion\n{new}\n{fence}"


def _is_kept_decorator(line: str, lines: Collection[str]) -> bool:
    return line in lines and bool(_DECORATOR.fullmatch(line))


def _acts(line: str) -> bool:
    return bot_triggers.break_in_code(line) != line


def _indent(text: str) -> str:
    found = _INDENT.match(text)
    return found[0] if found else ""
