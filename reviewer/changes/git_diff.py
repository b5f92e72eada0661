"""Parses git's own diff, the second source for files that are listed without a patch."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Starts of header lines that hold only the file's name, the most reliable first.
_NAMES = ("rename to ", "copy to ", "+++ ", "--- ")
# Starts of header lines that explain why no hunks follow, the most specific first.
BINARY = "binary"
DELETED = "deleted"
MODE_ONLY = "mode change only"
EMPTY = "empty file"
UNCHANGED = "without changes"
PLAIN, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
"""Git's modes of what a tree holds."""
_NEW_MODE = "new mode "
_REASONS = {
    "deleted file mode ": DELETED,
    "Binary files ": BINARY,
    "GIT binary patch": BINARY,
    "rename to ": f"renamed {UNCHANGED}",
    "copy to ": f"copied {UNCHANGED}",
    "old mode ": MODE_ONLY,
    "new file mode ": EMPTY,
}
# The line that names the contents before and after; git leaves it out where they are the same.
_CONTENTS = "index "
# git's hashes of nothing, SHA-1 and SHA-256, as its diff shortens them.
_EMPTY = ("..e69de29", "..473a0f4")
_NOWHERE = "/dev/null"
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
# A byte that is not UTF-8, as `surrogateescape` decodes it.
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
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
    """One file of git's diff: its hunks, or why there are none.

    `patch` is in the form of a forge's patch: hunks without file headers. Without a patch, `reason`
    is "" when the diff does not give one. `modes` are those before and after, "" where the diff
    gives none.
    """

    path: str
    patch: str | None
    reason: str = ""
    modes: tuple[str, str] = ("", "")


def adds_nothing(reason: str) -> bool:
    """Return True if there are no lines because the file is gone, empty, or has its old content."""
    return reason in {DELETED, EMPTY, MODE_ONLY} or f" {UNCHANGED}" in reason


def parse(raw: str) -> tuple[RawFile, ...]:
    """Parse git's diff; text before the first file and files of unclear name are left out."""
    # A content line starts with its marker, so only git itself writes this at the start of a line.
    sections = f"\n{raw}".split("\ndiff --git ")[1:]
    files = (_parse_file(section) for section in sections)
    return tuple(file for file in files if file is not None)


def _parse_file(section: str) -> RawFile | None:
    """Parse one file's part of the diff, which starts after its "diff --git "."""
    above, found, hunks = section.partition("\n@@ -")
    names, *lines = above.split("\n")
    header = _parse_header(lines)
    path = _find_path(header) or _path_named_twice(names)
    if path is None:
        return None
    modes = _find_modes(header)
    if found and "deleted file mode " not in header:
        return RawFile(path, f"@@ -{hunks}".removesuffix("\n"), modes=modes)
    return RawFile(path, None, _find_reason(header), modes)


def _find_modes(header: Mapping[str, str]) -> tuple[str, str]:
    """Return the modes before and after; git names one that stays behind the contents."""
    kept = header.get(_CONTENTS, "").partition(" ")[2]
    before = header.get("old mode ") or header.get("deleted file mode ") or kept
    return before, header.get(_NEW_MODE) or header.get("new file mode ") or kept


def _find_reason(header: Mapping[str, str]) -> str:
    """Return why no hunks follow, or "" where the header names other contents than its reason.

    "similarity index 100%" is no proof: git estimates, and lines in another order are as similar.
    """
    reason = next((_REASONS[word] for word in _REASONS if word in header), "")
    if reason in {"", BINARY, DELETED} or _CONTENTS not in header:
        return reason
    is_empty = header[_CONTENTS].startswith("0000000") and any(
        mark in header[_CONTENTS] for mark in _EMPTY
    )
    return reason if is_empty else ""


def _parse_header(lines: Iterable[str]) -> dict[str, str]:
    """Map each known start of a header line to the rest of that line."""
    words = dict.fromkeys((*_NAMES, *_REASONS, _CONTENTS, _NEW_MODE))
    return {
        word: line.removeprefix(word) for line in lines for word in words if line.startswith(word)
    }


def _find_path(header: Mapping[str, str]) -> str | None:
    """Return the file's name from a header line that holds nothing else, if there is one."""
    for word in _NAMES:
        # Git writes a tab after a name with a space.
        name = unquote(header.get(word, _NOWHERE).removesuffix("\t"))
        if name != _NOWHERE:
            return name[2:] if word in {"+++ ", "--- "} else name
    return None


def _path_named_twice(names: str) -> str | None:
    """Return x of "a/x b/x", split in the middle because a name may hold spaces; else None."""
    middle = len(names) // 2
    old, new = unquote(names[:middle]), unquote(names[middle + 1 :])
    same = old[:2] == "a/" and new[:2] == "b/" and old[2:] == new[2:]
    return new[2:] if same else None


def unquote(name: str) -> str:
    r"""Return a name without git's quoting, such as "caf\303\251.py"; other names stay the same.

    Bytes that are not UTF-8 become U+FFFD, as in the forge's JSON. In a name with such bytes as
    Python shows those of a local repository, they stay as they are.
    """
    if not (len(name) > 1 and name[0] == name[-1] == '"'):
        return name
    inner = name[1:-1]
    if not _ESCAPED_BYTE.search(inner):
        text = inner.encode(errors="surrogatepass")
        return _ESCAPE.sub(_unescape, text).decode(errors="replace")
    text = b"".join(map(_encode_character, inner))
    return _ESCAPE.sub(_unescape, text).decode(errors="surrogateescape")


def _encode_character(character: str) -> bytes:
    escaped = _ESCAPED_BYTE.match(character)
    return character.encode(errors="surrogateescape" if escaped else "surrogatepass")


def _unescape(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if len(code) > 1:
        # Three octal digits can hold 9 bits; git writes 8.
        return bytes((int(code, 8) & 0xFF,))
    return _LETTERS.get(code, code)
