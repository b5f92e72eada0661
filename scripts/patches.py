"""Changes a few lines inside one named function, however the function is formatted.

A patch is a diff without positions: lines begin with "-" (taken out), "+" (put in) or a space
(kept). They are found by their words and signs. Indentation, line breaks, comments, and the
parentheses and commas that a formatter adds when it breaks a line do not matter.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from textwrap import indent

MODULE = "module"
"""Stands for a whole file, where there is no function: a constant, a template."""
_TOKEN = re.compile(r"\w+|[^\w\s]")
# What may be between two words or signs of a patch.
_GAP = r"(?:[\s()]|,(?=\s*[)\]}])|#[^\n]*(?=\n))*?"
_BRACKETS = {**dict.fromkeys("([{", 1), **dict.fromkeys(")]}", -1)}


class PatchError(Exception):
    """A patch does not apply; says why, and what the nearest text is."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The lines of a patch, each with its sign."""

    lines: tuple[tuple[str, str], ...]

    @property
    def before(self) -> str:
        """The text that is looked for."""
        return "\n".join(text for sign, text in self.lines if sign != "+")

    @property
    def after(self) -> str:
        """The text that takes its place."""
        return "\n".join(text for sign, text in self.lines if sign != "-")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a source text, from `start` up to `end`."""

    start: int
    end: int


def parse(text: str) -> Patch:
    """Read a patch; raises PatchError for a line without a sign or a patch that changes nothing."""
    lines = [line for line in text.split("\n") if line]
    if wrong := [line for line in lines if line[0] not in "-+ " or line[1:2] not in {"", " "}]:
        raise PatchError(f"This line begins with neither '- ', '+ ' nor two spaces: {wrong[0]}")
    patch = Patch(tuple((line[0], line[2:]) for line in lines))
    if not _TOKEN.search(patch.before) or patch.before == patch.after:
        raise PatchError("The patch changes nothing.")
    return patch


def functions(source: str) -> Iterator[tuple[str, Span]]:
    """Yield the functions and classes of a Python source: "function", "Class", "Class.method"."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def named(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Span]]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                first = min((node.lineno, *(each.lineno for each in node.decorator_list)))
                yield prefix + node.name, Span(starts[first - 1], starts[node.end_lineno or -1])
            if isinstance(node, ast.ClassDef):
                yield from named(node.body, f"{prefix}{node.name}.")

    yield from named(ast.parse(source).body, "")


def apply(patch: Patch, source: str, function: str) -> str:
    """Return the source with the patch applied inside `function`.

    Raises PatchError where there is no such function, or not exactly one place for the patch.
    """
    spans = _spans(source, function)
    places = [place for span in spans for place in find(patch, source, span)]
    if len(places) != 1:
        problem = f"{function} has {len(places) or 'no'} places for\n{indent(patch.before, '    ')}"
        raise PatchError(problem if places else f"{problem}\n{_nearest(patch, source, spans)}")
    (place,) = places
    return source[: place.start] + _put(patch, source, place) + source[place.end :]


def find(patch: Patch, source: str, within: Span) -> Iterator[Span]:
    """Yield each place of a source that has the text before the patch."""
    tokens = _TOKEN.findall(patch.before)
    # The comma behind a last element comes and goes with line breaks.
    needed = [
        token
        for token, following in zip(tokens, [*tokens[1:], ")"], strict=True)
        if token != "," or _BRACKETS.get(following) != -1
    ]
    pattern = _GAP.join(map(_exactly, needed)) + (",?" if tokens[-1] == "," else "")
    for match in re.compile(pattern).finditer(source, within.start, within.end):
        yield _balanced(source, Span(*match.span()), _depth(patch.before))


def _exactly(token: str) -> str:
    return rf"(?<!\w){token}(?!\w)" if re.match(r"\w", token) else re.escape(token)


def _depth(text: str) -> int:
    return sum(_BRACKETS.get(character, 0) for character in text)


def _balanced(source: str, span: Span, depth: int) -> Span:
    """Take in the parentheses that a formatter put around what was found."""
    start, end = span.start, span.end
    closing = re.compile(r"\s*,?\s*\)")
    while _depth(source[start:end]) > depth and (more := closing.match(source, end)):
        end = more.end()
    while _depth(source[start:end]) < depth and source[:start].rstrip().endswith("("):
        start = source.rindex("(", 0, start)
    return Span(start, end)


def _put(patch: Patch, source: str, place: Span) -> str:
    """Return the text after the patch, indented as what it takes the place of."""
    line = source[source.rfind("\n", 0, place.start) + 1 :]
    margin = _margin(line) - _margin(patch.before)
    lines = [" " * margin + text if text else "" for text in patch.after.split("\n")]
    return "\n".join(lines).lstrip(" ")


def _margin(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _spans(source: str, function: str) -> list[Span]:
    if function == MODULE:
        return [Span(0, len(source))]
    found = [span for name, span in functions(source) if name == function]
    if not found:
        raise PatchError(f"There is no {function}.")
    return found


def _nearest(patch: Patch, source: str, spans: list[Span]) -> str:
    """Quote the lines that are most like the text before the patch, with the first one's number."""
    size = patch.before.count("\n") + 1
    wanted = _TOKEN.findall(patch.before)
    windows = [
        (source.count("\n", 0, span.start) + index + 1, "\n".join(lines[index : index + size]))
        for span in spans
        for lines in [source[span.start : span.end].split("\n")]
        for index in range(len(lines))
    ]

    def likeness(window: tuple[int, str]) -> float:
        return SequenceMatcher(None, wanted, _TOKEN.findall(window[1]), autojunk=False).ratio()

    number, text = max(windows, key=likeness)
    return f"  nearest is line {number}:\n{indent(text, '    ')}"
