"""The SARIF files that earlier steps left in the workspace, found by name or by pattern."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from reviewer.adapters.files.confined import ConfinedFolder
from reviewer.errors import MissingFileError, WorkspaceError

MOST = 20
LARGEST = 10_000_000
"""Bytes of one file; all together may have twice as many. GitHub takes 10 MB, but compressed."""
_SUFFIX = ".sarif"
_WILDCARDS = frozenset("*?[")

ReadFile = tuple[str, bytes | WorkspaceError]


def read(workspace: str, names: Iterable[str], roots: Sequence[str] = ()) -> tuple[ReadFile, ...]:
    """Read the files that are named; `*` and `?` match within one name, `**` is none of ours.

    A folder means the `*.sarif` files in it. `roots` are other addresses of the workspace. A
    file that is not read, and a name that matches nothing, is returned as the WorkspaceError that
    says why. At most MOST files are read.
    """
    folder = ConfinedFolder(workspace)
    paths: dict[str, WorkspaceError | None] = {}
    for name in names:
        paths |= dict.fromkeys(_find(folder, name, roots)) or {name: _explain_missing(name)}
    found: list[ReadFile] = []
    room = 2 * LARGEST
    for number, (path, problem) in enumerate(paths.items()):
        if number >= MOST:
            found.append((path, WorkspaceError(f"only {MOST} reports are read")))
            break
        data = problem or _read(folder, path, min(LARGEST, room))
        room -= len(data) if isinstance(data, bytes) else 0
        found.append((path, data))
    return tuple(found)


def find(workspace: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the paths of the files that are named, as `read` finds them."""
    folder = ConfinedFolder(workspace)
    return tuple(path for name in names for path in _find(folder, name, ()))


def _explain_missing(name: str) -> WorkspaceError:
    if not _WILDCARDS.isdisjoint(name):
        return MissingFileError("no file of the workspace matches")
    return MissingFileError("there is no such file in the workspace")


def _find(folder: ConfinedFolder, name: str, roots: Sequence[str]) -> list[str]:
    """Return the paths that a name means, none if there is no such file."""
    for root in roots:
        name = name.removeprefix(f"{root.rstrip('/')}/") if root else name
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts:
        # Kept as it is, so that reading it says why it is refused.
        return [name]
    found = list(_expand(folder, "", parts))
    return [path for each in found for path in _enter(folder, each)]


def _expand(folder: ConfinedFolder, path: str, parts: Sequence[str]) -> Iterator[str]:
    """Yield what the names in `parts` lead to below a folder."""
    if not parts:
        yield path
        return
    first, *rest = parts
    if _WILDCARDS.isdisjoint(first):
        yield from _expand(folder, f"{path}/{first}".lstrip("/"), rest)
        return
    try:
        folders, files = folder.list(path)
    except WorkspaceError:
        return
    for name in folders if rest else files:
        if fnmatchcase(name, first):
            yield from _expand(folder, f"{path}/{name}".lstrip("/"), rest)


def _enter(folder: ConfinedFolder, path: str) -> list[str]:
    """Return the path of a file, or those of the reports in a folder."""
    if path.endswith(_SUFFIX):
        return [path]
    try:
        _, files = folder.list(path)
    except MissingFileError:
        return []
    except WorkspaceError:
        return [path]
    return [f"{path}/{name}".lstrip("/") for name in files if name.endswith(_SUFFIX)]


def _read(folder: ConfinedFolder, path: str, room: int) -> bytes | WorkspaceError:
    try:
        return folder.read(path, room)
    except WorkspaceError as problem:
        return problem
