"""What the comment shows in full and what it collapses, while everything else has all findings."""

import json
import re
from pathlib import Path

from tests.comment_texts import without_brief
from tests.faults import faults
from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import OVERVIEW

KEY = "AKIA" + "Z7Q2M4X8N5B3V6C1"
LINES = [f"value_{n} = {n}" for n in range(1, 11)]
COLLAPSED = re.compile(
    r"<details><summary>In one line each: (.*?)</summary>(.*?)</details>", re.DOTALL
)


def problem(line: int, **members: str) -> dict[str, object]:
    place = {"start_line": line, "end_line": line, "quote": LINES[line - 1]}
    return {**place, "title": f"Problem {line}", "body": f"Because of {line}.", **members}


def finds(job: Job, *problems: dict[str, object], more: str = "") -> None:
    """Add a file of ten lines, in which the model finds these problems."""
    job.github.add_pull(NUMBER, {"src/many.py": (None, "\n".join(LINES) + "\n" + more)})

    def script(body: Body) -> str:
        path = prompted_path(body)
        return review_reply(path, *problems) if path else OVERVIEW

    job.model.script = script


def mixed(job: Job) -> None:
    """Have the model find seven problems to act on, a minor one and a doubtful one."""
    finds(
        job,
        *(problem(n) for n in range(1, 8)),
        problem(8, severity="low"),
        problem(9, severity="critical", confidence="low"),
    )


def test_six_findings_are_shown_in_full_and_the_others_in_a_line_each(job: Job) -> None:
    mixed(job)
    finished = job.run()
    (body,) = job.github.bodies
    assert finished.code == 0
    assert "## Code review · 9 findings: 1 critical · 7 high · 1 low\n" in body
    found = COLLAPSED.search(body)
    assert found
    assert found[1] == "1 critical · 1 high · 1 low"
    assert re.findall(r"- \*\*(.*?) · Problem \d\*\* · \[`src/many.py:(\d+)`\]", found[2]) == [
        ("🔴 Critical, low confidence", "9"),
        ("🟠 High", "7"),
        ("🔵 Low", "8"),
    ]
    assert re.findall(r"Because of (\d)", without_brief(body)) == ["1", "2", "3", "4", "5", "6"]


def test_reports_outputs_job_summary_and_inline_comments_have_all(job: Job) -> None:
    job.workspace = str(job.root)
    mixed(job)
    finished = job.run(inline="all", max_visible="1")
    report = json.loads(Path(job.workspace, finished.outputs["report-path"]).read_text("utf-8"))
    sarif = json.loads(Path(job.workspace, finished.outputs["sarif-path"]).read_text("utf-8"))
    assert len(report["findings"]) == len(sarif["runs"][0]["results"]) == 9
    assert (finished.outputs["findings"], finished.outputs["low"]) == ("9", "1")
    assert set(re.findall(r"Because of (\d)", finished.summary)) == set("123456789")
    assert COLLAPSED.search(finished.summary) is None
    assert len(job.github.repository.pulls[NUMBER].threads) == 9
    assert job.github.bodies[0].count("See the comment at this line") == 1


@faults("HD15")
def test_what_fails_the_step_is_in_full_view_and_so_is_what_a_rule_found(job: Job) -> None:
    finds(job, *(problem(n, severity="critical") for n in range(1, 8)), more=f"key = '{KEY}'\n")
    assert job.run().code == 0
    (body,) = job.github.bodies
    assert "\n#### 🟠 High · Possible secret" in body
    assert without_brief(body).count("Because of ") == 5
    finished = job.run(full=True, fail_on="critical")
    (body,) = job.github.bodies
    assert finished.code == 3
    assert without_brief(body).count("Because of ") == 7
    assert "In one line each: 1 high<" in body


def test_the_repository_s_file_may_only_make_it_fewer(job: Job) -> None:
    mixed(job)
    files = {"src/many.py": (None, "\n".join(LINES) + "\n")}
    text = "max-visible: 2\n"
    job.github.add_pull(NUMBER, {**files, ".github/code-review.yml": (text, text)})
    job.run()
    assert without_brief(job.github.bodies[0]).count("Because of ") == 2
