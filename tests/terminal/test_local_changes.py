"""What `code-review review` takes for the changes to review, in repositories of all kinds."""

from pathlib import Path

import pytest

from reviewer.errors import ForgeError, InputError, NotFoundError
from reviewer.terminal.local_changes import LocalChanges, open_changes
from tests.local_repository import commit, git, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a branch that has a commit and uncommitted work."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = tmp_path / "repository"
    root.mkdir()
    commit(root, {"a.py": "a = 1\n", "src/b.py": "b = 1\n"})
    git(root, "checkout", "--quiet", "-b", "work")
    commit(root, {"a.py": "a = 2\n"}, "Second")
    write(root, {"src/b.py": "b = 2\n", "new.py": "new\n"})
    return root


@pytest.fixture
def scratch(tmp_path: Path) -> str:
    (tmp_path / "scratch").mkdir()
    return str(tmp_path / "scratch")


def paths(found: LocalChanges) -> list[str]:
    return [row.path for row in found.commits.changed_files(0, 0)]


def test_by_default_it_is_all_work_since_the_default_branch(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "src")
    found = open_changes("", scratch, {}, staged=False, untracked=True)
    assert paths(found) == ["a.py", "new.py", "src/b.py"]
    assert found.commits.name == "main..the working tree"
    assert found.notes == ("includes untracked files: new.py (--no-untracked leaves them out)",)
    assert found.checkout == str(folder)
    assert not found.are_none


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("HEAD", ["src/b.py"]),
        ("main", ["a.py", "src/b.py"]),
        ("main..HEAD", ["a.py"]),
        ("main..", ["a.py"]),
    ],
)
def test_a_base_alone_includes_what_is_not_committed_and_a_range_does_not(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, what: str, changed: list[str]
) -> None:
    monkeypatch.chdir(folder)
    found = open_changes(what, scratch, {}, staged=False, untracked=False)
    assert paths(found) == changed


def test_what_is_staged_is_compared_with_the_current_commit(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    git(folder, "add", "new.py")
    found = open_changes("", scratch, {}, staged=True, untracked=True)
    assert (paths(found), found.notes) == (["new.py"], ())
    with pytest.raises(InputError, match="--staged compares the index with HEAD"):
        open_changes("main", scratch, {}, staged=True, untracked=True)


@pytest.mark.parametrize("place", ["of it", "elsewhere"])
def test_the_index_of_a_hook_is_used_if_it_is_of_this_repository(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(folder)
    index = folder / ".git" / "next-index" if place == "of it" else folder.parent / "next-index"
    index.write_bytes((folder / ".git" / "index").read_bytes())
    git(folder, "add", "new.py")
    environ = {"GIT_INDEX_FILE": str(index)}
    found = open_changes("", scratch, environ, staged=True, untracked=True)
    assert paths(found) == ([] if place == "of it" else ["new.py"])


def test_without_a_default_branch_it_is_what_is_not_committed(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    git(folder, "branch", "--move", "main", "one")
    git(folder, "branch", "two")
    found = open_changes("", scratch, {}, staged=False, untracked=True)
    assert paths(found) == ["new.py", "src/b.py"]
    assert "only what is not committed is reviewed" in found.notes[0]


def test_before_the_first_commit_it_is_everything(
    tmp_path: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "new"
    root.mkdir()
    git(root, "init", "--quiet")
    write(root, {"a.py": "a = 1\n"})
    monkeypatch.chdir(root)
    found = open_changes("", scratch, {}, staged=False, untracked=True)
    assert (paths(found), found.commits.name) == (["a.py"], "nothing..the working tree")


@pytest.mark.parametrize("bare", [True, False])
def test_without_files_it_is_commits(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, *, bare: bool
) -> None:
    """In a bare repository, and inside of `.git`."""
    git(folder, "clone", "--quiet", "--bare", ".", "../bare.git")
    monkeypatch.chdir(folder.parent / "bare.git" if bare else folder / ".git")
    found = open_changes("", scratch, {}, staged=False, untracked=True)
    assert (paths(found), found.checkout) == (["a.py"], "")
    with pytest.raises(InputError, match="Nothing can be staged here"):
        open_changes("", scratch, {}, staged=True, untracked=True)


def test_without_changes_both_commits_have_the_same_files(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    git(folder, "checkout", "--quiet", "--force", "work")
    (folder / "new.py").unlink()
    assert open_changes("HEAD", scratch, {}, staged=False, untracked=True).are_none


def test_names_of_many_untracked_files_are_cut(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    write(folder, {f"new{number}.py": "new\n" for number in range(7)})
    found = open_changes("", scratch, {}, staged=False, untracked=True)
    assert "new3.py and 3 more (--no-untracked" in found.notes[0]


def test_a_commit_that_is_not_there_is_an_error(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for what in ("gone", "gone..HEAD", "--output=x", "..", "main..--output=x"):
        with pytest.raises(ForgeError):
            open_changes(what, scratch, {}, staged=False, untracked=True)


def test_unrelated_histories_have_no_place_where_the_work_began(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    git(folder, "checkout", "--quiet", "--force", "--orphan", "other")
    commit(folder, {"a.py": "a = 3\n"}, "Another beginning")
    with pytest.raises(NotFoundError, match="main and the commit to review have no commit"):
        open_changes("", scratch, {}, staged=False, untracked=True)
