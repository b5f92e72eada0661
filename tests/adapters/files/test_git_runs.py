"""Runs of git: the settings of the user that apply, and what an error says."""

from pathlib import Path

import pytest

from reviewer.adapters.files.git_runs import run_git
from reviewer.errors import NotFoundError
from tests.local_repository import commit


def test_a_repository_of_another_user_is_named_with_the_command_that_trusts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "it's theirs"
    folder.mkdir()
    commit(folder, {"a.py": "a = 1\n"})
    other = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    with pytest.raises(NotFoundError, match="belongs to another user") as problem:
        run_git(str(folder), "rev-parse", "HEAD", environ=other)
    assert "`git config --global --add safe.directory " in problem.value.remedy
    assert "theirs" in problem.value.remedy
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")
    assert run_git(str(folder), "rev-parse", "HEAD", environ=other)


def test_files_that_the_user_ignores_are_ignored_wherever_the_settings_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    commit(folder, {"a.py": "a = 1\n"})
    (folder / "notes.txt").write_text("private\n")
    (tmp_path / "ignored").write_text("notes.txt\n")
    settings = tmp_path / "settings"
    settings.write_text(f"[core]\n\texcludesFile = {tmp_path / 'ignored'}\n")
    asked = ("ls-files", "--others", "--exclude-standard")
    assert run_git(str(folder), *asked) == b"notes.txt\n"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert run_git(str(folder), *asked) == b""


def test_an_index_that_is_damaged_is_no_misspelt_branch(tmp_path: Path) -> None:
    commit(tmp_path, {"a.py": "a = 1\n"})
    (tmp_path / ".git" / "index").write_text("damaged")
    with pytest.raises(NotFoundError, match=r"git ls-files failed: .*index") as problem:
        run_git(str(tmp_path), "ls-files")
    assert "misspelled" not in str(problem.value)
    assert "`git status`" in problem.value.remedy
