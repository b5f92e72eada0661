import json
from pathlib import Path
from typing import Any

import pytest

from bench.replies import Replies, is_peer, reviewed_files
from tests.invariants import Invariants
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import Body, LoopbackModel
from tests.runs.job import NUMBER, Job

FILES = {"a.py": ("old = 1\n", "new = 2\n"), "b.py": ("old = 1\n", "new = 2\n")}
DESCRIBE = "Your task is to provide a full description: type, title, and files walkthrough."
REVIEW = "    key_issues_to_review: list"
IMPROVE = "    code_suggestions: list"
REFLECT = "    suggestion_score: int"


def peer(system: str, *paths: str, end: str = "") -> Body:
    shown = "".join(f"## File: '{path}'\n\n@@ -4 +4 @@\n4  a\n5 +b\n" for path in paths)
    sent = [("system", f"class Reply(BaseModel):\n{system}"), ("user", shown + end)]
    return {"messages": [{"role": role, "content": text} for role, text in sent]}


def reply(defective: str, body: Body) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Replies(frozenset({defective}))(body))
    return read


def test_a_run_finds_something_in_the_defective_files_alone_and_verifies_it(
    github: LoopbackGitHub, model_server: LoopbackModel, tmp_path: Path, invariants: Invariants
) -> None:
    github.add_pull()
    job = Job(github, model_server, tmp_path, invariants)
    job.github.push(NUMBER, {path: new for path, (_, new) in FILES.items()})
    job.model.script = Replies(frozenset({"a.py"}))
    done = job.run(verify="on")
    assert done.code == 0
    assert done.outputs["findings"] == "1"
    assert "Fails for an empty list in a.py" in done.summary
    asked = [each["messages"][-1]["content"] for each in job.model.bodies]
    assert sum("argue against each of them" in text for text in asked) == 1


def test_a_reply_to_pr_agent_s_review_names_the_defective_files_that_it_shows() -> None:
    body = peer(REVIEW, "Lib/a.py", "Lib/b.py")
    assert is_peer(body)
    assert reviewed_files(body) == ["Lib/a.py", "Lib/b.py"]
    issues = reply("Lib/b.py", body)["review"]["key_issues_to_review"]
    assert [(each["relevant_file"], each["start_line"]) for each in issues] == [("Lib/b.py", 5)]
    assert reply("Lib/c.py", body)["review"]["key_issues_to_review"] == []


@pytest.mark.parametrize(
    "asked",
    ["describe the changes made to each file: files walkthrough.", "PR description headers"],
)
def test_pr_agent_describes_a_long_change_in_parts(asked: str) -> None:
    described = reply("Lib/a.py", peer(asked, "Lib/a.py"))
    assert [each["filename"] for each in described["pr_files"]] == ["Lib/a.py"]
    assert described["title"]


def test_pr_agent_s_other_tools_get_replies_of_their_own_form() -> None:
    described = reply("Lib/a.py", peer(DESCRIBE, "Lib/a.py"))
    assert [each["filename"] for each in described["pr_files"]] == ["Lib/a.py"]
    (suggested,) = reply("Lib/a.py", peer(IMPROVE, "Lib/a.py", "Lib/b.py"))["code_suggestions"]
    assert suggested["relevant_file"] == "Lib/a.py"
    end = f"suggestion 1: {suggested!r}\n"
    (scored,) = reply("Lib/a.py", peer(REFLECT, "Lib/a.py", end=end))["code_suggestions"]
    assert scored["suggestion_summary"] == suggested["one_sentence_summary"]
    assert scored["relevant_lines_start"] == 5


def test_a_prompt_of_an_earlier_version_has_one_file_and_a_reply_about_it() -> None:
    text = "The changed file under review (modified):\n<<n\na.py\nn>>\n1 + new = 2\n"
    body: Body = {
        "messages": [{"role": "system", "content": ""}, {"role": "user", "content": text}]
    }
    assert reviewed_files(body) == ["a.py"]
    section = reply("a.py", body)
    assert section["path"] == "a.py"
    assert section["findings"][0]["quote"] == "new = 2"


@pytest.mark.parametrize(
    "rows",
    [
        "Finding 1, high, logic, lines 1-1 of this file:\nFinding 2, low, tests, lines 3-4:\n",
        "1. high, logic, lines 1-1: a title\n2. low, data-loss, lines 3-4: another\n",
    ],
)
def test_a_verification_keeps_all_findings_however_its_version_numbers_them(rows: str) -> None:
    text = f"Your task is to argue against each of them.\n{rows}"
    verdicts = reply("a.py", {"messages": [{"role": "user", "content": text}]})["verdicts"]
    assert [(each["finding"], each["verdict"]) for each in verdicts] == [(1, "keep"), (2, "keep")]
