"""Compares the last review with the present change: which results and findings still apply."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes.diff import ChangedFile
from reviewer.config.settings import Settings
from reviewer.config.workflow.inputs import Inputs
from reviewer.finding import (
    Candidate,
    Finding,
    covers,
    resembles,
)
from reviewer.findings import ranking
from reviewer.findings.placement import Places
from reviewer.llm import prompts
from reviewer.memory.state import State, Unit
from reviewer.pull_request import PullRequest
from reviewer.review.result import Review
from reviewer.text import digest

# The parts of a review key; nothing is said of one that decides only what is shown.
_PARTS = (
    "the prompts",
    "the models",
    "the configuration",
    "",
    "the title or the description",
)
_WORDS = re.compile(r":([0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class PreviousReview:
    """The last review, as far as it is remembered; the default is for a first review.

    `units` holds the files whose results may still apply, by path. `reason` says why none of them
    applies; it is empty if they do, or if there is no last review. `settled` are the paths of those
    that the last review had at the present head. `notes` say which reports of earlier runs were not
    used.
    """

    state: State = field(default_factory=State)
    units: Mapping[str, Unit] = field(default_factory=dict)
    reason: str = ""
    settled: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All remembered findings, even if the results of the last review do not apply."""
        return self.state.findings


def compare(known: State, pull: PullRequest, key: str) -> PreviousReview:
    """Return the last review with the units that may apply to the present head, or with a reason.

    `key` is that of this run (`review_key`). Neither the base nor the history decides: what a file
    was read under and with is a part of its own key (`file_key`).
    """
    if not known.head_sha:
        return PreviousReview(known)
    if reason := _find_difference(known, key):
        return PreviousReview(known, reason=reason)
    units = {unit.path: unit for unit in known.units}
    settled = frozenset(units) if known.head_sha == pull.head_sha else frozenset[str]()
    return PreviousReview(known, units, settled=settled)


def _find_difference(known: State, key: str) -> str:
    if not known.key:
        return "a run of the fork made the last review"
    before, now = known.key.split(":"), key.split(":")
    if len(before) != len(now):
        return "what the review depends on changed"
    parts = zip(_PARTS, before, now, strict=False)
    changed = [what for what, old, new in parts if what and old != new]
    return f"{' and '.join(changed)} changed" if changed else ""


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
    applying = {path: (unit, each) for each in sources for path, unit in each.units.items()}
    settled = frozenset(path for path, (_, each) in applying.items() if path in each.settled)
    units = {path: unit for path, (unit, _) in applying.items()}
    return replace(comment, state=state, units=units, reason="", settled=settled)


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
        alike = (
            old
            for old in previous.findings
            if old.origin is finding.origin or not set(old.tools).isdisjoint(finding.tools)
        )
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

    It has five parts, separated by colons: prompts, models, configuration, what is chosen among
    the results, title and description. If a part but the fourth differs from that of the last
    review, its results do not apply. Rules that are about some files only are in the keys of these.
    The description is compared as a whole, because the place where prompts cut it depends on what
    is masked in it.
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
    return f"{prompts.VERSION}:{models}:{settings.fingerprint}:{settings.choice}:{words}"


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
