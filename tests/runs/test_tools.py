"""A model with tools, in a workspace full of things that are none of its business."""

import json
from pathlib import Path

import pytest

from tests.loopback.faults import Instead
from tests.loopback.model import Body, Said, error
from tests.runs.job import NUMBER, Job, said

KEY = "AKIA" + "Z7Q2M4X8N5B3V6C1"
FILES = {
    "src/app.py": ("old = 1\n", "new = 2\n"),
    "src/other.py": ("import app\n", "import app\n"),
    "src/keys.py": (f'KEY = "{KEY}"\n', f'KEY = "{KEY}"\n'),
    "src/odd.py": ("x\u202ey = 1\n", "x\u202ey = 1\n"),
}


class Curious:
    """Calls one tool after the other, then finds nothing; `answers` is what it was told."""

    def __init__(self, *calls: tuple[str, dict[str, object]]) -> None:
        self.calls = [Said(None, "tool_calls", calls=((n, json.dumps(a)),)) for n, a in calls]
        self.answers: list[str] = []

    def __call__(self, body: Body) -> str | Said:
        last = body["messages"][-1]
        self.answers += [last["content"]] if last["role"] == "tool" else []
        if self.calls and body.get("tools"):
            return self.calls.pop(0)
        return said("src/app.py")


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


def curious(job: Job, *calls: tuple[str, dict[str, object]]) -> Curious:
    model = Curious(*calls)
    job.model.script = model
    return model


def test_the_model_reads_what_it_asks_for_before_it_answers(job: Job) -> None:
    model = curious(job, ("search", {"pattern": "import"}), ("read_file", {"path": "src/other.py"}))
    finished = job.run()
    assert finished.code == 0
    assert "src/other.py:1: import app" in model.answers[0]
    assert "     1  import app" in model.answers[1]
    assert "Reviewed 1 of 1" in job.github.bodies[0]


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
def test_SE6_what_is_not_of_the_commit_is_refused_and_logged_and_the_review_goes_on(
    job: Job, path: str
) -> None:
    model = curious(job, ("read_file", {"path": path}))
    finished = job.run()
    assert finished.code == 0
    assert "Refused" in model.answers[0]
    assert "t0ken" not in model.answers[0]
    assert "was refused" in finished.log
    assert "Reviewed 1 of 1" in job.github.bodies[0]


def test_SE7_a_link_in_the_place_of_a_file_leads_nowhere(job: Job) -> None:
    file = Path(job.checkout, "src", "other.py")
    file.unlink()
    file.symlink_to("../.git/config")
    model = curious(job, ("read_file", {"path": "src/other.py"}), ("search", {"pattern": "t0ken"}))
    job.run()
    assert "import app" in model.answers[0]
    assert "No line matches" in model.answers[1]


def test_what_a_tool_shows_is_fenced_without_secrets_and_with_everything_visible(job: Job) -> None:
    keys, odd = ({"path": f"src/{name}.py"} for name in ("keys", "odd"))
    model = curious(job, ("read_file", {**keys}), ("read_file", {**odd}))
    job.run()
    assert "[REDACTED:" in model.answers[0]
    assert "[U+202E]" in model.answers[1]
    system = job.model.bodies[0]["messages"][0]["content"]
    assert model.answers[0].split("\n")[0] in system


def test_a_server_that_takes_no_tools_is_asked_without(job: Job) -> None:
    curious(job, ("search", {"pattern": "x"}))
    refusal = error(400, "tools is not supported", parameter="tools")

    job.model.fail("POST", Instead(refusal))
    assert job.run().code == 0
    assert "tools" not in job.model.bodies[-1]


def test_a_model_that_only_calls_tools_is_a_gap_and_no_success(job: Job) -> None:
    job.model.script = lambda _: Said(None, "tool_calls", calls=(("list_files", "{}"),))
    finished = job.run()
    assert finished.code == 1
    assert "goes on calling tools" in job.github.bodies[0]


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run"])
def test_SE14_where_a_run_has_secrets_there_are_no_tools_unless_the_workflow_insists(
    job: Job, event: str
) -> None:
    job.event = event
    curious(job, ("search", {"pattern": "import"}))
    finished = job.run()
    assert "tools" not in job.model.bodies[0]
    assert f"does not count in runs of {event}" in finished.log
    model = curious(job, ("search", {"pattern": "import"}))
    job.run(tools="always", full=True)
    assert "import app" in model.answers[0]


def test_CO7_without_a_usable_checkout_files_are_read_through_the_api(job: Job) -> None:
    job.checkout = str(job.root / "no such folder")
    model = curious(job, ("read_file", {"path": "src/other.py"}), ("search", {"pattern": "import"}))
    assert job.run().code == 0
    assert "import app" in model.answers[0]
    assert "4 files were not searched" in model.answers[1]


def test_without_the_list_of_files_the_review_is_made_without_tools(job: Job) -> None:

    job.github.fail("GET .*/git/trees/", Instead(error(404, "Not Found")))
    curious(job, ("search", {"pattern": "import"}))
    finished = job.run()
    assert finished.code == 0
    assert "The model gets no tools" in finished.log
