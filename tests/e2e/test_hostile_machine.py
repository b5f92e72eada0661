"""The process on a machine that is broken, odd or prepared by an attacker."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.process import NUMBER, ROOT, Step
from tests.faults import faults
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.loopback.runner_log import commands
from tests.runs.model_scripts import finds_a_problem

pytestmark = pytest.mark.process

HOSTILE = "::error::a\n::set-env name=X::y ##[add-mask]e"
TAKEN_OVER = 66
# What a hostile file does, with built-in modules alone, so that it works however early it runs.
ATTACK = f"import posix\nposix.write(1, b'taken over')\nposix._exit({TAKEN_OVER})\n"


def with_template(step: Step, template: str, text: str) -> Step:
    """Return a step whose installation has another text in one of its templates."""
    copy = step.root / "app"
    shutil.copytree(ROOT / "reviewer", copy / "reviewer")
    shutil.copy(ROOT / "entrypoint.py", copy)
    (copy / "reviewer" / "templates" / template).write_text(text, "utf-8")
    return replace(step, entrypoint=copy / "entrypoint.py")


@faults("SE2", "SE3")
@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("prompts/review.md.j2", "{{ pull[pull.title] }}"),
        ("comments/summary.md.j2", f"{{{{ review['{HOSTILE[:10]}##[set-env name=X]y'] }}}}"),
    ],
)
def test_a_bug_ends_the_run_and_its_text_cannot_command_the_runner(
    step: Step, github: LoopbackGitHub, template: str, text: str
) -> None:
    github.add_pull(NUMBER, {f"{n}.py": (None, "x = 1\n") for n in range(3)}, title=HOSTILE)
    hostile = replace(
        with_template(step, template, text), payload={"pull_request": {"title": HOSTILE}}
    )
    finished = hostile.run()
    (body,) = github.bodies
    found = [each for each in commands(finished.log) if each.name not in {"add-mask", "group"}]
    assert finished.code == 1
    assert {each.name for each in found} == {"error", "endgroup"}
    assert any("This is a bug in the reviewer" in each.message for each in found)
    assert "Traceback" in finished.log
    assert "set-env name=X" in finished.log
    assert "An unexpected error ended the review" in body
    assert "under way" not in body
    assert "An unexpected error ended the review" in finished.summary


@faults("CO1")
@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_file_that_cannot_be_written_is_named_and_the_review_goes_on(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel, name: str
) -> None:
    model_server.script = finds_a_problem
    finished = step.with_environ({name: "/dev/full"}).run()
    warnings = [each.message for each in commands(finished.log) if each.name == "warning"]
    assert finished.code == 0
    assert all("/dev/full could not be written" in message for message in warnings)
    assert warnings
    assert "Sets the wrong value" in github.bodies[0]


@faults("CO2")
def test_without_a_way_to_github_the_error_says_so(step: Step) -> None:
    nowhere = {"GITHUB_API_URL": "http://127.0.0.1:9", "GITHUB_GRAPHQL_URL": ""}
    finished = step.with_environ(nowhere).run()
    (error,) = [each for each in commands(finished.log) if each.name == "error"]
    assert finished.code == 1
    assert "cannot be reached at http://127.0.0.1:9" in error.message
    assert "cannot be reached at" in finished.summary
    assert "Traceback" not in finished.log


@faults("CO2")
@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1:9"])
def test_an_address_that_makes_no_sense_is_named(step: Step, address: str) -> None:
    finished = step.with_environ({"GITHUB_API_URL": address, "GITHUB_GRAPHQL_URL": ""}).run()
    (error,) = [each for each in commands(finished.log) if each.name == "error"]
    assert finished.code == 1
    assert "GITHUB_API_URL" in error.message
    assert "Traceback" not in finished.log


ODD = {
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONIOENCODING": "ascii",
    "TZ": "Mars/Olympus_Mons",
    "HOME": "/proc/nowhere",
}


@faults("CO5")
@pytest.mark.parametrize("environ", [{}, ODD], ids=["no home folder", "everything odd"])
def test_locale_time_zone_and_home_do_not_matter(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel, environ: dict[str, str]
) -> None:
    github.add_pull(
        NUMBER, {"café/日本.py": ("old = 1\n", "new = 2\n")}, title="Zwölf Boxkämpfer 🥊"
    )
    model_server.script = finds_a_problem
    finished = replace(
        step.with_environ(environ), payload={"pull_request": {"title": "Zwölf Boxkämpfer 🥊"}}
    ).run()
    assert finished.code == 0, finished.log
    assert "café/日本.py" in github.bodies[0]
    assert "café/日本.py" in finished.summary
    assert "café/日本.py" in finished.log
    assert "🥊" in model_server.bodies[0]["messages"][1]["content"]


@faults("CO8")
def test_no_file_of_the_checkout_is_ever_executed(step: Step, github: LoopbackGitHub) -> None:
    workspace = step.root / "workspace"
    for name in ("sitecustomize", "usercustomize", "yaml", "json/__init__", "reviewer/__init__"):
        path = workspace / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ATTACK, "utf-8")
    lured = step.with_environ({"PYTHONPATH": str(workspace), "PYTHONSTARTUP": "sitecustomize.py"})
    careless = Step(lured.root, lured.inputs, lured.environ, options=("-X", "utf8")).run()
    assert (careless.code, careless.log) == (TAKEN_OVER, "taken over")
    careful = lured.run()
    assert careful.code == 0, careful.log
    assert "taken over" not in careful.log
    assert len(github.bodies) == 1


@faults("CO8")
def test_the_attack_by_a_librarys_name_works_without_isolation(step: Step, tmp_path: Path) -> None:
    (tmp_path / "yaml.py").write_text(ATTACK, "utf-8")
    lured = step.with_environ({"PYTHONPATH": str(tmp_path)})
    assert Step(lured.root, lured.inputs, lured.environ, options=()).run().code == TAKEN_OVER
    assert lured.run().code == 0
