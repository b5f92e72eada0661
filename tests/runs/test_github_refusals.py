"""What GitHub refuses on purpose: limits, permissions, closed conversations, too long texts."""

import re
import time
from email.utils import formatdate

import pytest

from reviewer.comments import summary
from reviewer.memory import state_line
from reviewer.pull_request import PullState
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around, Instead
from tests.loopback.github import BLIND_TOKEN, READ_TOKEN, TOKEN
from tests.loopback.model import error
from tests.loopback.runner_log import commands
from tests.runs.job import NUMBER, Job, review_reply
from tests.runs.model_scripts import CHAT, finds_a_problem
from tests.runs.run_checks import annotations, assert_kept_in_summary

MARKER = summary.marker("default")
POST = "POST .*/issues/7/comments"
PATCH = "PATCH .*/issues/comments/"
FOUND = "Sets the wrong value"


@pytest.fixture(autouse=True)
def _something_to_say(job: Job) -> None:
    job.model.script = finds_a_problem


@faults("GH8")
@pytest.mark.parametrize("how", ["retry-after", "reset"])
def test_an_hour_is_not_slept_and_the_message_names_it(job: Job, how: str) -> None:
    hour = {
        "retry-after": failures.rate_limited(retry_after=3600),
        "reset": failures.limit_used_up(reset=int(time.time()) + 3300),
    }
    job.github.fail(POST, hour[how], forever=True)
    finished = job.run()
    assert_kept_in_summary(finished)
    assert re.search(r"asks to wait \d\d minutes", annotations(finished, "error")[0])
    assert len(job.github.sent(POST)) == 2
    assert job.clock.slept < 60


@faults("GH8")
def test_a_limit_at_the_first_request_ends_the_run_at_once(job: Job) -> None:
    job.github.fail("graphql", failures.rate_limited(retry_after=3600), forever=True)
    finished = job.run()
    assert finished.code == 1
    assert "60 minutes" in annotations(finished, "error")[0]
    assert len(job.github.requests) == 1
    assert job.clock.slept < 60


DAYS = 2 * 86_400
APART = pytest.mark.parametrize("ahead", [DAYS, -DAYS], ids=["ahead", "behind"])


def seconds_by_github(job: Job, seconds: int = 0) -> int:
    """Tell the time by GitHub's clock, in so many seconds from now."""
    return int(time.time() + job.github.site.clock_ahead) + seconds


@faults("CO6")
@APART
def test_a_limit_that_is_over_by_the_servers_clock_is_not_waited_for(job: Job, ahead: int) -> None:
    job.github.site.clock_ahead = ahead
    job.github.fail(POST, failures.limit_used_up(reset=seconds_by_github(job)))
    job.github.fail(PATCH, failures.limit_used_up(reset=seconds_by_github(job, -3600)))
    finished = job.run()
    assert finished.code == 0
    assert FOUND in job.github.bodies[0]


@faults("CO6")
@APART
def test_a_limit_that_lasts_by_the_servers_clock_ends_the_run(job: Job, ahead: int) -> None:
    job.github.site.clock_ahead = ahead
    job.github.fail(PATCH, failures.limit_used_up(reset=seconds_by_github(job, 3600)), forever=True)
    finished = job.run()
    assert_kept_in_summary(finished)
    assert re.search(r"asks to wait (60|61) minutes", annotations(finished, "error")[0])
    assert len(job.github.sent(PATCH)) == 1


@faults("CO6")
@APART
def test_a_model_servers_date_is_compared_with_its_own_clock(job: Job, ahead: int) -> None:
    job.github.site.clock_ahead = ahead
    now = formatdate(seconds_by_github(job), usegmt=True)
    busy = error(429, "Slow down.", headers={"Date": now, "Retry-After": now})
    job.model.fail(CHAT, Instead(busy))
    finished = job.run()
    assert finished.code == 0
    assert FOUND in job.github.bodies[0]


@faults("GH9")
def test_a_forgotten_permission_ends_the_run_before_anything_is_paid_for(job: Job) -> None:
    job.token = READ_TOKEN
    finished = job.run()
    assert finished.code == 2
    assert job.model.requests == []
    assert len(job.github.sent(POST)) == 1
    (error,) = annotations(finished, "error")
    line = "`permissions: {contents: read, pull-requests: write}`"
    assert line in error
    assert line in finished.summary
    assert finished.outputs == {"verdict": "failed"}


@faults("GH9")
@pytest.mark.parametrize(("author", "fork"), [("stranger", True), ("dependabot[bot]", False)])
def test_a_run_that_may_never_write_annotates(job: Job, author: str, *, fork: bool) -> None:
    job.token = READ_TOKEN
    job.github.add_pull(NUMBER, author=author, fork=fork)
    finished = job.run()
    assert finished.code == 0
    assert any("job summary" in notice for notice in annotations(finished, "notice"))
    (annotation,) = [c for c in commands(finished.log) if c.name == "warning"]
    assert annotation.properties.items() >= {"file": "src/app.py", "line": "1"}.items()
    assert FOUND in finished.summary
    assert finished.outputs["verdict"] == "findings"
    assert len(job.github.sent(POST)) == 1


@faults("GH10")
def test_a_token_that_expires_during_the_run_leaves_the_review_in_the_summary(
    job: Job,
) -> None:
    before: list[int] = []

    def expire() -> None:
        before.append(len(job.github.requests))
        job.github.site.tokens.clear()

    job.model.fail(CHAT, Around(after=expire))
    finished = job.run()
    assert_kept_in_summary(finished)
    assert "does not accept the token" in annotations(finished, "error")[0]
    assert len(job.github.requests) == before[0] + 1


@faults("GH11")
@pytest.mark.parametrize("token", [TOKEN, BLIND_TOKEN])
def test_a_pull_request_that_is_not_there_may_be_out_of_reach(job: Job, token: str) -> None:
    job.token = token
    if token == TOKEN:
        job.github.repository.pulls.clear()
    finished = job.run()
    assert finished.code == 2
    assert "not found, or the token may not see it" in annotations(finished, "error")[0]
    assert len(job.github.requests) == 1
    assert job.model.requests == []


@faults("GH12")
@pytest.mark.parametrize("closed", ["locked", "archived"])
def test_where_nobody_may_comment_the_review_is_annotated(job: Job, closed: str) -> None:
    job.github.repository.archived = closed == "archived"
    job.github.repository.pulls[NUMBER].locked = closed == "locked"
    finished = job.run()
    assert finished.code == 0
    assert any(closed in notice for notice in annotations(finished, "notice"))
    assert FOUND in finished.summary
    assert FOUND in [c.properties.get("title", "") for c in commands(finished.log)][-1]
    assert len(job.github.writes) == 1


@faults("GH13")
def test_a_review_that_is_too_long_leaves_out_whole_findings_and_says_how_many(job: Job) -> None:
    lines = "".join(f"value_{n} = {n}\n" for n in range(100))
    job.github.add_pull(NUMBER, {"src/app.py": (None, lines)})
    many = [
        {"quote": f"value_{n} = {n}", "start_line": n + 1, "end_line": n + 1}
        | {"title": f"Problem {n} {'so ' * 60}", "body": f"```\nvalue = {n}\n```\n" + "why " * 400}
        | {"severity": "high" if n < 40 else "low"}
        for n in range(100)
    ]
    job.model.say(review_reply("src/app.py", *many))
    finished = job.run(max_findings="200", max_visible="200")
    (body,) = job.github.bodies
    assert finished.code == 0
    assert len(body.encode()) <= summary.LARGEST_BODY
    shown = re.findall(r"Problem (\d+)", body)
    assert shown == [str(n) for n in range(len(shown))]
    in_full = (body.count("why ") + body.count("why\n")) // 400
    assert 20 < in_full < 40 < len(shown) < 100
    assert body.count("why ") + body.count("why\n") == in_full * 400
    assert f"{40 - in_full} explanations left out for length" in body
    assert f"{100 - len(shown)} findings left out for length" in body
    assert all(f"Problem {n}" in finished.summary for n in range(100))
    assert body.count("<details>") == body.count("</details>")
    assert body.count("```") % 2 == 0
    assert state_line.decode(body)


@faults("GH19")
def test_of_two_comments_the_newest_review_stays_and_the_other_points_to_it(
    job: Job,
) -> None:
    job.run()
    review = job.github.bodies[0]
    job.github.comment(review)
    older, newer = job.github.repository.comments
    job.github.push(NUMBER, {"src/app.py": "new = 2\n\nmore = 1\n"})
    finished = job.run()
    assert finished.code == 0
    assert f"#issuecomment-{newer.id}" in older.body
    assert MARKER not in older.body
    assert FOUND in newer.body
    assert finished.outputs["comment-id"] == str(newer.id)
    assert len(job.github.bodies) == 2


@faults("SE1")
def test_a_forged_comment_is_neither_trusted_nor_changed(job: Job) -> None:
    job.run()
    forged = job.github.bodies[0].replace(FOUND, "All is well")
    job.github.repository.comments.clear()
    job.github.comment(forged, author="mallory")
    asked = len(job.model.bodies)
    finished = job.run()
    assert finished.code == 0
    assert len(job.model.bodies) == asked + 1
    theirs, ours = job.github.repository.comments
    assert (theirs.body, theirs.edits) == (forged, 0)
    assert FOUND in ours.body
    assert finished.outputs["comment-id"] == str(ours.id)


@faults("EV7")
def test_a_pull_request_of_a_deleted_fork_is_reviewed(job: Job) -> None:
    job.github.add_pull(NUMBER, author=None, fork=True).head_repository = None
    finished = job.run()
    assert finished.code == 0
    assert FOUND in job.github.bodies[0]


@faults("EV12")
@pytest.mark.parametrize("closed", [PullState.CLOSED, PullState.MERGED])
def test_the_comment_of_a_closed_pull_request_stays_as_it_is(job: Job, closed: PullState) -> None:
    job.run()
    job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
    job.github.repository.pulls[NUMBER].state = closed
    before, writes = job.github.bodies, len(job.github.writes)
    finished = job.run()
    assert (finished.code, finished.outputs["verdict"]) == (0, "skipped")
    assert (job.github.bodies, len(job.github.writes)) == (before, writes)
