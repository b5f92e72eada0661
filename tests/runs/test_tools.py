"""A model with tools, in a workspace full of things that are none of its business."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.llm.tools import LARGEST_RESULT
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.model import Body, ScriptedReply, error
from tests.loopback.runner_log import commands
from tests.runs.job import NUMBER, Clock, Job, review_reply
from tests.symlink_swaps import keep_swapping

KEY = "AKIA" + "Z7Q2M4X8N5B3V6C1"
FILES = {
    "src/app.py": ("old = 1\n", "new = 2\n"),
    "src/other.py": ("import app\n", "import app\n"),
    "src/keys.py": (f'KEY = "{KEY}"\n', f'KEY = "{KEY}"\n'),
    "src/odd.py": ("x\u202ey = 1\n", "x\u202ey = 1\n"),
}
OUTSIDE = "what other steps left behind"


@dataclass
class TickingClock(Clock):
    """A clock on which each look takes `tick` seconds."""

    tick: float = 0.0

    def now(self) -> float:
        self.slept += self.tick
        return super().now()


class Curious:
    """Calls one tool after the other, then finds nothing; `answers` are the results that it got."""

    def __init__(self, *calls: tuple[str, dict[str, object]]) -> None:
        self.calls = [
            ScriptedReply(None, "tool_calls", calls=((n, json.dumps(a)),)) for n, a in calls
        ]
        self.answers: list[str] = []

    def __call__(self, body: Body) -> str | ScriptedReply:
        last = body["messages"][-1]
        self.answers += [last["content"]] if last["role"] == "tool" else []
        if self.calls and body.get("tools"):
            return self.calls.pop(0)
        return review_reply("src/app.py")


@pytest.fixture
def job(job: Job) -> Job:
    """A checkout of the reviewed commit, with the traces of other steps in it."""
    job.github.add_pull(NUMBER, dict(FILES))
    folder = job.root / "checkout"
    for path, (_, new) in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(new, "utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("[http]\nextraheader = AUTHORIZATION: basic t0ken\n")
    job.checkout = str(folder)
    job.inputs["tools"] = "on"
    return job


def script_calls(job: Job, *calls: tuple[str, dict[str, object]]) -> Curious:
    model = Curious(*calls)
    job.model.script = model
    return model


def test_the_model_reads_what_it_asks_for_before_it_answers(job: Job) -> None:
    model = script_calls(
        job, ("search", {"pattern": "import"}), ("read_file", {"path": "src/other.py"})
    )
    finished = job.run()
    assert finished.code == 0
    assert "src/other.py:1: import app" in model.answers[0]
    assert "     1  import app" in model.answers[1]
    assert "Reviewed 1 of 1" in job.github.bodies[0]


@faults("SE6")
@pytest.mark.parametrize(
    "path",
    [
        "/proc/self/environ",
        "/github/workflow/event.json",
        ".git/config",
        "/github/runner_temp/x",
        "/var/run/docker.sock",
        "../../../etc/passwd",
    ],
)
def test_what_is_not_of_the_commit_is_refused_and_logged_and_the_review_goes_on(
    job: Job, path: str
) -> None:
    model = script_calls(job, ("read_file", {"path": path}))
    finished = job.run()
    assert finished.code == 0
    assert "Refused" in model.answers[0]
    assert "t0ken" not in model.answers[0]
    assert "was refused" in finished.log
    assert "Reviewed 1 of 1" in job.github.bodies[0]


def a_link(file: Path, secret: Path) -> None:
    file.symlink_to(secret)


def a_link_to_a_folder(file: Path, secret: Path) -> None:
    file.parent.rename(file.parent.with_name("moved"))
    file.parent.symlink_to(secret.parent)


def a_copy(file: Path, secret: Path) -> None:
    file.write_bytes(secret.read_bytes())


def a_hard_link(file: Path, secret: Path) -> None:
    os.link(secret, file)


def a_fifo(file: Path, _secret: Path) -> None:
    os.mkfifo(file)


def a_sparse_file(file: Path, _secret: Path) -> None:
    with file.open("wb") as made:
        made.truncate(10 << 30)


@pytest.fixture
def secret(job: Job) -> Path:
    """A file beside the checkout, by the name that one in it has."""
    path = job.root / "outside" / "other.py"
    path.parent.mkdir()
    path.write_text(f"import app  # {OUTSIDE}\n", "utf-8")
    job.invariants.secrets.append(OUTSIDE)
    return path


@faults("SE7")
@pytest.mark.parametrize(
    "trap",
    [a_copy, a_link, a_link_to_a_folder, a_hard_link, a_fifo, a_sparse_file],
    ids=lambda trap: trap.__name__,
)
def test_a_trap_in_the_place_of_a_file_leads_nowhere(
    job: Job, secret: Path, trap: Callable[[Path, Path], None]
) -> None:
    file = Path(job.checkout, "src", "other.py")
    file.unlink()
    trap(file, secret)
    model = script_calls(
        job, ("read_file", {"path": "src/other.py"}), ("search", {"pattern": "left"})
    )
    assert job.run().code == 0
    assert "import app" in model.answers[0]
    assert "No line matches" in model.answers[1]
    assert OUTSIDE not in str(model.answers)


@faults("SE7")
@pytest.mark.parametrize(
    "path", ["src/a/../other.py", "SRC/OTHER.PY", "src/other.py\0", "/dev/zero"]
)
def test_another_way_to_spell_a_path_is_refused(job: Job, path: str) -> None:
    model = script_calls(job, ("read_file", {"path": path}))
    assert job.run().code == 0
    assert "Refused" in model.answers[0]
    assert "Reviewed 1 of 1" in job.github.bodies[0]


@faults("SE8")
def test_a_folder_swapped_for_a_link_while_it_is_read_leads_nowhere(job: Job, secret: Path) -> None:
    looks: list[tuple[str, dict[str, object]]] = [
        ("read_file", {"path": "src/other.py"}),
        ("search", {"pattern": "app"}),
    ] * 3
    model = script_calls(job, *looks)
    with keep_swapping(Path(job.checkout, "src"), secret.parent):
        finished = job.run()
    assert finished.code == 0
    assert len(model.answers) == len(looks)
    assert all("import app" in text for text in model.answers[::2])
    assert OUTSIDE not in str(model.answers)


EXPLOSIVE = [
    ("search", {"pattern": "(a+)+$"}, "No line matches"),
    ("search", {"pattern": "(?:a?){60}a{60}b"}, "No line matches"),
    ("search", {"pattern": r"(a+)\1"}, "Refused"),
    ("search", {"pattern": "x", "glob": "**/**/**/**"}, "(more than 100 lines match)"),
    ("list_files", {"glob": "**/**/**/*" + "*a" * 60}, "No file matches"),
    ("list_files", {"glob": "**/**"}, "src/many.txt"),
]


@faults("SE9")
@pytest.mark.parametrize(("tool", "arguments", "told"), EXPLOSIVE, ids=range(len(EXPLOSIVE)))
def test_a_pattern_made_to_explode_costs_a_short_answer(
    job: Job, tool: str, arguments: dict[str, object], told: str
) -> None:
    """One line that backtracking cannot leave, and two hundred thousand that match."""
    texts = {"src/line.txt": "a" * 20_000 + "!\n"}
    texts |= {f"src/many{n}.txt": "x\n" * 100_000 for n in ("", "2")}
    job.github.add_pull(NUMBER, FILES | {path: (text, text) for path, text in texts.items()})
    for path, text in texts.items():
        Path(job.checkout, path).write_text(text, "utf-8")
    model = script_calls(job, (tool, arguments))
    assert job.run().code == 0
    assert told in model.answers[0]
    assert len(model.answers[0]) < LARGEST_RESULT + 1_000
    assert "Reviewed 1 of 1" in job.github.bodies[0]


@faults("RM5")
def test_a_pattern_that_is_slow_for_three_megabytes_ends_and_the_review_is_published(
    job: Job,
) -> None:
    """Each look at the clock takes a second, as if a piece of the text did."""
    slow = "ab1 xyz\n" * 130_000
    names = [f"src/slow{n}.txt" for n in range(3)]
    job.github.add_pull(NUMBER, FILES | dict.fromkeys(names, (slow, slow)))
    for name in names:
        Path(job.checkout, name).write_text(slow, "utf-8")
    patterns = [r"(?i)\pL.{999}Q", *["a.{200}Q"] * 5]
    calls: list[tuple[str, dict[str, object]]] = [("search", {"pattern": p}) for p in patterns]
    model = script_calls(job, *calls)
    job.clock, job.patience = TickingClock(tick=1.0), 570.0
    finished = job.run(timeout="600")
    assert finished.code == 0
    assert "too large" in model.answers[0]
    assert "it took too long" in model.answers[1]
    assert "Reviewed 1 of 1" in job.github.bodies[0]


def test_what_a_tool_shows_is_fenced_without_secrets_and_with_everything_visible(job: Job) -> None:
    keys, odd = ({"path": f"src/{name}.py"} for name in ("keys", "odd"))
    model = script_calls(job, ("read_file", {**keys}), ("read_file", {**odd}))
    job.run()
    assert "[REDACTED:" in model.answers[0]
    assert "[U+202E]" in model.answers[1]
    system = job.model.bodies[0]["messages"][0]["content"]
    assert model.answers[0].split("\n")[0] in system


def test_a_server_that_takes_no_tools_is_asked_without(job: Job) -> None:
    script_calls(job, ("search", {"pattern": "x"}))
    refusal = error(400, "tools is not supported", parameter="tools")

    job.model.fail("POST", Instead(refusal))
    assert job.run().code == 0
    assert "tools" not in job.model.bodies[-1]


def test_a_model_that_only_calls_tools_is_a_gap_and_no_success(job: Job) -> None:
    job.model.script = lambda _: ScriptedReply(None, "tool_calls", calls=(("list_files", "{}"),))
    finished = job.run()
    assert finished.code == 1
    assert "could not be reviewed" in job.github.bodies[0]
    # Twice: eight turns with tools, and one without.
    assert len(job.model.bodies) == 2 * 9


@faults("SE14")
@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run"])
def test_where_a_run_has_secrets_there_are_no_tools_unless_the_workflow_insists(
    job: Job, event: str
) -> None:
    job.event = event
    script_calls(job, ("search", {"pattern": "import"}))
    finished = job.run()
    assert finished.code == 0
    assert "tools" not in job.model.bodies[0]
    (warning,) = [c.message for c in commands(finished.log) if c.name == "warning"]
    assert f"does not apply to runs of {event}" in warning
    model = script_calls(job, ("search", {"pattern": "import"}))
    assert job.run(tools="always", full=True).code == 0
    assert "import app" in model.answers[0]


@faults("SE10")
@pytest.mark.process
def test_no_git_is_started_in_a_checkout_that_names_programs(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file monitor, a hook and a git of its own, each of which would leave a trace."""
    started, folder = job.root / "started", Path(job.checkout, ".git")
    attack = f"#!/bin/sh\necho >> {started}\n"
    config = f"[core]\nfsmonitor = {folder}/hooks/pre-commit\nworktree = {job.checkout}\n"
    (folder / "config").write_text(config, "utf-8")
    (folder.parent / ".gitattributes").write_text("* filter=evil diff=evil\n", "utf-8")
    for program in (folder / "hooks" / "pre-commit", job.root / "bin" / "git"):
        program.parent.mkdir()
        program.write_text(attack, "utf-8")
        program.chmod(0o755)
    subprocess.run([folder / "hooks" / "pre-commit"], check=True)
    started.unlink()
    monkeypatch.setenv("PATH", f"{job.root / 'bin'}:{os.environ['PATH']}")
    model = script_calls(job, ("search", {"pattern": "import"}), ("list_files", {}))
    assert job.run().code == 0
    assert "import app" in model.answers[0]
    assert not started.exists()


@faults("CO7")
def test_without_a_usable_checkout_and_archive_files_are_read_through_the_api(job: Job) -> None:
    job.checkout = str(job.root / "no such folder")
    job.github.fail("GET .*/tarball/", Instead(error(404, "Not Found")), forever=True)
    model = script_calls(
        job, ("read_file", {"path": "src/other.py"}), ("search", {"pattern": "import"})
    )
    assert job.run().code == 0
    assert "import app" in model.answers[0]
    assert "3 files were not searched" in model.answers[1]


def test_without_the_list_of_files_the_review_is_made_without_tools(job: Job) -> None:

    job.github.fail("GET .*/git/trees/", Instead(error(404, "Not Found")))
    script_calls(job, ("search", {"pattern": "import"}))
    finished = job.run()
    assert finished.code == 0
    assert "The model gets no tools" in finished.log
