"""`pr-number: open`: every open pull request with a new head, within the limits of one run."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from reviewer.adapters.runner.actions import Runner
from reviewer.errors import InputError
from reviewer.pull_request import PullState
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.model import Body, ScriptedReply, nothing_found
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.run_checks import annotations

OTHERS = (8, 9)


@pytest.fixture
def pulls(job: Job) -> Job:
    """Three open pull requests, that with the lowest number unchanged for the longest time."""
    for number in OTHERS:
        job.github.add_pull(number, {f"src/m{number}.py": ("old = 1\n", "new = 2\n")})
    for number in (NUMBER, *OTHERS):
        job.github.repository.pulls[number].updated = number
    return job


def rows(finished: RunResult) -> dict[int, dict[str, Any]]:
    """Return the rows of the output `pull-requests` by number."""
    return {row["number"]: row for row in json.loads(finished.outputs["pull-requests"])}


def verdicts(finished: RunResult) -> dict[int, str]:
    return {number: row["verdict"] for number, row in rows(finished).items()}


def commented(job: Job) -> list[int]:
    return [comment.number for comment in job.github.repository.comments]


def finds_one(body: Body) -> str | ScriptedReply:
    path = prompted_path(body)
    return review_reply(path, {"path": path}) if path else nothing_found(body)


def test_each_open_pull_request_gets_its_own_review_and_comment(pulls: Job) -> None:
    pulls.model.script = finds_one
    pulls.github.add_pull(10, state=PullState.CLOSED)

    finished = pulls.run_open()

    assert finished.code == 0
    assert commented(pulls) == [7, 8, 9]
    assert verdicts(finished) == dict.fromkeys((7, 8, 9), "findings")
    assert {name: finished.outputs[name] for name in ("findings", "verdict", "complete")} == {
        "findings": "3",
        "verdict": "findings",
        "complete": "true",
    }
    assert "src/m8.py" not in pulls.github.repository.comments[0].body
    assert finished.summary.count("## Code review ·") == len(commented(pulls))
    assert "| #8 |" in finished.summary


def test_a_head_that_has_a_review_costs_no_request_of_its_own(pulls: Job) -> None:
    pulls.run_open()
    asked, before = len(pulls.model.requests), len(pulls.github.requests)

    finished = pulls.run_open()

    assert verdicts(finished) == {}
    assert len(pulls.model.requests) == asked
    assert len(pulls.github.requests) == before + 1
    assert "3 others have a review of the present head" in finished.summary
    assert finished.outputs["verdict"] == "skipped"


def test_only_the_pull_request_that_was_pushed_to_is_reviewed_again(pulls: Job) -> None:
    pulls.run_open()
    pulls.github.push(8, {"src/m8.py": "newer = 3\n"})

    assert verdicts(pulls.run_open()) == {8: "clean"}


def test_a_review_that_another_workflow_forged_is_no_reason_to_leave_out_a_head(
    pulls: Job,
) -> None:
    pulls.run_open()
    body = pulls.github.repository.comments[0].body
    pulls.github.push(8, {"src/m8.py": "newer = 3\n"})
    # Signed, but for another pull request.
    for comment in pulls.github.repository.conversation(8):
        comment.body = body

    assert 8 in verdicts(pulls.run_open())


def test_a_review_that_is_incomplete_is_finished_by_the_next_run(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"src/m{n}.py": (None, "new = 2\n") for n in range(2)})
    job.model.script = lambda body: (
        "no JSON" if prompted_path(body) == "src/m1.py" else nothing_found(body)
    )
    assert verdicts(job.run_open()) == {NUMBER: "incomplete"}

    job.model.script = nothing_found
    before = len(job.model.bodies)

    assert verdicts(job.run_open()) == {NUMBER: "clean"}
    assert prompted_path(job.model.bodies[before]) == "src/m1.py"
    assert verdicts(job.run_open()) == {}


def test_a_head_is_reviewed_three_times_at_most(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"src/m{n}.py": (None, "new = 2\n") for n in range(2)})
    job.model.script = lambda body: (
        "no JSON" if prompted_path(body) == "src/m1.py" else nothing_found(body)
    )
    for _ in range(3):
        assert verdicts(job.run_open()) == {NUMBER: "incomplete"}
    before = len(job.model.bodies)

    finished = job.run_open(fail_on="incomplete")

    assert len(job.model.bodies) == before
    assert verdicts(finished) == {NUMBER: "not reached"}
    assert (finished.code, finished.outputs["complete"]) == (3, "false")
    assert "incomplete after 3 runs" in finished.summary


def test_a_push_begins_to_count_again(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"src/m{n}.py": (None, "new = 2\n") for n in range(2)})
    job.model.script = lambda body: (
        "no JSON" if prompted_path(body) == "src/m1.py" else nothing_found(body)
    )
    for _ in range(3):
        job.run_open()
    job.github.push(NUMBER, {"src/m0.py": "new = 3\n"})

    assert verdicts(job.run_open()) == {NUMBER: "incomplete"}
    assert verdicts(job.run_open()) == {NUMBER: "incomplete"}


def test_what_is_incomplete_by_its_size_is_not_tried_again(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/m.py": (None, "x" * 200_000 + "\nnew = 2\n")})
    assert verdicts(job.run_open(context_window="8000")) == {NUMBER: "incomplete"}

    assert verdicts(job.run_open(context_window="8000")) == {}


def test_full_reviews_all_of_them_again(pulls: Job) -> None:
    pulls.run_open()

    assert set(verdicts(pulls.run_open(full=True))) == {7, 8, 9}


def test_without_a_key_that_signs_the_run_says_that_it_reviews_everything_again(
    pulls: Job,
) -> None:
    pulls.model.key = ""
    pulls.inputs["api-key"] = ""
    pulls.run_open()

    finished = pulls.run_open()

    assert set(verdicts(finished)) == {7, 8, 9}
    assert "memory-key" in annotations(finished, "warning")[0]


def test_drafts_labels_and_authors_are_left_out_as_on_events(pulls: Job) -> None:
    found = pulls.github.repository.pulls
    found[7].draft = True
    found[8].labels.append("wip")
    found[9].author = "Robot"

    finished = pulls.run_open(skip_labels="WIP", skip_authors="robot")

    assert commented(pulls) == []
    assert set(verdicts(finished).values()) == {"skipped"}
    assert "draft" in finished.summary
    assert "skip-labels" in finished.summary
    # The list and nothing else.
    assert len(pulls.github.requests) == 1


def test_a_label_that_only_the_repositorys_file_names_skips_too(pulls: Job) -> None:
    pull = pulls.github.repository.pulls[8]
    pull.labels.append("wip")
    pulls.github.repository.trees[pull.base_sha][".github/code-review.yml"] = b"skip-labels: [wip]"

    finished = pulls.run_open()

    assert verdicts(finished) == {7: "clean", 8: "skipped", 9: "clean"}


def test_outside_contributors_wait_for_a_maintainer_where_the_workflow_says_so(pulls: Job) -> None:
    found = pulls.github.repository.pulls
    found[8].fork, found[8].association = True, "NONE"
    found[7].association = found[9].association = "MEMBER"

    finished = pulls.run_open(reviewed_associations="OWNER,MEMBER")

    assert verdicts(finished) == {7: "clean", 8: "skipped", 9: "clean"}


def test_the_daily_limit_for_outside_contributors_applies(pulls: Job) -> None:
    finished = pulls.run_open(daily_limit="1")

    assert list(verdicts(finished).values()).count("clean") == 1


def test_for_the_daily_limit_a_pull_request_is_read_again_only_after_its_review(
    pulls: Job,
) -> None:
    def count_reads(**inputs: str) -> int:
        before = len(pulls.github.sent("POST .*graphql"))
        pulls.run_open(full=True, **inputs)
        sent = pulls.github.sent("POST .*graphql")[before:]
        return sum("query Snapshot" in str(request.json_object()["query"]) for request in sent)

    pulls.run_open()

    # For 7: 8 and 9. For 8: 7, which was reviewed. For 9: 8, for the same reason.
    assert count_reads(daily_limit="500") - count_reads() == 4


@faults("SE14")
@pytest.mark.parametrize("wanted", ["auto", "on"])
def test_a_fork_gets_no_tools_in_a_run_that_has_secrets(job: Job, wanted: str) -> None:
    job.github.repository.pulls[NUMBER].fork = True

    job.run_open(tools=wanted)

    assert job.model.bodies
    assert not any("tools" in body for body in job.model.bodies)


def test_one_failure_does_not_stop_the_others_and_is_the_exit_code(pulls: Job) -> None:
    def script(body: Body) -> str | ScriptedReply:
        if prompted_path(body) == "src/app.py":
            return "no JSON"
        return nothing_found(body)

    pulls.model.script = script

    finished = pulls.run_open()

    assert finished.code == 1
    assert verdicts(finished) == {7: "failed", 8: "clean", 9: "clean"}
    assert finished.outputs["verdict"] == "failed"
    assert finished.outputs["complete"] == "false"


def test_a_gate_that_is_reached_outranks_an_outside_fault(pulls: Job) -> None:
    def script(body: Body) -> str | ScriptedReply:
        return "no JSON" if prompted_path(body) == "src/app.py" else finds_one(body)

    pulls.model.script = script

    assert pulls.run_open(fail_on="high").code == 3


def test_the_limit_of_files_is_for_all_together_and_what_is_left_is_listed(pulls: Job) -> None:
    finished = pulls.run_open(max_files="2")

    assert commented(pulls) == [7, 8]
    assert verdicts(finished) == {7: "clean", 8: "clean", 9: "not reached"}
    assert "max-files" in finished.summary
    assert "#9" in annotations(finished, "warning")[-1]
    assert finished.outputs["verdict"] == "incomplete"
    assert verdicts(pulls.run_open(max_files="2")) == {9: "clean"}


def test_the_first_one_is_reviewed_even_if_it_has_more_files_than_the_limit(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"src/{n}.py": (None, "new = 2\n") for n in range(3)})

    assert verdicts(job.run_open(max_files="2")) == {NUMBER: "incomplete"}


def test_the_limit_of_the_cost_is_for_all_together(pulls: Job) -> None:
    pulls.model.script = lambda body: ScriptedReply(str(nothing_found(body)), usage=(100_000, 10))

    finished = pulls.run_open(price="1.00/1.00", max_cost="0.15")

    assert list(verdicts(finished).values()).count("not reached") == 1
    assert "max-cost" in finished.summary or "cost budget" in finished.summary
    assert float(finished.outputs["cost"]) < 0.25


def test_each_pull_request_remembers_its_own_cost(pulls: Job) -> None:
    pulls.model.script = lambda body: ScriptedReply(str(nothing_found(body)), usage=(10_000, 0))

    finished = pulls.run_open(price="1.00/1.00", max_cost="1")

    single = {row["number"]: row for row in rows(finished).values()}
    assert set(single) == {7, 8, 9}
    assert finished.outputs["cost"] == "0.030000"
    assert finished.outputs["tokens"] == "30000"
    bodies = [comment.body for comment in pulls.github.repository.comments]
    assert [body.count("10,000 tokens in, 0 out · 0.0100 USD") for body in bodies] == [1, 1, 1]


def test_the_limit_of_one_pull_request_is_no_limit_of_the_others(pulls: Job) -> None:
    pulls.model.script = lambda body: ScriptedReply(str(nothing_found(body)), usage=(100_000, 0))

    finished = pulls.run_open(price="1.00/1.00", max_cost="9", max_cost_pull_request="0.05")

    assert "not reached" not in verdicts(finished).values()


def test_when_the_time_is_nearly_over_nothing_more_is_begun(pulls: Job) -> None:
    def script(body: Body) -> str | ScriptedReply:
        pulls.clock.pause(80)
        return nothing_found(body)

    pulls.model.script = script

    finished = pulls.run_open(timeout="120")

    assert verdicts(finished) == {7: "clean", 8: "not reached", 9: "not reached"}
    assert "timeout" in finished.summary


def test_the_requests_that_publishing_needs_are_kept(pulls: Job) -> None:
    pulls.github.site.rate_limit = 1_000

    def script(body: Body) -> str | ScriptedReply:
        pulls.github.site.used = 950
        return nothing_found(body)

    pulls.model.script = script

    finished = pulls.run_open()

    assert list(verdicts(finished).values()) == ["clean", "not reached", "not reached"]
    assert "kept for publishing" in finished.summary


def test_a_model_server_that_refuses_the_key_is_asked_about_one_pull_request_only(
    pulls: Job,
) -> None:
    pulls.model.fail("POST /v1/chat/completions", *[failures.status(401)] * 9)

    finished = pulls.run_open()

    assert finished.code == 2
    assert commented(pulls) == [7]
    assert verdicts(finished) == {7: "failed", 8: "not reached", 9: "not reached"}


def test_a_pull_request_that_vanished_since_the_list_stops_no_other(pulls: Job) -> None:
    found = pulls.github.repository.pulls

    pulls.github.fail("graphql", failures.Around(after=lambda: found.pop(8)))

    finished = pulls.run_open()

    assert finished.code == 2
    assert verdicts(finished) == {7: "clean", 8: "failed", 9: "clean"}


def test_one_whose_comment_the_list_does_not_show_is_no_load_on_the_limit(pulls: Job) -> None:
    for comment in range(25):
        pulls.github.comment(f"Talk {comment}", number=8, author="dev")
    for _ in range(3):
        pulls.run_open(max_files="1")
    pulls.github.push(9, {"src/m9.py": "newer = 3\n"})
    asked = len(pulls.model.bodies)

    finished = pulls.run_open(max_files="1")

    assert verdicts(finished) == {8: "clean", 9: "clean"}
    assert len(pulls.model.bodies) == asked + 1


def test_a_signal_ends_the_run_and_what_was_not_reached_is_listed(
    pulls: Job, send_signal: Callable[[], None]
) -> None:
    pulls.model.fail("POST /v1/chat/completions", failures.Around(before=send_signal))

    finished = pulls.run_open()

    assert finished.code == 143
    assert verdicts(finished) == {7: "failed", 8: "not reached", 9: "not reached"}


class BuggyRunner(Runner):
    """Has a bug that shows when the first review begins."""

    def group(self, title: str) -> NoReturn:
        raise ZeroDivisionError


def test_after_a_bug_too_what_was_not_reached_is_listed(pulls: Job) -> None:
    pulls.runner = BuggyRunner

    with pytest.raises(ZeroDivisionError):
        pulls.run_open()

    (output,) = pulls.root.glob("*/output")
    assert output.read_text("utf-8").count('"not reached"') == 3


@pytest.mark.parametrize("mode", ["review", "publish"])
def test_reports_belong_to_one_pull_request(job: Job, mode: str) -> None:
    finished = job.run_open(mode=mode)

    assert finished.code == InputError.exit_code
    assert "pr-number" in finished.log
    assert job.github.requests == []


def test_a_list_that_cannot_be_read_fails_the_run(job: Job) -> None:
    job.github.fail("graphql", *[failures.status(502)] * 9)

    assert job.run_open().code == 1


def test_more_pull_requests_than_a_page_holds_are_all_reviewed(job: Job) -> None:
    for number in range(100, 130):
        job.github.add_pull(number)

    assert len(verdicts(job.run_open())) == 31


def test_reports_of_other_tools_are_about_one_commit(pulls: Job) -> None:
    finished = pulls.run_open(sarif="ruff.sarif")

    assert finished.code == InputError.exit_code
    assert "`pr-number: open` and `sarif` do not go together." in finished.log
    assert pulls.github.writes == []


def test_no_secret_of_a_settings_file_is_shown(pulls: Job) -> None:
    secret = "ghp_" + "Ab3" * 12
    text = f"max-files: {secret}\n"
    pulls.github.add_pull(8, {".github/code-review.yml": (text, text), "a.py": ("a\n", "b\n")})

    finished = pulls.run_open()

    assert finished.code == 2
    assert "max-files" in finished.summary
    assert secret not in finished.summary + finished.log
