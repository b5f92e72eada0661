"""Reads which files a guideline file is about, from the lines between its first two `---`.

GitHub Copilot's `*.instructions.md` name them in `applyTo`, Cursor's `*.mdc` in `globs`. Cursor
writes globs without quotes, which YAML refuses, so these few keys are read line by line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewer.config.globs import Patterns

_COPILOT = ".instructions.md"
_CURSOR = ".mdc"
_FENCE = "---"
_LONGEST = 100
"""Lines; front matter has five."""
_MOST_GLOBS = 100
_LONGEST_VALUE = 4_000
_KEYS = frozenset({"applyTo", "excludeAgent", "globs", "alwaysApply"})
_KEY = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(.*))?")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """The files that a guideline file is about: those that match a glob, all if there is none.

    `text` is the file's without the front matter.
    """

    text: str
    globs: tuple[str, ...] = ()
    patterns: Patterns = field(default_factory=lambda: Patterns(()))


def is_expected(path: str) -> bool:
    """Return True for a file whose front matter names the files that it is about."""
    return path.endswith((_COPILOT, _CURSOR))


def read_scope(path: str, text: str) -> Scope | None:
    """Return what a guideline file is about, or None if it says that it is for no review.

    Only files of Copilot and Cursor have front matter. Raises ValueError, whose message continues
    the file's name, for one that cannot be read.
    """
    if not is_expected(path):
        return Scope(text)
    values, body = _split(text)
    if path.endswith(_CURSOR):
        if values.get("alwaysApply") == ("true",):
            return Scope(body)
        globs = values.get("globs", ())
        # Without globs, Cursor applies it only where a person or a model asks for it.
        return _make_scope(body, globs) if globs else None
    if values.get("excludeAgent") == ("code-review",):
        return None
    if not values.get("applyTo"):
        raise ValueError("names no files in `applyTo`")
    return _make_scope(body, values["applyTo"])


def _make_scope(body: str, globs: tuple[str, ...]) -> Scope:
    try:
        return Scope(body, globs, Patterns.parse(globs))
    except ValueError as refused:
        raise ValueError(f"has a glob that cannot be used: {refused}") from None


def _split(text: str) -> tuple[Mapping[str, tuple[str, ...]], str]:
    """Return the values of the keys that matter, and the text after the front matter."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != _FENCE:
        return {}, text
    ends = (n for n, line in enumerate(lines[1 : _LONGEST + 1], 1) if line.rstrip() == _FENCE)
    end = next(ends, 0)
    if not end:
        raise ValueError(f"has front matter that does not end within {_LONGEST} lines")
    return _read_keys(lines[1:end]), "\n".join(lines[end + 1 :])


def _read_keys(lines: list[str]) -> Mapping[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    key = ""
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        wrong = ValueError(f"has front matter whose line {number} cannot be read")
        if found := _KEY.fullmatch(line):
            key = found[1]
            if key in values:
                raise wrong
            value = found[2] or ""
        elif item := _ITEM.fullmatch(line):
            value = item[1]
        elif key and line[0].isspace():
            value = line
            if key in _KEYS:
                raise wrong
        else:
            raise wrong
        # Of other keys, such as a description of several lines, nothing is needed.
        read = _read_value(value, wrong) if key in _KEYS else ()
        values[key] = values.get(key, ()) + read
    return values


def _read_value(text: str, wrong: ValueError) -> tuple[str, ...]:
    """Return the words of one line: one or several, separated by commas, with or without quotes."""
    text = text.strip()
    if len(text) > _LONGEST_VALUE:
        raise wrong
    if text.startswith("["):
        text = _COMMENT.sub("", text).strip()
        if not text.endswith("]"):
            raise wrong
        return tuple(word for part in _cut(text[1:-1]) for word in _read_value(part, wrong))
    if text[:1] in {'"', "'"}:
        quoted, _, rest = text[1:].partition(text[0])
        if len(quoted) + 2 > len(text) or _COMMENT.sub("", rest).strip():
            raise wrong
        text = quoted
    elif text[:1] in {"|", ">", "&", "]", "{"}:
        raise wrong
    else:
        text = _COMMENT.sub("", text)
    return tuple(glob for part in _cut(text) for glob in _expand(part, wrong))


def _cut(text: str) -> tuple[str, ...]:
    """Return the parts between commas, but for commas within braces."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(part.strip() for part in parts if part.strip())


def _expand(glob: str, wrong: ValueError) -> tuple[str, ...]:
    """Return the globs that braces expand to, which gitignore patterns do not have."""
    globs = [glob]
    while any(map(_BRACES.search, globs)):
        globs = [each for known in globs for each in _expand_once(known)]
        if len(globs) > _MOST_GLOBS:
            raise wrong
    return tuple(dict.fromkeys(globs))


def _expand_once(glob: str) -> tuple[str, ...]:
    found = _BRACES.search(glob)
    if not found:
        return (glob,)
    return tuple(
        glob[: found.start()] + each.strip() + glob[found.end() :] for each in found[1].split(",")
    )
