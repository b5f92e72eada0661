"""Holds every run, whatever it is about, against the invariants I1 to I7 of the fault list."""

import json
import re
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.changes.selection import SHARD_NOTE
from reviewer.memory import state, state_line
from reviewer.memory.seal import Seal
from reviewer.redaction.run_secrets import Secrets
from reviewer.text import markdown
from tests.loopback.github import BOT, TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, LoopbackModel
from tests.loopback.runner_log import commands
from tests.loopback.state import Edit, IssueComment, Pull
from tests.run_result import RunResult

# Commands that the runner may get; "add-mask" hides a text.
ALLOWED_COMMANDS = frozenset({"notice", "warning", "error", "group", "endgroup", "add-mask"})
# Seconds that a process may need to start and to end, beside those that its deadline counts.
_AROUND = 10
_DEFAULT_TIMEOUT = 600

_MARKER = re.compile(r"<!-- code-review-action name=(\S+) v=1 -->")
_LABEL = re.compile(r"\[F\d+\]")
_MASKING = re.compile(r"^::add-mask::.*$", re.MULTILINE)
_CLEAN = "no problems found"
# Verdicts of pull requests whose own review is complete.
_WHOLE = ("clean", "findings", "excluded")
# GitHub takes no more than 1 MiB of summary; what is cut is said, and the JSON report has it.
_CUT = "The rest is left out"


@dataclass
class Invariants:
    """Watches the loopback servers while runs go on, then looks at what each run has left.

    I1 at most one comment for each instance; I2 a finished review is in the job summary before
    it is published; I3 no secret in anything that is written, or in a prompt; I4 what was left out
    is listed, and then nothing looks clean; I5 the deadline holds; I6 no runner command but ours;
    I7 no older head over a newer one.
    """

    github: LoopbackGitHub
    model: LoopbackModel
    secrets: list[str] = field(default_factory=lambda: [KEY, TOKEN])
    checked: int = 0
    # GitHub has no conditional write: of the moment between our last read and our write, only what
    # is there in the end applies.
    overtakes: bool = False
    # Of the runs that signed what they left: what nobody of them signed is none of our words.
    seals: list[Seal] = field(default_factory=list)
    _summaries: list[Path] = field(default_factory=list)
    _broken: list[str] = field(default_factory=list)
    _newest: dict[tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at each comment in the moment in which it changes."""
        self.github.repository.watchers += (self._watch, self._watch_order)

    def begin(self, summary: Path) -> None:
        """Announce a run that writes its job summary to this file."""
        self._summaries.append(summary)

    def check(
        self,
        finished: RunResult,
        *,
        timeout: str = "",
        told: Iterable[str] = (),
        secrets: Iterable[str] = (),
    ) -> None:
        """Raise AssertionError where a run broke an invariant.

        `timeout` is the input of that name, `told` what the run wrote elsewhere, such as reports,
        `secrets` what it was given beside those of every run.
        """
        self.checked += 1
        assert not self._broken, "\n".join(self._broken)
        objections = [
            *self._doubled(finished),
            *self._leaked(finished, told, secrets),
            *self._glossed_over(finished),
            *self._late(finished, timeout),
            *(f"I6: {objection}" for objection in injected_commands(finished.log)),
            *self._turned_back(),
        ]
        assert not objections, "\n".join(map(str, objections))

    def _watch(self, edit: Edit) -> None:
        """Hold a change of a comment against I2 and I7, before anybody reads it."""
        name, after, before = (
            _instance(edit.after),
            self._read(edit.after),
            self._known(edit.before),
        )
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

    def _watch_order(self, edit: Edit) -> None:
        """Hold a change against I7 in all comments together: the newest word gets no older."""
        if edit.author != BOT or self.overtakes:
            return
        here = [each for each in self._ours() if each.number == edit.number]
        others = [each.body for each in here if each.id != edit.id]
        for name in {_instance(edit.before), _instance(edit.after)} - {""}:
            before, after = (
                self._newest_of(edit.number, name, (*others, text))
                for text in (edit.before, edit.after)
            )
            if after < before:
                self._broken.append(f"I7: nothing is shown any more of head {before}")

    def _newest_of(self, number: int, name: str, bodies: Iterable[str]) -> int:
        """Number the newest head that some of the comments is about; -1 for none."""
        known = [self._read(body) for body in bodies if _instance(body) == name]
        return max((self._age(number, each) for each in known if each), default=-1)

    def _read(self, body: str) -> state.State | None:
        """Return the state that one of the runs believes."""
        believed = filter(None, (state_line.believe(body, seal) for seal in self.seals))
        return next(believed, None) if self.seals else state_line.decode(body)

    def _known(self, body: str) -> state.State:
        return self._read(body) or state.State()

    def _ours(self) -> list[IssueComment]:
        """List our comments that are no pointers."""
        comments = self.github.repository.comments
        return [each for each in comments if each.author == BOT and _instance(each.body)]

    def _doubled(self, finished: RunResult) -> Iterator[str]:
        if finished.code == -signal.SIGKILL:
            # What it could not finish any more is left to the next run.
            return
        places = [(comment.number, _instance(comment.body)) for comment in self._ours()]
        if len(places) > len(set(places)):
            yield f"I1: more than one comment: {places}"

    def _leaked(
        self, finished: RunResult, told: Iterable[str], secrets: Iterable[str]
    ) -> Iterator[str]:
        repository = self.github.repository
        threads = [thread for pull in repository.pulls.values() for thread in pull.threads]
        remarks = [remark for thread in threads for remark in thread.comments]
        texts = [comment.body for comment in repository.comments if comment.author == BOT]
        texts += [remark.body for remark in remarks if remark.author == BOT]
        proposed = [pull for pull in repository.pulls.values() if pull.author == BOT]
        texts += [f"{pull.title}\n{pull.body}\n{pull.head_tree}" for pull in proposed]
        texts += [json.dumps(run) for run in repository.check_runs]
        texts += [_MASKING.sub("", finished.log), finished.summary, *finished.outputs.values()]
        texts += [json.dumps(body.get("messages") or body["input"]) for body in self.model.bodies]
        for text in leaks((*self.secrets, *secrets), (*texts, *told)):
            yield f"I3: a secret in {text!r}"

    def _glossed_over(self, finished: RunResult) -> Iterator[str]:
        incomplete = finished.outputs.get("complete") == "false"
        told = _incomplete_sections(finished) if incomplete else []
        for text in (*told, *self._published(finished)):
            if incomplete and _CLEAN in text:
                yield f"I4: incomplete, and yet {_CLEAN!r}"
        for number, pull in self.github.repository.pulls.items():
            for comment in self._ours():
                if comment.number == number:
                    yield from _uncounted(comment.body, pull)
            if not incomplete and f" at {pull.head_sha[:7]}." in finished.summary:
                yield from _unlisted(finished.summary, pull)

    def _published(self, finished: RunResult) -> list[str]:
        wanted = finished.outputs.get("comment-id", "")
        comments = self.github.repository.comments
        return [comment.body for comment in comments if str(comment.id) == wanted]

    def _late(self, finished: RunResult, timeout: str) -> Iterator[str]:
        allowed = int(timeout) if timeout.isdigit() else _DEFAULT_TIMEOUT
        if finished.seconds > allowed + _AROUND:
            yield f"I5: {finished.seconds:.0f} s of {allowed} s"

    def _turned_back(self) -> Iterator[str]:
        for (number, name), newest in self._newest.items():
            for comment in self._ours():
                known = self._read(comment.body)
                here = (comment.number, _instance(comment.body)) == (number, name)
                if known and here and self._age(number, known) < newest:
                    yield f"I7: the comment is about {known.head_sha}, a newer one was there"

    def _age(self, number: int, known: state.State) -> int:
        """Number the heads of a pull request in the order of the pushes; -1 for none of them."""
        heads = self.github.repository.heads.get(number, [])
        return heads.index(known.head_sha) if known.head_sha in heads else -1


def _incomplete_sections(finished: RunResult) -> list[str]:
    """Return what the job summary says of incomplete reviews; a run may be about several."""
    listed = finished.outputs.get("pull-requests")
    if not listed:
        return [finished.summary]
    whole = {str(row["number"]) for row in json.loads(listed) if row["verdict"] in _WHOLE}
    sections = re.split(r"^# Pull request (\d+)$", finished.summary, flags=re.MULTILINE)
    pairs = zip(sections[1::2], sections[2::2], strict=True)
    return [text for number, text in pairs if number not in whole]


def injected_commands(log: str) -> list[str]:
    """List the runner's commands in a log that are none of ours."""
    names = [command.name for command in commands(log)]
    return [f"the runner carries out {name!r}" for name in names if name not in ALLOWED_COMMANDS]


def leaks(secrets: Iterable[str], texts: Iterable[str]) -> list[str]:
    """List the beginnings of texts that contain a secret, as it is or in disguise."""
    plain = list(secrets)
    known = Secrets(plain)
    return [
        text[:200]
        for text in texts
        if any(secret in text for secret in plain) or known.leaked_in(text)
    ]


def _uncounted(body: str, pull: Pull) -> Iterator[str]:
    """Say what a comment about the present head conceals of it."""
    known = state_line.decode(body)
    if known is None or known.head_sha != pull.head_sha:
        return
    if not known.complete and _CLEAN in body:
        yield f"I4: incomplete, and yet {_CLEAN!r}"
    if known.complete and known.reviewed_files + known.skipped_files < pull.counted_files:
        yield "I4: complete, and yet files are not counted"


def _unlisted(summary: str, pull: Pull) -> Iterator[str]:
    """Name the changed files of which a report has no row."""
    if _CUT in summary or SHARD_NOTE in summary:
        return
    for row in pull.files:
        if markdown.span(row.path) not in summary:
            yield f"I4: nothing is said of {row.path!r}"


def _instance(body: str) -> str:
    found = _MARKER.match(body)
    return found[1] if found else ""


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
