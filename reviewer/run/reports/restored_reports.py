"""Reads what earlier runs remembered in their reports, in case the comment lacks it."""

from collections.abc import Sequence
from dataclasses import replace

from reviewer.adapters.files import report_files
from reviewer.errors import MissingFileError, ReportError, ReviewerError
from reviewer.memory import previous_review, state_line
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.state import State
from reviewer.outputs import report_v1, review_report
from reviewer.review.spending import Ledger
from reviewer.run.admission.rights import Rights
from reviewer.run.run import Run

_MOST_NOTES = 5


def restore(rights: Rights, found: PreviousReview, key: str) -> PreviousReview:
    """Return the last review with what the reports of the input `reports` add to it.

    A report is used if the key of this run signed its memory for this pull request, and if its
    results may apply to this run. A missing report is no error: the first run has none. Notes
    say why others were not used. `key` is that of `previous_review.review_key`. Dismissals in
    reports need the same rights as those in the comment.
    """
    run = rights.run
    usable: list[PreviousReview] = []
    signed: list[State] = []
    notes: list[str] = []
    names = run.inputs.reports
    for name, data in report_files.read(run.workspace, names, largest=report_v1.LARGEST):
        if isinstance(data, MissingFileError):
            continue
        known = _read(run, data)
        if isinstance(known, State):
            signed.append(known)
            other = previous_review.compare(known, rights.pull, key)
            usable += [] if other.reason else [other]
            known = other.reason
        notes += [f"the report {name} was not restored: {known}"] if known else []
    joined = previous_review.join(found, usable)
    if usable:
        permitted = rights.filter_dismissals(joined.state.dismissed)
        joined = replace(joined, state=replace(joined.state, dismissed=permitted))
    state = joined.state.with_ledger(_join_ledgers((found.state, *signed)))
    return replace(joined, state=state, notes=tuple(notes[:_MOST_NOTES]))


def _join_ledgers(states: Sequence[State]) -> Ledger:
    """Return what the newest state says that all runs cost, with the bills that only others have.

    The results of a report may not apply any more; what its run has cost does.
    """
    newest = max(states, key=lambda state: state.moment)
    return newest.ledger.merge(state.ledger for state in states)


def _read(run: Run, data: bytes | ReviewerError) -> State | str:
    """Return the memory in a report, or why it has none that can be used."""
    if isinstance(data, ReviewerError):
        return data.what
    try:
        memory = review_report.read_memory(data)
    except ReportError as problem:
        return problem.what
    if not run.seal.key:
        return "without memory-key or api-key nothing proves who wrote it"
    known = state_line.believe(memory, run.seal, largest=state_line.LARGEST_IN_REPORT)
    return known or "the present key did not sign it for this pull request"
