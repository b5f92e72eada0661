"""Proves that a change of a manifest only raises versions of dependencies by a small step.

The major version stays the same, of versions below 1.0 the minor version too. What is compared is
what the manifest means, read whole, and its lines: nothing but digits of versions may differ.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

# Characters; tomllib takes quadratic time for a name of many parts.
_LONGEST_LINE = 1_000
_NUMBER = r"(?:0|[1-9]\d{0,5})"
_VERSION = rf"{_NUMBER}(?:\.{_NUMBER}){{1,3}}"
_VERSIONS = re.compile(
    rf"((?<![\w.+!-]){_VERSION}(?![\w.+!*-])|(?<![\w.+!-])v{_VERSION}(?![\w.+-]))"
)
_OPERATORS = r"(?:\^|~|~>|>=|=|==|~=) ?"
_RANGE = re.compile(rf"(?:{_OPERATORS})?{_VERSION}")
_NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
# All but the version itself is in groups: a name may look like a version too.
_PINNED = rf"({_NAME}(?:\[[\w., -]*\])? ?(?:==|>=|~=) ?){_VERSION}"
# PEP 508, with extras and a marker, without an address.
_REQUIREMENT = re.compile(rf"{_PINNED}((?: ?;[^@]*)?)")
# A line of pip's requirements file ends with a condition or a comment. What includes a file,
# names an index, or has hashes is no such line.
_PIP_LINE = re.compile(rf"{_PINNED}((?:[ \t]*[;#].*)?)")
_PIP_FILE = re.compile(
    r"(?:(?:^|/)requirements/[\w.-]+|(?:^|[/._-])requirements[\w.-]*)\.(?:txt|in)\Z"
)
_GO_MODULE = re.compile(rf"[ \t]+([\w./~-]+) v{_VERSION}(?: // indirect)?")
_GO_REQUIRE = re.compile(rf"require ([\w./~-]+) v{_VERSION}(?: // indirect)?")
_GEM = re.compile(rf"[ \t]*gem (['\"])[\w-]+\1, (['\"])(?:(?:~>|>=|=) )?{_VERSION}\2")
# A line of Ruby at whose end no literal is open.
_RUBY_LINE = re.compile(r"(?:[^'\"#/?$\\]|'[^'\\]*+'|\"[^\"\\#]*+\")*+(?:#.*+)?")
_MAVEN = re.compile(
    r"(<dependency>\s*<groupId>[\w.-]+</groupId>\s*<artifactId>[\w.-]+</artifactId>\s*<version>)"
    rf"{_VERSION}(</version>)"
)

_Path: TypeAlias = tuple[str | int, ...]
_Change: TypeAlias = tuple[_Path, object, object]
_Document: TypeAlias = Mapping[str, object]


class _UnlikeError(Exception):
    """Two documents differ in more than single values, or one cannot be read."""


def is_manifest(path: str) -> bool:
    """Return True if versions in a file of this name are those of dependencies."""
    return _find_reader(path) is not None


def prove(path: str, old: str, new: str) -> bool:
    """Return True if both versions of a manifest differ in small version bumps only."""
    reader = _find_reader(path)
    before, after = old.split("\n"), new.split("\n")
    if reader is None or len(before) != len(after) or max(map(len, after)) > _LONGEST_LINE:
        return False
    changed = [n for n, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    if not changed or not all(_is_bump(before[n], after[n]) for n in changed):
        return False
    try:
        return reader(old, new, changed)
    except (_UnlikeError, RecursionError, ValueError):
        # tomllib and json raise subclasses of ValueError.
        return False


def _is_bump(old: str, new: str) -> bool:
    """Return True if two lines differ in one version, which rises by a small step."""
    one, other = _VERSIONS.split(old), _VERSIONS.split(new)
    if len(one) != len(other):
        return False
    differing = [n for n, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    # Every second piece is a version.
    return len(differing) == 1 and all(n % 2 and _is_step(one[n], other[n]) for n in differing)


def _is_step(old: str, new: str) -> bool:
    before, after = (tuple(map(int, each.removeprefix("v").split("."))) for each in (old, new))
    kept = 1 if before[0] else 2
    return (
        old.startswith("v") == new.startswith("v")
        and len(before) == len(after) > kept
        and before[:kept] == after[:kept]
        and before < after
    )


_Reader: TypeAlias = Callable[[str, str, Sequence[int]], bool]


def _find_reader(path: str) -> _Reader | None:
    name = path.rpartition("/")[2]
    return _read_requirements if _PIP_FILE.search(path) else _READERS.get(name)


def _read_requirements(old: str, new: str, changed: Sequence[int]) -> bool:
    before, after = old.split("\n"), new.split("\n")
    for number in changed:
        # A line may go on from the one above, or in the one below.
        goes_on = any(line.endswith("\\") for line in after[max(0, number - 1) : number + 1])
        if goes_on or not _match_alike(_PIP_LINE, before[number], after[number]):
            return False
    return True


def _match_alike(pattern: re.Pattern[str], old: str, new: str) -> bool:
    """Return True if a pattern matches both texts with the same groups."""
    before, after = pattern.fullmatch(old), pattern.fullmatch(new)
    return bool(before and after and before.groups() == after.groups())


def _read_gemfile(_old: str, new: str, changed: Sequence[int]) -> bool:
    lines = new.split("\n")
    # Literals and comments of many lines, in which a line is none of the program.
    doubtful = re.search(r"<<|^=begin|^__END__|%|`", new, re.MULTILINE)
    if doubtful or not all(map(_RUBY_LINE.fullmatch, lines)):
        return False
    return all(_GEM.fullmatch(lines[n]) for n in changed)


def _read_go_mod(old: str, new: str, changed: Sequence[int]) -> bool:
    if '"' in new or "`" in new:
        return False
    block = ""
    proven: set[int] = set()
    for number, (before, line) in enumerate(zip(old.split("\n"), new.split("\n"), strict=True)):
        code = line.partition("//")[0].strip()
        pattern = {"": _GO_REQUIRE, "require": _GO_MODULE}.get(block)
        if not block and (opened := re.fullmatch(r"(\w+) \(", code)):
            block = opened[1]
        elif block and code == ")":
            block = ""
        elif "(" in code or ")" in code:
            return False
        elif pattern and _match_alike(pattern, before, line):
            proven.add(number)
    return proven.issuperset(changed)


def _read_pom(old: str, new: str, _changed: Sequence[int]) -> bool:
    # What a comment or a section of data holds may only look like an element.
    doubtful = re.search(r"<!|<\?(?!xml )", old + new)
    return not doubtful and _MAVEN.sub(r"\1\2", old) == _MAVEN.sub(r"\1\2", new)


def _read_package_json(old: str, new: str, changed: Sequence[int]) -> bool:
    return all(
        _is_in_package(path) and _are_ranges(*of)
        for path, *of in _list_changes(_parse_json(old), _parse_json(new), changed)
    )


def _is_in_package(path: _Path) -> bool:
    match path:
        case ("dependencies" | "devDependencies" | "peerDependencies" | "optionalDependencies", _):
            return True
        case _:
            return False


def _read_composer_json(old: str, new: str, changed: Sequence[int]) -> bool:
    return all(
        _is_in_composer(path) and _are_ranges(*of)
        for path, *of in _list_changes(_parse_json(old), _parse_json(new), changed)
    )


def _is_in_composer(path: _Path) -> bool:
    match path:
        case ("require" | "require-dev", str(name)):
            # A name without a slash is one of PHP itself.
            return "/" in name
        case _:
            return False


def _read_cargo(old: str, new: str, changed: Sequence[int]) -> bool:
    document = tomllib.loads(new)
    changes = _list_changes(tomllib.loads(old), document, changed)
    return all(_is_in_cargo(path, document) and _are_ranges(*of) for path, *of in changes)


def _is_in_cargo(path: _Path, document: _Document) -> bool:
    inner = path[2:] if path[0] == "target" else path[1:] if path[0] == "workspace" else path
    match inner:
        case ("dependencies" | "dev-dependencies" | "build-dependencies", _, *rest):
            return not rest or _is_plain_table(path, document)
        case _:
            return False


def _is_plain_table(path: _Path, document: _Document) -> bool:
    """Return True for the version in a table that names no other source."""
    table: object = document
    for name in path[:-1]:
        if not isinstance(table, dict):
            return False
        table = table.get(name)
    known = {"version", "features", "optional", "default-features", "extras", "python", "markers"}
    return path[-1] == "version" and isinstance(table, dict) and set(table) <= known


def _read_pyproject(old: str, new: str, changed: Sequence[int]) -> bool:
    document = tomllib.loads(new)
    return all(
        _are_requirements(*of)
        if _lists_requirements(path)
        else _is_in_poetry(path, document) and _are_ranges(*of)
        for path, *of in _list_changes(tomllib.loads(old), document, changed)
    )


def _lists_requirements(path: _Path) -> bool:
    """Return True for what the project needs; not for what builds it."""
    *names, _ = path
    match names:
        case ["project", "dependencies"]:
            return True
        case ["project", "optional-dependencies", str()] | ["dependency-groups", str()]:
            return True
        case _:
            return False


def _is_in_poetry(path: _Path, document: _Document) -> bool:
    match path:
        case ("tool", "poetry", "dependencies" | "dev-dependencies", str(name), *rest):
            pass
        case ("tool", "poetry", "group", str(), "dependencies", str(name), *rest):
            pass
        case _:
            return False
    return name.lower() != "python" and (not rest or _is_plain_table(path, document))


def _parse_json(text: str) -> object:
    return json.loads(text, object_pairs_hook=_build_object)


def _build_object(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise _UnlikeError
    return found


def _list_changes(old: object, new: object, lines: Sequence[int]) -> tuple[_Change, ...]:
    """Return the values that differ, one for each changed line.

    Raises _UnlikeError where a line changes without a value: a comment, a number in another form.
    """
    found = tuple(_find_changes(old, new))
    if len(found) != len(lines):
        raise _UnlikeError
    return found


def _find_changes(old: object, new: object, path: _Path = ()) -> Iterator[_Change]:
    """Yield the values that differ; raises _UnlikeError where a name or an item is new or gone."""
    if isinstance(old, dict) and isinstance(new, dict):
        if old.keys() != new.keys():
            raise _UnlikeError
        for name in old:
            yield from _find_changes(old[name], new[name], (*path, name))
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            raise _UnlikeError
        for n, pair in enumerate(zip(old, new, strict=True)):
            yield from _find_changes(*pair, (*path, n))
    elif type(old) is not type(new) or old != new:
        yield path, old, new


def _are_ranges(*values: object) -> bool:
    return all(isinstance(value, str) and _RANGE.fullmatch(value) for value in values)


def _are_requirements(old: object, new: object) -> bool:
    """Return True if both are requirements that differ in nothing but the version."""
    if not isinstance(old, str) or not isinstance(new, str):
        return False
    return _match_alike(_REQUIREMENT, old, new)


_READERS: Mapping[str, _Reader] = {
    "package.json": _read_package_json,
    "composer.json": _read_composer_json,
    "pyproject.toml": _read_pyproject,
    "Cargo.toml": _read_cargo,
    "go.mod": _read_go_mod,
    "Gemfile": _read_gemfile,
    "pom.xml": _read_pom,
}
