"""Unchanged code of the repository in prompts: users of what changes, definitions that it needs."""

import pytest

from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, section
from tests.runs.model_scripts import OVERVIEW

PAY = "def charge_card(price):\n    return price * 100\n"
PAY_CHANGED = "def charge_card(price, currency):\n    return price * 100\n"
TILL = (
    "from shop.pay import charge_card\n\n\ndef check_out(basket):\n    charge_card(basket.total)\n"
)
CALL = "     5       charge_card(basket.total)"
USES = "Unchanged code of the repository that uses what the change alters"
DEFINITIONS = "Unchanged definitions of names that added lines use"
# Requests for contents; the settings and guidelines of the base commit are no context.
CONTENT = "GET .*/contents/shop/"


@pytest.fixture(autouse=True)
def by_change(job: Job) -> None:
    job.inputs["batching"] = "change"


def unchanged(text: str) -> tuple[str, str]:
    return text, text


def prompt_of(body: Body) -> str:
    return str(body["messages"][-1]["content"])


def finds_if_shown(needed: str, quote: str, title: str) -> "Finds":
    return Finds(needed, quote, title)


class Finds:
    """Reports a finding in the first file only where the prompt shows what decides it."""

    def __init__(self, needed: str, quote: str, title: str) -> None:
        self.needed = needed
        self.finding = {"quote": quote, "title": title, "start_line": 1, "end_line": 1}

    def __call__(self, body: Body) -> str:
        text = prompt_of(body)
        paths = prompted_paths(body)
        if "argue against" in text:
            return '{"verdicts": [{"finding": 1, "verdict": "keep", "reason": "It is called so."}]}'
        if not paths:
            return OVERVIEW
        found = [self.finding] if self.needed in text else []
        return change_reply(*(section(path, *found) for path in paths))


def test_the_unchanged_caller_of_a_changed_signature_is_in_the_prompt(job: Job) -> None:
    job.github.add_pull(
        NUMBER, {"shop/pay.py": (PAY, PAY_CHANGED), "shop/till.py": unchanged(TILL)}
    )
    job.model.script = finds_if_shown(
        CALL, "def charge_card(price, currency):", "The till still passes one argument"
    )
    finished = job.run(verify="on")
    assert finished.outputs["findings"] == "1"
    assert "The till still passes one argument" in job.github.bodies[0]
    review, verification = map(prompt_of, job.model.bodies)
    for text in (review, verification):
        assert USES in text
        assert (
            f"Use of charge_card in shop/till.py:\n     4   def check_out(basket):\n{CALL}" in text
        )
    assert job.github.sent(CONTENT) == []


def test_the_unchanged_definition_of_a_used_name_is_in_the_prompt(job: Job) -> None:
    till = TILL + "\n\ndef give_back(basket):\n    charge_card()\n"
    job.github.add_pull(NUMBER, {"shop/pay.py": unchanged(PAY), "shop/till.py": (TILL, till)})
    job.model.script = finds_if_shown(
        "     1   def charge_card(price):", "    charge_card()", "The price is missing"
    )
    finished = job.run()
    assert finished.outputs["findings"] == "1"
    assert DEFINITIONS in prompt_of(job.model.bodies[0])
    assert job.github.sent(CONTENT) == []
