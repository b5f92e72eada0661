"""How large the packages are that each side installs.

Images cannot be compared without the registry that has PR-Agent's, so this counts the files of the
packages that each needs, without compiled bytecode. An image has Python and a system besides.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measuring import Row, megabytes

ROOT = Path(__file__).parent.parent
_LOCKED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
# Installs packages; no program needs it.
_INSTALLERS = {"pip", "setuptools", "uv", "wheel"}
# Prints the bytes of the files of each distribution of an environment, by its name.
_SIZES = """
import importlib.metadata as metadata, json, pathlib
found = {}
for each in metadata.distributions():
    names = [name for name in each.files or () if name.suffix != ".pyc"]
    files = [pathlib.Path(each.locate_file(name)) for name in names]
    found[each.metadata["Name"]] = sum(path.stat().st_size for path in files if path.is_file())
print(json.dumps(found))
"""


def rows(python: Path) -> Iterator[Row]:
    """Compare what our lock file names with all packages of PR-Agent's environment."""
    locked = set(map(_normal, _LOCKED.findall((ROOT / "requirements.lock").read_text("utf-8"))))
    ours = sum(size for name, size in sizes(Path(sys.executable)).items() if name in locked)
    found = sizes(python)
    wasmtime = found.pop("wasmtime", 0)
    theirs = sum(size for name, size in found.items() if name not in _INSTALLERS)
    what = "installed packages"
    yield Row(what, megabytes(ours), f"PR-Agent's, {megabytes(theirs)}", ours / theirs, "")
    if wasmtime:
        other = f"wasmtime alone, {megabytes(wasmtime)}"
        yield Row(what, megabytes(ours), other, ours / wasmtime, "")


def sizes(python: Path) -> dict[str, int]:
    """Return the bytes of each package that an interpreter has."""
    command = [str(python), "-I", "-c", _SIZES]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {_normal(name): size for name, size in json.loads(done.stdout).items()}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
