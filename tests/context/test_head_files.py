"""Where the files of the head commit are read, and how often somebody is asked for them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from reviewer.context.repository.head_files import READ_TOGETHER, HeadFiles
from reviewer.errors import ForgeError, NotFoundError, RequestReserveError, WorkspaceError
from reviewer.ports import LARGEST_FILE, Archive, Blob, CommitFiles
from tests.fakes import FakeCommitFiles, FakeForge
from tests.faults import faults

HEAD = "a" * 40
FILES = {"src/app.py": b"new = 2\n", "docs/a.md": b"caf\xe9\n", "logo.png": b"\x89PNG\0"}


@dataclass
class CountingForge(FakeForge):
    """Writes down what is asked; `refused` names what it does not do."""

    contents: Mapping[str, bytes] = field(default_factory=lambda: FILES)
    refused: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    # Paths that the archive lacks, as a repository's attributes may say.
    left_out: tuple[str, ...] = ()

    def _note(self, what: str, times: str = "") -> None:
        self.asked.append(f"{what} {times}".strip())
        if what in self.refused:
            raise NotFoundError(f"There is no {what}.")

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:
        self._note("list")
        return super().blobs(sha, optional=optional)

    def archive(self, sha: str) -> Archive:
        self._note("archive")
        kept = {p: d for p, d in self.contents.items() if p not in self.left_out}
        return lambda files: FakeCommitFiles({p: d for p, d in kept.items() if p in files})

    def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        self._note("query", str(len(paths)))
        return super().text_contents(paths, sha)

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
        assert optional
        self._note("file", path)
        return super().content(path, sha, optional=optional)


def opens(contents: Mapping[str, bytes]) -> Callable[[Mapping[str, Blob]], CommitFiles]:
    """Open a checkout that has these files as the commit has them."""
    return lambda _files: FakeCommitFiles(contents)


def test_the_commit_is_read_once_and_then_no_file_costs_a_request() -> None:
    forge = CountingForge()
    head = HeadFiles(forge, HEAD, FILES)
    assert forge.asked == []
    head.load()
    assert [head.text(path) for path in FILES] == ["new = 2\n", "caf\ufffd\n", "\ufffdPNG\0"]
    assert forge.asked == ["list", "archive"]
    assert head.missing == ""


def test_many_threads_read_the_commit_once() -> None:
    forge = CountingForge()
    head = HeadFiles(forge, HEAD)
    together = threading.Barrier(8)

    def read(_number: int) -> str | None:
        together.wait(5)
        return head.text("src/app.py")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(8))) == {"new = 2\n"}
    assert forge.asked == ["list", "archive"]


def test_a_checkout_that_is_the_commit_serves_in_place_of_the_archive() -> None:
    forge = CountingForge()
    head = HeadFiles(forge, HEAD, FILES, opens(FILES))
    assert head.text("src/app.py") == "new = 2\n"
    assert forge.asked == ["list"]


def test_a_checkout_of_another_commit_does_not_keep_the_archive_away() -> None:
    forge = CountingForge()
    head = HeadFiles(forge, HEAD, FILES, opens({"docs/a.md": FILES["docs/a.md"]}))
    assert head.text("src/app.py") == "new = 2\n"
    assert forge.asked == ["list", "archive"]


def test_a_file_too_large_for_any_of_them_does_not_keep_a_checkout_from_serving() -> None:
    forge = CountingForge(contents=FILES | {"large": b"x" * (LARGEST_FILE + 1)})
    assert HeadFiles(forge, HEAD, FILES, opens(FILES)).text("src/app.py") == "new = 2\n"
    assert forge.asked == ["list"]


@faults("HA6")
def test_without_an_archive_the_wanted_files_are_read_together() -> None:
    files = {f"f{n}": b"%d\n" % n for n in range(2 * READ_TOGETHER + 1)}
    forge = CountingForge(contents=files, refused=("archive",))
    head = HeadFiles(forge, HEAD, [*files, "no such file"])
    assert [head.text(path) for path in files] == [f"{n}\n" for n in range(len(files))]
    assert forge.asked == ["list", "archive", "query 40", "query 40", "query 1"]
    assert head.missing == "There is no archive."


@faults("HA6")
def test_without_the_list_of_files_the_wanted_ones_are_read_together() -> None:
    forge = CountingForge(refused=("list",))
    head = HeadFiles(forge, HEAD, ["src/app.py"])
    assert head.text("src/app.py") == "new = 2\n"
    assert forge.asked == ["list", "query 1"]


@faults("HA6")
def test_without_queries_each_file_is_read_by_itself_and_once() -> None:
    forge = CountingForge(refused=("archive", "query"))
    head = HeadFiles(forge, HEAD, FILES)
    assert [head.text("src/app.py"), head.text("src/app.py")] == ["new = 2\n"] * 2
    assert head.text("no such file") == ""
    assert forge.asked[2:] == ["query 3", "file src/app.py", "file no such file"]


@faults("HA5")
def test_wanted_files_that_the_archive_lacks_are_read_together() -> None:
    forge = CountingForge(left_out=("src/app.py", "docs/a.md"))
    head = HeadFiles(forge, HEAD, FILES)
    assert [head.text(path) for path in FILES] == ["new = 2\n", "caf\ufffd\n", "\ufffdPNG\0"]
    assert forge.asked == ["list", "archive", "query 2"]


@faults("HA5")
def test_another_file_that_the_archive_lacks_is_read_by_itself() -> None:
    forge = CountingForge(left_out=("src/app.py",))
    assert HeadFiles(forge, HEAD).text("src/app.py") == "new = 2\n"
    assert forge.asked == ["list", "archive", "file src/app.py"]


def test_a_file_that_nobody_can_read_is_none_and_asked_for_once() -> None:
    forge = CountingForge(refused=("archive", "query", "file"))
    head = HeadFiles(forge, HEAD, FILES)
    assert [head.text("src/app.py"), head.text("src/app.py")] == [None, None]
    assert forge.asked.count("file src/app.py") == 1
    assert head.unread == set()


def test_a_file_that_is_too_large_is_not_asked_for() -> None:
    forge = CountingForge(contents=FILES | {"large": b"x" * (LARGEST_FILE + 1)})
    forge.left_out = ("large",)
    assert HeadFiles(forge, HEAD, ["large"]).text("large") is None
    assert forge.asked == ["list", "archive"]


@faults("PD1")
def test_files_that_are_not_read_for_the_reserve_are_counted() -> None:
    class Saving(CountingForge):
        def _note(self, what: str, times: str = "") -> None:
            raise RequestReserveError("The rest is kept.")

    head = HeadFiles(Saving(), HEAD, FILES)
    assert [head.text(path) for path in FILES] == [None, None, None]
    assert head.unread == FILES.keys()


def test_texts_are_those_of_all_text_files_at_hand_up_to_a_size() -> None:
    forge = CountingForge(contents=FILES | {"long": b"x" * 100, "far": b"y"}, left_out=("far",))
    head = HeadFiles(forge, HEAD)
    assert list(head.texts(99)) == [("docs/a.md", "caf\ufffd\n"), ("src/app.py", "new = 2\n")]
    assert ("long", "x" * 100) in list(head.texts(100))
    assert forge.asked == ["list", "archive"]


def test_as_a_workspace_it_lists_and_reads_the_plain_files() -> None:
    forge = CountingForge(left_out=("docs/a.md",))
    head = HeadFiles(forge, HEAD)
    assert head.paths() == ("docs/a.md", "logo.png", "src/app.py")
    assert head.read("src/app.py") == head.near("src/app.py") == "new = 2\n"
    assert (head.near("docs/a.md"), head.read("docs/a.md")) == (None, "caf\ufffd\n")


@faults("SE6")
@pytest.mark.parametrize("path", [".git/config", "/proc/self/environ", "../x", ""])
def test_what_is_not_in_the_commit_is_no_file_of_the_workspace(path: str) -> None:
    head = HeadFiles(CountingForge(), HEAD, (), opens({path: b"secret"}))
    for read in (head.read, head.near):
        with pytest.raises(WorkspaceError, match="no plain file of the reviewed commit"):
            read(path)


def test_a_forge_that_fails_is_a_problem_of_the_workspace() -> None:
    head = HeadFiles(CountingForge(left_out=("src/app.py",), refused=("file",)), HEAD)
    with pytest.raises(WorkspaceError, match="There is no file"):
        head.read("src/app.py")
    with pytest.raises(WorkspaceError, match="cannot be listed: There is no list"):
        HeadFiles(CountingForge(refused=("list",)), HEAD).paths()


def test_the_list_is_read_once_and_its_error_is_the_forges() -> None:
    forge = CountingForge()
    head = HeadFiles(forge, HEAD)
    assert head.list_files() == head.list_files()
    assert forge.asked == ["list"]
    with pytest.raises(ForgeError, match="There is no list"):
        HeadFiles(CountingForge(refused=("list",)), HEAD).list_files()
