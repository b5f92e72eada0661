"""A binary file needs the name and the first bytes of its format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.without_lines.binary_formats import Format, identify
from tests.faults import faults

STARTS = {
    "a.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "a.webp": b"RIFF\1\2\3\4WEBPVP8 ",
    "a.ico": b"\0\0\1\0\1\0",
    "a.bmp": b"BM" + b"\0" * 12 + b"\x28\0\0\0",
    "a.woff2": b"wOF2\0\1\0\0",
    "a.mp4": b"\0\0\0\x20ftypisom",
    "a.pdf": b"%PDF-1.7\n",
    "a.sqlite3": b"SQLite format 3\0",
    "a.npy": b"\x93NUMPY\1\0v\0{'descr': '<f8'}",
}
ARCHIVES = {
    "a.zip": b"PK\x03\x04\x14\0",
    "a.tgz": b"\x1f\x8b\x08\0",
    "a.tar.gz": b"\x1f\x8b\x08\0",
    "a.tar": b"\0" * 257 + b"ustar",
    "a.xz": b"\xfd7zXZ\0",
    "a.7z": b"7z\xbc\xaf\x27\x1c",
    "a.bz2": b"BZh91AY&SY",
    "a.zst": b"\x28\xb5\x2f\xfd",
    "a.rar": b"Rar!\x1a\x07",
    "a.docx": b"PK\x03\x04\x14\0",
    "a.npz": b"PK\x03\x04\x14\0",
}
PROGRAMS = {
    "a.exe": b"MZ\x90\0",
    "liba.so.1.2.3": b"\x7fELF\x02",
    "a.node": b"\x7fELF\x02",
    "a.dylib": b"\xcf\xfa\xed\xfe",
    "A.class": b"\xca\xfe\xba\xbe",
    "a.jar": b"PK\x03\x04",
    "a.whl": b"PK\x03\x04",
    "a.pyc": b"\xa7\r\r\n",
    "a.wasm": b"\0asm\1",
    "a.a": b"!<arch>\n",
    "a.pkl": b"\x80\x04",
    "a.npy": b"\x93NUMPY\1\0v\0{'descr': '|O'}",
    "a.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "tool": b"\x7fELF\x02",
}


@faults("HD3")
@pytest.mark.parametrize(("path", "start"), STARTS.items())
def test_data_is_recognised_by_name_and_first_bytes(path: str, start: bytes) -> None:
    assert identify(path, start) is Format.DATA
    assert identify(f"docs/{path.upper()}", start) is Format.DATA


@faults("HD12")
@pytest.mark.parametrize(("path", "start"), ARCHIVES.items())
def test_archives_are_distinguished_from_data(path: str, start: bytes) -> None:
    assert identify(f"lib/{path}", start) is Format.ARCHIVE


@faults("HD3")
@pytest.mark.parametrize(("path", "start"), PROGRAMS.items())
def test_programs_are_distinguished_from_data(path: str, start: bytes) -> None:
    assert identify(f"lib/{path}", start) is Format.PROGRAM


@faults("HD3")
@pytest.mark.parametrize("path", [*STARTS, *PROGRAMS, *ARCHIVES])
@given(start=st.binary(max_size=64))
def test_a_name_alone_identifies_no_format(path: str, start: bytes) -> None:
    if start[:2] not in {(STARTS | PROGRAMS | ARCHIVES)[path][:2], b"MZ", b"\xff\xfb"}:
        identified = identify(path, b"#!" + start)
        # A compiled module of Python begins with any two bytes.
        assert identified is None or (path.endswith(".pyc") and start[:2] == b"\r\n")


@faults("HD3")
@pytest.mark.parametrize(
    "path", ["a.js", "a.png.js", "png", ".png", "a.png/x", "a.png ", "a", "so"]
)
@pytest.mark.parametrize("start", STARTS.values())
def test_the_first_bytes_alone_identify_no_format(path: str, start: bytes) -> None:
    assert identify(path, start) is None
