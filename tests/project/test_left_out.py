"""What the image leaves out of a library is imported only where no call of ours leads."""

import ast
import runpy
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePath

ROOT = Path(__file__).parents[2]
SITE = Path(sysconfig.get_path("purelib"))
ROOTFS = runpy.run_path(str(ROOT / "container" / "rootfs.py"))
PATTERNS: tuple[str, ...] = ROOTFS["UNUSED_OF_LIBRARIES"]
# The libraries that parts are left out of, and those that import them.
ENTRIES = ("openai", "pydantic", "pydantic.json_schema", "nacl", "yaml", "github", "requests")
# Files that are kept and import what is left out. Read a row that an update asks for, add it then.
KNOWN = {
    # Properties of the client: `client.chat`.
    ("openai/_client.py", "openai.resources"),
    # Classes with pydantic 1's `__get_validators__` lead there, and only they.
    ("pydantic/_internal/_generate_schema.py", "pydantic.v1"),
    # Imported on the platform of that name alone.
    ("urllib3/__init__.py", "urllib3.contrib.emscripten"),
    # PyYAML does without them.
    ("yaml/cyaml.py", "yaml._yaml"),
}


def test_only_known_files_import_what_is_left_out() -> None:
    found, seen, waiting = set(), set[str](), list(ENTRIES)
    while waiting:
        name = waiting.pop()
        file = _file_of(name)
        if name in seen or file is None:
            continue
        seen.add(name)
        waiting.append(name.rpartition(".")[0])
        for imported in _imported(SITE / file, file):
            if left_out := _left_out_part(imported):
                found.add((str(file), left_out))
            else:
                waiting += (imported, imported.rpartition(".")[0])

    assert found == KNOWN


def test_everything_that_is_left_out_is_there_to_be_left_out() -> None:
    assert [pattern for pattern in PATTERNS if not any(SITE.glob(pattern))] == []


def _imported(file: Path, below: PurePath) -> Iterator[str]:
    """Yield the full names of what a file imports, also inside of functions."""
    package = list(below.parent.parts)
    for node in _executed(ast.parse(file.read_bytes())):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                start = package[: len(package) - level + 1] if level else []
                base = ".".join([*start, *([module] if module else [])])
                yield from (f"{base}.{each.name}" for each in names)
            case _:
                pass


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Go through a tree without what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield other
                yield from _executed(other)
        else:
            yield child
            yield from _executed(child)


def _file_of(name: str) -> PurePath | None:
    """Return the file of a module in Python, below the folder of the packages."""
    place = PurePath(*name.split("."))
    files = (place / "__init__.py", PurePath(f"{place}.py"))
    return next((file for file in files if name and (SITE / file).is_file()), None)


@cache
def _left_out_part(name: str) -> str:
    """Return the shortest part of a module's name that the image lacks, "" for none."""
    above = _left_out_part(name.rpartition(".")[0]) if "." in name else ""
    place = PurePath(*name.split("."))
    files = [place, PurePath(f"{place}.py"), PurePath(f"{place}.abi3.so")]
    if above or not any(ROOTFS["is_unused"](file, PATTERNS) for file in files):
        return above
    return name
