"""Reads a strict subset of YAML: plain values only, each with its place in the file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from reviewer.config.config_error import ConfigError
from reviewer.config.options import show
from reviewer.config.repository.file_places import REPOSITORY_FILE
from reviewer.config.repository.mistakes import file_signs, other_reviewers, quoting, yaml_mistakes

PATH = REPOSITORY_FILE
LARGEST = 64 * 1024
"""Bytes. PyYAML takes up to a second for this much; real files have 2 kB."""
DEEPEST = 8
"""Levels of nesting; the file needs three."""

Path: TypeAlias = tuple[str | int, ...]

_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_YAML_1_1: Any = yaml.SafeLoader("")
_TAGS = {
    "tag:yaml.org,2002:null": type(None),
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:str": str,
}
# Values of some settings. YAML 1.1 reads them as booleans; here they are texts, which a switch
# refuses.
_WORDS = frozenset({"on", "off"})
# Keys of texts for the model, here and in the file with learnings.
_TEXTS = frozenset({"instructions", "text"})
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the file; line and column count from 1, 0 means unknown."""

    line: int = 0
    column: int = 0

    def error(self, what: str, *, cause: str = "", remedy: str = "") -> ConfigError:
        """Return an error about this place."""
        return ConfigError(
            what, cause=cause, remedy=remedy, path=PATH, line=self.line, column=self.column
        )


@dataclass(frozen=True, slots=True)
class Document:
    """The content of the file as dicts, tuples and scalars; `keys` and `values` have the places.

    `value` is None for a file without content. `refused` are the errors about what is not plain
    YAML, () for one after which nothing can be read; a document that has any must not be used.
    `inline` are the lists in brackets.
    """

    value: object
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    refused: Mapping[Path, ConfigError]
    inline: frozenset[Path] = frozenset()


def parse(raw: bytes | str) -> Document:
    """Read one document; raises ConfigError for a file that is too large, or not UTF-8."""
    text = _decode(raw)
    builder = _Builder(yaml.parse(text, Loader=yaml.SafeLoader), text.splitlines())
    value: object = None
    try:
        value = builder.document()
    except ConfigError as problem:
        builder.refuse(problem)
    except yaml.MarkedYAMLError as broken:
        builder.refuse(_syntax_error(text, broken))
    except yaml.reader.ReaderError as odd:
        place = _locate(text, odd.position)
        builder.refuse(place.error("there is a control character.", remedy="Remove it."))
    # PyYAML does not check the range of "\UFFFFFFFF" or of a version with 5,000 digits.
    except (ValueError, OverflowError):
        builder.refuse(Place().error("a number or an escape sequence in it is out of range."))
    inline = frozenset(builder.inline)
    return Document(value, builder.keys, builder.values, builder.refused, inline)


def _decode(raw: bytes | str) -> str:
    data = raw.encode(errors="surrogatepass") if isinstance(raw, str) else raw
    if len(data) > LARGEST:
        what = f"the file has {len(data)} bytes; at most {LARGEST} are read."
        raise Place().error(what, remedy="Delete what is not needed, such as generated entries.")
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as broken:
        place = _locate(data[: broken.start].decode(), broken.start)
        raise place.error("the file is not UTF-8.", remedy="Save it as UTF-8.") from None


def _locate(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _place(mark: Any) -> Place:  # noqa: ANN401 - the stubs know a second kind, of libyaml
    return Place(mark.line + 1, mark.column + 1) if mark else Place()


def _syntax_error(text: str, broken: yaml.MarkedYAMLError) -> ConfigError:
    if other_reviewers.is_toml(text):
        explained = other_reviewers.explain_toml(text)
        return Place(1, 1).error("this is TOML, not YAML.", remedy=explained)
    marks = [mark for mark in (broken.context_mark, broken.problem_mark) if mark]
    place = _place(marks[-1] if marks else None)
    problem = str(broken.problem)
    remedy = yaml_mistakes.advise(text, place.line, problem, _place(marks[0]).line if marks else 0)
    starts = {text[mark.index : mark.index + 1] for mark in marks}
    if not remedy and starts & set("*&!@%`"):
        remedy = quoting.QUOTES
    elif not remedy and "\t" in starts:
        remedy = "Indent with spaces, not with tabs."
    return place.error(f"this is not YAML: {problem}.", remedy=remedy)


def _resolve(text: str) -> object:
    """Return the value of a plain scalar by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Builder:
    """Builds plain values from parser events, with no recursion deeper than DEEPEST."""

    def __init__(self, events: Iterator[Any], lines: Sequence[str]) -> None:
        self._events = events
        self._lines = lines
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.refused: dict[Path, ConfigError] = {}
        self.inline: set[Path] = set()

    def refuse(self, problem: ConfigError, path: Path = ()) -> None:
        # Of two problems with one value, the first to be read is named.
        self.refused.setdefault(path, problem)

    def document(self) -> object:
        value: object = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    remedy = file_signs.explain_end(self._line_of(event))
                    raise _error(event, "a second document starts; one is allowed.", remedy)
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, ())
        return value

    def _value(self, event: yaml.NodeEvent, path: Path) -> object:
        self.values[path] = _place(event.start_mark)
        if problem := self._find_reference(event):
            self.refuse(problem, path)
        if len(path) >= DEEPEST:
            raise _error(event, f"this is nested more than {DEEPEST} levels deep.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._build_mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            if event.flow_style:
                self.inline.add(path)
            return self._sequence(path)
        return self._scalar(event, path) if isinstance(event, yaml.ScalarEvent) else None

    def _build_mapping(self, path: Path) -> dict[str, object]:
        mapping: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path)
            mapping[key] = self._value(next(self._events), (*path, key))
        return mapping

    def _key(self, event: yaml.NodeEvent, path: Path) -> str:
        if problem := self._find_reference(event):
            raise problem
        if not isinstance(event, yaml.ScalarEvent):
            filled = "`{{ }}` is not filled in: write the value itself."
            raise _error(event, "a key must be a word.", filled * ("{{" in self._line_of(event)))
        if problem := self._find_unprintable(event):
            raise problem
        key = str(event.value)
        if key == "<<":
            raise _error(event, "merge keys (<<) are not supported.", "Write the keys out.")
        if first := self.keys.get((*path, key)):
            remedy = "Keep one of the two, with the values of both if they are lists."
            raise _error(event, f"the key {show(key)} is already in line {first.line}.", remedy)
        self.keys[*path, key] = _place(event.start_mark)
        return key

    def _sequence(self, path: Path) -> tuple[object, ...]:
        items: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return tuple(items)

    def _scalar(self, event: Any, path: Path) -> object:  # noqa: ANN401 - PyYAML's stubs are open
        text = str(event.value)
        value = text if event.style is not None else _resolve(text)
        found = self._find_unprintable(event) or self._find_ambiguity(event, value)
        if problem := found or self._find_cut(event, path):
            self.refuse(problem, path)
        return value

    def _find_ambiguity(self, event: Any, value: object) -> ConfigError | None:  # noqa: ANN401
        """Return the error about a plain scalar that YAML 1.1 reads as another value.

        There `no` is a boolean, 012 is ten, 1:30 is ninety and 2024-01-01 is a date.
        """
        text = str(event.value)
        if event.style is not None or text in _WORDS:
            return None
        if type(value) is _TAGS.get(_YAML_1_1.resolve(yaml.ScalarNode, text, (True, False))):
            return None
        what = f"{show(text)} means one thing to YAML 1.1 and another to YAML 1.2."
        return _error(event, what, quoting.advise_scalar(self._line_of(event), text))

    def _find_cut(self, event: Any, path: Path) -> ConfigError | None:  # noqa: ANN401
        """Return the error about a text that `#` cuts off, as in "see #12".

        Of a text for the model this is the number of an issue, of another value the whole.
        """
        is_text = bool(path) and path[-1] in _TEXTS
        if event.style is not None or (event.value and not is_text):
            return None
        line = yaml_mistakes.pick(self._lines, _place(event.end_mark).line)
        remedy = quoting.quote_cut_text(line, event.end_mark.column, is_text=is_text)
        return _error(event, "`#` cuts this value off.", remedy) if remedy else None

    def _find_unprintable(self, event: Any) -> ConfigError | None:  # noqa: ANN401
        if not _UNPRINTABLE.search(str(event.value)):
            return None
        # In double quotes, "src\app" has the character of a bell.
        escaped = event.style == '"' and "\\" in self._line_of(event)
        remedy = "Write `/` between folders: in double quotes, a backslash begins an escape."
        return _error(event, "there is a control character.", remedy * escaped)

    def _find_reference(self, event: yaml.NodeEvent) -> ConfigError | None:
        """Return the error about a tag, an anchor or an alias."""
        line = self._line_of(event)
        remedy = quoting.quote_line(line) or quoting.QUOTES
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            meant = quoting.explain_reference(self._lines, str(event.anchor))
            return _error(event, "anchors (&) and aliases (*) are not supported.", meant or remedy)
        if getattr(event, "tag", None):
            meant = quoting.remove_tag(line)
            return _error(event, "tags (!) are not supported.", meant or remedy)
        return None

    def _line_of(self, event: yaml.Event) -> str:
        return yaml_mistakes.pick(self._lines, _place(event.start_mark).line)


def _error(event: yaml.Event, what: str, remedy: str = "") -> ConfigError:
    return _place(event.start_mark).error(what, remedy=remedy)
