"""Finds the files with the team's guidelines at the base commit, and reads them."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from reviewer.changes.selection import Selection
from reviewer.config.globs import Patterns
from reviewer.context import front_matter
from reviewer.context.guidelines import LONGEST, Guideline, Guidelines, join
from reviewer.errors import ForgeError
from reviewer.ports import Forge
from reviewer.pull_request import PullRequest, TreeListing
from reviewer.text.truncate import first_lines

log = logging.getLogger(__name__)

MOST_READ = 20
"""Files; each takes a request to the forge."""
# Masked before they are cut, because a secret cut in the middle would not be recognised.
_READ_AHEAD = 4 * LONGEST
_AT_ONCE = 4
_WILDCARDS = re.compile(r"[*?!\[\\]|/$")
# Cursor reads such a folder at the top, and in the folders that its rules are about.
_CURSOR_RULES = re.compile(r"(?:(.*)/)?\.cursor/rules/.*")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The setting `guidelines`: gitignore patterns of the files to read.

    `ends` are those of the patterns, `folders` the same with "/": all that matches has one.
    """

    patterns: Patterns
    anywhere: Patterns
    ends: tuple[str, ...]
    folders: tuple[str, ...]

    @classmethod
    def of(cls, setting: Sequence[str]) -> "_Wanted":
        anywhere = Patterns(each for each in setting if "/" not in each)
        tails = (re.split(r"[]*?!\[\\]", each.rstrip("/"))[-1] for each in setting)
        ends = tuple(tail.lstrip("/") for tail in tails)
        return cls(Patterns(setting), anywhere, ends, tuple(f"{end}/" for end in ends))

    def find_folder(self, path: str) -> str | None:
        """Return the folder whose files a file is about, None if it is no guideline file."""
        # Of 100,000 paths, nearly all fail this; a search for a pattern takes much longer.
        if not path.endswith(self.ends) and not any(map(path.__contains__, self.folders)):
            return None
        if not self.patterns.verdict(path):
            return None
        if nested := _CURSOR_RULES.fullmatch(path):
            return nested[1] or ""
        return path.rpartition("/")[0] if self.anywhere.verdict(path) else ""


def find(
    forge: Forge,
    setting: Sequence[str],
    pull: PullRequest,
    selection: Selection,
    as_prompt_text: Callable[[str], str],
    list_tree: Callable[[], TreeListing] | None = None,
) -> Guidelines:
    """Find the guidelines for the selected files, in one request and one more for each file.

    `list_tree` returns the files of the base commit, if somebody has asked for them already.

    They are read at the base commit, which the author of the change cannot edit, and at most
    MOST_READ of them. All reads are optional: what cannot be read is a problem of the result.
    """
    if not setting:
        return Guidelines()
    wanted = _Wanted.of(setting)
    problems: list[str] = []
    paths = [file.path for file in selection.files]
    list_tree = list_tree or partial(forge.list_tree, pull.base_sha)
    listed = _list(list_tree, setting, problems) if paths else ()
    # So far, the only problem of a list is that there is none, or that it is not whole.
    unlisted = bool(problems)
    places = _order(listed, wanted, paths)
    if left := [path for path, _ in places[MOST_READ:]]:
        problems.append(f"at most {MOST_READ} guideline files are read: {join(left)} not")
    reader = _Reader(forge, pull.base_sha, as_prompt_text)
    found = _read_all(reader, places[:MOST_READ], problems)
    distinct = {(each.folder, each.globs, each.text): each for each in reversed(found)}
    used = [each for each in distinct.values() if any(map(each.applies_to, paths))]
    nearest = sorted(used, key=lambda each: (*_depth(each), found.index(each)))
    edited = tuple(_find_edited(wanted, selection))
    return Guidelines(tuple(nearest), tuple(problems), edited, unlisted or bool(reader.failed))


def _list(
    list_tree: Callable[[], TreeListing], setting: Sequence[str], problems: list[str]
) -> Iterable[str]:
    """Return the paths at the base commit, or without a list those that the setting names."""
    try:
        listing = list_tree()
    except ForgeError as problem:
        log.warning("The files of the base commit could not be listed: %s", problem)
        problems.append(
            f"guidelines were looked for only at the places that `guidelines` names in full, "
            f"because the files of the base commit could not be listed: {problem.what}"
        )
        return [each.removeprefix("/") for each in setting if not _WILDCARDS.search(each)]
    if not listing.complete:
        problems.append("guidelines may be missing: GitHub lists only some of the base's files")
    return listing.paths


def _order(listed: Iterable[str], wanted: _Wanted, paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return paths and folders of the guideline files that may apply, the most useful first.

    Those come first that are about the most of the changed files. What has front matter comes last:
    it tells only when it is read.
    """
    covered: dict[str, int] = {"": len(paths)}
    for path in paths:
        for folder in _list_folders(path):
            covered[folder] = covered.get(folder, 0) + 1
    folders = ((path, wanted.find_folder(path)) for path in listed)
    places = [(path, folder) for path, folder in folders if folder is not None]
    return sorted(
        ((path, folder) for path, folder in places if covered.get(folder)),
        key=lambda it: (front_matter.is_expected(it[0]), -covered[it[1]], it[0]),
    )


def _list_folders(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _depth(guideline: Guideline) -> tuple[int, bool]:
    """Return what sorts the guidelines of the nearest folder first, those with globs before all."""
    depth = guideline.folder.count("/") + 1 if guideline.folder else 0
    return -depth, not guideline.globs


def _find_edited(wanted: _Wanted, selection: Selection) -> Iterator[str]:
    before = (file.previous_path for file in selection.with_lines if file.previous_path)
    for path in dict.fromkeys((*selection.paths, *before)):
        if wanted.find_folder(path) is not None:
            yield path


@dataclass(frozen=True, slots=True)
class _Reader:
    forge: Forge
    sha: str
    as_prompt_text: Callable[[str], str]
    failed: list[str] = field(default_factory=list)
    """The paths that the forge did not give."""

    def read(self, place: tuple[str, str]) -> "Guideline | str | None":
        """Return the guideline, why it cannot be used, or None where there is nothing to show."""
        path, folder = place
        try:
            data = self.forge.content(path, self.sha, optional=True) or b""
            scope = front_matter.read_scope(path, data.decode(errors="replace"))
        except ForgeError as problem:
            self.failed.append(path)
            return problem.what
        except ValueError as wrong:
            return f"the file {wrong}"
        if scope is None or not scope.text.strip():
            return None
        text = self.as_prompt_text(scope.text.strip()[:_READ_AHEAD])
        cut = len(text) > LONGEST
        shown = first_lines(text, LONGEST) if cut else text
        return Guideline(path, shown, folder, scope.globs, scope.patterns, cut)


def _read_all(
    reader: _Reader, places: Sequence[tuple[str, str]], problems: list[str]
) -> list[Guideline]:
    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="guidelines") as pool:
        read = list(pool.map(reader.read, places))
    unused: dict[str, list[str]] = {}
    for (path, _), result in zip(places, read, strict=True):
        if isinstance(result, str):
            unused.setdefault(result, []).append(path)
    for reason, paths in unused.items():
        log.warning("Reviewing without the guidelines %s: %s", ", ".join(paths), reason)
        problems.append(f"without the guidelines {join(paths)}: {reason}")
    return [each for each in read if isinstance(each, Guideline)]
