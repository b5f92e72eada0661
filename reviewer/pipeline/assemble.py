"""Puts the rows of all files together: one review, ranked and numbered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.changes.selection import Selection
from reviewer.config.settings import Settings
from reviewer.finding import Dismissal, Finding
from reviewer.findings import placement, ranking
from reviewer.memory import previous_review
from reviewer.pipeline.file_result import Merged, Merger
from reviewer.pull_request import PullRequest
from reviewer.review import FileReport, Overview, Review, Spent


@dataclass(frozen=True, slots=True)
class Assembly:
    """What the rows of one pull request become a review with."""

    pull: PullRequest
    config: Settings
    merger: Merger

    def review(
        self,
        selection: Selection,
        rows: Sequence[Merged],
        dismissed: tuple[Dismissal, ...],
        spent: Spent,
    ) -> tuple[Review, int]:
        """Make the review, still without an overview, and the number of the next new finding."""
        distinct, repeated = placement.dedupe(tuple(f for row in rows for f in row.findings))
        named, following = previous_review.numbered(distinct, self.merger.basis)
        shown, withheld = ranking.rank(named, self.config, dismissed)
        reports = tuple(_with_findings(row.report, shown, named) for row in rows)
        made = Review(
            head_sha=self.pull.head_sha,
            base_sha=self.pull.base_sha,
            overview=Overview(),
            findings=shown,
            files=reports + selection.reports,
            withheld=replace(
                withheld,
                duplicate=withheld.duplicate + repeated,
                unplaced=sum(row.unplaced for row in rows),
                refuted=sum(row.refuted for row in rows),
            ),
            spent=spent,
            notes=self.config.notes + selection.notes,
            asides=tuple(filter(None, (self.config.origin,))),
            dismissed=dismissed,
        )
        gone = previous_review.fixed(
            self.merger.basis, named, made.files, self.merger.still_there(selection.files)
        )
        return replace(made, fixed=gone), following


def _with_findings(
    report: FileReport, shown: Sequence[Finding], named: Sequence[Finding]
) -> FileReport:
    return replace(
        report,
        findings=tuple(f for f in shown if f.path == report.path),
        known=tuple(f for f in named if f.path == report.path),
    )
