"""Finds what a text defines, by linear patterns for each family of languages."""

import re
from collections.abc import Container, Iterator
from functools import cache
from itertools import islice

import re2

from reviewer.context.code import identifiers

DEFINITIONS_PER_FILE = 5_000
"""Definitions of one file that are read; more are generated."""
COMMENT = re.compile(r"\s*(?:#(?!\s*(?:define|if|elif|undef))|//|/\*|\*|--|\"\"\"|\'\'\')")
"""Matches a line that is a comment, or starts one."""
# Characters of a line in which a definition is looked for.
_READ = 400

_START = r"^[ \t]*"
_MODIFIERS = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async"
    r"|override|open|sealed|partial|readonly|virtual|inline|extern|unsafe|data|synchronized|native"
    r"|suspend|get|set)[ \t]+){0,6}"
)
# A type, the name, and parentheses. A call has no word before the name.
_TYPED = (
    r"(?:<[^>\n]{1,80}>[ \t]+)?[\w.:]+(?:<[^\n(;={]{0,120}>)?[ \t*&\[\]?]+(?:\w+\.)?(\w+)"
    r"(?:<[^<>\n]{1,80}>)?[ \t]*\([^\n]*$"
)
_FUNCTION = r"(?:async\b[ \t]*)?(?:function\b|class\b|\([^()\n]{0,200}\)[^=\n]{0,60}=>|\w+[ \t]*=>)"
_BALANCED = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*){0,4}\)"
_KEYWORDS = (
    _START + _MODIFIERS + r"(?:def|class|func|function|fn|fun|type|struct|interface|trait|enum"
    r"|record|object|protocol|extension|module|union|namespace|delegate)[ \t]+"
    r"(?:\([^()\n]{0,80}\)[ \t]*|self\.)?(\w+)"
)
_ANNOTATIONS = r"(?:@\w+[ \t]+){0,3}"
_BRACES = (
    _START + _ANNOTATIONS + _MODIFIERS + r"(?:@?interface|class|enum|record|struct|trait"
    r"|delegate[ \t]+\w+|(?:data|case|enum|annotation|value)[ \t]+class)[ \t]+(\w+)",
    _START + _ANNOTATIONS + _MODIFIERS + _TYPED,
)
_PATTERNS = {
    "py": (
        _START + r"(?:async[ \t]+)?(?:def|class|cdef|cpdef)[ \t]+(\w+)",
        r"^([A-Za-z_]\w*)[ \t]*(?::[^=\n]{1,80})?=[^=]",
    ),
    "js": (
        _START + _MODIFIERS
        + r"(?:function|class|interface|type|enum|namespace)[ \t]*\*?[ \t]*(\w+)",
        r"^(?:export[ \t]+)?(?:const|let|var)[ \t]+(\w+)",
        _START + r"(?:const|let|var)[ \t]+(\w+)[ \t]*(?::[^=\n]{1,120})?=[ \t]*" + _FUNCTION,
        _START + r"(?:\w+\.)+(\w+)[ \t]*=[ \t]*" + _FUNCTION,
        r"^[ \t]+(\w+)[ \t]*:[ \t]*" + _FUNCTION,
        r"^[ \t]+" + _MODIFIERS + r"[*#]?(\w+)\??(?:<[^<>\n]{1,80}>)?[ \t]*" + _BALANCED
        + r"[ \t]*(?:(?::[^\n{;=]{1,80})?\{|:[^\n{=]{1,80}$)",
    ),
    "go": (
        r"^func[ \t]+(?:\([^()\n]{0,80}\)[ \t]*)?(\w+)",
        r"^(?:var|const)[ \t]+(\w+)",
        _START + r"type[ \t]+(\w+)",
        r"^\t(\w+)[ \t]+(?:struct|interface)\b",
    ),
    "java": (
        *_BRACES,
        _START + _MODIFIERS + r"(?:companion[ \t]+)?object[ \t]+(\w+)",
        _START + _MODIFIERS + r"(?:fun|def)[ \t]+(?:<[^>\n]{1,80}>[ \t]+)?(?:\w+\.)?(\w+)",
    ),
    "cs": _BRACES,
    "dart": _BRACES,
    "c": (
        r"^#[ \t]*define[ \t]+(\w+)",
        r"^(?:typedef[ \t]+)?(?:struct|enum|union|class)[ \t]+(?:\w+[ \t]+){0,2}(\w+)[^;()\n]*$",
        _START + r"(?:[\w:<>,~]+[ \t*&]+){1,6}(?:\w+::)*~?(\w+)[ \t]*\([^\n]*$",
    ),
    "rs": (
        _START + r"(?:pub(?:\([^)\n]*\))?[ \t]+)?(?:(?:default|async|unsafe|const|extern(?:[ \t]+"
        r'"[^"\n]*")?)[ \t]+){0,4}(?:fn|struct|enum|trait|type|union|mod|static|const'
        r"|macro_rules!)[ \t]+(?:mut[ \t]+)?(\w+)",
    ),
    "rb": (
        _START + r"(?:\w+[ \t]+)?def[ \t]+(?:\w+\.)?(\w+)",
        _START + r"(?:class|module)[ \t]+(?:\w+::)*(\w+)",
        _START + r"([A-Z]\w+)[ \t]*=[^=~]",
    ),
    "php": (
        _START + _MODIFIERS
        + r"(?:function[ \t]+&?|(?:class|interface|trait|enum|const)[ \t]+)(\w+)",
    ),
    "swift": (_KEYWORDS,),
    "ex": (_START + r"(?:defp?|defmodule|defmacro)[ \t]+(?:\w+\.)*(\w+)",),
    "exs": (_START + r"(?:defp?|defmodule|defmacro)[ \t]+(?:\w+\.)*(\w+)",),
}  # fmt: skip
FAMILIES = frozenset(_PATTERNS)
"""The families of languages whose definitions are known."""
# Words before a name and parentheses that make them a statement or a call.
_STATEMENTS = frozenset(
    b"assert await case catch co_await co_return co_yield defer delete do elif else except finally "
    b"for foreach from go goto if import in is lock match new not of or and raise return select "
    b"sizeof super switch synchronized this throw throws try typeof unless until using when where "
    b"while with yield".split()
)


def find(
    text: bytes, family: str, wanted: Container[bytes] | None = None
) -> Iterator[tuple[bytes, int]]:
    """Yield each name that a text defines, and the offset of the line; only `wanted` ones if given.

    At most DEFINITIONS_PER_FILE are read. Nothing is found in a language that is not known.
    """
    if family not in _PATTERNS:
        return
    for found in islice(_compile(family).finditer(text), DEFINITIONS_PER_FILE):
        name = next(filter(None, found.groups()), b"")
        if wanted is not None and name not in wanted:
            continue
        if name not in _STATEMENTS and not _is_statement(found.group(0)):
            yield name, found.start()


def find_on_line(text: str, family: str) -> str:
    """Return the distinctive name that a line defines, "" for none."""
    line = text[:_READ].encode(errors="replace")
    name = next((name for name, _ in find(line, family)), b"").decode(errors="replace")
    return name if identifiers.is_distinctive(name) else ""


def _is_statement(line: bytes) -> bool:
    words = line.split(b"(", 1)[0].split(None, 1)
    return bool(words) and words[0] in _STATEMENTS


@cache
def _compile(family: str) -> "re2._Regexp[bytes]":
    options = re2.Options()
    options.max_mem = 1 << 26
    return re2.compile(("(?m)" + "|".join(_PATTERNS[family])).encode(), options)
