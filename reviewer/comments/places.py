"""Writes the place of a finding as a link to its lines at the reviewed commit."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from reviewer.changes import languages
from reviewer.finding import Finding, Side
from reviewer.pull_request import PullRequest
from reviewer.text import markdown

# Characters; a path can have 4,096 bytes, and each may take three in an address.
_LONGEST = 1_000
_MOST = 10
_REPOSITORY = re.compile(
    r"(?P<server>https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", re.ASCII
)
_NAME = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
# GitHub shows these as pages without line numbers, and their source with `?plain=1`.
_SHOWN_AS_PAGES = frozenset({
    "md", "markdown", "mdown", "mkdn", "textile", "rdoc", "org", "creole", "mediawiki", "wiki",
    "rst", "asciidoc", "adoc", "asc", "pod", "svg", "csv", "tsv", "ipynb", "geojson", "topojson",
    "stl",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blobs:
    """The files of one commit on GitHub; `address` is "" where nobody knows it.

    An address is made of our own fields alone: the server and the repository that the runner
    names, the commit, the path of a changed file, and line numbers.
    """

    address: str = ""

    @classmethod
    def of(cls, repository_url: str, pull: PullRequest, sha: str) -> "Blobs":
        """Return the files of a commit of the pull request's head.

        `repository_url` is that of the repository with the pull request. The commits of a fork are
        in the fork, and after it was deleted only in that repository.
        """
        base = _REPOSITORY.fullmatch(repository_url)
        if not base or not _COMMIT.fullmatch(sha):
            return cls()
        if not pull.from_fork or not _NAME.fullmatch(pull.head_repository):
            return cls(f"{repository_url}/blob/{sha}")
        return cls(f"{base['server']}/{pull.head_repository}/blob/{sha}")

    def find(self, path: str, first: int, last: int) -> str:
        """Return the address of lines of a file, "" where there is none that is surely right."""
        parts = path.split("/")
        if not self.address or {"", ".", ".."} & set(parts) or "\ufffd" in path:
            return ""
        try:
            quoted = quote(path, safe="/", errors="strict")
        except UnicodeEncodeError:
            return ""
        plain = "?plain=1" if languages.read_suffix(path) in _SHOWN_AS_PAGES else ""
        lines = f"#L{first}" + (f"-L{last}" if last != first else "")
        whole = f"{self.address}/{quoted}{plain}{lines}"
        return whole if len(whole) <= _LONGEST else ""


def format_place(finding: Finding, blobs: Blobs) -> str:
    """Return path and lines as Markdown, a link where the commit has these lines.

    A removed line is in no file of the commit, so it has no link.
    """
    first, last = finding.start_line, finding.end_line
    lines = f"{first}" if first == last else f"{first}-{last}"
    shown = markdown.span(f"{finding.path}:{lines}")
    if finding.side is Side.OLD:
        return f"{shown} (removed)"
    address = blobs.find(finding.path, first, last)
    # At the start of a paragraph, "[…]:" defines a reference, whatever else it looks like.
    return f"[{shown}]({address})" if address and "]:" not in shown else shown


def list_places(places: tuple[str, ...]) -> str:
    """Return further places ("path:line") as Markdown, at most _MOST of them."""
    shown = " ".join(map(markdown.span, places[:_MOST]))
    rest = len(places) - _MOST
    return f"{shown} and {rest} more places" if rest > 0 else shown


NO_BLOBS = Blobs()
"""Those of a commit whose address is not known."""
