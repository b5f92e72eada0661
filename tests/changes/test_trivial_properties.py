"""Any change that is proven to be trivial has no meaning, wherever it is made."""

import ast
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.proofs import trivial
from reviewer.changes.proofs.trivial import Proof
from tests.changes.proofs import prove

# Whole rows of programs: each begins where a row begins, and is code or a literal of many lines.
ROWS = {
    "a.py": (
        "x = 1",
        "if x:\n    pass",
        'S = """a\n# b c d.\n  e"""',
        "T = f'{x!r:>3} {x}'",
        "R = r'\\n'",
        'y = "#"  # x',
        "z = (1,\n     2)",
        "B = b'''\n\n'''",
    ),
    "a.js": (
        "f();",
        "s = `a\n  // b c d.\n`;",
        "t = 'it\\'s';",
        'u = "//";',
        "if (a) {\n  b();\n}",
    ),
    "a.go": ("x()", "s := `a\n  // b c d.\n`", "r := '\\''", 't := "/*"', "if a {\n\tb()\n}"),
    "A.java": ("f();", 's = """\n  // b c d.\n  """;', "c = '\"';", "if (a) {\n  b();\n}"),
    "a.rs": (
        "f();",
        's = "a\n  // b c d.\n";',
        "let c: &'a str = x;",
        'r = r#"\n"\n"#;',
        "c = '\"';",
    ),
    "a.c": ("f();", "#define A \\\n  b", "c = '\"';", 's = "/*";', "if (a) {\n  b();\n}"),
    "A.cs": ("f();", "c = '\"';", 's = "/*";', "if (a) {\n  b();\n}"),
    "a.kt": ("f()", 's = """\n  // b c d.\n"""', "c = '\"'", "if (a) {\n  b()\n}"),
}
PATHS = st.sampled_from(sorted(ROWS))
# What may be between rows without a meaning.
BLANKS = st.sampled_from(["", " ", "\t", "  "])
PROSE = st.sampled_from(["Counts what is there.", "See https://example.com/a for more.", ""])
# What breaks a reader, or a compiler.
HOSTILE = st.one_of(
    st.sampled_from(
        (
            "#",
            "//",
            "/*",
            "*/",
            '"',
            "'",
            "`",
            '"""',
            "'''",
            "\\",
            "\n",
            " ",
            "\t",
            "\r",
            "\f",
            "f'",
        )
    ),
    st.sampled_from(
        (
            'f"{',
            "{",
            "}",
            "${",
            "(",
            ")",
            "/",
            "r'",
            'R"',
            '@"',
            "\u2028",
            "\xa0",
            "\u200b",
            "x",
            "1",
        )
    ),
    st.sampled_from(
        (";", ":", "# a b c.\n", "\n# a b c.\n", "// a b c.\n", "    ", "\\\n", "# noqa\n")
    ),
    st.text(alphabet=string.printable, max_size=3),
)


def mark(path: str, words: str) -> str:
    return ("# " if path == "a.py" else "// ") + words


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    path = draw(PATHS)
    return path, tuple(draw(st.lists(st.sampled_from(ROWS[path]), min_size=1, max_size=6)))


@st.composite
def paddings(draw: st.DrawFn, path: str, count: int, *, comments: bool) -> list[str]:
    """Return rows without a meaning, some before each row of a program and some at the end."""
    plain = st.builds(lambda words: mark(path, words), PROSE)
    rows = st.one_of(BLANKS, plain) if comments else BLANKS
    return ["".join(f"{row}\n" for row in draw(st.lists(rows, max_size=3))) for _ in range(count)]


@given(st.data())
def test_rows_without_a_meaning_are_proven(data: st.DataObject) -> None:
    comments = data.draw(st.booleans())
    path, rows = data.draw(programs())
    between = data.draw(paddings(path, len(rows) + 1, comments=comments))
    blanks = [data.draw(BLANKS) for _ in rows]
    old = "".join(f"{row}\n" for row in rows)
    ends = ["" if row.endswith("\\") else blank for row, blank in zip(rows, blanks, strict=True)]
    pieces = (f"{gap}{row}{end}\n" for gap, row, end in zip(between, rows, ends, strict=False))
    new = "".join(pieces) + between[-1]
    found, back = prove(path, old, new), prove(path, new, old)
    assert found is back
    if old == new:
        assert found is None
    elif any(each.strip() for each in between):
        assert found is Proof.COMMENTS
    elif new.rstrip("\n") == old.rstrip("\n"):
        # An end of line more or less at the end of the file is no line.
        assert found in {Proof.WHITE_SPACE, None}
    else:
        assert found is Proof.WHITE_SPACE


@given(st.data())
def test_a_token_within_code_or_a_literal_is_never_trivial(data: st.DataObject) -> None:
    path, rows = data.draw(programs())
    old = "".join(f"{row}\n" for row in rows)
    changed = data.draw(st.integers(0, len(rows) - 1))
    row = rows[changed]
    at = data.draw(st.integers(0, len(row)))
    token = data.draw(st.sampled_from(["x", "1", "+", "(", "}", '"', "'", "0;", "/*", "\\"]))
    between = data.draw(paddings(path, len(rows) + 1, comments=True))
    altered = (*rows[:changed], row[:at] + token + row[at:], *rows[changed + 1 :])
    pieces = (f"{gap}{each}\n" for gap, each in zip(between, altered, strict=False))
    new = "".join(pieces) + between[-1]
    assert prove(path, old, new) is None
    assert prove(path, new, old) is None


@given(st.data())
def test_a_row_of_code_more_is_never_trivial(data: st.DataObject) -> None:
    path, rows = data.draw(programs())
    old = "".join(f"{row}\n" for row in rows)
    at = data.draw(st.integers(0, len(rows)))
    more = data.draw(st.sampled_from(ROWS[path]))
    between = data.draw(paddings(path, len(rows) + 2, comments=True))
    longer = (*rows[:at], more, *rows[at:])
    pieces = (f"{gap}{each}\n" for gap, each in zip(between, longer, strict=False))
    new = "".join(pieces) + between[-1]
    assert prove(path, old, new) is None
    assert prove(path, new, old) is None


@given(st.data())
def test_white_space_within_a_literal_is_never_trivial(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(set(ROWS) - {"a.c", "A.cs"})))
    literal = next(row for row in ROWS[path] if "// b c d." in row or "# b c d." in row)
    inner = literal.index("\n")
    blank = data.draw(st.sampled_from([" ", "\t", "\n", " \n", "\n\n"]))
    at = data.draw(st.integers(inner, literal.rindex("\n") + 1))
    old, new = f"{literal}\n", f"{literal[:at]}{blank}{literal[at:]}\n"
    assert prove(path, old, new) is None
    assert prove(path, new, old) is None


def parse(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


@given(st.data())
def test_what_is_proven_of_python_is_the_same_program_for_python(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from((*ROWS["a.py"], "# a b c.", "")), max_size=6))
    old = new = "".join(f"{row}\n" for row in rows)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(new)))
        stop = start + data.draw(st.integers(0, 2))
        new = new[:start] + data.draw(HOSTILE) + new[stop:]
    for before, after in ((old, new), (new, old)):
        if prove("a.py", before, after) is not None and parse(before) is not None:
            assert parse(before) == parse(after)


@given(st.data())
def test_hostile_text_breaks_no_reader(data: st.DataObject) -> None:
    path = data.draw(PATHS)
    old, new = ("".join(data.draw(st.lists(HOSTILE, max_size=20))) for _ in range(2))
    if prove(path, old, new) in {Proof.WHITE_SPACE, Proof.COMMENTS}:
        assert prove(path, new, old) is not None


@pytest.mark.parametrize("path", sorted(ROWS))
@pytest.mark.parametrize(
    "piece", ["/", "//", "/*", "\\", "'", '"', "#", "(", " ", "`", "\\ ", "coding"]
)
def test_long_hostile_text_is_read_in_a_moment(path: str, piece: str) -> None:
    # Quadratic time would take hours.
    text = piece * (trivial.LARGEST_TEXT // len(piece) - 2)
    assert prove(path, f"{text} \n", f"{text}\n") in {None, Proof.WHITE_SPACE, Proof.COMMENTS}
