"""Verifies the findings in a batch with one request that judges them against each other."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reviewer.changes.batches import Batch
from reviewer.config.enums import Effort
from reviewer.errors import ContextTooLongError, ReviewerError
from reviewer.finding import Finding, Origin
from reviewer.findings import ranking
from reviewer.llm import replies
from reviewer.llm.ask import Tier
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.prompt import Prompt, Usage
from reviewer.review.verification import Verification

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FindingsToVerify:
    """The model's findings in a batch; `agreed` are those that both passes reported.

    `number` is the batch's place among all that are verified.
    """

    number: int
    batch: Batch
    findings: tuple[Finding, ...]
    agreed: frozenset[Finding] = frozenset()

    @property
    def label(self) -> str:
        """Its name in the log."""
        return f"verification of {self.batch.label}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What the verification of a batch left of its `findings`.

    Those for which there was no reply are left too, and are `unverified`. `usages` show if the
    server cut a prompt.
    """

    findings: tuple[Finding, ...]
    left: tuple[Finding, ...]
    verifications: tuple[Verification, ...] = ()
    unverified: tuple[Finding, ...] = ()
    usages: tuple[Usage | None, ...] = ()

    @property
    def complete(self) -> bool:
        """True if there was a reply about every finding."""
        return not self.unverified


def verify(reviewer: BatchReviewer, task: FindingsToVerify) -> Verified:
    """Judge findings in a batch against each other; if it is too long, in smaller ones."""
    return _verify(reviewer, task.batch, task.findings, task.agreed)


def _verify(
    reviewer: BatchReviewer,
    batch: Batch,
    findings: Sequence[Finding],
    agreed: Collection[Finding],
) -> Verified:

    def make_prompt(shown: Batch) -> Prompt:
        return reviewer.prompts.verify(reviewer.requests.make(shown), findings, agreed)

    pieces = reviewer.requests.fit(batch, make_prompt)
    if len(pieces) > 1:
        return _verify_each(reviewer, pieces, findings, agreed)
    (batch,) = pieces
    request = reviewer.requests.make(batch)
    reviewer.requests.guidelines.record(request.rules.cuts, request.rules.learned)
    try:
        verdicts, usage = reviewer.client.ask(
            reviewer.prompts.verify(request, findings, agreed),
            lambda reply: (replies.parse_verdicts(reply, len(findings)), reply.usage),
            Tier.CHEAP if reviewer.requests.effort is Effort.LOW else Tier.PREFERRED,
        )
    except ContextTooLongError as problem:
        if smaller := reviewer.requests.shrink(batch, make_prompt):
            return _verify_each(reviewer, smaller, findings, agreed)
        return _leave_unverified(batch, findings, problem)
    except ReviewerError as problem:
        return _leave_unverified(batch, findings, problem)
    left, reasons = ranking.apply_verdicts(findings, verdicts)
    return Verified(tuple(findings), left, reasons, usages=(usage,))


def _leave_unverified(
    batch: Batch, findings: Sequence[Finding], problem: ReviewerError
) -> Verified:
    log.warning("%s: the findings are not verified: %s", batch.label, problem)
    return Verified(tuple(findings), tuple(findings), unverified=tuple(findings))


def _verify_each(
    reviewer: BatchReviewer,
    pieces: Sequence[Batch],
    findings: Sequence[Finding],
    agreed: Collection[Finding],
) -> Verified:
    shares = assign(pieces, findings)
    found = [_verify(reviewer, half, mine, agreed) for half, mine in shares if mine]
    return Verified(
        tuple(findings),
        tuple(finding for each in found for finding in each.left),
        tuple(reason for each in found for reason in each.verifications),
        unverified=tuple(finding for each in found for finding in each.unverified),
        usages=tuple(usage for each in found for usage in each.usages),
    )


def assign(
    packed: Sequence[Batch], findings: Sequence[Finding]
) -> tuple[tuple[Batch, tuple[Finding, ...]], ...]:
    """Return each batch with the model's findings whose first line it shows.

    A finding whose line no batch shows, because of a cut, goes to the first one with its file.
    """
    mine: list[list[Finding]] = [[] for _ in packed]
    for finding in findings:
        if finding.origin is not Origin.MODEL:
            continue
        of_file = [
            (n, part)
            for n, batch in enumerate(packed)
            for part in batch.parts
            if part.file.path == finding.path
        ]
        shown = next(
            (n for n, part in of_file if part.shows(finding.side, finding.start_line)), None
        )
        if shown is None and of_file:
            shown = of_file[0][0]
        if shown is not None:
            mine[shown].append(finding)
    return tuple(zip(packed, map(tuple, mine), strict=True))
