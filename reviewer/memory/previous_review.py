"""Compares the last review with the present change: which results and findings still apply."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes.diff import ChangedFile
from reviewer.config.inputs import Inputs
from reviewer.config.settings import Settings
from reviewer.finding import (
    Candidate,
    Finding,
    covers,
    resembles,
)
from reviewer.findings import ranking
from reviewer.findings.placement import Places
from reviewer.llm import prompts
from reviewer.memory.seal import UNSEALED, Seal
from reviewer.memory.state import State, Unit
from reviewer.pull_request import PullRequest
from reviewer.review import FileReport, Review, Status
from reviewer.text import digest

_WORDS = re.compile(r":([0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class PreviousReview:
    """The last review, as far as it is remembered; the default is for a first review.

    `units` holds the files whose results may still apply, by path. `reason` says why none of them
    applies; it is empty if they do, or if there is no last review. `seal` is that of the run.
    `notes` say which reports of earlier runs were not used. `small` names the small model and the
    base commit, for which alone its results apply: a proof is about the whole text of a file.
    """

    state: State = field(default_factory=State)
    units: Mapping[str, Unit] = field(default_factory=dict)
    reason: str = ""
    seal: Seal = UNSEALED
    notes: tuple[str, ...] = ()
    small: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All remembered findings, even if the results of the last review do not apply."""
        return self.state.findings

    def identify(self, file: ChangedFile, *, by_small: bool = False) -> str:
        """Return the key under which a file's result is remembered, "" if it must not be.

        `by_small` says that the small model has read the file.
        """
        key = unit_key(file)
        return self.seal.identify(digest.identify("small", self.small, key) if by_small else key)


def compare(
    known: State, pull: PullRequest, key: str, descends: Callable[[str, str], bool]
) -> PreviousReview:
    """Return the last review with the units that apply to the present head, or with a reason.

    `key` is that of this run (`review_key`). `descends(head, ancestor)` tells if a commit has
    another as its ancestor; it sends a request and is called only if base and key are the same.
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
        return "a run of the fork made the last review"
    if known.key == key:
        return ""
    parts = ("the prompts", "the models", "the configuration", "the title or the description")
    changed = [
        what
        for what, before, now in zip(parts, known.key.split(":"), key.split(":"), strict=False)
        if before != now
    ]
    return f"{' and '.join(changed) or 'what the review depends on'} changed"


def join(comment: PreviousReview, reports: Sequence[PreviousReview]) -> PreviousReview:
    """Return the last review with what the reports of earlier runs add to the comment's memory.

    All that is given applies to the present head. Of two units of a file, the newer one is used.
    """
    if not reports:
        return comment
    sources = sorted((comment, *reports), key=lambda each: each.state.moment)
    remembered = {unit.path: unit for each in sources for unit in each.state.units}
    dismissed = [dismissal for each in sources for dismissal in each.state.dismissed]
    state = replace(
        sources[-1].state,
        units=tuple(remembered.values()),
        dismissed=ranking.merge_dismissals((), dismissed),
        next_number=max(each.state.next_number for each in sources),
        paused=comment.state.paused,
    )
    applying = {path: unit for each in sources for path, unit in each.units.items()}
    return replace(comment, state=state, units=applying, reason="")


def unit_key(file: ChangedFile) -> str:
    """Return 64 hexadecimal digits for a file's change: paths, status, mode and lines.

    Line numbers are left out, so the key stays the same if lines only moved.
    """
    counts = (len(hunk.lines) for hunk in file.hunks)
    rows = (
        part for hunk in file.hunks for line in hunk.lines for part in (line.kind.value, line.text)
    )
    about = (file.path, file.previous_path, file.status, file.modes[1], len(file.hunks))
    return digest.identify("unit", *about, *counts, *rows)


def reuse(
    file: ChangedFile, previous: PreviousReview, as_prompt_text: Callable[[str], str]
) -> FileReport | None:
    """Return the remembered row of a file whose change is the same as before, else None.

    Its findings get the line numbers where their code is now.
    """
    unit = previous.units.get(file.path)
    if unit is None or not unit.key:
        return None
    if unit.key not in {previous.identify(file), previous.identify(file, by_small=True)}:
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
    """Return the findings whose code is still in the file, with its present line numbers."""
    places = Places(file, as_prompt_text)
    placed = ((finding, places.place(_restate_lines(finding))) for finding in findings)
    return tuple(
        replace(finding, start_line=there.start_line, end_line=there.end_line, side=there.side)
        for finding, there in placed
        if there
    )


def _restate_lines(finding: Finding) -> Candidate:
    """Return the candidate with the lines where its finding was placed as the stated lines."""
    return replace(finding.candidate, start_line=finding.start_line, end_line=finding.end_line)


def add_new(earlier: Sequence[Finding], found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return earlier and new findings; of two that resemble each other, the worse one.

    The earlier one is taken if the new one is not worse.
    """
    new = [each for each in found if not any(_replaces(old, each) for old in earlier)]
    return (*(old for old in earlier if not any(_replaces(each, old) for each in new)), *new)


def _replaces(one: Finding, other: Finding) -> bool:
    return resembles(one, other) and covers(one, other)


def assign_numbers(
    findings: Iterable[Finding], previous: PreviousReview
) -> tuple[tuple[Finding, ...], int]:
    """Give each finding its earlier number or the next free one; return also the next free number.

    A finding keeps its number, so that `/ignore F3` means the finding that the reader saw. One that
    is worse than the dismissed finding of that number gets another one.
    """
    dismissed = [each.finding for each in previous.state.dismissed]
    following = previous.state.next_number
    taken: set[int] = set()
    numbered: list[Finding] = []
    for finding in findings:
        alike = (old for old in previous.findings if old.origin is finding.origin)
        before = (
            old.number
            for old in alike
            if resembles(finding, old)
            and (old not in dismissed or old.severity >= finding.severity)
        )
        chosen = next((n for n in (finding.number, *before) if n and n not in taken), following)
        following = max(following, chosen + 1)
        taken.add(chosen)
        numbered.append(replace(finding, number=chosen))
    return tuple(numbered), following


def review_key(inputs: Inputs, settings: Settings, pull: PullRequest) -> str:
    """Return a key for all that a review depends on besides the change.

    It has four parts, separated by colons: prompts, models, configuration, title and description.
    If a part differs from that of the last review, its results do not apply. The description counts
    as a whole: where prompts cut it depends on what is masked in it.
    """
    words = digest.identify("words", _trim(pull.title), _trim(pull.body))
    asked = (
        inputs.base_url,
        inputs.models,
        inputs.small_model,
        inputs.temperature,
        inputs.context_window,
        inputs.max_output_tokens,
        inputs.tools.value,
        inputs.reasoning_effort and inputs.reasoning_effort.value,
    )
    models = digest.identify("models", *map(repr, asked))
    return f"{prompts.VERSION}:{models}:{settings.fingerprint}:{words}"


def _trim(text: str) -> str:
    """Return the text without blanks at the ends of its lines; web forms send CRLF."""
    return "\n".join(line.rstrip(" \t\r") for line in text.split("\n")).rstrip("\n")


def replace_words(key: str, reported: Iterable[Review]) -> str:
    """Return `key` with the title and description of the reviews that other runs reported.

    The publishing run may see others than the reviewing runs did. If these disagree or state none,
    the key is one that no later run has.
    """
    words = {found[1] if (found := _WORDS.search(review.key)) else "" for review in reported}
    return f"{key.rpartition(':')[0]}:{words.pop() if len(words) == 1 else ''}"
