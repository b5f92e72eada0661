"""Holds every run, whatever it is about, against the invariants I1 to I7 of the fault list."""

import json
import re
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reviewer import neutraliser, sharding, state
from reviewer.redaction import Secrets
from tests.finished import Finished
from tests.loopback.github import BOT, TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, LoopbackModel
from tests.loopback.runner_log import commands
from tests.loopback.state import Edit, Pull

# What the runner may be told; "add-mask" is how it learns what to hide.
ALLOWED_COMMANDS = frozenset({"notice", "warning", "error", "group", "endgroup", "add-mask"})
# Seconds that a process may need to start and to end, beside those that its deadline counts.
_AROUND = 10
_DEFAULT_TIMEOUT = 600

_MARKER = re.compile(r"<!-- code-review-action name=(\S+) v=1 -->")
_LABEL = re.compile(r"\[F\d+\]")
_MASKING = re.compile(r"^::add-mask::.*$", re.MULTILINE)
_CLEAN = "no problems found"
# GitHub takes no more than 1 MiB of summary; what is cut is said, and the JSON report has it.
_CUT = "The rest is left out"


@dataclass
class Invariants:
    """Watches the loopback servers while runs go on, then looks at what each run has left.

    I1 at most one comment for each instance; I2 a finished review stands in the job summary before
    it is published; I3 no secret in anything that is written, or in a prompt; I4 what was left out
    is listed, and then nothing looks clean; I5 the deadline holds; I6 no runner command but ours;
    I7 no older head over a newer one.
    """

    github: LoopbackGitHub
    model: LoopbackModel
    secrets: list[str] = field(default_factory=lambda: [KEY, TOKEN])
    checked: int = 0
    # GitHub has no conditional write: of the moment between our last read and our write, only what
    # stands in the end counts.
    overtakes: bool = False
    _summaries: list[Path] = field(default_factory=list)
    _broken: list[str] = field(default_factory=list)
    _newest: dict[tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at each comment in the moment in which it changes."""
        self.github.repository.watchers.append(self._watch)

    def begin(self, summary: Path) -> None:
        """Announce a run that writes its job summary to this file."""
        self._summaries.append(summary)

    def check(self, finished: Finished, *, timeout: str = "", told: Iterable[str] = ()) -> None:
        """Raise AssertionError where a run broke an invariant.

        `timeout` is the input of that name, `told` what the run wrote elsewhere, such as reports.
        """
        self.checked += 1
        assert not self._broken, "\n".join(self._broken)
        objections = [
            *self._doubled(finished),
            *self._leaked(finished, told),
            *self._glossed_over(finished),
            *self._late(finished, timeout),
            *_commanded(finished),
            *self._turned_back(),
        ]
        assert not objections, "\n".join(map(str, objections))

    def _watch(self, edit: Edit) -> None:
        """Hold a change of a comment against I2 and I7, before anybody reads it."""
        name, after, before = _instance(edit.after), state.decode(edit.after), _known(edit.before)
        if edit.author != BOT or after is None or not name:
            return
        if _reviewed(after) != _reviewed(before):
            labels = frozenset(_LABEL.findall(edit.after))
            known = map(_labels, self._summaries)
            if not any(there is None or labels <= there for there in known):
                self._broken.append(f"I2: {labels} published before the summary has them")
        age = self._age(edit.number, after)
        if age < self._age(edit.number, before) and not self.overtakes:
            self._broken.append(f"I7: {after.head_sha} written over {before.head_sha}")
        place = edit.number, name
        self._newest[place] = max(self._newest.get(place, -1), age)

    def _ours(self, number: int = 0) -> list[str]:
        """List our comments that are no pointers."""
        return [
            comment.body
            for comment in self.github.repository.comments
            if comment.author == BOT and _instance(comment.body) and number in {0, comment.number}
        ]

    def _doubled(self, finished: Finished) -> Iterator[str]:
        if finished.code == -signal.SIGKILL:
            # What it could not finish any more is left to the next run.
            return
        places = [
            (comment.number, _instance(comment.body))
            for comment in self.github.repository.comments
            if comment.author == BOT and _instance(comment.body)
        ]
        if len(places) > len(set(places)):
            yield f"I1: more than one comment: {places}"

    def _leaked(self, finished: Finished, told: Iterable[str]) -> Iterator[str]:
        repository = self.github.repository
        threads = [thread for pull in repository.pulls.values() for thread in pull.threads]
        remarks = [remark for thread in threads for remark in thread.comments]
        texts = [comment.body for comment in repository.comments if comment.author == BOT]
        texts += [remark.body for remark in remarks if remark.author == BOT]
        texts += [json.dumps(run) for run in repository.check_runs]
        texts += [_MASKING.sub("", finished.log), finished.summary, *finished.outputs.values()]
        texts += [json.dumps(body["messages"]) for body in self.model.bodies]
        known = Secrets(self.secrets)
        for text in (*texts, *told):
            if any(secret in text for secret in self.secrets) or known.leaked_in(text):
                yield f"I3: a secret in {text[:200]!r}"

    def _glossed_over(self, finished: Finished) -> Iterator[str]:
        incomplete = finished.outputs.get("complete") == "false"
        for text in (finished.summary, *self._published(finished)):
            if incomplete and _CLEAN in text:
                yield f"I4: incomplete, and yet {_CLEAN!r}"
        for number, pull in self.github.repository.pulls.items():
            for body in self._ours(number):
                yield from _uncounted(body, pull)
            if not incomplete and f" at {pull.head_sha[:7]}." in finished.summary:
                yield from _unlisted(finished.summary, pull)

    def _published(self, finished: Finished) -> list[str]:
        wanted = finished.outputs.get("comment-id", "")
        comments = self.github.repository.comments
        return [comment.body for comment in comments if str(comment.id) == wanted]

    def _late(self, finished: Finished, timeout: str) -> Iterator[str]:
        allowed = int(timeout) if timeout.isdigit() else _DEFAULT_TIMEOUT
        if finished.seconds > allowed + _AROUND:
            yield f"I5: {finished.seconds:.0f} s of {allowed} s"

    def _turned_back(self) -> Iterator[str]:
        for (number, name), newest in self._newest.items():
            for body in self._ours(number):
                known = state.decode(body)
                if known and _instance(body) == name and self._age(number, known) < newest:
                    yield f"I7: the comment is about {known.head_sha}, a newer one stood there"

    def _age(self, number: int, known: state.State) -> int:
        """Number the heads of a pull request in the order of the pushes; -1 for none of them."""
        heads = self.github.repository.heads.get(number, [])
        return heads.index(known.head_sha) if known.head_sha in heads else -1


def _commanded(finished: Finished) -> Iterator[str]:
    for command in commands(finished.log):
        if command.name not in ALLOWED_COMMANDS:
            yield f"I6: the runner carries out {command.name!r}"


def _uncounted(body: str, pull: Pull) -> Iterator[str]:
    """Say what a comment about the present head conceals of it."""
    known = state.decode(body)
    if known is None or known.head_sha != pull.head_sha:
        return
    if not known.complete and _CLEAN in body:
        yield f"I4: incomplete, and yet {_CLEAN!r}"
    if known.complete and known.reviewed_files + known.skipped_files < pull.counted_files:
        yield "I4: complete, and yet files are not counted"


def _unlisted(summary: str, pull: Pull) -> Iterator[str]:
    """Name the changed files of which a report has no row."""
    if _CUT in summary or sharding.NOTE in summary:
        return
    for row in pull.files:
        if neutraliser.span(row.path) not in summary:
            yield f"I4: nothing is said of {row.path!r}"


def _instance(body: str) -> str:
    found = _MARKER.match(body)
    return found[1] if found else ""


def _known(body: str) -> state.State:
    return state.decode(body) or state.State()


def _reviewed(known: state.State) -> tuple[object, ...]:
    """What of a state is a review; the rest changes by commands."""
    return known.head_sha, known.key, tuple((unit.path, unit.key) for unit in known.units)


def _labels(summary: Path) -> frozenset[str] | None:
    """Read which findings a job summary names; None where there was no room to write them all."""
    if not summary.exists():
        return frozenset()
    if not summary.is_file() or _CUT in (text := summary.read_text("utf-8")):
        return None
    return frozenset(_LABEL.findall(text))
