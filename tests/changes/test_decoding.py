"""Which bytes are text, although git calls them binary."""

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.without_lines import decoding
from tests.faults import faults

CODE = "run('https://evil.example')\n"
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=40)
MARKED = {
    "utf-8-sig": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
}


@faults("HD3")
@pytest.mark.parametrize(("name", "mark"), MARKED.items())
@given(text=TEXTS)
def test_a_byte_order_mark_decides_the_encoding(name: str, mark: bytes, text: str) -> None:
    found = decoding.decode(mark + (CODE + text).encode(name))
    assert found
    assert found.text == CODE + text


@faults("HD3")
@given(TEXTS)
def test_unicode_is_decoded_exactly(text: str) -> None:
    found = decoding.decode(text.encode())
    # A text can begin with what is a mark of UTF-8.
    assert found
    assert found.text == text.removeprefix("\ufeff")


@faults("HD3")
@given(TEXTS, st.integers(0, 5))
def test_stray_nul_bytes_are_counted_and_stay(text: str, count: int) -> None:
    nuls = "\0" * count
    data = f"{CODE}// {nuls}\n{text}".encode()
    found = decoding.decode(data)
    assert found
    assert found.text == data.decode()
    assert found.remark == (
        f"it holds {count} NUL byte{'s' * (count != 1)}" if count else "it is text"
    )


@faults("HD3")
@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
@given(text=st.text(st.characters(max_codepoint=0x7F, min_codepoint=0x20), min_size=1))
def test_utf_16_is_recognised_without_a_mark(name: str, text: str) -> None:
    found = decoding.decode((CODE + text).encode(name))
    assert found
    assert found.text == CODE + text


@faults("HD3")
@pytest.mark.parametrize("name", ["latin-1", "cp1252", "iso8859-15", "shift-jis", "gb18030"])
def test_the_code_in_an_old_encoding_stays_readable(name: str) -> None:
    text = {"shift-jis": "日本語", "gb18030": "中文"}.get(name, "caf\xe9")
    found = decoding.decode(f"// {text * 20} \0\n{CODE}".encode(name))
    assert found
    assert CODE in found.text


@faults("HD3")
@pytest.mark.parametrize("size", [400, 5_000])
def test_random_bytes_are_no_text(size: int) -> None:
    chance = random.Random(size)
    assert not any(decoding.decode(chance.randbytes(size)) for _ in range(200))


@faults("HD3")
@pytest.mark.parametrize(
    "data", [b"\0" * 900, b"\0\1", CODE.encode() + b"\0\1\2" * 99, b"\xff\xfe\0\xd8\0\0"]
)
def test_bytes_of_control_are_no_text(data: bytes) -> None:
    assert decoding.decode(data) is None


ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252", "latin-1")


def encodings_of(text: str) -> Iterator[bytes]:
    for name in ENCODINGS:
        with suppress(UnicodeEncodeError):
            yield text.encode(name)


@given(
    st.binary(max_size=300)
    | st.binary(max_size=8)
    | st.builds(lambda text, name: text.encode(name, "ignore"), TEXTS, st.sampled_from(ENCODINGS))
)
def test_no_byte_of_a_decoded_file_is_lost(data: bytes) -> None:
    found = decoding.decode(data)
    assert found is None or any(data.endswith(each) for each in encodings_of(found.text))
