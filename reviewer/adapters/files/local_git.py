"""A read-only forge over two commits of a local repository."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Never

from reviewer.adapters.files.archive import UnpackedFiles, check_size
from reviewer.errors import ForgeError, NotFoundError
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

# The repository may be untrusted, and its configuration can name programs: for the file monitor,
# hooks, diffs and text conversion. None of them is started, and nothing is fetched. The user's
# configuration is read, because it can say that the folder is safe; it changes nothing in a review.
_SAFE = (
    "git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.attributesFile=/dev/null", "-c", "core.quotePath=false",
    "-c", "diff.suppressBlankEmpty=false",
)  # fmt: skip
# Unlike `git diff`, diff-tree does not read most settings about the form of a diff; the options
# are for the others, and for a git that reads more of them.
_DIFF = (
    "diff-tree", "-r", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "-l1000",
    "--full-index", "--src-prefix=a/", "--dst-prefix=b/", "--unified=3", "--inter-hunk-context=0",
    "--diff-algorithm=default", "--submodule=short", "--ignore-submodules=none",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    # For versions before 2.45, which do not know the former: ssh could be any program.
    "GIT_ALLOW_PROTOCOL": "none",
}
# XDG_CONFIG_HOME is where the user's list of ignored files is, for example.
_KNOWN = ("PATH", "HOME", "XDG_CONFIG_HOME")
_NOTHING: Mapping[str, str] = {}
_STATUS = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "C": "copied",
    "T": "changed",
}
_LONGEST_MESSAGE = 300
_LONGEST_RUN = 120
"""Seconds of one run of git."""
_LISTED_COMMITS = "50"


@dataclass(frozen=True, slots=True)
class LocalCommits:
    """The changes in `folder` from `base_sha`, the merge base, to `head_sha`; see `ports.Forge`.

    `name` is what they are called in the review, as in "main..HEAD".
    """

    folder: str
    base_sha: str
    head_sha: str
    name: str
    largest_group: int = 32_000_000
    """Bytes of contents that one run of git prints, all of which are in memory at once."""

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
        """Return the whole diff."""
        return decode(run_git(self.folder, *_DIFF, "--patch", self.base_sha, self.head_sha))

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:  # noqa: ARG002
        """Return a file at a commit, None when it does not exist there."""
        try:
            return run_git(self.folder, "cat-file", "blob", f"{sha}:{path}")
        except NotFoundError:
            return None

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
        """Return the contents of the files that exist at a commit."""
        found = ((path, self.content(path, sha)) for path in paths)
        return {path: data for path, data in found if data is not None}

    def archive(self, _sha: str) -> Archive:
        """Return what reads the contents of files from git's objects, in a few runs of git.

        `git archive` would start the filters that the repository's configuration names.
        """
        return self._read_objects

    def _read_objects(self, files: Mapping[str, Blob]) -> UnpackedFiles:
        check_size(files)
        kept = UnpackedFiles()
        for group in _group(files, self.largest_group):
            asked = "".join(f"{files[path].sha}\n" for path in group).encode()
            objects = run_git(self.folder, "cat-file", "--batch", "--buffer", given=asked)
            for path, data in zip(group, _parse_objects(objects), strict=True):
                if data is not None:
                    kept.add(path, data)
        return kept

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:  # noqa: ARG002
        """Return the plain files of a commit."""
        rows = run_git(self.folder, "ls-tree", "-r", "-l", "-z", "--full-tree", sha).split(b"\0")
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
        span = (self.base_sha, self.head_sha)
        status = decode(run_git(self.folder, *_DIFF, "--name-status", "-z", *span))
        counts = decode(run_git(self.folder, *_DIFF, "--numstat", "-z", *span))
        return tuple(_parse_rows(status, dict(_parse_counts(counts))))


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


def decode(output: bytes) -> str:
    """Return what git printed as text; bytes that are no UTF-8 become lone surrogates."""
    return output.decode("utf-8", errors="surrogateescape")


def run_git(
    folder: str, *arguments: str, given: bytes = b"", environ: Mapping[str, str] = _NOTHING
) -> bytes:
    """Run git in a folder and return what it prints; `environ` adds variables.

    Raises NotFoundError if git fails, ForgeError if it cannot be run or takes too long.
    """
    known = {name: os.environ[name] for name in _KNOWN if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  # a list of arguments; untrusted ones are no options
            [*_SAFE, *arguments],
            cwd=folder,
            env={**known, **_ENVIRONMENT, **environ},
            input=given,
            capture_output=True,
            timeout=_LONGEST_RUN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise ForgeError(
            f"git cannot be run: {type(problem).__name__}.",
            cause="It is not installed, or took longer than two minutes.",
            remedy="Install git, and check that `git status` works in the folder.",
        ) from problem
    if done.returncode:
        raise _explain(arguments, " ".join(decode(done.stderr).split())[:_LONGEST_MESSAGE])
    return done.stdout


def _explain(arguments: Sequence[str], message: str) -> NotFoundError:
    # Options come before the command where filters are switched off.
    command = next(word for word in arguments if word[:1] != "-" and "=" not in word)
    what = f"git {command} failed: {(message or 'it found nothing').rstrip('.')}."
    if "promisor" in message or "unable to read" in message:
        return NotFoundError(
            what,
            cause="The clone is partial: it lacks contents, and a review fetches nothing.",
            remedy="Run `git diff` between the same commits once; git fetches them then.",
        )
    return NotFoundError(
        what,
        cause="A branch or commit is misspelled, or the folder is no git repository.",
        remedy="Check the names with `git log`.",
    )
