"""Reads from the program which errors it prints, for docs/troubleshooting.md.

Nothing is imported or run: an error is a call that creates a ReviewerError, or the text of an
error annotation about `fail-on`. What is only known when it is printed becomes "…".
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.source_texts import UNKNOWN, Scope, calls, tidy

PACKAGE = Path(__file__).parent.parent / "reviewer"
FAIL_ON = "fail-on"
_ROOT_CLASS = "ReviewerError"
# The constant that ends the errors about `fail-on`.
_FAIL_ON_MARK = "FAIL_ON_HELP"
# A text of which less is known is one that another error said before, and is listed there.
_FEWEST_LETTERS = 8
# In front of every error about the repository's file: its name, line and column.
_FILE_PLACE = f"{UNKNOWN}: "
# The methods that put the place in the repository's file in front of a text.
_OF_FILE = ("error", "_error")


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error: the section that explains it, and its sentences with … for what varies."""

    section: str
    what: str
    cause: str = ""
    remedy: str = ""

    @property
    def advice(self) -> str:
        """The cause and what to do about it, empty if the error says neither."""
        return " ".join(filter(None, (self.cause, self.remedy)))

    def matches(self, printed: str) -> bool:
        """Return True if `printed` begins with this error's first sentence."""
        pieces = map(re.escape, self.what.split(UNKNOWN))
        return re.match("(?s:.*?)".join(pieces), printed) is not None


@cache
def sections() -> dict[str, str]:
    """Map the name of each class of errors to its section: its own, or that of its base."""
    classes = {
        node.name: node
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found: dict[str, str] = {}
    for name in classes:
        line = list(_line_of(name, classes))
        if _ROOT_CLASS in line:
            found[name] = next(filter(None, (_own_section(classes[each]) for each in line)))
    return found


def _line_of(name: str, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """Yield a class, its base, and so on."""
    while name in classes:
        yield name
        bases = classes[name].bases
        name = ast.unparse(bases[0]) if bases else ""


def _own_section(node: ast.ClassDef) -> str:
    for line in node.body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant):
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            if ast.unparse(target) == "section":
                return str(line.value.value)
    return ""


@cache
def error_texts() -> tuple[ErrorText, ...]:
    """Return the errors in the order of the files, each once."""
    known = sections()
    found = [text for path, tree in _trees().items() for text in _Reader(path, tree, known).read()]
    alike: dict[tuple[str, str], list[ErrorText]] = {}
    for text in filter(_says_enough, dict.fromkeys(found)):
        alike.setdefault((text.section, text.what), []).append(text)
    return tuple(map(_join, alike.values()))


def _join(alike: list[ErrorText]) -> ErrorText:
    """Return one error for those with the same first sentence; some may give no advice."""
    advised = [each for each in alike if each.advice]
    if len(alike) == 1 or not advised:
        return alike[0]
    cause = " ".join(["In some cases:", *(each.advice for each in advised)])
    return ErrorText(alike[0].section, alike[0].what, cause)


def _says_enough(text: ErrorText) -> bool:
    """Return False for a text that is another error's, or the end of one."""
    own = text.what.removeprefix(_FILE_PLACE)
    ends_another = re.match(f"{UNKNOWN}[a-z]", own)
    return not ends_another and len(re.findall("[A-Za-z]", own)) >= _FEWEST_LETTERS


@cache
def _trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


class _Reader:
    """Reads the errors of one module."""

    def __init__(self, path: Path, tree: ast.Module, known: Mapping[str, str]) -> None:
        self._tree = tree
        self._known = known
        self._of_file = path.is_relative_to(PACKAGE / "config")
        self._own = path == PACKAGE / "errors.py"

    def read(self) -> Iterator[ErrorText]:
        for node in ast.walk(self._tree):
            if self._own and isinstance(node, ast.ClassDef) and node.name in self._known:
                yield from self._read_class(node)
            elif not self._own and isinstance(node, ast.FunctionDef | ast.Module):
                yield from self._read_scope(Scope(self._tree, node))

    def _read_class(self, node: ast.ClassDef) -> Iterator[ErrorText]:
        """Yield the text that a class gives itself: the call of its base's `__init__`."""
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                section = self._known[node.name]
                yield _make_text(call, call.args[0], section, Scope(self._tree, node))

    def _read_scope(self, scope: Scope) -> Iterator[ErrorText]:
        for call in calls(scope.node):
            if not call.args:
                continue
            name = ast.unparse(call.func).rpartition(".")[2]
            for each in scope.either_name(name):
                if each in self._known:
                    yield from self._read_error(call, self._known[each], scope)
            if self._of_file and name in _OF_FILE:
                yield self._read_of_file(call, name, scope)
            elif name == "error" and (what := self._read_gate(call, scope)):
                yield ErrorText(FAIL_ON, what)

    def _read_error(self, call: ast.Call, section: str, scope: Scope) -> Iterator[ErrorText]:
        """Yield an error; if its text is the parameter of a function, one for each of its calls."""
        yield _make_text(call, call.args[0], section, scope)
        if scope.first_parameter == ast.unparse(call.args[0]):
            for other in calls(self._tree, inside=True):
                if ast.unparse(other.func) == scope.name and other.args:
                    yield _make_text(call, other.args[0], section, scope)

    def _read_of_file(self, call: ast.Call, name: str, scope: Scope) -> ErrorText:
        given = call.args if name == "error" else call.args[1:] or call.args
        text = _make_text(call, given[0], self._known["ConfigError"], scope)
        remedy = text.remedy or "".join(map(scope.text, given[1:]))
        return ErrorText(text.section, f"{_FILE_PLACE}{text.what}", text.cause, _sentence(remedy))

    def _read_gate(self, call: ast.Call, scope: Scope) -> str:
        """Return the text of an error about `fail-on`, empty for any other."""
        text = Scope(self._tree, scope.node, shown=(_FAIL_ON_MARK,)).text(call.args[0])
        sentence = tidy(text.replace(_FAIL_ON_MARK, "")).removesuffix(f" {UNKNOWN}")
        return sentence if _FAIL_ON_MARK in text else ""


def _make_text(call: ast.Call, what: ast.expr, section: str, scope: Scope) -> ErrorText:
    named = {each.arg: _sentence(scope.text(each.value)) for each in call.keywords}
    cause, remedy = named.get("cause", ""), named.get("remedy", "")
    return ErrorText(section, tidy(scope.text(what)), cause, remedy)


def _sentence(text: str) -> str:
    """Return a sentence, or nothing where none of its words are known."""
    return "" if tidy(text) == UNKNOWN else tidy(text)
