"""Finds patterns that can match no file, because they are written for another tool."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewer.config.globs import Patterns
from reviewer.config.mistakes import glob_repairs

_LEAVE_OUT = "Another way is `exclude`, which takes the patterns without `!`."
_OPEN_BRACE = re.compile(r"(?<!\\)\{[^{}]*,[^{}]*$")
_WINDOWS = re.compile(r"\\[\w.]|\w\\(?:[*?]|$)")
_REGEX = re.compile(r"^\^|(?<!\\)\$$|\.\*\\\.|\([^()]*\|[^()]*\)|\\[dwsbDWSB](?![\w])")
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_ADDRESS = re.compile(r"^!?[A-Za-z][A-Za-z0-9+.-]*://")
# `!(a)` at the beginning takes back a folder "(a)", as some frameworks have.
_EXTENDED = re.compile(r"(?<=[/.*])!\([^()]*\)|(?:^|(?<=[/.*]))[@+]\([^()]*\)")
# The beginning of a list of which an input has lost the rest.
_OPEN_LISTS = tuple(f"[{mark}" for mark in glob_repairs.QUOTES)
_OPEN_BRACKET = re.compile(r"(?<!\\)\[[^\]]*$")
_EXPRESSION = re.compile(r"\$\{\{")


class GlobMistakeError(ValueError):
    """A pattern that can match nothing; `right` is what to write in its place."""

    def __init__(self, reason: str, right: tuple[str, ...], *, more: str = "") -> None:
        """Keep the reason, which follows the words "which", and a last sentence."""
        super().__init__(reason)
        self.reason = reason
        self.right = right
        self.more = more


@dataclass(frozen=True, slots=True)
class _Rule:
    """What shows a mistake, and what was meant; `more` says how to write it if it was meant."""

    shows: Callable[[str], object]
    reason: str
    repair: Callable[[str], tuple[str, ...]]
    more: str = ""


def check(pattern: str) -> None:
    """Raise GlobMistakeError for a pattern that can match nothing as it is written."""
    for rule in _RULES:
        if rule.shows(pattern):
            raise GlobMistakeError(rule.reason, repair(pattern), more=rule.more)


def only_take_back(patterns: Iterable[str]) -> bool:
    """Return True if every pattern begins with "!", so that none of them matches a file itself."""
    return all(each.startswith("!") for each in patterns)


def check_selecting(patterns: Sequence[str]) -> None:
    """Raise GlobMistakeError for a list that selects files and begins with what it takes back."""
    if not patterns or not patterns[0].startswith("!"):
        return
    if only_take_back(patterns):
        reason = "takes files out of a list that selects none"
        raise GlobMistakeError(reason, ("**", *patterns), more=_LEAVE_OUT)
    reason = "comes before the patterns that it takes files out of, so it has no effect"
    kept = [each for each in patterns if not each.startswith("!")]
    unwanted = [each for each in patterns if each.startswith("!")]
    raise GlobMistakeError(reason, (*kept, *unwanted), more=_LEAVE_OUT)


def check_one(pattern: str) -> None:
    """Raise GlobMistakeError for the only pattern of something if it takes files out."""
    if pattern.startswith("!"):
        raise GlobMistakeError(
            "takes files out, and there is nothing to take them out of",
            (),
            more="Write a pattern of the files that the instructions are about.",
        )


def join_cut(entries: Sequence[str]) -> tuple[str, ...]:
    """Put entries together again that a comma inside braces or brackets has cut."""
    joined: list[str] = []
    for entry in entries:
        if joined and _is_open(joined[-1]):
            joined[-1] += f",{entry}"
        else:
            joined.append(entry)
    return tuple(joined)


def _is_open(text: str) -> bool:
    return text.count("{") > text.count("}") or (
        text.startswith("[") and text[1:2] in glob_repairs.QUOTES and not text.endswith("]")
    )


def repair(pattern: str) -> tuple[str, ...]:
    """Return the patterns that were meant; none if that is not known."""
    for rule in _RULES:
        if rule.shows(pattern):
            repaired = rule.repair(pattern)
            if pattern in repaired:
                return ()
            parts = [repair(each) for each in repaired]
            # Without one of the parts, the others select more or fewer files than were meant.
            return tuple(text for part in parts for text in part) if all(parts) else ()
    return (pattern,) if _is_pattern(pattern) else ()


def _is_pattern(text: str) -> bool:
    try:
        Patterns.parse((text,))
    except ValueError:
        return False
    return True


def _is_list(pattern: str) -> bool:
    inner = pattern[1:-1]
    if not (pattern.startswith("[") and pattern.endswith("]")):
        return False
    # A class of characters has no slash in it, and `[a]*/[b]` is two of them.
    return inner[:1] in glob_repairs.QUOTES or (
        "[" not in inner and any(char in inner for char in "/,*")
    )


def _holds_several(pattern: str) -> bool:
    """Return True for several patterns with blanks between them; a name may have blanks."""
    words = pattern.split()
    pairs = pairwise(words)
    return any(
        glob_repairs.ENDS.search(one) or two.startswith(glob_repairs.STARTS) for one, two in pairs
    )


def _has_odd_parts(pattern: str) -> bool:
    bare = pattern.removeprefix("!").rstrip("/")
    parts = bare.removeprefix("/").split("/")
    return bare.startswith("~/") or any(part in {"", ".", ".."} for part in parts)


_RULES = (
    _Rule(
        _EXPRESSION.search,
        "has a `${{ }}`, and expressions are not evaluated here",
        lambda _: (),
        "Patterns begin at the root of the repository.",
    ),
    _Rule(
        _ADDRESS.match,
        "is a web address, and patterns are paths of this repository",
        glob_repairs.from_address,
    ),
    _Rule(
        _EXTENDED.search,
        "has parentheses of an extended glob, and gitignore patterns know none",
        glob_repairs.choose,
        "To leave files out, write `!` in front of a pattern of its own.",
    ),
    _Rule(
        lambda text: _OPEN_BRACKET.search(text) and text[:2] not in _OPEN_LISTS,
        "has a bracket that nothing closes",
        lambda text: (f"{text}]",),
        "If a name has a bracket, write `?` for it.",
    ),
    _Rule(
        lambda text: text.startswith("- "),
        "has the dash of a YAML list",
        lambda text: (text[2:].strip(),),
    ),
    _Rule(_is_list, "is a YAML list inside a text", glob_repairs.split_list),
    _Rule(
        lambda text: (
            len(text) > 1 and (text[0] in glob_repairs.QUOTES or text[-1] in glob_repairs.QUOTES)
        ),
        "has quotes around it, and they are taken for a part of the name",
        lambda text: (text.strip(glob_repairs.QUOTES).strip() or "**",),
    ),
    _Rule(
        glob_repairs.REMARK.search,
        "has a comment behind it, and that is taken for a part of the name",
        lambda text: (glob_repairs.REMARK.sub("", text) or "**",),
        "A comment needs a line of its own.",
    ),
    _Rule(
        _OPEN_BRACE.search,
        "has a brace that nothing closes",
        lambda text: (f"{text}}}",),
    ),
    _Rule(
        glob_repairs.BRACES.search,
        "has braces, and gitignore patterns know no alternatives",
        glob_repairs.expand,
    ),
    _Rule(
        lambda text: ";" in text,
        "has a semicolon, and semicolons do not separate patterns",
        glob_repairs.split_at(";"),
        "If a name has a semicolon, write `?` for it.",
    ),
    _Rule(
        lambda text: "," in text and (", " in text or "*" in text),
        "has a comma, and commas do not separate patterns here",
        glob_repairs.split_at(","),
        "If a name has a comma, write `?` for it.",
    ),
    _Rule(
        lambda text: text != text.lstrip(),
        "begins with a blank, and that is taken for a part of the name",
        lambda text: (text.strip(),),
    ),
    _Rule(
        _holds_several,
        "has a blank, and blanks do not separate patterns",
        glob_repairs.split_words,
        "If a name has a blank, write `?` for it.",
    ),
    _Rule(
        _REGEX.search,
        "is a regular expression, and these are gitignore patterns",
        lambda _: (),
        "`*` matches within one folder, `**` across folders, `?` one character.",
    ),
    _Rule(
        lambda text: _DRIVE.match(text) or _WINDOWS.search(text),
        "has backslashes, and folders are separated by `/`",
        glob_repairs.slash,
    ),
    _Rule(
        glob_repairs.CHECKOUT.match,
        "is a path on the runner, and patterns begin at the root of the repository",
        glob_repairs.from_checkout,
    ),
    _Rule(
        _has_odd_parts,
        "is no path of a repository: it has `.`, `..`, `~` or an empty name between slashes",
        glob_repairs.from_top,
    ),
    _Rule(
        lambda text: "|" in text,
        "has a vertical bar, and bars do not separate patterns",
        glob_repairs.split_at(r"\|"),
        "If a name has a bar, write `?` for it.",
    ),
)
