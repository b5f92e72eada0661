from pathlib import Path

import pytest

from reviewer.changes import diff, git_diff
from reviewer.changes.diff import ChangedFile, FileChange
from reviewer.changes.without_lines.unshown import Unreviewable, Unshown
from reviewer.pull_request import ListedFile
from reviewer.review.result import Status
from tests.faults import faults

DIFFS = Path(__file__).parents[1] / "data" / "diffs"
ONE_LINE_MORE = "@@ -1 +1,2 @@\n a\n+b"
ODD_PATHS = (
    "-rf.py",
    "..py",
    "back\\slash.py",
    "café.py",
    "new\nline.py",
    'quote"d.py',
    "tab\there.py",
    "with space.py",
    "x b/x b/x.py",
    "😀.py",
)


def raw(name: str) -> str:
    # Bytes: reading as text would turn carriage returns into line feeds.
    return (DIFFS / name).read_bytes().decode()


def row(path: str, *, status: str = "modified", patch: str | None = None) -> ListedFile:
    return ListedFile(path, status, additions=0, deletions=0, patch=patch)


def reconcile(path: str, *, status: str = "modified") -> FileChange:
    (file,) = diff.reconcile((row(path, status=status),), raw("odd-files.diff"))
    return file


def added_texts(file: FileChange) -> list[str]:
    assert isinstance(file, ChangedFile)
    return [line.text for line in file.changed_lines]


@faults("DF9")
@pytest.mark.parametrize("name", ["odd-files.diff", "odd-files-binary.diff"])
@pytest.mark.parametrize("path", ODD_PATHS)
def test_an_odd_path_is_found_in_the_raw_diff(name: str, path: str) -> None:
    patches = {file.path: file.patch for file in git_diff.parse(raw(name))}
    assert patches[path] == ONE_LINE_MORE


@faults("DF9")
def test_a_path_that_is_not_utf_8_reads_as_in_the_forges_json() -> None:
    patches = {file.path: file.patch for file in git_diff.parse(raw("odd-files.diff"))}
    assert patches["latin-\ufffd.py"] == ONE_LINE_MORE


@faults("DF9")
@pytest.mark.parametrize(
    ("quoted", "name"),
    [
        ("plain", "plain"),
        ('"', '"'),
        ("", ""),
        (r'"a\tb\nc\"d\\e"', 'a\tb\nc"d\\e'),
        (r'"\a\b\v\f\r"', "\a\b\v\f\r"),
        (r'"\303\251\012"', "é\n"),
        (r'"😀\t"', "😀\t"),
        (r'"\\303"', r"\303"),
        (r'"\777"', "\ufffd"),
    ],
)
def test_names_are_unquoted_as_git_quotes_them(quoted: str, name: str) -> None:
    assert git_diff.unquote(quoted) == name


@faults("DF1")
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("script.sh", "mode change only"),
        ("empty.txt", "empty file"),
        ("empty b/empty.txt", "empty file"),
        ("moved here.txt", "renamed without changes"),
    ],
)
def test_the_raw_diff_says_why_there_is_nothing_to_review(path: str, reason: str) -> None:
    modes = ("100644", "100755") if path == "script.sh" else ("", "")
    assert reconcile(path) == Unreviewable(path, reason, Status.SKIPPED, modes=modes)


@faults("DF1")
def test_a_binary_patch_is_binary_too() -> None:
    told = {file.path: file for file in git_diff.parse(raw("odd-files-binary.diff"))}
    assert (told["picture.png"].patch, told["picture.png"].reason) == (None, "binary")


@faults("DF3")
@pytest.mark.parametrize("status", ["modified", "renamed"])
def test_a_false_zero_row_is_reviewed_from_the_raw_diff(status: str) -> None:
    assert added_texts(reconcile("src moved.txt", status=status)) == ["line 7", "line seven"]


@faults("DF3")
def test_a_false_zero_row_that_git_does_not_know_either_is_left_open() -> None:
    assert reconcile("nowhere.py") == Unshown(row("nowhere.py"))


@faults("DF3")
def test_a_row_that_git_leaves_unexplained_is_left_open() -> None:
    (file,) = diff.reconcile((row("x"),), "diff --git a/x b/x\nindex 1..2 100644\n")
    assert file == Unshown(row("x"))


def test_a_row_with_a_patch_needs_no_second_source() -> None:
    rows = (row("picture.png", patch="@@ -1 +1 @@\n-a\n+b"),)
    (file,) = diff.reconcile(rows, raw("odd-files.diff"))
    assert added_texts(file) == ["a", "b"]


def test_a_file_that_became_a_link_is_read_as_the_link() -> None:
    assert added_texts(reconcile("was file", status="changed")) == ["target"]


def test_a_deletion_is_shown_without_its_lines() -> None:
    told = {file.path: file for file in git_diff.parse(raw("odd-files.diff"))}
    assert told["gone.txt"] == git_diff.RawFile("gone.txt", None, "deleted", ("100644", ""))


def test_a_deleted_file_stays_deleted() -> None:
    assert reconcile("gone.txt", status="removed") == Unreviewable(
        "gone.txt", "deleted", Status.SKIPPED
    )


@faults("DF7")
def test_content_that_looks_like_git_headers_starts_no_file() -> None:
    paths = [file.path for file in git_diff.parse(raw("odd-files.diff"))]
    assert not {"q", "x", "y", "z", "b/y"} & set(paths)
    assert added_texts(reconcile("headers.txt")) == [
        "-- a/x",
        "++ b/y",
        "diff --git a/q b/q",
        "@@ -1 +1 @@",
        "rename to z",
        "Binary files a/q and b/q differ",
        "GIT binary patch",
        "\\ No newline at end of file",
        "end",
    ]


@faults("DF6")
def test_a_raw_diff_cut_within_a_hunk_is_a_failure() -> None:
    cut = raw("odd-files.diff").split("+GIT binary patch")[0]
    (file,) = diff.reconcile((row("headers.txt"),), cut)
    assert file == Unreviewable("headers.txt", "its patch cannot be parsed", Status.FAILED)


@pytest.mark.parametrize("text", ["", "not a diff", "diff --git nonsense\n", "diff --git \n"])
def test_a_raw_diff_without_readable_names_is_not_used(text: str) -> None:
    assert git_diff.parse(text) == ()
