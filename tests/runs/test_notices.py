"""A run that ends early leaves in the comment which commit is shown, and the next one goes on."""

from collections.abc import Callable

import pytest

from reviewer.comments import summary
from reviewer.memory import state_line
from reviewer.memory.state import State
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around, Pass
from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, prompted_path
from tests.runs.model_scripts import CHAT, finds_a_problem
from tests.runs.run_checks import shown_status

RUN = "([run](https://github.com/octo/shop/actions/runs/1))"
IF_IT_STAYS = "If that run has ended and this notice is still here, re-run it."


def head(job: Job) -> str:
    return job.github.repository.pulls[NUMBER].head_sha[:7]


def announced(job: Job, run: Callable[[], object]) -> str:
    """Return the notice that a run would leave if it were killed while the model is asked."""
    seen: list[str] = []

    def look(body: Body) -> str:
        seen.append(shown_status(job))
        return finds_a_problem(body)

    job.model.script = look
    run()
    return seen[0]


@faults("PD3")
def test_a_run_that_is_killed_leaves_that_there_is_no_review_yet(job: Job) -> None:
    assert announced(job, job.run) == (
        f"The review of {head(job)} is under way {RUN}. There is no review yet. {IF_IT_STAYS}"
    )


@faults("PD3")
def test_a_run_that_is_killed_leaves_which_commit_is_shown(job: Job) -> None:
    job.run()
    before = head(job)
    job.github.push(NUMBER, {"b.py": "new = 2\n"})
    assert announced(job, job.run) == (
        f"The review of {head(job)} is under way {RUN}. Below is the review of {before}. "
        f"{IF_IT_STAYS}"
    )
    assert shown_status(job) == ""


@faults("PD3")
def test_the_notice_says_that_the_review_below_is_incomplete(job: Job) -> None:
    job.github.push(NUMBER, {"b.py": "new = 2\n"})
    job.model.fail(CHAT, failures.status(400))
    job.run(concurrency="1")
    shown = f"Below is the review of {head(job)}, which is incomplete."
    assert shown in announced(job, lambda: job.run(full=True))


@faults("PD3")
def test_a_notice_names_no_review_that_nobody_signed(job: Job) -> None:
    line = state_line.encode(
        State(head_sha=job.github.repository.pulls[NUMBER].head_sha, complete=True)
    )
    marker = summary.marker("default")
    job.github.comment(f"{marker}\n## Code review · no problems found\n\n{line}\n")
    notice = announced(job, job.run)
    assert "The text below is not signed with the present key: it proves nothing." in notice
    assert "Below is the review" not in notice


@faults("PD3")
def test_a_notice_over_a_text_without_a_state_says_that_it_proves_nothing(job: Job) -> None:
    marker = summary.marker("default")
    job.github.comment(f"{marker}\n## Code review · no problems found\n")
    notice = announced(job, job.run)
    assert "The text below is not signed with the present key: it proves nothing." in notice
    assert "There is no review yet" not in notice


@faults("PD3")
def test_a_failed_run_leaves_which_commit_is_shown_and_why(job: Job) -> None:
    job.model.script = finds_a_problem
    job.run()
    before = head(job)
    job.github.push(NUMBER, {"src/app.py": "old = 1\nnew = 2\n"})
    job.model.fail(CHAT, failures.status(401), forever=True)
    assert job.run().code != 0
    start = f"**{head(job)} could not be reviewed.** Below is the review of {before}. "
    assert shown_status(job).startswith(start)
    assert len(shown_status(job)) > len(start) + 20
    assert "1 high" in job.github.bodies[0]


@faults("PD3")
def test_a_first_run_that_fails_leaves_that_there_is_no_review_yet(job: Job) -> None:
    job.model.fail(CHAT, failures.status(401), forever=True)
    job.run()
    start = f"**{head(job)} could not be reviewed.** There is no review yet. "
    assert shown_status(job).startswith(start)


@faults("PD3")
def test_a_run_that_is_overtaken_leaves_which_commit_is_shown(job: Job) -> None:
    job.run()
    before = head(job)
    job.github.push(NUMBER, {"src/app.py": "old = 1\nnew = 2\n"})
    pushed = Around(before=lambda: job.github.push(NUMBER, {"b.py": "new = 2\n"}))
    job.model.fail(CHAT, pushed)
    job.run()
    assert shown_status(job).endswith(f"was being reviewed. Below is the review of {before}.")


@faults("PD3")
@pytest.mark.parametrize("done", [1, 2])
def test_after_a_signal_the_next_run_asks_only_for_the_rest(
    job: Job, send_signal: Callable[[], None], done: int
) -> None:
    job.github.push(NUMBER, {"a.py": "new = 2\n", "b.py": "new = 2\n"})
    job.model.script = finds_a_problem
    job.model.fail(CHAT, *[Pass()] * done, Around(before=send_signal))
    assert job.run(concurrency="1").code == 143
    (body,) = job.github.bodies
    assert f"Reviewed {done} of 3 changed files at {head(job)}." in body
    assert "The run was cancelled before it was finished." in body
    count = len(job.model.bodies)
    assert job.run().code == 0
    paths = [prompted_path(each) for each in job.model.bodies[count:]]
    # The reply to the request at the signal is lost.
    assert sorted(filter(None, paths)) == ["b.py", "src/app.py"][-(3 - done) :]
    assert "3 high" in job.github.bodies[0]


@faults("PD3")
def test_after_a_signal_before_the_first_reply_the_notice_says_what_to_do(
    job: Job, send_signal: Callable[[], None]
) -> None:
    job.run()
    before = head(job)
    job.github.push(NUMBER, {"src/app.py": "old = 1\nnew = 2\n"})
    job.model.fail(CHAT, Around(before=send_signal))
    assert job.run().code == 143
    assert shown_status(job).startswith(
        f"**{head(job)} could not be reviewed.** Below is the review of {before}. "
    )
    assert "Run it again" in shown_status(job)
    job.run()
    assert shown_status(job) == ""
