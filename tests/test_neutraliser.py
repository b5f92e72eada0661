"""What a renderer makes of neutralised text: prose and code, and nothing that acts."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from reviewer import neutraliser, visible

Renderer = Callable[[str], str]

PROSE_TAGS = frozenset({"p", "em", "strong", "ul", "ol", "li", "code", "pre", "br"})
FRAME_TAGS = PROSE_TAGS | {"table", "thead", "tbody", "tr", "th", "td"}
MENTION = re.compile(r"[@＠﹫]\w")
REFERENCE = re.compile(r"(?i)#\d|\bgh-\d")
COMMAND = re.compile(r"(?im)^\s*(?:/[a-z0-9]|bors\b|recheck\b|retest\b)")
CLOSING = re.compile(r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+\S*(?:#|gh-|http)")

ATOMS = st.sampled_from(
    """
    @org/team @a &commat;x &amp;commat;x &#64;x &#x40;x ＠a @\u200ba a@b.co @dependabot~merge
    ![a](http://x/?q=1) <img~src=//x> ![a][r] [r]:~http://x [t](https://x?y=1) [t](<http://x>~"t")
    [t][r] [r] <https://x> https://x.co www.x.co mailto:a@b.co ftp://x javascript:x [^1] [^1]:~x
    <script> </p> <details~open> <!-- --> <!- - <! <?x <![CDATA[ ]]> &lt;b> &amp;lt;b>
    code-review-action <!--~code-review-action~name=default~v=1~--> <!--~code-review-action:state
    /approve fixes~#1 Closes:~o/r#2 resolved~https://github.com/o/r/issues/1 bors~r+ GH-12 #3 o/r#4
    ` `` ``` ```` ~ ~~~ ```mermaid ```suggestion ~~~math $ $$ \\ \\` \\[ \\< | |-|-| a|b :- :-:
    # ## ####### = === - -- --- * ** *** _ __ ___ + 1. 12) 2024. 1234567890. > >> [x] [~] [!NOTE]
    ( ) [ ] ! & ; : / // :// \u202e \u200b \u00ad \x1b[31m \0 \r \u2028 \u00a0 \u0301 \u0338 é word
    __init__ a_b x
    """.split()
).map(lambda atom: atom.replace("~", " ") if len(atom.strip("~")) > 1 else atom)
GLUE = st.sampled_from(["", "", " ", " ", "\n", "\n", "\n\n", "\t", "    ", "\n  ", "\n    "])
HOSTILE = st.lists(st.one_of(ATOMS, GLUE, st.characters()), max_size=25).map("".join)


def _markdown_it() -> Renderer:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    # GitHub links no bare domain, and no address with a zero-width space in it, as this one does.
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False, "fuzzy_ip": False, "fuzzy_email": False})
    parser.linkify.add("//", None)
    for plugin in (footnote_plugin, tasklists_plugin, dollarmath_plugin, front_matter_plugin):
        parser.use(plugin)
    return lambda text: str(parser.render(text))


def _cmark(text: str) -> str:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    return str(cmarkgfm.github_flavored_markdown_to_html(text, options))


RENDERERS = (_markdown_it(), _cmark)


class _Page(HTMLParser):
    """The tags of a page, its text, and what of it stands outside of code."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.prose = ""
        self._code = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._code |= tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code &= tag != "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.prose += "" if self._code else data

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("declaration")

    def unknown_decl(self, data: str) -> None:
        self.tags.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.tags.append("instruction")


def _assert_inert(markdown: str, allowed: frozenset[str] = PROSE_TAGS) -> None:
    pages = [_Page(render(markdown)) for render in RENDERERS]
    for text in (markdown, *(page.text for page in pages)):
        assert not MENTION.search(text)
        assert not COMMAND.search(text)
        assert not CLOSING.search(text)
    for page in pages:
        assert "://" not in page.prose
        assert not REFERENCE.search(page.prose)
        assert set(page.tags) <= allowed
    assert "<!-- code-review-action" not in markdown


@given(HOSTILE)
def test_a_neutralised_block_holds_nothing_live_and_ends_where_it_ends(text: str) -> None:
    shown = neutraliser.block(text)

    _assert_inert(shown)
    for render in RENDERERS:
        assert render(f"{shown}\n\nSENTINEL") == render(shown) + "<p>SENTINEL</p>\n"
    assert neutraliser.block(shown) == shown


@given(HOSTILE)
def test_a_neutralised_line_stays_in_its_table_cell(text: str) -> None:
    shown = neutraliser.line(text)

    for frame in ("| a | b |\n| - | - |\n| {} | END |", "{}", "- {}", "a\n{}", "**High** {} (END)"):
        _assert_inert(frame.format(shown), FRAME_TAGS)
    for render in RENDERERS:
        page = _Page(render(f"| a | b |\n| - | - |\n| {shown} | END |"))
        assert page.tags.count("td") == 2
        assert page.text.split()[-1] == "END"
        assert _Page(render(f"{shown}\n\nEND")).tags.count("p") == 1 + bool(shown)
    assert neutraliser.line(shown) == shown


@given(HOSTILE, st.sampled_from(["", "python", "mermaid", "suggestion", "a\nb", "`x", "math"]))
def test_fenced_code_shows_each_of_its_characters_and_closes(text: str, language: str) -> None:
    shown = neutraliser.code(text, language)

    for render in RENDERERS:
        page = _Page(render(f"{shown}\n\nSENTINEL"))
        assert page.tags == ["pre", "code", "p"]
        expected = visible.drop(text).removesuffix("\n")
        assert page.text.replace("\u200b", "") == f"{expected}\n\nSENTINEL\n"
    assert not MENTION.search(shown)


@given(HOSTILE)
def test_a_span_shows_a_path_as_it_is_in_a_table_cell_too(text: str) -> None:
    shown = neutraliser.span(text)

    for render in RENDERERS:
        page = _Page(render(f"| a | b |\n| - | - |\n| x{shown}x | END |"))
        assert set(page.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
        assert page.tags.count("td") == 2
    assert not MENTION.search(shown)


@pytest.mark.parametrize(
    "text",
    [
        "@org/team",
        "&commat;x",
        "&amp;commat;x",
        "&amp;amp;#64;x",
        "＠a",
        "@\u200ba",
        "`@a`",
        "a@b.co",
    ],
)
@pytest.mark.parametrize("neutralise", [neutraliser.block, neutraliser.line, neutraliser.code])
def test_LO9_nobody_is_mentioned(text: str, neutralise: Callable[[str], str]) -> None:
    shown = neutralise(f"ask {text} about it")

    for source in (shown, *(_Page(render(shown)).text for render in RENDERERS)):
        assert not MENTION.search(source)


def test_LO9_full_width_letters_in_code_stay_as_they_are() -> None:
    assert neutraliser.span("ｆｕｌｌ＠ｗｉｄｔｈ") == "`ｆｕｌｌ＠\u200bｗｉｄｔｈ`"
    assert "x = 'Ａ'" in neutraliser.code("x = 'Ａ'")
    assert "`'Ａ'`" in neutraliser.block("write `'Ａ'`")


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
def test_LO10_no_image_is_fetched_and_no_link_can_be_followed(text: str, shown: str) -> None:
    assert neutraliser.block(text) == shown
    _assert_inert(shown)


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
def test_LO11_neither_tags_nor_our_own_markers_survive(text: str, shown: str) -> None:
    assert neutraliser.block(text).strip() == shown
    assert "<!-- code-review-action" not in neutraliser.code(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/approve", "/\u200bapprove"),
        ("- /approve", "- /\u200bapprove"),
        ("> /approve", "/\u200bapprove"),
        ("# /approve", "**/\u200bapprove**"),
        ("@dependabot merge", "@\u200bdependabot merge"),
        ("bors r+", "b\u200bors r+"),
        ("fixes #1", "f\u200bixes #\u200b1"),
        ("CLOSES: o/r#2", "C\u200bLOSES: o/r#\u200b2"),
        ("resolved GH-3", "r\u200besolved GH-\u200b3"),
        ("fix https://x.co/1", "f\u200bix https:\u200b/\u200b/x.co/1"),
        ("this fixes the bug", "this fixes the bug"),
        ("```\n/approve\n```", "```\n/\u200bapprove\n```"),
        ("```\nfixes #1\n```", "```\nf\u200bixes #1\n```"),
    ],
)
def test_LO12_no_command_and_no_closing_keyword_works(text: str, shown: str) -> None:
    assert neutraliser.block(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> " * 200 + "deep", "deep"),
        ("- " * 200 + "deep", "- deep"),
        ("# " * 200 + "deep", "**deep**"),
        ("a | b\n--- | ---\nc | d", "a &#124; b\n\nc &#124; d"),
        ("Title\n===\ntext", "Title\n\ntext"),
        ("# Title\ntext", "**Title**\n\ntext"),
        ("2024. A year", "\u200b2024. A year"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\x1b[31mred", "&#91;31mred"),
        ("```mermaid\ngraph\n```", "```\ngraph\n```"),
        ("```suggestion\nx\n```", "```\nx\n```"),
        ("```py\nx", "```py\nx\n```"),
        ("~~~\n```\n~~~", "````\n```\n````"),
        ("> [!NOTE]\n> read", "&#91;!NOTE&#93;\nread"),
        ("- [x] done", "- &#91;x&#93; done"),
        ("&amp;" * 3 + "amp;" * 20 + "lt;", "&amp;&amp;&amp;lt;"),
    ],
)
def test_LO17_the_layout_around_the_text_stays_intact(text: str, shown: str) -> None:
    assert neutraliser.block(text) == shown
    _assert_inert(shown)


def test_LO17_syntax_nested_beyond_reason_is_taken_out() -> None:
    entity = "&" + "amp;" * 50 + "lt;"
    link = "[" * 50 + "a" + "](b)" * 50

    for text in (entity, link):
        shown = neutraliser.block(text)
        assert neutraliser.block(shown) == shown
        _assert_inert(shown)


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

    assert neutraliser.block(prose) == prose
    assert neutraliser.line("`a[0]` may be None in get_user") == "`a[0]` may be None in get_user"
    assert neutraliser.span("src/pay.py") == "`src/pay.py`"


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
    assert neutraliser.line(text) == shown
