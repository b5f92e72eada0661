"""Finds patterns that can match no file, because they are written for another tool."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_MOST_ALTERNATIVES = 20
_LEAVE_OUT = "Another way is `exclude`, which takes the patterns without `!`."
_BRACES = re.compile(r"(?<!\\)\{([^{}]*,[^{}]*)\}")
_OPEN_BRACE = re.compile(r"(?<!\\)\{[^{}]*,[^{}]*$")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019"
# What a pattern ends with, in front of a blank, if another pattern follows.
_ENDS = re.compile(r"(\*|/|\.[a-z][a-z0-9]{0,4})$")
_STARTS = ("*", "/", "!")
_WINDOWS = re.compile(r"\\[\w.]|\w\\(?:[*?]|$)")
_REGEX = re.compile(r"^\^|(?<!\\)\$$|\.\*\\\.|\([^()]*\|[^()]*\)|\\[dwsbDWSB](?![\w])")
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_CHECKOUT = re.compile(r"^/?(?:github/workspace|home/runner/work/[^/]+/[^/]+)(?=/|$)")
_REMARK = re.compile(r"\s#.*$")


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
        text.startswith("[") and text[1:2] in _QUOTES and not text.endswith("]")
    )


def repair(pattern: str) -> tuple[str, ...]:
    """Return the patterns that were meant; none if that is not known."""
    for rule in _RULES:
        if rule.shows(pattern):
            repaired = rule.repair(pattern)
            if pattern in repaired:
                return ()
            return tuple(text for each in repaired for text in repair(each))
    return (pattern,)


def _expand(pattern: str) -> tuple[str, ...]:
    """Write a pattern without braces as several ones, "{a,b}.md" as "a.md" and "b.md"."""
    found: list[str] = []
    left = [pattern]
    while left and len(found) + len(left) <= _MOST_ALTERNATIVES:
        text = left.pop(0)
        braces = _BRACES.search(text)
        if braces is None:
            found.append(text)
            continue
        before, after = text[: braces.start()], text[braces.end() :]
        left += [f"{before}{each.strip()}{after}" for each in braces[1].split(",")]
    return () if left else tuple(dict.fromkeys(found))


def _split_list(pattern: str) -> tuple[str, ...]:
    inner = pattern.removeprefix("[").removesuffix("]")
    return tuple(text for each in inner.split(",") if (text := each.strip().strip(_QUOTES)))


def _is_list(pattern: str) -> bool:
    inner = pattern[1:-1]
    if not (pattern.startswith("[") and pattern.endswith("]")):
        return False
    # A class of characters has no slash in it, and `[a]*/[b]` is two of them.
    return inner[:1] in _QUOTES or ("[" not in inner and any(char in inner for char in "/,*"))


def _split_at(separators: str) -> Callable[[str], tuple[str, ...]]:
    def split(pattern: str) -> tuple[str, ...]:
        parts = re.split(separators, pattern)
        return tuple(text for each in parts if (text := each.strip()))

    return split


def _holds_several(pattern: str) -> bool:
    """Return True for several patterns with blanks between them; a name may have blanks."""
    words = pattern.split()
    pairs = pairwise(words)
    return any(_ENDS.search(one) or two.startswith(_STARTS) for one, two in pairs)


def _split_words(pattern: str) -> tuple[str, ...]:
    """Return several patterns; a blank where none ends or begins is one in a name."""
    found: list[str] = []
    for word in pattern.split():
        if found and not (_ENDS.search(found[-1]) or word.startswith(_STARTS)):
            found[-1] += f"?{word}"
        else:
            found.append(word)
    return tuple(found)


def _from_top(pattern: str) -> tuple[str, ...]:
    """Write a path that a shell would understand as one that begins at the repository's root."""
    negated, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    parts: list[str] = []
    for part in re.sub(r"^~", "", bare).split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in {"", ".", ".."}:
            parts.append(part)
    if not parts:
        return (f"{negated}**",)
    ending = "/" if bare.endswith("/") else ""
    return (f"{negated}/{'/'.join(parts)}{ending}",)


def _has_odd_parts(pattern: str) -> bool:
    bare = pattern.removeprefix("!").rstrip("/")
    parts = bare.removeprefix("/").split("/")
    return bare.startswith("~/") or any(part in {"", ".", ".."} for part in parts)


def _slash(pattern: str) -> tuple[str, ...]:
    return (re.sub(r"^[A-Za-z]:", "", pattern.replace("\\", "/")),)


def _from_checkout(pattern: str) -> tuple[str, ...]:
    return (_CHECKOUT.sub("", pattern) or "**",)


_RULES = (
    _Rule(
        lambda text: text.startswith("- "),
        "has the dash of a YAML list",
        lambda text: (text[2:].strip(),),
    ),
    _Rule(_is_list, "is a YAML list inside a text", _split_list),
    _Rule(
        lambda text: len(text) > 1 and (text[0] in _QUOTES or text[-1] in _QUOTES),
        "has quotes around it, and they are taken for a part of the name",
        lambda text: (text.strip(_QUOTES).strip() or "**",),
    ),
    _Rule(
        _REMARK.search,
        "has a comment behind it, and that is taken for a part of the name",
        lambda text: (_REMARK.sub("", text) or "**",),
        "A comment needs a line of its own.",
    ),
    _Rule(
        _OPEN_BRACE.search,
        "has a brace that nothing closes",
        lambda text: (f"{text}}}",),
    ),
    _Rule(_BRACES.search, "has braces, and gitignore patterns know no alternatives", _expand),
    _Rule(
        lambda text: ";" in text,
        "has a semicolon, and semicolons do not separate patterns",
        _split_at(";"),
        "If a name has a semicolon, write `?` for it.",
    ),
    _Rule(
        lambda text: "," in text and (", " in text or "*" in text),
        "has a comma, and commas do not separate patterns here",
        _split_at(","),
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
        _split_words,
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
        _slash,
    ),
    _Rule(
        _CHECKOUT.match,
        "is a path on the runner, and patterns begin at the root of the repository",
        _from_checkout,
    ),
    _Rule(
        _has_odd_parts,
        "is no path of a repository: it has `.`, `..`, `~` or an empty name between slashes",
        _from_top,
    ),
    _Rule(
        lambda text: "|" in text,
        "has a vertical bar, and bars do not separate patterns",
        _split_at(r"\|"),
        "If a name has a bar, write `?` for it.",
    ),
)
