"""Two runs on one pull request: whatever their order, one comment, and the newer head in it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from reviewer.comments import summary
from reviewer.config.repository.strict_yaml import PATH
from reviewer.memory import state_line
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around, Pass
from tests.loopback.model import error
from tests.loopback.runner_log import commands
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import CHAT, finds_a_problem

MARKER = summary.marker("default")
CONFIG = "GET .*/contents/.github/code-review.yml"
FILES = "GET .*/pulls/7/files"
POST = "POST .*/issues/7/comments"
PATCH = "PATCH .*/issues/comments/"
DOWN = failures.status(503)


@pytest.fixture(autouse=True)
def _something_to_say(job: Job) -> None:
    job.model.script = finds_a_problem


@dataclass
class Newer:
    """A second push and the run that it starts, to happen inside of a request of the first run."""

    job: Job
    head: str = ""
    runs: list[RunResult] = field(default_factory=list)

    def push(self) -> None:
        self.head = self.job.github.push(NUMBER, {"src/app.py": "new = 2\n\nmore = 1\n"})

    def push_again(self) -> None:
        self.head = self.job.github.push(NUMBER, {"src/app.py": "new = 2\n\nmore = 2\n"})

    def run(self) -> None:
        self.runs.append(self.job.run())

    def push_and_run(self) -> None:
        self.push()
        self.run()


@pytest.fixture
def newer(job: Job) -> Newer:
    return Newer(job)


def our_comment(job: Job) -> str:
    (body,) = [body for body in job.github.bodies if body.startswith(MARKER)]
    return body


def reviewed_head(job: Job) -> str:
    known = state_line.decode(our_comment(job))
    return known.head_sha if known else ""


def happen_at(job: Job, moment: str, fault: Around) -> None:
    (job.model if moment == CHAT else job.github).fail(moment, fault)


@faults("CC1", "CC2")
@pytest.mark.parametrize("moment", [CONFIG, FILES, POST, CHAT])
def test_an_older_run_never_writes_over_the_review_of_a_newer_one(
    job: Job, newer: Newer, moment: str
) -> None:
    published: list[str] = []

    def remember_published() -> None:
        newer.push_and_run()
        published.append(our_comment(job))

    def check_published() -> None:
        assert not published or our_comment(job) == published[0]

    happen_at(job, moment, Around(before=remember_published))
    job.github.fail(PATCH, Around(after=check_published), forever=True)
    assert job.run().code == 0
    assert our_comment(job) == published[0]
    assert reviewed_head(job) == newer.head


@faults("CC2", "GH1", "GH5")
@pytest.mark.parametrize("unanswered", [POST, PATCH])
def test_an_older_run_does_not_repeat_a_write_over_the_review_of_a_newer_one(
    job: Job, newer: Newer, unanswered: str
) -> None:
    lost = failures.status(502).response
    job.github.fail(unanswered, Around(after=newer.push_and_run, change=lambda _answer: lost))
    assert job.run().code == 0
    assert reviewed_head(job) == newer.head
    assert summary.status(our_comment(job)) == ""


@faults("CC2")
def test_a_review_that_arrives_over_that_of_a_newer_head_is_followed_by_one_of_it(
    job: Job, newer: Newer
) -> None:
    job.invariants.overtakes = True
    job.github.fail(PATCH, Around(before=newer.push_and_run))
    older = job.run()
    assert older.code == 0
    assert reviewed_head(job) == newer.head
    assert summary.status(our_comment(job)) == ""


@faults("CC2")
def test_the_older_run_says_whose_the_comment_is_and_keeps_its_review(
    job: Job, newer: Newer
) -> None:
    happen_at(job, CHAT, Around(before=newer.push_and_run))
    older = job.run()
    (notice,) = [c.message for c in commands(older.log) if c.name == "notice"]
    assert f"The head moved to {newer.head[:7]}" in notice
    assert "Sets the wrong value" in older.summary
    assert older.outputs["comment-id"] == ""


@faults("CC1")
def test_an_older_run_takes_its_own_announcement_back(job: Job, newer: Newer) -> None:
    old = job.github.repository.pulls[NUMBER].head_sha
    happen_at(job, CHAT, Around(before=newer.push))
    assert job.run().code == 0
    moved = f"The head moved to {newer.head[:7]} while {old[:7]} was being reviewed."
    assert summary.status(our_comment(job)) == f"{moved} There is no review yet."
    newer.run()
    assert moved not in our_comment(job)
    assert reviewed_head(job) == newer.head


@faults("CC1")
def test_an_older_run_leaves_the_announcement_of_a_newer_one(job: Job, newer: Newer) -> None:
    announced = summary.placeholder("default", "The review of another is under way.")

    def push_and_announce() -> None:
        newer.push()
        job.github.repository.comments[0].body = announced

    happen_at(job, CHAT, Around(before=push_and_announce))
    assert job.run().code == 0
    assert job.github.bodies == [announced]


@faults("CC1")
def test_an_older_run_that_fails_does_not_say_so_over_a_newer_review(
    job: Job, newer: Newer
) -> None:
    refused = error(401, "Incorrect API key provided.", name="invalid_api_key")
    happen_at(job, CHAT, Around(before=newer.push_and_run, change=lambda _answer: refused))
    assert job.run().code == 2
    assert reviewed_head(job) == newer.head
    assert "could not be reviewed" not in our_comment(job)


@faults("CC2")
def test_an_older_review_posted_beside_a_newer_one_points_to_it(job: Job, newer: Newer) -> None:
    job.github.fail(POST, failures.status(422), Around(before=newer.push_and_run))
    assert job.run().code == 0
    assert reviewed_head(job) == newer.head
    assert len(job.github.bodies) == 2


@faults("CC3")
def test_of_two_runs_on_one_head_the_second_does_not_comment_at_the_lines_again(
    job: Job,
) -> None:
    happen_at(job, CHAT, Around(before=lambda: job.run(inline="all")))
    assert job.run(inline="all").code == 0
    assert len(job.github.repository.pulls[NUMBER].threads) == 1


@faults("CC2")
def test_a_head_that_moves_while_the_review_is_published_is_reviewed_too(
    job: Job, newer: Newer
) -> None:
    job.github.fail(PATCH, Around(after=newer.push))
    finished = job.run(inline="all")
    assert finished.code == 0
    assert reviewed_head(job) == newer.head
    assert f"The head moved to {newer.head[:7]}" in finished.log
    assert finished.outputs["comment-id"] == str(job.github.repository.comments[0].id)


@faults("CC2")
def test_a_head_that_keeps_moving_while_reviews_are_published_is_left_to_its_run(
    job: Job, newer: Newer
) -> None:
    job.github.fail(PATCH, Around(after=newer.push), Pass(), Around(after=newer.push))
    assert job.run().code == 0
    first, second, third = {*job.github.repository.parents, *job.github.repository.parents.values()}
    assert reviewed_head(job) != newer.head
    assert {first, second, third} > {newer.head, reviewed_head(job)}


@faults("CC2")
def test_what_cannot_be_looked_at_again_is_published_all_the_same(job: Job) -> None:
    job.github.fail(PATCH, Around(after=lambda: job.github.fail("graphql", DOWN, forever=True)))
    finished = job.run(inline="all")
    assert finished.code == 0
    assert "The comment could not be read after it was written" in finished.log
    assert len(job.github.repository.pulls[NUMBER].threads) == 1


@faults("DF14")
@pytest.mark.parametrize("moment", [CONFIG, FILES])
def test_a_head_that_moves_while_it_is_read_is_read_again(
    job: Job, newer: Newer, moment: str
) -> None:
    happen_at(job, moment, Around(before=newer.push))
    assert job.run().code == 0
    assert reviewed_head(job) == newer.head
    assert len(job.model.bodies) == 1
    assert "more = 1" in str(job.model.bodies)


@faults("DF14")
def test_a_head_that_moves_again_while_it_is_read_again_is_left_to_its_own_run(
    job: Job, newer: Newer
) -> None:
    job.github.fail(FILES, Around(before=newer.push), Around(before=newer.push_again))
    finished = job.run()
    assert (finished.code, finished.outputs["verdict"]) == (0, "skipped")
    assert "the head keeps moving" in finished.summary
    assert (job.github.bodies, job.model.bodies) == ([], [])


@faults("RM8")
@pytest.mark.parametrize("where", ["input", "file"])
def test_a_head_that_keeps_moving_passes_no_gate(job: Job, newer: Newer, where: str) -> None:
    job.inputs |= {"fail-on": "low"} if where == "input" else {}
    if where == "file":
        file = "fail-on: low\n"
        job.github.add_pull(NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n"), PATH: (file, file)})
    job.github.fail(FILES, Around(before=newer.push), Around(before=newer.push_again))
    finished = job.run()
    assert (finished.code, finished.outputs["verdict"]) == (3, "skipped")
    assert "fail-on is set, and nothing was reviewed: the head keeps moving" in finished.log
    assert "docs/troubleshooting.md#fail-on" in finished.log
    assert job.run(mode="review").code == 0


@faults("DF14")
def test_a_head_that_moved_is_not_announced(job: Job, newer: Newer) -> None:
    old = job.github.repository.pulls[NUMBER].head_sha
    happen_at(job, FILES, Around(before=newer.push))
    job.run()
    assert all(old[:7].encode() not in request.body for request in job.github.writes)


def signal_and_wait(
    begun: threading.Event, wait: Callable[[float], object]
) -> Callable[[], object]:
    """Say that a moment has come, then let the other run go on."""

    def take() -> None:
        begun.set()
        wait(5)

    return take


@faults("CC3")
@pytest.mark.parametrize("first_tidies", [True, False])
def test_of_two_runs_that_both_post_one_comment_is_left(job: Job, *, first_tidies: bool) -> None:
    start, posting, posted, both, asking = (threading.Event() for _ in range(5))
    codes: list[int] = []
    second = threading.Thread(target=lambda: codes.append((start.wait(5), job.run().code)[1]))
    second.start()
    first_goes_on = signal_and_wait(posted, both.wait if first_tidies else second.join)
    second_goes_on = signal_and_wait(both, asking.wait if first_tidies else both.wait)
    job.github.fail(
        POST,
        Around(before=signal_and_wait(start, posting.wait), after=first_goes_on),
        Around(before=signal_and_wait(posting, posted.wait), after=second_goes_on),
    )
    if first_tidies:
        job.model.fail(CHAT, Around(before=signal_and_wait(asking, second.join)))
    codes.append(job.run().code)
    assert codes == [0, 0]
    first, other = job.github.repository.comments
    url = f"https://github.com/octo/shop/pull/{NUMBER}#issuecomment-{first.id}"
    assert "Sets the wrong value" in first.body
    assert summary.status(first.body) == ""
    assert other.body == summary.pointer("default", url)


@faults("CC4")
def test_two_instances_keep_two_comments_and_leave_each_other_alone(job: Job) -> None:
    job.run()
    job.run(name="security")
    before = job.github.bodies
    assert [body.split("\n")[0] for body in before] == [
        summary.marker("default"),
        summary.marker("security"),
    ]
    job.run()
    job.run(name="security")
    assert job.github.bodies == before
    job.run(name="security", full=True)
    assert job.github.bodies[0] == before[0]


@faults("CC4")
def test_a_second_instance_beside_the_first_gets_its_own_comment(job: Job) -> None:
    happen_at(job, POST, Around(before=lambda: job.run(name="security")))
    assert job.run().code == 0
    assert sorted(body.split("\n")[0] for body in job.github.bodies) == [
        summary.marker("default"),
        summary.marker("security"),
    ]


@faults("CC7")
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_a_killed_run_left_behind_is_adopted(job: Job, newline: str) -> None:
    left = summary.placeholder("default", "The review of abc1234 is under way.")
    comment = job.github.comment(left.replace("\n", newline))
    finished = job.run()
    assert finished.code == 0
    assert finished.outputs["comment-id"] == str(comment.id)
    assert "under way" not in our_comment(job)
    assert "Sets the wrong value" in our_comment(job)
    assert job.github.sent(POST) == []


@faults("CC7")
def test_comments_that_a_killed_run_left_out_are_posted_without_asking_again(
    job: Job,
) -> None:
    job.run(inline="all")
    threads = job.github.repository.pulls[NUMBER].threads
    # As if the run had been killed between the comment and the lines.
    threads.clear()
    asked = len(job.model.bodies)
    assert job.run(inline="all").code == 0
    assert len(threads) == 1
    assert len(job.model.bodies) == asked


@faults("CC9")
def test_a_review_whose_findings_have_their_threads_is_up_to_date(job: Job) -> None:
    job.run(inline="all")
    written = len(job.github.writes)
    job.run(inline="all")
    assert len(job.github.writes) == written
