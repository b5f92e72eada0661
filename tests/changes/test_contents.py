"""Rows without lines: the contents decide, whatever the row says; nothing hides in them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.changes import parts, selection
from reviewer.changes.diff import ChangedFile, FileChange
from reviewer.changes.parts import CUT_MARK, LONGEST_LINE
from reviewer.changes.without_lines import contents
from reviewer.changes.without_lines.contents import Contents
from reviewer.changes.without_lines.unshown import Unreviewable, Unshown
from reviewer.config.settings import Settings
from reviewer.errors import ForgeError, NotFoundError
from reviewer.pull_request import ListedFile
from reviewer.review.result import Status
from tests import builders
from tests.fakes import FakeForge
from tests.faults import faults
from tests.unified_diffs import patch_by_difflib

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
NEITHER = "git calls it binary, and it is neither text nor of the format that its name says"
EVIL = "evil('https://evil.example')"


def row(path: str = "a.js", *, status: str = "modified", old: str | None = None) -> ListedFile:
    return ListedFile(path, status, 0, 0, None, old)


def resolve(
    listed: ListedFile, new: bytes | None, old: bytes | None = None, *, binary: bool = True
) -> FileChange:
    forge = FakeForge(
        contents={} if new is None else {listed.path: new},
        old_contents={} if old is None else {listed.previous_path or listed.path: old},
    )
    return Contents(forge, builders.pull()).resolve(Unshown(listed, binary=binary))


def texts(file: FileChange) -> list[str]:
    assert isinstance(file, ChangedFile)
    return [f"{line.kind.value}{line.text}" for line in file.changed_lines]


@faults("HD3")
def test_the_difference_to_the_merge_base_is_shown() -> None:
    file = resolve(row(), b"a\n\0\nc\n", b"a\nb\nc\n")
    assert texts(file) == ["-b", "+\0"]
    assert isinstance(file, ChangedFile)
    assert file.remark == "git calls it binary: it holds 1 NUL byte"


@faults("HD3")
@pytest.mark.parametrize("old", [None, PNG, b""])
def test_without_an_old_text_all_lines_are_new(old: bytes | None) -> None:
    assert texts(resolve(row(), b"a\0\nb\n", old)) == ["+a\0", "+b"]


@faults("HD3")
def test_a_text_in_a_new_encoding_is_shown_whole() -> None:
    assert texts(resolve(row(), "a\n".encode("utf-16"), b"a\n")) == ["+a"]


@faults("HD3")
def test_a_text_that_was_emptied_shows_what_is_gone() -> None:
    assert texts(resolve(row(), b"", b"a\0\n")) == ["-a\0"]


@pytest.mark.parametrize(
    ("listed", "new", "old", "status", "reason"),
    [
        (row("a.png"), PNG, None, Status.SKIPPED, "binary"),
        (row("a.wasm"), b"\0asm" + PNG, None, Status.EXCLUDED, "program in binary form"),
        (row("a.js"), PNG, None, Status.FAILED, NEITHER),
        (row(), b"", None, Status.SKIPPED, "empty file"),
        (row(), b"a\0", b"a\0", Status.SKIPPED, "mode change only"),
        (row(), None, None, Status.FAILED,
         "git calls it binary, and the head commit has no file of this name"),
        (row(status="renamed", old="b.js"), b"a", b"a", Status.SKIPPED,
         "renamed without changes from b.js"),
    ],
)  # fmt: skip
def test_a_row_without_lines_gets_its_reason(
    listed: ListedFile, new: bytes | None, old: bytes | None, status: Status, reason: str
) -> None:
    found = resolve(listed, new, old)
    assert isinstance(found, Unreviewable)
    assert (found.status, found.reason) == (status, reason)
    assert found.previous_path == listed.previous_path


@faults("HD5")
def test_a_rename_with_another_content_is_read() -> None:
    listed = row(status="renamed", old="b.js")
    assert texts(resolve(listed, b"a\nevil\n", b"a\n", binary=False)) == ["+evil"]


class Failing(FakeForge):
    """Fails to read any file, with `problem`."""

    problem: ForgeError = NotFoundError("It is larger than 1,048,576 bytes.")

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
        raise self.problem


@faults("HD3")
def test_a_file_that_cannot_be_read_is_not_reviewed() -> None:
    found = Contents(Failing(), builders.pull()).resolve(Unshown(row()))
    assert isinstance(found, Unreviewable)
    assert found.status is Status.FAILED
    assert found.reason == "GitHub shows no patch: It is larger than 1,048,576 bytes."
    assert Contents(Failing(), builders.pull()).read_head("a.js") == ""


@faults("HD3")
def test_a_bounded_number_of_files_is_read() -> None:
    forge = FakeForge(contents={"a.js": b"a\0"})
    reader = Contents(forge, builders.pull())
    found = [reader.resolve(Unshown(row())) for _ in range(contents.MOST_FILES + 1)]
    assert all(isinstance(file, ChangedFile) for file in found[:-1])
    assert isinstance(found[-1], Unreviewable)
    assert found[-1].status is Status.FAILED
    heads = [reader.read_head("a.js") for _ in range(contents.MOST_MARKED + 1)]
    assert heads == ["a\0"] * contents.MOST_MARKED + [""]


def hide_nul(text: str) -> bytes:
    return f"{text}// \0\n".encode()


def pad(text: str) -> bytes:
    return f"{' ' * 5_001}\n{text}{'x' * 6_000}\n".encode()


def pad_the_line(text: str) -> bytes:
    return text.replace("\n", " " * 5_001 + "\n").encode()


def mark(text: str) -> bytes:
    return f"// @generated\n// Code generated by x. DO NOT EDIT.\n{text}".encode()


HIDING: tuple[Callable[[str], bytes], ...] = (
    str.encode,
    hide_nul,
    pad,
    pad_the_line,
    mark,
    lambda text: text.encode("utf-16"),
    lambda text: text.encode("utf-16-le"),
    lambda text: text.encode("utf-32-be"),
    lambda text: b"\x89PNG\r\n\x1a\n" + text.encode(),
    lambda text: b"\x7fELF\x02" + bytes(range(32)) * 20 + text.encode(),
)
PATHS = (
    "src/a.js", "vendor/a.js", "x.png", "a.pb.go", "uv.lock", "dist/index.js", "a.exe", "b\n.so",
    ".github/workflows/vendor/a.yml", "Vendor", "a.min.js", "tool", "a.snap", "node_modules",
)  # fmt: skip
LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n")), max_size=6)


def list_as_github(path: str, status: str, old: bytes, new: bytes) -> ListedFile:
    """Make the row as GitHub does: without a patch where a NUL byte makes git say binary."""
    empty = ListedFile(path, status, 0, 0, None, "old.js" if status == "renamed" else None)
    if b"\0" in old[:8_000] + new[:8_000]:
        return empty
    patch = patch_by_difflib(old.decode(errors="replace"), new.decode(errors="replace"), 3)
    return replace(empty, patch=patch or None)


@faults("HD1", "HD3", "HD4", "HD6")
@settings(deadline=None)
@example(["\x1f\x1f\x07"], str.encode, HIDING[8], "x.png", "added")
@given(
    LINES,
    st.sampled_from(HIDING),
    st.sampled_from(HIDING),
    st.sampled_from(PATHS),
    st.sampled_from(["added", "modified", "renamed"]),
)
def test_a_line_is_shown_or_the_review_says_that_it_is_not(
    lines: list[str],
    before: Callable[[str], bytes],
    after: Callable[[str], bytes],
    path: str,
    status: str,
) -> None:
    text = "".join(f"{line}\n" for line in lines)
    new = after(f"{text}{EVIL}\n")
    old = b"" if status == "added" else before(text)
    listed = list_as_github(path, status, old, new)
    forge = FakeForge(rows=[listed], contents={path: new})
    forge.old_contents = {listed.previous_path or path: old}
    found = selection.read_changes(forge, builders.pull(), Settings())
    if found.files:
        _assert_shown(found.files[0])
    else:
        assert [report.status for report in found.reports] != [Status.SKIPPED]


def _assert_shown(file: ChangedFile) -> None:
    """Every changed line is in a batch, whole or cut and named, and the evil one is readable."""
    shown = [
        (line, part)
        for part in parts.split(file, 20_000)
        for hunk in part.hunks
        for line in hunk.changed_lines
    ]
    for whole, (line, part) in zip(file.changed_lines, shown, strict=True):
        cut = len(whole.text) > LONGEST_LINE
        name = f"line {whole.new}" if whole.new else f"old line {whole.old}"
        assert any(said.startswith(f"{name} cut at") for said in part.cuts) == cut
        assert whole.text.startswith(line.text.removesuffix(CUT_MARK))
    assert any(EVIL in line.text for line, _ in shown)
