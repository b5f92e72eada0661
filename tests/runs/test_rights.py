"""Who may dismiss findings and pause reviews, and who passes a gate without a review."""

import json
from collections.abc import Callable

import pytest

from reviewer.comments import summary
from reviewer.config.repository.strict_yaml import PATH
from reviewer.events.activity import (
    AnswerQuestion,
    CommandRequest,
    Commenter,
    PauseReviews,
    ReviewPullRequest,
    ShowHelp,
)
from reviewer.events.commands import IgnoreCommand
from reviewer.memory import state_line
from reviewer.operations import Subject
from tests.faults import faults
from tests.loopback.model import Body
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path
from tests.runs.model_scripts import finds_a_problem, finds_nothing

AUTHOR, MAINTAINER, READER = "dev", "maintainer", "member-who-reads"
COMMENT = 5001
GATE = {"fail_on": "high"}
Command = Callable[[Commenter], ReviewPullRequest | CommandRequest]


def ignore(by: Commenter) -> ReviewPullRequest:
    return ReviewPullRequest(NUMBER, requested=True, ignore=IgnoreCommand(1), commenter=by)


def pause(by: Commenter) -> PauseReviews:
    return PauseReviews(NUMBER, by)


def resume(by: Commenter) -> ReviewPullRequest:
    return ReviewPullRequest(NUMBER, requested=True, resume=True, commenter=by)


def ask(by: Commenter) -> AnswerQuestion:
    return AnswerQuestion(NUMBER, "Why?", by)


def help_(by: Commenter) -> ShowHelp:
    return ShowHelp(NUMBER, by)


def answers(body: Body) -> str:
    return finds_a_problem(body) if prompted_path(body) else json.dumps({"answer": "No."})


def command(job: Job, wanted: Command, login: str, **inputs: str) -> RunResult:
    return job.carry_out(wanted(Commenter(login, Subject.COMMENT, COMMENT)), **inputs)


def reviewed(job: Job, **inputs: str) -> RunResult:
    """Review the pull request, in which one high finding is found."""
    job.model.script = finds_a_problem
    job.github.repository.writers |= {AUTHOR, MAINTAINER}
    return review(job, **inputs)


def review(job: Job, requested: str = "", full: str = "", **inputs: str) -> RunResult:
    wanted = ReviewPullRequest(NUMBER, requested=bool(requested), full=bool(full))
    return job.carry_out(wanted, **inputs)


def assert_refused(job: Job, finished: RunResult, before: list[str]) -> None:
    assert finished.code == 0, finished.log
    assert finished.outputs["verdict"] == "skipped"
    assert "was refused" in finished.summary
    assert "docs/troubleshooting.md#command" in finished.log
    assert job.github.bodies == before
    assert job.github.repository.reactions == [(COMMENT, "eyes"), (COMMENT, "confused")]


@faults("RM1")
@pytest.mark.parametrize("wanted", [ignore, pause, resume])
@pytest.mark.parametrize("login", [READER, "ghost", "somebody[bot]", "../dev"])
def test_who_may_not_write_changes_nothing(job: Job, wanted: Command, login: str) -> None:
    reviewed(job)
    command(job, pause, MAINTAINER)
    job.github.repository.reactions.clear()
    before, asked = list(job.github.bodies), len(job.model.bodies)
    assert_refused(job, command(job, wanted, login), before)
    assert len(job.model.bodies) == asked


@faults("RM1")
@pytest.mark.parametrize("wanted", [ignore, pause])
@pytest.mark.parametrize("login", ["dev", "DEV", "Dev"])
@pytest.mark.parametrize("gate", ["critical", "high", "medium", "low", "incomplete"])
def test_at_a_gate_the_author_of_a_change_can_take_nothing_away(
    job: Job, wanted: Command, login: str, gate: str
) -> None:
    reviewed(job, fail_on=gate)
    job.github.repository.writers.add(login)
    assert_refused(job, command(job, wanted, login, fail_on=gate), list(job.github.bodies))


@faults("RM1")
@pytest.mark.parametrize("wanted", [ignore, pause])
def test_a_gate_in_the_repositorys_file_holds_for_the_author_too(job: Job, wanted: Command) -> None:
    file = "fail-on: high\n"
    job.github.add_pull(NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n"), PATH: (file, file)})
    reviewed(job)
    assert_refused(job, command(job, wanted, AUTHOR), list(job.github.bodies))


@faults("RM1")
@pytest.mark.parametrize(
    "inputs", [{}, {"fail_on": "never"}, {**GATE, "authors_may_dismiss": "true"}]
)
def test_an_author_who_may_write_dismisses_without_a_gate_or_where_the_workflow_says_so(
    job: Job, inputs: dict[str, str]
) -> None:
    reviewed(job, **inputs)
    assert command(job, ignore, AUTHOR, **inputs).code == 0
    assert "no problems found" in job.github.bodies[0]
    assert command(job, pause, AUTHOR, **inputs).code == 0
    assert review(job, **inputs).outputs["verdict"] == "skipped"


@faults("RM1")
def test_an_author_who_may_not_write_dismisses_nothing_whatever_the_workflow_says(
    job: Job,
) -> None:
    inputs = {**GATE, "authors_may_dismiss": "true"}
    reviewed(job, **inputs)
    job.github.repository.writers.discard(AUTHOR)
    assert_refused(job, command(job, ignore, AUTHOR, **inputs), list(job.github.bodies))


@faults("RM1")
@pytest.mark.parametrize("way", ["resolves the thread", "thumbs down"])
def test_at_a_gate_the_authors_opinion_of_a_thread_dismisses_nothing(job: Job, way: str) -> None:
    inputs = {**GATE, "inline": "all"}
    reviewed(job, **inputs)
    (thread,) = job.github.repository.pulls[NUMBER].threads
    if way == "thumbs down":
        thread.comments[0].thumbs_down.append(AUTHOR)
    else:
        thread.resolved, thread.resolved_by = True, AUTHOR
    finished = review(job, full="yes", **inputs)
    assert (finished.code, finished.outputs["high"]) == (3, "1")
    thread.comments[0].thumbs_down[:] = [AUTHOR, MAINTAINER]
    thread.resolved = False
    assert review(job, full="yes", **inputs).code == 0


@faults("RM1")
def test_what_the_author_dismissed_before_there_was_a_gate_is_reported_at_the_gate(
    job: Job,
) -> None:
    reviewed(job)
    command(job, ignore, AUTHOR)
    assert "no problems found" in job.github.bodies[0]
    asked = len(job.model.bodies)
    finished = review(job, **GATE)
    assert (finished.code, finished.outputs["high"]) == (3, "1")
    assert "1 high" in job.github.bodies[0]
    assert len(job.model.bodies) == asked
    command(job, ignore, MAINTAINER, **GATE)
    assert review(job, **GATE).code == 0


@faults("RM1")
@pytest.mark.parametrize("login", [AUTHOR, "DEV", READER])
def test_a_pause_from_before_the_gate_does_not_hold_at_the_gate(job: Job, login: str) -> None:
    reviewed(job)
    job.github.repository.writers.add(login)
    command(job, pause, login)
    assert job.run().outputs["verdict"] == "skipped"
    if login == READER:
        job.github.repository.writers.discard(login)
    finished = review(job, **GATE)
    assert (finished.code, finished.outputs["verdict"]) == (3, "findings")


def test_a_maintainers_pause_holds_at_a_gate(job: Job) -> None:
    reviewed(job, **GATE)
    assert command(job, pause, MAINTAINER, **GATE).code == 0
    finished = review(job, **GATE)
    assert (finished.code, finished.outputs["verdict"]) == (0, "skipped")


@faults("RM1")
@pytest.mark.parametrize(
    "inputs", [{"reviewed_associations": "OWNER"}, {"daily_limit_per_author": "1"}]
)
def test_a_gate_is_closed_for_who_waits_for_a_maintainer_and_opens_after_the_review(
    job: Job, inputs: dict[str, str]
) -> None:
    for number in (3, 4):
        job.github.add_pull(number)
    finished = review(job, **GATE, **inputs)
    assert (finished.code, finished.outputs["verdict"]) == (3, "skipped")
    assert job.github.bodies == []
    assert review(job, **inputs).code == 0
    assert review(job, **inputs, mode="review", **GATE).code == 0
    assert review(job, requested="yes", **GATE, **inputs).code == 0
    finished = review(job, **GATE, **inputs)
    assert (finished.code, finished.outputs["verdict"]) == (0, "clean")


@faults("RM1")
def test_a_draft_does_not_pass_a_gate(job: Job) -> None:
    pull = job.github.repository.pulls[NUMBER]
    pull.draft = True
    assert (job.run().code, job.run(mode="review", fail_on="high").code) == (0, 0)
    finished = review(job, **GATE)
    assert (finished.code, finished.outputs["verdict"]) == (3, "skipped")
    pull.draft = False
    assert review(job, **GATE).code == 0
    pull.draft = True
    assert review(job, **GATE).code == 3
    assert review(job, **GATE, review_drafts="true").code == 0


@pytest.mark.parametrize(
    "inputs", [{"skip_authors": "dev"}, {"skip_labels": "wip"}], ids=["author", "label"]
)
@pytest.mark.parametrize("draft", [False, True])
def test_what_the_workflow_skips_passes_a_gate(
    job: Job, inputs: dict[str, str], *, draft: bool
) -> None:
    pull = job.github.repository.pulls[NUMBER]
    pull.draft, pull.labels = draft, ["wip"]
    finished = review(job, **GATE, **inputs)
    assert (finished.code, finished.outputs["verdict"]) == (0, "skipped")


def test_a_dry_run_refuses_too_and_leaves_no_reaction(job: Job) -> None:
    reviewed(job)
    finished = command(job, pause, READER, dry_run="true")
    assert "was refused" in finished.summary
    assert job.github.repository.reactions == []
    known = state_line.decode(job.github.bodies[0])
    assert known
    assert not known.paused
    assert summary.status(job.github.bodies[0]) == ""


LINE_COMMENT = "pull_request_review_comment"


def repeat(job: Job, **inputs: str) -> RunResult:
    job.event = LINE_COMMENT
    return job.carry_out(ReviewPullRequest(NUMBER, only_repeat=True), **inputs)


@faults("RM9")
@pytest.mark.parametrize(("script", "code"), [(finds_a_problem, 3), (finds_nothing, 0)])
def test_at_a_gate_a_comment_at_lines_repeats_the_verdict_and_asks_nobody(
    job: Job, script: Callable[[Body], str], code: int
) -> None:
    job.model.script = script
    assert review(job, **GATE).code == code
    asked, before = len(job.model.bodies), list(job.github.bodies)
    finished = repeat(job, **GATE)
    assert finished.code == code
    assert finished.outputs["verdict"] == ("findings" if code else "clean")
    assert (len(job.model.bodies), job.github.bodies) == (asked, before)


@faults("RM9")
def test_at_a_gate_a_comment_at_lines_before_the_review_is_there_passes_not(job: Job) -> None:
    finished = repeat(job, **GATE)
    assert (finished.code, finished.outputs["verdict"]) == (3, "skipped")
    assert "run this job again after the review" in finished.log
    review(job, **GATE)
    job.github.push(NUMBER, {"src/more.py": "more = 1\n"})
    assert repeat(job, **GATE).code == 3
    assert job.github.repository.pulls[NUMBER].head_sha[:7] not in job.github.bodies[0]


@faults("RM9")
def test_an_incomplete_review_is_repeated_as_what_it_is(job: Job) -> None:
    job.github.push(NUMBER, {"src/long.py": "x = 1\n" + "y" * 6_000 + "\n" + "z = 1\n" * 9})
    job.model.script = finds_nothing
    inputs = {**GATE, "fail_on_incomplete": "false"}
    assert review(job, **inputs).outputs["verdict"] == "incomplete"
    assert (repeat(job, **inputs).code, repeat(job, **GATE).code) == (0, 3)


@faults("RM9")
@pytest.mark.parametrize("gate", ["input", "file"])
@pytest.mark.parametrize("wanted", [ignore, pause, resume, ask, help_])
@pytest.mark.parametrize("login", [AUTHOR, READER])
def test_at_a_gate_no_command_at_a_line_makes_a_red_commit_green(
    job: Job, gate: str, wanted: Command, login: str
) -> None:
    file = "fail-on: high\n" if gate == "file" else "max-files: 99\n"
    job.github.add_pull(NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n"), PATH: (file, file)})
    job.inputs |= {"fail-on": "high"} if gate == "input" else {}
    assert reviewed(job).code == 3
    job.model.script = answers
    job.event = LINE_COMMENT
    finished = command(job, wanted, login)
    assert (finished.code, finished.outputs["verdict"]) == (3, "findings"), finished.log
    assert "1 high" in job.github.bodies[0]
    job.event = "issue_comment"
    assert command(job, wanted, login).code in ((0, 3) if wanted is resume else (0,))


@faults("RM9")
def test_without_a_gate_a_command_at_a_line_ends_as_before(job: Job) -> None:
    reviewed(job)
    job.event = LINE_COMMENT
    asked = len(job.github.requests)
    assert command(job, help_, READER).outputs["verdict"] == "skipped"
    assert len(job.github.requests) - asked <= 6
