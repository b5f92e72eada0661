"""`code-review init`: two files, nothing overwritten, and what to do next."""

import re
from pathlib import Path

import pytest

from reviewer import __version__, project
from reviewer.config import settings as config
from reviewer.config.repository import file_keys
from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.workflow import inputs
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import ForgeError, InputError
from reviewer.terminal import init, settings_file
from tests.local_repository import commit, git

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = tmp_path / "repository"
    (root / "src" / "deep").mkdir(parents=True)
    commit(root, {"src/deep/a.py": "a = 1\n"})
    return root


@pytest.mark.parametrize(("place", "up"), [(".", ""), ("src/deep", "../../")])
def test_both_files_are_written_at_the_root(
    folder: Path, place: str, up: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init.write_files(str(folder / place)) == 0
    example = (ROOT / "examples" / "review.yml").read_text("utf-8")
    assert (folder / init.WORKFLOW).read_text("utf-8") == example
    assert (folder / PATH).read_text("utf-8") == settings_file.render()
    shown = capsys.readouterr().out
    assert "\n     gh secret set OPENAI_API_KEY\n" in shown
    assert f"git add {up}{init.WORKFLOW} {up}{PATH}\n" in shown
    assert "bring them to main" in shown


def test_the_secret_is_the_one_that_the_workflow_reads() -> None:
    assert "secrets.OPENAI_API_KEY" in init.workflow_text()


@pytest.mark.parametrize("name", [init.WORKFLOW, PATH])
@pytest.mark.parametrize("is_link", [False, True])
def test_what_exists_is_left_alone(
    folder: Path, name: str, *, is_link: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    elsewhere = folder / "elsewhere"
    if is_link:
        path.symlink_to(elsewhere)
    else:
        path.write_text("mine\n")
    init.write_files(str(folder))
    shown = capsys.readouterr().out
    assert f"Left alone: {name} exists already." in shown
    assert shown.count("Written: ") == 1
    assert not elsewhere.exists()
    assert is_link or path.read_text() == "mine\n"


def test_a_workflow_of_another_name_that_runs_the_action_is_enough(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / ".github" / "workflows" / "other.yaml"
    other.parent.mkdir(parents=True)
    other.write_text("steps:\n  - uses: someone/code-review-action@v1\n")
    init.write_files(str(folder))
    assert "Left alone: .github/workflows/other.yaml runs the action" in capsys.readouterr().out
    assert not (folder / init.WORKFLOW).exists()


def test_a_comment_that_names_the_action_does_not_run_it(folder: Path) -> None:
    other = folder / ".github" / "workflows" / "other.yml"
    other.parent.mkdir(parents=True)
    other.write_text("steps:\n  # - uses: someone/code-review-action@v1\n")
    init.write_files(str(folder))
    assert (folder / init.WORKFLOW).exists()


def test_a_release_that_does_not_exist_yet_is_named_also_in_quotes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / ".github" / "workflows" / "other.yml"
    other.parent.mkdir(parents=True)
    other.write_text(f'steps:\n  - uses: "{project.REPOSITORY}@v1"\n')
    init.write_files(str(folder))
    assert "There is no release yet" in capsys.readouterr().out


def test_the_next_steps_name_the_workflow_that_runs_the_action(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / ".github" / "workflows" / "other.yml"
    other.parent.mkdir(parents=True)
    other.write_text(
        "steps:\n  - uses: someone/code-review-action@0123abc\n    with:\n"
        "      api-key: ${{ secrets.MODEL_KEY }}\n"
    )
    init.write_files(str(folder))
    shown = capsys.readouterr().out
    assert init.WORKFLOW not in shown
    assert "set base-url and model in .github/workflows/other.yml.\n" in shown
    assert "\n     gh secret set MODEL_KEY\n" in shown
    assert "@v1 does not exist" not in shown
    assert f"git add .github/workflows/other.yml {PATH}\n" in shown


def test_a_workflow_that_reads_no_key_needs_no_secret(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / ".github" / "workflows" / "other.yml"
    other.parent.mkdir(parents=True)
    other.write_text("steps:\n  - uses: someone/code-review-action@0123abc\n")
    init.write_files(str(folder))
    assert "secret" not in capsys.readouterr().out


def test_a_workflow_of_that_name_that_runs_something_else_leaves_one_to_add(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / init.WORKFLOW
    other.parent.mkdir(parents=True)
    other.write_text("steps:\n  - run: make\n")
    init.write_files(str(folder))
    shown = capsys.readouterr().out
    assert f"{init.WORKFLOW} does not run the action." in shown
    assert f"\n     {project.HOME}/blob/main/examples/review.yml\n" in shown
    assert shown.count(init.WORKFLOW) == 2
    assert f"git add {PATH}\n" in shown


def test_settings_that_are_left_alone_are_to_be_checked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".github").mkdir()
    (folder / PATH).write_text("model: mine\n")
    init.write_files(str(folder))
    assert "`code-review config check` checks it.\n" in capsys.readouterr().out


def test_a_second_time_nothing_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init.write_files(str(folder))
    capsys.readouterr()
    init.write_files(str(folder))
    shown = capsys.readouterr().out
    assert "Written" not in shown
    assert f"git add {init.WORKFLOW} {PATH}\n" in shown
    git(folder, "add", PATH)
    git(folder, "commit", "--quiet", "-m", "Settings")
    init.write_files(str(folder))
    assert f"git add {init.WORKFLOW}\n" in capsys.readouterr().out
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Workflow")
    init.write_files(str(folder))
    shown = capsys.readouterr().out
    assert "git add" not in shown
    assert "gh secret set" in shown


def test_without_a_remote_the_first_step_creates_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init.write_files(str(folder))
    shown = capsys.readouterr().out
    assert "\n1. This repository has no remote yet." in shown
    assert "git push --set-upstream origin HEAD\n" in shown
    git(folder, "remote", "add", "origin", "https://github.com/me/it")
    init.write_files(str(folder))
    shown = capsys.readouterr().out
    assert "no remote" not in shown
    assert "git push\n" in shown
    assert "\n1. Store the API key" in shown


def test_before_the_first_release_the_version_to_use_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init.write_files(str(folder))
    has_release = not __version__.startswith("0.")
    assert ("@v1 does not exist" in capsys.readouterr().out) is not has_release


def test_outside_of_a_working_tree_nothing_is_written(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(ForgeError, match="no git repository"):
        init.write_files(str(tmp_path / "none"))
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare")
    with pytest.raises(InputError, match="no working tree"):
        init.write_files(str(tmp_path / "bare"))


def test_a_folder_that_is_no_folder_is_an_error(folder: Path) -> None:
    (folder / ".github").write_text("a file\n")
    with pytest.raises(InputError, match="cannot be written"):
        init.write_files(str(folder))


def test_the_settings_change_nothing_until_a_line_is_used() -> None:
    text = settings_file.render()
    before = config.load(Inputs(), None)
    after = config.load(Inputs(), text)
    assert after.fingerprint == before.fingerprint
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == []


def test_every_setting_is_there_and_valid_without_its_mark() -> None:
    lines = settings_file.render().splitlines()
    # A comment has one blank after its mark; a setting has none, an item of a list has two.
    used = "\n".join(line[1:] for line in lines if not re.match(r"# \S", line))
    named = file_keys.parse(used).named
    assert {name.replace("_", "-") for name in named} == set(file_keys.KEYS)


def test_every_setting_is_explained() -> None:
    text = " ".join(settings_file.render().replace("\n# ", " ").split())
    declared = [each for each in inputs.DECLARATIONS if each.name in file_keys.KEYS]
    assert [each.name for each in declared if each.description not in text] == []
