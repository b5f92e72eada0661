"""Says where an entry of a lock file is downloaded from, in a form that can be compared."""

import re
from urllib.parse import unquote

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?")
_PRINTABLE = re.compile(r"[!-\[\]-~]+")
_SCP = re.compile(r"(?:[\w.\-]+@)?[\w.\-]+:(?!//)[^\s]+\.git(?:#.*)?|git@.*")
_GIT_HOSTS = ("github:", "gitlab:", "bitbucket:", "gist:")
_LOCAL = ("link:", "portal:", "workspace:", "path:", "virtual:", "editable:", "directory:")
_HEX = re.compile(r"[0-9a-f]{2}|[0-9a-f]{32,128}")
_NAME_IN_PATH = re.compile(r"/((?:@[^/]+/)?[^/]+)/-/")
_EXTENSIONS = (".tgz", ".whl", ".tar.gz", ".zip", ".tar.bz2")
_WORDS = re.compile(r"\d+|[a-z]+")
_HOSTED = re.compile(
    r"https?://(?:api\.|codeload\.)?(github\.com|gitlab\.com|bitbucket\.org)/"
    r"(?:repos/)?(?!api/)([^/?#]+/[^/?#]+)"
)
_ALIASES = {"registry.yarnpkg.com": "registry.npmjs.org"}  # one registry under two names

NPM = frozenset({"https://registry.npmjs.org/"})
PYTHON = frozenset({"https://pypi.org/simple", "https://files.pythonhosted.org/packages/"})
CARGO = frozenset(
    {
        "registry+https://github.com/rust-lang/crates.io-index",
        "sparse+https://index.crates.io",
        "registry+sparse+https://index.crates.io",
    }
)
RUBY = frozenset({"https://rubygems.org"})
COMPOSER = frozenset(
    {"https://api.github.com", "https://codeload.github.com", "https://github.com"}
    | {"https://repo.packagist.org"}
)
DENO = frozenset({"https://deno.land", "https://jsr.io"})


def is_local(source: str) -> bool:
    """Return True for a folder of the repository, whose files are reviewed themselves."""
    path = source.partition(":")[2]
    return source.startswith(_LOCAL) and not path.startswith(("/", "~", "\\")) and ":" not in path


def is_git(source: str) -> bool:
    """Return True for a repository; its commit is its hash."""
    url = _URL.fullmatch(source)
    if url is None:
        return source.startswith(_GIT_HOSTS) or bool(_SCP.fullmatch(source))
    return url[1].startswith(("git", "ssh")) or url[3].endswith(".git")


def is_registry(origin: str) -> bool:
    """Return True for the origin of a registry, False for that of a repository or a file."""
    return "://" in origin and not origin.startswith(("git ", "odd "))


def find_origin(source: str, name: str, *, host_only: bool = False) -> str:
    """Return scheme, host and the part of the path that all packages of a registry share.

    For a repository it is the repository. A URL that parsers may read in different ways is its own
    origin, and so is one whose path does not name the package.
    """
    if not _PRINTABLE.fullmatch(source):
        return f"odd {source}"
    if is_git(source) and not host_only:
        return f"git {re.split(r'[?#]', source)[0].lower().removesuffix('.git')}"
    url = _URL.fullmatch(source)
    if url is None:
        return f"odd {source.rpartition('/')[0] or source}"
    host = url[2].lower()
    start = f"{url[1].lower()}://{_ALIASES.get(host, host)}"
    path = unquote(url[3])
    segments = path.split("/")
    if _is_ambiguous(path, segments):
        return f"odd {source}"
    if host_only:
        return start
    query = "?" if url[4] else ""
    return start + "/".join(segments[: _count_shared(segments, name, path)]) + "/" + query


def find_index_origin(source: str) -> str:
    """Return the origin of a registry's own address: all of it, without the last slash."""
    if is_git(source):
        return find_origin(source, "")
    return source.rstrip("/").lower() if _PRINTABLE.fullmatch(source) else f"odd {source}"


def _is_ambiguous(path: str, segments: list[str]) -> bool:
    odd = {".", ".."}.intersection(segments) or "" in segments[1:-1]
    return bool(odd) or any(mark in path for mark in "%\\;") or not path.isprintable()


def _count_shared(segments: list[str], name: str, path: str) -> int:
    """Return how many segments come before those that belong to one package."""
    if not name and (found := _NAME_IN_PATH.search(path)):
        name = found[1]
    wanted = flatten(name.split("/")[0])
    for number, segment in enumerate(segments[1:-1], 1):
        lowered = segment.lower()
        if flatten(lowered) == wanted or _HEX.fullmatch(lowered) or lowered == wanted[:1]:
            return number
    return max(1, len(segments) - 1)


def flatten(name: str) -> str:
    """Return a name without the differences that registries ignore."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names_release(source: str, name: str, version: str) -> bool:
    """Return True if the path of the URL is that of this package and version, as far as known."""
    url = _URL.fullmatch(source)
    if url is None or not name:
        return True
    path = unquote(url[3])
    segments = path.split("/")
    if "-" in segments and not _follows_npm(segments, name):
        return False
    base, file = name.rpartition("/")[2], segments[-1]
    extension = next((end for end in _EXTENSIONS if file.endswith(end)), "")
    if not extension:
        return flatten(base) in flatten(path)
    stem = file.removesuffix(extension)
    if flatten(stem[: len(base) + 1]) == flatten(f"{base}-"):
        shown = stem[len(base) + 1 :]
    elif flatten(base) in map(flatten, segments[:-1]):
        shown = stem
    else:
        return False
    shown = shown.partition("-")[0] if extension == ".whl" else shown
    return not version or _read_words(shown) == _read_words(version)


def _follows_npm(segments: list[str], name: str) -> bool:
    """Return True for `…/name/-/file`, where the scope may be repeated before the file."""
    dash = segments.index("-")
    scope = name.split("/")[:-1]
    before = "/".join(("", *segments[:dash]))
    return before.endswith(f"/{name}") and segments[dash + 1 : -1] in ([], scope)


def _read_words(text: str) -> list[str]:
    """Return the parts of a version as registries compare them: 1.0 is 1, 2024.01 is 2024.1."""
    words = [word.lstrip("0") or "0" for word in _WORDS.findall(text.partition("+")[0].lower())]
    while len(words) > 1 and words[-1] == "0":
        words.pop()
    return words


def find_repository(source: str) -> str:
    """Return host, owner and name of the repository that an archive is made of, "" if unknown."""
    found = _HOSTED.match(source.lower())
    return f"{found[1]}/{found[2].removesuffix('.git')}" if found else ""
