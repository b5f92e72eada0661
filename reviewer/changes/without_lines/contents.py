"""Reads changed files whose rows show no lines, and shows their difference where they are text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Protocol

from reviewer.changes import default_excludes, diff, git_diff
from reviewer.changes.diff import ChangedFile, FileChange
from reviewer.changes.without_lines import binary_formats, decoding, text_diff
from reviewer.changes.without_lines.base_files import FEW, BaseFiles, ReadOne
from reviewer.changes.without_lines.binary_formats import Format
from reviewer.changes.without_lines.decoding import Decoded
from reviewer.changes.without_lines.unshown import Unreviewable, Unshown
from reviewer.errors import ForgeError
from reviewer.ports import Blob, Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.review.result import Status
from reviewer.text.truncate import shorten_name

MOST_FILES = 100
"""Files without lines that one run reads; most changes have none, or a few images."""
MOST_EXCLUDED = 50
"""Excluded files without lines that one run reads, so that rules without a model see them."""
MOST_MARKED = 50
"""Files whose first lines one run reads, to find a generator's mark."""
MOST_LOCKED = 20
"""Lock files whose earlier text one run reads; of others, only the hunks are compared."""
LARGEST_TEXT = 1 << 20
"""Bytes of a text that is compared; the old version is not read if it is larger either."""


class HeadCommit(Protocol):
    """The plain files of the head commit, read all at once."""

    def list_files(self, *, optional: bool = False) -> Mapping[str, Blob]:
        """Return the files by path; raises ForgeError when they cannot be listed."""
        ...

    def find(self, path: str) -> bytes | None:
        """Return the bytes of a file, None where they are not at hand; the first call reads all."""
        ...


@dataclass
class Contents:
    """The contents of a pull request's files, before and after; a bounded number is read.

    `expect` says how many are likely to be needed. A few are read one by one, more of them from
    `head` and together; what is not to be had so, such as links, is always read one by one.
    `unseen` counts excluded files without lines that could not be shown to the rules.
    """

    forge: Forge
    pull: PullRequest
    head: HeadCommit | None = None
    unseen: int = 0
    _base: BaseFiles = field(init=False)
    _expected: int = 0
    _left: int = MOST_FILES
    _left_excluded: int = MOST_EXCLUDED
    _left_marked: int = MOST_MARKED
    _left_locked: int = MOST_LOCKED

    def __post_init__(self) -> None:
        """Prepare to read the merge base; nothing is sent yet."""
        self._base = BaseFiles(self.forge, self.pull)

    def expect(self, files: Iterable[FileChange]) -> None:
        """Prepare to read these files, in this order, as far as they will be asked for."""
        base: list[str] = []
        for file in files:
            if isinstance(file, Unshown):
                self._expected += not _may_be_renamed(file.row)
                status = file.row.status
            elif isinstance(file, ChangedFile) and default_excludes.has_lock_entries(file.path):
                status = file.status
            else:
                continue
            if status != "added":
                base.append(file.previous_path or file.path)
        self._base.upcoming = base

    def resolve(self, file: Unshown) -> ChangedFile | Unreviewable:
        """Return the file with its lines, or why there are none.

        A file that can neither be read nor recognised as binary is FAILED.
        """
        if self._has_same_blob(file.row):
            return file.report(Status.SKIPPED, describe_rename(file.row))
        cause = file.cause
        if self._left <= 0:
            reason = f"{cause}, as of more than {MOST_FILES} other files"
            return file.report(Status.FAILED, reason)
        self._left -= 1
        try:
            return self._compare(file, cause, self.forge.large_content)
        except ForgeError as problem:
            return file.report(Status.FAILED, f"{cause}: {problem.what}")

    def show_to_rules(self, file: Unshown) -> ChangedFile | Unshown:
        """Return an excluded file with its lines, which no model sees, if they can be had.

        Its reads are optional: while requests are kept for publishing, there are none.
        """
        if file.garbled:
            # Good enough for rules, and it takes no request.
            shown = diff.parse_as_shown(file.row)
            return shown if isinstance(shown, ChangedFile) else file
        if self._left_excluded > 0:
            self._left_excluded -= 1
            try:
                found = self._compare(file, file.cause, partial(self.forge.content, optional=True))
            except ForgeError:
                found = None
            if isinstance(found, ChangedFile):
                return found
            if found and found.status is not Status.FAILED:
                return file
        self.unseen += 1
        return file

    def with_base_text(self, file: ChangedFile) -> ChangedFile:
        """Return a file with the whole text that it had before the change, where it can be had."""
        if file.status == "added" or self._left_locked <= 0:
            return file
        self._left_locked -= 1
        path = file.previous_path or file.path
        try:
            data = self._base.read(path, self.forge.large_content)
        except ForgeError:
            return file
        return replace(file, base_text=(data or b"").decode(errors="replace"))

    def read_head(self, path: str) -> str:
        """Return the text of a file at the head commit, "" when it cannot be had."""
        if self._left_marked <= 0:
            return ""
        self._left_marked -= 1
        try:
            many = MOST_MARKED - self._left_marked > FEW
            data = self._read_head(path, self.forge.content, many=many)
        except ForgeError:
            return ""
        return (data or b"").decode(errors="replace")

    def _read_head(self, path: str, read_one: ReadOne, *, many: bool) -> bytes | None:
        """Return the bytes of a file of the head commit; `many` says that others are needed too."""
        found = self.head.find(path) if self.head and many else None
        return read_one(path, self.pull.head_sha) if found is None else found

    def _compare(self, file: Unshown, cause: str, read_one: ReadOne) -> ChangedFile | Unreviewable:
        data = self._read_head(file.path, read_one, many=self._expected > FEW)
        if data is None:
            reason = f"{cause}, and the head commit has no file of this name"
            return file.report(Status.FAILED, reason)
        text = decoding.decode(data)
        if text is None:
            return _report_bytes(file, data, cause)
        if len(data) > LARGEST_TEXT:
            return file.report(Status.FAILED, f"{cause}, and its text has more than 1 MiB", data)
        old = self._read_base(file.row)
        if old == data:
            return file.report(Status.SKIPPED, describe_rename(file.row))
        return _show(file, old or b"", text, cause)

    def _read_base(self, row: ListedFile) -> bytes | None:
        if row.status == "added":
            return None
        return self._base.read(row.previous_path or row.path, self.forge.content)

    def _has_same_blob(self, row: ListedFile) -> bool:
        """Return True if git's hashes prove that a renamed file has not changed."""
        if row.previous_path is None or not _may_be_renamed(row):
            return False
        before, after = self._base.list_files(), self._head_files
        return row.path in after and before.get(row.previous_path) == after[row.path]

    @cached_property
    def _head_files(self) -> Mapping[str, Blob]:
        try:
            if self.head:
                return self.head.list_files()
            return self.forge.blobs(self.pull.head_sha)
        except ForgeError:
            return {}


def _may_be_renamed(row: ListedFile) -> bool:
    """Return True if a row shows a file with another name and no change, which trees may prove."""
    return bool(row.previous_path) and not (row.additions or row.deletions or row.patch)


def describe_rename(row: ListedFile) -> str:
    """Return why a row whose content did not change has nothing to review."""
    if row.previous_path is None:
        return git_diff.MODE_ONLY
    return f"{row.status} {git_diff.UNCHANGED} from {shorten_name(row.previous_path)}"


def _report_bytes(file: Unshown, data: bytes, cause: str) -> Unreviewable:
    """Report a file that is no text: its format decides if that is as it should be."""
    match binary_formats.identify(file.path, data):
        case Format.DATA:
            return file.report(Status.SKIPPED, Format.DATA.value)
        case (Format.ARCHIVE | Format.PROGRAM) as kind:
            return file.report(Status.EXCLUDED, kind.value, data)
        case None:
            reason = f"{cause}, and it is neither text nor of the format that its name says"
            return file.report(Status.FAILED, reason, data)


def _show(file: Unshown, old: bytes, new: Decoded, cause: str) -> ChangedFile | Unreviewable:
    before = decoding.decode(old)
    # An old version that is no text has no lines. A new encoding of the same text is shown whole.
    hunks = text_diff.make_hunks(before.text if before else "", new.text)
    hunks = hunks or text_diff.make_hunks("", new.text)
    if not hunks:
        return file.report(Status.SKIPPED, git_diff.EMPTY)
    row = file.row
    status = row.status if row.status in {"added", "renamed", "copied"} else "modified"
    return ChangedFile(row.path, status, hunks, row.previous_path, f"{cause}: {new.remark}")
