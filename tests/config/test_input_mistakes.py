"""The errors about inputs say what to write, and nothing that the author did not mean."""

from decimal import Decimal

import pytest

from reviewer.config.enums import OnError, ToolsMode, Verify
from reviewer.config.options import Declaration
from reviewer.config.shapes import WordList, Words
from reviewer.config.workflow import inputs
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from tests.faults import faults

KEY = "sk-test-0123456789"
KINDS = {declared.name: declared.kind for declared in inputs.DECLARATIONS}


def load(name: str, text: str) -> Inputs:
    return Inputs.load({f"INPUT_{name.upper()}": text})


def refusal(name: str, text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        load(name, text)
    return caught.value


# What was written, and the lines that the error says to write: none if nobody knows what was meant.
MEANT: dict[tuple[str, str], tuple[str, ...]] = {
    ("context-window", "4,096"): ("4096",),
    ("context-window", "128'000"): ("128000",),
    ("max-tokens-total", "1_500_000"): ("1500000",),
    ("max-tokens-total", "1 500 000"): ("1500000",),
    ("max-files", "2,5"): (),
    ("max-files", "20 files"): ("20",),
    ("context-window", "128k"): ("128000",),
    ("max-cost", "$2"): ("2",),
    ("max-cost", "1.50 USD"): ("1.50",),
    ("timeout", "900s"): ("900",),
    ("request-timeout", "30 secs"): ("30",),
    ("max-tokens-total", "500k tokens"): ("500000",),
    ("max-findings", "5 findings"): ("5",),
    # The unit of another setting says that the number is meant for that.
    ("max-cost", "100 tokens"): (),
    ("max-cost", "30 s"): (),
    ("max-cost-pull-request", "20 files"): (),
    ("price", "1.00/5.00 s"): (),
    ("max-tokens-total", "$5000"): (),
    ("max-tokens-total", "5000 USD"): (),
    ("context-window", "5000 lines"): (),
    ("timeout", "$900"): (),
    ("timeout", "900 tokens"): (),
    ("max-files", "20s"): (),
    ("max-files", "500 lines"): (),
    ("max-file-lines", "20 files"): (),
    ("temperature", "$1"): (),
    ("concurrency", "8 s"): (),
    # Minutes are not seconds.
    ("timeout", "90m"): (),
    ("timeout", "2h"): (),
    ("fail-on", "high and critical"): ("high",),
    ("fail-on", "- high\n- incomplete"): ("high, incomplete",),
    ("max-files", "1_0"): (),
    ("max-files", "1,00"): (),
    ("max-files", "007"): (),
    ("max-tokens-total", "1,500_000"): (),
    ("max-cost", "0,50"): ("0.50",),
    ("max-cost", "2,5"): ("2.5",),
    ("max-cost", "050"): (),
    ("max-cost", "1.250,50"): (),
    ("max-cost", "1,250.50"): ("1250.50",),
    # This is one and a half for some people, and fifteen hundred for others.
    ("max-cost", "1,500"): ("1500", "1.500"),
    ("max-cost-pull-request", "1,5"): ("1.5",),
    ("temperature", "0,2"): ("0.2",),
    ("temperature", "1,000"): ("1.000",),
    ("price", "1,00/5,00"): ("1.00/5.00",),
    ("price", "1,00/5,00 cached=0,10"): ("1.00/5.00 cached=0.10",),
    ("templates", "1,5"): (),
    ("allow-http", "yes"): ("true",),
    ("allow-http", "Off"): ("false",),
    ("tools", "false"): ("off",),
    ("tools", "no"): ("off",),
    ("tools", "none"): ("off",),
    ("tools", "disabled"): ("off",),
    ("tools", "true"): ("auto",),
    ("tools", "yes"): ("auto",),
    ("tools", "alwyas"): ("always",),
    ("tools", "all"): (),
    ("verify", "false"): ("off",),
    ("verify", "no"): ("off",),
    ("verify", "true"): ("on",),
    ("verify", "ON"): ("on",),
    ("linked-issues", "never"): ("off",),
    ("inline", "false"): ("off",),
    ("inline", "none"): ("off",),
    ("inline", "true"): (),
    ("min-severity", "warn"): (),
    ("min-severity", "warning"): ("medium",),
    ("min-severity", "none"): (),
    ("min-severity", "false"): (),
    ("min-severity", "high, low"): (),
    ("min-severity", "high, critical"): (),
    ("min-severity", "high and critical"): ("high",),
    ("min-severity", "medium to critical"): ("medium",),
    ("fail-on", "none"): ("never",),
    ("fail-on", "false"): ("never",),
    ("fail-on", "off"): ("never",),
    ("fail-on", "true"): (),
    ("fail-on", "High\nIncomplete"): ("high, incomplete",),
    ("fail-on", "never, high"): ("high",),
    ("sections", "off"): ("none",),
    ("sections", "none, files"): ("files",),
    ("sections", "all"): (),
    ("reasoning-effort", "off"): ("none",),
    ("reasoning-effort", "Low"): ("low",),
    ("reasoning-effort", "max"): (),
    ("api", "true"): (),
    ("api", "false"): (),
    ("api", "response"): ("responses",),
    ("on-error", "false"): (),
    ("on-error", "ignore"): (),
    ("mode", "none"): (),
    ("effort", "max"): (),
    ("when-clean", "false"): (),
}


@faults("IN4")
@pytest.mark.parametrize(("given", "values"), MEANT.items(), ids=map(repr, MEANT))
def test_the_lines_of_the_error_are_accepted_and_mean_what_was_meant(
    given: tuple[str, str], values: tuple[str, ...]
) -> None:
    name, text = given
    remedy = refusal(name, text).remedy
    lines = " or ".join(f"`{name}: {value}`" for value in values)
    if values:
        assert remedy == f"Write {lines}."
    elif isinstance(KINDS[name].shape, Words | WordList):
        assert remedy == f"Write `{name}: ...` with one of these words."
    else:
        assert remedy == f"Write, for example, `{name}: {KINDS[name].example}`."
    for value in values:
        load(name, value)


def test_what_is_meant_by_a_decimal_comma_is_less_than_one_dollar() -> None:
    name, _, value = refusal("max-cost", "0,50").remedy.split("`")[1].partition(": ")
    assert load(name, value).max_cost == Decimal("0.50")


@pytest.mark.parametrize("declared", inputs.DECLARATIONS, ids=lambda declared: declared.name)
def test_the_example_of_an_input_is_accepted_and_gives_no_rights(declared: Declaration) -> None:
    example = declared.kind.example
    loaded = declared.kind.parse(example) if "${{" not in example else None
    assert (declared.name, loaded) not in {
        ("tools", ToolsMode.ON),
        ("tools", ToolsMode.ALWAYS),
        ("allow-http", True),
        ("authors-may-dismiss", True),
        ("on-error", OnError.WARN),
        ("verify", Verify.OFF),
    }


@faults("IN3")
@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        (f"Bearer {KEY}", "Bearer "),
        (f' "bearer  {KEY}"', "bearer "),
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer "),
        (f"token {KEY}", "token "),
    ],
)
def test_what_belongs_to_the_header_is_to_be_removed_from_the_secret(
    text: str, scheme: str
) -> None:
    error = refusal("api-key", text)
    assert f"Remove `{scheme}` from the secret" in error.remedy
    assert "0123456789" not in str(error)
    assert "secrets." not in str(error)
    assert load("api-key", text.strip(' "').removeprefix(scheme)).api_key == KEY


@faults("IN3")
@pytest.mark.parametrize("text", [f"{KEY}\n{KEY}", f"Bearer {KEY} {KEY}", "Bearer \u200b"])
def test_another_secret_that_cannot_be_used_is_to_be_saved_again(text: str) -> None:
    line = "`api-key: ${{ secrets.OPENAI_API_KEY }}`"
    remedy = refusal("api-key", text).remedy
    assert remedy == f"Save it again as a secret, in one line, and write {line}."
