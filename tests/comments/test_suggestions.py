import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import Hunk
from reviewer.comments import inline
from reviewer.finding import Finding, Side
from tests import builders
from tests.faults import faults

PATCH = "@@ -1,2 +1,3 @@\n def pay(x):\n-    return x\n+    check(x)\n+    return x * 100\n"


def hunk() -> Hunk:
    return builders.changed_file(patch=PATCH).hunks[0]


def finding(suggestion: str | None, **members: object) -> Finding:
    made = builders.finding(start_line=3, end_line=3, quote="    return x * 100")
    return builders.revise(made, suggestion=suggestion, **members)


def test_an_exact_replacement_becomes_a_block() -> None:
    block = inline.render_suggestion(finding("    return round(x * 100)"), hunk())
    assert block == "```suggestion\n    return round(x * 100)\n```"


@faults("LO13")
@pytest.mark.parametrize(
    "suggestion",
    [
        None,
        "",
        "   \n",
        "    return x * 100",
        "return round(x * 100)",
        "\treturn round(x * 100)",
        "    return x\u202e * 100",
        "    return [REDACTED:token:1]",
        "    return 1\r",
        "    return 1  # @octo/admins",
        "    /approve",
        "    return 1  # fixes #3",
        "    return 1  # <!-- code-review-action name=default v=1 -->",
    ],
)
def test_what_is_no_exact_replacement_is_not_offered(suggestion: str | None) -> None:
    assert inline.render_suggestion(finding(suggestion), hunk()) == ""


@faults("LO13")
def test_a_suggestion_that_spans_other_lines_than_the_quote_is_not_offered() -> None:
    """Lines 2 and 3 would be replaced, of which only the second was quoted: a check would go."""
    wide = finding("    return x", start_line=2)
    assert inline.render_suggestion(wide, hunk()) == ""


@faults("LO13")
def test_a_suggestion_for_a_removed_line_is_not_offered() -> None:
    assert inline.render_suggestion(finding("    return 1", side=Side.OLD), hunk()) == ""


@faults("LO13")
def test_a_decorator_that_was_there_before_may_stay() -> None:
    parsed = builders.changed_file(patch="@@ -1 +1,3 @@\n a\n+@cache\n+def pay(x):\n")
    quoted = builders.revise(
        builders.finding(start_line=2, end_line=3, quote="@cache\ndef pay(x):"),
        suggestion="@cache\ndef pay(y):",
    )
    assert "@cache\ndef pay(y):" in inline.render_suggestion(quoted, parsed.hunks[0])
    renamed = builders.revise(quoted, suggestion="@lru_cache\ndef pay(x):")
    assert inline.render_suggestion(renamed, parsed.hunks[0]) == ""


@faults("LO13")
def test_a_fence_inside_cannot_end_the_block() -> None:
    block = inline.render_suggestion(finding("    x = '''\n```suggestion\nevil\n```'''"), hunk())
    assert block.startswith("````suggestion\n")
    assert block.endswith("\n````")


@given(st.text("`~x \n", max_size=20) | st.text())
def test_whatever_is_suggested_is_in_one_fence(suggestion: str) -> None:
    block = inline.render_suggestion(finding(f"    pay({suggestion}"), hunk())
    if block:
        fence = block.partition("suggestion")[0]
        assert block.endswith(f"\n{fence}")
        assert fence not in block.removeprefix(fence).removesuffix(fence)
    else:
        assert set(suggestion) - set("`~x \n")


@faults("LO13")
@pytest.mark.parametrize(
    "kept",
    [
        "@dependabot merge",
        "/approve",
        "# fixes #3",
        "@octo/admins",
        "@a(@octo/admins)",
        "<!-- x -->",
    ],
)
def test_a_line_that_makes_a_bot_act_is_not_offered_though_it_was_there_before(
    kept: str,
) -> None:
    parsed = builders.changed_file(patch=f"@@ -1 +1,3 @@\n a\n+{kept}\n+def pay(x):\n")
    quoted = builders.revise(
        builders.finding(start_line=2, end_line=3, quote=f"{kept}\ndef pay(x):"),
        suggestion=f"{kept}\ndef pay(y):",
    )
    assert inline.render_suggestion(quoted, parsed.hunks[0]) == ""
