"""A finding that is worse than another one at its place, in whole runs: it is never swallowed."""

import pytest

from reviewer.events.activity import Commenter, ReviewPullRequest
from reviewer.events.commands import IgnoreCommand
from reviewer.operations import Subject
from tests.faults import faults
from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import OVERVIEW

PATH = "src/app.py"
MAINTAINER = "maintainer"
LOW = {"title": "Sets a value", "severity": "low"}
CRITICAL = {"title": "Sends the token away", "severity": "critical"}


def reply(job: Job, *findings: dict[str, str]) -> None:
    """Let the model report these findings in each file, all of them at one line."""

    def script(body: Body) -> str:

        path = prompted_path(body)
        return review_reply(path, *findings) if path else OVERVIEW

    job.model.script = script


@faults("HD11")
def test_a_worse_finding_at_the_line_of_a_rule_closes_the_gate(job: Job) -> None:
    line = "new = 2  # \u200b"
    job.github.add_pull(NUMBER, {PATH: ("old = 1\n", f"{line}\n")})
    reply(job, CRITICAL | {"quote": "new = 2  # [U+200B]", "category": "security"})
    finished = job.run(fail_on="high")
    assert (finished.code, finished.outputs["critical"], finished.outputs["medium"]) == (
        3,
        "1",
        "1",
    )


@faults("HD11")
@pytest.mark.parametrize("order", [[LOW, CRITICAL], [CRITICAL, LOW]])
def test_a_worse_word_of_the_same_reply_closes_the_gate(
    job: Job, order: list[dict[str, str]]
) -> None:
    reply(job, *({**each, "title": "Sets a value"} for each in order))
    assert job.run(fail_on="high").code == 3


@faults("HD11")
def test_a_doubtful_worse_finding_does_not_take_a_sure_one_along(job: Job) -> None:
    reply(job, {**CRITICAL, "confidence": "low"}, {"severity": "high"})
    finished = job.run(min_confidence="medium", fail_on="high")
    assert (finished.code, finished.outputs["high"]) == (3, "1")


@faults("HD11")
def test_a_worse_finding_after_a_push_is_not_merged_with_the_earlier_one(job: Job) -> None:
    reply(job, LOW)
    assert job.run(fail_on="high").code == 0
    job.github.push(NUMBER, {PATH: "new = 2\nsend(token)\n"})
    reply(job, CRITICAL)
    finished = job.run(fail_on="high")
    assert (finished.code, finished.outputs["critical"], finished.outputs["low"]) == (3, "1", "0")
    assert "Sends the token away" in job.github.bodies[0]


def dismiss(job: Job, way: str) -> None:
    """Let a maintainer dismiss the one finding."""
    if way == "/ignore":
        by = Commenter(MAINTAINER, Subject.COMMENT, 5001)
        job.carry_out(
            ReviewPullRequest(NUMBER, requested=True, ignore=IgnoreCommand(1), commenter=by),
            inline="all",
        )
        return
    (thread,) = job.github.repository.pulls[NUMBER].threads
    if way == "resolves the thread":
        thread.resolved, thread.resolved_by = True, MAINTAINER
    else:
        thread.comments[0].thumbs_down.append(MAINTAINER)


@faults("HD11")
@pytest.mark.parametrize("way", ["/ignore", "resolves the thread", "thumbs down"])
def test_a_dismissal_does_not_cover_a_worse_finding_with_the_same_quote(job: Job, way: str) -> None:
    job.github.repository.writers.add(MAINTAINER)
    reply(job, LOW)
    job.run(inline="all")
    dismiss(job, way)
    reply(job, {**CRITICAL, "title": LOW["title"]})
    for text in ("new = 2\nsend(token)\n", "new = 2\nsend(token)\n\n"):
        job.github.push(NUMBER, {PATH: text})
        finished = job.run(inline="all", fail_on="high")
        assert (finished.code, finished.outputs["critical"]) == (3, "1")
    assert len(job.github.repository.pulls[NUMBER].threads) == 2
    # What was dismissed stays so.
    reply(job, LOW)
    assert "[F1]" not in job.github.bodies[0]
    assert "[F2]" in job.github.bodies[0]
