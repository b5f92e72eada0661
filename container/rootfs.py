"""Collects what the action's process opens, and nothing else, into one directory tree.

Run inside the builder image as `python rootfs.py PACKAGES ROOT`; with `--tools ROOT NAME...` it
collects programs instead, for the image to look around in. Every file keeps its absolute place, so
that the same lines serve Debian's interpreter (below /usr) and the official image's (/usr/local).
"""

import compileall
import os
import py_compile
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

# Patterns here match the end of a path, by whole names.
# Parts of the standard library that no run of the action loads; the first ones are the largest.
UNUSED_STDLIB = (
    *("test", "idlelib", "ensurepip", "pydoc_data", "tkinter", "turtledemo", "turtle.py"),
    *("lib2to3", "distutils", "unittest", "venv", "_pyrepl", "sqlite3", "curses", "dbm"),
    *("config-3*", "site-packages", "dist-packages", "__pycache__"),
    *("_test*.so", "_ctypes_test*.so", "_xxtestfuzz*.so", "xx*.so", "_sqlite3*.so"),
    *("_curses*.so", "_dbm*.so", "_gdbm*.so", "_tkinter*.so", "readline*.so"),
    *("multiprocessing", "xml", "pyexpat*.so", "xmlrpc", "wsgiref", "mailbox.py", "imaplib.py"),
    *("pydoc.py", "doctest.py", "pdb.py", "pickletools.py", "optparse.py", "statistics.py"),
    # Servers, other protocols than HTTP, profilers, and parts for other operating systems.
    *("http/server.py", "socketserver.py", "logging/handlers.py", "logging/config.py"),
    *("ftplib.py", "smtplib.py", "poplib.py", "webbrowser.py", "wave.py", "plistlib.py"),
    *("profile.py", "cProfile.py", "pstats.py", "bdb.py", "trace.py", "modulefinder.py"),
    "_lsprof*.so",
    *("asyncio/windows_*.py", "asyncio/proactor_events.py"),
    # What replaces modules in C where these are missing.
    *("_pyio.py", "_pydecimal.py", "_pydatetime.py"),
    # Optional in every Python; shutil, zipfile and tarfile do without. Our archives are gzip.
    *("_bz2*.so", "_lzma*.so"),
)
# Of the packages: what serves type checkers and compilers, and what only pip itself reads.
UNUSED_IN_PACKAGES = (
    *("*.pyi", "py.typed", "*.pyx", "*.pxd", "*.c", "*.cc", "*.h", "tests", "bin"),
    *("__pycache__", "RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json"),
)
# Parts of libraries that no call of ours leads to, because the calls that need them are others.
# tests/project/test_left_out.py holds them against what imports them in the locked versions.
UNUSED_OF_LIBRARIES = (
    # The methods below `client.chat`, `client.responses` and so on; ours are `post` and `get`.
    *("openai/resources", "openai/types/beta", "openai/types/admin", "openai/types/realtime"),
    *("openai/types/webhooks", "openai/types/fine_tuning", "openai/types/audio"),
    *("openai/types/conversations", "openai/types/evals", "openai/types/skills"),
    "openai/types/containers",
    *("openai/types/live", "openai/lib/streaming", "openai/lib/beta", "openai/lib/live"),
    *("openai/helpers", "openai/lib/computer.py", "openai/lib/browser.py"),
    "openai/lib/responses_websocket",
    *("openai/lib/responses_tool_runner.py", "openai/lib/decisions_tool_runner.py"),
    # The parser for streamed replies of openai.
    *("jiter", "jiter-*.dist-info"),
    # The compiler of cffi. PyNaCl is compiled, and needs `_cffi_backend` alone.
    *("cffi", "pycparser", "pycparser-*.dist-info"),
    # PyYAML's loaders in C; ours is its SafeLoader.
    "yaml/_yaml*.so",
    *("pydantic/v1", "pydantic/mypy.py"),
    # What runs coroutines and tests them; our clients are synchronous.
    *("anyio/_backends", "anyio/pytest_plugin.py"),
    # A program, and what runs in a browser.
    *("charset_normalizer/cli", "urllib3/contrib/emscripten"),
)
SYSTEM_FILES = (
    *("/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/os-release", "/etc/ld.so.conf"),
    *("/etc/ssl/certs/ca-certificates.crt", "/usr/lib/ssl/openssl.cnf"),
)


def main() -> None:
    """Build the tree that the arguments ask for."""
    if sys.argv[1] == "--tools":
        root = Path(sys.argv[2])
        collect_tools(root, sys.argv[3:])
    else:
        packages, root = map(Path, sys.argv[1:])
        collect_python(packages, root)
        collect_system(root)
    collect_libraries(root)
    describe_debian_packages(root)
    set_times(root)


def collect_tools(root: Path, names: Iterable[str]) -> None:
    """Copy programs from the builder's PATH."""
    for name in names:
        found = shutil.which(name)
        if found is None:
            sys.exit(f"There is no {name} in the builder image.")
        keep(Path(found), root)


def collect_python(packages: Path, root: Path) -> None:
    """Copy the interpreter, and as bytecode only its library and the packages."""
    keep(Path("/usr/local/bin/python3"), root)
    stdlib, site = (Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib"))
    copy_tree(stdlib, inside(root, stdlib), UNUSED_STDLIB)
    copy_tree(packages, inside(root, site), (*UNUSED_IN_PACKAGES, *UNUSED_OF_LIBRARIES))
    strip_libraries(inside(root, site))
    for place in {inside(root, stdlib), inside(root, site)}:
        compile_tree(place, root)


def copy_tree(source: Path, place: Path, unused: Sequence[str]) -> None:
    """Copy a directory without what matches one of the patterns in `unused`."""

    def ignore(folder: str, names: list[str]) -> list[str]:
        below = Path(folder).relative_to(source)
        return [name for name in names if is_unused(below / name, unused)]

    shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True, ignore=ignore)


def is_unused(path: Path, unused: Iterable[str]) -> bool:
    """Return True if one of the patterns matches the end of a path below its library."""
    return any(path.match(pattern) for pattern in unused)


def strip_libraries(place: Path) -> None:
    """Remove the symbols that only a linker or a debugger reads from the packages' libraries.

    Wheels bring them along. What comes from Debian, and Python itself, was stripped by its maker.
    """
    found = sorted(binaries(place))
    subprocess.run(["strip", "--strip-unneeded", *found], check=True)


def compile_tree(place: Path, root: Path) -> None:
    """Turn every module into bytecode that needs no source, and remove its source.

    Half the size, and nothing to check or to write at start; a traceback still names file, line
    and function. The bytecode carries the hash of its source, not a time: the same input gives
    the same bytes.
    """
    compiled = compileall.compile_dir(
        place,
        quiet=1,
        legacy=True,
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        sys.exit(f"Not every module below {place} compiles.")
    for source in place.rglob("*.py"):
        source.unlink()


def collect_system(root: Path) -> None:
    """Copy what the C library and OpenSSL read, and make the directories that they expect."""
    for name in ("lib", "lib64", "bin"):
        if Path("/", name).is_symlink():
            root.joinpath(name).symlink_to(Path("/", name).readlink())
    paths = ssl.get_default_verify_paths()
    certificates = (paths.openssl_cafile, paths.openssl_capath)
    for path in map(Path, (*SYSTEM_FILES, *certificates)):
        keep(path, root)
    for path in Path("/etc/ld.so.conf.d").iterdir():
        keep(path, root)
    root.joinpath("tmp").mkdir()
    root.joinpath("tmp").chmod(0o1777)


def collect_libraries(root: Path) -> None:
    """Copy the shared libraries that anything in the tree is linked to, and index them."""
    for binary in list(binaries(root)):
        listed = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout
        if missing := re.findall(r"(\S+) => not found", listed):
            sys.exit(f"{binary} needs {', '.join(missing)}, which the builder image lacks.")
        for library in re.findall(r"(/\S+) \(0x", listed):
            if not library.startswith(f"{root}/"):
                keep(Path(library), root)
    if root.joinpath("etc/ld.so.conf").exists():
        subprocess.run(["ldconfig", "-r", root], check=True)
        shutil.rmtree(root / "var/cache", ignore_errors=True)


def binaries(root: Path) -> Iterator[Path]:
    """Find the ELF files of a tree."""
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def describe_debian_packages(root: Path) -> None:
    """Leave the record and the licence of every Debian package that a file came from.

    Vulnerability scanners read /var/lib/dpkg/status.d to know what an image without dpkg holds.
    """
    files = ["/" + str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()]
    found = subprocess.run(["dpkg", "-S", *files], capture_output=True, text=True, check=False)
    for package in sorted(set(re.findall(r"^([^:,\s]+)[:,]", found.stdout, re.MULTILINE))):
        record = subprocess.run(["dpkg", "-s", package], capture_output=True, text=True, check=True)
        place = root / "var/lib/dpkg/status.d" / package
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(record.stdout)
        keep(Path("/usr/share/doc", package, "copyright"), root)


def keep(path: Path, root: Path) -> None:
    """Copy one file to its own place below the root; of a link, what it points to as well."""
    place = inside(root, path.parent.resolve()) / path.name
    if place.is_symlink() or place.exists() or not path.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        place.symlink_to(path.readlink())
        keep(path.parent / path.readlink(), root)
    elif path.is_dir():
        place.mkdir()
    else:
        shutil.copy2(path, place)


def inside(root: Path, path: Path) -> Path:
    """Return the place below the root that an absolute path means."""
    return root / path.relative_to("/")


def set_times(root: Path) -> None:
    """Give every file the same time, so that a second build of the same input is the same."""
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    for path in (root, *root.rglob("*")):
        os.utime(path, (moment, moment), follow_symlinks=False)


if __name__ == "__main__":
    main()
