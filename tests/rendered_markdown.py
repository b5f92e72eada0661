"""Renders Markdown as GitHub does, with two renderers, and finds what acts in the page."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

Renderer = Callable[[str], str]

PROSE_TAGS = frozenset({"p", "em", "strong", "ul", "ol", "li", "code", "pre", "br"})
FRAME_TAGS = PROSE_TAGS | {"table", "thead", "tbody", "tr", "th", "td"}
MENTION = re.compile("[@\uff20\ufe6b]\\w")
REFERENCE = re.compile(r"(?i)#\d|\bgh-\d")
COMMAND = re.compile(r"(?im)^[\s*]*(?:/[a-z0-9]|bors\b|recheck\b|retest\b)")
# "fixes #1", "fixes octo/shop#1", "fixes GH-1", "fixes https://...": without a number, or within
# another word, GitHub sees no issue in it.
CLOSING = re.compile(
    r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+"
    r"(?:(?:[\w.-]+/[\w.-]+)?#\d|gh-\d|https?:)"
)


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


class Page(HTMLParser):
    """The tags of a page, its text, and the same with a "`" for each piece of code."""

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
        self.prose += "`" if self._code else data

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("declaration")

    def unknown_decl(self, data: str) -> None:
        self.tags.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.tags.append("instruction")


def assert_inert(markdown: str, allowed: frozenset[str] = PROSE_TAGS) -> None:
    """Assert that no tag but the allowed ones, no mention, command or reference comes out."""
    pages = [Page(render(markdown)) for render in RENDERERS]
    for text in (markdown, *(page.text for page in pages)):
        assert not MENTION.search(text)
        assert not CLOSING.search(text)
    for text in (markdown, *(page.prose for page in pages)):
        assert not COMMAND.search(text)
    for page in pages:
        assert "://" not in page.prose
        assert not REFERENCE.search(page.prose)
        assert set(page.tags) <= allowed
    assert "<!-- code-review-action" not in markdown
