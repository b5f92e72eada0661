"""Writes patterns of other tools as gitignore patterns."""

import re
from collections.abc import Callable

_MOST_ALTERNATIVES = 20
BRACES = re.compile(r"(?<!\\)\{([^{}]*,[^{}]*)\}")
QUOTES = "\"'`\u201c\u201d\u2018\u2019"
# What a pattern ends with, in front of a blank, if another pattern follows.
ENDS = re.compile(r"(\*|/|\.[a-z][a-z0-9]{0,4})$")
STARTS = ("*", "/", "!")
CHECKOUT = re.compile(r"^/?(?:github/workspace|home/runner/work/[^/]+/[^/]+)(?=/|$)")
# A branch may have slashes in its name, but where `main` is one, "main/x" cannot be another.
_BLOB = re.compile(
    r"(?P<mark>!?)https?://[^/]+/[^/]+/[^/]+/"
    r"(?:(?:blob|tree|raw)/(?:main|master|HEAD|[0-9a-f]{40})(?=/.)|(?:blob|raw)/[^/]+(?=/[^/]+$))"
    r"(?P<path>/[^?#%*\[]+)(?:[?#].*)?"
)
_CHOICE = re.compile(r"[@+]\(([^()!]*)\)")
REMARK = re.compile(r"\s#.*$")


def expand(pattern: str) -> tuple[str, ...]:
    """Write a pattern without braces as several ones, "{a,b}.md" as "a.md" and "b.md"."""
    found: list[str] = []
    left = [pattern]
    while left and len(found) + len(left) <= _MOST_ALTERNATIVES:
        text = left.pop(0)
        braces = BRACES.search(text)
        if braces is None:
            found.append(text)
            continue
        before, after = text[: braces.start()], text[braces.end() :]
        left += [f"{before}{each.strip()}{after}" for each in braces[1].split(",")]
    return () if left else tuple(dict.fromkeys(found))


def split_list(pattern: str) -> tuple[str, ...]:
    """Return the patterns of a YAML list inside a text."""
    inner = pattern.removeprefix("[").removesuffix("]")
    return tuple(text for each in inner.split(",") if (text := each.strip().strip(QUOTES)))


def split_at(separators: str) -> Callable[[str], tuple[str, ...]]:
    """Return a function that splits a pattern at a regular expression."""

    def split(pattern: str) -> tuple[str, ...]:
        parts = re.split(separators, pattern)
        return tuple(text for each in parts if (text := each.strip()))

    return split


def split_words(pattern: str) -> tuple[str, ...]:
    """Return several patterns; a blank where none ends or begins is one in a name."""
    found: list[str] = []
    for word in pattern.split():
        if found and not (ENDS.search(found[-1]) or word.startswith(STARTS)):
            found[-1] += f"?{word}"
        else:
            found.append(word)
    return tuple(found)


def from_top(pattern: str) -> tuple[str, ...]:
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


def slash(pattern: str) -> tuple[str, ...]:
    """Write a path of Windows with slashes, without its drive."""
    return (re.sub(r"^[A-Za-z]:", "", pattern.replace("\\", "/")),)


def from_address(pattern: str) -> tuple[str, ...]:
    """Return the path in an address of GitHub; none for another address, or if it may be two."""
    found = _BLOB.fullmatch(pattern)
    return (f"{found['mark']}{found['path']}",) if found else ()


def choose(pattern: str) -> tuple[str, ...]:
    """Write each alternative of `@(a|b)` out; nobody knows what `!(a)` leaves."""
    found = _CHOICE.search(pattern)
    if found is None or "!(" in pattern:
        return ()
    before, after = pattern[: found.start()], pattern[found.end() :]
    return tuple(f"{before}{each}{after}" for each in found[1].split("|"))


def from_checkout(pattern: str) -> tuple[str, ...]:
    """Write a path on the runner as one of the repository."""
    return (CHECKOUT.sub("", pattern) or "**",)
