"""The local shell as a process: a repository on this machine, a model server on it too."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.process import ROOT
from tests.faults import faults
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, MODEL, LoopbackModel
from tests.runs.model_scripts import finds_a_problem

pytestmark = pytest.mark.process
ATTACK = "touch ../attacked; cat"
PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "diff.evil.command",
    "diff.evil.textconv",
    "diff.external",
    "filter.evil.clean",
    "filter.evil.smudge",
)


def git(folder: Path, *arguments: str) -> None:
    quiet = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": os.environ["PATH"],
    }
    who = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, env=quiet, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: the second one changes src/app.py and renames a file."""
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "src" / "app.py").write_text("old = 1\n", "utf-8")
    (folder / "a.py").write_text("a = 1\nb = 2\nc = 3\n", "utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "First")
    git(folder, "checkout", "--quiet", "-b", "change")
    (folder / "src" / "app.py").write_text("new = 2\n", "utf-8")
    (folder / "a.py").rename(folder / "ü.py")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Set it to two")
    return folder


def run(
    folder: Path, server: LoopbackModel, *arguments: str, **environ: str
) -> "subprocess.CompletedProcess[str]":
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CODE_REVIEW_API_KEY": KEY,
        "CODE_REVIEW_BASE_URL": server.base_url,
        "CODE_REVIEW_MODEL": MODEL,
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        **environ,
    }
    return subprocess.run(
        [sys.executable, "-m", "reviewer", *arguments],
        cwd=folder,
        env=variables,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def review(folder: Path, server: LoopbackModel, *arguments: str) -> str:
    server.script = finds_a_problem
    plain = ("--input", "fallback-model=", "--input", "verify=off")
    done = run(folder, server, "review", *arguments, *plain)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("what", [(), ("main..change",), ("main",), ("main..",)])
def test_commits_on_this_machine_are_reviewed(
    repository: Path, model_server: LoopbackModel, what: tuple[str, ...]
) -> None:
    report = review(repository, model_server, *what)
    assert "## Code review · 1 high" in report
    assert "Reviewed 1 of 2 changed files" in report
    assert "ü.py" in report
    # The overview is asked for because of the renamed file.
    assert len(model_server.bodies) == 2


def test_findings_can_be_printed_for_a_coding_agent(
    repository: Path, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    text = review(repository, model_server, "main..change", "--format", "agent")
    assert re.match(r"Code review of [0-9a-f]{7}: 1 high finding\.\n", text)
    assert "\nF1 high logic\npath: src/app.py\nlines: 1\nfails: Sets the wrong value" in text
    assert "\ncheck: " in text
    assert not any(sign in text for sign in ("##", "**", "```", "<!--"))


def test_the_reports_are_written_where_they_are_wanted(
    repository: Path, model_server: LoopbackModel, tmp_path: Path
) -> None:
    wanted = ("--json", str(tmp_path / "r.json"), "--sarif", str(tmp_path / "r.sarif"))
    review(repository, model_server, "main..change", *wanted)
    assert len(json.loads((tmp_path / "r.json").read_text("utf-8"))["findings"]) == 1
    assert json.loads((tmp_path / "r.sarif").read_text("utf-8"))["version"] == "2.1.0"


@pytest.mark.parametrize("what", ["nowhere..change", "--output=x..change", "main..gone"])
def test_a_commit_that_is_not_there_is_named(
    repository: Path, model_server: LoopbackModel, what: str
) -> None:
    done = run(repository, model_server, "review", "--", what)
    assert done.returncode == 2, done.stderr
    assert "git rev-parse failed" in done.stderr
    assert "Traceback" not in done.stderr


@faults("SE10")
@pytest.mark.no_run("a review in a terminal, not in a workflow")
def test_no_program_that_a_repository_names_is_started(
    repository: Path, model_server: LoopbackModel
) -> None:
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\n{ATTACK}\n", "utf-8")
    hook.chmod(0o755)
    for name in PROGRAMS:
        git(repository, "config", name, ATTACK)
    attributes = repository / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("* diff=evil filter=evil\n", "utf-8")
    review(repository, model_server, "main..change")
    assert not (repository.parent / "attacked").exists()
    # The attack works where nothing is done against it.
    subprocess.run(
        ["git", "diff", "main..change"], cwd=repository, capture_output=True, check=False
    )
    assert (repository.parent / "attacked").exists()


def test_a_pull_request_of_github_s_is_reviewed_without_writing(
    repository: Path, model_server: LoopbackModel, github: LoopbackGitHub
) -> None:
    github.add_pull(7)
    model_server.script = finds_a_problem
    done = run(
        repository,
        model_server,
        "review",
        f"{github.full_name}#7",
        "--dry-run",
        "--input",
        "fallback-model=",
        GITHUB_TOKEN=TOKEN,
        GITHUB_API_URL=github.api_url,
        GITHUB_GRAPHQL_URL=github.graphql_url,
    )
    assert done.returncode == 0, done.stderr
    assert "1 high" in done.stdout
    assert (github.bodies, github.writes) == ([], [])


def test_a_file_of_settings_is_checked_with_line_and_nearest_match(
    repository: Path, model_server: LoopbackModel
) -> None:
    path = repository / ".github" / "code-review.yml"
    path.parent.mkdir()
    path.write_text("max-findngs: 3\n", "utf-8")
    done = run(repository, model_server, "config", "check")
    assert done.returncode == 2
    assert "line 1" in done.stderr
    assert "max-findings" in done.stderr
    path.write_text("max-findings: 3\n", "utf-8")
    assert run(repository, model_server, "config", "check").stdout.endswith("can be used.\n")
    schema = json.loads(run(repository, model_server, "config", "schema").stdout)
    assert "max-findings" in schema["properties"]


def test_a_saved_report_is_shown_without_any_network(
    repository: Path, model_server: LoopbackModel, tmp_path: Path
) -> None:
    saved = str(tmp_path / "r.json")
    report = review(repository, model_server, "main..change", "--json", saved)
    asked = len(model_server.requests)
    done = run(repository, model_server, "replay", saved)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == report.splitlines()[0]
    assert "Sets the wrong value" in done.stdout
    assert len(model_server.requests) == asked
    (tmp_path / "r.json").write_text("{}", "utf-8")
    broken = run(repository, model_server, "replay", saved)
    assert broken.returncode == 2
    assert "The report cannot be used" in broken.stderr


def test_on_a_terminal_the_report_is_laid_out(
    repository: Path, model_server: LoopbackModel, tmp_path: Path
) -> None:
    saved = str(tmp_path / "r.json")
    review(repository, model_server, "main..change", "--json", saved)
    ours, theirs = os.openpty()
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
        "COLUMNS": "99",
    }
    command = [sys.executable, "-m", "reviewer", "replay", saved]
    with subprocess.Popen(command, env=environ, stdout=theirs, cwd=repository) as process:
        os.close(theirs)
        shown = b""
        while process.poll() is None or not shown.endswith(b"\n"):
            try:
                shown += os.read(ours, 65_536)
            except OSError:
                break
    os.close(ours)
    text = shown.decode()
    assert "\x1b[" in text
    assert "### Hidden risks" not in text
    assert "Hidden risks" in text
