"""What there is of a review that ends early."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part, split
from reviewer.changes.selection import Selection
from reviewer.changes.without_lines import text_diff
from reviewer.config.settings import Settings
from reviewer.context.whole_change import WholeChange
from reviewer.errors import ModelRefusedError
from reviewer.findings.candidates import FileCandidates
from reviewer.pipeline.file_result import FileResult, PartResult
from reviewer.pipeline.plan import Plan
from reviewer.pipeline.progress import Progress
from reviewer.pipeline.review_batch import BatchReviewer, WholeResult
from reviewer.review.result import FileReport, Status
from tests import builders

FILE = ChangedFile("src/pay.py", "modified", text_diff.make_hunks("old = 1\n", "new = 2\n"))
FOUND = builders.finding()


@dataclass
class NobodyReads:
    """Reviews no file, and finds the same in what the request about the whole change said."""

    config: Settings = field(default_factory=Settings)

    def merge(self, file: ChangedFile, results: Sequence[PartResult]) -> FileResult:
        (failed,) = results
        assert isinstance(failed.result, ModelRefusedError)
        return FileResult(FileReport(file.path, Status.FAILED, failed.result.what))

    def find_new(self, _file: ChangedFile, before: FileResult, _: FileCandidates) -> FileResult:
        return FileResult(before.report, (FOUND,))


def begin(parts: tuple[Part, ...]) -> Progress:
    batches = (Batch(parts),)
    whole = WholeChange((FILE,), parts)
    plan = Plan(Selection((FILE,), ()), {}, (), batches, batches, whole)
    return Progress.begin(cast("BatchReviewer", NobodyReads()), plan)


def test_what_was_found_across_files_is_kept_when_a_file_of_it_could_not_be_read() -> None:
    parts = tuple(split(FILE, 10_000))
    progress = begin(parts)
    assert progress.plan.whole
    sections = {FILE.path: FileCandidates("", ())}
    assert progress.add(progress.plan.whole, WholeResult(sections)) == ()
    progress.close(progress.plan.batches, ModelRefusedError("The account is closed."))
    (result,) = progress.conclude()
    assert result.findings == (FOUND,)
    assert (result.report.status, result.report.verified) == (Status.FAILED, False)
