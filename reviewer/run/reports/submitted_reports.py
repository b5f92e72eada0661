"""Checks the reports of other runs, which are untrusted, and joins those of several shards."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part
from reviewer.changes.selection import SHARD_NOTE
from reviewer.config.repository.learnings import Learning
from reviewer.config.shard import Shard
from reviewer.errors import ModelError, ReviewerError
from reviewer.finding import Origin
from reviewer.findings import candidates
from reviewer.outputs import review_report
from reviewer.pipeline.file_result import PartResult
from reviewer.review.result import FileReport, GivenLearning, Overview, Review, Status, Withheld
from reviewer.review.spending import Bill, PurposeCost, Spent
from reviewer.text import digest, truncate

_MOST_CUTS = 20
_LONGEST_REASON = 300
_MOST_MODELS = 5
_LONGEST_MODEL = 100
_MOST_NOTES = 10
_MOST_PURPOSES = 5
_LONGEST_PURPOSE = 20
_MOST_CHANGES = 10
# Characters: the least that each overview may have, and all of them together.
_SHORT = 200
_LONG = 2_000


@dataclass(frozen=True, slots=True)
class SubmittedReports:
    """The accepted reports, and complaints about the others.

    `memories` are what the reports say that their runs remember, packed and untrusted. `count` is
    the number of shards that the review was divided into. `stale` says that reports about another
    head were ignored.
    """

    reviews: tuple[Review, ...]
    complaints: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()
    count: int = 1
    stale: bool = False

    @property
    def missing_shards(self) -> tuple[int, ...]:
        """The numbers of the shards without a report, from 1."""
        if any(review.shard is None for review in self.reviews):
            return ()
        there = {review.shard.number for review in self.reviews if review.shard}
        return tuple(number for number in range(1, self.count + 1) if number not in there)

    @property
    def tool_problems(self) -> tuple[str, ...]:
        """Why findings of other tools may be missing, according to the reports."""
        found = dict.fromkeys(text for review in self.reviews for text in review.tool_problems)
        quoted = [truncate.line(text, _LONGEST_REASON) for text in found]
        return tuple(quoted[:_MOST_NOTES])

    def make_notes(self, known: Collection[str]) -> tuple[str, ...]:
        """Return notes on rejected and missing reports, and the reports' own but for `known`."""
        reported = dict.fromkeys(note for review in self.reviews for note in review.notes)
        quoted = [
            f"a reviewing run says: {truncate.line(note, _LONGEST_REASON)}"
            for note in reported
            if note not in known and not note.startswith(SHARD_NOTE)
        ]
        absent = [f"the report of shard {n}/{self.count} is missing" for n in self.missing_shards]
        return (*self.complaints, *absent, *quoted)[:_MOST_NOTES]

    def add_up_spent(self) -> Spent:
        """Return the sum of what the reports say; the cost is None if one of them does not know."""
        spent = [review.spent for review in self.reviews]
        costs, charged = [each.cost for each in spent], [each.dollars for each in spent]
        models = dict.fromkeys(model for each in spent for model in each.models)
        return Spent(
            requests=sum(each.requests for each in spent),
            input_tokens=sum(each.input_tokens for each in spent),
            output_tokens=sum(each.output_tokens for each in spent),
            cost=None if None in costs else sum(filter(None, costs), Decimal(0)),
            models=tuple(truncate.line(model, _LONGEST_MODEL) for model in models)[:_MOST_MODELS],
            cached_tokens=sum(each.cached_tokens for each in spent),
            written_tokens=sum(each.written_tokens for each in spent),
            reasoning_tokens=sum(each.reasoning_tokens for each in spent),
            charged=None if None in charged else sum(filter(None, charged), Decimal(0)),
            by_purpose=_add_up_purposes([cost for each in spent for cost in each.by_purpose]),
        )

    def list_bills(self, began: int) -> tuple[Bill, ...]:
        """Return a bill for each report; `began` is the start of this run in Unix seconds.

        A report names its run, so that it is added once, however often it is published or restored.
        """
        return tuple(Bill.of(_identify_run(review), began, review.spent) for review in self.reviews)

    def add_up_dropped(self) -> Withheld:
        """Return the numbers of findings that the reviewing runs could not read or place."""
        dropped = [each.withheld for each in self.reviews]
        return Withheld(
            malformed=sum(each.malformed for each in dropped),
            unplaced=sum(each.unplaced for each in dropped),
        )

    def join_learnings(self, known: Sequence[Learning], most: int) -> tuple[GivenLearning, ...]:
        """Add up for how many files each learning was used, `most` at the most.

        `known` are those of the base commit: a report is untrusted, and may name others.
        """
        files: Counter[str] = Counter()
        for given in (each for review in self.reviews for each in review.learnings):
            files[given.text] += max(0, given.files)
        return tuple(
            GivenLearning(each.text, each.origin, min(files[each.text], most))
            for each in dict.fromkeys(known)
            if files[each.text]
        )

    def join_overviews(self) -> Overview:
        """Join the overviews of all reports; major changes are taken from each in turn."""
        parts = [each.overview.shorten() for each in self.reviews if each.overview.text]
        if not parts:
            return Overview()
        text = "\n\n".join(_shorten_part(part.text, len(parts)) for part in parts)
        longest = max(len(part.major_changes) for part in parts)
        rows = (part.major_changes[at : at + 1] for at in range(longest) for part in parts)
        return Overview(text, tuple(change for row in rows for change in row)[:_MOST_CHANGES])

    def rows_by_path(self) -> Mapping[str, Sequence[FileReport]]:
        """Map each path to its rows, one from each report; of repeated rows, the first."""
        rows: dict[str, list[FileReport]] = {}
        for review in self.reviews:
            for path, row in {row.path: row for row in reversed(review.files)}.items():
                rows.setdefault(path, []).append(row)
        return rows

    def read_file(
        self, file: ChangedFile, rows: Iterable[FileReport], owner: Mapping[str, int]
    ) -> list[PartResult]:
        """Return each row of a file as the result of a part that holds the whole file.

        A file without a row gets an error that says why; `owner` maps paths to shard numbers.
        """
        results = [_read_row(file, row) for row in rows]
        return results or [
            PartResult(_make_part(file), ModelError(self._explain_missing_rows(file, owner)))
        ]

    def _explain_missing_rows(self, file: ChangedFile, owner: Mapping[str, int]) -> str:
        number = owner[file.path]
        if number in self.missing_shards:
            return f"the report of shard {number}/{self.count} is missing"
        return "no report mentions it"


def accept(reports: Iterable[tuple[str, bytes | ReviewerError]], head_sha: str) -> SubmittedReports:
    """Read the reports and keep those about `head_sha`, one for each shard.

    A report is its name with its content, or with the error that kept it from being read. There is
    a complaint about each rejected report, except those about another head, which is no mistake.
    """
    complaints: list[str] = []
    about: list[tuple[str, Review]] = []
    memories: dict[str, str] = {}
    stale = False
    for source, data in reports:
        try:
            review, memories[source] = (
                review_report.read(data) if isinstance(data, bytes) else _raise(data)
            )
        except ReviewerError as problem:
            complaints.append(f"{_name_report(source)}: {problem.what}")
            continue
        if review.head_sha == head_sha:
            about.append((source, review))
        else:
            stale = True
    count = _choose_count(review for _, review in about)
    kept: list[Review] = []
    remembered: list[str] = []
    taken = set[Shard | None]()
    for source, review in about:
        if review.shard and review.shard.count != count:
            complaints.append(
                f"{_name_report(source)}: it is shard {review.shard}, not one of {count}"
            )
        elif review.shard in taken:
            share = f"shard {review.shard}" if review.shard else "all files"
            complaints.append(f"{_name_report(source)}: there is another report of {share}")
        else:
            kept.append(review)
            remembered.append(memories[source])
            taken.add(review.shard)
    return SubmittedReports(tuple(kept), tuple(complaints), tuple(remembered), count, stale)


def _raise(problem: ReviewerError) -> tuple[Review, str]:
    raise problem


def _name_report(source: str) -> str:
    return f"the report {truncate.line(source, _LONGEST_REASON)}"


def _choose_count(reviews: Iterable[Review]) -> int:
    """Return the number of shards that most reports state; of several, the largest."""
    counts = Counter(review.shard.count for review in reviews if review.shard)
    return max(counts, key=lambda count: (counts[count], count), default=1)


def _make_part(file: ChangedFile, cuts: tuple[str, ...] = ()) -> Part:
    return Part(file, file.hunks, cuts=cuts)


def _read_row(file: ChangedFile, row: FileReport) -> PartResult:
    """Read one row and its findings, within the limits of a model's reply."""
    cuts = tuple(truncate.line(cut, _LONGEST_REASON) for cut in row.cuts[:_MOST_CUTS])
    part = _make_part(file, cuts)
    if row.status is not Status.REVIEWED:
        reason = truncate.line(row.reason, _LONGEST_REASON) or "no reason was given"
        skipped = "" if row.status is Status.FAILED else "skipped by the reviewing run: "
        return PartResult(part, ModelError(f"{skipped}{reason}"))
    of_model = (each for each in row.findings if each.origin is not Origin.TOOL)
    rows = [finding.candidate.members for finding in of_model]
    return PartResult(
        part, candidates.collect_candidates(rows, path=file.path, summary=row.summary)
    )


def _identify_run(review: Review) -> str:
    """Return the run that a report names; for one of an older version, a hash of its figures."""
    if review.bills:
        return review.bills[0].run
    spent = review.spent
    about = (review.head_sha, str(review.shard), spent.tokens, str(spent.cost))
    return digest.identify("bill", *about)[:16]


def _add_up_purposes(costs: Sequence[PurposeCost]) -> tuple[PurposeCost, ...]:
    """Return one cost for each purpose, with the sums of those that have it."""
    joined: dict[str, PurposeCost] = {}
    for each in costs:
        purpose = truncate.line(each.purpose, _LONGEST_PURPOSE)
        before = joined.get(purpose, PurposeCost(purpose, 0, 0, Decimal(0)))
        joined[purpose] = PurposeCost(
            purpose,
            before.requests + each.requests,
            before.tokens + each.tokens,
            None if before.cost is None or each.cost is None else before.cost + each.cost,
        )
    return tuple(joined.values())[:_MOST_PURPOSES]


def _shorten_part(text: str, parts: int) -> str:
    return text if parts == 1 else truncate.shorten(text, max(_SHORT, _LONG // parts))
