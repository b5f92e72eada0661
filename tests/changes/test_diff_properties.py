import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.changes import diff, git_diff
from reviewer.changes.diff import ChangedFile
from reviewer.pull_request import ListedFile
from tests.faults import faults
from tests.unified_diffs import assert_shows_difference, patch_by_difflib

ODD_LINES = (
    "",
    "a",
    " a",
    "\\",
    "-",
    "+",
    "--- a/file",
    "+++ b/file",
    "-- a/x",
    "++ b/x",
    "@@ -1 +1 @@",
    "diff --git a/x b/x",
    "\\ No newline at end of file",
    "Binary files a/x and b/x differ",
    "a\r",
    "\r",
    "a\rb",
    "a\vb\fc",
    "a\x85b\u2028c\u2029d\x1ce",
    "日本",
)
line = st.sampled_from(ODD_LINES) | st.text(
    st.characters(exclude_characters="\n\0", codec="utf-8"), max_size=6
)
text = st.builds(
    lambda lines, final: "\n".join(lines) + final,
    st.lists(line, max_size=12),
    st.just("\n") | st.just(""),
)


def parse(patch: str) -> ChangedFile:
    file = diff.parse(ListedFile("x", "modified", additions=0, deletions=0, patch=patch))
    assert isinstance(file, ChangedFile)
    return file


@faults("DF8")
@given(text, text, st.integers(0, 3))
def test_lines_and_numbers_survive_a_diff(old: str, new: str, context: int) -> None:
    patch = patch_by_difflib(old, new, context)
    if patch:
        assert_shows_difference(parse(patch), old, new)


@faults("DF7")
@settings(max_examples=25, deadline=None)
@given(text.filter(bool), text.filter(bool))
def test_lines_and_numbers_survive_git_itself(old: str, new: str) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "old").write_bytes(old.encode())
        Path(folder, "new").write_bytes(new.encode())
        told = subprocess.run(
            ["git", "diff", "--no-index", "--text", "old", "new"],
            cwd=folder, capture_output=True, check=False,
        ).stdout.decode()  # fmt: skip
    for file in git_diff.parse(told):
        assert file.patch is not None
        assert_shows_difference(parse(file.patch), old, new)
    assert bool(told) == (old != new)


hostile_rows = st.builds(
    str.__add__,
    st.sampled_from("+- +- +- +- \\@a"),
    st.text(st.sampled_from("+- \\@ab\r,1290d/"), max_size=9),
)


@faults("DF6")
@given(st.lists(hostile_rows, min_size=1, max_size=6), st.sampled_from([0, 0, 0, 1, -1]))
def test_no_line_of_a_hostile_patch_is_lost_silently(rows: list[str], missing: int) -> None:
    old = max(0, sum(row[0] in " -" for row in rows) + missing)
    new = sum(row[0] in " +" for row in rows)
    patch = "\n".join((f"@@ -1,{old} +1,{new} @@", *rows))
    file = diff.parse(ListedFile("x", "modified", additions=0, deletions=0, patch=patch))
    plain = [row for row in rows if row[0] in "+- "]
    if isinstance(file, ChangedFile):
        assert len(plain) == sum(len(hunk.lines) for hunk in file.hunks)
    else:
        assert missing or plain != rows or all(row[0] == " " for row in rows)


@faults("DF9")
@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))
def test_every_path_round_trips_through_gits_quoting(path: str) -> None:
    escaped = "".join(f"\\{byte:03o}" for byte in path.encode())
    assert git_diff.unquote(f'"{escaped}"') == path


@faults("DF9")
@given(st.text())
def test_any_text_can_be_unquoted(text: str) -> None:
    assert isinstance(git_diff.unquote(f'"{text}"'), str)


@given(st.text())
def test_any_text_can_be_read_as_a_raw_diff_of_no_more_files_than_it_names(raw: str) -> None:
    named = 1 + raw.count("\ndiff --git ")
    assert len(git_diff.parse(f"diff --git {raw}")) <= named
