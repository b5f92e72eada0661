"""A large change and GitHub's hourly limit: what was paid for is published.

Files are read one by one here, as where GitHub has neither an archive nor an answer to queries.
"""

import json
from pathlib import Path

import pytest

from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around
from tests.loopback.model import Body, ScriptedReply
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

TARBALL = "GET .*/tarball/"
FILES = 100
CHANGES = {f"src/f{n}.py": (f"x = {n}\nold = 1\n", f"x = {n}\nnew = 2\n") for n in range(FILES)}


@pytest.fixture
def job(job: Job) -> Job:
    """A hundred files that were there before, so that the lines around their changes are wanted."""
    job.github.add_pull(NUMBER, dict(CHANGES))
    job.github.fail(TARBALL, failures.status(404, {"message": "Not Found"}), forever=True)
    job.github.site.hides_files = True
    job.inputs |= {"max-files": str(FILES), "concurrency": "4"}
    job.model.script = lambda body: review_reply(
        prompted_path(body), *([{"start_line": 2, "end_line": 2}] if "f7.py" in str(body) else [])
    )
    return job


def count_content_reads(job: Job) -> int:
    return len(job.github.sent("GET .*/contents/src/"))


@faults("PD1")
@pytest.mark.parametrize("status", [403, 429])
def test_a_large_change_leaves_the_requests_that_publishing_needs(job: Job, status: int) -> None:
    job.github.site.rate_limit, job.github.site.limit_status = 80, status
    finished = job.run(inline="all", check_run="true")
    assert finished.code == 0
    assert finished.outputs["verdict"] == "findings"
    assert f"Reviewed {FILES} of {FILES}" in job.github.bodies[0]
    assert job.github.repository.pulls[NUMBER].threads
    assert job.github.sent("POST .*/check-runs")
    reads = count_content_reads(job)
    assert 20 < reads < FILES
    assert f"{FILES - reads} files were not read for context" in finished.summary
    assert "not read for context" not in job.github.bodies[0]
    assert finished.log.count("reviewed without the lines around") == 1
    cut = [body for body in job.model.bodies if "were not read" in str(body["messages"])]
    assert len(cut) >= FILES - reads


@faults("PD1")
def test_a_second_run_of_the_hour_reads_nothing_that_it_can_do_without(job: Job) -> None:
    job.github.site.rate_limit, job.github.site.limit_status = 80, 403
    job.github.site.used = 55
    finished = job.run(guidelines="AGENTS.md")
    assert finished.code == 0
    assert f"Reviewed {FILES} of {FILES}" in job.github.bodies[0]
    assert count_content_reads(job) < 20


@faults("PD1")
def test_with_requests_to_spare_every_file_is_read(job: Job) -> None:
    finished = job.run()
    assert finished.code == 0
    assert count_content_reads(job) == FILES
    assert "not read for context" not in finished.summary


@faults("PD1")
def test_what_the_model_wants_to_read_is_refused_while_the_rest_is_kept(job: Job) -> None:
    answers: list[str] = []

    def ask_first(body: Body) -> str | ScriptedReply:
        last = body["messages"][-1]
        if last["role"] == "tool":
            answers.append(last["content"])
            return review_reply("src/f0.py")
        arguments = json.dumps({"path": "src/f0.py"})
        return ScriptedReply(None, "tool_calls", calls=(("read_file", arguments),))

    job.github.add_pull(NUMBER, {"src/f0.py": CHANGES["src/f0.py"]})
    job.github.site.rate_limit, job.github.site.limit_status = 100, 403
    job.github.site.used = 75
    job.model.script = ask_first
    finished = job.run(tools="on")
    assert finished.code == 0
    assert "kept for publishing" in answers[0]
    assert "Reviewed 1 of 1" in job.github.bodies[0]


@faults("PD1")
def test_if_others_spend_the_rest_the_review_is_in_the_summary_and_the_report(job: Job) -> None:
    site = job.github.site
    site.limit_status, site.rate_limit = 403, 1_000

    def spend() -> None:
        site.used = site.rate_limit

    job.model.fail("POST", Around(before=spend))
    job.workspace = str(job.root)
    finished = job.run(fail_on="high", timeout="60")
    assert finished.code == 1
    assert "The review was made but could not be published" in finished.log
    assert "It is in the job summary" in finished.log
    assert "limits the requests of this GitHub token" in finished.log
    assert "Sets the wrong value" in finished.summary
    report = json.loads(Path(job.root, finished.outputs["report-path"]).read_text("utf-8"))
    assert len(report["findings"]) == 1
    assert (finished.outputs["verdict"], finished.outputs["high"]) == ("findings", "1")
