"""`plan-only`: what a review would take, without asking, writing or paying."""

import re

from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, section
from tests.runs.model_scripts import finds_a_problem, three_files


def plan_of(job: Job, **inputs: str) -> RunResult:
    return job.carry_out(job.wanted, plan_only="true", **inputs)


def rows_of(summary: str, title: str) -> list[str]:
    """Return the rows of the table whose heading starts with a title."""
    table = summary.split(f"| {title} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    return table.splitlines()[2:]


def test_a_plan_names_every_request_and_asks_none(job: Job) -> None:
    three_files(job)
    finished = plan_of(job, verify="on")
    assert finished.code == 0
    assert job.model.requests == []
    assert job.github.bodies == []
    rows = rows_of(finished.summary, "request")
    purposes = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    assert purposes == ["review"] * 3 + ["verification"] * 3 + ["overview"]
    assert "4 requests and at most 3 verifications" in finished.summary
    assert rows_of(finished.summary, "file") == [
        "| `a.py` | read by the model |",
        "| `b.py` | read by the model |",
        "| `src/app.py` | read by the model |",
    ]


def test_a_plan_needs_no_key_and_no_model(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "new = 2\n"})
    finished = plan_of(job, api_key="", base_url="", model="gpt-6-luna")
    assert finished.code == 0
    assert job.model.requests == []
    assert re.search(r"That costs about 0\.\d{4} USD", finished.summary)


def test_a_plan_for_a_model_without_a_price_says_so(job: Job) -> None:
    finished = plan_of(job, max_cost="1.00")
    assert finished.code == 0
    assert "no price of `scripted` is known" in finished.summary


def test_what_is_remembered_is_not_planned(job: Job) -> None:
    three_files(job)
    job.run()
    asked = len(job.model.requests)
    job.github.push(NUMBER, {"b.py": "new = 3\n"})
    finished = plan_of(job)
    assert len(job.model.requests) == asked
    assert [row for row in rows_of(finished.summary, "file") if "remembered" in row] == [
        "| `a.py` | remembered |",
        "| `src/app.py` | remembered |",
    ]
    assert "would take 1 request," in finished.summary


def test_a_plan_is_about_the_size_of_what_is_sent(job: Job) -> None:
    job.inputs["batching"] = "change"
    lines = "".join(f"value_{n} = load(source, {n}, strict=True)\n" for n in range(500))
    job.github.push(NUMBER, {f"f{n}.py": f"new = 2\n{lines}" for n in range(5)})
    finished = plan_of(job)
    planned = sum(
        int(tokens.replace(",", ""))
        for row in rows_of(finished.summary, "request")
        for tokens in re.findall(r"about ([\d,]+) \|", row)
    )
    job.run()
    sent = sum(len(m["content"]) for body in job.model.bodies for m in body["messages"])
    assert abs(planned - sent / 3) < 0.02 * planned


def test_a_plan_passes_no_gate(job: Job) -> None:
    finished = plan_of(job, fail_on="high")
    assert finished.code == 3
    assert "nothing was reviewed" in finished.log


def test_a_pull_request_that_is_skipped_has_no_plan(job: Job) -> None:
    job.github.repository.pulls[NUMBER].draft = True
    finished = plan_of(job)
    assert finished.code == 0
    assert "plan" not in finished.summary
    assert "draft" in finished.summary


def test_names_in_a_plan_are_text(job: Job) -> None:
    job.github.push(NUMBER, {"a|b<img src=x>.py": "new = 2\n"})
    finished = plan_of(job)
    assert "<img" not in re.sub(r"`+[^`]*`+", "", finished.summary)
    for row in rows_of(finished.summary, "request"):
        assert len(re.findall(r"(?<!\\)\|", row)) == 4


def test_the_job_summary_shows_the_result_of_each_request(job: Job) -> None:
    three_files(job)
    finished = job.run()
    assert rows_of(finished.summary, "request") == [
        "| review | `a.py` | 100 | 1 finding |",
        "| review | `b.py` | 100 | 1 finding |",
        "| review | `src/app.py` | 100 | 1 finding |",
        "| overview | `a.py`, `b.py`, `src/app.py` | 100 | written |",
    ]


def test_a_request_that_failed_says_why(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "new = 2\n"})
    job.model.script = lambda body: (
        "no JSON" if prompted_paths(body) == ["a.py"] else finds_a_problem(body)
    )
    finished = job.run()
    (row, *_) = rows_of(finished.summary, "request")
    assert row.startswith("| review | `a.py` |  | 1 of 1 not reviewed: ")


def test_files_of_one_request_share_a_row(job: Job) -> None:
    job.inputs["batching"] = "change"
    job.github.push(NUMBER, {f"f{n}.py": "new = 2\n" for n in range(4)})
    job.model.script = lambda body: change_reply(*map(section, prompted_paths(body)))
    finished = job.run()
    assert rows_of(finished.summary, "request") == [
        "| review | `f0.py`, `f1.py`, `f2.py` and 2 more | 100 | 0 findings |"
    ]
