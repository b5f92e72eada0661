"""What `code-review review` takes for the changes to review, in repositories of all kinds."""

from pathlib import Path

import pytest

from reviewer.errors import InputError, NotFoundError, ReviewerError
from reviewer.terminal.local_changes import LocalChanges, open_changes
from tests.local_repository import commit, git, write

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


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


def enter_new_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a repository that has a file and no commit, and return it."""
    root = tmp_path / "new"
    root.mkdir()
    git(root, "init", "--quiet")
    write(root, {"a.py": "a = 1\n"})
    monkeypatch.chdir(root)
    return root


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
    assert not found.commits.are_none


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("HEAD", ["src/b.py"]),
        ("main", ["a.py", "src/b.py"]),
        ("main..HEAD", ["a.py"]),
        ("main..", ["a.py"]),
        ("..HEAD", ["a.py"]),
        ("..work", ["a.py"]),
        ("...work", ["a.py"]),
        ("..main", []),
        (EMPTY_TREE, ["a.py", "src/b.py"]),
        (f"{EMPTY_TREE}..HEAD", ["a.py", "src/b.py"]),
        (f"{EMPTY_TREE}..main", ["a.py", "src/b.py"]),
    ],
)
def test_a_base_alone_includes_what_is_not_committed_and_a_range_does_not(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, what: str, changed: list[str]
) -> None:
    monkeypatch.chdir(folder)
    found = open_changes(what, scratch, {}, staged=False, untracked=False)
    assert paths(found) == changed


def test_without_a_base_the_commits_are_those_since_the_default_branch(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is only staged repairs no commit that is pushed."""
    monkeypatch.chdir(folder)
    write(folder, {"a.py": "a = 3\n"})
    git(folder, "add", "a.py")
    commits = open_changes("..HEAD", scratch, {}, staged=False, untracked=True).commits
    assert commits.name == "main..HEAD"
    assert commits.content("a.py", commits.head_sha) == b"a = 2\n"


def test_of_a_first_commit_the_empty_tree_is_what_comes_before(
    tmp_path: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "new"
    root.mkdir()
    commit(root, {"a.py": "a = 1\n"})
    monkeypatch.chdir(root)
    with pytest.raises(NotFoundError) as problem:
        open_changes("HEAD~1", scratch, {}, staged=False, untracked=True)
    assert f"`code-review review {EMPTY_TREE}..HEAD`" in problem.value.remedy
    (tmp_path / "other").mkdir()
    what = f"{EMPTY_TREE}..HEAD"
    found = open_changes(what, str(tmp_path / "other"), {}, staged=False, untracked=True)
    pull = found.commits.snapshot(0).pull
    assert (paths(found), pull.commits) == (["a.py"], ("First",))
    assert found.commits.content("a.py", found.commits.base_sha) is None
    assert found.commits.blobs(found.commits.base_sha) == {}


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


@pytest.mark.parametrize(
    ("other", "named"),
    [("trunk", "code-review review trunk"), ("$(id)", "code-review review zwei")],
)
def test_without_a_known_default_branch_nothing_passes_as_reviewed(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, other: str, named: str
) -> None:
    """The commits of the branch would look like reviewed ones."""
    monkeypatch.chdir(folder)
    git(folder, "branch", "--move", "main", other)
    git(folder, "branch", "zwei")
    with pytest.raises(NotFoundError, match="default branch is not known, so") as problem:
        open_changes("", scratch, {}, staged=False, untracked=True)
    assert problem.value.exit_code == 2
    assert f"`{named}`" in problem.value.remedy
    assert "`code-review review HEAD`" in problem.value.remedy
    assert "$(" not in problem.value.remedy
    if other == "trunk":
        assert "`git config init.defaultBranch trunk`" in problem.value.remedy
        git(folder, "config", "init.defaultBranch", "trunk")
        found = open_changes("", scratch, {}, staged=False, untracked=True)
        assert found.commits.name == "trunk..the working tree"


def test_before_the_first_commit_it_is_everything(
    tmp_path: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = enter_new_repository(tmp_path, monkeypatch)
    found = open_changes("", scratch, {}, staged=False, untracked=True)
    assert (paths(found), found.commits.name) == (["a.py"], "the working tree")
    git(root, "add", "a.py")
    (tmp_path / "other").mkdir()
    found = open_changes("", str(tmp_path / "other"), {}, staged=True, untracked=True)
    assert (paths(found), found.commits.name) == (["a.py"], "the index")


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ("main", InputError, "no commit yet that could be compared with 'main'"),
        ("misspelt", InputError, "no commit yet that could be compared with 'misspelt'"),
        ("main..HEAD", NotFoundError, "There is no commit here yet"),
        ("..HEAD", NotFoundError, "There is no commit here yet"),
        ("HEAD", None, ""),
        (EMPTY_TREE, None, ""),
    ],
)
def test_before_the_first_commit_nothing_can_be_compared(
    tmp_path: Path,
    scratch: str,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    error: type[ReviewerError] | None,
    words: str,
) -> None:
    enter_new_repository(tmp_path, monkeypatch)
    if error:
        with pytest.raises(error, match=words) as problem:
            open_changes(what, scratch, {}, staged=False, untracked=True)
        assert "`code-review review` to review all files" in problem.value.remedy
    else:
        assert paths(open_changes(what, scratch, {}, staged=False, untracked=True)) == ["a.py"]


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE"])
def test_variables_that_name_another_repository_are_refused(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(InputError, match=f"{name} is set to '/elsewhere'") as problem:
        open_changes("", scratch, {name: "/elsewhere"}, staged=False, untracked=True)
    assert f"`env -u {name} code-review review`" in problem.value.remedy
    own = {"GIT_DIR": ".git", "GIT_WORK_TREE": str(folder)}
    assert paths(open_changes("HEAD", scratch, own, staged=False, untracked=False)) == ["src/b.py"]


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
    assert open_changes("HEAD", scratch, {}, staged=False, untracked=True).commits.are_none


def test_names_of_many_untracked_files_are_cut(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    write(folder, {f"new{number}.py": "new\n" for number in range(7)})
    found = open_changes("", scratch, {}, staged=False, untracked=True)
    assert "new3.py and 3 more (--no-untracked" in found.notes[0]


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("gone", "gone"),
        ("gone..HEAD", "gone"),
        ("main..gone", "gone"),
        ("--output=x", "--output=x"),
        ("main..--output=x", "--output=x"),
        ("HEAD:src", "HEAD:src"),
    ],
)
def test_a_commit_that_is_not_there_is_named(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch, what: str, named: str
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(NotFoundError) as problem:
        open_changes(what, scratch, {}, staged=False, untracked=True)
    assert problem.value.what == f"'{named}' is no branch or commit here."
    assert "git branch --all" in problem.value.remedy


def test_the_path_of_a_pull_request_is_no_branch_and_its_name_is_said(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(NotFoundError) as problem:
        open_changes("acme/shop/pull/7", scratch, {}, staged=False, untracked=True)
    assert "`acme/shop#7`" in problem.value.remedy


@pytest.mark.parametrize(
    ("place", "what", "pattern"),
    [
        (".", "src", "src/**"),
        (".", "src/b.py", "src/b.py"),
        ("src", "b.py", "src/b.py"),
        ("src", "../src/", "src/**"),
        ("src", "..", "**"),
        (".", "odd [name].py", "PATTERN"),
    ],
)
def test_a_path_is_no_commit_and_how_to_review_it_alone_is_said(
    folder: Path,
    scratch: str,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    what: str,
    pattern: str,
) -> None:
    write(folder, {"odd [name].py": "x = 1\n"})
    monkeypatch.chdir(folder / place)
    with pytest.raises(InputError) as problem:
        open_changes(what, scratch, {}, staged=False, untracked=True)
    assert problem.value.what == f"'{what}' is a file or a folder, and no branch or commit."
    assert f"`code-review review --input 'include={pattern}'`" in problem.value.remedy


def test_a_branch_with_the_name_of_a_folder_is_the_branch(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    git(folder, "branch", "src", "main")
    found = open_changes("src", scratch, {}, staged=False, untracked=False)
    assert found.commits.name == "src..the working tree"


def test_unrelated_histories_have_no_place_where_the_work_began(
    folder: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    git(folder, "checkout", "--quiet", "--force", "--orphan", "other")
    commit(folder, {"a.py": "a = 3\n"}, "Another beginning")
    with pytest.raises(NotFoundError, match="main and the commit to review have no commit"):
        open_changes("", scratch, {}, staged=False, untracked=True)
