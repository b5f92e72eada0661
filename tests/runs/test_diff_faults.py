"""Diffs that are incomplete, too large, false or hostile: nothing is lost without a word."""

import re

import pytest

from reviewer.comments import summary
from tests.faults import faults
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import ScriptedReply, nothing_found
from tests.loopback.runner_log import commands
from tests.loopback.state import Entry, FileRow
from tests.rendered_markdown import MENTION, RENDERERS, Page
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import finds_a_problem

DIFF = "GET .*/pulls/7$"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
TWO_FILES = {"a.py": ("old = 1\n", "new = 2\n"), "b.py": ("old = 1\n", "new = 2\n")}


@pytest.fixture(autouse=True)
def _something_to_say(job: Job) -> None:
    job.model.script = finds_a_problem


def row(github: LoopbackGitHub, path: str) -> FileRow:
    return next(row for row in github.repository.pulls[NUMBER].files if row.path == path)


def prompted_paths(job: Job) -> list[str]:
    return sorted(path for body in job.model.bodies if (path := prompted_path(body)))


def forget_content(job: Job, path: str) -> None:
    """Have GitHub answer that the head commit has no such file."""
    del job.github.repository.pulls[NUMBER].head_tree[path]


def cells(job: Job, path: str) -> str:
    """Return the table row of a file."""
    (line,) = [line for line in job.github.bodies[0].split("\n") if line.startswith(f"| `{path}")]
    return line


def assert_incomplete(job: Job, finished: RunResult) -> None:
    (body,) = job.github.bodies
    assert finished.code == 0
    assert finished.outputs["complete"] == "false"
    assert "incomplete" in body.split("\n")[1]
    assert "no problems found" not in body
    assert any("incomplete" in c.message for c in commands(finished.log) if c.name == "warning")


@faults("DF1")
def test_what_has_no_lines_is_listed_with_its_reason(job: Job) -> None:
    files = {
        "kept.py": ("same = 1\n" * 9, None),
        "moved.py": (None, "same = 1\n" * 9),
        "gone.py": ("x = 1\n", None),
        "logo.png": (PNG, PNG * 2),
        "empty.py": (None, ""),
    }
    job.github.add_pull(NUMBER, files)
    finished = job.run()
    assert (finished.code, finished.outputs["verdict"]) == (0, "clean")
    assert (job.github.bodies, job.model.requests) == ([], [])
    reasons = ["renamed without changes from kept.py", "deleted", "binary", "empty file"]
    assert [reason for reason in reasons if reason not in finished.summary] == []
    assert "nothing to review" in finished.summary


@faults("DF1")
def test_a_file_that_the_change_itself_declares_binary_is_a_gap(job: Job) -> None:
    """A line in .gitattributes is all it takes to show nothing of a file."""
    files: dict[str, tuple[Entry | str | None, Entry | str | None]] = {
        "src/app.py": ("old = 1\n", "new = 2\n"),
        "src/.gitattributes": (None, "*.inc -diff\n"),
        "src/evil.inc": (b"\0\1", b"\0\2"),
        "logo.png": (PNG, PNG * 2),
    }
    job.github.add_pull(NUMBER, files)
    finished = job.run()
    assert_incomplete(job, finished)
    assert "not reviewed: git calls it binary" in cells(job, "src/evil.inc")
    assert "skipped: binary" in cells(job, "logo.png")


@faults("DF1")
def test_what_is_skipped_qualifies_that_nothing_was_found(job: Job) -> None:
    """The author of a pull request can name a file like a lock file."""
    files = {"src/app.py": ("old = 1\n", "new = 2\n"), "src/uv.lock": (None, "import os\n")}
    job.github.add_pull(NUMBER, files)
    job.model.script = nothing_found
    job.run()
    assert "## Code review · no problems found in 1 of 2 files" in job.github.bodies[0]


@faults("DF2")
def test_a_patch_that_github_leaves_out_is_read_from_the_raw_diff(job: Job) -> None:
    job.github.add_pull(NUMBER, TWO_FILES)
    row(job.github, "b.py").patch = None
    forget_content(job, "b.py")
    finished = job.run()
    assert prompted_paths(job) == ["a.py", "b.py"]
    assert finished.outputs["complete"] == "true"


@faults("DF2", "DF4")
def test_a_patch_that_nobody_shows_is_a_gap_with_a_name(job: Job) -> None:
    job.github.add_pull(NUMBER, TWO_FILES)
    row(job.github, "b.py").patch = None
    job.github.site.largest_diff_files = 1
    forget_content(job, "b.py")
    finished = job.run()
    assert len(job.github.sent(DIFF)) == 1
    assert prompted_paths(job) == ["a.py"]
    assert_incomplete(job, finished)
    assert "not reviewed: GitHub shows no patch" in cells(job, "b.py")


@faults("DF2")
def test_a_change_without_visible_lines_never_looks_clean(job: Job) -> None:
    row(job.github, "src/app.py").patch = None
    job.github.site.largest_diff_files = 0
    forget_content(job, "src/app.py")
    finished = job.run()
    assert_incomplete(job, finished)
    assert finished.outputs["verdict"] == "incomplete"
    assert job.model.requests == []


@faults("DF3")
@pytest.mark.parametrize("shown", [True, False])
def test_a_row_with_false_zeros_is_reviewed_or_named(job: Job, *, shown: bool) -> None:
    job.github.add_pull(NUMBER, TWO_FILES)
    job.github.site.patch_lines_per_answer = 3
    job.github.site.largest_diff_files = 300 if shown else 1
    if not shown:
        forget_content(job, "b.py")
    finished = job.run()
    if shown:
        assert prompted_paths(job) == ["a.py", "b.py"]
        assert finished.outputs["complete"] == "true"
    else:
        assert_incomplete(job, finished)
        assert "not reviewed" in cells(job, "b.py")


@faults("DF3")
def test_rows_of_a_heavy_answer_are_asked_for_again(job: Job) -> None:
    many = "new = 2\n" + "".join(f"x_{n} = {n}\n" for n in range(1, 1_500))
    job.github.warm().checked = False
    job.github.add_pull(NUMBER, {f"{n:02}.py": (None, many) for n in range(12)})
    job.github.site.patch_lines_per_answer = 15_500
    job.github.site.largest_diff_files = 1
    finished = job.run(max_file_lines="2000", max_files="50")
    assert prompted_paths(job)[-1] == "11.py"
    assert finished.outputs["complete"] == "true"
    assert job.github.sent(DIFF) == []


@faults("DF4")
def test_301_files_need_no_raw_diff_and_the_last_ones_are_named(job: Job) -> None:
    job.github.warm().checked = False
    job.github.add_pull(NUMBER, {f"{n:03}.py": (None, "new = 2\n") for n in range(301)})
    finished = job.run(max_files="2")
    assert finished.code == 0
    assert prompted_paths(job) == ["000.py", "001.py"]
    assert job.github.sent(DIFF) == []
    assert finished.outputs["skipped-files"] == "299"
    assert "over max-files (2)" in finished.summary
    assert "Reviewed 2 of 301 changed files" in job.github.bodies[0]


@faults("DF4")
def test_files_that_github_does_not_list_are_counted(job: Job) -> None:
    job.github.add_pull(NUMBER, TWO_FILES).changed_files = 3_001
    finished = job.run()
    assert_incomplete(job, finished)
    assert "2,999 further files" in job.github.bodies[0]


@faults("DF5")
def test_what_nobody_wrote_by_hand_is_skipped_and_named(job: Job) -> None:
    files = {
        "line.js": (None, "x" * 500_000),
        "vendor/app.js": (None, "x=1\n"),
        "package-lock.json": (None, "{}\n"),
    }
    job.github.add_pull(NUMBER, {**TWO_FILES, **files})
    finished = job.run()
    assert prompted_paths(job) == ["a.py", "b.py"]
    assert "vendored" in cells(job, "vendor/app.js")
    assert "lock file" in cells(job, "package-lock.json")
    assert "minified (lines of more than 5,000 characters)" in cells(job, "line.js")
    assert finished.outputs["complete"] == "true"


LYING = {
    "longer than its header": "@@ -1,1 +1,1 @@\n-old = 1\n+new = 2\n+rm = 3",
    "shorter than its header": "@@ -1,9 +1,9 @@\n-old = 1\n+new = 2",
    "less than its row counts": "@@ -1,1 +1,0 @@\n-old = 1",
    "cut": "@@ -1,1 +1,1 @@\n-old = 1",
    "no patch at all": "Sorry, this diff is temporarily unavailable.",
}


@faults("DF6")
@pytest.mark.parametrize("patch", LYING.values(), ids=LYING)
def test_a_file_whose_patch_lies_is_a_gap_and_the_others_are_reviewed(job: Job, patch: str) -> None:
    job.github.add_pull(NUMBER, TWO_FILES)
    row(job.github, "b.py").patch = patch
    finished = job.run()
    assert prompted_paths(job) == ["a.py"]
    assert_incomplete(job, finished)
    assert re.search("not reviewed: its patch (cannot be parsed|is incomplete)", cells(job, "b.py"))


CONTENTS = {
    "DF7": "--- a/x\n+++ b/x\n@@ -1 +1 @@\ndiff --git a/x b/x\n+-+\nbad = 1\n",
    "DF7 in a string": 'text = """\n-- a/x\n++ b/x\n"""\n\nbad = 1\n',
    "DF8 CRLF": "1\r\n2\r\n3\r\n4\r\n5\r\nbad = 1\r\n",
    "DF8 CR inside": "1\r1\n2\n3\n4\n5\nbad = 1\n",
    "DF8 other ends": "1\v\n2\f\n3\x85\n4\u2028\n5\x1c\nbad = 1\n",
    "DF8 no final newline": "1\n2\n3\n4\n5\nbad = 1",
}


@faults("DF7", "DF8")
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("claimed", [6, 1])
def test_a_finding_is_placed_at_the_line_that_github_shows(
    job: Job, content: str, claimed: int
) -> None:
    job.github.add_pull(NUMBER, {"odd.txt": (None, content)})
    problem = {"quote": "bad = 1", "start_line": claimed, "end_line": claimed}
    job.model.say(review_reply("odd.txt", problem))
    assert job.run().code == 0
    assert "`odd.txt:6`" in job.github.bodies[0]


@faults("DF7", "DF8")
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_finding_is_placed_there_when_only_the_raw_diff_shows_the_lines(
    job: Job, content: str
) -> None:
    job.github.add_pull(NUMBER, {"odd.txt": (None, content), **TWO_FILES})
    row(job.github, "odd.txt").patch = None
    job.model.script = lambda body: review_reply(prompted_path(body), {"quote": "bad = 1"})
    finished = job.run()
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    assert prompted_paths(job) == ["a.py", "b.py", "odd.txt"]
    assert "`odd.txt:6`" in job.github.bodies[0]


ODD_PATHS = {
    "space": "a b/c d.py",
    "quotes": "\"a\" 'b'.py",
    "emoji": "café 🎉.py",
    "dash": "-rf.py",
    "dots": "..hidden/...py",
    "pipe": "a|b.py",
    "backtick": "a`b``.py",
    "markup": "</details><img src=x>.py",
    "link": "[x](evil.example).py",
    "mention": "@octo/security.py",
    "comment": "<!-- code-review-action:status -->.py",
    "command": "::error::x.py",
    "newline": "a\n| x | y |\n::error::z.py",
    "not UTF-8": "a\udcff.py",
}


@faults("DF9")
@pytest.mark.parametrize("path", ODD_PATHS.values(), ids=ODD_PATHS)
def test_an_odd_path_is_reviewed_and_stays_in_its_cell(job: Job, path: str) -> None:
    job.github.add_pull(NUMBER, {path: ("old = 1\n", "new = 2\n"), "b.md": (None, "b\n")})
    finished = job.run(exclude="b.md")
    assert (finished.code, finished.outputs["high"]) == (0, "1")
    (body,) = job.github.bodies
    links = ["run"] if "\udcff" in path else ["run", "place"]
    for page in (Page(render(body)) for render in RENDERERS):
        assert page.tags.count("td") == 2 * len(["file", "what changed", "findings", "status"])
        assert page.tags.count("details") == len(["Files", "For coding agents"])
        assert page.tags.count("comment") == len(["marker", "state"])
        assert page.tags.count("a") == len(links)
        assert "img" not in page.tags
        assert not MENTION.search(page.text)
    assert summary.status(body) == ""
    assert finished.outputs["complete"] == "true"
    assert [c.name for c in commands(finished.log) if c.name == "error"] == []


@faults("DF13")
def test_a_change_larger_than_the_budget_is_reviewed_in_part_and_every_file_is_listed(
    job: Job,
) -> None:
    count = 1_200
    files = {f"src/{n:04}.py": (None, "new = 2\n") for n in range(count)}
    huge = "".join(f"x_{n} = {n}\n" for n in range(100_000))
    job.github.checked = False
    job.github.add_pull(NUMBER, {**files, "zhuge.py": (None, huge)})
    job.model.script = lambda body: ScriptedReply(finds_a_problem(body), usage=(8_000, 100))
    finished = job.run(concurrency="1", max_files="1000", max_tokens_total="20000")
    assert_incomplete(job, finished)
    assert prompted_paths(job) == ["src/0000.py", "src/0001.py"]
    assert finished.outputs["high"] == "2"
    assert "Reviewed 2 of 1201 changed files" in job.github.bodies[0]
    rows = {line.split("`")[1]: line for line in finished.summary.split("\n") if line[:3] == "| `"}
    reasons = [rows[path].split(" | ")[-1] for path in [*files, "zhuge.py"]]
    assert all("budget is spent" in reason for reason in reasons[2:1000])
    assert all("over max-files (1,000)" in reason for reason in reasons[1000:count])
    assert "GitHub shows no patch" in reasons[-1]


@faults("DF9")
@pytest.mark.parametrize("path", ODD_PATHS.values(), ids=ODD_PATHS)
def test_an_odd_path_is_found_in_the_raw_diff(job: Job, path: str) -> None:
    job.github.add_pull(NUMBER, {path: ("old = 1\n", "new = 2\n")})
    job.github.repository.pulls[NUMBER].files[0].patch = None
    finished = job.run()
    assert (finished.code, finished.outputs["complete"], finished.outputs["high"]) == (
        0,
        "true",
        "1",
    )
