"""The change that reviews are measured with: what became of Python's standard library.

Its two versions are those in the npm package of Pyodide, 0.26.4 and 0.28.0: Python 3.12.1 and
3.13.2 as they were released, but for a few modules. A registry has them for every machine, as
source, in 11 MB; the versions that a machine happens to have installed would differ between two.
"""

import difflib
import hashlib
import zipfile
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from bench import registry

OLD, NEW = "0.26.4", "0.28.0"
# As the registry publishes them: sha512 of each package, in base64.
_INTEGRITY = {
    OLD: "z2CHsjVlhhJi5tYBF0AYAfNEPo3zq/z+xOpFtk1tweJkRaTqU4UK/7pLvo8DBU2VDPH31vB3pSI+8fnoqrVrFg==",
    NEW: "QML/Gh8eu50q5zZKLNpW6rgS0XUdK+94OSL54AUSKV8eJAxgwZrMebqj+CyM0EbF3EUX8JFJU3ryaxBViHammQ==",
}
_MEMBER = "package/python_stdlib.zip"
# Changed lines of a file: a change of fewer is no task for a reviewer, one of more is rare.
_LEAST, _MOST = 6, 150

# The share of files with a finding, 40 %, spread over all.
_FOUND, _OF = 2, 5


@dataclass(frozen=True, slots=True)
class Change:
    """A pull request: its files with both texts, and the repository around them.

    `repository` has the files that are the same before and after. `defective` are the paths in
    which the mock model finds something: 40 % of the files, rounded up.
    """

    files: dict[str, tuple[str, str]]
    repository: dict[str, tuple[str, str]]
    defective: frozenset[str]

    @property
    def everything(self) -> dict[str, tuple[str, str]]:
        """All files of the repository with both texts, as the loopback GitHub takes them."""
        return self.repository | self.files


def choose(count: int) -> Change:
    """Return a change of so many files; a smaller one is a part of each larger one.

    Raises RuntimeError if the two versions can neither be found nor downloaded.
    """
    old, new = _read(OLD), _read(NEW)
    chosen = _candidates()[:count]
    files = {f"Lib/{name}": (old[name], new[name]) for name in chosen}
    around = {f"Lib/{name}": (text, text) for name, text in new.items() if name not in chosen}
    found = frozenset(path for n, path in enumerate(files) if n * _FOUND % _OF < _FOUND)
    return Change(files, around, found)


@cache
def _candidates() -> tuple[str, ...]:
    """Return the changed modules in an order that is the same everywhere and has no meaning."""
    old, new = _read(OLD), _read(NEW)
    fitting = [name for name in new if name in old and _fits(name, old[name], new[name])]
    return tuple(sorted(fitting, key=lambda name: hashlib.sha256(name.encode()).digest()))


def _fits(name: str, old: str, new: str) -> bool:
    if old == new or "pyodide" in name:
        return False
    compared = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    changed = sum(line[:1] in "+-" for line in list(compared)[2:])
    return _LEAST <= changed <= _MOST


@cache
def _read(version: str) -> dict[str, str]:
    """Return the modules of a version by their paths."""
    packed = registry.member(f"pyodide@{version}", _INTEGRITY[version], _MEMBER)
    with zipfile.ZipFile(BytesIO(packed)) as modules:
        names = [name for name in modules.namelist() if name.endswith(".py")]
        return {name: modules.read(name).decode("utf-8", "replace") for name in sorted(names)}
