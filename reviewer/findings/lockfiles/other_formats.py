"""Finds the entries of Python's, cargo's and composer's lock files, which are TOML or JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewer.findings.lockfiles.entries import (
    Entry,
    Hash,
    Pinning,
    Source,
    objects,
    read_hash,
    read_hashes,
    read_sources,
    walk,
)
from reviewer.findings.lockfiles.trees import LockNode

_FOLDERS = ("path", "virtual", "editable", "directory")
# What the project asks for, not what is installed.
_WISHES = frozenset(
    {"metadata", "dependencies", "optional-dependencies", "dev-dependencies", "dependency-groups"}
    | {"extras", "dependency", "requires-dist", "requires-dev"}
)


def read_python(root: LockNode) -> Iterator[Entry]:
    """Yield the packages and their files in uv.lock, poetry.lock, pdm.lock and pylock.toml."""
    for node in root.children:
        if node.key in {"package", "packages"} or (node.key is None and node.children):
            yield from _read_python_package(node)
        elif node.key == "metadata" and (files := node.get("files")):
            for package in files.children:  # poetry before 1.3
                yield from _read_files(package, package.key or "", "")


def _read_python_package(node: LockNode) -> Iterator[Entry]:
    name, version = node.value("name"), node.value("version")
    files = tuple(_read_files(node, name, version))
    place = node.get("source") or LockNode(None, node.row)
    indexes = (*node.values("index"), *place.values("registry"))
    direct = (*place.values("git", "url"), *_of_vcs(node), *node.values("git"))
    legacy = place.value("type") == "legacy"
    sources = [*read_sources(indexes, index=True), *read_sources(direct, index=legacy)]
    folders = [each for holder in (place, node) for each in holder.values(*_FOLDERS)]
    sources += [Source(f"path:{each.text}", each.row) for each in folders]
    hashes = tuple(digest for each in files for digest in each.hashes)
    free = bool(direct and not legacy) or any(each.text.startswith("path:") for each in sources)
    yield Entry(
        name,
        name,
        version,
        node.row,
        tuple(sources),
        hashes,
        pinning=Pinning.LOOSE,
        hashed=bool(name) and not free,
    )
    yield from files


def _of_vcs(node: LockNode) -> list[LockNode]:
    vcs = node.get("vcs")
    return vcs.values("url", "path") if vcs else []


def _read_files(package: LockNode, name: str, version: str) -> Iterator[Entry]:
    stack = [each for each in reversed(package.children) if each.key not in _WISHES]
    while stack:
        node = stack.pop()
        named = node.values("url", "file") or (node.values("path") if node.get("hash") else [])
        if (
            node.opener == "{"
            and (named or node.values("hash"))
            and node.key not in {"source", "vcs"}
        ):
            yield _read_file(node, name, version)
        elif node.key not in {"source", "vcs"}:
            stack += reversed(node.children)


def _read_file(node: LockNode, name: str, version: str) -> Entry:
    table = node.get("hashes")
    hashes = list(read_hashes(node.values("hash")))
    listed = table.children if table else []
    hashes += [Hash((each.key or "").lower(), each.text or "", each.row) for each in listed]
    urls = tuple(read_sources(node.values("url")))
    file = node.value("file") or (urls[-1].text if urls else node.value("path"))
    artifact = file.partition("#")[0].partition("?")[0].rpartition("/")[2] or "?"
    return Entry(name, name, version, node.row, urls, tuple(hashes), artifact=artifact)


def read_pipfile(root: LockNode) -> Iterator[Entry]:
    """Yield the packages and the registries of Pipfile.lock."""
    for node, parent in objects(root):
        hashes = [item for each in node.children if each.key == "hashes" for item in each.children]
        direct = node.values("git", "file", "url")
        if parent.key == "sources" and node.values("url"):
            yield _read_registry(node)
        elif hashes or direct or node.values("version", "path"):
            found = tuple(read_hashes(hashes))
            version = node.value("version").removeprefix("==")
            sources = list(read_sources(direct))
            sources += [Source(f"path:{each.text}", each.row) for each in node.values("path")]
            name = node.key or ""
            pinned = (version, node.row, tuple(sources), found)
            hashed = bool(name) and not sources
            yield Entry(name, name, *pinned, pinning=Pinning.GROWING, hashed=hashed)


def _read_registry(node: LockNode) -> Entry:
    sources = tuple(read_sources(node.values("url"), index=True))
    name = f"source {node.value('name')}".strip()
    return Entry(name, name, "", node.row, sources, hashed=False)


def read_cargo(root: LockNode) -> Iterator[Entry]:
    """Yield the packages of Cargo.lock; its first version kept the checksums apart.

    A package without a source is a folder of the repository.
    """
    metadata = root.get("metadata")
    sums = _read_old_checksums(metadata.children if metadata else ())
    for node in root.children:
        if node.key in {"package", None} and node.children:
            name, version = node.value("name"), node.value("version")
            sources = tuple(_read_crate_sources(node)) or (Source("path:.", node.row),)
            hashes = (*read_hashes(node.values("checksum")), *sums.pop((name, version), ()))
            registry = any(each.index for each in sources)
            yield Entry(name, name, version, node.row, sources, hashes, hashed=registry)
    for (name, version), found in sums.items():
        yield Entry(name, name, version, found[0].row, (), found, hashed=False)


def _read_crate_sources(node: LockNode) -> Iterator[Source]:
    for each in read_sources(node.values("source")):
        yield replace(each, index=not each.text.startswith("git+"))


def _read_old_checksums(nodes: Iterable[LockNode]) -> dict[tuple[str, str], tuple[Hash, ...]]:
    sums: dict[tuple[str, str], tuple[Hash, ...]] = {}
    for node in nodes:
        words = (node.key or "").split()
        if words[:1] == ["checksum"] and len(words) > 2:  # noqa: PLR2004  # its name and version
            found = read_hash(node.text or "", node.row)
            sums[words[1], words[2]] = (*sums.get((words[1], words[2]), ()), found)
    return sums


def read_composer(root: LockNode) -> Iterator[Entry]:
    """Yield the packages of composer.lock; a commit is the hash of an archive made of it."""
    for node, _ in walk(root):
        holders = [each for each in node.children if each.key in {"dist", "source"} and each.opener]
        if holders and node.opener == "{":
            yield _read_composer_entry(node, holders)


def _read_composer_entry(node: LockNode, holders: list[LockNode]) -> Entry:
    name, version = node.value("name"), node.value("version")
    sources, hashes = [], []
    for holder in holders:
        local = holder.value("type") == "path"
        urls = read_sources(holder.values("url"))
        sources += [replace(each, text=f"path:{each.text}") if local else each for each in urls]
        hashes += [each for each in read_hashes(holder.values("shasum")) if each.value]
        moving = version.startswith("dev-") or version.endswith("-dev")
        commits = [] if moving else holder.values("reference")
        hashes += [Hash("ref", each.text or "", each.row) for each in commits]
    return Entry(name, name, version, node.row, tuple(sources), tuple(hashes), hashed=False)
