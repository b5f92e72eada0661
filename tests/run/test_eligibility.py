"""What speaks against a review, and what a workflow may lack for one."""

from decimal import Decimal

import pytest

from reviewer.config import settings as config
from reviewer.config.enums import Mode
from reviewer.config.settings import Settings
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from reviewer.memory.state import State
from reviewer.prompt import ListedModel
from reviewer.pull_request import PullRequest, PullState
from reviewer.record import replace
from reviewer.run.admission import eligibility
from tests import builders
from tests.fakes import ScriptedModel
from tests.faults import faults

KEY = "sk-0123456789"


def settings(**given: object) -> Settings:
    return config.load(Inputs(**given), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pull", "given", "reason"),
    [
        (builders.pull(), {}, ""),
        (builders.pull(state=PullState.CLOSED), {}, "closed"),
        (builders.pull(state=PullState.MERGED), {}, "merged"),
        (builders.pull(draft=True), {}, "draft"),
        (builders.pull(draft=True), {"review_drafts": True}, ""),
        (builders.pull(labels=("No-Review",)), {"skip_labels": ("no-review",)}, "no-review"),
        (builders.pull(labels=("other",)), {"skip_labels": ("no-review",)}, ""),
        (builders.pull(author="Mona"), {"skip_authors": ("mona",)}, "Mona"),
        (builders.pull(author="lisa"), {"skip_authors": ("mona",)}, ""),
    ],
)
def test_a_pull_request_is_left_alone_for_a_reason(
    pull: PullRequest, given: dict[str, object], reason: str
) -> None:
    said = eligibility.find_obstacle(pull, settings(**given), State(), requested=False)
    assert reason in said
    assert bool(said) == bool(reason)


def test_a_person_who_asks_for_it_has_a_draft_reviewed_but_no_closed_pull_request() -> None:
    assert not eligibility.find_obstacle(
        builders.pull(draft=True), settings(), State(), requested=True
    )
    closed = builders.pull(state=PullState.CLOSED)
    assert eligibility.find_obstacle(closed, settings(), State(), requested=True)


def test_a_pause_holds_until_a_person_asks() -> None:
    paused = State(paused="mona")
    assert "mona" in eligibility.find_obstacle(builders.pull(), settings(), paused, requested=False)
    assert not eligibility.find_obstacle(builders.pull(), settings(), paused, requested=True)


@faults("IN1")
def test_without_a_key_the_error_says_where_to_add_it() -> None:
    with pytest.raises(InputError, match=r"Settings > Secrets and variables"):
        eligibility.check_inputs(Inputs())
    eligibility.check_inputs(Inputs(api_key=KEY))
    eligibility.check_inputs(Inputs(base_url="http://127.0.0.1:8080/v1"))


def test_on_another_server_the_model_is_required_and_its_names_are_shown() -> None:
    other = Inputs(base_url="http://127.0.0.1:8080/v1", model="")
    names = tuple(f"m{n}" for n in range(12))
    lists = ScriptedModel(lambda _: "", listed=ListedModel(names=names))
    with pytest.raises(InputError) as caught:
        eligibility.check_inputs(other, lambda: (lists,))
    assert "Write `model: m0`" in caught.value.remedy
    assert caught.value.remedy.endswith("`m9` and 2 more.")
    for without in (replace(other, plan_only=True), other):
        with pytest.raises(InputError, match=r"http://127\.0\.0\.1:8080/v1/models may list them"):
            eligibility.check_inputs(without)
    eligibility.check_inputs(replace(other, mode=Mode.PUBLISH))


def test_on_azure_the_listed_models_are_no_names_of_deployments() -> None:
    azure = Inputs(base_url="https://shop.openai.azure.com/openai/v1", model="", api_key=KEY)
    lists = ScriptedModel(lambda _: "", listed=ListedModel(names=("gpt-5", "gpt-4o")))
    with pytest.raises(InputError) as caught:
        eligibility.check_inputs(azure, lambda: (lists,))
    assert caught.value.remedy == (
        "Write `model: NAME`, with a name of a deployment of this resource."
    )


def test_a_limit_on_the_cost_needs_models_of_known_price() -> None:
    limit = Decimal(1)
    eligibility.check_inputs(Inputs(api_key=KEY, max_cost=limit))
    with pytest.raises(InputError, match="price of mystery is not known"):
        eligibility.check_inputs(Inputs(api_key=KEY, max_cost=limit, model="mystery"))
    with pytest.raises(InputError, match="price of mystery is not known"):
        eligibility.check_inputs(Inputs(api_key=KEY, max_cost=limit, fallback_model="mystery"))
    eligibility.check_inputs(Inputs(api_key=KEY, model="mystery"))


@faults("PD5")
def test_a_limit_on_the_cost_of_a_pull_request_needs_prices_and_a_key_that_signs() -> None:
    limit = Decimal(1)
    eligibility.check_inputs(Inputs(api_key=KEY, max_cost_pull_request=limit))
    with pytest.raises(InputError, match="price of mystery is not known"):
        eligibility.check_inputs(
            Inputs(api_key=KEY, max_cost_pull_request=limit, fallback_model="mystery")
        )
    local = Inputs(
        base_url="http://127.0.0.1:8080/v1",
        max_cost_pull_request=limit,
        price=(limit, limit, None, None),
    )
    with pytest.raises(InputError, match="nothing signs what earlier runs cost") as caught:
        eligibility.check_inputs(local)
    assert "memory-key" in caught.value.remedy
    eligibility.check_inputs(replace(local, memory_key=KEY))
    eligibility.check_inputs(replace(local, mode=Mode.PUBLISH))
