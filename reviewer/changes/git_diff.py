"""The whole diff as git prints it: a second source for files listed without a patch."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# The words that open a line of git's header and name the file alone, the surest first.
_NAMES = ("rename to ", "copy to ", "+++ ", "--- ")
# The words that say why no hunks follow, the most telling first.
BINARY = "binary"
_REASONS = {
    "deleted file mode ": "deleted",
    "Binary files ": BINARY,
    "GIT binary patch": BINARY,
    "rename to ": "renamed without changes",
    "copy to ": "copied without changes",
    "old mode ": "mode change only",
    "new file mode ": "empty file",
}
_NOWHERE = "/dev/null"
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
}


@dataclass(frozen=True, slots=True)
class RawFile:
    """What git says about one file: its hunks, or in a few words why there are none.

    `patch` has the form of a forge's patch: hunks without file headers. Without a patch, `reason`
    is "" when the diff does not explain itself.
    """

    path: str
    patch: str | None
    reason: str = ""


def parse(raw: str) -> tuple[RawFile, ...]:
    """Read git's diff, leaving out what stands before the first file and files of unclear name."""
    # A content line always carries its marker, so only git itself writes this at a line's start.
    sections = f"\n{raw}".split("\ndiff --git ")[1:]
    files = (_parse_file(section) for section in sections)
    return tuple(file for file in files if file is not None)


def _parse_file(section: str) -> RawFile | None:
    """Read one file's part of the diff, from behind its "diff --git" on."""
    above, found, hunks = section.partition("\n@@ -")
    names, *lines = above.split("\n")
    header = _parse_header(lines)
    path = _find_path(header) or _path_named_twice(names)
    if path is None:
        return None
    if found and "deleted file mode " not in header:
        return RawFile(path, f"@@ -{hunks}".removesuffix("\n"))
    return RawFile(path, None, next((_REASONS[word] for word in _REASONS if word in header), ""))


def _parse_header(lines: Iterable[str]) -> dict[str, str]:
    """Sort the lines above the first hunk by the words they start with."""
    words = dict.fromkeys((*_NAMES, *_REASONS))
    return {
        word: line.removeprefix(word) for line in lines for word in words if line.startswith(word)
    }


def _find_path(header: Mapping[str, str]) -> str | None:
    """Find the file's name where git writes it alone."""
    for word in _NAMES:
        # Git ends a name that holds a space with a tab here.
        name = unquote(header.get(word, _NOWHERE).removesuffix("\t"))
        if name != _NOWHERE:
            return name[2:] if word in {"+++ ", "--- "} else name
    return None


def _path_named_twice(names: str) -> str | None:
    """Read "a/x b/x", the same name twice, which splits in the middle whatever the name holds."""
    middle = len(names) // 2
    old, new = unquote(names[:middle]), unquote(names[middle + 1 :])
    same = old[:2] == "a/" and new[:2] == "b/" and old[2:] == new[2:]
    return new[2:] if same else None


def unquote(name: str) -> str:
    r"""Undo git's quoting of names, such as "caf\303\251.py"; other names stay as they are.

    Bytes that are not UTF-8 become U+FFFD, because the forge's JSON cannot carry them either.
    """
    if not (len(name) > 1 and name[0] == name[-1] == '"'):
        return name
    inner = name[1:-1].encode(errors="surrogatepass")
    return _ESCAPE.sub(_unescape, inner).decode(errors="replace")


def _unescape(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if len(code) > 1:
        # Three octal digits hold up to 9 bits; git writes 8.
        return bytes((int(code, 8) & 0xFF,))
    return _LETTERS.get(code, code)
