"""Uncommitted work, as a commit of a repository beside the real one."""

import os
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.adapters.files.scratch_repository import ScratchRepository
from reviewer.adapters.files.working_tree import (
    Uncommitted,
    UncommittedLimits,
    WorkingTree,
    is_credential,
)
from reviewer.errors import ForgeError
from tests.faults import faults
from tests.local_repository import commit, git, write

FILES: dict[str, str | bytes] = {
    "a.py": "a = 1\n",
    "b.py": "b = 1\n",
    "src/c.py": "c = 1\n",
    "old": "old\n",
    ".gitignore": "*.log\n",
}
ODD = ("ü\tx", ' "quoted" ', "line\nfeed", "back\\slash", "-option")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    root = tmp_path / 'the "real" one'
    root.mkdir()
    commit(root, FILES)
    return root


def open_tree(folder: Path, index: str = "", **limits: int) -> WorkingTree:
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    repository = LocalRepository.find(str(folder))
    scratch = ScratchRepository.create(repository, str(made))
    return WorkingTree(repository, scratch, index, UncommittedLimits(**limits))


def take(folder: Path, *, untracked: bool = True) -> Uncommitted:
    return open_tree(folder).take_all("", "HEAD", untracked=untracked)


def contents(found: Uncommitted) -> dict[str, bytes | None]:
    """Return what each changed path has in the new commit, None for a file that is gone."""
    commits = found.commits
    return {
        row.path: None if row.status == "removed" else commits.content(row.path, commits.head_sha)
        for row in commits.changed_files(0, 0)
    }


def snapshot_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return each file of a repository, git's own files too, with its content and time."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_staged_unstaged_and_untracked_work_is_taken_from_any_folder(folder: Path) -> None:
    write(folder, {"a.py": "a = 2\n", "b.py": "b = 2\n", "src/new.py": "new\n", "x.log": "log\n"})
    git(folder, "add", "a.py")
    git(folder, "rm", "--quiet", "old")
    found = take(folder / "src")
    assert contents(found) == {
        "a.py": b"a = 2\n",
        "b.py": b"b = 2\n",
        "src/new.py": b"new\n",
        "old": None,
    }
    assert (found.untracked, found.notes) == (("src/new.py",), ())
    assert found.commits.snapshot(0).pull.title == "Uncommitted changes"


def test_our_own_files_are_left_out_where_temporary_files_are_in_the_repository(
    folder: Path,
) -> None:
    assert contents(take(folder / "src")) == {}


def test_untracked_files_can_be_left_out(folder: Path) -> None:
    write(folder, {"a.py": "a = 2\n", "new.py": "new\n"})
    assert contents(take(folder, untracked=False)) == {"a.py": b"a = 2\n"}


def test_what_is_staged_is_taken_without_later_edits(folder: Path) -> None:
    write(folder, {"a.py": "a = 2\n", "b.py": "b = 2\n", "new.py": "new\n"})
    git(folder, "add", "a.py", "new.py")
    write(folder, {"a.py": "a = 3\n"})
    found = open_tree(folder).take_staged()
    assert contents(found) == {"a.py": b"a = 2\n", "new.py": b"new\n"}


def test_a_file_that_is_named_for_a_later_commit_only_is_not_staged(folder: Path) -> None:
    write(folder, {"a.py": "a = 2\n", "new.py": "new\n"})
    git(folder, "add", "a.py")
    git(folder, "add", "--intent-to-add", "new.py")
    assert contents(open_tree(folder).take_staged()) == {"a.py": b"a = 2\n"}
    assert contents(take(folder)) == {"a.py": b"a = 2\n", "new.py": b"new\n"}


def test_the_index_of_a_hook_is_what_its_commit_would_have(folder: Path) -> None:
    """`git commit a.py` leaves b.py out although it is staged."""
    write(folder, {"a.py": "a = 2\n", "b.py": "b = 2\n"})
    index = folder / ".git" / "next-index"
    index.write_bytes((folder / ".git" / "index").read_bytes())
    git(folder, "add", "b.py")
    assert contents(open_tree(folder, str(index)).take_staged()) == {}
    assert contents(open_tree(folder).take_staged()) == {"b.py": b"b = 2\n"}


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {"a.py": "a = 1\n", "b.py": "b = 1\n"})
    git(tmp_path, "add", "a.py")
    expected = {"a.py": b"a = 1\n", "b.py": b"b = 1\n"}
    assert contents(take(tmp_path)) == expected
    assert contents(open_tree(tmp_path).take_staged()) == {"a.py": b"a = 1\n"}


def test_the_real_repository_is_not_written_to(folder: Path) -> None:
    write(folder, {"a.py": "a = 2\n", "new.py": "new\n"})
    git(folder, "add", "a.py")
    os.utime(folder / "b.py", (1, 1))
    before = snapshot_of(folder)
    take(folder)
    open_tree(folder).take_staged()
    assert snapshot_of(folder) == before


def test_the_same_work_makes_the_same_commit(folder: Path) -> None:
    write(folder, {"a.py": "a = 2\n"})
    assert take(folder).commits.head_sha == take(folder).commits.head_sha


@pytest.mark.parametrize("name", ODD)
def test_any_name_of_a_file_is_kept(folder: Path, name: str) -> None:
    write(folder, {name: "odd\n"})
    assert contents(take(folder)) == {name: b"odd\n"}
    git(folder, "add", "--all")
    assert contents(open_tree(folder).take_staged()) == {name: b"odd\n"}


def test_a_name_that_is_no_utf_8_is_kept(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9"))).write_bytes(b"odd\n")
    assert list(contents(take(folder)).values()) == [b"odd\n"]


def test_a_file_that_became_a_folder_and_the_reverse(folder: Path) -> None:
    (folder / "old").unlink()
    (folder / "src" / "c.py").unlink()
    (folder / "src").rmdir()
    write(folder, {"old/inner.py": "inner\n", "src": "a file\n"})
    found = contents(take(folder))
    assert (found["old/inner.py"], found["src"]) == (b"inner\n", b"a file\n")
    assert found.get("src/c.py") is None


def test_links_are_kept_as_links_and_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("elsewhere\n")
    (folder / "b.py").unlink()
    (folder / "b.py").symlink_to(tmp_path / "secret")
    (folder / "new").symlink_to(tmp_path / "secret")
    (folder / "src" / "up").symlink_to(tmp_path)
    target = os.fsencode(tmp_path / "secret")
    found = contents(take(folder))
    assert (found["b.py"], found["new"]) == (target, target)
    assert b"elsewhere\n" not in found.values()


def test_what_is_no_file_is_left_out_and_opens_nothing(folder: Path) -> None:
    (folder / "a.py").unlink()
    os.mkfifo(folder / "a.py")
    os.mkfifo(folder / "pipe")
    found = take(folder)
    assert contents(found).get("a.py") is None
    assert "pipe" not in found.untracked


def test_an_executable_stays_one(folder: Path) -> None:
    (folder / "a.py").chmod(0o755)
    write(folder, {"run": "#!/bin/sh\n"})
    (folder / "run").chmod((folder / "run").stat().st_mode | stat.S_IXUSR)
    diff = take(folder).commits.raw_diff(take(folder).commits.snapshot(0).pull)
    assert diff is not None
    assert "new mode 100755" in diff
    assert "new file mode 100755" in diff


def test_a_conflict_is_taken_as_it_is_in_the_folder(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "other")
    commit(folder, {"a.py": "a = 2\n", "old": "other\n"}, "Other")
    git(folder, "checkout", "--quiet", "main")
    git(folder, "rm", "--quiet", "old")
    commit(folder, {"a.py": "a = 3\n"}, "Ours")
    with pytest.raises(Exception, match="merge"):
        git(folder, "merge", "other")
    found = contents(take(folder))
    assert b"<<<<<<<" in (found["a.py"] or b"")
    assert found["old"] == b"other\n"
    staged = open_tree(folder).take_staged()
    assert "a.py was left out: it has a conflict" in staged.notes


def test_a_nested_repository_is_no_file_of_this_one(folder: Path) -> None:
    (folder / "nested").mkdir()
    commit(folder / "nested", {"x.py": "x = 1\n"})
    assert contents(take(folder)) == {}


def test_a_submodule_is_shown_by_its_commit(folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()
    commit(other, {"x.py": "x = 1\n"})
    git(
        folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "sub"
    )
    git(folder, "commit", "--quiet", "--message", "Add it")
    write(folder / "sub", {"x.py": "x = 2\n", "untracked": "x\n"})
    assert contents(take(folder)) == {}
    new = commit(folder / "sub", {}, "Newer")
    found = take(folder)
    diff = found.commits.raw_diff(found.commits.snapshot(0).pull)
    assert f"+Subproject commit {new}" in (diff or "")


@pytest.mark.parametrize("kind", ["linked", "shallow"])
def test_a_linked_working_tree_and_a_shallow_clone_are_read(folder: Path, kind: str) -> None:
    commit(folder, {"a.py": "a = 2\n"}, "Second")
    other = folder.parent / kind
    if kind == "linked":
        git(folder, "worktree", "add", "--quiet", str(other))
    else:
        git(folder.parent, "clone", "--quiet", "--depth", "1", f"file://{folder}", kind)
    write(other, {"a.py": "a = 3\n"})
    found = take(other)
    assert contents(found) == {"a.py": b"a = 3\n"}
    assert found.commits.snapshot(0).pull.commits == ("Uncommitted changes",)


def test_a_repository_with_the_longer_hashes_is_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256")
    commit(tmp_path, {"a.py": "a = 1\n"})
    write(tmp_path, {"a.py": "a = 2\n"})
    assert contents(take(tmp_path)) == {"a.py": b"a = 2\n"}


def test_a_file_that_is_touched_only_is_no_change(folder: Path) -> None:
    os.utime(folder / "a.py", (1, 1))
    assert contents(take(folder)) == {}


def test_line_ends_are_those_that_git_would_commit(folder: Path) -> None:
    commit(folder, {"dos": "one\r\ntwo\r\n"}, "Keep them")
    write(folder, {"a.py": "a = 1\r\n", "b.py": "b = 2\r\n", "dos": "one\r\n", "new": "new\r\n"})
    assert contents(take(folder)) == {"b.py": b"b = 2\n", "dos": b"one\r\n", "new": b"new\r\n"}
    git(folder, "config", "core.autocrlf", "true")
    assert contents(take(folder))["new"] == b"new\n"


@faults("SE10")
@pytest.mark.no_run("a review in a terminal, not in a workflow")
def test_no_filter_is_started_even_where_git_compares_contents(folder: Path) -> None:
    trace = folder.parent / "started"
    for name in ("clean", "smudge", "process"):
        git(folder, "config", f"filter.evil.{name}", f"touch '{trace}'; cat")
    git(folder, "config", "filter.evil.required", "true")
    write(folder, {".git/info/attributes": "*.py filter=evil\n"})
    write(folder, {"a.py": "a = 9\n", "b.py": "b = 1\n", "new.py": "new\n"})
    # Files with the time of the index: git compares their contents, through the filter.
    at = (folder / ".git" / "index").stat().st_mtime_ns
    for name in ("a.py", "b.py"):
        os.utime(folder / name, ns=(at, at))
    found = take(folder)
    assert not trace.exists()
    assert contents(found) == {}
    assert any("a.py" in note and "filter" in note for note in found.notes)
    # git starts them where nothing is done against it.
    with pytest.raises(subprocess.CalledProcessError):
        git(folder, "add", "a.py")
    assert trace.exists()


@faults("SE10")
def test_a_filter_that_cannot_be_switched_off_is_an_error(folder: Path) -> None:
    git(folder, "config", "filter.a=b.clean", "cat")
    with pytest.raises(ForgeError, match="cannot be disabled"):
        take(folder)


@pytest.mark.parametrize(
    "name", [".env", "deploy/.env.production", "id_rsa", "server.KEY", "credentials.json"]
)
def test_an_untracked_file_that_is_named_like_a_credential_is_left_out(
    folder: Path, name: str
) -> None:
    write(folder, {name: "PASSWORD=hunter2\n", "new.py": "new\n"})
    found = take(folder)
    assert contents(found) == {"new.py": b"new\n"}
    assert any(name in note and "credentials" in note for note in found.notes)
    git(folder, "add", "--force", name)
    assert name in contents(take(folder))


@pytest.mark.parametrize("name", [".env.example", "id_rsa.pub", "environment.py", "keys.py"])
def test_samples_and_public_keys_are_no_credentials(name: str) -> None:
    assert not is_credential(name)


def test_too_many_untracked_files_are_nobody_s_work(folder: Path) -> None:
    write(folder, {f"build/{number}.o": "x\n" for number in range(4)})
    found = open_tree(folder, untracked=3).take_all("", "HEAD", untracked=True)
    assert (contents(found), found.untracked) == ({}, ())
    assert "4 untracked files were left out" in found.notes[0]


def test_large_files_and_many_bytes_are_left_out_with_a_note(folder: Path) -> None:
    write(folder, {"large": b"x" * 101, "small": b"x" * 100})
    found = open_tree(folder, file=100).take_all("", "HEAD", untracked=True)
    assert (list(contents(found)), found.untracked) == (["small"], ("small",))
    assert "left out: large: only files" in found.notes[0]
    less = open_tree(folder, all_files=150).take_all("", "HEAD", untracked=True)
    assert list(contents(less)) == ["large"]
    assert "left out: small: only files" in less.notes[0]


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    write(folder, {"a.py": "a = 2\n", "new.py": "new\n"})
    tree = open_tree(folder)
    changed = [*tree._differences()]  # noqa: SLF001
    (folder / "a.py").unlink()
    (folder / "a.py").mkdir()
    tree._commit(changed)  # noqa: SLF001
    assert any(note.startswith("left out: a.py: ") for note in tree.notes)
