"""The file with learnings: what it may hold, and what is said of a file that cannot be used."""

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from reviewer.config.config_error import ConfigError
from reviewer.config.repository import file_schema, learnings_file, strict_yaml
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.learnings import Learning
from tests.faults import faults

WHOLE = """\
# What we taught the reviewer.
- text: Money is counted in cents.
  paths: ["src/billing/**", "!src/billing/old/**"]
  origin: "#12"
- text: |
    Generated code is not reviewed by hand.
    Report nothing about its style.
"""
SCHEMA = file_schema.make_for_learnings()


def test_an_entry_has_a_text_and_perhaps_paths_and_an_origin() -> None:
    first, second = learnings_file.parse(WHOLE)
    paths = ("src/billing/**", "!src/billing/old/**")
    assert first == Learning("Money is counted in cents.", paths, "#12")
    assert second.text.splitlines()[1] == "Report nothing about its style."
    assert (second.paths, second.origin) == ((), "")


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "[]\n", "\ufeff"])
def test_a_file_without_entries_teaches_nothing(text: str) -> None:
    assert learnings_file.parse(text) == ()


def test_a_learning_is_about_the_files_that_its_patterns_match_or_about_all() -> None:
    first, second = learnings_file.parse(WHOLE)
    paths = ("src/billing/pay.py", "src/billing/old/pay.py", "src/app.py")
    assert [first.applies_to(path) for path in paths] == [True, False, False]
    assert all(map(second.applies_to, paths))


@faults("CF4")
@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("learnings:\n- text: a\n", (1, 1), "Take the key above the list away."),
        ("text: a\n", (1, 1), "this is not a list"),
        ("Count cents.\n", (1, 1), "this is not a list"),
        ("- Money is in cents.\n", (1, 3), "Write `- text: Money is in cents.`"),
        ("-\n", (1, 2), "entry 1 has no keys"),
        ("- txt: Cents.\n", (1, 3), "Write `text: Cents.`"),
        ("- text: a\n  path: src/**\n", (2, 3), 'Write `paths: ["src/**"]`'),
        ("- text: a\n  since: 5\n", (2, 3), "The keys are text, paths, origin."),
        ("- paths: [a]\n", (1, 3), "entry 1 lacks `text`"),
        ('- text: " "\n', (1, 9), "entry 1, `text` is blank."),
        ("- text: 5\n", (1, 9), 'Write `text: "5"`'),
        ("- text: true\n", (1, 9), 'Write `text: "true"`'),
        (
            f"- text: {'a' * 1_001}\n",
            (1, 9),
            "has 1,001 characters. It takes a text of at most 1,000",
        ),
        ("- text: a\n  paths: src/**\n", (2, 10), 'Write `paths: ["src/**"]`'),
        ("- text: a\n  paths: [./src]\n", (2, 11), 'Write `paths: ["/src"]`'),
        ("- text: a\n  paths: [b, ./src]\n", (2, 14), 'Write `paths: [b, "/src"]`'),
        ("- text: a\n  paths: [./b, '^src/']\n", (2, 11), 'for example, `paths: ["src/**"]`'),
        ("- text: a\n  path: '^src/'\n", (2, 3), "The keys are text, paths, origin."),
        ("- text: a\n  paths:\n  - b\n  - ./src\n", (4, 5), 'Write `- "/src"`'),
        ("- text: a\n  paths:\n", (2, 9), "`paths` has no value."),
        ("- text:\n", (1, 8), "Write a text behind it"),
        ("- text: [a, b]\n", (1, 9), "an entry for each text, as `- text: ...`"),
        ("- text: a\n  paths: [[b, c]]\n", (2, 11), "`paths`, pattern 1"),
        ("- text: a\n  paths: {x: b}\n", (2, 10), "Write `paths: [b]`"),
        ("- text: a\n  paths: {a: true, b: false}\n", (2, 10), 'for example, `paths: ["src/**"]`'),
        ("- text: a\n  origin: #12\n", (2, 10), 'Write `origin: "#12"`'),
        ("- text: a\n- text: b\n   paths: [c]\n", (3, 9), "Write `  paths: [c]`, as far"),
        ("text: a\n", (1, 1), "Write a dash and a blank in front of `text:`"),
        ("- text: a\n  paths: ['!src']\n", (2, 10), "takes files out of a list that selects none"),
        ("- text: a\n  paths: [5]\n", (2, 11), "pattern 1 cannot be used"),
        ("- text: a\n  origin: 12\n", (2, 11), 'Write `origin: "12"`'),
        ("- text: a\n  origin: |\n    b\n    c\n", (2, 11), "in 2 lines"),
        ("- text: Note: cents\n", (1, 13), 'Write `- text: "Note: cents"`'),
        ("- text: a\n- text: [b\n", (3, 1), "this is not YAML"),
        ("- text: &a b\n", (1, 9), "anchors"),
        ("- text: a\n---\n- text: b\n", (2, 1), "a second document starts"),
        ("- text: a\n" * 201, (1, 1), "there are 201 entries"),
        ("# " + "a" * strict_yaml.LARGEST, (0, 0), "at most 65536 are read"),
    ],
    ids=lambda value: None if isinstance(value, tuple) else value[:40],
)
def test_an_error_says_where_it_is_and_what_to_write(
    text: str, place: tuple[int, int], words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        learnings_file.parse(text)
    assert caught.value.path == LEARNINGS_FILE
    assert (caught.value.line, caught.value.column) == place
    assert words in str(caught.value)
    assert ".github/code-review.yml" not in str(caught.value)


@pytest.mark.parametrize("text", [WHOLE, "- text: a\n  paths: src\n", "- {}\n", "- text: 5\n"])
def test_editors_accept_what_a_run_accepts(text: str) -> None:
    value = strict_yaml.parse(text).value
    assert isinstance(value, tuple)
    as_json = [
        {key: list(each) if isinstance(each, tuple) else each for key, each in entry.items()}
        for entry in value
    ]
    try:
        learnings_file.parse(text)
    except ConfigError:
        with pytest.raises(ValidationError):
            Draft202012Validator(SCHEMA).validate(as_json)
    else:
        Draft202012Validator(SCHEMA).validate(as_json)


def test_the_schema_names_no_class() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert "LearningEntry" not in str(SCHEMA)
