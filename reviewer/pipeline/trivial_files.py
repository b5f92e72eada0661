"""Lets the small model read the files whose change is trivial by proof, without a verification.

What it reports of a file is never lost and never shown: the preferred model reviews that file. So
does it if the small model does not reply, or if any doubt is left about what it replied.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.changes import batches, parts
from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part
from reviewer.config.globs import Patterns
from reviewer.errors import ReviewerError
from reviewer.findings import agreement, builtin_rules
from reviewer.findings.candidates import FileCandidates
from reviewer.llm import replies
from reviewer.llm.ask import Tier
from reviewer.llm.replies import BatchReply
from reviewer.pipeline.file_result import PartResult
from reviewer.pipeline.review_batch import BatchResult, BatchReviewer
from reviewer.prompt import PlannedRequest, Prompt
from reviewer.review.result import Overview, Withheld

log = logging.getLogger(__name__)

PURPOSE = "trivial changes"
"""What its requests are called in the job summary."""
_LARGEST_BATCH = 20_000
"""Characters of changes in one request; small models read longer prompts badly."""


def pack(reviewer: BatchReviewer, files: Sequence[ChangedFile]) -> tuple[Batch, ...]:
    """Return batches of the files whose change is trivial, for the small model, if there is one.

    A file that is longer than such a batch is not among them.
    """
    if reviewer.client.small is None:
        return ()
    room = min(_LARGEST_BATCH, reviewer.requests.window)
    proven = {path: (part, proof) for path, part, proof in _find(reviewer, files, room)}
    packed = batches.pack([[part] for part, _ in proven.values()], room)
    return tuple(
        replace(batch, proofs=tuple(proven[path][1] for path in batch.paths)) for batch in packed
    )


def _find(
    reviewer: BatchReviewer, files: Sequence[ChangedFile], room: int
) -> Iterator[tuple[str, Part, str]]:
    # Reads programs of eight languages with patterns that take time to compile.
    from reviewer.changes.proofs import trivial

    for file in files:
        if not trivial.is_candidate(file) or _needs_review(reviewer, file):
            continue
        pieces = parts.split(file, room)
        whole = len(pieces) == 1 and not pieces[0].cuts
        text = reviewer.requests.context.read_near(file.path) if whole else None
        if text is not None and (proof := trivial.prove(file, text)):
            yield file.path, pieces[0], proof.value


def _needs_review(reviewer: BatchReviewer, file: ChangedFile) -> bool:
    """Return True if somebody or something has a reason to look at the file, trivial or not.

    These are rules with findings, findings of earlier reviews, and instructions or learnings for
    the path.
    """
    instructed = (each.path for each in reviewer.config.path_instructions)
    return bool(
        builtin_rules.find(file, reviewer.redaction)
        or reviewer.requests.earlier(file)
        or any(Patterns((pattern,)).verdict(file.path) for pattern in instructed)
        or any(each.paths and each.applies_to(file.path) for each in reviewer.config.learnings)
    )


def measure(reviewer: BatchReviewer, batch: Batch) -> PlannedRequest:
    """Return the request about a batch as it would be sent."""
    return PlannedRequest(PURPOSE, batch.paths, _make_prompt(reviewer, batch).size)


def read(reviewer: BatchReviewer, batch: Batch) -> BatchResult:
    """Let the small model read a batch; all that it does not find clean is to be reviewed."""
    reply = _request(reviewer, batch)
    clean = _choose_clean(reviewer, batch, reply) if isinstance(reply, BatchReply) else {}
    results = tuple(
        PartResult(
            part,
            clean[part.file.path],
            remark=f"by the small model, because {proof}",
            usage=reply.usage if isinstance(reply, BatchReply) else None,
        )
        for part, proof in zip(batch.parts, batch.proofs, strict=True)
        if part.file.path in clean
    )
    left = tuple(part for part in batch.parts if part.file.path not in clean)
    if left:
        again = Batch(left, whole=batch.whole and not results)
        log.info("%s: to be reviewed, although the change is proven to be trivial", again.label)
        return BatchResult(results, again=again)
    overview = reply.overview if isinstance(reply, BatchReply) and batch.whole else Overview()
    return BatchResult(results, overview)


def _request(reviewer: BatchReviewer, batch: Batch) -> BatchReply | ReviewerError:
    names = batch.names(reviewer.prompts.as_prompt_text)
    gate = reviewer.config.unknown_severity
    try:
        return reviewer.client.ask(
            _make_prompt(reviewer, batch),
            lambda reply: replies.parse_review(reply, names, gate),
            Tier.SMALL,
        )
    except ReviewerError as problem:
        log.warning("%s: the small model gave no reply: %s", batch.label, problem)
        return problem


def _make_prompt(reviewer: BatchReviewer, batch: Batch) -> Prompt:
    # No context and no guidelines: what has no effect needs none.
    request = reviewer.requests.make(replace(batch, share=0.0))
    return reviewer.prompts.trivial(request, batch.proofs)


def _choose_clean(
    reviewer: BatchReviewer, batch: Batch, reply: BatchReply
) -> dict[str, FileCandidates]:
    """Return the sections of the files about which the reply reports nothing.

    If anything in it could not be read, it is not known which file that is about.
    """
    sections = reply.sections
    if any(each.truncated or each.ambiguous or _has_dropped(each) for each in sections.values()):
        return {}
    files = [part.file for part in batch.parts]
    moved = agreement.move_to_quoted(sections, files, reviewer.prompts.as_prompt_text)
    return {
        path: section
        for path, section in sections.items()
        if not (section.candidates or moved[path].candidates)
    }


def _has_dropped(section: FileCandidates) -> bool:
    return section.dropped != Withheld()
