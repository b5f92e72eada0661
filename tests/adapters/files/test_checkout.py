"""The files of the reviewed commit, in a folder in which strangers may have been."""

import os
from pathlib import Path

import pytest

from reviewer.adapters.files.checkout import Checkout
from reviewer.errors import ForgeError, WorkspaceError
from tests.fakes import FakeForge
from tests.faults import faults

HEAD = "a" * 40
COMMITTED = {"src/app.py": b"new = 2\n", "docs/a.md": b"text\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout of the commit, with what jobs and strangers leave in one."""
    for path, data in COMMITTED.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("[http]\nextraheader = AUTHORIZATION: basic x\n")
    (tmp_path / "gha-creds-1.json").write_text("{}")
    return tmp_path


def checkout(folder: Path | str) -> Checkout:
    return Checkout(str(folder), FakeForge(contents=COMMITTED), HEAD)


def test_what_the_commit_has_is_listed_and_read(folder: Path) -> None:
    files = checkout(folder)
    assert files.paths() == ("docs/a.md", "src/app.py")
    assert files.near("src/app.py") == files.read("src/app.py") == "new = 2\n"


@faults("SE6")
@pytest.mark.parametrize("path", [".git/config", "gha-creds-1.json", "/proc/self/environ", "../x"])
def test_what_lies_in_the_folder_but_not_in_the_commit_cannot_be_read(
    folder: Path, path: str
) -> None:
    with pytest.raises(WorkspaceError, match="no plain file of the reviewed commit"):
        checkout(folder).read(path)
    with pytest.raises(WorkspaceError):
        checkout(folder).near(path)


@faults("SE7")
def test_a_file_that_was_changed_or_replaced_is_read_from_the_forge(folder: Path) -> None:
    secret = folder / "gha-creds-1.json"
    (folder / "docs" / "a.md").write_bytes(b"other\n")
    (folder / "src" / "app.py").unlink()
    (folder / "src" / "app.py").symlink_to(secret)
    files = checkout(folder)
    assert [files.near(path) for path in files.paths()] == [None, None]
    assert files.read("docs/a.md") == "text\n"
    assert files.read("src/app.py") == "new = 2\n"


@faults("SE7")
def test_a_fifo_in_the_place_of_a_file_is_not_waited_for(folder: Path) -> None:
    (folder / "docs" / "a.md").unlink()
    os.mkfifo(folder / "docs" / "a.md")
    assert checkout(folder).read("docs/a.md") == "text\n"


@faults("CO7")
@pytest.mark.parametrize("folder_name", ["", "/nonexistent", "empty"])
def test_without_a_checkout_files_come_from_the_forge(tmp_path: Path, folder_name: str) -> None:
    (tmp_path / "empty").mkdir()
    files = checkout(tmp_path / folder_name if folder_name == "empty" else folder_name)
    assert files.near("src/app.py") is None
    assert files.read("src/app.py") == "new = 2\n"


def test_a_forge_that_fails_is_a_problem_of_the_workspace() -> None:
    class Failing(FakeForge):
        def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
            raise ForgeError("GitHub is down.")

    with pytest.raises(WorkspaceError, match="GitHub is down"):
        Checkout("", Failing(contents=COMMITTED), HEAD).read("src/app.py")
