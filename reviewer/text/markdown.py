"""Turns untrusted text into Markdown that displays it and has no other effect.

The order of the steps is the defence: a later step neutralises what an earlier one reveals. Text is
rebuilt, not filtered. The result holds only paragraphs, lists, emphasis, code spans and fences;
every other character with a meaning in Markdown or on GitHub becomes an entity or is followed by a
zero-width space. Applying a function twice changes nothing.
"""

import html
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import re2

from reviewer.text import code_spans, invisible

# Text nests entities, comments and links less deeply; deeper nesting is an attack.
_ROUNDS = 8
_DEEPEST_LIST = 3
_OPENERS = frozenset(">-+*0123456789")

_COMMENT = re2.compile(r"(?s)<!--.*?-->")
_LINK = re2.compile(
    r"(!?)\[([^\[\]\n]*)\]"
    r"\([ \t]*<?((?:[^()\s<>]|\([^()\s<>]*\))*)>?(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*\)"
)
_FENCE = re2.compile(r"([\s>]*)(?:[-+*][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}|~{3,})[ \t]*([^`\n]*)")
_CONTAINERS = re2.compile(r"(?:>[ \t]*|[-+*](?:[ \t]+|$)|\d{1,9}[.)](?:[ \t]+|$))+")
_ITEM = re2.compile(r"[-+*]|\d{1,9}[.)]")
_NUMBER = re2.compile(r"\d{1,9}[.)]")
_HEADING = re2.compile(r"#{1,6}(?:[ \t]+|$)")
_HEADING_END = re2.compile(r"[ \t]+#+$")
_SPACE = re2.compile(r"[\s\pZ]")
_LINE_START = re2.compile(r"[-+=:]|\d{1,9}[.)]")


# The job summary, the comment and each shorter form of it print the same texts.
_cached = lru_cache(maxsize=1_024)


@_cached
def block(text: str) -> str:
    """Return neutralised Markdown of many lines; emphasis, lists and code keep their form."""
    parts = []
    prose: list[str] = []
    lines = iter(_clean(text).split("\n"))
    for each in lines:
        fence = _FENCE.fullmatch(each) if "```" in each or "~~~" in each else None
        if fence:
            inside = _read_fenced(lines, margin=len(fence[1]), mark=fence[2])
            parts += [_render_prose(prose), code_spans.fence("\n".join(inside), fence[3])]
            prose = []
        else:
            prose.append(each)
    return "\n\n".join(part for part in (*parts, _render_prose(prose)) if part)


@_cached
def line(text: str) -> str:
    """Return neutralised text on one line, for a title or a table cell; only code spans stay."""
    clean = _clean(text)
    if "`" not in clean:
        return _render_line(clean)
    content, spans = code_spans.extract(clean)
    return code_spans.restore(_render_line(content), spans)


def _render_line(text: str) -> str:
    content = " ".join(_resolve(text, _join_lines).split())
    start = code_spans.ZWSP if _LINE_START.match(content) else ""
    return code_spans.escape_line(start + content)


def code(text: str, language: str = "") -> str:
    """Return text as a fenced block; its only change is zero-width spaces in trigger words."""
    return code_spans.fence(invisible.drop(text).removesuffix("\n"), language)


@_cached
def span(text: str) -> str:
    """Return text, such as a path, as a code span on one line that fits a table cell too."""
    return code_spans.span(invisible.drop(text.replace("\n", " ").replace("\t", " ")))


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", invisible.drop(unified))


def _read_fenced(lines: Iterable[str], *, margin: int, mark: str) -> Iterator[str]:
    """Yield the lines before the closing fence, or all lines when there is none."""
    for each in lines:
        bare = each.strip(" \t>")
        if bare.startswith(mark) and not bare.strip(mark[0]):
            return
        yield each[margin:] if not each[:margin].strip(" \t>") else each


def _render_prose(lines: Iterable[str]) -> str:
    content, spans = code_spans.extract("\n".join(lines))
    laid_out = "\n".join(_lay_out(_resolve(content).split("\n"))).rstrip("\n")
    return code_spans.restore(code_spans.escape_prose(laid_out), spans)


def _resolve(text: str, shaped: Callable[[str], str] = str) -> str:
    mark = code_spans.PLACEHOLDER
    return mark.join(_resolve_piece(piece, shaped) for piece in text.split(mark))


def _resolve_piece(text: str, shaped: Callable[[str], str]) -> str:
    """Decode entities and remove comments and links until nothing changes.

    Text that still changes after _ROUNDS loses the characters that make entities and links.
    """
    for _ in range(_ROUNDS):
        before, text = text, _resolve_once(shaped(text))
        if text == before:
            return text
    return _clean(text.translate(dict.fromkeys(map(ord, "&<[]"))))


def _join_lines(text: str) -> str:
    """Replace line ends by spaces first: a link across two lines becomes one only then."""
    return str(_SPACE.sub(" ", text))


def _resolve_once(text: str) -> str:
    text = _clean(html.unescape(text)) if "&" in text else text
    text = _COMMENT.sub(" ", text) if "<!--" in text else text
    return _LINK.sub(lambda link: _spell_out_link(*link.groups()), text) if "](" in text else text


def _spell_out_link(image: str, label: str, target: str) -> str:
    if image:
        return f"(image: {label})"
    return f"{label} ({target})" if target else label


def _lay_out(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines so that only the marker of a list item has a meaning at the start."""
    indents: list[int] = []
    blank = True
    for raw in lines:
        marker, content = _split_marker(raw.strip())
        heading = bool(_HEADING.match(content)) if content[:1] == "#" else False
        shown = _heading_to_bold(content) if heading else _keep_text(content)
        apart = heading or not shown
        if apart and not blank:
            yield ""
        if marker and shown:
            indent = len(raw) - len(raw.lstrip())
            indents = [*(each for each in indents if each < indent), indent]
            yield f"{'    ' * min(len(indents) - 1, _DEEPEST_LIST)}{marker} {shown}"
        elif shown:
            indents = [] if blank else indents
            yield shown
        if heading and shown:
            yield ""
        blank = apart


def _split_marker(content: str) -> tuple[str, str]:
    """Return the first list marker and the rest, without other list and quote markers.

    A number of three or more digits, such as a year before a full stop, is text and stays.
    """
    containers = _CONTAINERS.match(content) if content[:1] in _OPENERS else None
    if not containers:
        return "", content
    rest = content[containers.end() :].lstrip()
    first = _ITEM.search(containers[0])
    if first and len(first[0]) > len("99."):
        return "", f"{code_spans.ZWSP}{first[0]} {rest}"
    return first[0] if first else "", rest


def _heading_to_bold(content: str) -> str:
    """Return a heading as bold text."""
    text = _keep_text(_HEADING_END.sub("", content).lstrip("# \t").strip())
    return f"**{text}**" if text else ""


def _keep_text(content: str) -> str:
    """Return the text with commands broken; "" for a horizontal rule or a heading's underline."""
    if not content.strip("-=_*+:| \t"):
        return ""
    return code_spans.break_commands(content)
