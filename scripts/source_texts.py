"""Reads texts from source code, as far as they are written there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

UNKNOWN = "…"
"""The mark for a part that only a run knows."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A function, class or module, in which names are looked up; `shown` names stay names."""

    tree: ast.Module
    node: ast.FunctionDef | ast.ClassDef | ast.Module
    shown: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the function, empty for a module."""
        return "" if isinstance(self.node, ast.Module) else self.node.name

    @property
    def first_parameter(self) -> str:
        """The name of the function's first parameter, empty without one."""
        if isinstance(self.node, ast.FunctionDef) and self.node.args.args:
            return self.node.args.args[0].arg
        return ""

    def either_name(self, name: str) -> tuple[str, ...]:
        """Return the name, or both names between which an assignment to it chooses."""
        value = self._find(name)
        if isinstance(value, ast.IfExp):
            return ast.unparse(value.body), ast.unparse(value.orelse)
        return (name,)

    def text(self, expression: ast.expr) -> str:
        """Return the text of an expression, with UNKNOWN for what is not written in it."""
        match expression:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(map(self.text, parts))
            case ast.FormattedValue(value=inner, format_spec=None):
                return self.text(inner) if isinstance(inner, ast.Name | ast.Attribute) else UNKNOWN
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return self._named(name, local=isinstance(expression, ast.Name))
            case _:
                return self._combined(expression)

    def _combined(self, expression: ast.expr) -> str:
        match expression:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.text(left) + self.text(right)
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mult()):
                return ""  # a sentence that is added in some cases
            case ast.BoolOp(op=ast.Or(), values=[*_, last]):
                return self.text(last)
            case ast.Call(func=ast.Attribute(value=inner, attr="rstrip")):
                return self.text(inner)
            case _:
                return UNKNOWN

    def _named(self, name: str, *, local: bool) -> str:
        if name in self.shown:
            return name
        value = self._find(name) if local else None
        # What the value names is the module's, or a name that is made of itself would never end.
        return Scope(self.tree, self.tree, self.shown).text(value) if value else UNKNOWN

    def _find(self, name: str) -> ast.expr | None:
        """Return what is assigned to a name first, in the function or at the module's top."""
        for nodes in (ast.walk(self.node), self.tree.body):
            for node in nodes:
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                    return node.value
        return None


def calls(node: ast.AST, *, inside: bool = False) -> Iterator[ast.Call]:
    """Yield the calls of a function's own statements; with `inside`, of those in it too."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(node))
    while waiting:
        found = waiting.pop(0)
        if not inside and isinstance(found, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(found, ast.Call):
            yield found
        waiting += ast.iter_child_nodes(found)


def tidy(text: str) -> str:
    """Return a text on one line, with one mark for unknown parts that follow each other."""
    return re.sub(f"{UNKNOWN}+", UNKNOWN, " ".join(text.split()))
