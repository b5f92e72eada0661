"""Finds the names that a line of code defines or uses, in any language, by linear patterns."""

import re

LONGEST_LINE = 400
"""Characters of a line that are searched for names."""
SHORTEST_NAME = 4
"""Characters; shorter names are too common to identify anything."""

CLASS = re.compile(r"(?:^|\s)(?:class|interface|struct|impl|trait|record|object|protocol)\s")
"""Matches a line that begins a class or what other languages have in its place."""

_NAME = re.compile(r"[A-Za-z_]\w*")
_DEFINITION = re.compile(
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|unsafe"
    r"|pub(?:\([a-z]{1,9}\))?|extern|inline|override|open|sealed|data|declare|typedef|const)\s+)"
    r"{0,6}(?:def|class|func|function|fn|fun|type|struct|interface|const|trait|enum)\s+"
    r"(?:\([^()]{0,80}\)\s{0,4}|self\.)?([A-Za-z_]\w*)"
)
# A constant inside a function is local: other functions may use the same name for something else.
_LOCAL = re.compile(r"\s+const\s")
_COMMON = frozenset(
    _NAME.findall(
        "args assert async await base bool boolean break byte case catch char class config const "
        "context continue create data default delete double elif else enum error except export "
        "extends false final finally float from func function global implements import init "
        "instanceof interface item items kwargs lambda list long main match module name namespace "
        "None null number object package pass path print private protected public raise result "
        "return self setUp short static string String struct super switch test this throw true "
        "True False type typeof undefined union unsigned update using value values virtual void "
        "while with yield"
    )
)
_FAMILIES = {
    suffix: group.split()[0]
    for group in ("js jsx ts tsx mjs cjs mts cts vue svelte", "c h cc cpp cxx hh hpp hxx m mm",
                   "java kt kts scala groovy", "py pyi pyx")
    for suffix in group.split()
}  # fmt: skip


def language_family(path: str) -> str:
    """Return the family of languages that share names, such as C and C++, by the file's suffix.

    It has the name of one of its suffixes, such as "c".
    """
    suffix = path.rpartition(".")[2].lower()
    return _FAMILIES.get(suffix, suffix)


def names(text: str) -> dict[str, None]:
    """Return the names in a line, in order and without repetition, as the keys of a dict.

    Keywords, common words and short names are left out.
    """
    found = _NAME.findall(text[:LONGEST_LINE])
    return dict.fromkeys(name for name in found if is_distinctive(name))


def words(text: str) -> frozenset[str]:
    """Return every word of a text that may be a name, common ones too."""
    return frozenset(_NAME.findall(text))


def definition(text: str) -> str:
    """Return the name that a line defines; "" for none and for a common or short one."""
    text = text[:LONGEST_LINE].rstrip()
    if text[:1].isspace() and _LOCAL.match(text):
        return ""
    text = text.strip()
    found = _DEFINITION.match(text)
    # In C, this is the use of a type.
    if not found or (text.startswith(("struct", "enum")) and text.endswith((";", ")"))):
        return ""
    return found[1] if is_distinctive(found[1]) else ""


def is_distinctive(name: str) -> bool:
    """Return True for a name that is no keyword, no common word and not short."""
    return len(name) >= SHORTEST_NAME and name not in _COMMON and not name.startswith("__")
