"""Tells how near files are to each other: by folder, by what they import, tests apart."""

import re
from itertools import zip_longest

FAR = 5
"""The rank from which nothing says that two files know each other."""
BESIDE = 3
"""The rank from which a definition is in a file that is neither imported nor in the same folder."""
_WORD = re.compile(r"\w+")
# The name of such a file says nothing; an import names its folder.
_ENTRY_FILES = frozenset({"__init__", "__main__", "index", "mod", "lib", "main"})
_COMMON_FOLDERS = frozenset(
    {
        "app",
        "include",
        "internal",
        "lib",
        "main",
        "pkg",
        "source",
        "sources",
        "src",
        "test",
        "tests",
    }
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing|testdata)/|(?:^|/)(?:test_|conftest)[^/]*$"
    r"|[._-](?:tests?|spec)\.[^/]*$|(?:Tests?|Spec)\.[a-z]+$"
)


def find_links(path: str) -> frozenset[str]:
    """Return the words by which another file that imports this one names it."""
    return frozenset({_name_in_imports(path), _folder_in_imports(path)} - {""})


def is_test(path: str) -> bool:
    """Return True for the name of a test, or of a file beside tests."""
    return bool(_TEST.search(path))


def rank_user(path: str, user: str, words: frozenset[str]) -> int:
    """Return how near a file is to `path`, whose definitions it mentions; `words` are in it.

    0 is the file itself, then come its folder, importers, tests, and from FAR all others.
    """
    if user == path:
        return 0
    same = find_folder(user) == find_folder(path)
    imports = _name_in_imports(path) in words
    package = _folder_in_imports(path) in words
    if is_test(user):
        return 3 if same or imports else 4 if package else FAR + 1
    return 1 if same else 2 if imports else 4 if package else FAR


def rank_definition(path: str, other: str, words: frozenset[str]) -> int:
    """Return how near a definition in `other` is to `path`, which has these words.

    0 is the file itself, then come files that it names, its folder, and FAR are all others.
    """
    if other == path:
        return 0
    if _name_in_imports(other) in words:
        return 1
    if find_folder(other) == find_folder(path):
        return 2
    return BESIDE if _folder_in_imports(other) in words else FAR


def measure_distance(one: str, other: str) -> int:
    """Return the steps from one path to another in the tree of folders."""
    first, second = one.split("/"), other.split("/")
    pairs = enumerate(zip_longest(first, second))
    common = next((number for number, (a, b) in pairs if a != b), len(first))
    return len(first) + len(second) - 2 * common


def _name_in_imports(path: str) -> str:
    stem = path.rpartition("/")[2].partition(".")[0]
    return _folder_in_imports(path) if stem in _ENTRY_FILES else _find_longest_word(stem)


def _folder_in_imports(path: str) -> str:
    # No pathlib: it keeps a copy of each part of each path for as long as the process runs.
    parts = find_folder(path).split("/")
    telling = (part for part in reversed(parts) if part.lower() not in _COMMON_FOLDERS)
    return _find_longest_word(next(telling, ""))


def _find_longest_word(text: str) -> str:
    return max(_WORD.findall(text), key=len, default="")


def find_folder(path: str) -> str:
    """Return the folder of a file, "" for one at the root."""
    return path.rpartition("/")[0]
