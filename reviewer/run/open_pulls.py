"""Reviews the open pull requests whose head has no finished review, within one run's limits."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.http.retry import PUBLISHING_SECONDS, Deadline
from reviewer.adapters.runner.actions import Runner
from reviewer.comments.upsert import OwnComment
from reviewer.config.enums import FailOn, Mode
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import (
    CancelledError,
    InputError,
    ModelNotFoundError,
    ModelRefusedError,
    PullLimitError,
    RateLimitedError,
    RequestReserveError,
    ReviewerError,
    UnauthorizedError,
)
from reviewer.events.activity import ReviewOpenPulls, ReviewPullRequest
from reviewer.finding import Origin
from reviewer.llm.budget import Budget
from reviewer.memory.seal import Seal
from reviewer.memory.state import State
from reviewer.outputs import pull_results
from reviewer.outputs.pull_results import PullResult, Reach
from reviewer.outputs.step_outputs import LIMIT_REACHED
from reviewer.pull_request import OpenPulls, Snapshot
from reviewer.redaction.scan import mask_advice
from reviewer.review.spending import Spent
from reviewer.run import first_requests
from reviewer.run.admission import eligibility
from reviewer.run.first_requests import EarlyList
from reviewer.run.review import review_pull_request
from reviewer.run.run import TITLE, Run

log = logging.getLogger(__name__)

# Seconds. With fewer, the next review would end before the model was asked.
_LEAST_SECONDS = PUBLISHING_SECONDS + 10
# Reviews of one head. What none of them could read, the next one cannot read either.
_MOST_TRIES = 3
# What ends one review in this way would end the next in the same way.
_FINAL = (
    CancelledError,
    ModelRefusedError,
    ModelNotFoundError,
    RateLimitedError,
    UnauthorizedError,
)

# Exit codes from here on are those of signals.
_SIGNALLED = 128
_UNSIGNED = (
    "Nothing signs what a review leaves in its comment, so every open pull request is reviewed "
    "again by each run. Set memory-key to a secret."
)

MakeRun: TypeAlias = Callable[[ReviewPullRequest, Budget, EarlyList | None], Run]
"""Equips the run on one pull request."""


@dataclass(slots=True)
class OpenPullsReview:
    """The reviews of one run, one after the other; the limits of the inputs are for all together.

    Nobody chose these pull requests, so drafts, labels, authors and the limits for outside
    contributors apply as they do on the events of pull requests. `seal` is that of any of them.
    """

    forge: GitHub
    inputs: Inputs
    runner: Runner
    deadline: Deadline
    seal: Seal
    make_run: MakeRun
    _results: dict[int, PullResult] = field(default_factory=dict)
    _up_to_date: int = 0
    _stopped: str = ""
    _files: int = 0
    _spent: list[Spent] = field(default_factory=list)
    _counted: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def review_all(self, wanted: ReviewOpenPulls) -> int:
        """Review all open pull requests whose head needs it, and return the worst exit code.

        Raises ReviewerError if they cannot be listed, or for inputs that do not go together.
        """
        _check_inputs(self.inputs)
        if not self.seal.key:
            self.runner.warning(_UNSIGNED, title=TITLE)
        listed = self.forge.open_pulls()
        try:
            for row in listed.rows:
                self._decide(row, full=wanted.full)
        finally:
            # Also after a signal or a bug: what was not reached is named.
            code = self._report(listed)
        return code

    def _decide(self, row: Snapshot, *, full: bool) -> None:
        """Review a pull request, or note why not; no request is sent for one that is up to date."""
        own, pull = OwnComment.find(row, self.seal.on(row.pull.number)), row.pull
        known = own.state if self.seal.key and not full else State()
        reviewed = known.head_sha == pull.head_sha
        if reviewed and not _can_be_finished(known):
            self._up_to_date += 1
        elif reason := _find_obstacle(known) if reviewed else "":
            self._note(row, Reach.LEFT, reason)
        elif reason := "" if own.kept else self._find_reason_to_skip(row):
            self._note(row, Reach.SKIPPED, reason)
        elif reason := self._find_limit(row):
            self._note(row, Reach.LEFT, reason)
        else:
            self._begin(row, full=full)

    def _find_reason_to_skip(self, row: Snapshot) -> str:
        """Return a reason that the workflow's inputs give; those of the base commit's file follow.

        Where we have a comment, the run on the pull request says it there too.
        """
        obstacle = eligibility.find_obstacle(row.pull, self.inputs, State(), requested=False)
        return obstacle or eligibility.find_outside_reason(self.inputs, row.pull)

    def _find_limit(self, row: Snapshot) -> str:
        """Return the limit of this run that leaves no room for the pull request, "" if none does.

        One with more files than the limit is reviewed if it is the first, as far as the limit goes.
        """
        if self._stopped:
            return self._stopped
        if self.deadline.remaining() < _LEAST_SECONDS:
            return "the time of the run is nearly over (timeout)"
        if Budget.of(self.inputs, self._spent).is_used_up:
            return "the limit of this run is used up (max-cost or max-tokens-total)"
        try:
            self.forge.check_reserve()
        except RequestReserveError as reserved:
            return reserved.what.rstrip(".")
        if self._files and self._files + row.pull.changed_files > self.inputs.max_files:
            return f"this run has begun {self._files:,} files already (max-files)"
        return ""

    def _begin(self, row: Snapshot, *, full: bool) -> None:
        """Review a pull request as a run on it alone would; its failure ends no other."""
        pull = row.pull
        self.runner.summary(f"# Pull request {pull.number}\n")
        log.info("Pull request %d at %s", pull.number, pull.head_sha[:7])
        wanted = ReviewPullRequest(
            pull.number,
            full=full,
            base_sha=pull.base_sha,
            head_sha=pull.head_sha,
            unselected=True,
        )
        budget = Budget.of(self.inputs, self._spent)
        with self.runner.part() as outputs:
            try:
                code, problems = self._review(wanted, budget)
            finally:
                spent = budget.spent()
                self._spent.append(spent)
                self._counted.pop(pull.number, None)
        # One that turned out to be up to date, or to be skipped, takes no room of the others.
        self._files += pull.changed_files if spent.requests else 0
        reason = (
            mask_advice(problems[-1].what.rstrip("."), self.runner.secrets)
            if code and problems
            else ""
        )
        self._note(row, Reach.BEGUN, reason, code, outputs)
        self._stopped = _find_reason_to_stop(code, problems, budget)

    def _review(self, wanted: ReviewPullRequest, budget: Budget) -> tuple[int, list[ReviewerError]]:
        """Return the exit code of one pull request, and the problems that were reported."""
        first, early_list = first_requests.send(self.forge, wanted, self.inputs)
        run = replace(self.make_run(wanted, budget, early_list), counted=self._counted)
        try:
            snapshot = first.result()
            code = review_pull_request(run, snapshot) if snapshot else 0
        except ReviewerError as problem:
            text = mask_advice(f"Pull request {wanted.number}: {problem}", self.runner.secrets)
            self.runner.error(problem.with_address(text), title=TITLE)
            return problem.exit_code, [problem]
        return code, run.problems

    def _note(
        self,
        row: Snapshot,
        reach: Reach,
        reason: str,
        code: int = 0,
        outputs: Mapping[str, str] | None = None,
    ) -> None:
        pull = row.pull
        self._results[pull.number] = PullResult(
            pull.number, pull.head_sha, reach, reason, code, outputs or {}
        )
        if reach is not Reach.BEGUN:
            log.info("Pull request %d: %s: %s", pull.number, reach.value, reason)

    def _report(self, listed: OpenPulls) -> int:
        """Set the outputs, list what was not reached, and return the worst exit code."""
        results = list(self._results.values())
        if len(results) + self._up_to_date < len(listed.rows):
            results += self._list_broken_off(listed)
        outputs = pull_results.make_outputs(results, complete=listed.complete)
        self.runner.outputs(outputs)
        self.runner.summary(
            pull_results.render(results, self._up_to_date, complete=listed.complete)
        )
        left = [f"#{each.number}: {each.reason}" for each in results if each.reach is Reach.LEFT]
        if left:
            self.runner.warning("\n".join(["Not reached by this run.", *left]), title=TITLE)
        codes = [each.code for each in results]
        if FailOn.INCOMPLETE in self.inputs.fail_on and outputs["verdict"] == "incomplete":
            codes.append(LIMIT_REACHED)
        return pull_results.find_worst(codes)

    def _list_broken_off(self, listed: OpenPulls) -> list[PullResult]:
        """Return a row for each pull request that an error kept from being looked at."""
        return [
            PullResult(row.pull.number, row.pull.head_sha, Reach.LEFT, "the run ended before")
            for row in listed.rows
            if row.pull.number not in self._results
        ]


def _check_inputs(inputs: Inputs) -> None:
    eligibility.check_inputs(inputs)
    if inputs.sarif:
        raise InputError(
            "`pr-number: open` and `sarif` do not go together.",
            cause="A report of another tool is about one commit.",
            remedy="Remove `sarif`, or set pr-number to one pull request.",
        )
    if inputs.mode is not Mode.BOTH:
        raise InputError(
            f"`pr-number: open` and `mode: {inputs.mode.value}` do not go together.",
            cause="A report belongs to one pull request.",
            remedy="Remove `mode`, or set pr-number to one pull request.",
        )


def _can_be_finished(known: State) -> bool:
    """Return True if another run may do what the review of a head lacks."""
    lacks = known.lacks_whole or known.failed_files or not known.is_verified
    return bool(lacks) and not known.by_fork


def _find_obstacle(known: State) -> str:
    """Return why the run does not finish the review that a pull request has, "" if it does."""
    if known.tries >= _MOST_TRIES:
        return f"its review is incomplete after {known.tries} runs"
    # Their reports are not here, so their findings would be lost.
    if any(finding.origin is Origin.TOOL for finding in known.findings):
        return "its review is incomplete, and only its own run reads the reports of other tools"
    return ""


def _find_reason_to_stop(code: int, problems: Iterable[ReviewerError], budget: Budget) -> str:
    """Return why no other pull request is begun after one that ended like this, "" if one is."""
    final: list[ReviewerError] = [each for each in problems if isinstance(each, _FINAL)]
    refusal = budget.refusal
    if refusal and not isinstance(refusal, PullLimitError):
        final.append(refusal)
    if code >= _SIGNALLED and not final:
        return "the run was cancelled"
    return final[0].what.rstrip(".") if final else ""
