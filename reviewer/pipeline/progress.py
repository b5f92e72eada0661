"""Holds what the replies have made so far, and says what can be asked now that they are there."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from reviewer.changes.batches import Batch
from reviewer.config.enums import Verify
from reviewer.context.whole_change import WholeChange
from reviewer.errors import ContextTooLongError, ReviewerError
from reviewer.finding import Finding
from reviewer.findings.candidates import FileCandidates
from reviewer.pipeline import file_result, overview, verify_batch
from reviewer.pipeline.file_result import FileResult, PartResult
from reviewer.pipeline.overview import OverviewResult, Summaries
from reviewer.pipeline.plan import Plan
from reviewer.pipeline.reachability import Reachability
from reviewer.pipeline.review_batch import FINAL_ERRORS, BatchResult, BatchReviewer, WholeResult
from reviewer.pipeline.verdicts import Verdicts
from reviewer.pipeline.verify_batch import FindingsToVerify, Verified
from reviewer.review.promise import PromiseGap
from reviewer.review.result import Overview

log = logging.getLogger(__name__)

Task: TypeAlias = Batch | WholeChange | FindingsToVerify | Summaries
Result: TypeAlias = BatchResult | WholeResult | Verified | OverviewResult
# The number of the verification of what was found across files; the batches count from 0.
_ACROSS = -1


@dataclass(frozen=True, slots=True)
class Interim:
    """How far a review is: `read` of its `files` have a result.

    `findings` are all so far, and `new` those of files that were asked about; a verification may
    still drop some, and none is left out yet.
    """

    files: int
    read: int
    findings: tuple[Finding, ...]
    new: tuple[Finding, ...]


@dataclass(slots=True)
class Progress:
    """The results so far.

    `results` are those of files by path, before the verification: a file is in it once everything
    was asked about it. The same replies make the same review, in whatever order they come: what the
    verification left, and what was found across files, is added at the end. `batches` are those
    whose findings are verified: of a batch of the small model, what it leaves to the preferred one.
    Those of kept files are the last.
    `gaps` are the reported differences from linked issues, None if no reply compared the change.
    """

    reviewer: BatchReviewer
    plan: Plan
    results: dict[str, FileResult]
    parts: dict[str, list[PartResult]]
    batches: list[Batch]
    overview: Overview = field(default_factory=Overview)
    overview_problem: ReviewerError | None = None
    gaps: tuple[PromiseGap, ...] | None = None
    verdicts: Verdicts = field(default_factory=Verdicts)
    _across: dict[str, FileResult] = field(default_factory=dict)
    _whole_result: WholeResult | None = None
    _to_come: Counter[str] = field(default_factory=Counter)
    _asks_overview: bool = False
    _done: int = 0
    _again: int = 0
    _reachability: Reachability = field(default_factory=Reachability)

    @classmethod
    def begin(cls, reviewer: BatchReviewer, plan: Plan) -> "Progress":
        """Return the progress before the first reply."""
        to_come = Counter(path for batch in plan.passes for path in {*batch.paths})
        parts: dict[str, list[PartResult]] = {path: [] for path in to_come}
        batches = [*plan.batches, *plan.unverified]
        return cls(reviewer, plan, dict(plan.kept), parts, batches, _to_come=to_come)

    def start(self) -> tuple[Task, ...]:
        """Return what is asked first."""
        if total := self._total:
            asked = f"{total} request{'s' * (total != 1)}"
            self._log_count("Asking %s: %s", self.reviewer.client.preferred.name, asked)
        return (*self.plan.order(self.reviewer), *self._find_ready())

    def add(self, task: Task, result: Result) -> tuple[Task, ...] | ReviewerError:
        """Add what came back; return what can be asked now, or why nothing more can be."""
        self._log(task)
        following: tuple[Task, ...] = ()
        match task, result:
            case Batch(), BatchResult():
                following = self._leave_to_preferred(task, result.again)
                stop = self._add_batch(task, result)
            case WholeChange(), WholeResult():
                self._whole_result = result
                self.overview = result.overview if result.overview.text else self.overview
                self.gaps = None if result.problem else result.overview.gaps
                stop = result.problem if isinstance(result.problem, FINAL_ERRORS) else None
                if result.problem is None:
                    self._reachability.add_reply()
            case FindingsToVerify(), Verified():
                self.verdicts.add(task, result)
                if result.complete:
                    self._reachability.add_reply()
                return ()
            case Summaries(), OverviewResult():
                self.overview, self.overview_problem = result.overview, result.problem
                return ()
            case _:  # pragma: no cover  # each task has its own kind of result
                raise TypeError(task)
        return stop or (*following, *self._find_ready())

    def _log(self, task: Task) -> None:
        if isinstance(task, Batch | WholeChange):
            self._done += 1
            self._log_count("%d/%d %s", self._done, self._total, task.label)
        else:
            log.info("%s", task.label)

    @property
    def _total(self) -> int:
        return len(self.plan.passes) + self._again + bool(self.plan.whole)

    def _log_count(self, text: str, *values: object) -> None:
        """Log a line; a terminal draws its bar from the two numbers beside it."""
        log.info(text, *values, extra={"done": self._done, "total": self._total})

    def _leave_to_preferred(self, batch: Batch, again: Batch | None) -> tuple[Batch, ...]:
        """Return what the preferred model is asked about after the small one has read a batch."""
        if again is None:
            return ()
        self.batches[self.batches.index(batch)] = again
        self._to_come.update({*again.paths})
        self._again += 1
        return (again,)

    def _add_batch(self, batch: Batch, result: BatchResult) -> ReviewerError | None:
        if result.overview.text or result.overview.gaps:
            self.overview = result.overview
            self.gaps = self.gaps if batch.proofs else result.overview.gaps
        for each in result.results:
            self.parts[each.part.file.path].append(each)
        paths = {*batch.paths}
        self._to_come.subtract(paths)
        self._merge({path for path in paths if not self._to_come[path]})
        return self._reachability.add_batch(result.results)

    def _merge(self, paths: set[str]) -> None:
        for file in self.plan.selection.files:
            if file.path in paths:
                self.results[file.path] = self.reviewer.merge(file, self.parts[file.path])

    def _find_ready(self) -> Iterator[Task]:
        """Yield what waits for no other reply."""
        verifies = self.reviewer.config.verify is not Verify.OFF
        for number, batch in enumerate(self.batches if verifies else ()):
            waits = any(path not in self.results for path in batch.paths)
            if not waits and not self.verdicts.has_begun(number):
                yield from self._verify(number, batch)
        yield from self._find_across_files(verifies=verifies)
        if (late := self.plan.late_whole) and not any(self._to_come.values()):
            self.plan = replace(self.plan, whole_last=False)
            yield late
        yield from self._find_overview()

    def _verify(self, number: int, batch: Batch) -> Iterator[FindingsToVerify]:
        """Yield the verification of the model's findings whose lines a batch shows."""
        paths = dict.fromkeys(batch.paths)
        beside = [each for each in self.batches if not paths.keys().isdisjoint(each.paths)]
        found = [finding for path in paths for finding in self.results[path].findings]
        agreed = [finding for path in paths for finding in self.results[path].agreed]
        shown = dict(zip(map(id, beside), verify_batch.assign(beside, found), strict=True))
        yield from self.verdicts.begin(number, batch, shown[id(batch)][1], agreed)

    def _find_across_files(self, *, verifies: bool) -> Iterator[FindingsToVerify]:
        """Yield the verification of what was found across files, and is not in their results."""
        whole, result = self.plan.whole, self._whole_result
        if whole is None or result is None or self.verdicts.has_begun(_ACROSS):
            return
        if any(path not in self.results for path in result.sections):
            return
        self._add_across(result)
        found = tuple(f for added in self._across.values() for f in added.findings)
        shown = Batch(whole.parts)
        yield from self.verdicts.begin(_ACROSS, shown, found if verifies and shown.parts else ())

    def _add_across(self, result: WholeResult) -> None:
        for file in self.plan.selection.files:
            if section := result.sections.get(file.path):
                before = self.results[file.path]
                self._across[file.path] = self.reviewer.find_new(file, before, section)

    def _find_overview(self) -> Iterator[Summaries]:
        """Yield the request for the overview, once every row is there and no reply gave one."""
        files = self.plan.selection.files
        waits = len(self.results) < len(files) or (self.plan.whole and not self._whole_result)
        if waits or self.overview.text or self._asks_overview:
            return
        self._asks_overview = True
        rows = [self.results[file.path].report for file in files]
        rows += [each.report for each in self.plan.unread]
        match overview.choose(self.reviewer, rows, len(self.parts)):
            case Overview() as chosen:
                self.overview = chosen
            case Summaries() as summaries:
                yield summaries

    @property
    def interim(self) -> Interim:
        """What there is so far, with what the verifications have left."""
        judged = self.verdicts.apply(self.results)
        found = tuple(finding for each in judged.values() for finding in each.findings)
        new = tuple(finding for finding in found if finding.path in self.parts)
        return Interim(len(self.plan.selection.files), len(self.results), found, new)

    def close(self, left: Sequence[Task], stop: ReviewerError | None) -> None:
        """Give the parts that were not asked about the error that stopped the asking."""
        for task in left:
            if stop and isinstance(task, Batch):
                for part in task.parts:
                    self.parts[part.file.path].append(PartResult(part, stop, task.second))
        self._merge({path for path in self.parts if path not in self.results})
        if self._whole_result and not self.verdicts.has_begun(_ACROSS):
            # Paid for, although the files in which it found something were not all read.
            self._add_across(self._whole_result)

    @property
    def lacks_whole(self) -> bool:
        """True if the next run is to read the whole; where the window is too small, it cannot."""
        problem = self._whole_result.problem if self._whole_result else None
        return bool(self.whole_problem) and not isinstance(problem, ContextTooLongError)

    @property
    def whole_problem(self) -> str:
        """Why the change was not read as a whole, although that was planned; "" if it was."""
        if self.plan.whole is None:
            return ""
        result = self._whole_result
        if result is None:
            return "it was not asked for any more"
        if any(each.truncated or each.dropped.malformed for each in result.sections.values()):
            return "a part of its reply could not be read"
        return result.problem.what if result.problem else ""

    def drop_cut(self) -> None:
        """Give up replies to prompts that the server had cut, as only a later one has shown.

        Findings stay, because each quotes what the model saw, but their files are incomplete.
        """
        client = self.reviewer.client
        if not client.window.has_cut:
            return
        find_cut = partial(client.window.find_late_cut, model=client.preferred.name)
        problem: ReviewerError | None = None
        dropped: set[str] = set()
        for path, results in self.parts.items():
            for at, each in enumerate(tuple(results)):
                if cut := find_cut(each.usage):
                    failed = replace(each, result=cut, usage=None)
                    if isinstance(each.result, FileCandidates) and each.result.candidates:
                        results.append(failed)
                    else:
                        results[at] = failed
                    problem = cut
                    dropped.add(path)
        self._merge(dropped)
        self.verdicts.drop(lambda usage: find_cut(usage) is not None)
        if self._whole_result and (cut := find_cut(self._whole_result.usage)):
            self._across.clear()
            self._whole_result = WholeResult(problem=cut)
            problem = cut
        if problem:
            log.warning("Replies from before this was known are not used: %s", problem.what)
            self.overview, self.overview_problem, self.gaps = Overview(), problem, None

    def conclude(self) -> tuple[FileResult, ...]:
        """Return the results of all files after the verification, in the order of the selection."""
        judged = self.verdicts.apply(self.results)
        for path, added in self.verdicts.apply(self._across).items():
            judged[path] = file_result.join(judged[path], added)
        unverified = self.find_unverified()
        ordered = (judged[file.path] for file in self.plan.selection.files)
        return tuple(each.mark(unverified) for each in (*ordered, *self.plan.unread))

    def find_unverified(self) -> tuple[str, ...]:
        """Return the paths of the files of which a finding of the model was never verified."""
        if self.reviewer.config.verify is Verify.OFF:
            return ()
        left = (path for path, row in self.plan.kept.items() if not row.report.verified)
        found = [f for path in (*self.parts, *left) for f in self.results[path].findings]
        found += [f for added in self._across.values() for f in added.findings]
        unread = (row.report.path for row in self.plan.unread if not row.report.verified)
        return (*self.verdicts.find_unverified(found), *unread)
