"""What is kept of an archive, and what a hostile one can do: nothing, and not for long."""

import gzip
import hashlib
import os
import subprocess
import tarfile
import tempfile
import tracemalloc
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.adapters.files.archive import Limits, UnpackedFiles, unpack
from reviewer.errors import ForgeError
from reviewer.ports import LARGEST_FILE, Blob
from tests.faults import faults
from tests.loopback import archives
from tests.loopback.state import Symlink, Tree

FOLDER = "octo-shop-1234567"
TREE: Tree = {"src/app.py": b"new = 2\n", "docs/a.md": b"text\n", "empty": b""}


def blob(data: bytes) -> Blob:
    return Blob(hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), len(data))


def blobs(tree: Tree) -> dict[str, Blob]:
    return {path: blob(data) for path, data in tree.items() if isinstance(data, bytes)}


def pieces(data: bytes, size: int = 1_000) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def unpack_members(
    *members: tuple[tarfile.TarInfo, bytes], files: Mapping[str, Blob] | None = None
) -> UnpackedFiles:
    packed = archives.pack_members(members)
    return unpack(pieces(packed), blobs(TREE) if files is None else files)


def plain(name: str, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return archives.member(name, data), data


@pytest.mark.parametrize("size", [1, 7, 512, 100_000])
def test_what_the_commit_has_is_kept_whatever_pieces_it_comes_in(size: int) -> None:
    kept = unpack(pieces(archives.pack(TREE, FOLDER, "a" * 40), size), blobs(TREE))
    assert {path: kept.read(path) for path in TREE} == TREE
    assert kept.read("src") is None
    assert kept.read(f"{FOLDER}/src/app.py") is None


def git(folder: Path, *arguments: str) -> bytes:
    names = ["-c", "user.name=dev", "-c", "user.email=dev@example.org"]
    done = subprocess.run(["git", *names, *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout


def archive_of_git(folder: Path) -> bytes:
    """Commit what is in a folder, and return the archive that git makes of it."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "All")
    return git(folder, "archive", "--format=tar.gz", f"--prefix={FOLDER}/", "HEAD")


def test_an_archive_of_git_with_names_of_every_length_and_kind_is_kept(tmp_path: Path) -> None:
    deep = "/".join(["folder" * 15] * 4)
    names = [
        "a",
        "x" * 99,
        "y" * 100,
        "z" * 200,
        f"{deep}/{'w' * 200}",
        "ünï",
        "a\tb",
        "a\nb",
        " b",
    ]
    for name in [*names, os.fsdecode(b"caf\xe9")]:
        Path(tmp_path, name).parent.mkdir(parents=True, exist_ok=True)
        Path(tmp_path, name).write_bytes(name.encode(errors="surrogateescape") + b"\r\n")
    Path(tmp_path, "link").symlink_to("a")
    files = {n: blob(n.encode(errors="surrogateescape") + b"\r\n") for n in names}
    kept = unpack(pieces(archive_of_git(tmp_path)), files | {"link": blob(b"a")})
    assert [name for name in names if kept.read(name) is None] == []
    assert kept.read("link") is None


@faults("HA5")
def test_what_attributes_leave_out_or_change_in_an_archive_is_not_taken_for_the_commit(
    tmp_path: Path,
) -> None:
    tree = {
        "hidden.py": b"evil()\n",
        "stamped.py": b"commit = '$Format:%H$'\n",
        "lines.py": b"a\nb\n",
        ".gitattributes": b"hidden.py export-ignore\nstamped.py export-subst\n*.py eol=crlf\n",
    }
    for name, data in tree.items():
        Path(tmp_path, name).write_bytes(data)
    kept = unpack(pieces(archive_of_git(tmp_path)), {n: blob(data) for n, data in tree.items()})
    assert kept.read("hidden.py") is None
    assert kept.read("stamped.py") is None
    assert kept.read("lines.py") == b"a\nb\n"


# Every name has to leave the same folder empty.
@faults("HA1")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8"), max_size=300)
        | st.lists(st.sampled_from(["..", ".", "", "/", "src", "app.py", "\0", "\\", "C:"])).map(
            "/".join
        ),
        max_size=5,
    )
)
def test_no_name_of_a_member_leads_anywhere(temporary_folder: Path, names: list[str]) -> None:
    members = [plain(name, b"evil") for name in names]
    kept = unpack_members(*members, plain(f"{FOLDER}/src/app.py", b"new = 2\n"))
    assert list(temporary_folder.iterdir()) == []
    assert kept.read("src/app.py") == b"new = 2\n"
    assert all(kept.read(name) in {None, TREE.get(name)} for name in names)


@faults("HA1")
@pytest.mark.parametrize("name", ["../x", "/etc/x", f"{FOLDER}/../../x", f"{FOLDER}//etc/x"])
def test_a_path_that_leads_out_is_part_of_no_commit(name: str) -> None:
    kept = unpack_members(plain(name, b"evil"))
    found = (kept.read(each) for each in (name, name.partition("/")[2]))
    assert not any(found)


KINDS = {
    "a link": tarfile.SYMTYPE,
    "a hard link": tarfile.LNKTYPE,
    "a folder": tarfile.DIRTYPE,
}
FORBIDDEN = {
    "a device": tarfile.CHRTYPE,
    "a disk": tarfile.BLKTYPE,
    "a pipe": tarfile.FIFOTYPE,
    "a sparse file": tarfile.GNUTYPE_SPARSE,
    "a continuous file": tarfile.CONTTYPE,
    "a long name": tarfile.GNUTYPE_LONGNAME,
    "an unknown kind": b"Q",
}


@faults("HA2")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_no_plain_file_is_left_out(kind: bytes) -> None:
    odd = tarfile.TarInfo(f"{FOLDER}/src/app.py")
    odd.type, odd.linkname = kind, "/etc/passwd"
    kept = unpack_members((odd, b""), plain(f"{FOLDER}/docs/a.md", b"text\n"))
    assert kept.read("src/app.py") is None
    assert kept.read("docs/a.md") == b"text\n"


@faults("HA2")
@pytest.mark.parametrize("kind", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_git_never_writes_ends_the_reading(kind: bytes) -> None:
    odd = tarfile.TarInfo(f"{FOLDER}/src/app.py")
    odd.type = kind
    with pytest.raises(ForgeError, match="cannot be read"):
        unpack_members((odd, b""))


@faults("HA2")
def test_a_file_with_holes_in_the_newer_form_is_left_out() -> None:
    odd, data = plain(f"{FOLDER}/src/app.py", b"new = 2\n")
    odd.pax_headers = {"GNU.sparse.map": "0,8", "GNU.sparse.size": "99999999999"}
    assert unpack_members((odd, data)).read("src/app.py") is None


def headers(*kinds: tuple[bytes, int, bytes]) -> bytes:
    """Make an archive of bare headers with their contents, whatever they say."""
    parts = []
    for kind, size, data in kinds:
        info = tarfile.TarInfo("x")
        info.type, info.size = kind, size
        parts += [info.tobuf(tarfile.GNU_FORMAT), data]
    return gzip.compress(b"".join(parts))


@faults("HA3")
@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_header_without_end_is_not_read(kind: bytes) -> None:
    with pytest.raises(ForgeError, match="cannot be read"):
        unpack(pieces(headers((kind, 300_000_000, b""))), {})


@faults("HA3")
def test_a_header_of_megabytes_is_not_read() -> None:
    """tarfile reads a header at once, and looks for the parts of it in quadratic time."""
    text = b"1" * 3_000_000
    with pytest.raises(ForgeError, match=r"cannot be read \(ValueError\)"):
        unpack(pieces(headers((tarfile.XHDTYPE, len(text), text))), {})


@faults("HA3")
def test_headers_of_headers_without_end_are_not_followed() -> None:
    record = b"11 path=ab\n".ljust(512, b"\0")
    with pytest.raises(ForgeError, match="cannot be read"):
        unpack(pieces(headers(*[(tarfile.XHDTYPE, 11, record)] * 5_000)), {})


def bomb() -> Iterator[bytes]:
    """Yield a gigabyte of nothing in a megabyte, again and again."""
    packer = zlib.compressobj(9, wbits=31)
    info = tarfile.TarInfo("x")
    info.size = 8 * 1024**3
    yield packer.compress(info.tobuf(tarfile.GNU_FORMAT))
    zeros = bytes(1 << 24)
    yield from (packer.compress(zeros) for _ in repeat(None))


@faults("HA3")
def test_a_bomb_is_unpacked_no_further_than_the_limit_and_no_more_than_a_piece_at_once() -> None:
    taken = 0

    def count() -> Iterator[bytes]:
        nonlocal taken
        for piece in bomb():
            taken += len(piece)
            yield piece

    tracemalloc.start()
    try:
        with pytest.raises(ForgeError, match=r"too large.*more than 50 MB"):
            unpack(count(), {}, Limits(unpacked=50_000_000))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 200_000
    # The bomb itself has 16 MiB of zeros in memory.
    assert most < 40_000_000


@faults("HA3")
def test_an_archive_without_end_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(ForgeError, match="more than 2 MB packed"):
        unpack(noise(), {}, Limits(packed=2_000_000))


def noise() -> Iterator[bytes]:
    """Yield a file of bytes that cannot be compressed, for ever."""
    packer = zlib.compressobj(1, wbits=31)
    info = tarfile.TarInfo("x")
    info.size = 8 * 1024**3
    yield packer.compress(info.tobuf(tarfile.GNU_FORMAT))
    yield from (packer.compress(os.urandom(1 << 20)) for _ in repeat(None))


@faults("HA3")
def test_an_archive_of_too_many_members_is_given_up() -> None:
    packed = archives.pack_members([plain(f"{FOLDER}/{n}", b"") for n in range(30)])
    with pytest.raises(ForgeError, match="more than 20 members"):
        unpack(pieces(packed), {}, Limits(members=20))


@faults("HA3")
@pytest.mark.parametrize(
    ("files", "why"),
    [
        (dict.fromkeys(map(str, range(21)), blob(b"")), "more than 20 files"),
        ({"a": Blob("a" * 40, 40_000_001), "b": Blob("b" * 40, 10_000_000)}, "more than 50 MB"),
    ],
    ids=["files", "bytes"],
)
def test_a_commit_over_a_limit_is_not_asked_for(files: dict[str, Blob], why: str) -> None:
    left = iter([b"piece"])
    with pytest.raises(ForgeError, match=why):
        unpack(left, files, Limits(unpacked=50_000_000, members=20))
    assert list(left) == [b"piece"]


def test_a_large_file_is_passed_over_and_the_next_one_kept() -> None:
    large = b"x" * (LARGEST_FILE + 1)
    files = {"large": blob(large), "small": blob(b"s")}
    kept = unpack_members(plain("o/large", large), plain("o/small", b"s"), files=files)
    assert (kept.read("large"), kept.read("small")) == (None, b"s")


@pytest.mark.parametrize("cut", [0, 1, 10, 100])
def test_an_archive_that_ends_too_early_is_an_error(cut: int) -> None:
    packed = archives.pack(TREE, FOLDER, "")
    with pytest.raises(ForgeError, match="cannot be read"):
        unpack(pieces(packed[:cut]), blobs(TREE))


@given(st.binary(max_size=2_000))
def test_what_is_no_archive_is_an_error_or_holds_nothing(data: bytes) -> None:
    for packed in (data, gzip.compress(data)):
        try:
            kept = unpack(pieces(packed), blobs(TREE))
        except ForgeError:
            continue
        assert kept.read("src/app.py") is None


@given(st.data())
def test_a_damaged_archive_is_an_error_or_holds_what_the_commit_has(data: st.DataObject) -> None:
    whole = bytearray(gzip.decompress(archives.pack(TREE | {"l": Symlink("x")}, FOLDER, "ab")))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        kept = unpack(pieces(gzip.compress(bytes(whole))), blobs(TREE))
    except ForgeError:
        return
    assert all(kept.read(path) in {None, entry} for path, entry in TREE.items())


@faults("HA4")
def test_contents_are_in_a_file_that_has_no_name_and_is_gone_with_the_last_reader(
    temporary_folder: Path,
) -> None:
    kept = UnpackedFiles()
    kept.add("a", b"text")
    assert list(temporary_folder.iterdir()) == []
    (opened,) = open_files(temporary_folder)
    assert "deleted" in opened
    del kept
    assert open_files(temporary_folder) == []


def open_files(folder: Path) -> list[str]:
    """Return what the system says of this process's open files below a folder."""
    names = (str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())
    return [name for name in names if name.startswith(str(folder))]


@faults("HA4")
@pytest.mark.parametrize("folder", ["nowhere", ""])
def test_without_a_temporary_folder_nothing_is_kept_in_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """Python's last choice of a temporary folder is the current one, which is the workspace."""
    monkeypatch.chdir(tmp_path)
    # The variable that tempfile documents for choosing the folder.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / folder))
    with pytest.raises(ForgeError, match="no room"):
        UnpackedFiles()


def test_a_full_disk_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = UnpackedFiles()
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        os.dup2(full.fileno(), kept._file)  # noqa: SLF001
    with pytest.raises(ForgeError, match="No space left"):
        kept.add("a", b"text")
    assert kept.read("a") is None


def test_an_archive_may_be_read_by_many_threads_at_once() -> None:
    kept = UnpackedFiles()
    for number in range(100):
        kept.add(str(number), b"%d" % number * 1_000)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(kept.read, map(str, range(100))))
    assert found == [b"%d" % number * 1_000 for number in range(100)]
