"""The files of the reviewed commit, in a folder that others may have changed."""

import os
from pathlib import Path

import pytest

from reviewer.adapters.files.checkout import Checkout
from tests.fakes import FakeForge
from tests.faults import faults

HEAD = "a" * 40
COMMITTED = {"src/app.py": b"new = 2\n", "docs/a.md": b"text\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout of the commit, with what other jobs and hostile steps leave in one."""
    for path, data in COMMITTED.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("[http]\nextraheader = AUTHORIZATION: basic x\n")
    (tmp_path / "gha-creds-1.json").write_text("{}")
    return tmp_path


def checkout(folder: Path | str) -> Checkout:
    return Checkout(str(folder), FakeForge(contents=COMMITTED).blobs(HEAD))


def test_what_the_commit_has_is_read(folder: Path) -> None:
    files = checkout(folder)
    assert {path: files.read(path) for path in COMMITTED} == COMMITTED


@faults("SE6")
@pytest.mark.parametrize("path", [".git/config", "gha-creds-1.json", "/proc/self/environ", "../x"])
def test_what_lies_in_the_folder_but_not_in_the_commit_cannot_be_read(
    folder: Path, path: str
) -> None:
    assert checkout(folder).read(path) is None


@faults("SE7")
def test_a_file_that_was_changed_or_replaced_is_not_read(folder: Path) -> None:
    secret = folder / "gha-creds-1.json"
    (folder / "docs" / "a.md").write_bytes(b"other\n")
    (folder / "src" / "app.py").unlink()
    (folder / "src" / "app.py").symlink_to(secret)
    files = checkout(folder)
    assert [files.read(path) for path in COMMITTED] == [None, None]


@faults("SE7")
def test_a_fifo_in_the_place_of_a_file_is_not_waited_for(folder: Path) -> None:
    (folder / "docs" / "a.md").unlink()
    os.mkfifo(folder / "docs" / "a.md")
    assert checkout(folder).read("docs/a.md") is None


@faults("CO7")
@pytest.mark.parametrize("folder_name", ["nowhere", "empty"])
def test_without_a_checkout_nothing_is_read(tmp_path: Path, folder_name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert checkout(tmp_path / folder_name).read("src/app.py") is None
