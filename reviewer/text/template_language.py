"""Checks a template of a repository: the part of Jinja that it uses, and each value's use."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from jinja2 import nodes

START, END = "\ue000", "\ue001"
"""What the placeholder of a text begins and ends with; no template may make them."""
_CHANGES_WORDS = ("upper", "lower", "title", "capitalize")
WORDS_FILTERS = frozenset({*_CHANGES_WORDS, "length", "join"})
"""The filters of Jinja that a template may use."""
_DEEPEST_LOOP = 2
_DEEPEST = 40
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
# A name as long as this is none, and half of a secret would not be recognised.
_LONG_NAME = re.compile(r"'[^']{61,}'")

Value: TypeAlias = str | int | bool | Sequence[str]
Kind: TypeAlias = Literal["list", "text", "word"]
"""A template sees a placeholder of each text; words and numbers are ours, and as they are."""


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


def find_kind(value: Value) -> Kind:
    """Return what a template can do with a value."""
    match value:
        case Word() | bool() | int():
            return "word"
        case str():
            return "text"
        case _:
            return "list"


def check(
    source: str, tree: nodes.Template, values: Mapping[str, Value], filters: Iterable[str]
) -> None:
    """Raise TemplateError for what a template may not use.

    `values` are samples, which tell the kinds of the values; `filters` are those of ours.
    """
    kinds = {name: find_kind(value) for name, value in values.items()}
    _Checker(source, kinds, frozenset(filters)).check(tree)


@dataclass(frozen=True, slots=True)
class _Checker:
    """Refuses what a template may not use: all but values, conditions, lists and filters."""

    source: str
    kinds: Mapping[str, Kind]
    filters: frozenset[str]

    def check(self, tree: nodes.Template) -> None:
        """Look at every node, without recursion of our own until their depth is known."""
        waiting: list[tuple[nodes.Node, int, int, Mapping[str, Kind]]] = [(tree, 0, 0, self.kinds)]
        checked: list[tuple[nodes.Node, Mapping[str, Kind]]] = []
        while waiting:
            node, depth, loops, known = waiting.pop()
            if not isinstance(node, _ALLOWED):
                what = type(node).__name__.lower()
                raise self._refuse(node, f"{what!r} is not available in a template")
            if isinstance(node, nodes.For):
                loops, known = loops + 1, {**known, **self._check_loop(node, known)}
            if depth > _DEEPEST or loops > _DEEPEST_LOOP:
                raise self._refuse(node, "it is nested too deeply")
            self._check_names(node, known)
            checked.append((node, known))
            waiting += [(each, depth + 1, loops, known) for each in node.iter_child_nodes()]
        for node, known in checked:
            self._check_kinds(node, known)

    def _check_loop(self, loop: nodes.For, known: Mapping[str, Kind]) -> Mapping[str, Kind]:
        """Return the names that a loop adds; it goes through one of the lists, one by one."""
        plain = isinstance(loop.target, nodes.Name) and isinstance(loop.iter, nodes.Name)
        name = getattr(loop.iter, "name", "")
        # A name that there is not has an error of its own.
        is_list = known.get(name, "list") == "list"
        target = str(getattr(loop.target, "name", ""))
        if not (plain and is_list) or loop.recursive or loop.test or target == "loop":
            what = f"a loop goes through one of the lists{self._name_lists()}, and nothing else"
            raise self._refuse(loop, what, name)
        return {target: "text", "loop": "word"}

    def _name_lists(self) -> str:
        lists = ", ".join(name for name, kind in self.kinds.items() if kind == "list")
        return f" ({lists})" if lists else ""

    def _check_names(self, node: nodes.Node, known: Mapping[str, Kind]) -> None:
        match node:
            case nodes.Name(name=name, ctx="load") if name not in known:
                there = ", ".join(sorted(self.kinds)) or "none"
                raise self._refuse(node, f"there is no value {name!r}; there are: {there}", name)
            case nodes.Filter(name=name):
                self._check_filter(node, name)
            case nodes.Const(value=str() as text) if START in text or END in text:
                raise self._refuse(node, "the characters U+E000 and U+E001 are reserved")
            case nodes.Getattr(node=of, attr=attr):
                of_loop = isinstance(of, nodes.Name) and of.name == "loop"
                if not of_loop or attr not in _LOOP_VALUES:
                    meant = f": write '{{{{ {attr} }}}}'" if attr in known else ""
                    raise self._refuse(
                        node, f"values have no members such as {attr!r}{meant}", attr
                    )
            case _:
                pass

    def _check_kinds(self, node: nodes.Node, known: Mapping[str, Kind]) -> None:
        """Refuse what would show or count placeholders, with the form to write instead."""
        match node:
            case nodes.Output(nodes=parts) | nodes.Concat(nodes=parts):
                for part in parts:
                    self._require_no_list(part, known)
            case nodes.Filter(name=name, node=nodes.Expr() as of):
                self._check_filtered(name, of, known)
            case _:
                pass

    def _check_filtered(self, name: str, of: nodes.Expr, known: Mapping[str, Kind]) -> None:
        kind, value = _find_result(of, known)
        instead = f": write '{{{{ {value} }}}}' here" if value else ""
        if name == "join" and kind != "list":
            raise self._refuse(of, f"'join' is for lists{self._name_lists()}{instead}", name)
        if name == "length" and kind == "text":
            what = (
                f"'length' does not know the text {value!r}: write '{{% if {value} %}}' to test it"
            )
            raise self._refuse(of, what, name)
        if name in _CHANGES_WORDS and kind == "text":
            what = f"{name!r} changes words such as severity, and not the text {value!r}{instead}"
            raise self._refuse(of, what, name)
        if name not in {"join", "length"}:
            self._require_no_list(of, known)

    def _require_no_list(self, node: nodes.Node, known: Mapping[str, Kind]) -> None:
        kind, value = _find_result(node, known)
        if kind == "list":
            what = (
                f"{value!r} is a list; write '{{{{ {value} | join(\", \") }}}}' or "
                f"'{{% for each in {value} %}}'"
            )
            raise self._refuse(node, what, value)

    def _check_filter(self, node: nodes.Filter, name: str) -> None:
        known = self.filters | WORDS_FILTERS
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
        return TemplateError(what, line, find_column(self.source, line, word))


def _find_result(node: nodes.Node | None, known: Mapping[str, Kind]) -> tuple[Kind, str]:
    """Return the kind of what an expression makes, and the name of the value in it, if any."""
    match node:
        case nodes.Name(name=name):
            return known.get(name, "word"), name
        case nodes.Filter(name="length"):
            return "word", ""
        case nodes.Filter(name=name, node=of):
            kind, value = _find_result(of, known)
            # Our filters make a placeholder of a word too.
            return ("text" if name == "join" or name not in WORDS_FILTERS else kind), value
        case nodes.CondExpr(expr1=first, expr2=second):
            parts: Sequence[nodes.Node | None] = (first, second)
        case nodes.And(left=first, right=second) | nodes.Or(left=first, right=second):
            parts = (first, second)
        case nodes.Concat(nodes=several):
            parts = several
        case _:
            parts = ()
    results = [_find_result(part, known) for part in parts]
    return next(
        (each for kind in ("list", "text") for each in results if each[0] == kind), ("word", "")
    )


def find_column(source: str, line: int, words: str) -> int:
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
