"""What a run starts from: the pull request as triggered and what is remembered of it."""

from collections.abc import Callable
from dataclasses import replace

from reviewer.comments import threads
from reviewer.events.activity import ReviewPullRequest
from reviewer.finding import Dismissal
from reviewer.findings import dismissals
from reviewer.memory import previous_review
from reviewer.memory.previous_review import Basis
from reviewer.memory.state import State
from reviewer.ports import Forge
from reviewer.pull_request import PullRequest, Snapshot


def as_triggered(pull: PullRequest, wanted: ReviewPullRequest) -> PullRequest:
    """Keep to the words that stood there when the run was triggered; an edit came too late."""
    if wanted.title is None:
        return pull
    return replace(pull, title=wanted.title, body=wanted.body or "")


def whole(known: State, snapshot: Snapshot, wanted: ReviewPullRequest, name: str) -> bool:
    """Whether a whole review of these very commits is there and nobody wants another.

    A run that was killed on publishing has left findings that the comment calls explained at their
    lines, and no thread there.
    """
    pull = snapshot.pull
    same = (known.head_sha, known.base_sha) == (pull.head_sha, pull.base_sha)
    stands = known.complete and same and not (wanted.full or wanted.anew)
    return stands and threads.hold(known.explained, snapshot.conversation, name)


def amended(known: State, wanted: ReviewPullRequest) -> State:
    """Apply what the command that started the run says about what is remembered."""
    known = replace(known, paused="") if wanted.resume else known
    if wanted.ignore is None:
        return known
    by = wanted.asker.login if wanted.asker else ""
    fresh = [
        Dismissal(finding, by, wanted.ignore.reason)
        for finding in known.findings
        if finding.number == wanted.ignore.number
    ]
    return replace(known, dismissed=dismissals.merge(known.dismissed, fresh))


def basis(
    known: State,
    pull: PullRequest,
    key: str,
    wanted: ReviewPullRequest,
    descends: Callable[[str, str], bool],
) -> Basis:
    """Say what the run builds on."""
    if wanted.full:
        return Basis(known, reason="it was asked for" if known.head_sha else "")
    return previous_review.basis(known, pull, key, descends)


def dismissed(forge: Forge, snapshot: Snapshot, known: State, name: str) -> tuple[Dismissal, ...]:
    """Join the remembered dismissals with what maintainers did to our threads since."""
    fresh = threads.dismissed(known.findings, snapshot.conversation, name, forge.may_write)
    return dismissals.merge(known.dismissed, fresh)
