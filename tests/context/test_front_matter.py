"""Which files a guideline file is about, as teams write it for Copilot and Cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.context.front_matter import read_scope
from tests.faults import faults

COPILOT = ".github/instructions/a.instructions.md"
CURSOR = ".cursor/rules/a.mdc"


def globs(path: str, matter: str) -> tuple[str, ...] | None:
    scope = read_scope(path, f"---\n{matter}\n---\nRule.\n")
    assert scope is None or scope.text == "Rule.\n"
    return scope.globs if scope else None


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        ('applyTo: "**"', ("**",)),
        ("applyTo: **/*.ts,**/*.tsx", ("**/*.ts", "**/*.tsx")),
        ("applyTo: '**/*.ts, src/**'  # code", ("**/*.ts", "src/**")),
        ('applyTo: "**/*.{ts,tsx}, *.py"', ("**/*.ts", "**/*.tsx", "*.py")),
        ("applyTo: {a,b}/*.{c,d}", None),
        ('applyTo: "{a,b}/*.{c,d}"', ("a/*.c", "a/*.d", "b/*.c", "b/*.d")),
        ('applyTo: "*.{a,{b,c}}"', ("*.a", "*.b", "*.c")),
        ('applyTo: ["*.a", *.b]', ("*.a", "*.b")),
        ("applyTo:\n  - '*.a'\n  - *.b", ("*.a", "*.b")),
        ("description: |\n  Of: several\n  lines\napplyTo: '*.a'", ("*.a",)),
        ("# A comment.\n\ndescription: 'it''s\napplyTo: '*.a'", ("*.a",)),
        ("excludeAgent: coding-agent\napplyTo: '*.a'", ("*.a",)),
    ],
)
def test_what_copilot_applies_a_file_to(matter: str, expected: tuple[str, ...] | None) -> None:
    if expected:
        assert globs(COPILOT, matter) == expected
    else:
        with pytest.raises(ValueError, match="cannot be read"):
            globs(COPILOT, matter)


def test_what_is_not_for_reviews_is_left_out() -> None:
    assert globs(COPILOT, "applyTo: '**'\nexcludeAgent: \"code-review\"") is None


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        ("globs: *.ts,src/**/*.tsx", ("*.ts", "src/**/*.tsx")),
        ("description:\nglobs: *.ts\nalwaysApply: false", ("*.ts",)),
        ("globs: *.ts\nalwaysApply: true", ()),
        ("globs:\nalwaysApply: true", ()),
        ("globs:\nalwaysApply: false", None),
        ("description: Where asked for", None),
    ],
)
def test_what_cursor_applies_a_file_to(matter: str, expected: tuple[str, ...] | None) -> None:
    assert globs(CURSOR, matter) == expected


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    scope = read_scope(COPILOT, "\ufeff---\r\napplyTo: '*.ts'\r\n---\r\nRule.\r\n")
    assert scope
    assert (scope.globs, scope.text) == (("*.ts",), "Rule.\n")


def test_other_files_have_no_front_matter() -> None:
    text = "---\nglobs: *.ts\n---\nRule.\n"
    scope = read_scope("docs/style.md", text)
    assert scope
    assert (scope.globs, scope.text) == ((), text)


@faults("TR2")
@pytest.mark.parametrize(
    "matter",
    [
        "applyTo: '*.a'\napplyTo: '*.b'",
        "applyTo: |\n  *.a",
        "applyTo: &x '*.a'",
        "applyTo: [*.a",
        "applyTo: '*.a' '*.b'",
        f"applyTo: '{',' * 1_000_000}'",
        "applyTo: '*.a'\n  '*.b'",
        "nonsense\napplyTo: '*.a'",
        f"applyTo: '{'{a,b}' * 20}'",
        f"applyTo: '{','.join(map(str, range(300)))}'",
        "applyTo: '!'",
        "description: no files",
    ],
)
def test_front_matter_that_means_nothing_certain_is_refused(matter: str) -> None:
    with pytest.raises(ValueError, match=r"has |names no files"):
        globs(COPILOT, matter)


PIECES = st.sampled_from(
    ["---", "applyTo", "globs", "alwaysApply", ":", " ", "'", '"', "{", "}", ",", "[", "]", "- ",
     "*", "!", "\n", "\r\n", "#", "true", "a", "\\", "|", "\ufeff", "\x00", "\ud800"]
)  # fmt: skip
GLOBS = st.sampled_from(["a", "{a,b}", ",", "*", "/"])


@faults("TR2")
@given(
    st.sampled_from(["applyTo: '", "applyTo: [", "globs: ", "", "excludeAgent: "]),
    st.lists(PIECES, max_size=40).map("".join) | st.lists(GLOBS, max_size=9).map("".join),
    st.sampled_from(["\n---\n", "'\n---\n", "]\n---\n"]),
    st.sampled_from([COPILOT, CURSOR]),
)
def test_front_matter_of_any_text_is_refused_or_leaves_the_rule_whole(
    key: str, text: str, end: str, path: str
) -> None:
    reason, scope = "", None
    try:
        scope = read_scope(path, f"---\n{key}{text}{end}Rule.\n")
    except ValueError as refused:
        reason = str(refused)
    assert not reason or reason.startswith(("has ", "names no files"))
    assert not scope or scope.text.endswith("Rule.\n")
