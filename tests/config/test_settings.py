import json
import re
from dataclasses import replace
from typing import get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.config import options
from reviewer.config import settings as config
from reviewer.config.config_error import ConfigError
from reviewer.config.enums import FailOn, Section, WhenClean
from reviewer.config.repository import file_schema, strict_yaml
from reviewer.config.repository.file_keys import KEYS, PathInstruction, RepositoryFile
from reviewer.config.settings import Globs, Settings
from reviewer.config.shared_settings import SharedSettings
from reviewer.config.tightening import KeptApart
from reviewer.config.workflow import inputs
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from reviewer.severity import Confidence, Severity
from tests.faults import faults

INPUTS = Inputs()
SCHEMA = jsonschema.Draft202012Validator(file_schema.make())


def load(text: str, workflow: Inputs = INPUTS) -> Settings:
    return config.load(workflow, text)


def refusal(text: bytes | str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        config.load(INPUTS, text)
    assert str(caught.value).isprintable()
    return caught.value


@faults("CF1")
def test_without_a_file_the_workflow_and_the_defaults_apply_and_that_is_noted() -> None:
    settings = config.load(INPUTS, None)
    assert replace(settings, origin="") == Settings()
    assert settings.origin.startswith("there is no .github/code-review.yml at the base commit")


@faults("CF1")
@pytest.mark.parametrize(
    "text", ["", " \n", "# nothing yet\n", "---\n", "---\n...\n", "{}", "\ufeff"]
)
def test_a_file_that_sets_nothing_is_noted(text: str) -> None:
    settings = load(text)
    assert replace(settings, origin="") == Settings()
    assert settings.origin.startswith(".github/code-review.yml sets nothing")


def test_a_file_sets_what_the_workflow_left_open() -> None:
    text = """
include: ["src/**"]
exclude:
  - '*.md'
max-files: 10
min-severity: high
min-confidence: medium
language: French
instructions: Cents, not floats.
path-instructions:
  - path: "*.sql"
    instructions: Look for missing indexes.
fail-on: critical
skip-labels: [wip]
"""
    workflow = Inputs(
        include=("lib/**",), instructions="No globals.", skip_labels=("no-review", "wip")
    )
    assert load(text, workflow) == Settings(
        workflow_globs=Globs(include=("lib/**",)),
        repository_globs=Globs(include=("src/**",), exclude=("*.md",)),
        max_files=10,
        min_severity=Severity.HIGH,
        min_confidence=Confidence.MEDIUM,
        language="French",
        instructions=("No globals.", "Cents, not floats."),
        path_instructions=(PathInstruction("*.sql", "Look for missing indexes."),),
        fail_on=(FailOn.CRITICAL,),
        skip_labels=("no-review", "wip"),
    )


@pytest.mark.parametrize(
    ("text", "workflow"),
    [
        ("max-files: 500", Inputs()),
        ("max-file-lines: 3001", Inputs()),
        ("max-findings: 51", Inputs()),
        ("max-visible: 7", Inputs()),
        ("min-severity: low", Inputs(min_severity=Severity.MEDIUM)),
        ("min-confidence: medium", Inputs(min_confidence=Confidence.HIGH)),
        ("fail-on: never", Inputs(fail_on=(FailOn.CRITICAL,))),
        ("fail-on: high", Inputs(fail_on=(FailOn.LOW,))),
        ("fail-on: never", Inputs(fail_on=(FailOn.INCOMPLETE, FailOn.EXCLUDED))),
        ("fail-on: [excluded]", Inputs(fail_on=(FailOn.INCOMPLETE, FailOn.EXCLUDED))),
        ("fail-on-incomplete: false", Inputs()),
        ("review-drafts: true", Inputs()),
        ("language: French", Inputs(language="German")),
        ('language: ""', Inputs(language="German")),
        ("when-clean: full", Inputs(when_clean=WhenClean.ONE_LINE)),
        ("when-clean: one-line", Inputs(when_clean=WhenClean.NOTHING)),
    ],
)
def test_a_file_cannot_loosen_the_workflow_and_a_note_says_so(text: str, workflow: Inputs) -> None:
    settings = load(text, workflow)
    assert replace(settings, notes=()) == replace(config.load(workflow, None), origin="")
    (note,) = settings.notes
    assert "does not apply: the workflow's value is " in note


def test_the_note_says_what_was_wanted_and_what_applies() -> None:
    (note,) = load("max-files: 500").notes
    assert note == (
        "`max-files: 500` in .github/code-review.yml does not apply: the workflow's value is "
        "300, and the file can only tighten it; set it in the workflow instead"
    )


@pytest.mark.parametrize(
    ("text", "workflow", "expected"),
    [
        ("fail-on: low", Inputs(fail_on=(FailOn.HIGH,)), "low"),
        ("fail-on: incomplete", Inputs(), "incomplete"),
        ("fail-on: incomplete", Inputs(fail_on=(FailOn.INCOMPLETE,)), "incomplete"),
        ("fail-on: incomplete", Inputs(fail_on=(FailOn.LOW,)), "low, incomplete"),
        ("fail-on: high", Inputs(fail_on=(FailOn.INCOMPLETE,)), "high, incomplete"),
        ("fail-on: [high, excluded]", Inputs(), "high, excluded"),
        ("fail-on: excluded , high", Inputs(fail_on=(FailOn.CRITICAL,)), "high, excluded"),
        ("max-files: 3", Inputs(fail_on=(FailOn.LOW,)), "low"),
    ],
)
def test_a_file_can_make_the_gate_stricter(text: str, workflow: Inputs, expected: str) -> None:
    settings = load(text, workflow)
    assert ", ".join(limit.value for limit in settings.fail_on) == expected
    assert settings.notes == ()


FILES, OVERVIEW, NONE = Section.FILES, Section.OVERVIEW, Section.NONE


@pytest.mark.parametrize(
    ("text", "workflow", "expected"),
    [
        ("sections: [files, overview]", Inputs(), (OVERVIEW, FILES)),
        ("sections: overview, files", Inputs(sections=(FILES,)), (FILES,)),
        ("sections: none", Inputs(), (NONE,)),
        ("sections: [overview]", Inputs(sections=(FILES,)), (NONE,)),
        ("sections: [overview]", Inputs(sections=(NONE,)), (NONE,)),
        ("sections: none", Inputs(sections=(NONE,)), (NONE,)),
        ("max-files: 3", Inputs(), (OVERVIEW, Section.MAJOR_CHANGES, FILES)),
    ],
)
def test_a_section_is_shown_where_both_name_it(
    text: str, workflow: Inputs, expected: tuple[Section, ...]
) -> None:
    settings = load(text, workflow)
    assert settings.sections == expected
    assert settings.notes == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("sections: [none, files]", "sections"),
        ("sections: [findings]", "sections"),
        ("sections: major_changes", "sections"),
        ("sections: []", "sections"),
        ("when-clean: one_line", "when-clean"),
        ("when-clean: never", "when-clean"),
        *[
            (f"fail-on: {limits}", "fail-on")
            for limits in (
                *("[never, low]", "[]", "['low,high']", "[1]", "true", "''", "[High]", "[[low]]"),
            )
        ],
    ],
)
def test_values_that_a_setting_does_not_have_are_refused(text: str, key: str) -> None:
    assert f"`{key}`" in refusal(text).what


def test_what_the_comment_shows_does_not_make_a_new_review() -> None:
    shown = load("sections: none\nwhen-clean: nothing")
    assert shown.fingerprint == load("max-files: 300").fingerprint


def test_drafts_are_reviewed_only_when_neither_side_says_no() -> None:
    drafts = Inputs(review_drafts=True)
    assert load("review-drafts: true", drafts).review_drafts
    assert load("max-files: 1", drafts).review_drafts
    assert not load("review-drafts: false", drafts).review_drafts


@given(
    st.builds(
        Inputs,
        max_files=st.integers(1, 3_000),
        min_severity=st.sampled_from(Severity),
        min_confidence=st.sampled_from(Confidence),
        fail_on=st.sampled_from(FailOn).map(lambda limit: (limit,)),
        review_drafts=st.booleans(),
    ),
    st.integers(1, 3_000),
    st.sampled_from(Severity),
    st.sampled_from(FailOn),
)
def test_no_file_is_looser_than_the_workflow(
    workflow: Inputs, files: int, severity: Severity, gate: FailOn
) -> None:
    text = f"max-files: {files}\nmin-severity: {severity.label}\nfail-on: {gate.value}"
    settings = load(text, workflow)
    assert settings.max_files <= workflow.max_files
    assert settings.min_severity >= workflow.min_severity
    assert settings.gated or not workflow.gated


def test_the_fingerprint_changes_with_the_content_of_a_review_and_with_nothing_else() -> None:
    changes = ("language: French", "instructions: a")
    prints = {load(text).fingerprint for text in ("", *changes)}
    assert len(prints) == 1 + len(changes)
    assert [digits for digits in prints if not re.fullmatch("[0-9a-f]{64}", digits)] == []
    same = (
        "fail-on: high\nreview-drafts: false\nskip-labels: [x]\nskip-authors: [y]\nmax-files: 300"
    )
    assert load(same).fingerprint == Settings().fingerprint
    # They are in the keys of the files that they are about.
    paths = "path-instructions: [{path: a, instructions: b}]"
    assert load(paths).fingerprint == Settings().fingerprint


def test_a_pattern_of_the_workflow_that_is_none_is_an_error_about_the_input() -> None:
    with pytest.raises(InputError, match="The input exclude cannot be used: entry 2 is not"):
        config.load(Inputs(exclude=("a", "[z-a]")), None)


@faults("CF3")
@pytest.mark.parametrize("text", ["- a", "just text", "3", "[a, b]", '""'])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    error = refusal(text)
    assert "the file must hold keys with values" in error.what
    assert (error.line, error.column) == (1, 1)


@faults("CF4")
@pytest.mark.parametrize(
    ("text", "cause", "remedy"),
    [
        ("max-file: 3", "Did you mean `max-files`?", "Write `max-files: 3`."),
        ("max_files: 3", "Did you mean `max-files`?", "Write `max-files: 3`."),
        ("Exclude: [a]", "Did you mean `exclude`?", "Write `exclude: [a]`."),
        ("zzz: 3", "", f"The keys are {', '.join(KEYS)}."),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    text: str, cause: str, remedy: str
) -> None:
    error = refusal(f"min-severity: low\n{text}")
    assert error.cause == cause
    assert error.remedy == remedy
    assert (error.line, error.column) == (2, 1)


@faults("CF4")
def test_an_unknown_key_of_an_entry_is_refused() -> None:
    error = refusal("path-instructions:\n  - path: a\n    instruction: b\n    instructions: c")
    assert error.what.endswith("there is no key 'instruction'.")
    assert error.cause == "Did you mean `instructions`?"
    assert (error.line, error.column) == (3, 5)


@faults("CF4")
@pytest.mark.parametrize(
    ("text", "what", "cause"),
    [
        ("max-files: many", "`max-files` is 'many'", "a whole number from 1 to 3000"),
        ("max-files: 3001", "`max-files` is the number 3001", "a whole number from 1 to 3000"),
        ("max-files: 0", "`max-files` is the number 0", "a whole number from 1 to 3000"),
        ("max-files: 1.5", "`max-files` is the number 1.5", "a whole number from 1 to 3000"),
        ("max-files: true", "`max-files` is true", "a whole number from 1 to 3000"),
        ('max-files: "3"', "`max-files` is the text '3'", "a whole number from 1 to 3000"),
        ("max-files: [3]", "`max-files` is a list", "a whole number from 1 to 3000"),
        ("max-files: {a: 3}", "`max-files` is a mapping", "a whole number from 1 to 3000"),
        ("max-files:", "`max-files` has no value", "a whole number from 1 to 3000"),
        ("min-severity: blocker", "is 'blocker'", "`low`, `medium`, `high` or `critical`"),
        ("review-drafts: 1", "is the number 1", "`true` or `false`"),
        ("language: English. Obey", "is 'English. Obey'", "letters, spaces and hyphens"),
        ("exclude: a", "`exclude` is 'a'", "a list of gitignore patterns, at most 200 of 256"),
        ("exclude: ['[']", "`exclude`, entry 1 is '['", "a list of gitignore patterns"),
        ("exclude: ['']", "`exclude`, entry 1 is ''", "a list of gitignore patterns"),
        ("skip-labels: [1]", "`skip-labels`, entry 1 is the number 1", "a list of at most 100"),
        ('skip-authors: ["a\u200bb"]', "entry 1 is 'a\\u200bb'", "a list of at most 100 logins"),
        ("skip-authors: [a@b.c]", "entry 1 is 'a@b.c'", "a list of at most 100 logins"),
        ("skip-authors: ['*[bot]']", "entry 1 is '*[bot]'", "`renovate[bot]` for an app"),
        ("skip-authors: [octo/bots]", "entry 1 is 'octo/bots'", "such as `octocat`"),
        ("path-instructions: a", "`path-instructions` is 'a'", "at most 50 entries"),
        ("path-instructions: [a]", "`path-instructions`, entry 1 is 'a'", "at most 50 entries"),
        ("path-instructions: [{path: a}]", "entry 1 lacks `instructions`", "at most 50 entries"),
        ("path-instructions: [{path: '/', instructions: a}]", "entry 1, `path` is '/'", "one git"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(text: str, what: str, cause: str) -> None:
    error = refusal(text)
    assert what in error.what
    assert cause in error.cause
    assert error.line == 1


@faults("CF4")
def test_of_several_mistakes_the_first_in_the_file_is_named() -> None:
    assert refusal("max-files: 1\nfail-on: x\nlanguage: 3\n").line == 2


@faults("CF11")
@pytest.mark.parametrize(
    "key",
    [
        "api-key",
        "api_key",
        "base-url",
        "base_url",
        "model",
        "template",
        "templates",
        "tools",
        "github-token",
        "allow-http",
        "max-cost",
        "timeout",
        "trigger",
        "allowed-associations",
    ],
)
def test_settings_of_the_workflow_alone_are_refused(key: str) -> None:
    error = refusal(f"{key}: http://evil.example")
    assert "is set in the workflow's inputs" in error.what
    assert "with:" in error.remedy


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        ("name: x\non: push\njobs: {}", "a workflow,", "Move it into the folder `.github/work"),
        ("- uses: a/b@v1\n  with: {model: x}", "a part of a workflow,", "Delete this file"),
        ("uses: a/b@v1", "a part of a workflow,", "Delete this file"),
        ("steps:\n- uses: a/b@v1", "a part of a workflow,", "Delete this file"),
        ("steps:\n- uses: a/b@v1\n- uses: c\n  with: {exclude: a}", "a part of", "only `exclude"),
        ("uses: a/b@v1\nwith: {exclude: a}", "a part of a work", "Keep only `exclude: [a]` here"),
    ],
)
def test_a_workflow_in_the_place_of_the_settings_is_named(
    text: str, what: str, remedy: str
) -> None:
    error = refusal(text)
    assert what in error.what
    assert remedy in error.remedy


@pytest.mark.parametrize("text", ["max-files: 3\njobs: 4", "jobs: 4", "uses: 5", "steps: 2"])
def test_settings_with_a_key_of_workflows_are_no_workflow(text: str) -> None:
    assert "there is no key" in refusal(text).what


def test_extends_is_said_to_be_unsupported() -> None:
    assert "`extends` is not supported" in refusal("extends: org/rules").what


@faults("CF12")
@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "@format {env}", "${API_KEY}", "{% raw %}", "%s {0}"]
)
def test_nothing_in_a_text_is_expanded(text: str) -> None:
    assert load(f"instructions: '{text}'").instructions == (text,)


@faults("CF13")
def test_too_many_or_too_long_patterns_are_refused() -> None:
    assert "is a list" in refusal("exclude:\n" + "  - a\n" * 201).what
    assert "entry 1 is a text of 257 characters" in refusal(f"include: [{'a' * 257}]").what
    assert "is a list" in refusal("exclude:\n" + " - a\n" * 10_000).what


def test_each_setting_that_both_can_set_has_a_rule_and_three_of_the_others_are_kept_apart() -> None:
    assert all(callable(declared.file) for declared in options.declarations(SharedSettings))
    apart = {each.field for each in inputs.DECLARATIONS if isinstance(each.file, KeptApart)}
    assert apart == {"include", "exclude", "instructions"}


def test_the_words_of_the_file_are_those_of_the_code() -> None:
    fields = RepositoryFile.model_fields
    severities, confidences = (
        get_args(fields[name].annotation) for name in ("min_severity", "min_confidence")
    )
    assert severities == tuple(severity.label for severity in Severity)
    assert confidences == tuple(confidence.label for confidence in Confidence)


def test_the_defaults_of_the_file_are_those_of_the_inputs() -> None:
    said = {name.replace("_", "-"): value for name, value in RepositoryFile.model_validate({})}
    settings = load(json.dumps(said))
    assert settings == Settings()


@pytest.mark.parametrize(
    "text",
    ["{}", "max-files: 3", "exclude: ['*.md']", "language: Norwegian Bokmål", "fail-on: low",
     "fail-on: low, excluded", "fail-on: [low, excluded]",
     "path-instructions: [{path: a, instructions: b}]", "review-drafts: true"],
)  # fmt: skip
def test_the_schema_accepts_what_the_loader_accepts(text: str) -> None:
    load(text)
    assert SCHEMA.is_valid(as_json(strict_yaml.parse(text).value))


@pytest.mark.parametrize(
    "text",
    ["max-files: 0", "max-files: '3'", "max-files: many", "max-files: true", "max-files:",
     "max_files: 3", "model: x", "exclude: a", "exclude: ['']", "exclude: [1]", "fail-on: High",
     "language: a.b", "language: a1", f"language: {'a' * 41}", f"instructions: {'a' * 4097}",
     "path-instructions: [{path: a}]", "path-instructions: [{path: a, instructions: b, c: d}]",
     "path-instructions: [{path: a, instructions: ''}]", "review-drafts: 'true'", "[a]",
     f"include: [{'a' * 257}]", f"include: [{', '.join('a' * 201)}]", "skip-labels: ['']",
     f"path-instructions: [{', '.join(['{path: a, instructions: b}'] * 51)}]"],
)  # fmt: skip
def test_the_schema_rejects_what_the_loader_rejects(text: str) -> None:
    refusal(text)
    assert not SCHEMA.is_valid(as_json(strict_yaml.parse(text).value))


def test_the_schema_of_the_file_is_a_json_schema() -> None:
    rules = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
    assert list(rules.iter_errors(file_schema.make())) == []


def as_json(value: object) -> object:
    """Turn tuples into lists, the way JSON has them."""
    match value:
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case tuple():
            return [as_json(item) for item in value]
        case _:
            return value


TEXTS = st.sampled_from(
    [*KEYS, "path", "model", "true", "no", "3", "012", "high", "a", "[", "]", "{", "}", ",", "\n",
     "\n  ", "- ", ": ", ":", " ", "'", '"', "*", "&a ", "!", "|", ">", "#", "---", "...", "<<",
     "\\", "\t", "%", "@", "? ", "~", "\x00", "\ud800", "\U0001f600", "\\U", "\\x", "!!int "]
)  # fmt: skip


@given(st.binary() | st.text() | st.lists(TEXTS).map("".join))
def test_any_file_is_a_config_or_a_config_error(text: bytes | str) -> None:
    said = ""
    try:
        settings = config.load(INPUTS, text)
    except ConfigError as error:
        said = str(error)
    else:
        assert settings.max_files <= INPUTS.max_files
    assert said.isprintable()
