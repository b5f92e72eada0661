"""Lists what published Markdown would do on GitHub besides being read."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from reviewer import project
from tests.rendered_markdown import CLOSING, COMMAND, FRAME_TAGS, MENTION, REFERENCE, RENDERERS

RUN = "https://github.com/octo/shop/actions/runs/1"
# The only other links of ours: sections of the page about errors.
HELP = re.compile(re.escape(project.help_address("")) + r"[a-z-]+(?![^\s)])")
# What our own templates are made of.
TAGS = FRAME_TAGS | {"h2", "h3", "h4", "details", "summary", "sub", "blockquote", "a"}
# To lines of the reviewed commit; no character of a path has a meaning in an address, or an effect.
PLACE = re.compile(
    r"https://github\.com/octo/shop/blob/[0-9a-f]{40}/"
    r"(?:[\w.~-]|%[0-9A-F]{2}|/(?!/))+(?:\?plain=1)?#L\d+(?:-L\d+)?",
    re.ASCII,
)
# Our markers, where we write them: at the very start and at the very end.
_FIRST = re.compile(
    r"\A<!-- code-review-action name=default v=1 -->\n"
    r"(?:<!-- code-review-action:status -->\n> [^\n]*\n<!-- code-review-action:status-end -->\n)?"
)
_LAST = re.compile(
    r"\n<!-- code-review-action:(?:state v=2 [\w-]+ [\w-]+|"
    r"finding name=default id=[0-9a-f]{64} origin=\w+ severity=\w+(?: tag=[\w-]+)?) -->\n?\Z"
)
# The one drawing that we make, of folder names that passed the neutraliser.
_DRAWING = re.compile(r"^```mermaid\nflowchart LR\n.*?^```$", re.MULTILINE | re.DOTALL)


# "close &#96;" closes nothing; what an entity means is examined in the page.
_ENTITY = re.compile(r"&#\d+;")


class _Page(HTMLParser):
    """The tags of a page, where its links lead, and its text outside of code."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.prose = ""
        self._code = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.prose += "" if self._code else data

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"comment {data[:40]}")


def side_effects(markdown: str) -> list[str]:
    """List what a text would do on GitHub beside being read; empty for a harmless one."""
    text = _LAST.sub("", _FIRST.sub("", _DRAWING.sub("", markdown)))
    found = list(_in_source(text))
    for render in RENDERERS:
        found += _in_page(_Page(render(text)))
        if not render(f"{text}\n\nSENTINEL").rstrip().endswith("<p>SENTINEL</p>"):
            found.append("a fence or a tag that does not close")
    return found


def _in_source(text: str) -> Iterator[str]:
    if re.search(r"<!--\s*code-review-action", text):
        yield "a marker of ours where we write none"
    for pattern, name in ((MENTION, "mention"), (COMMAND, "command"), (CLOSING, "closing keyword")):
        ours = PLACE.sub("", HELP.sub("", text.replace(RUN, "")))
        if found := pattern.search(_ENTITY.sub("", ours)):
            yield f"a {name}: {found[0]!r}"


def _in_page(page: _Page) -> Iterator[str]:
    if foreign := set(page.tags) - TAGS:
        yield f"tags: {sorted(foreign)}"
    led = {link for link in page.links if link != RUN}
    if led := {link for link in led if not (HELP.fullmatch(link) or PLACE.fullmatch(link))}:
        yield f"links: {sorted(led)}"
    for pattern, name in ((MENTION, "mention"), (REFERENCE, "reference"), (CLOSING, "closing")):
        if found := pattern.search(page.prose):
            yield f"a rendered {name}: {found[0]!r}"
