"""Asks about all batches and the whole change, and collects what comes back."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from reviewer.changes.batches import Batch
from reviewer.context.whole_change import WholeChange
from reviewer.errors import ModelUnreachableError, ReviewerError
from reviewer.findings.candidates import FileCandidates
from reviewer.pipeline import trivial_files
from reviewer.pipeline.file_result import PartResult
from reviewer.pipeline.review_batch import (
    FINAL_ERRORS,
    BatchResult,
    BatchReviewer,
    WholeResult,
)
from reviewer.pipeline.worker_pool import run_all
from reviewer.review import Overview

log = logging.getLogger(__name__)

_Task: TypeAlias = Batch | WholeChange


@dataclass(slots=True)
class Replies:
    """The results of the batches by path, with the overview of the reply that gave one.

    `whole` holds the sections of the reply about the whole change, `stop` the error that ended the
    asking early.
    """

    by_path: dict[str, list[PartResult]]
    overview: Overview = field(default_factory=Overview)
    whole: Mapping[str, FileCandidates] = field(default_factory=dict)
    stop: ReviewerError | None = None

    def add(self, result: BatchResult | WholeResult) -> ReviewerError | None:
        """Add what came back; return the error after which no more is asked."""
        if result.overview.text:
            self.overview = result.overview
        match result:
            case BatchResult(results=results):
                for each in results:
                    self.by_path[each.part.file.path].append(each)
                return self._reason_to_stop(results)
            case WholeResult(sections=sections, problem=problem):
                self.whole = sections
                return problem if isinstance(problem, FINAL_ERRORS) else None

    def _reason_to_stop(self, results: Sequence[PartResult]) -> ReviewerError | None:
        for each in results:
            if isinstance(each.result, FINAL_ERRORS):
                return each.result
            # A server that has replied before may reply again.
            if isinstance(each.result, ModelUnreachableError) and not self._has_reply():
                return each.result
        return None

    def _has_reply(self) -> bool:
        results = (each for of_file in self.by_path.values() for each in of_file)
        return any(isinstance(each.result, FileCandidates) for each in results)


def ask_batches(
    reviewer: BatchReviewer, batches: Sequence[Batch], whole: WholeChange | None
) -> Replies:
    """Ask about all batches, and about the whole change if it is given.

    Parts that are not asked about get what stopped the asking.
    """
    replies = Replies({path: [] for batch in batches for path in batch.paths})
    tasks: list[_Task] = [*batches, *filter(None, (whole,))]
    done = 0

    def note(task: _Task, result: BatchResult | WholeResult) -> ReviewerError | None:
        nonlocal done
        done += 1
        log.info("%d/%d %s", done, len(tasks), task.label)
        return replies.add(result)

    def ask(task: _Task) -> BatchResult | WholeResult:
        if isinstance(task, Batch) and task.proofs:
            return trivial_files.read(reviewer, task)
        return reviewer.ask(task)

    left, replies.stop = run_all(tasks, ask, concurrency=reviewer.concurrency, on_result=note)
    for task in left:
        if replies.stop and isinstance(task, Batch):
            for part in task.parts:
                result = PartResult(part, replies.stop, task.second)
                replies.by_path[part.file.path].append(result)
    return replies
