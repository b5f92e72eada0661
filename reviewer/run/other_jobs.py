"""Finds another job that writes the same comment, and says how to give each its own."""

from reviewer.comments.upsert import OwnComment
from reviewer.memory import state_line
from reviewer.review.job_identity import JobIdentity
from reviewer.run.run import TITLE, Run
from reviewer.text import markdown


def is_taken(run: Run, own: OwnComment, head_sha: str) -> bool:
    """Return True if the comment has a review of this head that another job has just made.

    Each of the two would replace the review of the other one with every push.
    """
    known = own.state
    fresh = known.complete and known.head_sha == head_sha
    return fresh and bool(own.seal.key) and run.job.competes_with(known.job)


def find_unproven(run: Run, own: OwnComment, head_sha: str) -> JobIdentity | None:
    """Return the other job that claims to have made the review in the comment, if one does.

    Its key is another one, so nothing proves that, and nothing may be left out because of it.
    """
    if own.kept is None or own.kept.id in own.states:
        return None
    claimed = state_line.decode(own.kept.body)
    claims = claimed is not None and claimed.head_sha == head_sha
    return claimed.job if claimed and claims and run.job.competes_with(claimed.job) else None


def warn(run: Run, other: JobIdentity, head_sha: str, *, stays: bool) -> None:
    """Warn in the log and the job summary, with the line to write; `other` is untrusted text."""
    name = run.inputs.name
    outcome = (
        f"Its review stays: that of this {run.job.text} is in the job summary only."
        if stays
        else f"This {run.job.text} has another key and replaces its review."
    )
    text = run.runner.secrets.conceal(
        f"Two jobs write the comment with the name {name}. The {other.text} has just reviewed "
        f"{head_sha[:7]}. {outcome} Give one of them a comment of its own: `name: {name}-2` in the "
        "inputs of its step; in a matrix, `name: review-${{ strategy.job-index }}`."
    )
    run.runner.warning(text, title=TITLE)
    run.runner.summary(f"{markdown.line(text)}\n")
