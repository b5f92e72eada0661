"""What a review cost: shown by purpose, remembered for the pull request, and limited there."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from reviewer.events.activity import AnswerQuestion, Commenter
from reviewer.memory import state_line
from reviewer.memory.seal import Seal
from reviewer.memory.state import State
from reviewer.operations import Subject
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around
from tests.loopback.model import Body, ScriptedReply
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import CHAT, finds_a_problem, three_files

# A request of 10,000 tokens and a reply of 1,000 cost one and a half cents.
PRICE = "1.00/5.00"
USAGE = (10_000, 1_000)
REPORTS = "code-review-reports"
PATCH = "PATCH .*/issues/comments/"


@pytest.fixture
def job(job: Job) -> Job:
    """A pull request of three files, on a server with a price, one request after the other."""
    three_files(job)
    job.workspace = str(job.root / "workspace")
    Path(job.workspace, REPORTS).mkdir(parents=True)
    job.inputs |= {"price": PRICE, "concurrency": "1"}
    job.model.script = costs_something
    return job


def costs_something(body: Body) -> ScriptedReply:
    return ScriptedReply(finds_a_problem(body), usage=USAGE)


def remembered(job: Job) -> State:
    known = state_line.decode(job.github.bodies[0])
    assert known
    return known


def cost(done: RunResult) -> Decimal:
    return Decimal(done.outputs["cost"])


def test_the_footer_says_what_review_verification_and_overview_cost(job: Job) -> None:
    def keeps_all(body: Body) -> ScriptedReply:
        if body["response_format"]["json_schema"]["name"] == "verify":
            verdicts = [{"finding": 1, "evidence": "", "reason": "True.", "verdict": "keep"}]
            return ScriptedReply(json.dumps({"verdicts": verdicts}), usage=(4_000, 100))
        return costs_something(body)

    job.model.script = keeps_all
    finished = job.run(verify="on")

    body = job.github.bodies[0]
    # Three reviews, three verifications and an overview, at 0.015, 0.0045 and 0.015 US dollars.
    assert "52,000 tokens in, 4,300 out · 0.0735 USD" in body
    assert "(review 0.0450, verification 0.0135, overview 0.0150)" in body
    assert "(review 0.0450, verification 0.0135, overview 0.0150)" in finished.summary
    report = json.loads(Path(job.workspace, finished.outputs["report-path"]).read_text("utf-8"))
    assert [row["purpose"] for row in report["spent"]["by_purpose"]] == [
        "review",
        "verification",
        "overview",
    ]
    assert sum(Decimal(row["cost"]) for row in report["spent"]["by_purpose"]) == cost(finished)


def test_without_a_known_price_the_parts_are_shown_in_tokens(job: Job) -> None:
    finished = job.run(price="")
    assert finished.outputs["cost"] == finished.outputs["pull-request-cost"] == "unknown"
    assert "price unknown (review 33,000 tokens, overview 11,000 tokens)" in job.github.bodies[0]


def test_cached_and_reasoning_tokens_are_shown_and_priced(job: Job) -> None:
    details = {
        "prompt_tokens_details": {"cached_tokens": 8_000, "cache_write_tokens": 1_000},
        "completion_tokens_details": {"reasoning_tokens": 600},
    }

    def add_details(answer: object) -> object:
        assert isinstance(answer, dict)
        return {**answer, "usage": {**answer["usage"], **details}}

    job.model.fail(CHAT, failures.edited(add_details), forever=True)
    finished = job.run(price="1.00/5.00 cached=0.10 cache-write=1.25")

    # 1,000 at 1 $, 8,000 at 0.10 $, 1,000 at 1.25 $ and 1,000 at 5 $, four times.
    assert cost(finished) == 4 * Decimal("0.00805")
    assert (finished.outputs["cached-tokens"], finished.outputs["reasoning-tokens"]) == (
        "32000",
        "2400",
    )
    body = job.github.bodies[0]
    assert "40,000 tokens in (32,000 cached, 4,000 written to cache)" in body
    assert "4,000 out (2,400 reasoning) · 0.0322 USD" in body


@faults("PD5")
def test_all_runs_on_a_pull_request_share_its_limit(job: Job) -> None:
    first = job.run(max_cost_pull_request="0.08")
    assert (first.outputs["complete"], cost(first)) == ("true", Decimal("0.06"))
    job.github.push(NUMBER, {"a.py": "new = 2\n\n", "b.py": "new = 2\n\n"})
    asked = len(job.model.bodies)

    second = job.run(max_cost_pull_request="0.08")

    assert len(job.model.bodies) == asked + 1
    assert (second.code, second.outputs["complete"], cost(second)) == (0, "false", Decimal("0.015"))
    assert second.outputs["pull-request-cost"] == "0.075000"
    body = job.github.bodies[0]
    assert "incomplete" in body
    assert "The limit max-cost-pull-request is reached" in body
    assert "Raise max-cost-pull-request" in body
    assert "this pull request so far: 55,000 tokens, 0.0750 USD" in body


@faults("PD5")
def test_when_nothing_is_left_the_run_says_so_and_asks_nothing(job: Job) -> None:
    job.run(max_cost_pull_request="0.06")
    job.github.push(NUMBER, {"a.py": "new = 2\n\n"})
    asked = len(job.model.bodies)
    second = job.run(max_cost_pull_request="0.06", fail_on="incomplete")
    assert len(job.model.bodies) == asked
    assert second.code != 0
    assert "Raise max-cost-pull-request" in job.github.bodies[0]


@faults("PD5")
def test_each_shard_has_its_share_of_what_is_left(job: Job) -> None:
    for number in (1, 2, 3):
        done = job.run(mode="review", shard=f"{number}/3", max_cost_pull_request="0.06")
        # A third of the limit is enough for one request; the overview is not asked for.
        assert cost(done) == Decimal("0.015")


@faults("PD5")
def test_a_run_that_fails_leaves_its_bill(job: Job) -> None:
    job.model.script = lambda body: ScriptedReply(None, refusal="No.", usage=USAGE)
    assert job.run().code == 1
    assert "could not be reviewed" in job.github.bodies[0]
    known = remembered(job)
    assert (known.head_sha, known.tokens, known.cost) == ("", 11_000 * 6, "0.090000")

    job.model.script = costs_something
    done = job.run()

    assert done.outputs["pull-request-cost"] == "0.150000"


@faults("PD5")
@pytest.mark.parametrize("runs", [False, True])
def test_a_run_that_is_overtaken_leaves_its_bill(job: Job, *, runs: bool) -> None:
    def push() -> None:
        job.github.push(NUMBER, {"a.py": "new = 2\n\n"})
        if runs:
            job.run(max_cost_pull_request="5")

    job.model.fail(CHAT, Around(before=push))
    older = job.run(max_cost_pull_request="5")
    newer = job.run(max_cost_pull_request="5")

    assert cost(older) == Decimal("0.06")
    total = remembered(job).ledger
    # The newer run asked about all files, unless it had done so before this one ended.
    assert total.cost == Decimal("0.12")
    assert len(total.bills) == 2
    assert cost(newer) == (0 if runs else Decimal("0.06"))


@faults("PD5")
def test_what_another_run_wrote_meanwhile_is_kept(job: Job) -> None:
    """The comment was read before the model was asked; a question was answered since."""
    job.run(max_cost_pull_request="5")
    job.github.push(NUMBER, {"a.py": "new = 2\n\n"})
    job.model.fail(
        CHAT, Around(before=lambda: job.carry_out(question(), max_cost_pull_request="5"))
    )
    job.model.script = answers
    job.run(max_cost_pull_request="5")
    ledger = remembered(job).ledger
    assert len(ledger.bills) == 3
    assert ledger.cost == Decimal("0.06") + Decimal("0.03") + Decimal("0.015")


def question(comment_id: int = 100) -> AnswerQuestion:
    return AnswerQuestion(NUMBER, "Why?", Commenter("maintainer", Subject.COMMENT, comment_id))


def answers(body: Body) -> ScriptedReply:
    if body["response_format"]["json_schema"]["name"] == "answer":
        return ScriptedReply(json.dumps({"answer": "Because."}), usage=USAGE)
    return costs_something(body)


@faults("PD5")
def test_answers_use_the_limit_of_the_pull_request(job: Job) -> None:
    job.model.script = answers
    job.run(max_cost_pull_request="0.08")
    assert job.carry_out(question(), max_cost_pull_request="0.08").code == 0
    assert remembered(job).ledger.cost == Decimal("0.075")
    refused = job.carry_out(question(101), max_cost_pull_request="0.08")
    assert "max-cost-pull-request is reached" in refused.log


def pass_report(job: Job, reviewed: RunResult, **changes: object) -> None:
    document = json.loads(Path(job.workspace, reviewed.outputs["report-path"]).read_text("utf-8"))
    target = Path(job.workspace, REPORTS, "review", "report.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(document | changes), "utf-8")


@faults("PD5")
def test_a_report_that_is_published_twice_and_restored_is_added_once(job: Job) -> None:
    reviewed = job.run(mode="review")
    pass_report(job, reviewed)
    for _ in range(2):
        published = job.run(mode="publish")
        assert (cost(published), published.outputs["pull-request-cost"]) == (
            Decimal("0.06"),
            "0.060000",
        )
    job.github.push(NUMBER, {"a.py": "new = 2\n\n"})
    restored = job.run(reports=reviewed.outputs["report-path"])
    assert restored.outputs["pull-request-cost"] == "0.090000"


@faults("PD5", "RM6")
@pytest.mark.parametrize("told", ["0", "9999", None])
def test_the_figures_of_a_fork_s_report_neither_raise_nor_lower_the_total(
    job: Job, told: str | None
) -> None:
    job.run()
    before = remembered(job).ledger
    pull = job.github.repository.pulls[NUMBER]
    pull.fork, pull.head_repository = True, "mallory/shop"
    reviewed = job.run(mode="review", full=True)
    spent = {"requests": 1, "input_tokens": 5, "output_tokens": 5, "models": [], "cost": told}
    bill = {"run": before.bills[0].run, "began": 1, "tokens": 9, "cost": "0", "charged": "9999"}
    pass_report(job, reviewed, spent=spent, total=spent, bills=[bill])
    published = job.run(mode="publish")
    assert "according to a run that the fork controls" in job.github.bodies[0]
    assert remembered(job).ledger == before
    assert published.outputs["pull-request-cost"] == "0.060000"


@faults("PD5")
def test_a_report_that_claims_less_for_a_run_of_ours_lowers_nothing(job: Job) -> None:
    job.run()
    before = remembered(job).ledger
    reviewed = job.run(mode="review", full=True)
    bill = {"run": before.bills[0].run, "began": 1, "tokens": 9, "cost": "0", "charged": ""}
    pass_report(job, reviewed, bills=[bill])
    job.run(mode="publish")
    assert remembered(job).ledger.before("none") >= before.before("none")


@faults("PD5")
def test_a_total_that_somebody_wrote_into_the_comment_is_not_believed(job: Job) -> None:
    job.run(max_cost_pull_request="0.08")
    (comment,) = job.github.repository.comments
    forged = State(head_sha=remembered(job).head_sha, tokens=1, cost="0.000001")
    comment.body = state_line.put_into(comment.body, forged, _other_seal())
    job.github.push(NUMBER, {"a.py": "new = 2\n\n"})
    job.run(max_cost_pull_request="0.08")
    # What was written is not ours, so nothing of it is added up.
    assert remembered(job).tokens != 1


def _other_seal() -> Seal:
    return Seal.of("another-secret-key", "octo/shop", NUMBER, "default")
