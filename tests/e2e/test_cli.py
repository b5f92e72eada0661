"""The local shell as a process: a repository on this machine, a model server on it too."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reviewer import __version__
from tests.e2e.process import ROOT
from tests.faults import faults
from tests.local_repository import commit, git, write
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, MODEL, Body, LoopbackModel
from tests.loopback.state import Token
from tests.runs.job import prompted_path, review_reply
from tests.runs.model_scripts import OVERVIEW, finds_a_problem

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
        env={name: value for name, value in variables.items() if value},
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
    name = what[0] if what and ".." in what[0] else "main..the working tree"
    expected = f"Code review: 1 high finding\nReviewed 1 of 2 changed files: {name}.\n"
    assert report.startswith(expected)
    assert "HIGH src/app.py:1 (logic)" in report
    assert "ü.py" in report
    # The overview is asked for because of the renamed file.
    assert len(model_server.bodies) == 2


def test_findings_can_be_printed_for_a_coding_agent(
    repository: Path, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    text = review(repository, model_server, "main..change", "--format", "agent")
    assert text.startswith("Code review of main..change: 1 high finding.\n")
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
    assert re.match("error: '[^'.]+' is no branch or commit here. ", done.stderr)
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


@pytest.mark.parametrize(("options", "comments"), [((), 0), (("--comment",), 1)])
def test_a_pull_request_on_github_gets_a_comment_only_if_it_is_asked_for(
    repository: Path,
    model_server: LoopbackModel,
    github: LoopbackGitHub,
    options: tuple[str, ...],
    comments: int,
) -> None:
    github.add_pull(7)
    model_server.script = finds_a_problem
    done = run(
        repository,
        model_server,
        "review",
        f"{github.full_name}#7",
        *options,
        "--input",
        "fallback-model=",
        GITHUB_TOKEN=TOKEN,
        GITHUB_API_URL=github.api_url,
        GITHUB_GRAPHQL_URL=github.graphql_url,
    )
    assert done.returncode == 0, done.stderr
    assert "1 high" in done.stdout
    assert len(github.bodies) == comments
    assert bool(github.writes) == bool(comments)


def test_a_review_of_another_account_is_named_before_a_second_one_is_written(
    repository: Path, model_server: LoopbackModel, github: LoopbackGitHub
) -> None:
    github.add_pull(7)
    github.site.tokens["ghp_mona"] = Token("mona")
    model_server.script = finds_a_problem
    words = ("review", f"{github.full_name}#7", "--comment", "--input", "fallback-model=")
    place = {"GITHUB_API_URL": github.api_url, "GITHUB_GRAPHQL_URL": github.graphql_url}
    logs = [
        run(repository, model_server, *words, GITHUB_TOKEN=token, **place).stderr
        for token in (TOKEN, TOKEN, "ghp_mona")
    ]
    assert len(github.bodies) == 2
    assert ["Another account has a review" in log for log in logs] == [False, False, True]


def test_excluded_code_is_not_sent_from_a_clone_that_lacks_the_settings(
    repository: Path, model_server: LoopbackModel
) -> None:
    git(repository, "checkout", "--quiet", "main")
    commit(repository, {".github/code-review.yml": "exclude: [src/app.py]\n"}, "Settings")
    git(repository, "config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--filter=blob:none", "--sparse", f"file://{repository}", "clone")
    git(repository.parent, "clone", *options)
    clone = repository.parent / "clone"
    git(clone, "sparse-checkout", "set", "src")
    write(clone, {"src/app.py": "new = 3\n"})
    done = run(clone, model_server, "review")
    assert (done.returncode, model_server.requests) == (2, [])
    (command,) = re.findall(r"`git (show [0-9a-f]{40})`", done.stderr)
    git(clone, *command.split())
    assert "excluded by .github/code-review.yml" in run(clone, model_server, "review").stdout
    assert model_server.requests == []


SARIF = Path(__file__).parents[1] / "data" / "sarif" / "ruff.sarif"


def report_of_ruff(path: str) -> str:
    """Word a report about the changed line of src/app.py."""
    log = json.loads(SARIF.read_text("utf-8"))
    log["runs"][0]["results"] = log["runs"][0]["results"][:1]
    (place,) = log["runs"][0]["results"][0]["locations"]
    place["physicalLocation"]["artifactLocation"] = {"uri": path}
    return json.dumps(log)


@pytest.mark.parametrize("folder", ["", "src"], ids=["root", "subfolder"])
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "relative"])
def test_reports_of_other_tools_are_read_from_the_current_folder(
    repository: Path, model_server: LoopbackModel, folder: str, *, absolute: bool
) -> None:
    here = repository / folder
    path = repository / "src" / "app.py"
    report = report_of_ruff(path.as_uri() if absolute else "src/app.py")
    (here / "ruff.sarif").write_text(report, "utf-8")
    model_server.script = lambda body: (
        review_reply(prompted_path(body)) if prompted_path(body) else OVERVIEW
    )
    words = ("review", "main", "--format", "json", "--input", "sarif=*.sarif")
    done = run(here, model_server, *words)
    made = json.loads(done.stdout)
    assert [each["tools"] for each in made["findings"]] == [["ruff F401"]], done.stderr
    # The report is no part of the work.
    assert "ruff.sarif" not in {each["path"] for each in made["files"]}
    named = str(here / "ruff.sarif")
    again = run(here, model_server, *words[:4], CODE_REVIEW_SARIF=named)
    assert json.loads(again.stdout)["findings"] == made["findings"]
    lost = run(here, model_server, *words[:2], "--input", "sarif=*.xml")
    assert "no file of the repository's folder matches" in lost.stdout


def test_the_report_of_an_earlier_review_is_read_from_the_current_folder(
    repository: Path, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    here = repository / "src"
    words = ("review", "main", "--input", "verify=off")
    assert run(here, model_server, *words, "--json", "r.json").returncode == 0
    asked = len(model_server.bodies)
    done = run(here, model_server, *words, "--input", "reports=r.json")
    assert "1 high" in done.stdout
    assert "r.json" not in done.stdout
    assert len(model_server.bodies) == asked


def test_a_report_outside_of_the_repository_is_an_error(
    repository: Path, model_server: LoopbackModel
) -> None:
    for what in ("main", "main..change"):
        done = run(repository, model_server, "review", what, "--input", "sarif=../ruff.sarif")
        assert done.returncode == 2
        assert f"../ruff.sarif is not below {repository}" in done.stderr
    assert not model_server.bodies


def test_results_of_tools_about_other_lines_than_those_of_the_commits_are_left_out(
    repository: Path, model_server: LoopbackModel
) -> None:
    (repository / "src" / "app.py").write_text("import os\nnew = 2\n", "utf-8")
    (repository / "ruff.sarif").write_text(report_of_ruff("src/app.py"), "utf-8")
    model_server.script = lambda body: (
        review_reply(prompted_path(body)) if prompted_path(body) else OVERVIEW
    )
    done = run(repository, model_server, "review", "main..change", "--input", "sarif=ruff.sarif")
    text = " ".join(done.stdout.split())
    assert "ruff read another version of src/app.py than that of the head commit" in text
    assert "actions/checkout" not in text


def check_settings(
    repository: Path, server: LoopbackModel, text: str
) -> "subprocess.CompletedProcess[str]":
    """Write the settings file and check it."""
    path = repository / ".github" / "code-review.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return run(repository, server, "config", "check")


def test_all_mistakes_of_a_file_are_named_at_once(
    repository: Path, model_server: LoopbackModel
) -> None:
    text = "max-findngs: 3\nexclude: ['**/*.{js,ts}']\nfail-on: [criticl, hi]\n"
    done = check_settings(repository, model_server, text)
    assert done.returncode == 2
    places = re.findall(r"line (\d), column", done.stderr)
    assert places == ["1", "2", "3"]
    assert "Write `max-findings: 3`" in done.stderr


def test_a_file_of_settings_is_checked_with_line_and_nearest_match(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = check_settings(repository, model_server, "max-findngs: 3\n")
    assert done.returncode == 2
    assert "line 1" in done.stderr
    assert "max-findings" in done.stderr
    assert done.stderr.rstrip().endswith("docs/troubleshooting.md#settings-file")
    assert check_settings(repository, model_server, "max-findings: 3\n").stdout.endswith(
        "can be used. It applies once it is on the base branch.\n"
    )
    schema = json.loads(run(repository, model_server, "config", "schema").stdout)
    assert "max-findings" in schema["properties"]


def test_an_exclude_that_excludes_nothing_gets_a_note_with_what_may_be_meant(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = check_settings(repository, model_server, 'exclude: ["!**/*.py"]\n')
    assert (done.returncode, done.stderr) == (0, "")
    assert "note: `exclude` has only patterns with `!`, so it excludes nothing." in done.stdout
    assert 'write `exclude: ["**", "!**/*.py"]`' in done.stdout
    done = check_settings(repository, model_server, 'exclude: ["docs/**", "!docs/api.py"]\n')
    assert "note: `exclude`" not in done.stdout


def test_settings_of_a_repository_without_a_workflow_get_a_note(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = check_settings(repository, model_server, "max-findings: 3\n")
    assert "note: no workflow of this repository uses the action." in done.stdout
    assert run(repository, model_server, "init").returncode == 0
    assert "note:" not in check_settings(repository, model_server, "max-findings: 3\n").stdout


@pytest.mark.parametrize("named", [True, False], ids=["named", "found"])
@pytest.mark.parametrize("path", [".github/code-review.yaml", "code-review.yml"])
def test_a_file_of_settings_in_a_wrong_place_is_the_error_of_a_run(
    repository: Path, model_server: LoopbackModel, path: str, *, named: bool
) -> None:
    file = repository / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("max-findings: 3\n", "utf-8")
    done = run(repository, model_server, "config", "check", *([path] if named else []))
    assert done.returncode == 2
    assert f"{path}: no settings are read from this file." in done.stderr
    assert f"git mv {path} .github/code-review.yml" in done.stderr


def test_beside_the_right_file_a_misplaced_one_is_an_error_or_a_note(
    repository: Path, model_server: LoopbackModel
) -> None:
    (repository / ".github").mkdir()
    (repository / ".github" / "code-review.yml").write_text("max-findings: 3\n", "utf-8")
    (repository / "code-review.yml").write_text("a: 1\n", "utf-8")
    done = run(repository, model_server, "config", "check")
    assert done.returncode == 0
    assert "note: `code-review.yml` is not read" in done.stdout
    done = run(repository, model_server, "config", "check", "code-review.yml")
    assert done.returncode == 2
    (repository / ".github" / "code-review.yaml").write_text("a: 1\n", "utf-8")
    done = run(repository, model_server, "config", "check")
    assert (done.returncode, "Move its settings" in done.stderr) == (2, True)


def test_a_file_that_no_run_reads_can_be_checked_and_is_said_to_be_none(
    repository: Path, model_server: LoopbackModel
) -> None:
    (repository / "draft.yml").write_text("max-findings: 3\n", "utf-8")
    done = run(repository, model_server, "config", "check", "draft.yml")
    assert done.returncode == 0
    assert "note: a run reads .github/code-review.yml only." in done.stdout


def test_a_misspelt_template_is_an_error(repository: Path, model_server: LoopbackModel) -> None:
    folder = repository / "templates"
    folder.mkdir()
    (folder / "rulez.md.j2").write_text("x\n", "utf-8")
    (folder / "finding.jinja2").write_text("x\n", "utf-8")
    (folder / "README.md").write_text("x\n", "utf-8")
    done = run(repository, model_server, "config", "check", "--templates", "templates")
    assert done.returncode == 2
    assert "rulez.md.j2:1:1: it replaces none of ours. Did you mean `rules.md.j2`?" in done.stderr
    assert "finding.jinja2:1:1: it replaces none of ours. Did you mean" in done.stderr
    assert "README" not in done.stderr
    assert done.stderr.rstrip().endswith("docs/troubleshooting.md#templates")


def test_a_file_of_learnings_is_checked_too(repository: Path, model_server: LoopbackModel) -> None:
    path = repository / ".github" / "code-review-learnings.yml"
    path.parent.mkdir()
    path.write_text("- txt: Count in cents.\n", "utf-8")
    for words in ((), (".github/code-review-learnings.yml",)):
        done = run(repository, model_server, "config", "check", *words)
        assert done.returncode == 2
        assert "code-review-learnings.yml, line 1" in done.stderr
        assert "Write `text: Count in cents.`" in done.stderr
    path.write_text("- text: Count in cents.\n", "utf-8")
    done = run(repository, model_server, "config", "check")
    assert (done.returncode, ": 1 learning can be used.\n" in done.stdout) == (0, True)
    schema = json.loads(run(repository, model_server, "config", "schema", "--learnings").stdout)
    assert "paths" in schema["$defs"]["learning"]["properties"]


@pytest.mark.parametrize("named", [True, False], ids=["named", "found"])
def test_patterns_that_match_no_file_get_a_note(
    repository: Path, model_server: LoopbackModel, *, named: bool
) -> None:
    path = repository / ".github" / "code-review-learnings.yml"
    path.parent.mkdir()
    path.write_text("- text: Count in cents.\n  paths: [scr/billing/**, .github/**]\n", "utf-8")
    (repository / ".gitignore").write_text("scr/\n", "utf-8")
    (repository / "scr" / "billing").mkdir(parents=True)
    (repository / "scr" / "billing" / "built.py").write_text("x = 1\n", "utf-8")
    done = run(repository, model_server, "config", "check", *([str(path)] if named else []))
    assert done.returncode == 0
    (note,) = re.findall("note: (.*)", done.stdout)
    assert note == (
        "1 pattern matches no file of the repository: "
        "`scr/billing/**` (paths of .github/code-review-learnings.yml)"
    )
    text = "exclude: [dist/**, .gitignore]\n"
    assert "`dist/**` (exclude of" in check_settings(repository, model_server, text).stdout


def test_a_value_that_the_input_overrules_gets_a_note_about_the_workflow_that_is_not_read(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = check_settings(repository, model_server, "verify: off\n")
    assert done.returncode == 0
    assert "note: if the workflow does not set this input, `verify: off` in " in done.stdout


def test_without_a_file_of_settings_the_defaults_apply(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = run(repository, model_server, "config", "check")
    assert done.returncode == 0
    assert done.stdout.startswith("There is no .github/code-review.yml, so the defaults apply.")
    assert run(repository, model_server, "config", "check", "gone.yml").returncode == 2


def test_templates_are_checked_with_file_line_and_column(
    repository: Path, model_server: LoopbackModel
) -> None:
    folder = repository / "templates"
    folder.mkdir()
    (folder / "finding.md.j2").write_text("**{{ title }}**\n\n{{ boddy | block }}\n", "utf-8")
    (folder / "header.md.j2").write_text("{{ headline }}\n", "utf-8")
    done = run(repository, model_server, "config", "check", "--templates", "templates")
    assert done.returncode == 2
    assert "templates/finding.md.j2:3:4: there is no value 'boddy'" in done.stderr
    assert "header.md.j2" not in done.stderr
    (folder / "finding.md.j2").write_text("**{{ title }}**\n", "utf-8")
    done = run(repository, model_server, "config", "check", "--templates", "templates")
    assert done.returncode == 0
    assert done.stdout.startswith("templates: 2 templates can be used.\nThere is no .github/")


def test_a_folder_of_templates_is_named_from_the_current_folder(
    repository: Path, model_server: LoopbackModel
) -> None:
    command = ("config", "check", "--templates", "templates")
    done = run(repository, model_server, *command)
    assert done.returncode == 2
    assert "There is no folder templates here." in done.stderr
    (repository / "templates").mkdir()
    done = run(repository, model_server, *command)
    assert "templates has no template. It can have: rules.md.j2," in done.stderr
    (repository / "templates" / "header.md.j2").write_text("x\n", "utf-8")
    done = run(repository, model_server, *command)
    assert done.stdout.startswith("templates: 1 template can be used.\n")
    (repository / "below").mkdir()
    done = run(repository / "below", model_server, *command)
    assert "Write `--templates ../templates`." in done.stderr


def test_an_error_about_templates_here_names_the_folder_once_and_no_pull_request(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = run(repository, model_server, "review", "main..change", "--input", "templates=own")
    assert done.returncode == 2
    assert "error: own at the base commit: there is no template in this folder." in done.stderr
    assert "A change that adds a template to the folder is reviewed with ours." in done.stderr
    assert "pull request" not in done.stderr
    commit(repository, {"own/header.md.j2": "{{ nope }}\n"})
    (repository / "new.py").write_text("new = 3\n", "utf-8")
    done = run(repository, model_server, "review", "HEAD", "--input", "templates=own")
    assert "error: own/header.md.j2 at the base commit, line 1, column 4: " in done.stderr
    assert "pull request" not in done.stderr


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


def test_no_output_names_a_commit_that_does_not_exist(
    repository: Path, model_server: LoopbackModel, tmp_path: Path
) -> None:
    """What is not committed is a commit in the run alone."""
    write(repository, {"src/app.py": "new = 2\nother = 3\n"})
    saved = str(tmp_path / "r.json")
    name = "main..the working tree"
    shown = {
        form: review(repository, model_server, "--format", form, "--json", saved)
        for form in ("text", "markdown", "agent")
    }
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert report["subject"] == name
    for form in (*shown,):
        done = run(repository, model_server, "replay", saved, "--format", form)
        shown[f"replay {form}"] = done.stdout
    shown["plan"] = run(repository, model_server, "review", "--plan").stdout
    assert [form for form, text in shown.items() if report["head_sha"][:7] in text] == []
    assert [form for form, text in shown.items() if name not in " ".join(text.split())] == []


def on_a_terminal(folder: Path, server: LoopbackModel, *arguments: str, **environ: str) -> str:
    """Run a command whose output and errors are one terminal; return what that gets."""
    ours, theirs = os.openpty()
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
        "COLUMNS": "99",
        "CODE_REVIEW_API_KEY": KEY,
        "CODE_REVIEW_BASE_URL": server.base_url,
        "CODE_REVIEW_MODEL": MODEL,
        **environ,
    }
    command = [sys.executable, "-m", "reviewer", *arguments]
    shown = b""
    with subprocess.Popen(command, env=variables, stdout=theirs, stderr=theirs, cwd=folder):
        os.close(theirs)
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65_536):
                shown += part
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def test_on_a_terminal_there_is_a_bar_and_then_the_review_in_colours(
    repository: Path, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    shown = on_a_terminal(repository, model_server, "review", "--input", "verify=off")
    assert "━" in shown
    assert "1/1" in shown
    assert "\x1b[1mCode review: 1 high finding\x1b[0m\n" in shown
    assert "\x1b[1;31mHIGH\x1b[0m src/app.py:1 (logic)" in shown
    assert "] 1/1" not in shown  # a line of the log
    plain = on_a_terminal(repository, model_server, "review", NO_COLOR="1")
    assert "\nHIGH src/app.py:1 (logic)" in plain


def test_no_text_of_the_change_or_the_model_controls_the_terminal(
    repository: Path, model_server: LoopbackModel
) -> None:
    attack = "\x1b]0;owned\x07\x9b2J"
    (repository / f"evil{attack}.py").write_text(f"x = '{attack}'\n", "utf-8")

    def answer(body: Body) -> str:
        path = prompted_path(body)
        found = {"title": f"Sets {attack}", "body": attack, "category": attack}
        return review_reply(path, found) if path else OVERVIEW

    model_server.script = answer
    for extra in ((), ("--format", "markdown"), ("--format", "json"), ("--verbose",)):
        shown = on_a_terminal(repository, model_server, "review", *extra)
        assert "Sets " in shown
        assert ("\x07" in shown, "\x9b" in shown, "\x1b]" in shown) == (False, False, False)


def test_in_a_pipe_there_is_neither_a_bar_nor_a_colour(
    repository: Path, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    done = run(repository, model_server, "review", "--input", "verify=off", TERM="xterm")
    assert "\x1b" not in done.stdout + done.stderr
    assert "━" not in done.stderr
    assert "] 1/1 src/app.py" in done.stderr


def test_uncommitted_work_is_reviewed_from_a_folder_of_the_repository(
    repository: Path, model_server: LoopbackModel
) -> None:
    text = "new = 2\n"
    write(repository, {"src/app.py": f"{text}staged = 3\n", "b.py": text, ".env": "KEY=1\n"})
    git(repository, "add", "src/app.py")
    write(repository, {"src/app.py": f"edited = 5\n{text}"})
    before = git(repository, "status", "--porcelain")
    model_server.script = finds_a_problem
    plain = ("--input", "fallback-model=", "--input", "verify=off")
    done = run(repository / "src", model_server, "review", "HEAD", *plain)
    assert done.returncode == 0, done.stderr
    assert "Reviewed 2 of 2 changed files" in done.stdout
    assert "includes untracked files: b.py (--no-untracked" in done.stderr
    asked = json.dumps(model_server.bodies)
    assert "edited = 5" in asked
    assert "staged = 3" not in asked
    assert "KEY=1" not in asked
    staged = run(repository / "src", model_server, "review", "--staged", *plain)
    assert "Reviewed 1 of 1 changed file:" in staged.stdout
    assert "staged = 3" in json.dumps(model_server.bodies[-1])
    assert git(repository, "status", "--porcelain") == before


def test_without_changes_nothing_is_asked_and_no_key_is_needed(
    repository: Path, model_server: LoopbackModel
) -> None:
    for what in (("HEAD",), ("--staged",)):
        done = run(repository, model_server, "review", *what, CODE_REVIEW_API_KEY="")
        assert (done.returncode, done.stdout) == (0, "")
        assert "Nothing to review" in done.stderr
    assert model_server.requests == []


def test_a_repository_without_commits_is_reviewed(
    tmp_path: Path, model_server: LoopbackModel
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    git(folder, "init", "--quiet")
    write(folder, {"a.py": "new = 2\n"})
    assert "HIGH a.py:1" in review(folder, model_server)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("--staged",), "code-review review --staged"),
        (("--plan", "review"), "code-review review --plan"),
        (("--model", "gpt-5", "review", "--plan"), "code-review review --input model=gpt-5"),
        (("--effort=low",), "code-review review --input effort=low"),
    ],
)
def test_options_without_a_command_or_before_it_are_put_in_their_place(
    repository: Path, model_server: LoopbackModel, arguments: tuple[str, ...], meant: str
) -> None:
    done = run(repository, model_server, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Write `{meant}`." in done.stderr


def test_a_command_without_inputs_is_given_none(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = run(repository, model_server, "config", "check", "--model", "gpt-5")
    assert done.returncode == 2
    assert "unrecognized arguments: --model" in done.stderr
    assert "--input" not in done.stderr


@pytest.mark.parametrize("tab", ["", "/files", "/commits/0123abc", "#issuecomment-1"])
def test_a_pull_request_is_named_by_its_address_in_a_browser_too(
    repository: Path, model_server: LoopbackModel, github: LoopbackGitHub, tab: str
) -> None:
    github.add_pull(7)
    model_server.script = finds_a_problem
    done = run(
        repository,
        model_server,
        "review",
        f"https://ghe.example/{github.full_name}/pull/7{tab}",
        GITHUB_TOKEN=TOKEN,
        GITHUB_SERVER_URL="https://ghe.example/",
        GITHUB_API_URL=github.api_url,
        GITHUB_GRAPHQL_URL=github.graphql_url,
    )
    assert done.returncode == 0, done.stderr
    assert "1 high" in done.stdout
    assert not github.writes


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        ((), {"CODE_REVIEW_API_KEY": "", "CODE_REVIEW_BASE_URL": ""}, ("CODE_REVIEW_API_KEY",)),
        ((), {"CODE_REVIEW_API_KEY": "sk-wrong"}, ("does not accept", "CODE_REVIEW_API_KEY")),
        ((), {"CODE_REVIEW_BASE_URL": "localhost:1/v1"}, ("CODE_REVIEW_BASE_URL=http://local",)),
        (("--stagedd",), {}, ("usage: code-review review [-h]", "--stagedd")),
        (("octo/shop#7",), {}, ("GITHUB_TOKEN", "gh auth token")),
        (("https://github.com/octo/shop/pull/7",), {}, ("GITHUB_TOKEN", "gh auth token")),
        (("https://ghe.example/octo/shop/pull/7",), {}, ("GITHUB_SERVER_URL to https://ghe.ex",)),
        (("--comment",), {}, ("--comment writes on a pull request",)),
        (("main..change", "--staged"), {}, ("--staged compares the index",)),
        (("--input", "effort"), {}, ("--input effort has no value",)),
        (("--stage",), {}, ("unrecognized arguments: --stage. Did you mean `--staged`?",)),
        (("--effort", "low"), {}, ("--effort is no option. Write `--input effort=low`.",)),
        (("--fail-on", "high, critical"), {}, ("Write `--input 'fail-on=high, critical'`.",)),
        (("--fail-on=high, critical",), {}, ("Write `--input 'fail-on=high, critical'`.",)),
        (("--api_key=sk-1",), {}, ("--api_key is no option. Write `--input api-key=...`.",)),
        (("--language", "--plan"), {}, ("Write `--input language=...`.",)),
        (("--zzz",), {}, ("unrecognized arguments: --zzz\n",)),
        (("--base", "main"), {}, ("unrecognized arguments: --base\n",)),
        (("HEAD~9",), {}, ("HEAD has no such ancestor", "For all of the history, write `code")),
        (("HEAD^2",), {}, ("HEAD has no such parent", "`HEAD~2`")),
        ((), {"CODE_REVIEW_EFFORT": "x"}, ("CODE_REVIEW_EFFORT is 'x'",)),
    ],
)
def test_an_error_says_what_to_write_here(
    repository: Path,
    model_server: LoopbackModel,
    arguments: tuple[str, ...],
    environ: dict[str, str],
    words: tuple[str, ...],
) -> None:
    done = run(repository, model_server, "review", *arguments, **environ)
    assert done.returncode == 2, done.stderr
    assert [word for word in words if word not in done.stderr] == []
    assert "Settings >" not in done.stderr
    assert "hint" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_variables_of_openais_libraries_are_understood(
    repository: Path, model_server: LoopbackModel
) -> None:
    ours = dict.fromkeys(("CODE_REVIEW_API_KEY", "CODE_REVIEW_BASE_URL", "CODE_REVIEW_MODEL"), "")
    theirs = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": model_server.base_url,
        "OPENAI_MODEL": MODEL,
    }
    model_server.script = finds_a_problem
    done = run(repository, model_server, "review", **ours, **theirs)
    assert "1 high" in done.stdout, done.stderr


def test_a_gate_fails_with_the_exit_code_of_the_action(
    repository: Path, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    done = run(repository, model_server, "review", "--input", "fail-on=high")
    assert done.returncode == 3
    assert "1 high" in done.stdout
    assert "error: The review reached the limit that fail-on sets (high)" in done.stderr


def test_a_plan_is_shown_and_nothing_is_asked(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = run(repository, model_server, "review", "--plan", CODE_REVIEW_API_KEY="")
    assert done.returncode == 0, done.stderr
    assert "src/app.py" in done.stdout
    assert "&#" not in done.stdout
    assert model_server.requests == []


def test_a_plan_that_somebody_asks_for_does_not_fail(
    repository: Path, model_server: LoopbackModel
) -> None:
    done = run(repository, model_server, "review", "--plan", CODE_REVIEW_FAIL_ON="high")
    assert (done.returncode, "error" in done.stderr) == (0, False)


def test_a_plan_has_markdown_and_no_report(
    repository: Path, model_server: LoopbackModel, tmp_path: Path
) -> None:
    done = run(repository, model_server, "review", "--plan", "--format", "markdown")
    assert done.stdout.startswith("## Code review · the plan\n")
    assert "\n|---|---|" in done.stdout
    for options in (("--format", "json"), ("--format", "agent"), ("--json", str(tmp_path / "r"))):
        for plan in (("--plan",), ("--input", "plan-only=true")):
            done = run(repository, model_server, "review", *plan, *options)
            assert (done.returncode, done.stdout) == (2, "")
            assert f"A plan has no report, so {options[0]}" in done.stderr
    assert model_server.requests == []


@pytest.mark.parametrize("command", ["replay", "config"])
def test_a_reader_that_leaves_early_gets_no_traceback(
    repository: Path, model_server: LoopbackModel, tmp_path: Path, command: str
) -> None:
    saved = str(tmp_path / "r.json")
    review(repository, model_server, "main..change", "--json", saved)
    words = ("replay", saved, "--format", "json") if command == "replay" else ("config", "schema")
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "reviewer", *words],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=repository,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


def test_ctrl_c_shows_what_was_reviewed_until_then(
    repository: Path, model_server: LoopbackModel
) -> None:
    write(repository, {"b.py": "new = 2\n"})
    asked = threading.Event()

    def answer_one(body: Body) -> str:
        if prompted_path(body) == "src/app.py":
            asked.set()
            model_server.stopping.wait(30)
        return finds_a_problem(body)

    model_server.script = answer_one
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CODE_REVIEW_API_KEY": KEY,
        "CODE_REVIEW_BASE_URL": model_server.base_url,
        "CODE_REVIEW_MODEL": MODEL,
    }
    inputs = ("--input", "batching=file", "--input", "concurrency=1", "--input", "verify=off")
    command = [sys.executable, "-m", "reviewer", "review", *inputs]
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=repository
    ) as process:
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        shown, log = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in log
    assert shown.startswith(b"Code review: 1 high")
    assert b"incomplete" in shown


def test_ctrl_c_before_the_first_reply_says_that_nothing_is_kept(
    repository: Path, model_server: LoopbackModel
) -> None:
    asked = threading.Event()

    def wait(_body: Body) -> str:
        asked.set()
        model_server.stopping.wait(30)
        return OVERVIEW

    model_server.script = wait
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CODE_REVIEW_API_KEY": KEY,
        "CODE_REVIEW_BASE_URL": model_server.base_url,
        "CODE_REVIEW_MODEL": MODEL,
    }
    command = [sys.executable, "-m", "reviewer", "review"]
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=repository
    ) as process:
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        shown, log = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"asks only for what is not yet" not in shown + log
    assert b"the next run begins again" in shown + log


def test_a_second_ctrl_c_ends_at_once_and_leaves_the_cursor_visible() -> None:
    program = """
import signal, sys
from reviewer import cli
from reviewer.errors import CancelledError
try:
    cli._cancel(signal.SIGINT, None, kept=False)
except CancelledError:
    signal.raise_signal(signal.SIGINT)
sys.exit("not ended")
"""
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, stderr=theirs, check=False, timeout=30
    )
    os.close(theirs)
    assert done.returncode == 130
    assert os.read(ours, 100) == b"\x1b[?25h"
    os.close(ours)


def test_version_and_help_are_there() -> None:
    command = [sys.executable, "-m", "reviewer"]
    version = subprocess.run([*command, "--version"], cwd=ROOT, capture_output=True, check=True)
    assert version.stdout.decode() == f"code-review {__version__}\n"
    shown = subprocess.run(
        [*command, "review", "--help"], cwd=ROOT, capture_output=True, check=True
    )
    assert b"code-review review --staged" in shown.stdout
    assert b"OPENAI_API_KEY" in shown.stdout
    assert b"agent: for a coding agent" in shown.stdout
    bare = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert bare.stdout.startswith(b"usage: code-review [-h]")
