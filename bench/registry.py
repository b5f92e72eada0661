"""Single files out of packages of the npm registry, kept for the next run."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent.parent / "build" / "bench"
"""Where files are kept; git ignores it."""
_SECONDS = 300


def member(package: str, integrity: str, path: str) -> bytes:
    """Return a file of a package such as "name@1.0".

    `integrity` is the sha512 of the package in base64, as the registry publishes it. Raises
    RuntimeError if npm is missing, or the package is another one or lacks the file.
    """
    kept = FOLDER / f"{package.replace('/', '-')}-{Path(path).name}"
    if not kept.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(_unpack(package, _download(package, integrity), path))
    return kept.read_bytes()


def _download(package: str, integrity: str) -> bytes:
    npm = shutil.which("npm")
    if not npm:
        raise RuntimeError(f"npm is needed once, to download {package}")
    with TemporaryDirectory() as folder:
        pack = (npm, "pack", "--silent", "--pack-destination", folder, package)
        subprocess.run(pack, check=True, capture_output=True, timeout=_SECONDS)
        packed = next(Path(folder).glob("*.tgz")).read_bytes()
    if base64.b64encode(hashlib.sha512(packed).digest()).decode() != integrity:
        raise RuntimeError(f"{package} is not the package that was chosen")
    return packed


def _unpack(package: str, packed: bytes, path: str) -> bytes:
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        found = archive.extractfile(path)
        if found is None:
            raise RuntimeError(f"{package} has no file {path}")
        return found.read()
