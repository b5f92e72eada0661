"""The inputs of a review in a terminal: the command line, CODE_REVIEW_* and OPENAI_*."""

import pytest

from reviewer.config.enums import FailOn
from reviewer.config.workflow.inputs import OPENAI
from reviewer.errors import InputError
from reviewer.terminal.environment import load_inputs, require_key, require_token
from tests.refusals import refusal

OURS = {
    "CODE_REVIEW_API_KEY": "our-key",
    "CODE_REVIEW_BASE_URL": "https://ours.example/v1",
    "CODE_REVIEW_MODEL": "our-model",
}
OPENAIS = {
    "OPENAI_API_KEY": "openai-key",
    "OPENAI_BASE_URL": "https://gateway.example/v1",
    "OPENAI_MODEL": "openai-model",
}


def chosen(environ: dict[str, str], *given: str) -> tuple[str, str, str]:
    inputs = load_inputs(given, environ)
    return inputs.api_key, inputs.base_url, inputs.model


def test_variables_of_openais_libraries_are_enough() -> None:
    assert chosen(OPENAIS) == ("openai-key", "https://gateway.example/v1", "openai-model")
    assert chosen({"OPENAI_API_KEY": "openai-key"})[:2] == ("openai-key", OPENAI)


def test_our_variables_go_before_them() -> None:
    expected = ("our-key", "https://ours.example/v1", "our-model")
    assert chosen(OPENAIS | OURS) == expected


def test_the_command_line_goes_before_both() -> None:
    given = ("api-key=x-key", "base-url=https://x.example/v1", "model=x-model")
    assert chosen(OPENAIS | OURS, *given) == ("x-key", "https://x.example/v1", "x-model")


@pytest.mark.parametrize(
    ("environ", "given"),
    [
        ({"CODE_REVIEW_BASE_URL": "https://ours.example/v1"}, ()),
        ({"CODE_REVIEW_BASE_URL": "http://localhost:8080/v1"}, ()),
        ({}, ("base-url=https://ours.example/v1",)),
        ({}, ("BASE-URL=https://ours.example/v1",)),
        ({}, (" base-url =https://ours.example/v1",)),
        # An empty address is OpenAI's own.
        ({}, ("base-url=",)),
        ({"CODE_REVIEW_BASE_URL": OPENAI}, ()),
        # A key of ours is for the default address.
        ({"CODE_REVIEW_API_KEY": "our-key"}, ()),
        ({}, ("api-key=our-key",)),
    ],
)
def test_a_key_is_sent_to_no_other_address_than_its_own(
    environ: dict[str, str], given: tuple[str, ...]
) -> None:
    key, address, _ = chosen(OPENAIS | environ, *given)
    assert key != "openai-key"
    assert address != OPENAIS["OPENAI_BASE_URL"]


def test_without_an_address_the_key_of_openai_is_for_openai_alone() -> None:
    only_key = {"OPENAI_API_KEY": "openai-key"}
    assert chosen(only_key, "base-url=https://ours.example/v1")[0] == ""
    assert chosen(only_key, f"base-url={OPENAI}/")[0] == "openai-key"


def test_the_same_address_in_two_places_is_one_server() -> None:
    ours = {"CODE_REVIEW_BASE_URL": OPENAIS["OPENAI_BASE_URL"] + "/"}
    assert chosen(OPENAIS | ours)[0] == "openai-key"


def test_a_model_alone_changes_neither_key_nor_address() -> None:
    found = chosen(OPENAIS | {"CODE_REVIEW_MODEL": "our-model"})
    assert found == ("openai-key", "https://gateway.example/v1", "our-model")


def test_the_token_of_gh_is_understood() -> None:
    assert load_inputs((), {"GH_TOKEN": "gh"}).github_token == "gh"
    both = {"GH_TOKEN": "gh", "GITHUB_TOKEN": "github"}
    assert load_inputs((), both).github_token == "github"


@pytest.mark.parametrize("text", ["effort", "--effort"])
def test_an_input_without_a_value_is_an_error(text: str) -> None:
    with pytest.raises(InputError, match="has no value"):
        load_inputs((text,), {})


def test_an_input_with_underscores_is_understood_and_one_with_a_colon_is_mended() -> None:
    assert load_inputs(("max_findings=5",), {}).max_findings == 5
    with pytest.raises(InputError, match="Write `--input max-findings=5`"):
        load_inputs(("max-findings:5",), {})


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        (("exclude=docs/**", "exclude=*.md"), "Write `--input 'exclude=docs/**,*.md'`."),
        (("Exclude=a", "exclude=b", "exclude=a", "exclude=c"), "Write `--input exclude=a,b,c`."),
        (("exclude=", "exclude=b"), "Write `--input exclude=b`."),
        (("exclude=a\nb", "exclude=c"), ""),
        (("fail-on=high", "fail-on=incomplete"), "Write `--input fail-on=high,incomplete`."),
    ],
)
def test_a_list_that_is_given_in_parts_is_an_error(given: tuple[str, ...], remedy: str) -> None:
    with pytest.raises(InputError, match="is given more than once, and it is one list") as refused:
        load_inputs(given, {})
    assert refused.value.remedy == remedy


def test_a_list_that_is_given_twice_as_the_same_is_read() -> None:
    assert load_inputs(("exclude=a", "exclude=a"), {}).exclude == ("a",)


def test_of_other_inputs_the_last_one_applies() -> None:
    assert load_inputs(("fail-on=high", "fail-on=never"), {}).fail_on == (FailOn.NEVER,)


def test_a_key_with_a_colon_is_not_repeated() -> None:
    with pytest.raises(InputError, match="has no value") as refused:
        load_inputs(("api-key:sk-secret",), {})
    assert "sk-secret" not in f"{refused.value} {refused.value.remedy}"


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("model", "model=..."),
        ("Fail_On:", "fail-on=..."),
        ("fail-on: high", "fail-on=high"),
        ("api-key", "api-key=..."),
        ("mode high", "effort=high"),
    ],
)
def test_an_input_without_a_value_gets_the_words_to_write(given: str, written: str) -> None:
    with pytest.raises(InputError) as refused:
        load_inputs((given,), {})
    assert f"`--input {written}`" in refused.value.remedy


def test_every_input_has_a_variable_and_the_command_line_comes_before_it() -> None:
    variables = {"CODE_REVIEW_CONTEXT_WINDOW": "8192", "CODE_REVIEW_EXCLUDE": "docs/**"}
    inputs = load_inputs(("exclude=*.md",), variables)
    assert (inputs.context_window, inputs.exclude) == (8192, ("*.md",))
    assert load_inputs((), {"CODE_REVIEW_GITHUB_TOKEN": "ghp_x"}).github_token == "ghp_x"


def test_an_input_of_the_command_line_replaces_that_of_a_variable() -> None:
    assert load_inputs(("model=other",), {"CODE_REVIEW_MODEL": "first"}).model == "other"


def test_a_key_without_an_address_is_not_sent_to_openai_for_the_model_of_another() -> None:
    ours = {"CODE_REVIEW_API_KEY": "k", "CODE_REVIEW_MODEL": "acme/coder-small"}
    with pytest.raises(InputError, match="base-url is empty"):
        load_inputs((), ours | {"CODE_REVIEW_BASE_URL": ""})


def test_an_unknown_input_is_an_error() -> None:
    with pytest.raises(InputError, match="Did you mean `effort`"):
        load_inputs(("efort=high",), {})


def test_a_missing_key_names_the_variable_and_no_page_of_github() -> None:
    with pytest.raises(InputError) as problem:
        require_key(load_inputs((), {}), {})
    assert "export CODE_REVIEW_API_KEY=" in str(problem.value)
    assert "Settings" not in str(problem.value)


def test_a_key_that_is_not_used_is_explained() -> None:
    environ = {"OPENAI_API_KEY": "k", "CODE_REVIEW_BASE_URL": "https://eu.api.openai.com/v1"}
    with pytest.raises(InputError, match="OPENAI_API_KEY is sent to the address in"):
        require_key(load_inputs((), environ), environ)


@pytest.mark.parametrize("given", ["base-url=http://localhost:8080/v1", "plan-only=true"])
def test_your_own_server_and_a_plan_need_no_key(given: str) -> None:
    inputs = load_inputs((given,), {})
    assert refusal(lambda: require_key(inputs, {}), InputError) == ""


def test_a_missing_github_token_names_the_variable() -> None:
    given = load_inputs((), {"GITHUB_TOKEN": "t"})
    assert refusal(lambda: require_token(given), InputError) == ""
    with pytest.raises(InputError, match="export GITHUB_TOKEN="):
        require_token(load_inputs((), {}))
