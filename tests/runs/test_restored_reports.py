"""What was paid for is not paid for again, although it could not be published."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from reviewer.memory import state_line
from reviewer.memory.seal import Seal
from reviewer.memory.state import State
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Failure
from tests.loopback.model import KEY
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path
from tests.runs.model_scripts import finds_a_problem

FILES: Mapping[str, tuple[str, str]] = {
    f"src/f{number}.py": ("old = 1\n", "new = 2\n") for number in range(4)
}
WRITES = "(POST|PATCH) .*/(comments|reviews)"
REFUSALS = {
    "rate limit": failures.rate_limited(),
    "server error": failures.status(502),
    "no permission for a moment": failures.status(500),
    "page of a proxy": failures.html(code=503),
}


@pytest.fixture
def job(job: Job) -> Job:
    """A pull request of four files in each of which the model finds something."""
    job.workspace = str(job.root / "workspace")
    Path(job.workspace).mkdir()
    job.github.add_pull(NUMBER, dict(FILES))
    job.model.script = finds_a_problem
    return job


def asked(job: Job, since: int) -> list[str]:
    return sorted(prompted_path(body) for body in job.model.bodies[since:])


def pay(job: Job, **inputs: str) -> tuple[str, int]:
    """Review without being able to publish; return the report's path and the requests so far."""
    job.github.fail(WRITES, failures.rate_limited(), forever=True)
    job.inputs |= {name.replace("_", "-"): value for name, value in inputs.items()}
    done = job.run()
    assert done.code == 1
    job.github.heal()
    return done.outputs["report-path"], len(job.model.bodies)


@faults("PD2")
@pytest.mark.parametrize("failure", REFUSALS.values(), ids=REFUSALS)
def test_a_review_that_could_not_be_published_is_not_paid_for_twice(
    job: Job, failure: Failure
) -> None:
    job.github.fail(WRITES, failure, forever=True)
    first = job.run(inline="all")
    assert first.code == 1
    assert not job.github.bodies
    assert "Sets the wrong value in src/f0.py" in first.summary
    count = len(job.model.bodies)
    job.github.heal()
    second = job.run(reports=first.outputs["report-path"], inline="all")
    assert (second.code, asked(job, count)) == (0, [])
    (body,) = job.github.bodies
    assert "4 high" in body
    assert "from scratch" not in body
    assert len(job.github.repository.pulls[NUMBER].threads) == 4
    before, after = state_line.decode(body), json.loads(read(job, first))
    assert before
    # What the first run spent is part of the total.
    assert before.tokens == after["total"]["input_tokens"] + after["total"]["output_tokens"]


def read(job: Job, done: RunResult) -> str:
    return Path(job.workspace, done.outputs["report-path"]).read_text("utf-8")


@faults("PD2")
def test_after_a_push_only_what_changed_is_paid_for(job: Job) -> None:
    report, count = pay(job)
    job.github.push(NUMBER, {"src/f2.py": "other = 1\nnew = 2\n"})
    assert job.run(reports=report).code == 0
    assert asked(job, count) == ["", "src/f2.py"]
    assert "4 high" in job.github.bodies[0]


@faults("PD2")
def test_the_newer_of_comment_and_report_has_a_file_s_result(job: Job) -> None:
    job.run()
    job.github.push(NUMBER, {"src/f0.py": "one = 1\nnew = 2\n"})
    report, count = pay(job)
    assert job.run(reports=report).code == 0
    assert asked(job, count) == []
    job.github.push(NUMBER, {"src/f0.py": "two = 1\nnew = 2\n"})
    job.run()
    count = len(job.model.bodies)
    job.run(reports=report)
    job.github.push(NUMBER, {"src/f1.py": "two = 1\nnew = 2\n"})
    job.run(reports=report)
    assert asked(job, count) == ["", "src/f1.py"]


@faults("PD2")
def test_the_reports_of_all_shards_are_restored_together(job: Job) -> None:
    reports = [
        job.run(mode="review", shard=f"{number}/2").outputs["report-path"] for number in (1, 2)
    ]
    count = len(job.model.bodies)
    assert job.run(reports=",".join(reports)).code == 0
    # Each shard has its own overview.
    assert asked(job, count) in ([], [""])
    assert "4 high" in job.github.bodies[0]


@faults("PD2")
def test_a_first_run_has_no_report_to_restore(job: Job) -> None:
    done = job.run(reports="no-such-folder, neither/report.json")
    assert done.code == 0
    assert "not restored" not in done.summary
    assert len(asked(job, 0)) == 5


def spoil(text: str) -> dict[str, str]:
    """Return the contents of reports that prove nothing."""
    document = json.loads(text)
    memory: str = document["memory"]
    head, payload, tag = memory.rsplit(" ", 3)[:3]
    clean = State(head_sha=document["head_sha"], base_sha=document["base_sha"], complete=True)
    other = Seal.of(KEY, "octo/shop", NUMBER + 1, "default")
    strict = Seal.of(KEY, "octo/shop", NUMBER, "strict")
    changed = "A" if payload[0] != "A" else "B"
    return {
        "no JSON": text[:-30],
        "no memory": json.dumps(document | {"memory": None}),
        "unsigned": json.dumps(document | {"memory": f"{head} {payload} unsigned -->"}),
        "changed": json.dumps(document | {"memory": f"{head} {changed}{payload[1:]} {tag} -->"}),
        "half a tag": json.dumps(document | {"memory": f"{head} {payload} {tag[:20]} -->"}),
        "of another pull request": json.dumps(
            document | {"memory": state_line.encode(clean, other)}
        ),
        "of another reviewer": json.dumps(document | {"memory": state_line.encode(clean, strict)}),
        "a member too much": json.dumps(document | {"more": 1}),
    }


@faults("PD2", "ST1")
@pytest.mark.parametrize(
    "how",
    [
        *("no JSON", "no memory", "unsigned", "changed", "half a tag"),
        *("of another pull request", "of another reviewer", "a member too much"),
    ],
)
def test_a_report_that_proves_nothing_is_ignored_with_a_note(job: Job, how: str) -> None:
    report, count = pay(job)
    path = Path(job.workspace, report)
    path.write_text(spoil(path.read_text("utf-8"))[how], "utf-8")
    done = job.run(reports=report)
    assert done.code == 0
    assert f"the report {report} was not restored: " in done.summary
    assert "not restored" not in job.github.bodies[0]
    assert len(asked(job, count)) == 5


@faults("PD2")
def test_a_report_about_another_base_or_model_does_not_apply(job: Job) -> None:
    report, count = pay(job)
    done = job.run(reports=report, temperature="0.5")
    assert "was not restored: the models changed" in done.summary
    assert len(asked(job, count)) == 5


@faults("PD2", "ST4")
def test_without_a_key_a_report_is_not_restored(job: Job) -> None:
    job.model.key = ""
    report, count = pay(job, api_key="")
    assert json.loads(Path(job.workspace, report).read_text("utf-8"))["memory"] is None
    done = job.run(reports=report, api_key="")
    assert "without memory-key or api-key nothing proves who wrote it" in done.summary
    assert len(asked(job, count)) == 5


@faults("PD2")
def test_a_full_review_restores_nothing(job: Job) -> None:
    report, count = pay(job)
    job.run(full=True, reports=report)
    assert len(asked(job, count)) == 5


def test_reports_where_mode_publish_expects_them_are_no_memory(job: Job) -> None:
    report, count = pay(job)
    folder = Path(job.workspace, "code-review-reports")
    folder.mkdir()
    Path(job.workspace, report).rename(folder / "report.json")
    job.run()
    assert len(asked(job, count)) == 5


@faults("PD2")
def test_a_dismissal_in_the_comment_applies_to_what_is_restored(job: Job) -> None:
    job.run(inline="all")
    thread = job.github.repository.pulls[NUMBER].threads[0]
    thread.resolved, thread.resolved_by = True, "maintainer"
    job.github.repository.writers.add("maintainer")
    job.github.push(NUMBER, {"src/new.py": "new = 2\n"})
    report, count = pay(job)
    job.run(reports=report)
    assert asked(job, count) == []
    assert "4 high" in job.github.bodies[0]
    assert "1 finding dismissed by maintainers" in job.github.bodies[0]


@faults("RM7")
@pytest.mark.parametrize(("login", "high"), [("dev", "5"), ("DEV", "5"), ("maintainer", "4")])
def test_at_a_gate_a_restored_dismissal_needs_somebody_who_may_dismiss(
    job: Job, login: str, high: str
) -> None:
    dismiss(job, login)
    report, count = pay(job)
    job.github.repository.comments.clear()
    done = job.run(reports=report, fail_on="high")
    assert (done.code, done.outputs["high"], asked(job, count)) == (3, high, [])


@faults("RM7")
def test_who_may_not_write_any_more_has_dismissed_nothing_that_a_gate_restores(job: Job) -> None:
    dismiss(job, "maintainer")
    report, _ = pay(job)
    job.github.repository.writers.discard("maintainer")
    done = job.run(reports=report, fail_on="high")
    assert (done.code, done.outputs["high"]) == (3, "5")


def dismiss(job: Job, login: str) -> None:
    """Review without a gate, dismiss the first finding, and push another file."""
    job.run(inline="all")
    job.github.repository.writers.add(login)
    thread = job.github.repository.pulls[NUMBER].threads[0]
    thread.resolved, thread.resolved_by = True, login
    job.run(full=True, inline="all")
    thread.resolved, thread.resolved_by = False, ""
    job.github.push(NUMBER, {"README.md": "new = 2\n"})
