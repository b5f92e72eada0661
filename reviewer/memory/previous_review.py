"""What an earlier review leaves to build on: its files, its findings, and why it may not apply."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes.diff import ChangedFile
from reviewer.config.inputs import Inputs
from reviewer.config.settings import Settings
from reviewer.finding import Candidate, Finding, Origin, resembles
from reviewer.findings.placement import Places
from reviewer.llm import prompts
from reviewer.memory.state import State, Unit
from reviewer.pull_request import PullRequest
from reviewer.review import FileReport, Status


@dataclass(frozen=True, slots=True)
class PreviousReview:
    """The remembered review that a new one builds on; the default is for a first review.

    `units` are the files whose earlier review may still apply, by path. `reason` says why the
    earlier review does not apply; it is empty when it does, or when there is none.
    """

    state: State = field(default_factory=State)
    units: Mapping[str, Unit] = field(default_factory=dict)
    reason: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of the earlier review, also where that review does not apply."""
        return self.state.findings


def compare(
    known: State, pull: PullRequest, key: str, descends: Callable[[str, str], bool]
) -> PreviousReview:
    """Return how much of the remembered review applies to the present head.

    `descends(head, ancestor)` is called only when everything else allows to build on the review.
    """
    if not known.head_sha:
        return PreviousReview(known)
    if reason := _find_difference(known, pull, key):
        return PreviousReview(known, reason=reason)
    if known.head_sha != pull.head_sha and not descends(pull.head_sha, known.head_sha):
        rewritten = "the history was rewritten (rebase or force-push)"
        return PreviousReview(known, reason=f"{rewritten} since {known.head_sha[:7]}")
    return PreviousReview(known, {unit.path: unit for unit in known.units})


def _find_difference(known: State, pull: PullRequest, key: str) -> str:
    if known.base_sha != pull.base_sha:
        return f"the base moved from {known.base_sha[:7]} to {pull.base_sha[:7]}"
    if not known.key:
        return "the review before was made by a run of the fork"
    parts = ("the prompts", "the models", "the configuration")
    changed = [
        what
        for what, before, now in zip(parts, known.key.split(":"), key.split(":"), strict=False)
        if before != now
    ]
    return f"{' and '.join(changed)} changed" if changed else ""


def unit_key(file: ChangedFile) -> str:
    """Name the content of a file's change; lines that only moved do not change it."""
    rows = [f"{line.kind.value}{line.text}" for hunk in file.hunks for line in (*hunk.lines,)]
    told = (file.path, file.previous_path, file.status, [len(h.lines) for h in file.hunks], rows)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def reuse(
    file: ChangedFile, previous: PreviousReview, as_prompt_text: Callable[[str], str]
) -> FileReport | None:
    """Return the row of a file that need not be asked about again; None for one that must.

    Its findings move with their lines.
    """
    unit = previous.units.get(file.path)
    if unit is None or unit.key != unit_key(file):
        return None
    moved = still_present(file, unit.findings, as_prompt_text)
    if len(moved) < len(unit.findings):
        return None
    return FileReport(
        file.path,
        Status.REVIEWED,
        summary=unit.summary,
        known=moved,
        key=unit.key,
        since=unit.since,
    )


def still_present(
    file: ChangedFile, findings: Iterable[Finding], as_prompt_text: Callable[[str], str]
) -> tuple[Finding, ...]:
    """Move findings to where their code is now; those whose code is gone are left out."""
    places = Places(file, as_prompt_text)
    placed = ((finding, places.place(_restate_lines(finding))) for finding in findings)
    return tuple(
        replace(finding, start_line=there.start_line, end_line=there.end_line, side=there.side)
        for finding, there in placed
        if there
    )


def _restate_lines(finding: Finding) -> Candidate:
    """Return the candidate as if it stated the lines where the finding was placed."""
    return replace(finding.candidate, start_line=finding.start_line, end_line=finding.end_line)


def add_new(earlier: Sequence[Finding], found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Add new findings to earlier ones; of two that resemble each other the earlier is kept."""
    fresh = (new for new in found if not any(resembles(new, old) for old in earlier))
    return (*earlier, *fresh)


def assign_numbers(
    findings: Iterable[Finding], previous: PreviousReview
) -> tuple[tuple[Finding, ...], int]:
    """Give each finding the number that it had before, or the next one; return the next free one.

    A finding keeps its number, so that `/ignore F3` means what the reader saw.
    """
    following = previous.state.next_number
    taken: set[int] = set()
    named: list[Finding] = []
    for finding in findings:
        alike = (old for old in previous.findings if old.origin is finding.origin)
        before = (old.number for old in alike if resembles(finding, old))
        chosen = next((n for n in (finding.number, *before) if n and n not in taken), following)
        following = max(following, chosen + 1)
        taken.add(chosen)
        named.append(replace(finding, number=chosen))
    return tuple(named), following


def find_fixed(
    previous: PreviousReview,
    present: Sequence[Finding],
    files: Sequence[FileReport],
    still_there: Callable[[Finding], bool],
) -> tuple[Finding, ...]:
    """Return the earlier findings that are gone.

    A file that could not be reviewed proves nothing, and neither does a review from scratch that
    words things differently: there the code itself must be gone (`still_there`).
    """
    failed = {row.path for row in files if row.status is Status.FAILED}
    dismissed = [each.finding for each in previous.state.dismissed]
    return tuple(
        old
        for old in previous.findings
        if old.origin is Origin.MODEL
        and not any(resembles(old, each) for each in (*present, *dismissed))
        and not (still_there(old) and (not previous.units or old.path in failed))
    )


def review_key(inputs: Inputs, settings: Settings) -> str:
    """Name prompts, models and configuration, as three parts separated by colons."""
    asked = (
        inputs.base_url,
        *inputs.models,
        inputs.temperature,
        inputs.context_window,
        inputs.max_output_tokens,
        inputs.tools.value,
    )
    told = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    return f"{prompts.VERSION}:{told}:{settings.fingerprint}"
