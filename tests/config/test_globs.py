import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.config.globs import Patterns
from tests.faults import faults

LONGEST_PATH = 4_096
HOSTILE = (
    "*a" * 25 + "b",
    "*a" * 127 + "b",
    "**/a/" * 50 + "b",
    "?" * 256,
    "[!a]" * 64,
    "**/" * 85,
    "*a" + "?" * 200 + "b",
    "\U0001f600" * 256,
)


@pytest.mark.parametrize(
    ("pattern", "path", "verdict"),
    [
        ("*.py", "a.py", True),
        ("*.py", "deep/er/a.py", True),
        ("*.py", "a.pyc", None),
        ("/a.py", "a.py", True),
        ("/a.py", "b/a.py", None),
        ("docs/", "docs/a.md", True),
        ("docs/", "src/docs/a.md", True),
        ("docs/", "docs", None),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/b/a.py", None),
        ("src/**/a.py", "src/a.py", True),
        ("src/**/a.py", "src/b/c/a.py", True),
        ("**", "anything/at.all", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", None),
        ("[a-c].py", "b.py", True),
        ("[!a-c].py", "b.py", None),
        (r"\!a", "!a", True),
        (r"\#a", "#a", True),
        ("a.py ", "a.py", True),
        (r"a\ ", "a ", True),
        ("A.py", "a.py", None),
        ("a.b", "axb", None),
        ("(a|b){2}$^", "(a|b){2}$^", True),
        ("café/*", "café/x", True),
        ("caf?/*", "café/x", True),
        ("*.py", "line\nbreak/a.py", True),
        ("a?b", "a\nb", True),
        ("*", "\udcff", True),
        ("*", "-rf", True),
    ],
)
def test_a_pattern_means_what_it_means_to_git(
    pattern: str, path: str, *, verdict: bool | None
) -> None:
    assert Patterns.parse((pattern,)).verdict(path) is verdict


@pytest.mark.parametrize(
    ("patterns", "verdict"),
    [
        ((), None),
        (("*.md",), True),
        (("*.md", "!docs/*.md"), False),
        (("*.md", "!docs/*.md", "docs/a*"), True),
        (("!docs/", "*.md"), True),
        (("docs/", "!*.md"), False),
        (("docs/a.md", "!docs/"), False),
        (("!*.md",), False),
        (("!*.py",), None),
    ],
)
def test_the_last_pattern_that_matches_decides(
    patterns: tuple[str, ...], *, verdict: bool | None
) -> None:
    assert Patterns.parse(patterns).verdict("docs/a.md") is verdict


@faults("CF13")
@pytest.mark.parametrize(
    "pattern",
    ["", " ", "/", "!", "#comment", "a\\", "\\", "[", "[a", "[z-a]", "[[:alpha:]]", "[!]"],
)
def test_what_can_match_nothing_is_refused_by_its_number(pattern: str) -> None:
    with pytest.raises(ValueError, match="entry 2 is not a gitignore pattern"):
        Patterns.parse(("*.py", pattern))


@faults("CF13")
@pytest.mark.parametrize(
    ("patterns", "reason"),
    [
        (("a",) * 201, "201 entries; at most 200 are allowed"),
        (("a",) * 10_000, "10000 entries; at most 200 are allowed"),
        (("a", "a" * 257), "entry 2 is longer than 256 characters"),
        (("a\0",), "entry 1 contains a control or invisible character"),
        (("\ud800",), "entry 1 contains a control or invisible character"),
    ],
)
def test_too_many_too_long_or_odd_patterns_are_refused(
    patterns: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Patterns.parse(patterns)


@faults("CF13")
@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_pattern_made_to_backtrack_is_matched_all_the_same(pattern: str) -> None:
    """With a backtracking matcher each of these runs for longer than the universe lasts."""
    patterns = Patterns.parse((pattern,) * 200)
    for path in ("a" * LONGEST_PATH, "a/" * (LONGEST_PATH // 2), "ab" * (LONGEST_PATH // 2)):
        assert patterns.verdict(path) in (True, None)


@faults("CF13")
def test_a_match_is_found_where_an_automaton_runs_out_of_memory() -> None:
    """`*a???…b` has 2^n states: RE2's sets of patterns then report no match without a word."""
    patterns = Patterns.parse([f"*a{'?' * (100 + n)}c" for n in range(50)])
    path = "ab" * 500 + "a" + "b" * 120 + "c"
    assert patterns.verdict(path) is True


@given(st.lists(st.text("ab*?/!.[]-\\ #", max_size=6), max_size=5), st.text("ab/.\n", max_size=8))
def test_any_list_of_patterns_decides_as_its_last_matching_one_does(
    lines: list[str], path: str
) -> None:
    try:
        patterns = Patterns.parse(lines)
    except ValueError:
        return
    alone = [
        verdict for line in lines if (verdict := Patterns.parse((line,)).verdict(path)) is not None
    ]
    assert patterns.verdict(path) == (alone[-1] if alone else None)


@given(st.lists(st.text(max_size=20), max_size=3), st.text())
def test_any_text_is_a_pattern_or_a_value_error(lines: list[str], path: str) -> None:
    reason = ""
    try:
        Patterns.parse(lines).verdict(path)
    except ValueError as refused:
        reason = str(refused)
    assert not reason or reason.startswith("entry ")
