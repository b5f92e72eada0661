"""Finds the entries of go.sum, pip's requirements and bundler's lock files, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from reviewer.findings.lockfiles.entries import Entry, Hash, Pinning, Source, read_hash

_GO = re.compile(r"(\S+) (v\S+) (\w+:[A-Za-z0-9+/=]+)")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_HASH_OPTION = re.compile(r"--hash[= ]+(\S+)")
_PINNED = re.compile(r"([A-Za-z0-9][\w.\-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,@]+)\s*(;.*)?")
_DIRECT = re.compile(r"(?:([A-Za-z0-9][\w.\-]*)\s*(?:\[[^\]]*\])?\s*@\s*)?(\S+)\s*(;.*)?")
_EDITABLE = re.compile(r"(?:-e|--editable)[= ]*(\S.*)")
_INDEX = re.compile(
    r"(?:-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host|--proxy|--pypi-url)"
    r"[= ]*(\S+)"
)
_HARMLESS = re.compile(
    r"(?:--require-hashes|--pre|--prefer-binary|--only-binary[= ]\S+|--no-binary[= ]\S+)"
)
_FILES = re.compile(r"(?:-r|-c|--requirement|--constraint)[= ]*\S+")
_RANGE = re.compile(r"[A-Za-z0-9][\w.\-]*\s*(?:\[[^\]]*\])?\s*(?:[<>=!~]=?[^@]*)?(;.*)?")
_SPEC = re.compile(r"    (\S+) \(([^()]+)\)")
_CHECKSUM = re.compile(r"  (\S+) \(([^()]+)\)(?: (\S+))?")
_GEM_FIELD = re.compile(r"  (\w+): ?(.*)")
_GEM_SECTIONS = frozenset(
    {
        "GEM",
        "GIT",
        "PATH",
        "PLUGIN SOURCE",
        "PLATFORMS",
        "DEPENDENCIES",
        "CHECKSUMS",
        "BUNDLED WITH",
        "RUBY VERSION",
    }
)
Read: TypeAlias = tuple[tuple[Entry, ...], frozenset[int]]
"""The entries, and the rows that were not understood."""


def read_go(rows: Sequence[str]) -> Read:
    """Read go.sum: module, version and hash."""
    entries, unknown = [], set()
    for row, text in enumerate(rows):
        if found := _GO.fullmatch(text.strip(" \t")):
            digest = (read_hash(found[3], row),)
            entries.append(Entry(found[1], found[1], found[2], row, (), digest))
        elif text.strip():
            unknown.add(row)
    return tuple(entries), frozenset(unknown)


def read_requirements(rows: Sequence[str]) -> Read:
    """Read requirements with `--hash` options; a backslash continues a line."""
    entries: list[Entry] = []
    unknown: set[int] = set()
    for start, texts in _join_lines(rows):
        content, hashes = [], []
        for row, text in enumerate(texts, start):
            plain = _COMMENT.sub("", text)
            hashes += [read_hash(each[1], row) for each in _HASH_OPTION.finditer(plain)]
            content.append(_HASH_OPTION.sub("", plain).strip())
        statement = " ".join(" ".join(content).split())
        entry = _read_statement(statement, start, tuple(hashes))
        if entry is not None:
            entries.append(entry)
        elif statement and not (_HARMLESS.fullmatch(statement) or _FILES.fullmatch(statement)):
            unknown.update(range(start, start + len(texts)))
    return tuple(entries), frozenset(unknown)


def _join_lines(rows: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each logical line: the row of its first line, and its lines without backslashes."""
    start = 0
    texts: list[str] = []
    for row, text in enumerate(rows):
        if not texts:
            start = row
        comment = text.lstrip().startswith("#")
        texts.append(text if comment else text.removesuffix("\\"))
        if not text.endswith("\\") or comment:
            yield start, texts
            texts = []
    if texts:
        yield start, texts


def _read_statement(statement: str, row: int, hashes: tuple[Hash, ...]) -> Entry | None:
    if not statement and hashes:
        return Entry("", "", "", row, (), hashes, pinning=Pinning.GROWING, hashed=False)
    if found := _PINNED.fullmatch(statement):
        name = re.sub(r"[-_.]+", "-", found[1]).lower()
        return Entry(name, name, found[2], row, (), hashes, pinning=Pinning.GROWING)
    if found := _INDEX.fullmatch(statement):
        option = statement.split("=", maxsplit=1)[0].split(maxsplit=1)[0]
        odd = option in {"--trusted-host", "--proxy"}
        address = Source(statement if odd else found[1], row, index=True)
        return Entry(option, option, "", row, (address,), hashed=False)
    if found := _EDITABLE.fullmatch(statement):
        return _read_direct(found[1], row, hashes)
    if _RANGE.fullmatch(statement):
        name = re.split(r"[^\w.\-]", statement)[0].lower()
        return Entry(name, name, "", row, (), hashes, pinning=Pinning.GROWING)
    return None if statement.startswith("-") else _read_direct(statement, row, hashes)


def _read_direct(statement: str, row: int, hashes: tuple[Hash, ...]) -> Entry | None:
    found = _DIRECT.fullmatch(statement)
    if found is None or not found[2]:
        return None
    address = found[2] if ":" in found[2] else f"path:{found[2]}"
    name = (found[1] or found[2]).lower()
    pinned = address.startswith("http")
    return Entry(name, name, "", row, (Source(address, row),), hashes, hashed=pinned)


def read_gems(rows: Sequence[str]) -> Read:
    """Read Gemfile.lock: the gems with the remote of their section, and the checksums."""
    entries: list[Entry] = []
    unknown: set[int] = set()
    sums: dict[tuple[str, str], tuple[Hash, ...]] = {}
    section = ""
    remotes: list[tuple[str, int]] = []
    for row, text in enumerate(rows):
        if text.strip() in _GEM_SECTIONS and not text.startswith(" "):
            section, remotes = text.strip(), []
        elif found := _SPEC.fullmatch(text):
            entries.append(_make_gem(found[1], found[2], row, tuple(remotes), section))
        elif (found := _CHECKSUM.fullmatch(text)) and section in {"CHECKSUMS", ""}:
            digests = tuple(read_hash(each, row) for each in (found[3] or "").split(",") if each)
            sums[found[1], found[2]] = sums.get((found[1], found[2]), ()) + digests
        elif (found := _GEM_FIELD.fullmatch(text)) and found[1] == "remote":
            remotes.append((found[2].strip(), row))
        elif not found and text.strip() and not _is_gem_detail(text, section):
            unknown.add(row)
    return tuple(_add_checksums(entries, sums)), frozenset(unknown)


def _is_gem_detail(text: str, section: str) -> bool:
    listed = {"PLATFORMS", "DEPENDENCIES", "BUNDLED WITH", "RUBY VERSION", ""}
    return (section in listed and text.startswith("  ")) or text.startswith("      ")


def _make_gem(
    name: str, version: str, row: int, remotes: Sequence[tuple[str, int]], section: str
) -> Entry:
    prefix = {"PATH": "path:", "GIT": "git+"}.get(section, "")
    sources = tuple(
        Source(f"{prefix}{address}", at, index=section in {"GEM", ""}) for address, at in remotes
    )
    return Entry(name, name, version, row, sources, (), hashed=section == "GEM")


def _add_checksums(
    gems: list[Entry], sums: dict[tuple[str, str], tuple[Hash, ...]]
) -> Iterator[Entry]:
    summed = bool(sums)
    for gem in gems:
        found = sums.pop((gem.name, gem.version), ())
        yield replace(gem, hashes=found, hashed=gem.hashed and summed)
    for (name, version), hashes in sums.items():
        row = hashes[0].row if hashes else 0
        yield Entry(name, name, version, row, (), hashes, hashed=False)
