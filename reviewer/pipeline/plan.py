"""Decides what is asked about a change before any reply is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.changes.batches import Batch
from reviewer.changes.selection import Selection
from reviewer.config.enums import Batching, Verify
from reviewer.context.whole_change import AfterPush, WholeChange
from reviewer.pipeline import trivial_files
from reviewer.pipeline.file_result import FileResult
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.prompt import PlannedRequest
from reviewer.review.result import FileReport, Status


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked about a change before any reply is there.

    `kept` are the remembered results by path, `unread` those of files that only rules read. The
    files in `batches` are asked about in all `passes`. `whole` is what the request about the whole
    change shows, if there is one: where the batches see the change in pieces, and where the last
    review lacks it; `whole_last` says that it waits for all batches. Those of the small model come
    last, and are no such pieces. `unverified` are batches of kept files whose findings were never
    verified.
    """

    selection: Selection
    kept: Mapping[str, FileResult]
    unread: tuple[FileResult, ...]
    batches: tuple[Batch, ...]
    passes: tuple[Batch, ...]
    whole: WholeChange | None
    unverified: tuple[Batch, ...] = ()
    whole_last: bool = False

    @property
    def late_whole(self) -> WholeChange | None:
        """The request about the whole change if it waits for all batches and was not asked yet."""
        return self.whole if self.whole_last else None

    @classmethod
    def of(cls, reviewer: BatchReviewer, selection: Selection) -> "Plan":
        """Plan the review of all selected files whose results are not remembered."""
        kept = {file.path: row for file in selection.files if (row := reviewer.reuse(file))}
        asked = [file for file in selection.files if file.path not in kept]
        trivial = trivial_files.pack(reviewer, asked)
        proven = {path for batch in trivial for path in batch.paths}
        batches = reviewer.requests.pack([file for file in asked if file.path not in proven])
        if kept or batches:
            trivial = tuple(replace(batch, whole=False) for batch in trivial)
        if kept:
            # No batch holds the whole change.
            batches = tuple(replace(batch, whole=False) for batch in batches)
        shown = [file for file in selection.files if file.path not in proven]
        in_pieces = bool(batches) and not batches[0].whole
        # Where no file is asked about, the change is compared with what issues ask for by now.
        compares = bool(kept) and not (batches or trivial) and _asks_for_other(reviewer)
        # Another shard may lack it.
        lacks = bool(kept) and len(shown) > 1 and reviewer.previous.state.lacks_whole
        needs_whole = in_pieces or compares or lacks
        push = _find_push(reviewer, kept, batches)
        return cls(
            selection,
            kept,
            reviewer.read_by_rules(selection),
            (*batches, *trivial),
            (*reviewer.requests.add_second_pass(batches), *trivial),
            reviewer.requests.show_whole(shown, push)
            if needs_whole and reviewer.requests.batching is not Batching.FILE
            else None,
            _pack_unverified(reviewer, selection, kept),
            _left_files_unread(reviewer),
        )

    def measure(self, reviewer: BatchReviewer) -> tuple[PlannedRequest, ...]:
        """Return the requests that it takes, with the sizes of their prompts; asks no model.

        A verification is taken for as large as the review of its batch, which is nearly so.
        """
        whole = [_measure_whole(reviewer, self.whole)] if self.whole else []
        reviews = [(batch, _measure_batch(reviewer, batch)) for batch in self.passes]
        planned = [*whole, *(each for _, measured in reviews for each in measured)]
        if reviewer.config.verify is not Verify.OFF:
            planned += [
                replace(each, purpose="verification", certain=False)
                for batch, measured in reviews
                for each in measured
                if not (batch.second or batch.proofs)
            ]
            planned += [
                replace(each, purpose="verification")
                for batch in self.unverified
                for each in _measure_batch(reviewer, batch)
            ]
        files = self.selection.files
        if reviewer.requests.batching is Batching.FILE and len(self.batches) > 1:
            rows = [FileReport(file.path, Status.REVIEWED) for file in files]
            size = reviewer.prompts.overview(rows).size
            planned.append(PlannedRequest("overview", tuple(f.path for f in files), size))
        return tuple(planned)

    def order(self, reviewer: BatchReviewer) -> tuple[Batch | WholeChange, ...]:
        """Return the requests about the change, that about the whole of it first.

        It takes the longest. It is the last one where its price could leave a batch unread, and
        not among them if it waits for all batches.
        """
        if self.whole is None or self.whole_last:
            return self.passes
        sizes = [self.whole.size, *(batch.size for batch in self.passes)]
        if reviewer.concurrency > 1 and reviewer.client.can_afford(sizes):
            return (self.whole, *self.passes)
        return (*self.passes, self.whole)


def _left_files_unread(reviewer: BatchReviewer) -> bool:
    """Return True if an earlier run did not read all files: the rest comes before the whole.

    A server that answers one request in the time of a run would answer that about the whole in each
    run, and none about a file.
    """
    before = reviewer.previous.state
    return before.failed_files > 0 or bool(before.bills and not before.head_sha)


def _asks_for_other(reviewer: BatchReviewer) -> bool:
    """Return True if issues ask for something else than the change was compared with."""
    return reviewer.prompts.promises.identity not in {"", reviewer.previous.state.promises}


def _find_push(
    reviewer: BatchReviewer, kept: Mapping[str, FileResult], batches: Sequence[Batch]
) -> AfterPush | None:
    """Return which files a push has changed, None if all of the change must be shown once more.

    A comparison with issues needs a reader of everything.
    """
    if not kept or reviewer.previous.state.lacks_whole or reviewer.prompts.promises.issues:
        return None
    asked = frozenset(path for batch in batches for path in batch.paths)
    return AfterPush(asked, summaries={path: row.report.summary for path, row in kept.items()})


def _pack_unverified(
    reviewer: BatchReviewer, selection: Selection, kept: Mapping[str, FileResult]
) -> tuple[Batch, ...]:
    if reviewer.config.verify is Verify.OFF:
        return ()
    rows = {path for path, row in kept.items() if not row.report.verified}
    files = [f for f in selection.files if f.path in rows and kept[f.path].has_model_findings]
    return tuple(replace(batch, whole=False) for batch in reviewer.requests.pack(files))


def _measure_batch(reviewer: BatchReviewer, batch: Batch) -> tuple[PlannedRequest, ...]:
    """Return the requests about a batch as they would be sent first."""
    if batch.proofs:
        return (trivial_files.measure(reviewer, batch),)
    return tuple(
        PlannedRequest("review", piece.paths, reviewer.make_prompt(piece).size)
        for piece in reviewer.requests.fit(batch, reviewer.make_prompt)
    )


def _measure_whole(reviewer: BatchReviewer, change: WholeChange) -> PlannedRequest:
    """Return the request about the whole change as it would be sent first."""
    shown = reviewer.requests.fit_whole(change, reviewer.requests.context_window.room) or change
    prompt = reviewer.prompts.whole(reviewer.requests.make(Batch(shown.parts)), shown)
    return PlannedRequest("whole change", tuple(f.path for f in change.files), prompt.size)
