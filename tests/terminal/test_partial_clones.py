"""Reviews in clones without some contents: nothing is fetched, nothing taken for empty."""

import re
from pathlib import Path

import pytest

from reviewer.config.repository.strict_yaml import PATH
from reviewer.errors import MissingContentError
from reviewer.run.base_settings import SettingsFile
from reviewer.terminal.local_changes import open_changes
from tests.faults import faults
from tests.local_repository import commit, git, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits, of which others may clone a part."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = tmp_path / "repository"
    root.mkdir()
    commit(root, {"a.py": "a = 1\n", "src/b.py": "b = 1\n"})
    commit(root, {"a.py": "a = 2\n"}, "Second")
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    return root


def partial_clone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a clone with the files of `src` only, with a commit and work in it."""
    commit(folder, {PATH: "exclude: [src/b.py]\n", "other/c.py": "c = 1\n"}, "Settings")
    options = ("--quiet", "--filter=blob:none", "--sparse", "--no-tags")
    git(folder.parent, "clone", *options, f"file://{folder}", "partial")
    clone = folder.parent / "partial"
    git(clone, "sparse-checkout", "set", "src")
    git(clone, "checkout", "--quiet", "-b", "work")
    commit(clone, {"src/b.py": "b = 3\n"}, "Work")
    write(clone, {"src/new.py": "new = 1\n"})
    monkeypatch.chdir(clone)
    return clone


@faults("CF15")
@pytest.mark.no_run("a review in a terminal, not in a workflow")
@pytest.mark.parametrize("what", ["", "..HEAD"])
def test_settings_that_a_partial_clone_lacks_are_not_taken_for_none(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    clone = partial_clone(folder, monkeypatch)
    commits = open_changes(what, scratch, {}, staged=False, untracked=True).commits
    with pytest.raises(MissingContentError, match=re.escape(PATH)) as problem:
        SettingsFile.read(commits, commits.base_sha)
    assert problem.value.exit_code == 2
    sha = git(clone, "rev-parse", f"HEAD:{PATH}")
    assert f"`git show {sha}`" in problem.value.remedy
    git(clone, "show", sha)
    assert SettingsFile.read(commits, commits.base_sha).text == b"exclude: [src/b.py]\n"
    # What is not there is left out of the rest, and git fetches nothing.
    assert commits.blobs(commits.head_sha).keys() >= {"other/c.py", "src/b.py"}
    asked = ("other/c.py", "src/b.py")
    assert commits.text_contents(asked, commits.head_sha) == {"src/b.py": b"b = 3\n"}
    assert commits.archive(commits.head_sha)(commits.blobs(commits.head_sha)).read("a.py")


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
@pytest.mark.parametrize("what", ["HEAD~1", "HEAD~1..HEAD"])
def test_what_git_diff_fetches_is_enough_for_a_review(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, what: str, kind: str
) -> None:
    options = ("--quiet", f"--filter={kind}", f"file://{folder}", "partial")
    git(folder.parent, "clone", *options)
    monkeypatch.chdir(folder.parent / "partial")
    commits = open_changes(what, scratch, {}, staged=False, untracked=True).commits
    with pytest.raises(MissingContentError) as problem:
        commits.snapshot(0)
    words = problem.value.remedy.split("`")[1].split(" ")
    git(Path.cwd(), *words[1:])
    assert [row.path for row in commits.changed_files(0, 0)] == ["a.py"]
    assert commits.raw_diff(commits.snapshot(0).pull)
