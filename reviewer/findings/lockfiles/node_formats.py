"""Finds the entries of npm's, yarn's, pnpm's, bun's and deno's lock files."""

from collections.abc import Iterator
from urllib.parse import unquote

from reviewer.findings.lockfiles.entries import (
    Entry,
    Hash,
    Source,
    is_address,
    objects,
    read_hash,
    read_hashes,
    read_sources,
    split_name,
    walk,
)
from reviewer.findings.lockfiles.trees import LockNode

_FOLDER = "node_modules/"
# Members of an npm entry that hold names of packages and programs.
_NAMES = frozenset(
    {"bin", "engines", "requires", "peerDependencies", "optionalDependencies", "devDependencies"}
    | {"peerDependenciesMeta", "funding", "repository"}
)


def read_npm(root: LockNode) -> Iterator[Entry]:
    """Yield the entries of package-lock.json and npm-shrinkwrap.json, versions 1 to 3."""
    for node, parent in objects(root):
        inside = parent.key in {"packages", "dependencies", None} and node.key not in _NAMES
        if inside and node.key != "" and node.values("version", "resolved", "integrity", "link"):
            yield _read_npm_entry(node, parent)


def _read_npm_entry(node: LockNode, parent: LockNode) -> Entry:
    key = node.key or ""
    label = key.rpartition(_FOLDER)[2]
    name, version = node.value("name") or label, node.value("version")
    sources = list(read_sources(node.values("resolved")))
    linked = node.value("link") == "true"
    if linked:
        sources = [Source(f"link:{each.text}", each.row) for each in sources]
    if version.startswith("npm:"):
        name, version = split_name(version[4:])
    elif is_address(version):
        sources += read_sources(node.values("version"))
    installed = _FOLDER in key or parent.key == "dependencies"
    bundled = "true" in {node.value("inBundle"), node.value("bundled")}
    return Entry(
        label,
        name,
        version,
        node.row,
        tuple(sources),
        tuple(read_hashes(node.values("integrity"))),
        hashed=installed and not bundled and not linked,
    )


def read_yarn(root: LockNode) -> Iterator[Entry]:
    """Yield the entries of yarn.lock, of yarn 1 and of its successors."""
    metadata = root.get("__metadata")
    cache = metadata.value("cacheKey") if metadata else ""
    for node in root.children:
        if node.key == "__metadata" or not node.children:
            continue
        if node.get("resolution"):
            yield _read_berry(node, cache)
        elif node.values("version", "resolved", "integrity", "checksum"):
            yield _read_yarn_1(node)


def _read_yarn_1(node: LockNode) -> Entry:
    label, wanted = split_name((node.key or "").split(",")[0].strip())
    name = split_name(wanted[4:])[0] if wanted.startswith("npm:") else label
    sources, hashes = [], list(read_hashes(node.values("integrity")))
    for source in read_sources(node.values("resolved")):
        address, _, fragment = source.text.partition("#")
        digest = read_hash(fragment, source.row)
        plain = digest.algorithm == "sha1" and address.endswith(".tgz")
        sources.append(Source(address if plain else source.text, source.row))
        hashes += [digest] if plain else []
    version = node.value("version")
    return Entry(label, name, version, node.row, tuple(sources), tuple(hashes))


def _read_berry(node: LockNode, cache: str) -> Entry:
    label, _ = split_name((node.key or "").split(",")[0].strip())
    resolution = node.values("resolution")
    name, rest = split_name(resolution[-1].text or "") if resolution else (label, "")
    sources = [
        Source(address, each.row)
        for each in resolution
        if (address := _read_locator(split_name(each.text or "")[1]))
    ]
    hashes = [_read_checksum(each, cache) for each in node.values("checksum")]
    free = rest.startswith(("workspace:", "patch:", "link:", "portal:"))
    hashed = not free and node.get("conditions") is None
    version = node.value("version")
    return Entry(label, name, version, node.row, tuple(sources), tuple(hashes), hashed=hashed)


def _read_locator(locator: str) -> str:
    """Return the address in a locator; "" where the registry is the one that yarn is set to."""
    _, _, archive = locator.partition("__archiveUrl=")
    if archive:
        return unquote(archive.partition("&")[0])
    if locator.startswith("patch:"):
        inner = unquote(locator[6:].partition("#")[0])
        return _read_locator(split_name(inner)[1])
    return "" if locator.startswith("npm:") else locator


def _read_checksum(node: LockNode, cache: str) -> Hash:
    """Read `10c0/…`; yarn ignores a checksum that belongs to another version of its cache."""
    key, _, digest = (node.text or "").rpartition("/")
    if key and cache and key != cache:
        return Hash("", node.text or "", node.row)
    algorithm = f"sha512/{key}" if cache else "sha512"
    return Hash(algorithm, digest if cache else node.text or "", node.row)


def read_pnpm(root: LockNode) -> Iterator[Entry]:
    """Yield the packages of pnpm-lock.yaml, versions 5 to 9."""
    for node, parent in walk(root):
        resolution = node.get("resolution")
        if parent.key == "packages" or resolution:
            yield _read_pnpm_entry(node, resolution or LockNode(None, node.row))


def _read_pnpm_entry(node: LockNode, resolution: LockNode) -> Entry:
    key = (node.key or "").removeprefix("/").partition("(")[0]
    name, version = split_name(key)
    if not version and "/" in key:
        name, _, version = key.rpartition("/")
    members = resolution.children or [resolution]
    sources = list(read_sources(resolution.values("tarball", "repo", "url")))
    sources += [
        Source(f"directory:{each.text}", each.row) for each in resolution.values("directory")
    ]
    free = bool(resolution.values("repo", "directory", "commit"))
    if is_address(version) and not sources:
        sources.append(Source(version, node.row))
    known = {"integrity", "tarball", "repo", "url", "directory", "commit", "type", "path"}
    odd = [each for each in members if each.key not in known and each.text]
    sources += read_sources(odd)
    hashes = tuple(read_hashes(resolution.values("integrity")))
    return Entry(name, name, version, node.row, tuple(sources), hashes, hashed=not free)


def read_bun(root: LockNode) -> Iterator[Entry]:
    """Yield the packages of bun.lock: lists of name and version, address, details and hash."""
    for node, parent in walk(root):
        texts = [each for each in node.children if each.text is not None]
        if node.opener == "[" and parent.key in {"packages", None} and node.key and texts:
            yield _read_bun_entry(node, texts)


def _read_bun_entry(node: LockNode, texts: list[LockNode]) -> Entry:
    name, version = split_name(texts[0].text or "")
    label = (node.key or "").rpartition("/")[2] if "@" not in (node.key or "") else node.key or ""
    hashes = [each for each in texts[1:] if read_hash(each.text or "", 0).strength >= 0]
    others = [each for each in texts[1:] if each not in hashes and is_address(each.text or "")]
    sources = list(read_sources(others))
    if is_address(version):
        sources.append(Source(version, texts[0].row))
        version = ""
    local = any(each.text.startswith(("workspace:", "link:", "git", "github:")) for each in sources)
    found = tuple(read_hashes(hashes))
    return Entry(label, name, version, node.row, tuple(sources), found, hashed=not local)


def read_deno(root: LockNode) -> Iterator[Entry]:
    """Yield the packages and the remote modules of deno.lock."""
    for node, parent in walk(root):
        if parent.key in {"npm", "jsr"} and node.opener == "{":
            name, version = split_name(node.key or "")
            hashes = tuple(read_hashes(node.values("integrity")))
            sources = tuple(read_sources(node.values("tarball")))
            yield Entry(name, name, version, node.row, sources, hashes)
        elif parent.key == "remote" and node.text is not None:
            address = node.key or ""
            found = (read_hash(node.text, node.row),)
            yield Entry(address, address, "", node.row, (Source(address, node.row),), found)
