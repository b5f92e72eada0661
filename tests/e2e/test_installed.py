"""The command that people install, and the pages that explain it."""

import json
import re
import shlex
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from reviewer import __version__
from reviewer.cli import EXAMPLES, build_parser
from tests.e2e import installed
from tests.e2e.installed import Installed
from tests.local_repository import commit, git, write
from tests.loopback.model import LoopbackModel
from tests.refusals import refusal
from tests.runs.model_scripts import finds_a_problem

ROOT = installed.ROOT
GUIDE = (ROOT / "docs" / "local.md").read_text("utf-8")
BLOCKS = dict(
    re.findall(r"^<!-- run:(\w+) -->\n```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
)
COMMANDS = re.findall(r"^(?:- )?(code-review .*)$", GUIDE, re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed.build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return installed.install(wheel, tmp_path_factory.mktemp("installed") / "venv")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's repository with a branch, a commit on it, and uncommitted work."""
    folder = tmp_path / "a project"
    folder.mkdir()
    commit(folder, {"src/app.py": "old = 1\n", "README": "A project.\n"})
    git(folder, "checkout", "--quiet", "-b", "my-branch")
    commit(folder, {"src/app.py": "old = 1\nmore = 1\n"}, "More")
    write(folder, {"src/app.py": "new = 2\nmore = 1\n"})
    return folder


@pytest.mark.process
def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    inside = [name for name in names if name.startswith("reviewer/")]
    about = f"code_review_action-{__version__}.dist-info/"
    templates = (ROOT / "reviewer" / "templates").rglob("*.j2")

    assert {str(path.relative_to(ROOT)) for path in templates} <= set(inside)
    assert {"reviewer/llm/models.toml", "reviewer/terminal/workflow.yml"} <= set(inside)
    assert [name for name in names if not name.startswith(("reviewer/", about))] == []
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.process
def test_the_command_starts_in_an_environment_with_what_it_declares(
    environment: Installed, tmp_path: Path
) -> None:
    for name in ("code-review", "code-review-action"):
        done = environment.run(tmp_path, name, "--version")
        assert (done.returncode, done.stdout) == (0, f"code-review {__version__}\n"), done.stderr
    shown = environment.run(tmp_path, "code-review", "--help")
    assert "code-review review --staged" in shown.stdout


@pytest.mark.process
def test_it_reviews_uncommitted_work_of_another_repository(
    environment: Installed, project: Path, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    done = environment.run(project / "src", "code-review", "review", server=model_server)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Code review: 1 high finding\n")
    assert "HIGH src/app.py:1 (logic)" in done.stdout


@pytest.mark.process
@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_of_the_guide_does_what_it_says(
    environment: Installed, project: Path, model_server: LoopbackModel, block: str
) -> None:
    model_server.script = finds_a_problem
    write(project, {".github/code-review.yml": "max-findings: 3\n"} if block == "config" else {})
    script = f"set -euo pipefail\n{BLOCKS[block]}"
    done = environment.run(project, "bash", "-c", script, server=model_server)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "error: " not in done.stderr
    if block == "output":
        assert json.loads((project / "report.json").read_text("utf-8"))["findings"]
        assert "\n## Code review" in (project / "review.md").read_text("utf-8")
    if block == "init":
        assert (project / ".github" / "workflows" / "code-review.yml").is_file()


def test_the_guide_runs_its_blocks_and_shows_each_command() -> None:
    assert set(BLOCKS) == {"first", "what", "output", "init", "config"}
    assert len(COMMANDS) >= 15


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_is_one(command: str) -> None:
    words = shlex.split(re.split(r"\s[#|>]", command)[0])
    assert refusal(lambda: build_parser().parse_args(words[1:]), SystemExit) == ""


def test_every_example_of_the_help_is_a_command() -> None:
    shown = re.findall(r"^  code-review (.*?)(?:\s{2,}.*)?$", EXAMPLES, re.MULTILINE)
    assert len(shown) >= 7
    for line in shown:
        build_parser().parse_args(shlex.split(line))


def ask_shell(words: list[str], *more: str, **environ: str) -> list[str]:
    """Return the words of the command that a shell would start."""
    flag, script, *rest = words
    printing = script.replace("exec ", "printf '%s\\n' ")
    done = subprocess.run(
        ["sh", flag, printing, *rest, *more], env=environ, capture_output=True, check=True
    )
    return done.stdout.decode().splitlines()


@pytest.mark.process
def test_before_a_push_the_commits_that_are_pushed_are_reviewed() -> None:
    """They need not be those of the current branch."""
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))[1]
    _, *words = shlex.split(hook["entry"])
    more = ("--input", "fail-on=high")
    start = ["code-review", "review"]
    assert ask_shell(words, *more) == [*start, "..HEAD", *more]
    assert ask_shell(words, PRE_COMMIT_TO_REF="0123abc") == [*start, "..0123abc"]


@pytest.mark.process
def test_the_hooks_for_pre_commit_start_commands() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for hook in hooks] == ["code-review", "code-review-push"]
    for hook in hooks:
        program, *words = shlex.split(hook["entry"])
        if program == "sh":
            program, *words = ask_shell(words)
        assert program in scripts
        assert build_parser().parse_args([*words, "--input", "fail-on=high"]).command == "review"
        assert hook["pass_filenames"] is False
        assert hook["id"] in GUIDE
