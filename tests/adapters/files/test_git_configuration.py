"""A local repository whose git is configured in its own way: the change is the same."""

import subprocess
from pathlib import Path

import pytest

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.changes import diff, selection
from reviewer.changes.diff import FileChange
from reviewer.config.settings import Settings
from reviewer.pull_request import PullRequest
from tests.faults import faults

# What people set for themselves, and what would change the form of a diff.
CONFIGURED = (
    "diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.srcPrefix=x/", "diff.dstPrefix=y/",
    "diff.relative=true", "diff.submodule=log", "diff.submodule=diff", "diff.ignoreSubmodules=all",
    "diff.external=echo", "diff.evil.command=echo", "diff.evil.textconv=rev", "diff.context=0",
    "diff.interHunkContext=50", "diff.algorithm=patience", "diff.renames=false",
    "diff.renameLimit=1",
    "diff.suppressBlankEmpty=true", "diff.wsErrorHighlight=all", "diff.colorMoved=zebra",
    "core.quotePath=true", "core.quotePath=false", "core.abbrev=4", "core.abbrev=no",
    "color.ui=always", "color.diff=always", "log.showSignature=true",
    "i18n.logOutputEncoding=latin1", "core.pager=cat", "diff.wordRegex=.", "diff.orderFile=order",
)  # fmt: skip
LATIN_1 = b"src/caf\xe9.py"
ODD = b'src/"q\te\xe9".py'


def git(folder: Path, *arguments: str | bytes) -> str:
    who = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")
    command = ["git", *who, "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return done.stdout.decode(errors="surrogateescape").strip()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any configuration."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    """Two commits: edits, renames, a submodule that moves, odd names, and a text with a NUL."""
    assert home.exists()
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    for each in (inner, outer / "src"):
        each.mkdir(parents=True)
    git(inner, "init", "-q", "-b", "main")
    git(inner, "commit", "-q", "--allow-empty", "-m", "One")
    git(outer, "init", "-q", "-b", "main")
    lines = "".join(f"line_{n} = {n}\n\n" for n in range(30))
    (outer / "order").write_text("src/*\n*\n")
    (outer / ".gitattributes").write_text("*.py diff=evil\n")
    (outer / "src" / "app.py").write_text(lines)
    (outer / "top.py").write_text(lines.upper())
    (outer / "src" / "nul.py").write_bytes(b"a = 1\n")
    for name in (LATIN_1, ODD):
        path = bytes(outer) + b"/" + name
        with open(path, "w") as file:  # noqa: PTH123  # bytes are no Path
            file.write("old = 1\n")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "First")
    git(inner, "commit", "-q", "--allow-empty", "-m", "Two")
    git(outer / "sub", "pull", "-q", "origin", "main")
    git(outer, "checkout", "-q", "-b", "change")
    changed = lines.replace("line_3 = 3", "line_3 = 4").replace("line_12 = 12", "line_12 = 13")
    (outer / "src" / "app.py").write_text(changed)
    (outer / "top.py").rename(outer / "src" / "moved.py")
    (outer / "src" / "moved.py").write_text(lines.upper() + "END = 1\n")
    (outer / "src" / "nul.py").write_bytes(b"a = 1\nb = 2 # \0\n")
    for name in (LATIN_1, ODD):
        with open(bytes(outer) + b"/" + name, "w") as file:  # noqa: PTH123
            file.write("new = 2\n")
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "Größer")
    return outer


def read(folder: Path) -> tuple[tuple[FileChange, ...], PullRequest]:
    """Read the change as a run does, from a folder below the root."""
    door = LocalRepository.find(str(folder / "src")).commits_between("main..change")
    rows = door.changed_files(0, 0)
    return diff.reconcile(rows, door.raw_diff(door.snapshot(0).pull)), door.snapshot(0).pull


@pytest.fixture
def plain(folder: Path) -> tuple[tuple[FileChange, ...], PullRequest]:
    return read(folder)


@faults("DF9")
def test_the_change_is_read_whole(plain: tuple[tuple[FileChange, ...], PullRequest]) -> None:
    files, pull = plain
    assert pull.commits == ("Größer",)
    shown = {
        file.path: [line.text for line in file.changed_lines]
        for file in files
        if isinstance(file, diff.ChangedFile)
    }
    odd, latin = (name.decode(errors="surrogateescape") for name in (ODD, LATIN_1))
    assert shown[odd] == shown[latin] == ["old = 1", "new = 2"]
    assert shown["src/moved.py"] == ["END = 1"]
    assert [text.partition(" ")[0] for text in shown["sub"]] == ["Subproject", "Subproject"]
    assert len(shown["src/app.py"]) == 4
    # git shows no lines of it: its contents are compared.
    assert shown.keys() == {file.path for file in files} - {"src/nul.py"}


@faults("SE10")
@pytest.mark.parametrize("setting", CONFIGURED)
@pytest.mark.parametrize("where", ["home", "repository"])
def test_no_setting_of_git_changes_what_is_read(
    folder: Path,
    home: Path,
    plain: tuple[tuple[FileChange, ...], PullRequest],
    setting: str,
    where: str,
) -> None:
    name, _, value = setting.partition("=")
    scope = ("--file", str(home / ".gitconfig")) if where == "home" else ("--local",)
    git(folder, "config", *scope, name, value)
    assert read(folder) == plain


def test_attributes_of_the_user_change_nothing(
    folder: Path, home: Path, plain: tuple[tuple[FileChange, ...], PullRequest]
) -> None:
    attributes = home / "attributes"
    attributes.write_text("*.py -diff\n* diff=evil\n")
    git(
        folder, "config", "--file", str(home / ".gitconfig"), "core.attributesFile", str(attributes)
    )
    assert read(folder) == plain


def test_an_object_that_a_local_reference_replaces_is_read_as_it_is(
    folder: Path, plain: tuple[tuple[FileChange, ...], PullRequest]
) -> None:
    other = git(folder, "hash-object", "-w", "order")
    git(folder, "replace", git(folder, "rev-parse", "change:src/app.py"), other)
    assert read(folder) == plain


def test_files_with_names_in_latin_1_are_reviewed(folder: Path) -> None:
    door = LocalRepository.find(str(folder)).commits_between("main..change")
    found = selection.read_changes(door, door.snapshot(0).pull, Settings())
    names = {LATIN_1.decode(errors="surrogateescape"), ODD.decode(errors="surrogateescape")}
    assert names <= {file.path for file in found.files}
    assert "src/nul.py" in {file.path for file in found.files}
    assert {path for path in names if door.content(path, door.head_sha) != b"new = 2\n"} == set()
