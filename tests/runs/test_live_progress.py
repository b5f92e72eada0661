"""What a reader sees of a review that is under way: a line in the comment, findings in the log."""

import threading
from collections.abc import Callable

import pytest

from reviewer.comments import summary
from reviewer.run.publishing.live_progress import SECONDS_BETWEEN_EDITS
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around, Hang
from tests.loopback.held_requests import wait_for
from tests.loopback.model import Body
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import OVERVIEW

EDIT = "PATCH .*/comments/"
FILES = 40


class Slow:
    """A model that takes `seconds` for each reply, on the run's clock, and finds some problems."""

    def __init__(self, job: Job, seconds: float) -> None:
        self.job = job
        self.seconds = seconds
        self.seen: list[str] = []

    def __call__(self, body: Body) -> str:
        path = prompted_path(body)
        if not path:
            return OVERVIEW
        self.seen += [summary.status(each) for each in self.job.github.bodies]
        self.job.clock.pause(self.seconds)
        number = int(path.removeprefix("src/f").removesuffix(".py"))
        return review_reply(path, *[{"title": f"Wrong in {path}"}] * (number % 10 == 0))


@pytest.fixture
def job(job: Job) -> Job:
    """Forty changed files, asked about one after the other."""
    job.github.add_pull(NUMBER, {f"src/f{n}.py": ("old = 1\n", "new = 2\n") for n in range(FILES)})
    job.inputs |= {"concurrency": "1", "max-files": str(FILES)}
    job.patience = 9_000.0
    return job


def review(job: Job, **inputs: str) -> RunResult:
    return job.carry_out(job.wanted, **{"timeout": "9000", **inputs})


def settle(job: Job, slow: Slow, happens: Callable[[], None] = lambda: None, at: int = -1) -> None:
    """Let each edit end before the next reply; something `happens` before that with a number."""

    def script(body: Body) -> str:
        wait_for(lambda: not edits_under_way())
        if len(slow.seen) == at:
            happens()
        return slow(body)

    job.model.script = script


def edits_under_way() -> bool:
    return any(thread.name.startswith("early") for thread in threading.enumerate())


def test_the_placeholder_says_how_far_the_review_is(job: Job) -> None:
    slow = Slow(job, 10.0)
    settle(job, slow)
    finished = review(job)
    assert finished.code == 0
    edits = len(job.github.sent(EDIT))
    # 400 seconds: one edit in 30, and the review.
    assert 8 <= edits <= 400 // SECONDS_BETWEEN_EDITS + 1
    assert any("of 40 files, " in text and " so far." in text for text in slow.seen)
    assert all("If that run has ended" in text for text in slow.seen)
    assert "under way" not in job.github.bodies[0]
    assert "so far" not in job.github.bodies[0]


def test_a_quick_review_edits_its_comment_once(job: Job) -> None:
    job.model.script = Slow(job, 0.1)
    assert review(job).code == 0
    assert len(job.github.sent(EDIT)) == 1


def test_where_little_changes_there_is_no_edit(job: Job) -> None:
    """A twentieth of the files, or another finding, is worth one."""
    job.github.add_pull(NUMBER, {f"src/f{n}.py": ("old = 1\n", "new = 2\n") for n in range(1, 200)})
    slow = Slow(job, 31.0)
    settle(job, slow)
    review(job, max_files="9")
    assert len(job.github.sent(EDIT)) <= 10
    before = len(job.github.sent(EDIT))
    job.github.push(NUMBER, {f"src/f{n}.py": "new = 2\nmore = 1\n" for n in range(1, 200)})
    review(job, max_files="199")
    # 199 replies, each later than the interval.
    assert len(job.github.sent(EDIT)) - before <= 20 + 20 + 2


@faults("PD1")
def test_while_requests_are_short_there_is_no_edit(job: Job) -> None:
    job.model.script = Slow(job, 31.0)
    job.github.site.rate_limit = 25
    finished = review(job)
    assert finished.code == 0
    assert len(job.github.sent(EDIT)) == 1
    assert "40 of 40" in job.github.bodies[0]


@faults("GH3")
@pytest.mark.parametrize("status", [403, 404, 422, 500, 502])
def test_an_edit_that_fails_costs_nothing_but_itself(job: Job, status: int) -> None:
    slow = Slow(job, 31.0)
    settle(job, slow)
    job.github.fail(EDIT, *[failures.status(status)] * 2)
    finished = review(job)
    assert finished.code == 0
    assert "Reviewed 40 of 40" in job.github.bodies[0]
    assert finished.log.count("does not show how far the review is") == 2
    # After two of them, only the review is written.
    assert len(job.github.sent(EDIT)) == 3


@faults("DF14")
def test_no_progress_is_written_once_the_head_has_moved(job: Job) -> None:
    slow = Slow(job, 31.0)

    def push() -> None:
        job.github.push(NUMBER, {"src/f39.py": "new = 2\nmore = 1\n"})

    settle(job, slow, push, at=3)
    review(job)
    head = job.github.repository.pulls[NUMBER].head_sha[:7]
    assert f"The head moved to {head}" in job.github.bodies[0]
    assert len(job.github.sent(EDIT)) <= 4


@faults("CC1")
def test_a_text_of_somebody_else_is_not_replaced(job: Job) -> None:
    slow = Slow(job, 31.0)
    other = summary.placeholder("default", "The review of another run is under way.")

    def write() -> None:
        job.github.repository.comments[0].body = other

    settle(job, slow, write, at=3)
    assert review(job).code == 0
    assert len(job.github.sent(EDIT)) <= 4


@faults("CC1")
def test_the_review_is_written_after_an_edit_that_is_under_way(job: Job) -> None:
    slow = Slow(job, 31.0)
    held = threading.Event()

    def hold() -> None:
        held.set()
        wait_for(lambda: len(slow.seen) >= FILES)

    job.model.script = slow
    job.github.fail(EDIT, Around(before=hold))
    assert review(job).code == 0
    assert held.is_set()
    assert "Reviewed 40 of 40" in job.github.bodies[0]
    assert "so far" not in job.github.bodies[0]


@faults("CC1")
def test_an_edit_that_is_lost_never_replaces_the_review(job: Job) -> None:
    """GitHub carries it out late, or not at all."""
    job.per_request = 0.5
    job.model.script = Slow(job, 31.0)
    job.github.fail(EDIT, Hang(2.0))
    assert review(job).code == 0
    assert "Reviewed 40 of 40" in job.github.bodies[0]


def test_the_log_names_findings_as_they_come_and_ends_with_the_result(job: Job) -> None:
    job.model.script = Slow(job, 0.0)
    finished = review(job)
    lines = finished.log.splitlines()
    found = [line for line in lines if "Found: high, src/f" in line]
    assert [line.partition("Wrong in ")[2] for line in found] == [
        f"src/f{number}.py" for number in (0, 10, 20, 30)
    ]
    assert lines.index(found[0]) < next(n for n, line in enumerate(lines) if "20/4" in line)
    last = next(line for line in reversed(lines) if not line.startswith("::"))
    assert "Result: findings (4 high), 40 files reviewed, 0 skipped." in last
    assert f"Comment: {finished.outputs['comment-url']}. Cost: " in last
    assert "tokens in" in last


def test_what_is_remembered_is_not_named_again(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"src/f{n}.py": ("old = 1\n", "new = 2\n") for n in (10, 20)})
    job.model.script = Slow(job, 0.0)
    assert review(job).log.count("Found: ") == 2
    job.github.push(NUMBER, {"src/f20.py": "new = 2\nmore = 1\n"})
    log = review(job).log
    assert "src/f20.py:1: Wrong" in log
    assert "src/f10.py:1: Wrong" not in log


@faults("CC1")
def test_a_twin_of_this_run_is_left_its_line(job: Job) -> None:
    """Jobs of one matrix have the same address."""
    slow = Slow(job, 31.0)
    line = "3 of 40 files, 9 findings so far."

    def write() -> None:
        comment = job.github.repository.comments[0]
        text = summary.status(comment.body).partition(")). ")[0]
        comment.body = summary.with_status(comment.body, f"{text})). {line}")

    settle(job, slow, write, at=5)
    assert review(job).code == 0
    assert len(job.github.sent(EDIT)) <= 6


@faults("SE5")
def test_the_words_of_a_finding_do_nothing_in_the_log(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/a.py": ("old = 1\n", "new = 2\n")})
    title = "Wrong\n::error::forged ##[error] \u202e"
    job.model.say(review_reply("src/a.py", {"title": title}))
    finished = review(job)
    (line,) = [each for each in finished.log.splitlines() if "Found:" in each]
    assert "::error::" not in line
    assert "##[" not in line
    assert "\u202e" not in line


@faults("LO14")
def test_a_secret_of_the_run_in_a_finding_is_not_logged(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/a.py": ("old = 1\n", "new = 2\n")})
    key = "sk-0123456789abcdefghij"
    job.inputs["api-key"] = job.model.key = key
    disguised = " ".join(key.upper())
    job.model.say(review_reply("src/a.py", {"title": f"Prints {disguised}"}))
    finished = review(job)
    assert finished.code == 1
    assert "Found: high, src/a.py:1: withheld" in finished.log
    assert disguised not in finished.log


def test_what_was_dismissed_or_is_below_a_threshold_is_not_named(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/a.py": ("old = 1\n", "new = 2\n")})
    job.model.say(review_reply("src/a.py", {"severity": "low"}))
    assert "Found:" not in review(job, min_severity="high").log
