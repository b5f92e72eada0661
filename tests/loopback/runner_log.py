"""Reads a log as the Actions runner does, and lists the workflow commands it would carry out."""

import re
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Command:
    """One workflow command: its name, its properties and its message, both unescaped."""

    name: str
    properties: dict[str, str]
    message: str


def commands(log: str) -> tuple[Command, ...]:
    """List the commands of a log, in order.

    The rules are those of ActionCommand.cs: "::name key=value::message" after white space, else
    "##[name key=value;]message" anywhere in the line. Names that the runner does not know are
    listed too, because it may learn them.
    """
    found = (_current(line) or _former(line) for line in _LINE_END.split(log))
    return tuple(command for command in found if command)


def _current(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    return Command(name, _pairs(properties, ","), _unescape(line[end + 2 :])) if name else None


def _former(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, properties = line[start + 3 : end].partition(" ")
    return Command(name, _pairs(properties, ";"), line[end + 1 :]) if name else None


def _pairs(text: str, separator: str) -> dict[str, str]:
    pairs = (pair.strip().partition("=") for pair in text.split(separator))
    return {
        key: _unescape(value.replace("%3A", ":").replace("%2C", ","))
        for key, equals, value in pairs
        if equals
    }


def _unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
