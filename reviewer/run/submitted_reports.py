"""Takes reviews that other runs have made as what they are: a stranger's word about a change."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import SHARD_NOTE
from reviewer.config.shard import Shard
from reviewer.errors import ModelError, ReviewerError
from reviewer.findings import placement
from reviewer.outputs import review_report
from reviewer.pipeline.file_result import BatchResult
from reviewer.review import FileReport, Overview, Review, Spent, Status
from reviewer.text import truncate

_MOST_CUTS = 20
_LONGEST_REASON = 300
_MOST_MODELS = 5
_LONGEST_MODEL = 100
_MOST_NOTES = 10
_MOST_CHANGES = 10
# Characters of each overview, of all overviews: a reader wants one, not eight.
_SHORT = 200
_LONG = 2_000


@dataclass(frozen=True, slots=True)
class SubmittedReports:
    """The reports that count, and what is to be said of those that do not.

    `count` is into how many shards the review was divided, `stale` whether reports were left out
    because they are about another head.
    """

    reviews: tuple[Review, ...]
    complaints: tuple[str, ...] = ()
    count: int = 1
    stale: bool = False

    @property
    def missing_shards(self) -> tuple[int, ...]:
        """Number the shards without a report."""
        if any(review.shard is None for review in self.reviews):
            return ()
        there = {review.shard.number for review in self.reviews if review.shard}
        return tuple(number for number in range(1, self.count + 1) if number not in there)

    def make_notes(self, known: Collection[str]) -> tuple[str, ...]:
        """Say what readers must know about where the review comes from, but what is `known`."""
        said = dict.fromkeys(note for review in self.reviews for note in review.notes)
        quoted = [
            f"a reviewing run says: {truncate.line(note, _LONGEST_REASON)}"
            for note in said
            if note not in known and not note.startswith(SHARD_NOTE)
        ]
        absent = [f"the report of shard {n}/{self.count} is missing" for n in self.missing_shards]
        return (*self.complaints, *absent, *quoted)[:_MOST_NOTES]

    def add_up_spent(self) -> Spent:
        """Add up what the runs say that they took."""
        spent = [review.spent for review in self.reviews]
        costs = [each.cost for each in spent]
        models = dict.fromkeys(model for each in spent for model in each.models)
        return Spent(
            requests=sum(each.requests for each in spent),
            input_tokens=sum(each.input_tokens for each in spent),
            output_tokens=sum(each.output_tokens for each in spent),
            cost=None if None in costs else sum(filter(None, costs), Decimal(0)),
            models=tuple(truncate.line(model, _LONGEST_MODEL) for model in models)[:_MOST_MODELS],
        )

    def join_overviews(self) -> Overview:
        """Join what the runs say about their parts of the change; one in turn after the other."""
        said = [each.overview for each in self.reviews if each.overview.text]
        if not said:
            return Overview()
        told = [each.shortened() for each in said]
        text = "\n\n".join(_shorten_part(each.text, len(told)) for each in told)
        longest = max(len(each.major_changes) for each in told)
        rows = (each.major_changes[at : at + 1] for at in range(longest) for each in told)
        return Overview(text, tuple(change for row in rows for change in row)[:_MOST_CHANGES])

    def rows_by_path(self) -> Mapping[str, Sequence[FileReport]]:
        """Return what the reports say, by path; the first word that each has on a file counts."""
        told: dict[str, list[FileReport]] = {}
        for review in self.reviews:
            for path, row in {row.path: row for row in reversed(review.files)}.items():
                told.setdefault(path, []).append(row)
        return told

    def read_file(
        self, file: ChangedFile, told: Iterable[FileReport], owner: Mapping[str, int]
    ) -> list[BatchResult]:
        """Return what the reports say of a file, each as the result of a batch that is the file."""
        answers = [_read_row(file, row) for row in told]
        return answers or [
            BatchResult(_make_batch(file), ModelError(self._explain_missing_rows(file, owner)))
        ]

    def _explain_missing_rows(self, file: ChangedFile, owner: Mapping[str, int]) -> str:
        number = owner[file.path]
        if number in self.missing_shards:
            return f"the report of shard {number}/{self.count} is missing"
        return "no report speaks of it"


def accept(reports: Iterable[tuple[str, bytes | ReviewerError]], head_sha: str) -> SubmittedReports:
    """Read the reports, each a name and its content; keep those about `head_sha`, each shard once.

    What does not count is named, save for reports about another head: they only came late.
    """
    complaints: list[str] = []
    about: list[tuple[str, Review]] = []
    stale = False
    for source, data in reports:
        try:
            review = review_report.parse(data) if isinstance(data, bytes) else _raise(data)
        except ReviewerError as problem:
            complaints.append(f"{_name_report(source)}: {problem.what}")
            continue
        if review.head_sha == head_sha:
            about.append((source, review))
        else:
            stale = True
    count = _choose_count(review for _, review in about)
    kept: list[Review] = []
    taken = set[Shard | None]()
    for source, review in about:
        if review.shard and review.shard.count != count:
            complaints.append(
                f"{_name_report(source)}: it is shard {review.shard}, not one of {count}"
            )
        elif review.shard in taken:
            share = f"shard {review.shard}" if review.shard else "a report of all files"
            complaints.append(f"{_name_report(source)}: {share} was there before")
        else:
            kept.append(review)
            taken.add(review.shard)
    return SubmittedReports(tuple(kept), tuple(complaints), count, stale)


def _raise(problem: ReviewerError) -> Review:
    raise problem


def _name_report(source: str) -> str:
    return f"the report {truncate.line(source, _LONGEST_REASON)}"


def _choose_count(reviews: Iterable[Review]) -> int:
    """Return the division that most reports speak of; of several, the finest."""
    counts = Counter(review.shard.count for review in reviews if review.shard)
    return max(counts, key=lambda count: (counts[count], count), default=1)


def _make_batch(file: ChangedFile, cuts: tuple[str, ...] = ()) -> Batch:
    return Batch(file, file.hunks, cuts=cuts)


def _read_row(file: ChangedFile, row: FileReport) -> BatchResult:
    """Read one row and its findings within the limits that a model's reply has."""
    cuts = tuple(truncate.line(cut, _LONGEST_REASON) for cut in row.cuts[:_MOST_CUTS])
    part = _make_batch(file, cuts)
    if row.status is not Status.REVIEWED:
        reason = truncate.line(row.reason, _LONGEST_REASON) or "no reason was given"
        skipped = "left out by the run that reviewed: " if row.status is Status.SKIPPED else ""
        return BatchResult(part, ModelError(f"{skipped}{reason}"))
    rows = [finding.candidate.members for finding in row.findings]
    return BatchResult(
        part, placement.collect_candidates(rows, path=file.path, summary=row.summary)
    )


def _shorten_part(text: str, parts: int) -> str:
    return text if parts == 1 else truncate.shorten(text, max(_SHORT, _LONG // parts))
