"""Counts how one review goes through the program: its hops, its modules, its looks at our comment.

`python -m bench.story` runs one review in this process, against the loopback servers: one file with
a finding that is verified and put at its line. Counts do not depend on how fast the machine is.
"""

import gc
import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from types import FrameType

from tests.invariants import Invariants
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import Body, LoopbackModel
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

PACKAGE = f"{Path(__file__).parents[1] / 'reviewer'}/"
# Functions that find our comment, decode its state, and read a snapshot of the pull request.
SEARCH = ("comments/upsert.py", "find")
DECODE = ("memory/state_line.py", "believe")
SNAPSHOT = ("adapters/github/forge.py", "snapshot")
# 500 and 60 before memory was signed and contents, not names, decided what is reviewed; 575 and 66
# before a request held many files, the head was read as one archive, unchanged code found in it,
# the team's rules reached every request, and a reply was read however it is spelt; 660 and 98
# before costs, keys of files, plans and guidelines had modules of their own, reads went on side by
# side, and the number of requests at a time was found out; 720 and 125 before places were links,
# code was shown as a diff, and coding agents got a text of their own; 780 and 130 before linked
# issues, a repaired settings file, live progress, two jobs at one comment and logins of apps had
# modules of their own; 920 and 149 before requests that ran out of time were closed, overrides
# were in the keys of files, a run finished what another had left, and addresses of other APIs were
# told from those of a server.
MOST_HOPS, MOST_MODULES = 965, 151


@dataclass
class Journey:
    """What a profiler sees of the program's functions while a review runs.

    `hops` counts, by both modules, two calls in a row on the main thread that enter different
    modules. `modules` are those entered by any thread, `calls` the calls that the program made
    itself, and all that read a snapshot.
    """

    hops: Counter[tuple[str, str]] = field(default_factory=Counter)
    modules: set[str] = field(default_factory=set)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    _last: str = ""

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count the calls of this thread, and of threads that begin inside, until the end."""
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event != "call" or code.co_name == "<module>" or not _is_ours(frame):
            return
        module = code.co_filename.removeprefix(PACKAGE)
        self.modules.add(module)
        # The tests' servers decode states too; the first snapshot is read by whoever starts a run.
        if _is_ours(frame.f_back) or (module, code.co_name) == SNAPSHOT:
            self.calls[module, code.co_name] += 1
        if threading.current_thread() is threading.main_thread():
            if self._last not in {"", module}:
                self.hops[self._last, module] += 1
            self._last = module


def _is_ours(frame: FrameType | None) -> bool:
    """Return True for a function of the program; compiled templates are no modules to read."""
    if frame is None:
        return False
    name = frame.f_code.co_filename
    return name.startswith(PACKAGE) and name.endswith(".py")


def answer(body: Body) -> str:
    """Find a problem in each file, keep it in the verification, and sum up."""
    if "Another reviewer" in body["messages"][-1]["content"]:
        verdict = {"finding": 1, "verdict": "keep", "severity": "high", "reason": "It is so."}
        return json.dumps({"verdicts": [verdict]})
    path = prompted_path(body)
    return (
        review_reply(path, {}) if path else json.dumps({"overview": "Sets.", "major_changes": []})
    )


def journey() -> Journey:
    """Review one pull request to warm up, then watch the review of another."""
    seen = Journey()
    _review(seen, watched=False)
    _forget()
    _review(seen, watched=True)
    return seen


def _forget() -> None:
    """Clear the program's caches: a run is a process of its own and knows nothing of another."""
    for each in gc.get_objects():
        if isinstance(each, _lru_cache_wrapper) and each.__module__.startswith("reviewer"):
            each.cache_clear()


def _review(seen: Journey, *, watched: bool) -> None:
    with LoopbackGitHub() as github, LoopbackModel(answer) as model, _folder() as folder:
        pull = github.add_pull(NUMBER)
        job = Job(github, model, folder, Invariants(github, model))
        if watched:
            with seen.watch():
                done = job.run(verify="on", inline="all")
        else:
            done = job.run(verify="on", inline="all")
        if done.code or not pull.threads:
            raise AssertionError(f"The review did not end as it should:\n{done.log}")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def main() -> int:
    """Print the counts with their bars; return 1 when one is missed."""
    seen = journey()
    snapshots = seen.calls[SNAPSHOT]
    rows = (
        ("changes from module to module, main thread", seen.hops.total(), MOST_HOPS),
        ("modules entered", len(seen.modules), MOST_MODULES),
        ("searches for our comment", seen.calls[SEARCH], snapshots),
        ("decoded states", seen.calls[DECODE], snapshots),
    )
    for name, count, bar in rows:
        print(f"{name}: {count} (bar: {bar})")
    return int(any(count > bar for _, count, bar in rows))


if __name__ == "__main__":
    sys.exit(main())
