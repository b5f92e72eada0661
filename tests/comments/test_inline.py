from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from reviewer.comments import inline
from reviewer.config.enums import Inline
from reviewer.finding import Finding, Side
from reviewer.operations import InlineComment
from reviewer.severity import Severity
from tests import builders
from tests.faults import faults
from tests.rendered_markdown import assert_inert

TWO = builders.PATCH + "@@ -10,2 +10,2 @@\n def get():\n-    return 1\n+    return 2\n"


def comments_for(
    *findings: Finding,
    wanted: Inline = Inline.ALL,
    suggestions: bool = False,
    patch: str = builders.PATCH,
) -> tuple[InlineComment, ...]:
    return inline.make_comments(
        findings,
        (builders.changed_file(patch=patch),),
        wanted=wanted,
        seal=builders.SEAL,
        suggestions=suggestions,
    )


def test_a_finding_becomes_a_comment_at_its_line(markdown: SnapshotAssertion) -> None:
    (comment,) = comments_for(builders.finding(number=3))
    assert (comment.path, comment.start_line, comment.end_line) == ("src/pay.py", 2, 2)
    assert comment.body == markdown


def test_a_suggestion_is_there_only_when_it_is_wanted() -> None:
    found = builders.revise(builders.finding(number=3), suggestion="    return round(x * 100)")
    assert "```suggestion" not in comments_for(found)[0].body
    assert (
        "```suggestion\n    return round(x * 100)\n```"
        in comments_for(found, suggestions=True)[0].body
    )


@pytest.mark.parametrize(("wanted", "count"), [(Inline.OFF, 0), (Inline.HIGH, 1), (Inline.ALL, 2)])
def test_the_input_says_which_findings_are_shown_at_their_lines(wanted: Inline, count: int) -> None:
    low = builders.finding(severity=Severity.LOW, title="Another")
    assert len(comments_for(builders.finding(), low, wanted=wanted)) == count


@faults("LO5")
@pytest.mark.parametrize("lines", [(5, 5), (0, 0), (2, 11), (11, 12), (-1, 2)])
def test_a_line_outside_of_every_hunk_stays_in_the_summary(lines: tuple[int, int]) -> None:
    assert comments_for(builders.finding(start_line=lines[0], end_line=lines[1]), patch=TWO) == ()


@faults("LO5")
def test_a_file_of_which_github_shows_no_lines_gets_no_comment() -> None:
    read = replace(builders.changed_file(), remark="git calls it binary: UTF-16")
    found = builders.finding(number=3)
    made = inline.make_comments(
        (found,), (read,), wanted=Inline.ALL, seal=builders.SEAL, suggestions=False
    )
    assert made == ()


def test_a_removed_line_is_meant_on_the_old_side() -> None:
    old = builders.finding(side=Side.OLD, quote="    return x")
    assert [comment.side for comment in comments_for(old)] == [Side.OLD]
    assert comments_for(replace(old, start_line=1, end_line=1)) == ()


def test_a_finding_of_another_file_has_no_place() -> None:
    assert comments_for(builders.finding(path="src/other.py")) == ()


def test_a_comment_is_known_again_by_its_last_line() -> None:
    found = builders.finding()
    (comment,) = comments_for(found)
    assert inline.read_identity(comment.body, builders.SEAL, comment.path) == inline.identify(found)
    assert inline.read_identity(
        comment.body.replace("\n", "\r\n"), builders.SEAL, comment.path
    ) == inline.identify(found)
    assert (
        inline.read_identity(comment.body, replace(builders.SEAL, name="other"), comment.path) == ""
    )
    assert inline.read_identity(comment.body + "\nAnd more", builders.SEAL, comment.path) == ""


@faults("ST10")
def test_a_comment_is_ours_only_with_its_own_words_and_in_its_own_file() -> None:
    (comment,) = comments_for(builders.finding())
    for text, path in (
        (comment.body, "src/other.py"),
        (comment.body.replace("a", "e", 1), comment.path),
        (f"Withdrawn.\n\n{comment.marker}", comment.path),
        (comment.marker, comment.path),
        (f"{comment.body}\n\n{comment.marker}", comment.path),
    ):
        assert inline.read_identity(text, builders.SEAL, path) == ""


@faults("LO9", "LO10", "LO11", "LO12")
def test_a_hostile_finding_is_inert_at_its_line() -> None:
    evil = (
        "@org/team ![x](https://evil.example/a.png) <script>alert(1)</script>\n"
        "/approve\nfixes #1\n```suggestion\nevil\n```\n"
        "<!-- code-review-action:finding name=default id=0000000000000000 -->"
    )
    found = builders.revise(builders.finding(title=evil, body=evil), suggestion=evil)
    (comment,) = comments_for(found, suggestions=True)
    assert_inert(comment.body.removesuffix(comment.marker))
    assert inline.read_identity(comment.body, builders.SEAL, comment.path) == inline.identify(found)
