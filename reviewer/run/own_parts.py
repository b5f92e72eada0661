"""Adds the repository's own templates to the settings; a broken one ends the run, or is repaired.

They are read at the base commit. A pull request that repairs a broken one is reviewed with ours in
its place. Otherwise nobody could merge it, because every run fails as long as the template is
broken.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from reviewer.config import template_parts
from reviewer.config.settings import Settings
from reviewer.config.template_parts import TemplateProblem, TemplatesError
from reviewer.errors import ForgeError, NotFoundError
from reviewer.ports import Forge
from reviewer.pull_request import PullRequest, TreeListing
from reviewer.redaction.scan import mask_advice
from reviewer.run.run import Run

# Requests for files; a run has at most five requests to GitHub at a time.
_AT_A_TIME = 4
_DOCS = "docs/templates.md names the templates and their values."
_NOT_YOURS = (
    "This pull request did not cause the error. A pull request that repairs every broken template, "
    "or removes it, is reviewed with our own in its place."
)
_STAYS_EMPTY = (
    "This pull request did not cause the error. A pull request that adds a template to the folder "
    "is reviewed with our own ones."
)
_NOT_COMMITTED = (
    "A change that repairs every broken template, or removes it, is reviewed with ours in its "
    "place."
)
_STAYS_EMPTY_HERE = "A change that adds a template to the folder is reviewed with ours."
_BEHIND = (
    "In this pull request the templates are valid, but the branch does not have the broken "
    "versions. If this is to repair them, merge the base branch into the branch first."
)
_FROM_FORK = (
    "This pull request repairs them, but it comes from a fork, and until it is merged, what these "
    "templates ask for does not apply. Look at the change; then someone in allowed-associations "
    "can start the review with a comment."
)


@dataclass(frozen=True, slots=True)
class _TemplateFile:
    """A file of the folder; `text` is None for what is no plain file, or has no known name."""

    path: str
    text: bytes | None

    def find_problem(self) -> TemplateProblem | None:
        """Return why the file cannot be used."""
        return template_parts.check(self.path, self.text)


_Folder = Mapping[str, _TemplateFile]


def add(settings: Settings, run: Run, pull: PullRequest, commit: str) -> Settings:
    """Return the settings with the templates of the base commit, which messages call `commit`.

    Raises TemplatesError if the folder has none, or one that cannot be used, unless the pull
    request repairs that.
    """
    folder = run.inputs.templates
    base = _read(run.forge, folder, pull.base_sha, ())
    broken = tuple(filter(None, (each.find_problem() for each in base.values())))
    settings = replace(settings, template_folder=folder)
    if broken or not base:
        settings = _Repair(run, pull, commit, base, broken).apply(settings)
    return _put(settings, (each for path, each in base.items() if path not in settings.repaired))


@dataclass(frozen=True, slots=True)
class _Repair:
    """What is broken in the folder at the base commit; nothing at all if it has no template."""

    run: Run
    pull: PullRequest
    commit: str
    base: _Folder
    broken: Sequence[TemplateProblem]

    def apply(self, settings: Settings) -> Settings:
        """Return the settings with a note if the pull request repairs all, else raise the error.

        Whoever may push to the repository could change the templates in an earlier pull request as
        well. A fork's author could not: a maintainer has to ask for that review.
        """
        head = self._read(self.pull.head_sha)
        paths = {each.path for each in self.broken} if self.base else head.keys()
        if all(head.get(path) == self.base.get(path) for path in paths):
            raise self._refuse(self._say_who_can_repair())
        if remaining := [why for path in sorted(paths) if (why := _find_problem(head, path))]:
            raise self._refuse(_name_remaining(remaining))
        start = self._read(self.run.forge.merge_base(self.pull.base_sha, self.pull.head_sha))
        if any(start.get(path) != self.base.get(path) for path in paths):
            raise self._refuse(_BEHIND)
        if self.pull.from_fork and not self.run.wanted.requested:
            raise self._refuse(_FROM_FORK)
        note = mask_advice(self._describe(), self.run.runner.secrets)
        repaired = (*settings.repaired, *sorted(paths))
        return replace(settings, notes=(*settings.notes, note), repaired=repaired)

    def _say_who_can_repair(self) -> str:
        if self.pull.number:
            return _NOT_YOURS if self.base else _STAYS_EMPTY
        return _NOT_COMMITTED if self.base else _STAYS_EMPTY_HERE

    def _read(self, sha: str) -> _Folder:
        also = tuple(each.path for each in self.broken)
        return _read(self.run.forge, self.run.inputs.templates, sha, also)

    def _refuse(self, hint: str) -> TemplatesError:
        folder = self.run.inputs.templates
        if not self.broken:
            return TemplatesError(
                "there is no template in this folder.",
                cause="The input `templates` names another folder, or its files are not merged "
                "yet.",
                remedy=f"{_DOCS} {hint}",
                path=folder,
                commit=self.commit,
            )
        first, *more = self.broken
        check = f"Check it with `code-review config check --templates {folder}`."
        return first.as_error(self.commit, more, remedy=f"{check} {_DOCS} {hint}")

    def _describe(self) -> str:
        if not self.broken:
            return (
                f"{self.run.inputs.templates} {self.commit} has no template, and this pull request "
                "adds the first: until it is merged, our own apply"
            )
        named = [f"{one.path} {self.commit} cannot be used ({one.reason})" for one in self.broken]
        several = len(named) > 1
        return (
            f"{', '.join(named[: template_parts.MOST_NAMED])}, and this pull request repairs "
            f"{'them' if several else 'it'}: until it is merged, our own "
            f"{'templates take their places' if several else 'template takes its place'}"
        )


def _find_problem(files: _Folder, path: str) -> TemplateProblem | None:
    """Return why a file cannot be used, None if there is no such file."""
    return files[path].find_problem() if path in files else None


def _name_remaining(problems: Sequence[TemplateProblem]) -> str:
    named = " ".join(
        f"In this pull request, {each.path} cannot be used either: {each.reason}."
        for each in problems[: template_parts.MOST_NAMED]
    )
    return f"{named} Repair all of them in one pull request."


def _read(forge: Forge, folder: str, sha: str, also: Sequence[str]) -> _Folder:
    """Read the folder at a commit; raises ForgeError if that fails.

    `also` are paths to look for where the forge does not list all.
    """
    paths, complete = _list(forge, template_parts.find_prefix(folder), sha)
    wanted = paths if complete else tuple(dict.fromkeys((*paths, *also)))
    pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="templates")
    try:
        files = tuple(pool.map(partial(_read_file, forge, sha, listed=complete), wanted))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return {each.path: each for each in files if each}


def _read_file(forge: Forge, sha: str, path: str, *, listed: bool) -> _TemplateFile | None:
    """Return a file of the folder, None if there is none.

    One that is `listed`, so it exists, and that has no known name is not read.
    """
    if listed and not template_parts.has_known_name(path):
        return _TemplateFile(path, None)
    try:
        text = forge.content(path, sha)
    except NotFoundError:
        # A folder, a submodule, a link that leads to nothing, or a file that is too large.
        return _TemplateFile(path, None)
    known = template_parts.has_known_name(path)
    return None if text is None else _TemplateFile(path, text if known else None)


def _list(forge: Forge, prefix: str, sha: str) -> tuple[Sequence[str], bool]:
    """Return the paths of the templates, and if they are all there are.

    Where the forge does not list all, they are those that may exist.
    """
    try:
        listed = forge.list_tree(sha)
    except ForgeError:
        listed = TreeListing((), complete=False)
    if listed.complete:
        return [path for path in listed.paths if template_parts.belongs(path, prefix)], True
    return [f"{prefix}{name}" for name in template_parts.NAMES], False


def _put(settings: Settings, files: Iterable[_TemplateFile]) -> Settings:
    texts = ((each.path.rpartition("/")[2], (each.text or b"").decode()) for each in files)
    parts = tuple(sorted(texts))
    asked = tuple(part for part in parts if template_parts.is_in_prompt(part[0]))
    shown = tuple(part for part in parts if not template_parts.is_in_prompt(part[0]))
    return replace(settings, prompt_parts=asked, comment_parts=shown)
