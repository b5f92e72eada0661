"""Keeps one comment: compares the wanted text with the conversation and plans the writes."""

from collections.abc import Callable
from dataclasses import replace

from reviewer.comments import summary
from reviewer.errors import NotFoundError, OvertakenError
from reviewer.memory import state
from reviewer.memory.state import State
from reviewer.ports import CreateComment, Forge, Operation, UpdateComment
from reviewer.pull_request import Comment, Snapshot

# What our comment should say, given what it says now (None: there is none yet); None leaves it.
Compose = Callable[[str | None], str | None]


def own(snapshot: Snapshot, name: str) -> tuple[Comment, ...]:
    """List our comments of the instance `name`, the one to keep first.

    A finished review goes before a placeholder. Among reviews one of the present head is kept, and
    of these the newest; among placeholders, which only racing runs leave, the oldest, so that all
    racers choose the same.
    """
    marker = summary.marker(name)
    comments = snapshot.conversation.comments
    ours = [c for c in comments if c.mine and c.body.startswith(marker)]
    known = {c.id: state.decode(c.body) for c in ours}
    heads = {id_: found.head_sha for id_, found in known.items() if found}
    reviews = [c for c in ours if c.id in heads]
    reviews.sort(key=lambda c: (heads[c.id] != snapshot.pull.head_sha, -c.id))
    oldest_first = sorted((c for c in ours if c.id not in heads), key=lambda c: c.id)
    return (*reviews, *oldest_first)


def recall(snapshot: Snapshot, name: str) -> tuple[State, bool]:
    """Read what the instance's comment remembers, and whether it is there but cannot be read."""
    ours = own(snapshot, name)
    known = state.decode(ours[0].body) if ours else None
    return known or State(), bool(ours) and known is None and state.present(ours[0].body)


def edited_by(snapshot: Snapshot, name: str) -> str:
    """Name who else has edited the comment that is kept; empty for nobody."""
    return next((comment.edited_by for comment in own(snapshot, name)), "")


def plan(snapshot: Snapshot, name: str, compose: Compose) -> tuple[Operation, ...]:
    """Say which writes make the conversation hold the composed comment, once."""
    ours = own(snapshot, name)
    body = compose(ours[0].body if ours else None)
    if not ours:
        marker = summary.marker(name)
        return (CreateComment(snapshot.pull.number, body, marker),) if body else ()
    kept, *superfluous = ours
    operations: list[Operation] = [
        _edit(snapshot, other, summary.pointer(name, kept.url)) for other in superfluous
    ]
    # Edits notify people: an equal text is not written again.
    if body and not _same(body, kept.body):
        operations.append(_edit(snapshot, kept, body))
    return tuple(operations)


def publish(forge: Forge, snapshot: Snapshot, name: str, compose: Compose) -> Comment | None:
    """Bring our comment up to date and return it, None when there is none to be.

    `snapshot` must be fresh: the caller has just compared its head with the reviewed one.
    """
    comment = _carry_out(forge, snapshot, name, compose)
    if own(snapshot, name) or comment is None:
        return comment
    # Another run may have posted at the same moment: look again and let one of both stay.
    again = forge.snapshot(snapshot.pull.number)
    if not _listed(again, comment):
        return comment
    return _carry_out(forge, again, name, _unless_moved(snapshot, again, compose))


def _unless_moved(before: Snapshot, after: Snapshot, compose: Compose) -> Compose:
    # What stands there once the head moved may be the word of a newer run.
    return compose if after.pull.head_sha == before.pull.head_sha else _leave


def _carry_out(forge: Forge, snapshot: Snapshot, name: str, compose: Compose) -> Comment | None:
    kept = next(iter(own(snapshot, name)), None)
    for operation in plan(snapshot, name, compose):
        try:
            written = _apply(forge, operation)
        except OvertakenError:
            again = forge.snapshot(snapshot.pull.number)
            return _carry_out(forge, again, name, _unless_moved(snapshot, again, compose))
        if written is None and isinstance(operation, UpdateComment):
            # Somebody deleted it between reading and writing: plan again without it.
            return _carry_out(forge, _without(snapshot, operation.id), name, compose)
        if kept is None or (written and written.id == kept.id):
            kept = written
    return kept


def _edit(snapshot: Snapshot, comment: Comment, body: str) -> UpdateComment:
    return UpdateComment(comment.id, body, snapshot.pull.number, comment.body)


def _apply(forge: Forge, operation: Operation) -> Comment | None:
    try:
        return forge.apply(operation)
    except NotFoundError:
        if isinstance(operation, UpdateComment):
            return None
        raise


def _without(snapshot: Snapshot, comment_id: int) -> Snapshot:
    left = tuple(c for c in snapshot.conversation.comments if c.id != comment_id)
    return replace(snapshot, conversation=replace(snapshot.conversation, comments=left))


def _listed(snapshot: Snapshot, comment: Comment) -> bool:
    return any(other.id == comment.id for other in snapshot.conversation.comments)


def _leave(_body: str | None) -> None:
    """Compose nothing."""


def _same(body: str, other: str) -> bool:
    return body.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
