"""A read-only forge over two commits of a local repository."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Never

from reviewer.adapters.files.archive import UnpackedFiles, check_size
from reviewer.adapters.files.git_runs import decode, read_blob, run_git
from reviewer.errors import ForgeError, MissingContentError, NotFoundError
from reviewer.operations import Operation
from reviewer.ports import LARGEST_FILE, Archive, Blob
from reviewer.pull_request import (
    Conversation,
    ListedFile,
    ListedPull,
    PullRequest,
    PullState,
    Snapshot,
    TreeListing,
)

log = logging.getLogger(__name__)

# Unlike `git diff`, diff-tree does not read most settings about the form of a diff; the options
# are for the others, and for a git that reads more of them.
_DIFF = (
    "diff-tree", "-r", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "-l1000",
    "--full-index", "--src-prefix=a/", "--dst-prefix=b/", "--unified=3", "--inter-hunk-context=0",
    "--diff-algorithm=default", "--submodule=short", "--ignore-submodules=none",
)  # fmt: skip
_STATUS = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "C": "copied",
    "T": "changed",
}
_LISTED_COMMITS = "50"


@dataclass(frozen=True, slots=True)
class LocalCommits:
    """The changes in `folder` from `base_sha`, the merge base, to `head_sha`; see `ports.Forge`.

    `base_sha` can be the empty tree, for all of a history. `name` is what they are called in the
    review, as in "main..HEAD". `in_git` are the words with which `git diff` compares the same.
    """

    folder: str
    base_sha: str
    head_sha: str
    name: str
    in_git: str = ""
    largest_group: int = 32_000_000
    """Bytes of contents that one run of git prints, all of which are in memory at once."""

    @property
    def are_none(self) -> bool:
        """True if both commits have the same files; raises MissingContentError as `raw_diff`."""
        return not self._diff("--name-only", "--no-renames")

    def snapshot(self, number: int, *, optional: bool = False) -> Snapshot:  # noqa: ARG002
        """Describe the commits as a pull request without comments."""
        span = f"{self.base_sha}..{self.head_sha}"
        form = ("--format=%s", "--encoding=UTF-8", "--no-show-signature")
        log = ("log", "--reverse", f"--max-count={_LISTED_COMMITS}", *form, span)
        subjects = decode(run_git(self.folder, *log)).splitlines()
        pull = PullRequest(
            number=number,
            title=subjects[-1] if subjects else self.name,
            body="",
            author="",
            base_ref=self.name,
            base_sha=self.base_sha,
            head_sha=self.head_sha,
            from_fork=False,
            draft=False,
            state=PullState.OPEN,
            changed_files=len(self._rows()),
            commits=tuple(subjects),
            subject=self.name,
        )
        return Snapshot(pull, Conversation())

    def changed_files(
        self, _number: int, _count: int, _first: tuple[ListedFile, ...] | None = None
    ) -> tuple[ListedFile, ...]:
        """Return the changed files without patches: their hunks are in the raw diff."""
        return self._rows()

    def raw_diff(self, _pull: PullRequest) -> str | None:
        """Return the whole diff; raises MissingContentError where a partial clone lacks it."""
        return self._diff("--patch")

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:  # noqa: ARG002
        """Return a file at a commit, None when the commit has nothing at that path.

        Raises MissingContentError if the commit has the file and the clone does not.
        """
        found = run_git(self.folder, "ls-tree", "-z", "--full-tree", sha, "--", path)
        about, _, name = found.removesuffix(b"\0").partition(b"\t")
        if decode(name) != path:
            return None
        _, kind, blob = about.decode().split()
        if kind != "blob":
            raise NotFoundError(f"{path} is a folder or a submodule, and no file.")
        return read_blob(self.folder, blob, path)

    def find_existing(self, paths: Sequence[str], sha: str) -> tuple[str, ...]:
        """Return those of the paths that exist at a commit."""
        asked = ("ls-tree", "--name-only", "-z", "--full-tree", sha, "--", *paths)
        found = decode(run_git(self.folder, *asked)).split("\0")
        return tuple(path for path in paths if path in found)

    def large_content(self, path: str, sha: str) -> bytes | None:
        """Return a file of any size at a commit, None when it does not exist there."""
        return self.content(path, sha)

    def pulls_of(self, _sha: str, _branch: str, _repository: str) -> tuple[int, ...]:
        """Return nothing: a local repository has no pull requests."""
        return ()

    def changed_since(self, _moment: datetime) -> tuple[ListedPull, ...]:
        """Return nothing: a local repository has no pull requests."""
        return ()

    def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        """Return the contents of the plain files that exist at a commit and in the clone."""
        files = self._list(sha, "--", *paths)
        kept, _ = self._read_objects(files)
        return {path: data for path in files if (data := kept.read(path)) is not None}

    def archive(self, _sha: str) -> Archive:
        """Return what reads the contents of files from git's objects, in a few runs of git.

        `git archive` would start the filters that the repository's configuration names.
        """
        return self._read_whole

    def _read_whole(self, files: Mapping[str, Blob]) -> UnpackedFiles:
        kept, lacking = self._read_objects(files)
        if lacking:
            log.warning(
                "The clone is partial: it lacks %d of the %d files of the commit, which are not "
                "searched for context",
                lacking,
                len(files),
            )
        return kept

    def _read_objects(self, files: Mapping[str, Blob]) -> tuple[UnpackedFiles, int]:
        """Return the contents of the files, and how many of them the clone lacks."""
        check_size(files)
        kept = UnpackedFiles()
        lacking = 0
        for group in _group(files, self.largest_group):
            asked = "".join(f"{files[path].sha}\n" for path in group).encode()
            objects = run_git(self.folder, "cat-file", "--batch", "--buffer", given=asked)
            for path, data in zip(group, _parse_objects(objects), strict=True):
                if data is None:
                    lacking += 1
                else:
                    kept.add(path, data)
        return kept, lacking

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:  # noqa: ARG002
        """Return the plain files of a commit."""
        return self._list(sha)

    def _list(self, sha: str, *paths: str) -> Mapping[str, Blob]:
        asked = ("ls-tree", "-r", "-l", "-z", "--full-tree", sha, *paths)
        rows = run_git(self.folder, *asked).split(b"\0")
        return dict(_parse_entry(row) for row in rows if row.startswith((b"100644", b"100755")))

    def list_tree(self, sha: str) -> TreeListing:
        """List the plain files of a commit: git does not follow links."""
        return TreeListing(tuple(self.blobs(sha)))

    def merge_base(self, base_sha: str, _head_sha: str) -> str:
        """Return the base, which is the merge base already."""
        return base_sha

    def may_write(self, _login: str) -> bool:
        """Return False: nobody comments on a local repository."""
        return False

    def apply(self, operation: Operation) -> Never:
        """Raise ForgeError: there is nothing to write to."""
        raise ForgeError(
            f"A review of local commits cannot write to GitHub ({type(operation).__name__})."
        )

    def _rows(self) -> tuple[ListedFile, ...]:
        status = self._diff("--name-status", "-z")
        counts = self._diff("--numstat", "-z")
        return tuple(_parse_rows(status, dict(_parse_counts(counts))))

    def _diff(self, *options: str) -> str:
        try:
            return decode(run_git(self.folder, *_DIFF, *options, self.base_sha, self.head_sha))
        except MissingContentError as lacking:
            raise MissingContentError(
                "This clone lacks contents of the files that were changed.",
                cause="It is partial, or damaged, and a review fetches nothing.",
                remedy=f"Run `git diff {self.in_git}` once: git fetches them then.",
            ) from lacking


def _parse_rows(text: str, counts: dict[str, tuple[int, int]]) -> Iterator[ListedFile]:
    fields = iter(text.split("\0"))
    for code in fields:
        if not code:
            return
        first = next(fields)
        path, previous = (next(fields), first) if code[0] in "RC" else (first, None)
        added, removed = counts.get(path, (0, 0))
        yield ListedFile(path, _STATUS.get(code[0], "changed"), added, removed, None, previous)


def _parse_counts(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Parse "added TAB removed TAB path" of --numstat; a rename has both paths after it."""
    fields = iter(text.split("\0"))
    for field in fields:
        if not field:
            return
        added, removed, path = field.split("\t", 2)
        if not path:
            next(fields)
            path = next(fields)
        # git gives "-" for binary files.
        yield path, (int(added) if added != "-" else 0, int(removed) if removed != "-" else 0)


def _parse_entry(row: bytes) -> tuple[str, Blob]:
    """Parse "mode SP blob SP name SP size TAB path"; git shows no size of a missing object."""
    about, _, path = row.partition(b"\t")
    _, _, name, size = about.decode().split()
    return decode(path), Blob(name, int(size) if size.isdigit() else 0)


def _group(files: Mapping[str, Blob], size: int) -> Iterator[list[str]]:
    """Yield the paths of the files of at most LARGEST_FILE, in groups of about `size` bytes."""
    group: list[str] = []
    room = size
    for path, blob in files.items():
        if blob.size > LARGEST_FILE:
            continue
        group.append(path)
        room -= blob.size
        if room <= 0:
            yield group
            group, room = [], size
    if group:
        yield group


def _parse_objects(output: bytes) -> Iterator[bytes | None]:
    """Parse "name blob size LF content LF" of cat-file; None for an object that is missing."""
    start = 0
    while start < len(output):
        end = output.index(b"\n", start)
        kind, _, size = output[start:end].partition(b" ")[2].partition(b" ")
        start = end + 1
        if kind == b"missing":
            yield None
            continue
        yield output[start : start + int(size)]
        start += int(size) + 1
