"""Opens the changes on this machine that a person wants reviewed, and says what they are."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.adapters.files import tool_report_files
from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.adapters.files.local_git import LocalCommits
from reviewer.adapters.files.scratch_repository import ScratchRepository
from reviewer.adapters.files.working_tree import Uncommitted, WorkingTree
from reviewer.errors import InputError
from reviewer.terminal import given_files

_SHOWN = 5
# A path that is a pattern of itself, and that no shell acts on inside of quotes.
_PLAIN_PATH = re.compile(r"[\w./-]*")


@dataclass(frozen=True, slots=True)
class LocalChanges:
    """The two commits to review, `notes` about what is in them, and the folder of the files.

    `checkout` is "" if there are no files, as in a bare repository.
    """

    commits: LocalCommits
    notes: tuple[str, ...]
    checkout: str


def open_changes(
    what: str,
    scratch: str,
    environ: Mapping[str, str],
    *,
    staged: bool,
    untracked: bool,
    reports: Sequence[str] = (),
) -> LocalChanges:
    """Open "BASE..HEAD", or the working tree since it left "BASE" or the default branch.

    `scratch` is an empty folder for the repository that is read. `reports` are names of files and
    folders that tools made, and no work of anybody unless git tracks them. Raises ForgeError or
    InputError if there is no such repository or commit.
    """
    repository = LocalRepository.find(os.curdir)
    repository.require_own(environ)
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
    _require_no_path(repository, what)
    beside = ScratchRepository.create(repository, scratch)
    if ".." in what or not repository.has_files:
        # From a partial clone itself, git would fetch what is not there.
        commits = replace(repository.commits_between(what), folder=beside.folder)
        return LocalChanges(commits, (), repository.folder if repository.has_files else "")
    names = given_files.relate(reports, repository.folder)
    tree = WorkingTree(
        repository,
        beside,
        _find_index(repository, environ),
        reports=frozenset(tool_report_files.find(repository.folder, names)),
    )
    if staged:
        return _describe(repository, tree.take_staged())
    base, name = _find_base(repository, what)
    return _describe(repository, tree.take_all(base, name, untracked=untracked))


def _require_no_path(repository: LocalRepository, what: str) -> None:
    """Raise InputError for the name of a file or folder, with the input that selects it."""
    if not what or not os.path.lexists(what) or repository.try_to_resolve(what):
        return
    path = os.path.relpath(os.path.abspath(what), repository.folder)  # noqa: PTH100 - keeps links
    pattern = path.replace(os.sep, "/")
    if os.path.isdir(what):  # noqa: PTH112
        pattern = "**" if path == os.curdir else f"{pattern}/**"
    plain = _PLAIN_PATH.fullmatch(path) and not path.startswith(os.pardir)
    raise InputError(
        f"'{what}' is a file or a folder, and no branch or commit.",
        remedy="Write `code-review review --input "
        f"'include={pattern if plain else 'PATTERN'}'` to review your work in it alone.",
    )


def _find_base(repository: LocalRepository, what: str) -> tuple[str, str]:
    """Return the commit at which the work began, and its name; both are "" if there is none."""
    if repository.head:
        return repository.find_base(what, repository.head)
    if what in {"", "HEAD", repository.empty_tree}:
        return "", ""
    raise InputError(
        f"There is no commit yet that could be compared with '{what}'.",
        remedy="Write `code-review review` to review all files.",
    )


def _describe(repository: LocalRepository, found: Uncommitted) -> LocalChanges:
    more = len(found.untracked) - _SHOWN
    names = ", ".join(found.untracked[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    included = (f"includes untracked files: {names} (--no-untracked leaves them out)",)
    return LocalChanges(
        found.commits,
        (*(included if found.untracked else ()), *found.notes),
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
