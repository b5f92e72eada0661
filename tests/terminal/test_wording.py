"""What a terminal says of inputs, where a workflow has YAML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.terminal.environment import find_sources
from reviewer.terminal.wording import Wording

OURS = {"CODE_REVIEW_BASE_URL": "http://localhost:1/v1"}
OPENAIS = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://localhost:1/v1"}
HELP = " Help: https://example.com/troubleshooting.md#input"


@pytest.mark.parametrize(
    ("text", "here"),
    [
        (
            "The input model is empty, base-url not. Write `model: a b`.",
            "CODE_REVIEW_MODEL is empty, CODE_REVIEW_BASE_URL not. Write `export OURS='a b'`.",
        ),
        (
            "No server. In a workflow, it is http://1.2.3.4. Start it. In a workflow, write `x`.",
            "No server. Start it.",
        ),
        (
            "The input fail-on is 'hihg'. Write `fail-on: high, incomplete`.",
            "The input fail-on is 'hihg'. Write `--input 'fail-on=high, incomplete'`.",
        ),
        ("Write `exclude: 'docs/**, *.md'`.", "Write `--input 'exclude=docs/**, *.md'`."),
        ("Raise the input timeout.", "Raise `--input timeout=...`."),
        ("Reduce the length of the input messages.", "Reduce the length of the input messages."),
        ("It failed: the input is empty.", "It failed: the input is empty."),
        ("Leave out one of them.", "Leave out one of them."),
        ("`nothing: x` is in /base-url/ and my-api-key.", None),
        ("Write `model: x` in .github/code-review.yml.", None),
        # A server can name its models as it likes.
        ("Write `model: $(id)`.", "Write `export OURS='$(id)'`."),
    ],
)
def test_inputs_are_variables_and_options(text: str, here: str | None) -> None:
    shown = Wording(find_sources((), OURS)).translate(text + HELP)
    assert shown == (here or text).replace("OURS", "CODE_REVIEW_MODEL") + HELP


@pytest.mark.parametrize(
    ("given", "environ", "named"),
    [
        ((), {}, "CODE_REVIEW_BASE_URL"),
        ((), OURS, "CODE_REVIEW_BASE_URL"),
        ((), OPENAIS, "OPENAI_BASE_URL"),
        (("base-url=http://localhost:2/v1",), OPENAIS, "--input base-url"),
        (("effort",), OPENAIS, "OPENAI_BASE_URL"),
        # The variables of OpenAI's libraries do not apply then.
        ((), OPENAIS | {"CODE_REVIEW_API_KEY": "x"}, "CODE_REVIEW_BASE_URL"),
    ],
)
def test_the_name_is_that_of_what_sets_the_input(
    given: tuple[str, ...], environ: dict[str, str], named: str
) -> None:
    wording = Wording(find_sources(given, environ))
    assert wording.translate("Check base-url.") == f"Check {named}."


def test_a_plan_is_called_by_its_option() -> None:
    wording = Wording({"plan-only": "--plan"})
    assert wording.translate("plan-only is set, so no") == "--plan is set, so no"


@given(st.text())
def test_any_text_has_a_translation(text: str) -> None:
    assert isinstance(Wording(find_sources((), {})).translate(text), str)


def test_a_note_about_a_pattern_names_the_command_line_and_not_a_workflow() -> None:
    note = "1 pattern matches no file of the repository: `a` (exclude of the workflow)"
    assert Wording({}).translate(note).endswith("`a` (exclude of the command line)")
    assert Wording({}).translate("excluded by the workflow") == "excluded by the command line"


def test_an_expression_of_a_workflow_is_no_value_in_a_shell() -> None:
    text = "Write `api-key: ${{ secrets.KEY }}`."
    assert Wording({"api-key": "CODE_REVIEW_API_KEY"}).translate(text) == (
        "Write `export CODE_REVIEW_API_KEY=...`."
    )


def test_a_note_that_names_a_setting_says_how_to_write_it_here() -> None:
    note = "requests were made smaller; set `context-window: 8192`"
    assert Wording({}).translate(note).endswith("set `--input context-window=8192`")
