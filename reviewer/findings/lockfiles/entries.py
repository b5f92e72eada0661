"""What an entry of a lock file says: the package, where it comes from, and its hashes."""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewer.findings.lockfiles.trees import LockNode

STRENGTHS = {
    each: strength
    for strength, names in enumerate(
        (("ref",), ("md5",), ("sha1",), ("sha256", "h1"), ("sha384",), ("sha512",))
    )
    for each in names
}
"""Algorithms, from a commit that is no hash of the content to the strongest."""
_HASH = re.compile(r"([A-Za-z0-9]+)[-:=]([A-Za-z0-9+/=_\-]{8,})(?:\?.*)?")
_BARE = {32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}


@dataclass(frozen=True, slots=True)
class Source:
    """An address as it is written; `index` for that of a registry instead of a file's."""

    text: str
    row: int
    index: bool = False


@dataclass(frozen=True, slots=True)
class Hash:
    """One hash; `algorithm` is in lower case, "" for what no installer checks."""

    algorithm: str
    value: str
    row: int

    @property
    def strength(self) -> int:
        """The rank of the algorithm; -1 for an unknown one."""
        return STRENGTHS.get(self.algorithm.partition("/")[0], -1)


class Pinning(enum.Enum):
    """How the hashes of a release may change: not at all, by more of them, or unseen."""

    EXACT = enum.auto()
    GROWING = enum.auto()
    LOOSE = enum.auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One package of a lock file, or one file (`artifact`) of a release.

    `label` is the name under which it is installed, which an alias makes differ from `name`.
    `row` is where it begins. `hashed` is True where other entries of its kind have a hash.
    """

    label: str
    name: str
    version: str
    row: int
    sources: tuple[Source, ...] = ()
    hashes: tuple[Hash, ...] = ()
    artifact: str = ""
    pinning: Pinning = Pinning.EXACT
    hashed: bool = True

    @property
    def content(self) -> tuple[object, ...]:
        """Everything but the place."""
        sources = tuple(source.text for source in self.sources)
        hashes = tuple((each.algorithm, each.value) for each in self.hashes)
        return (self.label, self.name, self.version, self.artifact, sources, hashes)

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the addresses and hashes."""
        sources = (source.row for source in self.sources)
        return (*sources, *(each.row for each in self.hashes))

    @property
    def strength(self) -> int:
        """The rank of the strongest hash; -1 without one that is checked."""
        return max((each.strength for each in self.hashes), default=-1)


def read_hashes(nodes: Iterable[LockNode]) -> Iterator[Hash]:
    """Yield the hashes that the texts of the nodes hold; several are separated by blanks."""
    for node in nodes:
        for text in (node.text or "").split():
            yield read_hash(text, node.row)


def read_hash(text: str, row: int) -> Hash:
    """Read `sha512-…`, `sha256:…`, `h1:…` or bare hexadecimal digits."""
    if match := _HASH.fullmatch(text):
        return Hash(match[1].lower(), match[2], row)
    bare = len(text) in _BARE and all(digit in "0123456789abcdef" for digit in text.lower())
    return Hash(_BARE[len(text)] if bare else "", text, row)


def read_sources(nodes: Iterable[LockNode], *, index: bool = False) -> Iterator[Source]:
    """Yield the addresses that the nodes hold."""
    for node in nodes:
        yield Source(node.text or "", node.row, index)


def split_name(text: str) -> tuple[str, str]:
    """Split `name@rest` at the first "@" behind a scope's."""
    at = text.find("@", 1)
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])


def is_address(text: str) -> bool:
    """Return True for what is in a version's place and is none: a URL or a path."""
    return ":" in text or "/" in text or text.startswith(".")


def walk(root: LockNode) -> Iterator[tuple[LockNode, LockNode]]:
    """Yield each node below the root with its parent, in the order of the file."""
    stack = [(child, root) for child in reversed(root.children)]
    while stack:
        node, parent = stack.pop()
        yield node, parent
        stack += [(child, node) for child in reversed(node.children)]


def objects(root: LockNode) -> Iterator[tuple[LockNode, LockNode]]:
    """Yield each container with members, and its parent."""
    return ((node, parent) for node, parent in walk(root) if node.opener == "{")
