"""The contents of a commit of a local repository, as git's objects have them."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.adapters.files import local_git
from reviewer.adapters.files.local_git import LocalCommits
from reviewer.errors import ForgeError
from reviewer.ports import LARGEST_FILE, Blob
from tests.faults import faults

FILES = {
    "src/app.py": b"new = 2\n",
    " leading and trailing ": b"blanks\n",
    "\ttab": b"tab\n",
    "line\nfeed": b"no final line feed",
    "ünï": b"caf\xe9\r\n",
    "empty": b"",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with one commit, and other contents in its folder."""
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "link").symlink_to("empty")
    (tmp_path / "large").write_bytes(bytes(LARGEST_FILE + 1))
    (tmp_path / ".gitattributes").write_text("*.py filter=evil export-ignore\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "All")
    (tmp_path / "src" / "app.py").write_text("not committed\n")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=dev", "-c", "user.email=dev@example.org"]
    done = subprocess.run(["git", *names, *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode().strip()


def commits(folder: Path) -> LocalCommits:
    sha = git(folder, "rev-parse", "HEAD")
    return LocalCommits(str(folder), sha, sha, "HEAD")


def test_the_plain_files_of_a_commit_are_listed_with_their_sizes(folder: Path) -> None:
    door = commits(folder)
    files = door.blobs(door.head_sha)
    assert files.keys() == {*FILES, "large", ".gitattributes"}
    assert {path: files[path].size for path in FILES} == {p: len(d) for p, d in FILES.items()}
    assert files["src/app.py"].sha == git(folder, "rev-parse", "HEAD:src/app.py")


@pytest.mark.parametrize("group", [1, 10, 32_000_000])
def test_their_contents_are_read_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr(local_git, "LARGEST_GROUP", group)
    door = commits(folder)
    kept = door.archive(door.head_sha)(door.blobs(door.head_sha))
    assert {path: kept.read(path) for path in FILES} == FILES
    assert (kept.read("large"), kept.read("link")) == (None, None)


def test_several_files_are_read_by_name(folder: Path) -> None:
    door = commits(folder)
    found = door.text_contents(["src/app.py", "nothing"], door.head_sha)
    assert found == {"src/app.py": b"new = 2\n"}


def test_what_exists_is_known_by_its_path_from_the_root(folder: Path) -> None:
    door = commits(folder)
    inside = replace(door, folder=str(folder / "src"))
    asked = ("app.py", "src/app.py", "nothing", "link")
    for each in (door, inside):
        assert each.find_existing(asked, door.head_sha) == ("src/app.py", "link")


def test_an_object_that_is_missing_is_left_out(folder: Path) -> None:
    """As in a partial clone; nothing is fetched."""
    door = commits(folder)
    sha = git(folder, "rev-parse", "HEAD:src/app.py")
    (folder / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    files = {**{p: Blob(git(folder, "rev-parse", f"HEAD:{p}"), 1) for p in ("empty", "ünï")}}
    kept = door.archive(door.head_sha)(files | {"src/app.py": Blob(sha, 8)})
    assert (kept.read("src/app.py"), kept.read("ünï")) == (None, FILES["ünï"])


@faults("SE10")
def test_no_filter_that_the_repository_names_is_started(folder: Path) -> None:
    trace = folder / "started"
    git(folder, "config", "filter.evil.smudge", f"touch {trace}")
    git(folder, "config", "filter.evil.clean", f"touch {trace}")
    os.utime(folder / "src" / "app.py", (1, 1))
    door = commits(folder)
    kept = door.archive(door.head_sha)(door.blobs(door.head_sha))
    assert kept.read("src/app.py") == b"new = 2\n"
    assert not trace.exists()


def test_a_repository_that_is_too_large_is_an_error(folder: Path) -> None:
    door = commits(folder)
    with pytest.raises(ForgeError, match="too large"):
        door.archive(door.head_sha)({"a": Blob("a" * 40, 10**9)})


def test_a_listing_holds_the_files_of_a_commit_and_no_links(tmp_path: Path) -> None:
    def run_git(*arguments: str) -> None:
        who = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com")
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        environ = {**quiet, "PATH": os.environ["PATH"]}
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, env=environ, check=True)

    run_git("init", "--quiet", "--initial-branch", "main")
    (tmp_path / "AGENTS.md").write_text("Count in cents.", "utf-8")
    (tmp_path / "CLAUDE.md").symlink_to("AGENTS.md")
    run_git("add", ".")
    run_git("commit", "--quiet", "-m", "First")
    commits = LocalCommits.between(str(tmp_path), "HEAD..HEAD")
    assert commits.list_tree(commits.base_sha).paths == ("AGENTS.md",)
