"""The repository that a person is in, its default branch, and the commits that they mean."""

import re
import shlex
from pathlib import Path

import pytest

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.errors import ForgeError, NotFoundError
from tests.local_repository import commit, git


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "home").mkdir()


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository whose default branch is called trunk."""
    folder = tmp_path / "upstream"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "trunk")
    commit(folder, {"a.py": "a = 1\n"})
    commit(folder, {"a.py": "a = 2\n"}, "Second")
    return folder


def clone(upstream: Path, *options: str) -> Path:
    folder = upstream.parent / "clone of it"
    git(upstream.parent, "clone", "--quiet", *options, f"file://{upstream}", str(folder))
    return folder


@pytest.mark.parametrize("place", [".", "src/deep"])
def test_it_is_found_from_any_of_its_folders(tmp_path: Path, place: str) -> None:
    commit(tmp_path, {"src/deep/a.py": "a = 1\n"})
    found = LocalRepository.find(str(tmp_path / place))
    assert (found.folder, found.has_files) == (str(tmp_path), True)
    assert found.head == git(tmp_path, "rev-parse", "HEAD")


def test_a_linked_working_tree_and_a_submodule_are_repositories(
    tmp_path: Path, upstream: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    commit(here, {"b.py": "b = 1\n"})
    git(here, "worktree", "add", "--quiet", "../linked")
    allow = ("-c", "protocol.file.allow=always")
    git(here, *allow, "submodule", "--quiet", "add", f"file://{upstream}", "sub")
    linked = LocalRepository.find(str(tmp_path / "linked"))
    sub = LocalRepository.find(str(here / "sub"))
    assert linked.folder == str(tmp_path / "linked")
    assert linked.find_default_branch()[1] == "main"
    assert sub.folder == str(here / "sub")
    assert sub.find_default_branch()[1] == "origin/trunk"


def test_a_bare_repository_has_no_files(upstream: Path) -> None:
    found = LocalRepository.find(str(clone(upstream, "--bare")))
    assert not found.has_files
    commits = found.commits_between("trunk~1..trunk")
    assert [row.path for row in commits.changed_files(0, 0)] == ["a.py"]


def test_outside_of_a_repository_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="belongs to no git repository") as problem:
        LocalRepository.find(str(tmp_path))
    assert "Change to a folder" in str(problem.value)


def test_the_remote_says_which_branch_is_the_default(upstream: Path) -> None:
    folder = clone(upstream)
    git(folder, "checkout", "--quiet", "-b", "main")
    commit(folder, {"b.py": "b = 1\n"})
    tip, name = LocalRepository.find(str(folder)).find_default_branch()
    assert (tip, name) == (git(upstream, "rev-parse", "trunk"), "origin/trunk")


def test_a_remote_of_any_name_says_so_too(upstream: Path) -> None:
    folder = clone(upstream, "--origin", "company")
    assert LocalRepository.find(str(folder)).find_default_branch()[1] == "company/trunk"


def test_without_a_remote_the_configured_name_goes_before_the_usual_ones(tmp_path: Path) -> None:
    commit(tmp_path, {"a.py": "a = 1\n"})
    git(tmp_path, "branch", "develop")
    git(tmp_path, "checkout", "--quiet", "-b", "work")
    repository = LocalRepository.find(str(tmp_path))
    assert repository.find_default_branch()[1] == "main"
    git(tmp_path, "config", "init.defaultBranch", "develop")
    assert repository.find_default_branch()[1] == "develop"


def test_the_only_other_branch_is_the_default(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "stable")
    commit(tmp_path, {"a.py": "a = 1\n"})
    repository = LocalRepository.find(str(tmp_path))
    assert repository.find_default_branch()[1] == "stable"
    git(tmp_path, "checkout", "--quiet", "-b", "work")
    assert repository.find_default_branch()[1] == "stable"
    git(tmp_path, "branch", "other")
    with pytest.raises(NotFoundError, match="default branch is not known") as problem:
        repository.find_default_branch()
    assert "`code-review review stable`" in problem.value.remedy


def follow(folder: Path, advice: str) -> None:
    """Run the first command of an error, as somebody who pastes it."""
    commands = re.findall(r"`(git (?!branch|log|config)[^`]+)`", advice)[0]
    for command in commands.split(" && "):
        git(folder, *shlex.split(command)[1:])


@pytest.mark.parametrize("depth", [(), ("--depth", "1")])
def test_a_clone_of_one_branch_gets_the_default_branch_by_the_command_of_the_error(
    upstream: Path, depth: tuple[str, ...]
) -> None:
    git(upstream, "branch", "work")
    here = clone(upstream, "--single-branch", "--branch", "work", *depth)
    git(here, "checkout", "--quiet", "--detach")
    git(here, "branch", "--quiet", "--delete", "--force", "work")
    with pytest.raises(NotFoundError, match="default branch is not known") as problem:
        LocalRepository.find(str(here)).find_default_branch()
    assert problem.value.cause == "The clone has one branch of the remote repository alone."
    follow(here, problem.value.remedy)
    assert LocalRepository.find(str(here)).find_default_branch()[1] == "origin/trunk"


@pytest.mark.parametrize("name", ["trunk", "origin/trunk"])
def test_a_branch_that_was_not_fetched_is_there_after_the_command_of_the_error(
    upstream: Path, name: str
) -> None:
    git(upstream, "branch", "work")
    here = clone(upstream, "--single-branch", "--branch", "work")
    with pytest.raises(NotFoundError) as problem:
        LocalRepository.find(str(here)).resolve(name)
    follow(here, problem.value.remedy)
    assert LocalRepository.find(str(here)).resolve(name) == git(upstream, "rev-parse", "trunk")


def test_a_branch_of_another_remote_is_fetched_from_there(upstream: Path, tmp_path: Path) -> None:
    here = clone(upstream)
    fork = tmp_path / "fork"
    git(tmp_path, "clone", "--quiet", f"file://{upstream}", str(fork))
    git(fork, "branch", "feature")
    git(here, "remote", "add", "fork", f"file://{fork}")
    with pytest.raises(NotFoundError) as problem:
        LocalRepository.find(str(here)).resolve("fork/feature")
    follow(here, problem.value.remedy)
    found = LocalRepository.find(str(here)).resolve("refs/remotes/fork/feature")
    assert found == git(fork, "rev-parse", "feature")


@pytest.mark.parametrize("name", ["x;y", "$(x)", "-x", "a b"])
def test_an_odd_name_is_in_no_command(upstream: Path, name: str) -> None:
    with pytest.raises(NotFoundError) as problem:
        LocalRepository.find(str(clone(upstream))).resolve(name)
    assert "git fetch" not in problem.value.remedy


@pytest.mark.parametrize("name", ["7", "#7"])
def test_a_number_may_be_that_of_a_pull_request(upstream: Path, name: str) -> None:
    with pytest.raises(NotFoundError) as problem:
        LocalRepository.find(str(upstream)).resolve(name)
    assert "`code-review review 'owner/repo#7'`" in problem.value.remedy


def test_a_detached_head_is_compared_with_the_default_branch(tmp_path: Path) -> None:
    first = commit(tmp_path, {"a.py": "a = 1\n"})
    git(tmp_path, "checkout", "--quiet", "--detach")
    second = commit(tmp_path, {"a.py": "a = 2\n"}, "Second")
    found = LocalRepository.find(str(tmp_path)).commits_between("")
    assert (found.base_sha, found.head_sha, found.name) == (first, second, "main..HEAD")


@pytest.mark.parametrize("text", ["main..work", "main...work", "main..", "main"])
def test_the_base_is_where_the_branch_left_the_other_one(tmp_path: Path, text: str) -> None:
    first = commit(tmp_path, {"a.py": "a = 1\n"})
    git(tmp_path, "branch", "work")
    commit(tmp_path, {"b.py": "b = 1\n"}, "Meanwhile")
    git(tmp_path, "checkout", "--quiet", "work")
    head = commit(tmp_path, {"a.py": "a = 2\n"}, "Second")
    found = LocalRepository.find(str(tmp_path)).commits_between(text)
    assert (found.base_sha, found.head_sha) == (first, head)


def test_a_shallow_clone_says_that_it_lacks_the_common_commit(upstream: Path) -> None:
    git(upstream, "checkout", "--quiet", "-b", "work", "trunk~1")
    commit(upstream, {"b.py": "b = 1\n"}, "Work")
    folder = clone(upstream, "--depth", "1", "--no-single-branch")
    with pytest.raises(NotFoundError, match="no commit in common") as problem:
        LocalRepository.find(str(folder)).commits_between("origin/trunk..origin/work")
    assert "git fetch --unshallow" in str(problem.value)


def test_a_repository_that_git_does_not_read_is_refused_in_its_own_words(tmp_path: Path) -> None:
    commit(tmp_path, {"a.py": "a = 1\n"})
    (tmp_path / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 99\n")
    with pytest.raises(ForgeError, match=r"git rev-parse failed: .*99.*\. "):
        LocalRepository.find(str(tmp_path))
