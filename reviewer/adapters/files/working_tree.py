"""Reads what is not committed yet, as a commit that exists only for the review.

The real repository is read and nothing else: its index, objects and configuration stay as they are.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.adapters.files.git_runs import decode, read_blob, run_git
from reviewer.adapters.files.local_git import LocalCommits
from reviewer.adapters.files.scratch_repository import ScratchRepository, TreeChange
from reviewer.errors import ForgeError
from reviewer.text import digest

_CREDENTIALS = (
    ".env", ".env.*", "*.env", ".netrc", ".npmrc", ".pypirc", ".pgpass", ".git-credentials",
    "id_rsa*", "id_ed25519*", "id_ecdsa*", "id_dsa*", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks",
    "*.keystore", "*.kdbx", "*.ppk", "*.ovpn", "*.tfstate", "*.tfstate.*", "credentials",
    "credentials.*", "secrets.*", "service-account*.json",
)  # fmt: skip
"""Names, in lower case, of files that hold passwords and keys rather than code."""
_SAMPLES = (".example", ".sample", ".template", ".dist", ".pub")
_LINK, _SUBMODULE, _PLAIN, _PROGRAM = "120000", "160000", "100644", "100755"
# Opening a FIFO would block until there is a writer.
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_SUBJECT = "Uncommitted changes"
# What check-attr prints where no filter is named.
_NO_FILTER = ("unspecified", "set", "unset")
_LOOKED_AT = 8_000
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """A path with another content than in HEAD; `sha` is "" if the content is in the folder.

    `before` is the hash of the content in HEAD, "" if there is none. An empty `mode` means that the
    path is gone.
    """

    path: str
    mode: str
    sha: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class UncommittedLimits:
    """How much is read: larger files are no source code, and all of them are in memory at once.

    `file` and `all_files` are bytes. With more files than `untracked` that git does not track, a
    .gitignore is probably missing, and they are nobody's work.
    """

    file: int = 10 << 20
    all_files: int = 100_000_000
    untracked: int = 300


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """What was taken from the working tree; `notes` say what was left out, and why."""

    commits: LocalCommits
    untracked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class WorkingTree:
    """The files and the index of a repository; `index` is a file in place of git's own.

    `reports` are paths that are left out as long as git does not track them.
    """

    repository: LocalRepository
    scratch: ScratchRepository
    index: str = ""
    limits: UncommittedLimits = UncommittedLimits()
    reports: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with all of the room."""
        self._room = self.limits.all_files

    def take_staged(self) -> Uncommitted:
        """Return what `git commit` would commit."""
        # `git commit` leaves out what `git add --intent-to-add` has only named.
        head, _ = self._commit([*self._differences("--cached", "--ita-invisible-in-index")])
        name = "HEAD..the index" if self.repository.head else "the index"
        commits = LocalCommits(self.scratch.folder, self.scratch.parent, head, name, "--cached")
        return Uncommitted(commits, notes=tuple(self.notes))

    def take_all(self, base: str, name: str, *, untracked: bool) -> Uncommitted:
        """Return what the folder has, `untracked` files too, that the commit `base` has not.

        An empty `base` is the current commit. `name` is what the base is called, "" before the
        first commit.
        """
        added = tuple(self._find_untracked()) if untracked else ()
        head, taken = self._commit([*self._differences(), *map(self._describe_untracked, added)])
        base = base or self.scratch.parent
        called = f"{name}..the working tree" if name else "the working tree"
        commits = LocalCommits(self.scratch.folder, base, head, called, base)
        found = tuple(path for path in added if path in taken)
        return Uncommitted(commits, found, tuple(self.notes))

    def _commit(self, differences: Sequence[Difference]) -> tuple[str, AbstractSet[str]]:
        """Return the new commit, and the paths whose change it has."""
        entries = [*self._entries(differences)]
        return self.scratch.commit(entries, _SUBJECT), {entry.path for entry in entries}

    def _differences(self, *options: str) -> Iterator[Difference]:
        """Yield what differs from HEAD in the folder, or in the index with "--cached"."""
        flags = ("--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=dirty")
        tree = self.repository.head or self.repository.empty_tree
        fields = iter(self._run("diff-index", *options, *flags, tree, "--").split(b"\0"))
        for about in fields:
            if not about:
                return
            path = decode(next(fields))
            _, mode, before, sha, status = about.decode().split(" ")
            if status != "U":
                gone = status == "D"
                yield Difference(path, "" if gone else mode, _drop_zeros(sha), _drop_zeros(before))
            elif options:
                self.notes.append(f"{path} was left out: it has a conflict")

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run git on the working tree, with all filters switched off."""
        environ = {"GIT_INDEX_FILE": self.index} if self.index else {}
        quiet = [option for name in self._filters for option in _switch_off(name)]
        return run_git(self.repository.folder, *quiet, *arguments, given=given, environ=environ)

    @cached_property
    def _filters(self) -> tuple[str, ...]:
        """The filters that are configured: git may start one to see if a file has changed."""
        listed = self.repository.try_to_ask(
            "config", "-z", "--name-only", "--get-regexp", r"^filter\."
        )
        keys = (key for key in listed.split("\0") if key.count(".") > 1)
        names = dict.fromkeys(key.partition(".")[2].rpartition(".")[0] for key in keys)
        if strange := next((name for name in names if "=" in name), ""):
            raise ForgeError(
                f"The configuration of git has the filter {strange!r}, which cannot be disabled.",
                cause="Its name has a `=`.",
                remedy="Rename it, or review commits: `code-review review BASE..HEAD`.",
            )
        return tuple(names)

    def _find_untracked(self) -> Iterator[str]:
        """Yield the files that are neither in the index nor ignored, and are somebody's work."""
        listed = self._run("ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
        # A folder with a repository of its own ends in a slash.
        found = [decode(path) for path in listed if path and not path.endswith(b"/")]
        # Folders for temporary files may be inside of the repository.
        paths = [path for path in found if not self._is_ours(path)]
        if len(paths) > self.limits.untracked:
            self.notes.append(
                f"{len(paths):,} untracked files were left out, because they are more than "
                f"{self.limits.untracked}: list in .gitignore what is no source, and `git add` "
                "what is"
            )
            return
        kept = [path for path in paths if not is_credential(path)]
        self._note_left_out(
            [path for path in paths if is_credential(path)],
            "they are untracked and named like files with credentials",
        )
        yield from kept

    def _is_ours(self, path: str) -> bool:
        real = os.path.realpath(self._place(path))
        return path in self.reports or real.startswith(os.path.realpath(self.scratch.folder))

    def _describe_untracked(self, path: str) -> Difference:
        mode = os.lstat(self._place(path)).st_mode
        plain = _PROGRAM if mode & stat.S_IXUSR else _PLAIN
        return Difference(path, _LINK if stat.S_ISLNK(mode) else plain)

    def _place(self, path: str) -> str:
        return os.path.join(self.repository.folder, path)  # noqa: PTH118 - any bytes are kept

    def _entries(self, differences: Sequence[Difference]) -> Iterator[TreeChange]:
        in_folder = [each.path for each in differences if each.mode and not each.sha]
        filtered = self._find_filtered(in_folder)
        for each in differences:
            if not each.mode or each.sha:
                yield TreeChange(each.path, each.mode, each.sha)
            elif each.mode == _SUBMODULE:
                commit = LocalRepository.find_head(self._place(each.path))
                yield from [TreeChange(each.path, each.mode, commit)] if commit else []
            elif each.path not in filtered and (data := self._read(each)) is not None:
                sha = digest.hash_as_git(data, len(self.scratch.parent))
                # What is there already is not written again.
                yield TreeChange(each.path, each.mode, sha if sha == each.before else data)
        self._note_left_out(
            filtered, "their content passes through a filter such as Git LFS, which is not started"
        )

    def _find_filtered(self, paths: Sequence[str]) -> list[str]:
        """Return the paths whose content git would pass through a program."""
        if not (paths and self._filters):
            return []
        given = b"".join(os.fsencode(path) + b"\0" for path in paths)
        fields = decode(self._run("check-attr", "-z", "--stdin", "filter", given=given)).split("\0")
        named = zip(fields[::3], fields[2::3], strict=False)
        return [path for path, name in named if name in self._filters and name not in _NO_FILTER]

    def _read(self, difference: Difference) -> bytes | None:
        """Return the content as git would commit it, None with a note if it cannot be read."""
        path = difference.path
        try:
            if difference.mode == _LINK:
                return os.fsencode(os.readlink(self._place(path)))  # noqa: PTH115
            with os.fdopen(os.open(self._place(path), _OPEN), "rb") as file:
                found = os.fstat(file.fileno())
                largest = min(self.limits.file, self._room)
                if not stat.S_ISREG(found.st_mode) or found.st_size > largest:
                    self._note_left_out([path], "only files of up to 10 MB are read, 100 MB in all")
                    return None
                data = file.read(self.limits.file)
        except OSError as problem:
            self._note_left_out([path], f"{problem.strerror}")
            return None
        self._room -= len(data)
        return self._with_line_ends(data, path, difference.before)

    def _with_line_ends(self, data: bytes, path: str, before: str) -> bytes:
        """Return the content with the line ends that git would commit (core.autocrlf)."""
        if b"\r\n" not in data or b"\0" in data[:_LOOKED_AT]:
            return data
        if before:
            keeps = b"\r\n" in read_blob(self.repository.folder, before, path)
        else:
            keeps = self.repository.try_to_ask("config", "core.autocrlf") not in {"true", "input"}
        return data if keeps else data.replace(b"\r\n", b"\n")

    def _note_left_out(self, paths: Sequence[str], why: str) -> None:
        if paths:
            more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
            self.notes.append(f"left out: {', '.join(paths[:_LISTED])}{more}: {why}")


def is_credential(path: str) -> bool:
    """Return True if a file is named like one with passwords or keys, and not like a sample."""
    name = path.rpartition("/")[2].lower()
    return not name.endswith(_SAMPLES) and any(fnmatch(name, each) for each in _CREDENTIALS)


def _drop_zeros(sha: str) -> str:
    return sha if sha.strip("0") else ""


def _switch_off(name: str) -> tuple[str, ...]:
    keys = (f"filter.{name}.clean=", f"filter.{name}.process=", f"filter.{name}.required=false")
    return tuple(part for key in keys for part in ("-c", key))
