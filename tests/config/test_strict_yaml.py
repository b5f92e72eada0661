import pytest

from reviewer.config.config_error import ConfigError
from reviewer.config.repository import strict_yaml
from tests.faults import faults


def refusal(raw: bytes | str) -> ConfigError:
    """Return the first error, which is raised if nothing of the file can be read."""
    try:
        return next(iter(strict_yaml.parse(raw).refused.values()))
    except ConfigError as problem:
        return problem


def test_plain_values_are_what_yaml_1_2_says() -> None:
    text = """
truth: [true, False]
nothing: [~, null, ]
numbers: [0, -1, +12, 1.5]
texts: [a b, 'no', "012", 12a, 'é']
block: |
  one
    two
"""
    assert strict_yaml.parse(text).value == {
        "truth": (True, False),
        "nothing": (None, None),
        "numbers": (0, -1, 12, 1.5),
        "texts": ("a b", "no", "012", "12a", "é"),
        "block": "one\n  two\n",
    }


def test_every_key_and_value_has_its_place() -> None:
    document = strict_yaml.parse("a: 1\nb:\n  - c: x\n")
    assert document.keys["b", 0, "c"] == strict_yaml.Place(3, 5)
    assert document.values["b", 0, "c"] == strict_yaml.Place(3, 8)


@faults("CF2")
@pytest.mark.parametrize(
    ("raw", "line", "column", "what"),
    [
        ("a: b: c", 1, 5, "this is not YAML: mapping values are not allowed here"),
        ("a: 1\n\tb: 2", 2, 1, "this is not YAML"),
        ("a: [1", 1, 6, "this is not YAML"),
        ("a: 'x", 1, 6, "this is not YAML"),
        ("a: 1\nb: x\0y", 2, 5, "there is a control character"),
        ('a: "\\0"', 1, 4, "there is a control character"),
        ('a: "\\uD800"', 1, 4, "there is a control character"),
        ('"\\uD800": 1', 1, 1, "there is a control character"),
        ('a: 1\n"b\\0": 1', 2, 1, "there is a control character"),
        ("a: \ud800", 1, 4, "the file is not UTF-8"),
        ("a: 1\nb: é".encode("latin-1"), 2, 4, "the file is not UTF-8"),
        ("a: é".encode("utf-16"), 1, 1, "the file is not UTF-8"),
        ('a: "\\UFFFFFFFF"', 0, 0, "out of range"),
        ("a: " + "9" * 5_000, 0, 0, "out of range"),
        ("%YAML 1." + "9" * 5_000 + "\n---\na: 1", 0, 0, "out of range"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_place(
    raw: bytes | str, line: int, column: int, what: str
) -> None:
    error = refusal(raw)
    assert what in error.what
    assert (error.line, error.column) == (line, column)


@faults("CF2")
def test_the_message_carries_the_place_where_no_annotation_does() -> None:
    assert refusal("a: 1\na: 2").what == (
        ".github/code-review.yml, line 2, column 1: the key 'a' is already in line 1."
    )


@faults("CF2", "IN7")
@pytest.mark.parametrize(
    "raw", ["::error::x: [", "a: [\n::error::x", "\x1b[31m: [", "? ::error::\n: ["]
)
def test_the_text_of_the_file_is_not_echoed(raw: str) -> None:
    assert "::error::" not in str(refusal(raw))
    assert str(refusal(raw)).isprintable()


@faults("CF3")
def test_a_second_document_is_refused() -> None:
    error = refusal("a: 1\n---\nb: 2\n")
    assert "a second document starts" in error.what
    assert error.line == 2


@faults("CF5")
@pytest.mark.parametrize(
    "raw", ["a: 1\na: 2", "a: 1\n'a': 2", "{a: 1, a: 2}", "b:\n  a: 1\n  a: 2"]
)
def test_a_key_given_twice_is_refused(raw: str) -> None:
    assert "the key 'a' is already in line" in refusal(raw).what


def test_two_mappings_may_have_the_same_key() -> None:
    assert strict_yaml.parse("[{a: 1}, {a: 2}]").value == ({"a": 1}, {"a": 2})


@faults("CF6")
@pytest.mark.parametrize(
    ("raw", "advice"),
    [
        ("a: &x [1]", "in each place, without `&x`"),
        ("a: &x\n  b: 1", "in each place, without `&x`"),
        ("a: &x 1", "quotes"),
        ("a: *x", "quotes"),
        ("&x a: 1", "quotes"),
        ("*x : 1", "quotes"),
        ("a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]", "without `&a` and `*a`"),
        ("a: &x 1\nb: *x", "without `&x` and `*x`"),
        ("exclude: [*a]", "quotes"),
    ],
)
def test_anchors_and_aliases_are_refused_before_anything_is_expanded(raw: str, advice: str) -> None:
    error = refusal(raw)
    assert "anchors (&) and aliases (*) are not supported" in error.what
    assert advice in error.remedy


@faults("CF6")
@pytest.mark.parametrize("pattern", ["*.md", "**/x", "*", "!*.md", "!docs", "@x", "&", "%x", "`x"])
def test_an_unquoted_pattern_gets_the_advice_to_quote_it(pattern: str) -> None:
    assert "must be in quotes" in refusal(f"exclude:\n  - {pattern}\n").remedy


@faults("CF7")
def test_a_file_over_64_kib_is_refused_unread() -> None:
    assert strict_yaml.parse("#" * 65_536).value is None
    assert "the file has 65537 bytes; at most 65536 are read" in refusal("[" * 65_537).what
    assert "5000000 bytes" in refusal(b"\xff" * 5_000_000).what
    assert "65538 bytes" in refusal("é" * 32_769).what


@faults("CF7")
@pytest.mark.parametrize(
    "raw", ["[" * 20_000, "{a: " * 16_000, "- " * 20_000, "a:\n" + "  - " * 9 + "b"]
)
def test_deep_nesting_is_refused_where_it_gets_too_deep(raw: str) -> None:
    assert "levels deep" in refusal(raw).what


@faults("CF7")
def test_deeply_nested_keys_are_refused_at_the_first_one() -> None:
    assert "a key must be a word" in refusal("? " * 20_000).what


@faults("CF8")
@pytest.mark.parametrize(
    "raw",
    [
        "a: !!python/object/apply:os.system [id]",
        "a: !!binary aGk=",
        "a: !!str 012",
        "a: !local x",
        "a: ! x",
        "!!map {a: 1}",
        "!!str a: 1",
        "a: !!set {b, c}",
    ],
)
def test_tags_are_refused(raw: str) -> None:
    assert "tags (!) are not supported" in refusal(raw).what


@faults("CF8")
def test_merge_keys_are_refused() -> None:
    assert "merge keys (<<) are not supported" in refusal("a: {<<: {b: 1}}").what


def test_a_key_that_is_no_word_is_refused() -> None:
    assert "a key must be a word" in refusal("? [a]\n: b").what


@faults("CF9")
@pytest.mark.parametrize(
    "text",
    ["no", "Yes", "ON", "Off", "012", "-07", "0x1F", "0b1", "1_000", "1:30", "1e3", "2024-01-01",
     "2024-01-01 10:00:00", ".inf", ".NaN", "=", "<<", "1:30.5"],
)  # fmt: skip
def test_what_yaml_1_1_and_1_2_read_differently_is_refused(text: str) -> None:
    error = refusal(f"a: {text}")
    assert error.what.endswith(f"{text!r} means one thing to YAML 1.1 and another to YAML 1.2.")
    assert "put texts in quotes" in error.remedy
    assert (error.line, error.column) == (1, 4)
    assert strict_yaml.parse(f"a: '{text}'").value == {"a": text}
