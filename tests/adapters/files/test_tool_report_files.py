"""Which files of the workspace the input `sarif` names."""

from pathlib import Path

import pytest

from reviewer.adapters.files import tool_report_files
from reviewer.adapters.files.tool_report_files import LARGEST, MOST
from reviewer.errors import MissingFileError, WorkspaceError
from tests.faults import faults


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    (folder / "reports" / "deep").mkdir(parents=True)
    for name in ("ruff.sarif", "eslint.sarif", "notes.txt", "reports/a.sarif", "reports/b.json"):
        (folder / name).write_text(name)
    (folder / "reports" / "deep" / "c.sarif").write_text("c")
    return folder


def read(workspace: Path, *names: str) -> dict[str, bytes | WorkspaceError]:
    return dict(tool_report_files.read(str(workspace), names, ("/home/runner/work/shop/shop",)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ruff.sarif", ["ruff.sarif"]),
        ("./ruff.sarif", ["ruff.sarif"]),
        ("/home/runner/work/shop/shop/ruff.sarif", ["ruff.sarif"]),
        ("*.sarif", ["eslint.sarif", "ruff.sarif"]),
        ("?uff.sarif", ["ruff.sarif"]),
        ("reports", ["reports/a.sarif"]),
        ("reports/", ["reports/a.sarif"]),
        ("reports/*", ["reports/a.sarif", "reports/b.json"]),
        ("*/*/*.sarif", ["reports/deep/c.sarif"]),
        ("reports/b.json", ["reports/b.json"]),
    ],
)
def test_names_and_patterns_find_files(workspace: Path, name: str, expected: list[str]) -> None:
    found = read(workspace, name)
    assert sorted(found) == expected
    assert all(isinstance(data, bytes) for data in found.values())


@faults("OT1")
@pytest.mark.parametrize(
    "name", ["none.sarif", "*.xml", "none/*.sarif", "none", "reports/deep/*.x"]
)
def test_a_name_that_matches_nothing_is_a_missing_file(workspace: Path, name: str) -> None:
    assert isinstance(read(workspace, name)[name], MissingFileError)


@pytest.mark.parametrize("name", ["../x.sarif", "/etc/passwd", "reports/../../x.sarif"])
def test_nothing_outside_of_the_workspace_is_read(workspace: Path, name: str) -> None:
    (workspace.parent / "x.sarif").write_text("outside")
    assert isinstance(read(workspace, name)[name], WorkspaceError)


def test_no_link_is_followed_and_no_pattern_finds_one(workspace: Path) -> None:
    (workspace.parent / "x.sarif").write_text("outside")
    (workspace / "link.sarif").symlink_to(workspace.parent / "x.sarif")
    (workspace / "away").symlink_to(workspace.parent)
    assert "link.sarif" not in read(workspace, "*.sarif")
    assert not any(isinstance(data, bytes) for data in read(workspace, "away/*.sarif").values())
    for name in ("link.sarif", "away/x.sarif", "away"):
        assert isinstance(read(workspace, name)[name], WorkspaceError)


def test_large_files_and_too_many_are_not_read(workspace: Path) -> None:
    with (workspace / "large.sarif").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert isinstance(read(workspace, "large.sarif")["large.sarif"], WorkspaceError)
    for number in range(MOST + 5):
        (workspace / f"n{number}.sarif").write_text("{}")
    found = read(workspace, "n*.sarif")
    assert len(found) == MOST + 1
    assert sum(isinstance(data, WorkspaceError) for data in found.values()) == 1


def test_without_a_workspace_every_name_has_a_reason() -> None:
    found = dict(tool_report_files.read("", ("a.sarif", "*.sarif")))
    assert [isinstance(data, WorkspaceError) for data in found.values()] == [True, True]


def test_a_file_that_two_names_find_is_read_once(workspace: Path) -> None:
    assert list(read(workspace, "ruff.sarif", "*.sarif")) == ["ruff.sarif", "eslint.sarif"]
