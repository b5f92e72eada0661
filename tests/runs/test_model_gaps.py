"""One of several files that the model does not answer about: the rest is published, honestly."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults import faults
from tests.loopback.failures import Instead, edited
from tests.loopback.model import ScriptedReply, error
from tests.loopback.runner_log import commands
from tests.run_result import RunResult
from tests.runs.job import Job, prompted_path, review_reply
from tests.runs.model_scripts import CHAT, TOO_LONG, finds_a_problem, three_files
from tests.runs.run_checks import assert_reported_everywhere


def assert_a_gap_is_named(job: Job, finished: RunResult, path: str, reason: str) -> None:
    """All but one file were reviewed: the rest is published, nothing says that all is well."""
    (body,) = job.github.bodies
    (row,) = [line for line in body.splitlines() if line.startswith(f"| `{path}`")]
    warnings = [command.message for command in commands(finished.log) if command.name == "warning"]
    assert body.splitlines()[1] == "## Code review · 2 high findings · incomplete"
    assert "Reviewed 2 of 3 changed files" in body
    assert "not reviewed" in row
    assert reason in row
    assert finished.outputs["complete"] == "false"
    assert len(warnings) == 1
    assert all(text in warnings[0] for text in ("incomplete", path, reason))


@faults("LL6")
def test_one_file_that_is_too_long_is_left_out_and_named(job: Job) -> None:
    three_files(job)
    job.model.fail(CHAT, TOO_LONG)
    finished = job.run(concurrency="1")
    assert finished.code == 0
    assert_a_gap_is_named(job, finished, "a.py", "too long")


def without_choices(value: object) -> object:
    return {**value, "choices": None} if isinstance(value, dict) else value


def with_no_choice(value: object) -> object:
    return {**value, "choices": []} if isinstance(value, dict) else value


@faults("LL9")
@pytest.mark.parametrize("change", [without_choices, with_no_choice])
def test_a_completion_without_choices_leaves_one_file_out(
    job: Job, change: Callable[[object], object]
) -> None:
    three_files(job)
    job.model.fail(CHAT, edited(change), edited(change))
    finished = job.run(concurrency="1")
    assert finished.code == 0
    assert_a_gap_is_named(job, finished, "a.py", "is no completion")


UNANSWERED = {
    "no text": (ScriptedReply(None), "has no text"),
    "refusal": (ScriptedReply(None, refusal="I will not."), "refused to answer"),
    "filter": (ScriptedReply("", finish_reason="content_filter"), "content filter"),
    "filter after a whole answer": (
        ScriptedReply(review_reply("b.py"), finish_reason="content_filter"),
        "content filter",
    ),
    "refusal beside an answer": (
        ScriptedReply(review_reply("b.py"), refusal="I will not."),
        "refused to answer",
    ),
}


@faults("LL9")
@pytest.mark.parametrize(("answer", "reason"), UNANSWERED.values(), ids=UNANSWERED)
def test_a_file_that_the_model_does_not_answer_about_is_named(
    job: Job, answer: ScriptedReply, reason: str
) -> None:
    three_files(job)
    job.model.script = lambda body: (
        answer if prompted_path(body) == "b.py" else finds_a_problem(body)
    )
    finished = job.run()
    assert finished.code == 0
    assert_a_gap_is_named(job, finished, "b.py", reason)


@faults("LL11")
def test_a_file_that_fails_is_a_gap_and_the_others_are_published(job: Job) -> None:
    three_files(job)
    job.model.fail(CHAT, *[Instead(error(500, "Broken."))] * 3)
    finished = job.run(concurrency="1")
    assert finished.code == 0
    assert_a_gap_is_named(job, finished, "a.py", "failed (500)")


@faults("LL11")
def test_a_missing_fallback_does_not_end_the_run_for_one_bad_answer(job: Job) -> None:
    three_files(job)
    job.model.script = lambda body: "?" if prompted_path(body) == "a.py" else finds_a_problem(body)
    finished = job.run(concurrency="1", fallback_model="absent")
    assert finished.code == 0
    assert_a_gap_is_named(job, finished, "a.py", "reply")


@faults("LL12")
@pytest.mark.parametrize("usage", [None, (10**12, 5), (-4, 1)])
def test_without_a_sensible_usage_the_price_is_unknown(
    job: Job, usage: tuple[int, int] | None
) -> None:
    job.model.script = lambda body: ScriptedReply(review_reply("src/app.py"), usage=usage)
    finished = job.run(price="1/5")
    assert finished.code == 0
    assert finished.outputs["cost"] == "unknown"
    assert 0 < int(finished.outputs["tokens"]) < 100_000
    assert "price unknown" in job.github.bodies[0]


@faults("LL12")
def test_without_a_usage_the_budget_goes_by_the_estimate(job: Job) -> None:
    three_files(job)
    job.model.script = lambda body: ScriptedReply(finds_a_problem(body), usage=None)
    finished = job.run(max_tokens_total="5000", concurrency="1")
    assert finished.code == 0
    assert finished.outputs["complete"] == "false"
    assert "token budget is spent" in job.github.bodies[0]
    assert 0 < len(job.model.bodies) < 3
    assert 0 < int(finished.outputs["tokens"]) <= 5_000


@faults("LL13")
@pytest.mark.parametrize("limit", [{"max_tokens_total": "10000"}, {"max_cost": "0.01"}])
def test_when_the_budget_ends_what_is_known_is_published(job: Job, limit: dict[str, Any]) -> None:
    three_files(job)
    job.model.models = ("gpt-6.1-terra",)
    job.model.script = lambda body: ScriptedReply(finds_a_problem(body), usage=(8_000, 100))
    finished = job.run(model="gpt-6.1-terra", price="1/5", concurrency="1", **limit)
    (body,) = job.github.bodies
    assert finished.code == 0
    assert len(job.model.bodies) == 1
    assert "1 high finding · incomplete" in body
    assert body.count("budget is spent") >= 2
    assert "Reviewed 1 of 3 changed files" in body


@faults("LL13")
def test_a_limit_on_money_without_a_price_is_refused(job: Job) -> None:
    finished = job.run(max_cost="1")
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "max-cost cannot be kept")
    assert "price: 1.00/5.00" in finished.summary
    assert job.model.requests == []


@faults("RM3")
@pytest.mark.parametrize(
    ("model", "inputs", "usage", "words"),
    [
        ("unlisted", {}, (2_999_000, 100), "3,000,000"),
        # On a server that is not OpenAI's, the price of a model of OpenAI's is not known either.
        ("gpt-6.1-terra", {}, (2_999_000, 100), "3,000,000"),
        ("gpt-6.1-terra", {"price": "1/5"}, (4_999_000, 100), "$5"),
        ("gpt-6.1-terra", {"price": "1/5", "max_tokens_total": "none"}, (4_999_000, 100), "$5"),
        ("unlisted", {"price": "500/500"}, (9_900, 1), "$5"),
        ("unlisted", {"price": "1/1", "max_cost": "0.01"}, (9_000, 100), "$0.01"),
    ],
)
def test_a_run_without_limits_of_the_workflow_ends_at_the_default_ones(
    job: Job, model: str, inputs: dict[str, str], usage: tuple[int, int], words: str
) -> None:
    three_files(job)
    job.model.models = (model,)
    job.model.script = lambda body: ScriptedReply(finds_a_problem(body), usage=usage)
    finished = job.carry_out(job.wanted, model=model, concurrency="1", **inputs)
    assert (finished.code, finished.outputs["complete"]) == (0, "false")
    assert len(job.model.bodies) == 1
    assert f"would exceed {words}." in finished.log


def test_the_word_none_takes_the_default_limits_away(job: Job) -> None:
    three_files(job)
    job.model.script = lambda body: ScriptedReply(finds_a_problem(body), usage=(2_999_000, 100))
    finished = job.run(concurrency="1", max_tokens_total="none", max_cost="none")
    assert finished.outputs["complete"] == "true"


def test_a_stated_price_makes_the_cost_known(job: Job) -> None:
    job.model.script = lambda body: ScriptedReply(review_reply("src/app.py"), usage=(10_000, 100))
    assert job.run(price="1.00/5.00").outputs["cost"] == "0.010500"


@pytest.mark.parametrize("status", [404, 500])
def test_a_fallback_that_answered_is_named_in_the_footer(job: Job, status: int) -> None:
    job.model.models = ("scripted", "second")
    job.model.fail(CHAT, *[Instead(error(status, "Gone."))] * (1 if status == 404 else 3))
    finished = job.run(fallback_model="second")
    assert finished.code == 0
    assert "<sub>second · " in job.github.bodies[0]
