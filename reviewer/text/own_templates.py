"""Renders the templates of a repository: in Jinja's sandbox, in a small part of its language.

The values of a template are placeholders. A text that somebody else wrote takes the place of its
placeholder when the template is done, neutralised: so no template, whatever it does, can show it in
another way, and the time that it takes does not depend on that text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeAlias

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST = 10_000
"""Bytes of one template, and of what it makes before texts take their places."""
MOST_ENTRIES = 20
"""Entries of one list; loops go through lists alone, at most _DEEPEST_LOOP in one another."""
_DEEPEST_LOOP = 2
_DEEPEST = 40
_START, _END = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{_START}(\\d+){_END}")
_WORDS_FILTERS = frozenset({"upper", "lower", "title", "capitalize", "length", "join"})
_LOOP_VALUES = frozenset({"index", "first", "last", "length"})
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.Filter,
    nodes.Getattr,
)
_NO_COMMENT = "HTML comments carry what the next run reads, so a template has none"
# What a template must not make. A value would mean something else there than it was made for.
_REFUSED = (
    (re.compile("<!--"), _NO_COMMENT),
    (re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]"), "it makes a control character"),
    (re.compile(rf"<[^>]*{_START}"), "a value is inside of an HTML tag"),
    (re.compile(rf"\]\([^)\n]*{_START}"), "a value is in the address of a link"),
    (re.compile(rf"(?m)^ *\[[^\]\n]*\]:[^\n]*{_START}"), "a value is in the address of a link"),
    (re.compile(rf"[@#/\\:&=!$`{_END}]{_START}"), "a value is directly after another or a sign"),
    (re.compile(rf"{_END}`"), "a value is directly before a backtick"),
    (
        re.compile(rf"(?m)^[^`\n]*(?:`[^`\n]*`[^`\n]*)*`[^`\n]*{_START}"),
        "a value is in inline code",
    ),
)
# A name as long as this is none, and half of a secret would not be recognised.
_LONG_NAME = re.compile(r"'[^']{61,}'")
_FENCE = re.compile(r"(?m)^[ >]*(?:```|~~~)")
_DETAILS = re.compile(r"(?i)<(/?)details\b")

Value: TypeAlias = str | int | bool | Sequence[str]
Filter: TypeAlias = Callable[[str], str]


class Word(str):
    """A word of ours, such as a severity: it is shown as it is, and can be compared."""

    __slots__ = ()


class TemplateError(Exception):
    """A template of the repository cannot be used; `line` and `column` count from 1."""

    def __init__(self, what: str, line: int = 1, column: int = 1) -> None:
        """Keep the place, for the caller to name; a long name in `what` becomes its length."""
        super().__init__(what)
        self.what = _LONG_NAME.sub(lambda found: f"a text of {len(found[0]) - 2} characters", what)
        self.line = line
        self.column = column


@dataclass(slots=True)
class _Placeholders:
    """The texts of one rendering, each behind the placeholder with its number."""

    default: Filter
    filters: Mapping[str, Filter]
    _texts: list[str] = field(default_factory=list)
    _raw: list[str] = field(default_factory=list)

    def hide(self, value: Value) -> object:
        """Return what the template gets in place of a value."""
        match value:
            case Word() | bool() | int():
                return value
            case str():
                return self._add(value, self.default) if value else ""
            case _:
                return tuple(self.hide(each) for each in value[:MOST_ENTRIES])

    def _add(self, text: str, apply: Filter) -> str:
        self._raw.append(text)
        self._texts.append(apply(text))
        return f"{_START}{len(self._raw) - 1}{_END}"

    def apply(self, name: str, value: object) -> str:
        """Show a value by one of our filters."""
        text = str(value)
        found = _PLACEHOLDER.fullmatch(text)
        if found is None and _START in text:
            raise TemplateError(f"the filter {name} takes one value")
        raw = self._raw[int(found[1])] if found else text
        return self._add(raw, self.filters[name]) if raw else ""

    def fill(self, text: str) -> str:
        """Put the texts in their places."""
        return _PLACEHOLDER.sub(lambda found: self._texts[int(found[1])], text)


class OwnTemplate:
    """One template of a repository."""

    def __init__(self, source: str, names: Iterable[str], filters: Iterable[str] = ()) -> None:
        """Check a template that may use these values and filters; raises TemplateError."""
        self._source = source
        self._filters = frozenset(filters)
        _check_text(source)
        try:
            tree = _make_environment({}).parse(source)
        except TemplateSyntaxError as wrong:
            what = (wrong.message or "it is no template").rstrip(".")
            raise TemplateError(
                what, wrong.lineno, _find_column(source, wrong.lineno, what)
            ) from None
        except (RecursionError, ValueError):
            # ValueError: Python reads no number of more than 4,300 digits.
            raise TemplateError("it is nested too deeply, or a number is too long") from None
        _Checker(source, frozenset(names), self._filters).check(tree)

    def render(
        self, values: Mapping[str, Value], default: Filter, filters: Mapping[str, Filter]
    ) -> str:
        """Return the text with the values in it; raises TemplateError.

        A text is shown by `default`, unless the template names one of `filters`. All that the
        template opens, it has to close: code and `<details>`.
        """
        hidden = _Placeholders(default, filters)
        # Bound now: a lambda in a loop would see the last name only.
        ours = {name: _bind(hidden, name) for name in self._filters}
        given = {name: hidden.hide(value) for name, value in values.items()}
        try:
            template = _make_environment(ours).from_string(self._source)
            text = "".join(_limit(template.generate(given)))
        except (JinjaError, RecursionError, TypeError, ValueError) as wrong:
            raise TemplateError(str(wrong)) from None
        _check_places(self._source, text)
        return hidden.fill(text).strip()


def _bind(hidden: _Placeholders, name: str) -> Callable[[object], str]:
    return lambda value: hidden.apply(name, value)


def _make_environment(
    filters: Mapping[str, Callable[[object], str]],
) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # The output is Markdown; placeholders do what HTML escaping would do.
        autoescape=False,
        # The optimizer would run expressions of a template while it is compiled.
        optimized=False,
    )
    environment.globals.clear()
    known = {name: environment.filters[name] for name in _WORDS_FILTERS}
    environment.filters = {**known, **filters}
    environment.tests = {}
    return environment


def _limit(pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece.encode(errors="replace"))
        if size > LARGEST:
            raise TemplateError(f"it makes more than {LARGEST:,} bytes")
        yield piece


def _check_text(source: str) -> None:
    if len(source.encode(errors="replace")) > LARGEST:
        raise TemplateError(f"it has more than {LARGEST:,} bytes")
    for mark, why in (
        (_START, "the character U+E000 is reserved"),
        (_END, "the character U+E001 is reserved"),
        ("<!--", _NO_COMMENT),
    ):
        if mark in source:
            before = source.partition(mark)[0]
            line = before.count("\n") + 1
            raise TemplateError(why, line, len(before) - (before.rfind("\n") + 1) + 1)


def _check_places(source: str, text: str) -> None:
    """Raise TemplateError for what a template must not make; its source may not show it whole."""
    for pattern, what in _REFUSED:
        if found := pattern.search(text):
            before = _PLACEHOLDER.split(text[: found.start()])[0]
            line = min(before.count("\n"), source.count("\n")) + 1
            raise TemplateError(what, line)
    depths = [0, *accumulate(-1 if closing else 1 for closing in _DETAILS.findall(text))]
    if len(_FENCE.findall(text)) % 2 or min(depths) < 0 or depths[-1]:
        raise TemplateError("it does not close all that it opens: code or <details>")


@dataclass(frozen=True, slots=True)
class _Checker:
    """Refuses what a template may not use: all but values, conditions, lists and filters."""

    source: str
    names: frozenset[str]
    filters: frozenset[str]

    def check(self, tree: nodes.Template) -> None:
        """Look at every node, without recursion of our own."""
        waiting: list[tuple[nodes.Node, int, int, frozenset[str]]] = [(tree, 0, 0, self.names)]
        while waiting:
            node, depth, loops, known = waiting.pop()
            if not isinstance(node, _ALLOWED):
                what = type(node).__name__.lower()
                raise self._refuse(node, f"{what!r} is not available in a template")
            if isinstance(node, nodes.For):
                loops, known = loops + 1, known | self._check_loop(node)
            if depth > _DEEPEST or loops > _DEEPEST_LOOP:
                raise self._refuse(node, "it is nested too deeply")
            self._check_names(node, known)
            waiting += [(each, depth + 1, loops, known) for each in node.iter_child_nodes()]

    def _check_loop(self, loop: nodes.For) -> frozenset[str]:
        """Return the names that a loop adds; it goes through one of the lists, one by one."""
        plain = isinstance(loop.target, nodes.Name) and isinstance(loop.iter, nodes.Name)
        if not plain or loop.recursive or loop.test or getattr(loop.target, "name", "") == "loop":
            raise self._refuse(loop, "a loop goes through one of the lists, and nothing else")
        return frozenset({str(getattr(loop.target, "name", "")), "loop"})

    def _check_names(self, node: nodes.Node, known: frozenset[str]) -> None:
        match node:
            case nodes.Name(name=name, ctx="load") if name not in known:
                there = ", ".join(sorted(self.names)) or "none"
                raise self._refuse(node, f"there is no value {name!r}; there are: {there}", name)
            case nodes.Filter(name=name):
                self._check_filter(node, name)
            case nodes.Const(value=str() as text) if _START in text or _END in text:
                raise self._refuse(node, "the characters U+E000 and U+E001 are reserved")
            case nodes.Getattr(node=of, attr=attr):
                of_loop = isinstance(of, nodes.Name) and of.name == "loop"
                if not of_loop or attr not in _LOOP_VALUES:
                    raise self._refuse(node, f"values have no {attr!r}", attr)
            case _:
                pass

    def _check_filter(self, node: nodes.Filter, name: str) -> None:
        known = self.filters | _WORDS_FILTERS
        if name not in known:
            there = ", ".join(sorted(known))
            raise self._refuse(node, f"there is no filter {name!r}; there are: {there}", name)
        # Only `join` takes something, and its other arguments lead to attributes of the values.
        fits = all(isinstance(each, nodes.Const) for each in node.args)
        most = 1 if name == "join" else 0
        if not fits or len(node.args) > most or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise self._refuse(node, "this form of a filter is not available", name)

    def _refuse(self, node: nodes.Node, what: str, word: str = "") -> TemplateError:
        # Jinja gives some nodes no line.
        line = node.lineno or 1
        return TemplateError(what, line, _find_column(self.source, line, word))


def _find_column(source: str, line: int, words: str) -> int:
    """Return the column of a word in a line, or of one that a message of Jinja quotes.

    Jinja knows lines alone. Without such a word, it is where the first expression begins.
    """
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    quoted = re.findall(r"'([^']+)'", words)
    for word in (*reversed(quoted), words, "{{", "{%"):
        if word and word in text:
            return text.index(word) + 1
    return 1
