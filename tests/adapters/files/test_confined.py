"""A folder full of traps: what is read beneath it, and what is not."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.adapters.files.confined import ConfinedFolder
from reviewer.errors import WorkspaceError
from tests.faults import faults
from tests.symlink_swaps import keep_swapping

SECRET = b"a secret outside of the folder"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file in it, beside a secret that is not."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(SECRET)
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (inside / "sub" / "plain.txt").write_bytes(b"text")
    return inside


def test_a_plain_file_is_read(folder: Path) -> None:
    assert ConfinedFolder(str(folder)).read("sub/plain.txt", 10) == b"text"


def a_link(folder: Path) -> str:
    (folder / "link").symlink_to(folder.parent / "outside" / "secret")
    return "link"


def a_link_to_a_folder(folder: Path) -> str:
    (folder / "way").symlink_to(folder.parent / "outside")
    return "way/secret"


def a_link_within(folder: Path) -> str:
    (folder / "alias").symlink_to("sub/plain.txt")
    return "alias"


def a_hard_link(folder: Path) -> str:
    os.link(folder.parent / "outside" / "secret", folder / "hard")
    return "hard"


def a_fifo(folder: Path) -> str:
    os.mkfifo(folder / "fifo")
    return "fifo"


def a_socket(folder: Path) -> str:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
    return "socket"


def a_sparse_file(folder: Path) -> str:
    with (folder / "sparse").open("wb") as file:
        file.truncate(10 << 30)
    return "sparse"


def a_large_file(folder: Path) -> str:
    (folder / "large").write_bytes(b"x" * 101)
    return "large"


TRAPS = [
    a_link,
    a_link_to_a_folder,
    a_link_within,
    a_hard_link,
    a_fifo,
    a_socket,
    a_sparse_file,
    a_large_file,
]


@faults("SE7")
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_what_is_no_plain_file_of_the_folder_is_refused(
    folder: Path, trap: Callable[[Path], str]
) -> None:
    path = trap(folder)
    with pytest.raises(WorkspaceError) as refused:
        ConfinedFolder(str(folder)).read(path, 100)
    assert path in str(refused.value)


@faults("SE7")
@pytest.mark.parametrize("trap", [a_link, a_link_to_a_folder, a_hard_link])
def test_the_traps_work_where_nobody_looks(folder: Path, trap: Callable[[Path], str]) -> None:
    assert (folder / trap(folder)).read_bytes() == SECRET


@faults("SE6", "SE7")
@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "../outside/secret",
        "sub/../../outside/secret",
        "/etc/passwd",
        "/proc/self/environ",
        "//proc/self/environ",
        "sub//plain.txt",
        "./sub/plain.txt",
        "sub/plain.txt/",
        "sub/plain.txt\0",
        "sub",
        "SUB/PLAIN.TXT",
        "missing",
        "sub/" * 70 + "x",
        "x" * 300,
    ],
)
def test_a_path_that_leads_out_or_nowhere_is_refused(folder: Path, path: str) -> None:
    with pytest.raises(WorkspaceError):
        ConfinedFolder(str(folder)).read(path, 1_000)


@faults("SE7")
@pytest.mark.parametrize(
    ("folder", "path", "why"),
    # The second is a plain file, on a device of its own.
    [("/dev", "zero", "no plain file"), ("/", "proc/meminfo", "another device")],
)
def test_a_device_and_a_file_of_another_device_are_refused(
    folder: str, path: str, why: str
) -> None:
    with pytest.raises(WorkspaceError, match=why):
        ConfinedFolder(folder).read(path, 1_000_000)


@faults("SE8")
def test_a_link_swapped_in_between_check_and_open_leads_nowhere(folder: Path) -> None:
    """Swap a folder and a link to the outside as fast as possible while the file is read."""
    (folder.parent / "outside" / "plain.txt").write_bytes(SECRET)
    seen = set[bytes]()
    naive = set[bytes]()
    with keep_swapping(folder / "sub", folder.parent / "outside"):
        # A thread is rarely interrupted at the right place on a busy machine: try until it was.
        for attempt in range(300_000):
            if attempt >= 3_000 and SECRET in naive and seen:
                break
            seen |= _attempt(lambda: ConfinedFolder(str(folder)).read("sub/plain.txt", 100))
            naive |= _attempt(lambda: _checked_before(folder, "sub/plain.txt"))
    assert seen == {b"text"}
    assert SECRET in naive, "the attack works on a reader that checks the path before it opens it"


def _attempt(read: Callable[[], bytes]) -> set[bytes]:
    try:
        return {read()}
    except (WorkspaceError, OSError):
        return set()


def _checked_before(folder: Path, path: str) -> bytes:
    """Read as many tools do: resolve, compare, open."""
    if not (folder / path).resolve().is_relative_to(folder):
        raise PermissionError
    return (folder / path).read_bytes()


def test_a_folder_is_listed_without_what_is_no_plain_file(folder: Path) -> None:
    for trap in (a_link, a_link_to_a_folder, a_fifo):
        trap(folder)
    (folder / "a.txt").touch()
    assert list(ConfinedFolder(str(folder)).files()) == ["a.txt", "sub/plain.txt"]
    assert list(ConfinedFolder(str(folder)).files("sub")) == ["sub/plain.txt"]


@faults("SE7")
@pytest.mark.parametrize("path", ["missing", "a.txt", "way", "..", "/etc"])
def test_only_a_folder_below_is_listed(folder: Path, path: str) -> None:
    a_link_to_a_folder(folder)
    (folder / "a.txt").touch()
    with pytest.raises(WorkspaceError):
        list(ConfinedFolder(str(folder)).files(path))


@faults("SE9")
def test_a_listing_ends_with_its_limit(folder: Path) -> None:
    for number in range(9):
        (folder / "sub" / f"{number}").mkdir()
        (folder / "sub" / f"{number}" / "x").touch()
    assert len(list(ConfinedFolder(str(folder), most_files=3).files())) == 3


@faults("SE7")
@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(
            ["..", ".", "", "a", "/", "\0", "files", "conftest.py", "test_confined.py"]
        ),
        max_size=3,
    ).map("/".join)
)
def test_whatever_the_path_nothing_but_the_folders_files_is_read(path: str) -> None:
    try:
        data = ConfinedFolder(str(Path(__file__).parent)).read(path, 1_000_000)
    except WorkspaceError:
        return
    assert data == Path(__file__).read_bytes()
    assert path == "test_confined.py"
