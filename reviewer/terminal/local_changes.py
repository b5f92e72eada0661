"""Opens the changes on this machine that a person wants reviewed, and says what they are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.adapters.files.local_git import LocalCommits, run_git
from reviewer.adapters.files.scratch_repository import ScratchRepository
from reviewer.adapters.files.working_tree import Uncommitted, WorkingTree
from reviewer.errors import InputError, NotFoundError

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LocalChanges:
    """The two commits to review, `notes` about what is in them, and the folder of the files.

    `checkout` is "" if there are no files, as in a bare repository.
    """

    commits: LocalCommits
    notes: tuple[str, ...]
    checkout: str

    @property
    def are_none(self) -> bool:
        """True if both commits have the same files."""
        folder, ends = self.commits.folder, (self.commits.base_sha, self.commits.head_sha)
        base, head = (run_git(folder, "rev-parse", f"{sha}^{{tree}}") for sha in ends)
        return base == head


def open_changes(
    what: str, scratch: str, environ: Mapping[str, str], *, staged: bool, untracked: bool
) -> LocalChanges:
    """Open "BASE..HEAD", or the working tree since it left "BASE" or the default branch.

    `scratch` is an empty folder for the objects of what is not committed. Raises ForgeError or
    InputError if there is no such repository or commit.
    """
    repository = LocalRepository.find(os.curdir)
    if staged and what:
        raise InputError(
            f"--staged compares the index with HEAD, and {what} names other commits.",
            remedy="Leave out one of them.",
        )
    if staged and not repository.has_files:
        raise InputError(
            "Nothing can be staged here: there is no working tree.",
            remedy="Review commits: `code-review review BASE..HEAD`.",
        )
    if ".." in what or not repository.has_files:
        commits = repository.commits_between(what)
        return LocalChanges(commits, (), repository.folder if repository.has_files else "")
    tree = WorkingTree(
        repository, ScratchRepository.create(repository, scratch), _find_index(repository, environ)
    )
    if staged:
        return _describe(repository, tree.take_staged(), ())
    base, name, notes = _find_base(repository, what)
    return _describe(repository, tree.take_all(base, name, untracked=untracked), notes)


def _find_base(repository: LocalRepository, what: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the commit at which the work began, its name, and notes about the choice."""
    if not repository.head:
        return "", "nothing", ()
    if what:
        return repository.find_fork(repository.resolve(what), repository.head, what), what, ()
    try:
        tip, name = repository.find_default_branch()
    except NotFoundError as unknown:
        note = f"only what is not committed is reviewed: {unknown.what}"
        return repository.head, "HEAD", (note,)
    return repository.find_fork(tip, repository.head, name), name, ()


def _describe(
    repository: LocalRepository, found: Uncommitted, notes: tuple[str, ...]
) -> LocalChanges:
    more = len(found.untracked) - _SHOWN
    names = ", ".join(found.untracked[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    included = (f"includes untracked files: {names} (--no-untracked leaves them out)",)
    return LocalChanges(
        found.commits,
        (*notes, *(included if found.untracked else ()), *found.notes),
        repository.folder,
    )


def _find_index(repository: LocalRepository, environ: Mapping[str, str]) -> str:
    """Return the index that git passes to a hook: `git commit FILE` makes one for that commit.

    It is that of another repository if the hook reviews one.
    """
    given = environ.get("GIT_INDEX_FILE", "")
    own = os.path.realpath(repository.find_path(os.curdir))
    real = os.path.realpath(given)
    return real if given and os.path.commonpath((own, real)) == own else ""
