"""The contents of a commit of a local repository, as git's objects have them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.adapters.files.local_git import LocalCommits
from reviewer.errors import ForgeError, MissingContentError, NotFoundError
from reviewer.ports import LARGEST_FILE, Blob
from tests.faults import faults
from tests.local_repository import commit, git, write

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
def test_their_contents_are_read_at_once(folder: Path, group: int) -> None:
    door = replace(commits(folder), largest_group=group)
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


def test_an_object_that_is_missing_is_left_out_and_counted(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As in a partial clone; nothing is fetched."""
    door = commits(folder)
    sha = git(folder, "rev-parse", "HEAD:src/app.py")
    (folder / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    files = {**{p: Blob(git(folder, "rev-parse", f"HEAD:{p}"), 1) for p in ("empty", "ünï")}}
    kept = door.archive(door.head_sha)(files | {"src/app.py": Blob(sha, 8)})
    assert (kept.read("src/app.py"), kept.read("ünï")) == (None, FILES["ünï"])
    assert "it lacks 1 of the 3 files" in caplog.text
    asked = ["src/app.py", "ünï"]
    assert door.text_contents(asked, door.head_sha) == {"ünï": FILES["ünï"]}


def test_nothing_is_at_a_path_only_if_the_tree_says_so(folder: Path) -> None:
    door = commits(folder)
    for path in ("nothing", "src/nothing", "empty/inside", ":(top)empty", "*"):
        assert door.content(path, door.head_sha) is None
    with pytest.raises(NotFoundError, match="src is a folder or a submodule"):
        door.content("src", door.head_sha)
    sha = git(folder, "rev-parse", "HEAD:src/app.py")
    (folder / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    with pytest.raises(MissingContentError, match=r"lacks the content of 'src/app.py'") as problem:
        door.content("src/app.py", door.head_sha)
    assert f"`git show {sha}`" in problem.value.remedy


def test_a_path_means_itself_and_no_pattern(folder: Path) -> None:
    write(folder, {":(top)x": "colon\n", "[e]mpty": "brackets\n"})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Odd")
    door = commits(folder)
    assert door.content(":(top)x", door.head_sha) == b"colon\n"
    assert door.content("[e]mpty", door.head_sha) == b"brackets\n"
    assert door.find_existing(("[e]mpty", "[l]ink"), door.head_sha) == ("[e]mpty",)


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
    (tmp_path / "CLAUDE.md").symlink_to("AGENTS.md")
    commit(tmp_path, {"AGENTS.md": "Count in cents."})
    commits = LocalRepository.find(str(tmp_path)).commits_between("HEAD..HEAD")
    assert commits.list_tree(commits.base_sha).paths == ("AGENTS.md",)


@faults("SE10")
def test_no_program_that_shows_signatures_is_started(tmp_path: Path) -> None:
    first = commit(tmp_path, {"a.py": "a = 1\n"})
    signed = git(tmp_path, "cat-file", "commit", commit(tmp_path, {"a.py": "a = 2\n"}, "Second"))
    head, _, message = signed.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    write(tmp_path, {".git/signed": f"{head}\n{signature}\n\n{message}\n"})
    sha = git(tmp_path, "hash-object", "-t", "commit", "-w", ".git/signed")
    write(tmp_path, {".git/program": f"#!/bin/sh\ntouch '{tmp_path}/started'\n"})
    (tmp_path / ".git" / "program").chmod(0o755)
    git(tmp_path, "config", "log.showSignature", "true")
    git(tmp_path, "config", "gpg.program", str(tmp_path / ".git" / "program"))
    commits = LocalRepository.find(str(tmp_path)).commits_between(f"{first}..{sha}")
    assert commits.snapshot(0).pull.title == "Second"
    assert not (tmp_path / "started").exists()
    git(tmp_path, "log", "-1", sha)
    assert (tmp_path / "started").exists()


def test_a_partial_clone_fetches_nothing_and_says_what_it_lacks(tmp_path: Path) -> None:
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    for number in range(3):
        commit(upstream, {"a.py": f"a = {number}\n"}, f"Set it to {number}")
    git(upstream, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{upstream}", "partial")
    folder = tmp_path / "partial"
    git(folder, "config", "remote.origin.url", "ssh://example.com/x")
    git(folder, "config", "core.sshCommand", f"touch '{tmp_path}/started'; false")
    commits = LocalRepository.find(str(folder)).commits_between("HEAD~2..HEAD")
    with pytest.raises(MissingContentError, match="This clone lacks contents") as problem:
        commits.raw_diff(commits.snapshot(0).pull)
    assert not (tmp_path / "started").exists()
    assert f"`git diff {commits.base_sha} {commits.head_sha}`" in problem.value.remedy
