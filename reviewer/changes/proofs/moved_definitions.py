"""Proves that a change only moves whole definitions within a file, where order has no meaning.

That is so for functions and types of Go (https://go.dev/ref/spec#Declarations_and_scope) and items
of Rust (https://doc.rust-lang.org/reference/items.html), apart from what is initialised or expanded
in order. In most other languages, a later definition may replace an earlier one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from reviewer.changes import languages
from reviewer.changes.proofs.program_lines import Row

_GO = re.compile(r"func (?!init\b|_\b)(?:\w|\()|type \w")
_RUST = re.compile(
    r"(?:pub(?:\([\w: ]+\))? )?(?:(?:const|async|unsafe) )*(?:fn|struct|enum|trait|impl|type)\b"
)
# Attributes of which none can see what is above.
_ATTRIBUTE = re.compile(r"#\[(?:derive\([\w:, ]+\)|inline|must_use)\]")
# Macros are known only below their definition.
_MACROS = re.compile(r"\bmacro_rules!|\bmacro_use\b|#!\[")
# In the rows of a definition, outside of brackets: the end of another one, or a macro's name.
_OTHERS = {"go": re.compile(";"), "rs": re.compile(r"\w\s*!")}


def prove(path: str, old: Sequence[Row], new: Sequence[Row]) -> bool:
    """Return True if both versions of a file have the same definitions, some at other places."""
    language = languages.read_suffix(path)
    if language not in {"go", "rs"}:
        return False
    if language == "rs" and any(_MACROS.search(row.text) for row in (*old, *new)):
        return False
    before, after = (tuple(_divide(rows, language)) for rows in (old, new))
    if None in before or None in after or before == after:
        return False
    fixed = [[each for each in part if not _may_move(each, language)] for part in (before, after)]
    return Counter(before) == Counter(after) and fixed[0] == fixed[1]


def _divide(rows: Sequence[Row], language: str) -> Iterator[tuple[Row, ...] | None]:
    """Yield the rows of each definition with the comments above it; None for unequal brackets."""
    taken: list[Row] = []
    for row in rows:
        if row.depth < 0:
            yield None
        if taken or row.text:
            taken.append(row)
        if row.last and not row.depth and (language == "go" or row.last in "};"):
            yield tuple(taken)
            taken = []
    if any(row.depth for row in rows[-1:]):
        yield None
    while taken and not taken[-1].text:
        del taken[-1]
    if taken:
        yield tuple(taken)


def _may_move(definition: tuple[Row, ...] | None, language: str) -> bool:
    """Return True if the first row of code is that of a function or type, and no row of others."""
    rows = definition or ()
    if any(_OTHERS[language].search(row.outside) for row in rows):
        return False
    lines = [row.text for row in rows if row.text and not row.text.startswith("//")]
    while language == "rs" and lines and _ATTRIBUTE.fullmatch(lines[0]):
        del lines[0]
    first = lines[0] if lines else ""
    return bool((_GO if language == "go" else _RUST).match(first))
