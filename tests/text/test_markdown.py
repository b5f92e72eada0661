"""What neutralised text looks like, attack by attack."""

from collections.abc import Callable

import pytest

from reviewer.text import markdown
from tests.faults import faults
from tests.rendered_markdown import MENTION, RENDERERS, Page, assert_inert


@faults("LO9")
@pytest.mark.parametrize(
    "text",
    [
        "@org/team",
        "&commat;x",
        "&amp;commat;x",
        "&amp;amp;#64;x",
        "\uff20a",
        "@\u200ba",
        "`@a`",
        "a@b.co",
    ],
)
@pytest.mark.parametrize("neutralise", [markdown.block, markdown.line, markdown.code])
def test_nobody_is_mentioned(text: str, neutralise: Callable[[str], str]) -> None:
    shown = neutralise(f"ask {text} about it")

    for source in (shown, *(Page(render(shown)).text for render in RENDERERS)):
        assert not MENTION.search(source)


@faults("LO9")
def test_full_width_letters_in_code_stay_as_they_are() -> None:
    assert markdown.span("\uff46ull\uff20wid\uff54h") == "`\uff46ull\uff20\u200bwid\uff54h`"
    assert "x = '\uff21'" in markdown.code("x = '\uff21'")
    assert "`'\uff21'`" in markdown.block("write `'\uff21'`")


@faults("LO10")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![a chart](https://evil.example/?q=1)", "(image: a chart)"),
        ("[docs](https://evil.example/?q=1)", "docs (https:\u200b/\u200b/evil.example/?q=1)"),
        ("[run](javascript:alert)", "run (javascript:alert)"),
        ("[a](http://x.co 'title')", "a (http:\u200b/\u200b/x.co)"),
        ("[a](<http://x.co>)", "a (http:\u200b/\u200b/x.co)"),
        ("[a]()", "a"),
        ("![a][r]", "!&#91;a&#93;&#91;r&#93;"),
        ('<img src="http://x.co">', '&lt;img src="http:\u200b/\u200b/x.co"&gt;'),
        ("<https://x.co>", "&lt;https:\u200b/\u200b/x.co&gt;"),
        ("www.x.co", "www\u200b.x.co"),
        ("[r]: http://x.co", "&#91;r&#93;: http:\u200b/\u200b/x.co"),
        ("[^1]: note", "&#91;^1&#93;: note"),
    ],
)
def test_no_image_is_fetched_and_no_link_can_be_followed(text: str, shown: str) -> None:
    assert markdown.block(text) == shown
    assert_inert(shown)


@faults("LO11")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>x", "&lt;script&gt;x"),
        ("<details open>", "&lt;details open&gt;"),
        ("&lt;b&gt;", "&lt;b&gt;"),
        ("a<!-- code-review-action name=default v=1 -->b", "a b"),
        ("a<!-- <!-- x -->b", "a b"),
        ("&lt;!-- code-review-action:state --&gt;a", "a"),
        ("<!-- code-review-action:state", "&lt;!-- code-review-action:state"),
        ("`<!-- code-review-action -->`", "`<\u200b!-- code-review-action -->`"),
    ],
)
def test_neither_tags_nor_our_own_markers_survive(text: str, shown: str) -> None:
    assert markdown.block(text).strip() == shown
    assert "<!-- code-review-action" not in markdown.code(text)


@faults("LO11")
@pytest.mark.parametrize("neutralise", [markdown.block, markdown.line, markdown.code])
def test_a_tool_that_writes_under_our_name_finds_no_marker_of_its_own(
    neutralise: Callable[[str], str],
) -> None:
    """It would take our comment for its own and write over it."""
    marker = "<!-- Sticky Pull Request Comment -->"
    for text in (marker, f"`{marker}`", f"```html\n{marker}\n```"):
        assert "<!--" not in neutralise(text)


@faults("LO12")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/approve", "/\u200bapprove"),
        ("- /approve", "- /\u200bapprove"),
        ("> /approve", "/\u200bapprove"),
        ("# /approve", "**/\u200bapprove**"),
        ("@dependabot merge", "@\u200bdependabot merge"),
        ("bors r+", "b\u200bors r+"),
        ("bors_", "b\u200bors&#95;"),
        ("fixes #1", "f\u200bixes #\u200b1"),
        ("CLOSES: o/r#2", "C\u200bLOSES: o/r#\u200b2"),
        ("resolved GH-3", "r\u200besolved GH-\u200b3"),
        ("fix https://x.co/1", "f\u200bix https:\u200b/\u200b/x.co/1"),
        ("this fixes the bug", "this fixes the bug"),
        ("```\n/approve\n```", "```\n/\u200bapprove\n```"),
        ("/`approve`", "/\u200b`approve`"),
        (
            "```\n\u2003/approve\n\u00a0retest\n```",
            "```\n\u2003/\u200bapprove\n\u00a0r\u200betest\n```",
        ),
        ("```\nfixes #1\n```", "```\nf\u200bixes #1\n```"),
    ],
)
def test_no_command_and_no_closing_keyword_works(text: str, shown: str) -> None:
    assert markdown.block(text) == shown


@faults("LO17")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> " * 200 + "deep", "deep"),
        ("- " * 200 + "deep", "- deep"),
        ("# " * 200 + "deep", "**deep**"),
        ("$x$ costs $5", "&#36;\u200bx&#36;\u200b costs &#36;\u200b5"),
        ("a | b\n--- | ---\nc | d", "a &#124; b\n\nc &#124; d"),
        ("Title\n===\ntext", "Title\n\ntext"),
        ("# Title\ntext", "**Title**\n\ntext"),
        ("2024. A year", "\u200b2024. A year"),
        ("use `|` here", "use &#124; here"),
        ("`|`", ""),
        ("-``|``", ""),
        ("\u202egnp.exe", "gnp.exe"),
        ("\x1b[31mred", "&#91;31mred"),
        ("```mermaid\ngraph\n```", "```\ngraph\n```"),
        ("```suggestion\nx\n```", "```\nx\n```"),
        ("```py\nx", "```py\nx\n```"),
        ("~~~\n```\n~~~", "````\n```\n````"),
        ("> [!NOTE]\n> read", "&#91;!NOTE&#93;\nread"),
        ("- [x] done", "- &#91;x&#93; done"),
        ("&amp;" * 3 + "amp;" * 20 + "lt;", "amp;" * 13 + "lt;"),
    ],
)
def test_the_layout_around_the_text_stays_intact(text: str, shown: str) -> None:
    assert markdown.block(text) == shown
    assert_inert(shown)


@faults("LO12")
@pytest.mark.parametrize("neutralise", [markdown.block, markdown.line])
def test_a_command_behind_the_end_of_a_span_is_broken_at_once(
    neutralise: Callable[[str], str],
) -> None:
    """A "|" ends a span, so that what follows it may be what a bot reads as a line of its own."""
    shown = neutralise("`|/a`")
    assert shown == "&#124;`/\u200ba`"
    assert neutralise(shown) == shown


@faults("LO17")
def test_syntax_nested_beyond_reason_is_taken_out() -> None:
    entity = "&" + "amp;" * 50 + "lt;"
    link = "[" * 50 + "a" + "](b)" * 50

    for text in (entity, link):
        shown = markdown.block(text)
        assert markdown.block(shown) == shown
        assert_inert(shown)


def test_what_a_reader_needs_stays() -> None:
    prose = (
        "The **first** call *may* fail:\n\n"
        "1. `a_b()` raises `KeyError`\n"
        "2. nobody catches it\n"
        "    - see `x.py:3`\n"
        "        - twice\n"
        "- done\n\n"
        "```python\nif a < b:\n    return [x]\n```"
    )

    assert markdown.block(prose) == prose
    assert markdown.line("`a[0]` may be None in get_user") == "`a[0]` may be None in get_user"
    assert markdown.span("src/pay.py") == "`src/pay.py`"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b\nc", "a &#124; b c"),
        ("`a|b`", "`a`&#124;`b`"),
        ("- item", "\u200b- item"),
        ("1. item", "\u200b1. item"),
        ("=== x", "\u200b=== x"),
        ("# x", "#\u200b x"),
        ("**bold** __init__", "&#42;&#42;bold&#42;&#42; &#95;&#95;init&#95;&#95;"),
        ("ends in \\", "ends in &#92;"),
        ("", ""),
    ],
)
def test_a_line_holds_nothing_that_breaks_a_table_or_starts_a_block(text: str, shown: str) -> None:
    assert markdown.line(text) == shown


@pytest.mark.parametrize("text", ["[a\nb](https://x.co)", '[a b](x\u00a0"t")', "[a&#10;b](x)"])
def test_a_link_that_becomes_one_on_a_single_line_is_taken_apart_at_once(text: str) -> None:
    shown = markdown.line(text)

    assert shown.startswith("a b (")
    assert markdown.line(shown) == shown
