"""Loads the settings at the base commit; a broken file there is an error, unless it is repaired.

A pull request that repairs the file is reviewed with the workflow's settings alone. Otherwise
nobody could merge it, because every run fails as long as the file is broken.
"""

from dataclasses import dataclass, field, replace
from functools import partial

from reviewer.config import settings as config
from reviewer.config.config_error import ConfigError
from reviewer.config.repository import file_keys, file_places
from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.settings import Settings
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import NotFoundError
from reviewer.pipeline.worker_pool import start_in_thread
from reviewer.ports import Forge
from reviewer.pull_request import PullRequest
from reviewer.redaction.scan import mask_advice
from reviewer.run import base_learnings, own_parts
from reviewer.run.run import Run

_NOT_YOURS = (
    "This pull request did not cause the error. A pull request that repairs the file is reviewed "
    "with the workflow's settings alone."
)
_NOT_COMMITTED = "A change that repairs the file is reviewed without the file's settings."
_BEHIND = (
    "In this pull request the file is valid, but the branch does not have the broken version. If "
    "this is to repair it, merge the base branch into the branch first."
)
_FROM_FORK = (
    "This pull request repairs the file, but it comes from a fork, and until it is merged the "
    "file's `exclude` and `fail-on` do not apply. Look at the change; then someone in "
    "allowed-associations can start the review with a comment."
)


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a commit has of the repository's file.

    `misplaced` lists the paths at which no settings are read. `unreadable` is the error about what
    is no plain file; it names the commit, so two of them are not compared. `learnings` are the
    paths of learnings that the commit has, the wrong one included.
    """

    text: bytes | None
    misplaced: tuple[str, ...]
    is_plain: bool = True
    unreadable: ConfigError | None = field(default=None, compare=False)
    learnings: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, forge: Forge, sha: str) -> "SettingsFile":
        """Read the file, and look for misplaced ones beside that.

        Raises ForgeError if it cannot be read: that does not mean the defaults.
        """
        finding = start_in_thread(partial(forge.find_existing, file_places.LOOKED_FOR, sha))
        text: bytes | None = None
        unreadable: ConfigError | None = None
        try:
            text = forge.content(PATH, sha)
        except NotFoundError as odd:
            unreadable = ConfigError(odd.what, cause=odd.cause, remedy=odd.remedy)
        found = finding.result()
        misplaced = tuple(path for path in found if path in file_places.MISPLACED)
        learnings = tuple(path for path in found if path not in file_places.MISPLACED)
        return cls(text, misplaced, unreadable is None, unreadable, learnings)

    def load(self, inputs: Inputs) -> Settings:
        """Return the settings; raises ConfigError if the file is broken or in a wrong place."""
        notes = self._check()
        settings = config.load(inputs, self.text)
        return replace(settings, notes=(*settings.notes, *notes))

    def find_problem(self) -> ConfigError | None:
        """Return the error about the file, None for a valid one."""
        try:
            self._check()
            if self.text:
                file_keys.parse(self.text)
        except ConfigError as problem:
            return problem
        return None

    def _check(self) -> tuple[str, ...]:
        if self.unreadable:
            raise self.unreadable
        return file_places.check(self.misplaced, exists=self.text is not None)


def load(run: Run, pull: PullRequest) -> Settings:
    """Return the settings that apply to a pull request, with learnings and templates of its own.

    Raises ConfigError if the file or a template at the base commit is broken and the pull request
    does not repair it, InputError for an invalid pattern of the workflow, ForgeError if the file
    cannot be read.
    """
    file = SettingsFile.read(run.forge, pull.base_sha)
    try:
        settings = file.load(run.inputs)
    except ConfigError as broken:
        settings = _load_for_repair(run, pull, file, broken)
    if file.learnings:
        settings = base_learnings.add(settings, run, pull, file.learnings)
    if not run.inputs.templates:
        return settings
    return own_parts.add(settings, run, pull, base_learnings.name_base(pull))


def _load_for_repair(
    run: Run, pull: PullRequest, base: SettingsFile, broken: ConfigError
) -> Settings:
    """Return the workflow's settings if the pull request repairs the file, else raise the error.

    Whoever may push to the repository could change the file in an earlier pull request as well. A
    fork's author could not: a maintainer has to ask for that review.
    """
    commit = base_learnings.name_base(pull)
    head = SettingsFile.read(run.forge, pull.head_sha)
    remaining = head.find_problem()
    if head == base:
        hint = _NOT_YOURS if pull.number else _NOT_COMMITTED
        raise broken.read_at(commit, hint=hint) from None
    if remaining:
        here = f"In this pull request, {remaining.path or PATH} is not valid either"
        what = filter(None, (remaining.reason, remaining.cause, remaining.remedy))
        raise broken.read_at(commit, hint=f"{here}: {' '.join(what)}") from None
    start = run.forge.merge_base(pull.base_sha, pull.head_sha)
    if SettingsFile.read(run.forge, start) != base:
        raise broken.read_at(commit, hint=_BEHIND) from None
    if pull.from_fork and not run.wanted.requested:
        raise broken.read_at(commit, hint=_FROM_FORK) from None
    note = (
        f"{broken.path or PATH} {commit} cannot be used ({broken.reason.rstrip('.')}), and this "
        "pull request repairs it: until it is merged, the workflow's settings alone apply"
    )
    note = mask_advice(note, run.runner.secrets)
    return replace(config.load(run.inputs, None), notes=(note,), origin="", repaired=(PATH,))
