"""Publishes reviews that other runs have made: their reports are data, the pull request decides."""

from dataclasses import dataclass, replace

from reviewer.adapters.files import report_files
from reviewer.changes import sharding
from reviewer.changes.selection import Selection
from reviewer.comments import upsert
from reviewer.config import settings as config
from reviewer.config.settings import Settings
from reviewer.config.strict_yaml import PATH
from reviewer.errors import ReportError
from reviewer.memory import cache_key
from reviewer.memory.state import State
from reviewer.pipeline import review_changes
from reviewer.pipeline.assemble import Assembly
from reviewer.pipeline.file_result import Merged, Merger
from reviewer.pull_request import Snapshot
from reviewer.redaction.masking import Masking
from reviewer.review import Review
from reviewer.run import eligibility, error_boundary, premises, submitted_reports
from reviewer.run.publish import Conclusion, Remembering
from reviewer.run.reporter import Reporting
from reviewer.run.run import Trip
from reviewer.run.submitted_reports import Submitted
from reviewer.text import invisible

OF_A_FORK = "the review was made by a run of the fork, which its author could have changed"


def publish(trip: Trip, snapshot: Snapshot) -> int:
    """Publish the reports in the workspace as the review of `snapshot`; return the exit code."""
    return error_boundary.attempt(trip, snapshot, _publish)


def _publish(trip: Trip, snapshot: Snapshot, reporting: Reporting) -> int:
    pull, inputs = snapshot.pull, trip.inputs
    known, _damaged = upsert.recall(snapshot, inputs.name)
    settings = config.load(inputs, trip.forge.content(PATH, pull.base_sha))
    if reason := eligibility.objection(pull, settings, known, asked=trip.wanted.asked):
        return error_boundary.skip(trip.runner, reason)
    reports = report_files.read(trip.workspace, inputs.reports)
    submitted = submitted_reports.accept(reports, pull.head_sha)
    if reason := _nothing(trip, submitted, snapshot, found=bool(reports)):
        return error_boundary.skip(trip.runner, reason)
    if not submitted.reviews:
        raise _unusable(submitted, inputs.reports)
    return _Publishing(trip, snapshot, settings, known, submitted).conclude(reporting)


def _nothing(trip: Trip, submitted: Submitted, snapshot: Snapshot, *, found: bool) -> str:
    """Say why no report is no failure, empty when it is one or when there is a report."""
    if submitted.reviews or submitted.complaints:
        return ""
    if submitted.stale:
        head = snapshot.pull.head_sha[:7]
        return f"the reports are about another head than {head}, which has a run of its own"
    if not found and (trip.wanted.settled or snapshot.pull.from_fork):
        return "the run that could have reviewed left no report: it had nothing to review or no key"
    return ""


def _unusable(submitted: Submitted, names: tuple[str, ...]) -> ReportError:
    what = f"No report was found in {', '.join(names)}."
    if submitted.complaints:
        what = f"None of the reports can be used: {'; '.join(submitted.complaints[:3])}."
    return ReportError(
        what,
        cause="The run with `mode: review` failed, or its report was not handed on.",
        remedy="See that run; its output report-path names the file to hand on, and the input "
        "reports the place to look for it.",
    )


@dataclass(frozen=True, slots=True)
class _Publishing:
    """One review out of many reports."""

    trip: Trip
    snapshot: Snapshot
    settings: Settings
    known: State
    submitted: Submitted

    def conclude(self, reporting: Reporting) -> int:
        """Read the change, hold the reports against it, and publish what is left."""
        trip, pull = self.trip, self.snapshot.pull
        with trip.runner.group("Read the changes"):
            selection = review_changes.read_changes(trip.forge, pull, self.settings)
            dismissed = premises.dismissed(trip.forge, self.snapshot, self.known, trip.inputs.name)
        merger = self._merger(selection)
        assembly = Assembly(pull, self.settings, merger)
        rows = self._rows(merger, selection)
        spent = self.submitted.spent()
        made, following = assembly.review(selection, rows, dismissed, spent)
        remembering = Remembering(self._key, following, self.known)
        conclusion = Conclusion(
            trip, reporting, self.snapshot, self.settings, selection.files, remembering
        )
        return conclusion.draw(self._told(made))

    def _merger(self, selection: Selection) -> Merger:
        masking = Masking.of(self.trip.runner.secrets, selection.files)

        def shown(text: str) -> str:
            return masking(invisible.show(text))

        # Nothing is reused here: the runs that reviewed have done so, or could have.
        basis = premises.basis(
            self.known, self.snapshot.pull, self._key, self.trip.wanted, self.trip.forge.descends
        )
        return Merger(shown, basis, masking.redaction)

    @property
    def _key(self) -> str:
        """Name what the review depends on; nothing, so that it is never reused, for a fork's."""
        return (
            "" if self.snapshot.pull.from_fork else cache_key.key(self.trip.inputs, self.settings)
        )

    def _rows(self, merger: Merger, selection: Selection) -> list[Merged]:
        owner = sharding.owners(selection.files, self.submitted.count)
        told = self.submitted.told()
        rows = [
            merger.merge(file, self.submitted.outcomes(file, told.get(file.path, ()), owner))
            for file in selection.files
        ]
        if self._key:
            return rows
        return [replace(row, report=replace(row.report, key="")) for row in rows]

    def _told(self, made: Review) -> Review:
        origin = (OF_A_FORK,) if self.snapshot.pull.from_fork else ()
        return replace(
            made,
            overview=self.submitted.overview(),
            notes=(*origin, *made.notes, *self.submitted.notes({*made.notes, *made.asides})),
        )
