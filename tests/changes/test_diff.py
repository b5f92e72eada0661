from dataclasses import replace

import pytest

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.without_lines.unshown import Unreviewable, Unshown
from reviewer.pull_request import ListedFile
from reviewer.review.result import Status
from tests.faults import faults

SUBMODULE = "@@ -1 +1 @@\n-Subproject commit {}\n+Subproject commit {}".format("a" * 40, "b" * 40)


def row(patch: str | None, *, status: str = "modified", changes: int = 0) -> ListedFile:
    return ListedFile("src/pay.py", status, additions=changes, deletions=0, patch=patch)


def parse_patch(patch: str) -> ChangedFile:
    file = diff.parse(row(patch))
    assert isinstance(file, ChangedFile)
    return file


def new_lines(patch: str) -> list[tuple[int | None, str]]:
    return [
        (line.new, line.text)
        for hunk in parse_patch(patch).hunks
        for line in hunk.lines
        if line.kind is not LineKind.REMOVED
    ]


def test_a_patch_becomes_hunks_with_the_numbers_of_both_versions() -> None:
    patch = "@@ -3,2 +3,3 @@ def pay():\n a\n-b\n+B\n+C\n@@ -20 +21 @@\n-x\n+y"
    assert parse_patch(patch).hunks == (
        Hunk(
            (
                Line(LineKind.CONTEXT, 3, 3, "a"),
                Line(LineKind.REMOVED, 4, None, "b"),
                Line(LineKind.ADDED, None, 4, "B"),
                Line(LineKind.ADDED, None, 5, "C"),
            ),
            section="def pay():",
        ),
        Hunk((Line(LineKind.REMOVED, 20, None, "x"), Line(LineKind.ADDED, None, 21, "y"))),
    )


def test_changed_lines_are_those_that_were_added_or_removed() -> None:
    file = parse_patch("@@ -1,2 +1,2 @@\n a\n-b\n+B\n@@ -9 +9 @@\n-c\n+C")
    assert [line.text for line in file.changed_lines] == ["b", "B", "c", "C"]


@pytest.mark.parametrize(
    ("listed", "known"),
    [("added", "added"), ("renamed", "renamed"), ("copied", "copied"), ("changed", "modified")],
)
def test_an_unknown_status_is_read_as_modified(listed: str, known: str) -> None:
    file = diff.parse(replace(row("@@ -1 +1 @@\n-a\n+b", status=listed), previous_path="old.py"))
    assert file == replace(parse_patch("@@ -1 +1 @@\n-a\n+b"), status=known, previous_path="old.py")


@faults("DF1")
@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (row("@@ -1 +0,0 @@\n-x", status="removed"), "deleted"),
        (row(None, status="unchanged"), "unchanged"),
    ],
)
def test_a_file_without_lines_to_review_says_so_and_is_no_failure(
    listed: ListedFile, reason: str
) -> None:
    assert diff.parse(listed) == Unreviewable("src/pay.py", reason, Status.SKIPPED)


@faults("DF2")
@pytest.mark.parametrize("patch", [None, ""])
@pytest.mark.parametrize("changes", [0, 700])
def test_a_text_file_without_a_patch_is_not_taken_for_unchanged(
    patch: str | None, changes: int
) -> None:
    listed = row(patch, changes=changes)
    assert diff.parse(listed) == Unshown(listed)


@faults("DF2")
@pytest.mark.parametrize("status", ["renamed", "copied"])
@pytest.mark.parametrize("changes", [0, 7])
def test_the_status_of_a_rename_proves_nothing(status: str, changes: int) -> None:
    listed = row(None, status=status, changes=changes)
    assert diff.needs_raw_diff([listed])
    assert diff.parse(listed) == Unshown(listed)


def test_a_submodule_is_recognised_by_the_text_of_all_its_lines() -> None:
    assert diff.is_submodule(parse_patch(SUBMODULE))
    assert diff.is_submodule(parse_patch(SUBMODULE.replace("b\n", "b-dirty\n")))
    assert not diff.is_submodule(parse_patch(SUBMODULE.replace("-Subproject", "-subproject")))


@faults("DF3")
def test_false_zero_rows_ask_for_the_raw_diff() -> None:
    assert diff.needs_raw_diff([row(None)])


def test_rows_that_explain_themselves_do_not_ask_for_the_raw_diff() -> None:
    explained = [row(None, status=status) for status in ("removed", "unchanged")]
    assert not diff.needs_raw_diff([*explained, row("@@ -1 +1 @@\n-a\n+b")])


@faults("DF6")
@pytest.mark.parametrize(
    "patch",
    [
        pytest.param("@@ -1 +1 @@\n-a\n+b\n+lost", id="a line more"),
        pytest.param("@@ -1 +1 @@\n-a\n+b\n lost", id="a context line more"),
        pytest.param("@@ -1 +1 @@\n-a\n+b\n\n", id="an empty line more"),
        pytest.param("@@ -1 +1 @@\n-a\n+b\n--- a/x\n+++ b/x", id="a line like a header more"),
        pytest.param(
            "@@ -1 +1 @@\n-a\n+b\n--- a/x\n+++ b/x\n@@ -5 +5 @@\n-a\n+b", id="a second file"
        ),
        pytest.param("@@ -1 +1 @@\n-a\n+b\ndiff --git a/x b/x", id="a git header"),
        pytest.param("@@ -1 +1,3 @@\n-a\n+b", id="a line fewer"),
        pytest.param("@@ -1 +1,2 @@\n-a\n+b\n@@ -5 +5 @@\n-a\n+b", id="too few before a hunk"),
        pytest.param("@@ -1,2 +1,2 @@\n-a\n+b\n?c", id="an unknown marker"),
        pytest.param("@@ -1 +1 @@", id="a header alone"),
        pytest.param("@@ nonsense @@\n-a\n+b", id="no numbers"),
        pytest.param("@@@ -1 -1 +1 @@@\n- a\n+ b", id="a combined diff"),
        pytest.param("no patch at all", id="prose"),
        pytest.param(
            "@@ -1 +1 @@\n-a\n+b\ndiff --git " + "x:// " * 4_000,
            id="what unidiff reads in cubic time",
        ),
        pytest.param("@@ -0 +0 @@\n-a\n+b", id="line 0"),
        pytest.param("@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b", id="backwards"),
        pytest.param("@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -2 +2 @@\n-a\n+b", id="overlapping"),
        pytest.param("@@ -1 +{} @@\n-a\n+b".format("9" * 5000), id="a number of 5,000 digits"),
    ],
)
def test_a_patch_that_lies_about_its_lines_is_a_failure(patch: str) -> None:
    file = diff.parse(row(patch))
    assert file == Unreviewable("src/pay.py", "its patch cannot be parsed", Status.FAILED)


@faults("DF6")
@pytest.mark.parametrize("patch", ["@@ -1 +1 @@\n-a\n+b", "@@ -1,2 +1,2 @@\n a\n b"])
def test_a_patch_with_fewer_lines_than_its_row_counts_is_a_failure(patch: str) -> None:
    file = diff.parse(row(patch, changes=3))
    assert file == Unreviewable("src/pay.py", "its patch is incomplete", Status.FAILED, 3)


@faults("DF6")
def test_one_bad_file_leaves_the_others_alone() -> None:
    rows = (row("@@ -1 +1 @@\n-a\n+b\n+c"), replace(row("@@ -1 +1 @@\n-a\n+b"), path="b.py"))
    bad, good = diff.reconcile(rows, None)
    assert isinstance(bad, Unreviewable)
    assert isinstance(good, ChangedFile)


@faults("DF7")
def test_lines_that_look_like_headers_stay_content() -> None:
    texts = [
        "++ b/x",
        "-- a/x",
        "@@ -1 +1 @@",
        "diff --git a/x b/x",
        "+i;",
        "--x;",
        "\\ No newline at end of file",
        "index 1234567..89abcde 100644",
        "Binary files a/x and b/x differ",
        "GIT binary patch",
        "",
    ]
    patch = f"@@ -1,{len(texts)} +1,{len(texts)} @@\n" + "\n".join(
        [f"-{text}" for text in texts] + [f"+{text}" for text in texts]
    )
    assert new_lines(patch) == list(enumerate(texts, 1))
    assert [line.text for line in parse_patch(patch).changed_lines] == texts * 2


@faults("DF8")
@pytest.mark.parametrize(
    "odd", ["\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\0", "\ufeff"]
)
def test_only_a_line_feed_ends_a_line(odd: str) -> None:
    patch = f"@@ -1 +1,3 @@\n-a\n+{odd}one{odd}two{odd}\n+{odd}\n+three"
    assert new_lines(patch) == [(1, f"{odd}one{odd}two{odd}"), (2, odd), (3, "three")]


@faults("DF8")
def test_a_missing_final_line_feed_is_no_line() -> None:
    marker = "\\ No newline at end of file"
    patch = f"@@ -1,2 +1,2 @@\n a\n-b\n{marker}\n+b\n{marker}"
    assert new_lines(patch) == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("@@ -1 +1 @@\n-a\n+b", [(1, "b")]),
        ("@@ -0,0 +1 @@\n+b", [(1, "b")]),
        ("@@ -0,0 +1,2 @@\n+b\n+c\n", [(1, "b"), (2, "c")]),
        ("@@ -4,0 +5,2 @@\n+b\n+c", [(5, "b"), (6, "c")]),
        ("@@ -4,2 +3,0 @@\n-b\n-c\n@@ -7,0 +5 @@\n+d", [(5, "d")]),
        ("@@ -1,2 +1,3 @@\n a\n\n+b", [(1, "a"), (2, ""), (3, "b")]),
    ],
)
def test_every_form_of_hunk_header_gives_the_numbers_of_the_new_file(
    patch: str, expected: list[tuple[int, str]]
) -> None:
    assert new_lines(patch) == expected


def test_a_section_longer_than_git_writes_is_cut() -> None:
    (hunk,) = parse_patch("@@ -1 +1 @@ {}\r\n-a\n+b".format("x" * 900)).hunks
    assert hunk.section == "x" * 120


def test_numbered_hunks_show_new_numbers_markers_and_sections() -> None:
    file = parse_patch("@@ -3,2 +3,2 @@ def pay():\n a\n-b\n+B\n@@ -1000000,0 +1000000 @@\n+last")
    assert diff.render_hunks(file.hunks).split("\n") == [
        "@@ def pay():",
        "     3   a",
        "       - b",
        "     4 + B",
        "@@",
        "1000000 + last",
    ]


def test_two_hundred_thousand_lines_are_parsed_without_loss() -> None:
    patch = "@@ -0,0 +1,200000 @@\n" + "+x = 1\n" * 200_000
    lines = parse_patch(patch).changed_lines
    assert len(lines) == 200_000
    assert lines[-1].new == 200_000


@faults("HD3")
@pytest.mark.parametrize(
    ("status", "raw"),
    [
        ("modified", "diff --git a/x.py b/x.py\nindex 1..2 100644\nBinary files a/x.py and b/x.py"),
        ("added", "diff --git a/x.py b/x.py\nindex 1..2 100644\nGIT binary patch\n"),
        ("renamed", "diff --git a/y b/x.py\nsimilarity index 100%\nindex 1..2\nrename to x.py\n"),
        ("modified", "diff --git a/x.py b/x.py\nold mode 100644\nnew mode 100755\nindex 1..2\n"),
        ("added", "diff --git a/x.py b/x.py\nnew file mode 100644\nindex 0000000..1234567\n"),
        ("modified", "diff --git a/x.py b/x.py\nnew file mode 100644\nindex 1234567..e69de29\n"),
        ("modified", "diff --git a/y.py b/y.py\nold mode 100644\nnew mode 100755\n"),
        ("renamed", None),
        ("added", None),
    ],
)
def test_only_the_contents_decide_where_git_proves_nothing(status: str, raw: str | None) -> None:
    listed = replace(row(None, status=status), path="x.py")
    binary = raw is not None and "inary" in raw
    (found,) = diff.reconcile((listed,), raw)
    assert isinstance(found, Unshown)
    assert replace(found, modes=("", "")) == Unshown(listed, binary=binary)


@faults("HD4")
def test_two_files_of_one_name_are_never_taken_for_one() -> None:
    """Names that are not UTF-8 can look the same in GitHub's JSON."""
    first, second = row("@@ -1 +1 @@\n-a\n+b"), row("@@ -1 +1 @@\n-a\n+evil", changes=1)
    kept, failed = diff.reconcile((first, second), None)
    assert isinstance(kept, ChangedFile)
    reason = "listed twice, with other changes"
    assert failed == Unreviewable("src/pay.py", reason, Status.FAILED, lines=1)


@faults("HD4")
def test_parts_of_one_name_in_gits_diff_explain_nothing() -> None:
    part = "diff --git a/src/pay.py b/src/pay.py\nold mode 100644\nnew mode 100755\n"
    (file,) = diff.reconcile((row(None),), part)
    (twice,) = diff.reconcile((row(None),), part * 2)
    assert isinstance(file, Unreviewable)
    assert isinstance(twice, Unshown)
