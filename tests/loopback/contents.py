"""Files, directories, links and submodules at a commit, in the forms GitHub gives them."""

import base64
import hashlib
import posixpath
from dataclasses import dataclass
from urllib.parse import quote

from tests.loopback.messages import Response, as_json
from tests.loopback.state import Entry, Repository, Site, Submodule, Symlink, Tree

# Above this the JSON form has no content; the raw form goes on to 100 MB.
_BLOBS = "https://api.github.com/repos/octo/shop/git/blobs"
_LARGEST_IN_JSON = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """What a client wants to see."""

    path: str
    ref: str
    raw: bool


def answer(site: Site, repo: Repository, asked: ContentRequest) -> Response | None:
    """Show what lies at the path, or None where nothing does."""
    sha = repo.refs.get(asked.ref.removeprefix("refs/heads/"), asked.ref)
    tree = repo.trees.get(sha)
    if tree is None:
        return None
    entry = tree.get(asked.path)
    if isinstance(entry, Symlink):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(asked.path), entry.target))
        pointed = tree.get(target)
        entry = pointed if isinstance(pointed, bytes) else entry
    if entry is None:
        rows = _directory(tree, asked.path)
        values = [_described(site, repo, sha, path, row, listed=True) for path, row in rows]
        return as_json(200, values) if rows else None
    if asked.raw and isinstance(entry, bytes):
        return Response(200, entry, "application/vnd.github.raw+json; charset=utf-8")
    return as_json(200, _described(site, repo, sha, asked.path, entry, listed=False))


def tree(repo: Repository, sha: str) -> dict[str, object] | None:
    """Every entry below a commit, as `recursive` asks for."""
    entries = repo.trees.get(sha)
    if entries is None:
        return None
    rows = [_entry(path, entry) for path, entry in sorted(entries.items())]
    return {"sha": sha, "url": "https://api.github.com/tree", "tree": rows, "truncated": False}


def blob(repo: Repository, sha: str) -> dict[str, object] | None:
    """The bytes of a file at any commit, by git's hash of them."""
    entries = (entry for tree in repo.trees.values() for entry in tree.values())
    found = next((e for e in entries if isinstance(e, bytes) and _name(e) == sha), None)
    if found is None:
        return None
    value = {"content": base64.encodebytes(found).decode(), "encoding": "base64"}
    return value | {"sha": sha, "size": len(found), "node_id": "B_1", "url": f"{_BLOBS}/{sha}"}


def _entry(path: str, entry: Entry) -> dict[str, object]:
    # JSON has no other bytes.
    path = path.encode(errors="surrogateescape").decode(errors="replace")
    match entry:
        case Symlink(target):
            return {"path": path, "mode": "120000", "type": "blob", "sha": _name(target.encode())}
        case Submodule(commit, _):
            return {"path": path, "mode": "160000", "type": "commit", "sha": commit}
        case bytes():
            kind = {"mode": "100644", "type": "blob", "size": len(entry)}
            return {"path": path, "sha": _name(entry), **kind}


def _name(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _directory(tree: Tree, path: str) -> list[tuple[str, Entry | None]]:
    """The entries right below a path; None means a directory."""
    prefix = f"{path}/" if path else ""
    found: dict[str, Entry | None] = {}
    for name, entry in tree.items():
        if name.startswith(prefix):
            first, deeper, _ = name[len(prefix) :].partition("/")
            found[prefix + first] = None if deeper else entry
    return sorted(found.items())


def _described(
    site: Site, repo: Repository, sha: str, path: str, entry: Entry | None, *, listed: bool
) -> dict[str, object]:
    data = entry if isinstance(entry, bytes) else b""
    url = f"{site.api_url}/repos/{repo.full_name}/contents/{quote(path)}?ref={sha}"
    value: dict[str, object] = {
        "name": posixpath.basename(path),
        "path": path,
        "sha": _name(data),
        "size": len(data),
        "url": url,
        "html_url": f"https://github.com/{repo.full_name}/blob/{sha}/{quote(path)}",
        "git_url": None,
        "download_url": None,
        "_links": {"self": url, "git": None, "html": None},
    }
    match entry:
        case None:
            return value | {"type": "dir"}
        case Symlink(target):
            return value | {"type": "symlink", "target": target}
        case Submodule(commit, address):
            kind = {"type": "file"} if listed else {"type": "submodule"}
            return value | kind | {"sha": commit, "submodule_git_url": address}
        case bytes():
            return value | {"type": "file"} | ({} if listed else _encoded(data))


def _encoded(data: bytes) -> dict[str, object]:
    if len(data) > _LARGEST_IN_JSON:
        return {"content": "", "encoding": "none"}
    return {"content": base64.encodebytes(data).decode(), "encoding": "base64"}
