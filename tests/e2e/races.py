"""A race of two processes on one pull request, laid out beforehand by a seed."""

import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from subprocess import Popen

from tests.e2e.process import NUMBER, Step
from tests.loopback.failures import Around, Failure, Pass, status
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.run_result import RunResult
from tests.runs.model_scripts import CHAT

POST = "POST .*/issues/2/comments"
PATCH = "PATCH .*/issues/comments/"
READ = "graphql"
FILES = "GET .*/pulls/2/files"
WRITES = "(POST .*/issues/2/comments|PATCH .*/issues/comments/)"

# A request, and how many of its kind come before.
MOMENTS = [(READ, 0), (FILES, 0), (READ, 1), (POST, 0), (READ, 2), (CHAT, 0), (READ, 3), (PATCH, 0)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in a race; `None` and 0 mean that it does not.

    A request is named by its kind and by how many of its kind come before, in both processes.
    """

    # A finished review is there already.
    has_review: bool
    # The second process starts at a request of the first; a push comes just before, or never.
    second_at: tuple[str, int]
    pushed_between: bool
    # The head moves while both may run.
    pushed_at: tuple[str, int] | None
    # One of the two gets a signal.
    victim: int
    signal: int
    struck_at: tuple[str, int]
    # The write that is carried out and answered by 502.
    lost: int | None
    # Seconds by which some answers come late.
    delays: tuple[tuple[str, int, float], ...]

    @classmethod
    def of(cls, seed: int) -> "Plan":
        """Lay a race out; the same seed gives the same race."""
        chance = random.Random(seed)
        pushed_between = chance.random() < 0.4
        return cls(
            has_review=chance.random() < 0.4,
            second_at=chance.choice(MOMENTS),
            pushed_between=pushed_between,
            pushed_at=None if pushed_between or chance.random() < 0.5 else chance.choice(MOMENTS),
            victim=chance.randrange(2),
            signal=chance.choice((0, 0, 0, signal.SIGKILL, signal.SIGINT)),
            struck_at=chance.choice(MOMENTS),
            lost=chance.choice((None, None, 0, 1, 2)),
            delays=tuple(
                (*chance.choice(MOMENTS), chance.uniform(0.05, 0.5))
                for _ in range(chance.randrange(4))
            ),
        )


@dataclass
class Race:
    """Two steps with folders of their own against one GitHub."""

    plan: Plan
    step: Step
    github: LoopbackGitHub
    model: LoopbackModel
    processes: list[Popen[str]] = field(default_factory=list)
    # How many heads had been pushed when each of them started.
    known: list[int] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> list[RunResult]:
        """Carry the plan out and wait for both to end."""
        for moment, happening in self._happenings():
            self._at(moment, Around(before=happening))
        if self.plan.lost is not None:
            self._at((WRITES, self.plan.lost), status(502, processed=True))
        self._start()
        first = self._step(0).finish(self.processes[0])
        # Where the first ended before the moment came, it is now.
        self._follow()
        return [first, self._step(1).finish(self.processes[1])]

    @property
    def heads(self) -> list[str]:
        """All heads so far, in the order of the pushes."""
        return self.github.repository.heads[NUMBER]

    def _happenings(self) -> list[tuple[tuple[str, int], Callable[[], object]]]:
        plan = self.plan
        found: list[tuple[tuple[str, int], Callable[[], object]]] = [(plan.second_at, self._follow)]
        if plan.pushed_at:
            found.append((plan.pushed_at, self.push))
        if plan.signal:
            found.append((plan.struck_at, self._strike))
        for match, before, seconds in plan.delays:
            found.append(((match, before), self._late(seconds)))
        return found

    def _at(self, moment: tuple[str, int], fault: Failure) -> None:
        match, before = moment
        server = self.model if match == CHAT else self.github
        server.fail(match, *[Pass()] * before, fault)

    def _late(self, seconds: float) -> Callable[[], object]:
        return lambda: self.github.stopping.wait(seconds)

    def _step(self, number: int) -> Step:
        return replace(self.step, root=self.step.root / str(number))

    def _start(self) -> None:
        self.known.append(len(self.heads))
        self.processes.append(self._step(len(self.processes)).start())

    def _follow(self) -> None:
        with self._turn:
            if len(self.processes) > 1:
                return
            if self.plan.pushed_between:
                self.push()
            self._start()

    def push(self) -> None:
        """Move the head."""
        text = f"new = 2\n\nmore = {len(self.heads)}\n"
        self.github.push(NUMBER, {"src/app.py": text})

    def _strike(self) -> None:
        if self.plan.victim < len(self.processes):
            self.processes[self.plan.victim].send_signal(self.plan.signal)
