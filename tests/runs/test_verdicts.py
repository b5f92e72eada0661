"""What a review says of files that nobody read: in its verdict, heading, comment and exit code."""

import re

import pytest

from tests.comment_texts import without_brief
from tests.faults import faults
from tests.loopback.model import Body
from tests.loopback.state import Entry, Submodule
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import OVERVIEW, finds_a_problem, finds_nothing

FINE = ("old = 1\n", "new = 2\n")
VENDORED = {"vendor/x.js": (None, "evil()\n" * 3)}
KEY = "AKIA" + "Z7Q2M4X8N5B3V6C1"

FIXED = r"### Fixed since the last review\n- .+ · `src/app.py:1`"


def finds_evil(body: Body) -> str:
    """Report each file that shows the backdoor."""
    path = prompted_path(body)
    if not path:
        return OVERVIEW
    found = re.search(r"^ *(\d+) \+ (evil\(\))", body["messages"][-1]["content"], re.MULTILINE)
    if not found or "Found in this file before" in body["messages"][-1]["content"]:
        return review_reply(path)
    line = int(found[1])
    quoted = {"start_line": line, "end_line": line, "quote": "evil()", "severity": "critical"}
    return review_reply(path, quoted)


@faults("HD7")
def test_a_file_left_out_by_default_is_counted_and_the_review_is_not_clean(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": FINE, **VENDORED})
    job.model.script = finds_nothing
    finished = job.run()
    assert finished.code == 0
    assert finished.outputs["verdict"] == "excluded"
    assert finished.outputs["complete"] == "true"
    assert finished.outputs["unreviewed-lines"] == "3"
    (body,) = job.github.bodies
    assert "no problems found in 1 of 2 files · 1 file (3 lines) excluded by default" in body
    assert "excluded: vendored" in body


@faults("HD7")
def test_a_comment_is_made_although_nothing_was_asked(job: Job) -> None:
    job.github.add_pull(NUMBER, VENDORED)
    finished = job.run()
    assert job.model.requests == []
    assert finished.outputs["verdict"] == "excluded"
    (body,) = job.github.bodies
    assert "## Code review · nothing was reviewed · 1 file (3 lines) excluded by default" in body


@faults("HD7")
@pytest.mark.parametrize(
    ("gate", "code"),
    [("never", 0), ("critical", 3), ("low", 3), ("incomplete", 3), ("excluded", 3)],
)
def test_a_gate_is_closed_when_nothing_was_reviewed(job: Job, gate: str, code: int) -> None:
    job.github.add_pull(NUMBER, VENDORED)
    finished = job.run(fail_on=gate, fail_on_incomplete="false")
    assert finished.code == code
    again = job.run(fail_on=gate, fail_on_incomplete="false")
    assert (again.code, again.outputs["verdict"]) == (code, "excluded")


@faults("HD7")
def test_a_severity_implies_incomplete_unless_the_workflow_says_otherwise(job: Job) -> None:
    job.github.add_pull(NUMBER, {"a.py": FINE, "src/app.py": FINE})
    job.model.script = finds_nothing
    assert job.run(fail_on="high", max_files="1").code == 3
    assert job.run(fail_on="high", max_files="1", fail_on_incomplete="false").code == 0
    assert job.run(fail_on="high").code == 0


@faults("HD7")
def test_a_list_of_limits_fails_for_each_of_them(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": FINE, **VENDORED})
    job.model.script = finds_nothing
    assert job.run(fail_on="high").code == 0
    finished = job.run(fail_on="high, excluded")
    assert finished.code == 3
    assert "1 files excluded by default" in finished.log


def test_what_the_workflow_excludes_leaves_a_review_clean(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": FINE, "docs/a.md": FINE, **VENDORED})
    job.model.script = finds_nothing
    finished = job.run(exclude="docs/\nvendor/", fail_on="low, excluded")
    assert (finished.code, finished.outputs["verdict"]) == (0, "clean")
    assert finished.outputs["unreviewed-lines"] == "0"


@faults("HD2")
@pytest.mark.parametrize(
    "push",
    [
        {"src/app.py": None, "vendor/app.py": "evil()\nb = 2\n"},
        {"src/app.py": None, "vendor/other.py": "import os\nevil()\nb = 2\n"},
        {"src/app.py": None, "third_party/a/b/app.py": "evil( )\n"},
        {"src/app.py": None, "web/node_modules/x.js": "\tevil()\n"},
    ],
)
def test_a_finding_whose_file_went_out_of_sight_is_not_fixed(
    job: Job, push: dict[str, str | None]
) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": (None, "evil()\n")})
    job.model.script = finds_evil
    assert job.run(fail_on="critical").code == 3
    job.github.push(NUMBER, push)
    finished = job.run(fail_on="critical")
    (body,) = job.github.bodies
    assert "Fixed since" not in body
    assert "### Not checked again" in body
    assert "- **🔴 Critical · " in body
    assert "[F1]" in body
    assert finished.outputs["critical"] == "1"
    assert (finished.code, finished.outputs["verdict"]) == (3, "findings")
    # It stays for as long as nobody reads the code, and leaves when the code is really gone.
    job.github.push(NUMBER, {"src/b.py": "b = 3\n"})
    assert job.run(fail_on="critical").code == 3
    job.github.push(NUMBER, dict.fromkeys(path for path, text in push.items() if text))
    job.run()
    assert re.search(FIXED, job.github.bodies[0])


@faults("HD2")
@pytest.mark.parametrize(
    "push",
    [
        {"src/app.py": "a = 1\n", "vendor/app2.py": "run(EVIL)\n"},
        {"src/app.py": None, "vendor/app2.py": "run(EVIL)\n"},
        {"src/app.py": "a = 1\n", "lib/app.whl": b"PK\x03\x04" + bytes(range(256))},
        {"src/app.py": "a = 1\n", "lib/app.zip": b"PK\x03\x04" + bytes(range(256))},
        {"src/app.py": "a = 1\n", "lib": Submodule("1" * 40)},
        {"src/app.py": "a = 1\n", "lib/big.py": "x = 1\n" * 30},
        {"src/app.py": "a = 1\n", "lib/wide.py": "x = 1\n" + "y" * 6_000 + "\n"},
        {"src/app.py": None, "lib/data.bin": bytes(range(256))},
        {"src/app.py": "a = 1\nevil()\nb = 2\nevil()\n"},
    ],
)
def test_code_that_is_reworded_on_its_way_out_of_sight_is_not_fixed(
    job: Job, push: dict[str, str | Entry | None]
) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": (None, "evil()\n")})
    job.model.script = finds_evil
    job.run(max_file_lines="20")
    job.github.push(NUMBER, push)
    job.model.script = finds_nothing
    finished = job.run(max_file_lines="20", fail_on="critical", fail_on_incomplete="false")
    assert "### Not checked again" in job.github.bodies[0]
    assert (finished.code, finished.outputs["critical"]) == (3, "1")
    job.github.push(NUMBER, {"src/b.py": "b = 3\n"})
    assert job.run(max_file_lines="20", fail_on="critical").code == 3
    job.github.push(NUMBER, {"src/app.py": None, **dict.fromkeys(push)})
    job.run()
    assert re.search(FIXED, job.github.bodies[0])


@faults("HD2")
def test_code_that_moved_into_an_archive_that_was_there_before_is_not_fixed(job: Job) -> None:
    first, second = (b"PK\x03\x04" + bytes(range(256)) + part for part in (b"1", b"2"))
    files: dict[str, tuple[None, Entry | str]] = {
        "src/app.py": (None, "evil()\n"),
        "lib/app.whl": (None, first),
    }
    job.github.add_pull(NUMBER, files)
    job.model.script = finds_evil
    job.run()
    job.github.push(NUMBER, {"src/app.py": "a = 1\n", "lib/app.whl": second})
    assert job.run().outputs["critical"] == "1"


def test_code_is_fixed_beside_unread_files_that_are_as_they_were(job: Job) -> None:
    archive = b"PK\x03\x04" + bytes(range(256))
    job.github.add_pull(
        NUMBER,
        {
            "src/app.py": (None, "evil()\n"),
            "lib/app.whl": (None, archive),
            "vendor/x.py": (None, "x = 1\n"),
        },
    )
    job.model.script = finds_evil
    job.run()
    job.github.push(NUMBER, {"src/app.py": "a = 1\n"})
    assert job.run().outputs["critical"] == "0"
    assert re.search(FIXED, job.github.bodies[0])


@faults("HD2")
def test_a_finding_in_a_file_that_failed_is_not_fixed(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": (None, "evil()\n"), "src/b.py": FINE})
    job.model.script = finds_evil
    job.run()
    job.github.push(NUMBER, {"src/app.py": "a = 1\n" * 30})
    finished = job.run(max_file_lines="20")
    (body,) = job.github.bodies
    assert "Fixed since" not in body
    assert "### Not checked again" in body
    assert finished.outputs["critical"] == "1"


@faults("HD10")
@pytest.mark.parametrize("path", ["vendor/x.py", "docs/x.md", "big.py", "package-lock.json"])
def test_rules_read_the_files_that_the_model_does_not(job: Job, path: str) -> None:
    text = f'KEY = "{KEY}"\n' + "a = 1\n" * 40
    job.github.add_pull(NUMBER, {path: (None, text)})
    finished = job.run(exclude="docs/", max_file_lines="20")
    assert job.model.requests == []
    assert finished.outputs["high"] == "1"
    (body,) = job.github.bodies
    assert "Possible secret: aws access key" in body
    assert KEY not in body


def hide_patches(job: Job) -> None:
    """Show no lines of any file, as GitHub does on a heavy page."""
    for listed in job.github.repository.pulls[NUMBER].files:
        listed.patch, listed.additions, listed.deletions = None, 0, 0
    job.github.site.largest_diff_files = 0


@faults("HD10")
@pytest.mark.parametrize("path", ["vendor/x.py", "docs/x.md", "vendor/docs/x.py"])
@pytest.mark.parametrize("old", [None, "a = 1\n" * 9])
def test_rules_read_excluded_files_of_which_github_shows_no_lines(
    job: Job, path: str, old: str | None
) -> None:
    job.github.add_pull(NUMBER, {path: (old, f'{old or ""}KEY = "{KEY}"\n')})
    hide_patches(job)
    finished = job.run(exclude="docs/")
    assert job.model.requests == []
    assert finished.outputs["high"] == "1"
    assert "Possible secret: aws access key" in job.github.bodies[0]


@faults("HD10")
def test_rules_read_excluded_files_that_are_not_utf_8_without_a_request(job: Job) -> None:
    job.github.add_pull(NUMBER, {"vendor/x.py": (None, f'# caf\udce9\nKEY = "{KEY}"\n')})
    assert job.run().outputs["high"] == "1"
    assert not [each for each in job.github.requests if "/contents/vendor" in each.path]


@faults("HD10")
def test_excluded_files_that_no_rule_could_read_are_counted(job: Job) -> None:
    files = {f"docs/{n}.md": (None, f"line {n}\n") for n in range(55)}
    job.github.add_pull(NUMBER, {"src/app.py": (None, "a = 1\n"), **files})
    hide_patches(job)
    job.model.script = finds_nothing
    finished = job.run(exclude="docs/", max_file_lines="500")
    assert finished.outputs["verdict"] == "clean"
    said = "the built-in rules did not read 5 excluded files: GitHub shows no lines of them"
    assert said in job.github.bodies[0]


@faults("HD10")
def test_rules_find_bidirectional_controls_in_an_excluded_file(job: Job) -> None:
    job.github.add_pull(NUMBER, {"vendor/x.py": (None, "a = '\u202e'\n"), "src/app.py": FINE})
    job.model.script = finds_a_problem
    finished = job.run()
    assert "Bidirectional control characters" in job.github.bodies[0]
    assert finished.outputs["high"] == "2"
    asked = len(job.model.bodies)
    job.github.push(NUMBER, {"src/b.py": "b = 3\n"})
    job.run()
    assert without_brief(job.github.bodies[0]).count("Bidirectional control characters") == 1
    assert len(job.model.bodies) - asked == 2


def test_a_deletion_beside_a_single_file_reaches_the_overview(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": FINE, "src/login.py": ("check()\n", None)})
    job.model.script = finds_nothing
    job.run()
    overview = job.model.bodies[-1]["messages"][-1]["content"]
    assert "src/login.py: deleted" in overview
    assert "`src/login.py`" in job.github.bodies[0]


LOCK = """\
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/left-pad": {
      "version": "1.3.0",
      "resolved": "https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz",
      "integrity": "sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy=="
    }
  }
}
"""
UPDATED = LOCK.replace("1.3.0", "1.3.1").replace("XI5MPz", "YJ6NQz")
EVIL = {
    "another registry": UPDATED.replace("registry.npmjs.org", "registry.npmjs.org.evil.com"),
    "a tarball of git": UPDATED.replace(
        "https://registry.npmjs.org/left-pad/-/left-pad-1.3.1.tgz",
        "git+ssh://git@github.com/mallory/left-pad.git#abc",
    ),
    "no hash": re.sub(r',\n *"integrity": .*', "", UPDATED),
    "another hash": LOCK.replace("XI5MPz", "YJ6NQz"),
    "no encryption": UPDATED.replace("https://", "http://"),
}


@faults("HD8")
@pytest.mark.parametrize("kind", EVIL)
def test_a_changed_entry_of_a_lock_file_is_reported_without_a_model(job: Job, kind: str) -> None:
    job.github.add_pull(NUMBER, {"web/package-lock.json": (LOCK, EVIL[kind])})
    finished = job.run(inline="all", fail_on="medium", check_run="true")
    assert job.model.requests == []
    assert (finished.code, finished.outputs["verdict"]) == (3, "findings")
    (body,) = job.github.bodies
    assert "`web/package-lock.json:" in body
    assert "left-pad" in body


def test_an_ordinary_update_of_a_lock_file_is_quiet(job: Job) -> None:
    job.github.add_pull(NUMBER, {"web/package-lock.json": (LOCK, UPDATED)})
    finished = job.run(fail_on="low")
    assert (finished.code, finished.outputs["verdict"]) == (0, "excluded")
    assert finished.outputs["findings"] == "0"
    assert job.run(fail_on="excluded").code == 3


def test_a_lock_file_that_no_rule_understands_opens_no_gate(job: Job) -> None:
    job.github.add_pull(NUMBER, {"flake.lock": ("{}\n", '{"a": 1}\n')})
    assert job.run(fail_on="low").code == 3


@faults("HD8")
def test_the_hashes_of_requirements_are_compared_too(job: Job) -> None:
    old = "six==1.16.0 \\\n    --hash=sha256:" + "1" * 64 + "\n"
    job.github.add_pull(NUMBER, {"requirements.txt": (old, old.replace("1" * 64, "2" * 64))})
    job.model.script = finds_nothing
    finished = job.run()
    assert finished.outputs["high"] == "1"
    assert prompted_path(job.model.bodies[0]) == "requirements.txt"


@faults("HD5")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("docs/run.yml", ".github/workflows/run.yml"),
        ("src/util.py", "vendor/util.py"),
        ("src/util.py", "src/conftest.py"),
        (".github/workflows/check.yml", "docs/check.yml"),
        ("src/util.py", "docs/util.py"),
        ("vendor/util.py", "src/util.py"),
        ("docs/util.py", "src/util.py"),
        ("src/util.txt", "src/util.py"),
        ("src/util.txt", "bin/util"),
        ("src/Util.py", "src/util.py"),
        ("src/util.js", "src/__snapshots__/util.snap"),
    ],
)
@pytest.mark.parametrize("change", ["", "# more\n"])
def test_a_rename_that_changes_what_runs_or_is_reviewed_is_reported(
    job: Job, before: str, after: str, change: str
) -> None:
    text = "a = 1\n" * 20
    job.github.add_pull(NUMBER, {before: (text, None), after: (None, text + change)})
    job.model.script = finds_nothing
    finished = job.run(exclude="docs/", inline="all", check_run="true")
    assert finished.code == 0
    assert finished.outputs["findings"] == "1"
    assert finished.outputs["verdict"] == "findings"
    (body,) = job.github.bodies
    assert before in finished.summary
    assert f"`{after}`" in body
    assert job.run(exclude="docs/", full=True, inline="all").outputs["findings"] == "1"
    assert job.github.bodies[0].count("[F1]") == 1
