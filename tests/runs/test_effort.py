"""How often the model reads a change, and which model verifies."""

import json
from collections.abc import Mapping

import pytest

from tests.loopback.model import MODEL, Body
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, section
from tests.runs.model_scripts import OVERVIEW, is_verification, prompt_of

SMALL = "small"


def is_second(body: Body) -> bool:
    return "what it breaks elsewhere" in prompt_of(body)


def keeps_all(body: Body) -> str:
    count = prompt_of(body).count("\nFinding ")
    return json.dumps({"verdicts": [{"finding": n + 1, "verdict": "keep"} for n in range(count)]})


def finds(first: Mapping[str, object], second: Mapping[str, object], body: Body) -> str:
    """Report one finding in src/app.py in each pass, and keep what is found."""
    if is_verification(body):
        return keeps_all(body)
    paths = prompted_paths(body)
    found = second if is_second(body) else first
    sections = (section(path, *([found] if path == "src/app.py" else [])) for path in paths)
    return change_reply(*sections) if paths else OVERVIEW


@pytest.fixture
def two_files(job: Job) -> Job:
    job.github.push(NUMBER, {"lib.py": "new = 2\n"})
    job.inputs |= {"batching": "change", "verify": "on"}
    return job


def test_at_high_effort_two_passes_ask_different_things_in_another_order(two_files: Job) -> None:
    job = two_files
    job.model.script = lambda body: finds(
        {"title": "One"},
        {"title": "Two", "category": "contract", "quote": "new = 2 ", "start_line": 1},
        body,
    )
    job.run(effort="high")
    first, second = [body for body in job.model.bodies if not is_verification(body)]
    assert sorted([is_second(first), is_second(second)]) == [False, True]
    assert prompted_paths(first) == prompted_paths(second)[::-1]


def test_what_both_passes_report_is_one_finding_and_the_verification_learns_it(
    two_files: Job,
) -> None:
    job = two_files
    job.model.script = lambda body: finds({"title": "One"}, {"title": "Two"}, body)
    finished = job.run(effort="high")
    (verification,) = [body for body in job.model.bodies if is_verification(body)]
    assert finished.outputs["findings"] == "1"
    assert "two independent passes reported it" in prompt_of(verification)


def test_what_one_pass_reports_is_judged_with_the_others(two_files: Job) -> None:
    job = two_files
    other = {"title": "Two", "quote": "old = 1", "category": "contract"}
    job.model.script = lambda body: finds({"title": "One"}, other, body)
    finished = job.run(effort="high")
    (verification,) = [body for body in job.model.bodies if is_verification(body)]
    assert finished.outputs["findings"] == "2"
    assert "two independent passes" not in prompt_of(verification)
    assert prompt_of(verification).count("\nFinding ") == 2


@pytest.mark.parametrize("failing", ["first", "second"])
def test_if_one_pass_fails_the_other_one_applies(two_files: Job, failing: str) -> None:
    job = two_files

    def script(body: Body) -> str:
        if not is_verification(body) and is_second(body) is (failing == "second"):
            return "I would rather not."
        return finds({"title": "One"}, {"title": "Two"}, body)

    job.model.script = script
    finished = job.run(effort="high")
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    assert finished.outputs["findings"] == "1"


@pytest.mark.parametrize(
    "models", [{"fallback-model": SMALL}, {"fallback-model": "fallback", "small-model": SMALL}]
)
def test_at_low_effort_the_fallback_model_verifies_or_the_small_one_where_it_is_set(
    two_files: Job, models: dict[str, str]
) -> None:
    job = two_files
    job.model.models = (MODEL, *models.values())
    job.model.script = lambda body: finds({"title": "One"}, {}, body)
    job.inputs |= models
    job.run(effort="low")
    assert [(body["model"], is_verification(body)) for body in job.model.bodies] == [
        (MODEL, False),
        (SMALL, True),
    ]


def test_at_medium_effort_the_preferred_model_does_both(two_files: Job) -> None:
    job = two_files
    job.model.models = (MODEL, SMALL)
    job.model.script = lambda body: finds({"title": "One"}, {}, body)
    job.run(fallback_model=SMALL)
    assert [body["model"] for body in job.model.bodies] == [MODEL, MODEL]
