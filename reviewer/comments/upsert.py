"""Keeps one comment of ours up to date, and decides what a run does when the head has moved."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from reviewer.comments import summary
from reviewer.errors import NotFoundError, OvertakenError
from reviewer.memory import state_line
from reviewer.memory.seal import Seal
from reviewer.memory.state import State
from reviewer.operations import CreateComment, Operation, UpdateComment
from reviewer.ports import Forge
from reviewer.pull_request import Comment, Snapshot


@dataclass(frozen=True, slots=True)
class OwnComment:
    """The comments of this reviewer in `snapshot`, the one to keep first.

    Usually there is one or none; two runs that race can leave more, and another workflow can write
    what looks like one. `states` maps the id of each comment whose state is believed to that state.
    `restored` is what is known if reports of earlier runs have more than the comment.
    """

    snapshot: Snapshot
    seal: Seal
    comments: tuple[Comment, ...] = ()
    states: Mapping[int, State] = field(default_factory=dict)
    restored: State | None = None

    @classmethod
    def find(cls, snapshot: Snapshot, seal: Seal) -> "OwnComment":
        """Find our comments in a snapshot and decode the states that `seal` believes.

        A review that is believed is preferred to any other comment. Of several, that with the
        newest state is kept (`_rank`). Of comments that prove nothing, the oldest is kept, so that
        runs that race choose the same and nobody can supplant ours later.
        """
        marker = summary.MARKER.format(seal.name)
        ours = [c for c in snapshot.conversation.comments if c.mine and c.body.startswith(marker)]
        ours.sort(key=lambda comment: comment.id)
        decoded = {comment.id: state_line.believe(comment.body, seal) for comment in ours}
        states = {id_: found for id_, found in decoded.items() if found}
        # A run that is under way may be remembered before there is a review.
        reviews = [
            c for c in ours if (known := states.get(c.id)) and (known.head_sha or known.paused)
        ]
        if seal.key:
            reviews.sort(key=lambda c: _rank(c, states[c.id], snapshot.pull.head_sha))
        others = [comment for comment in ours if comment not in reviews]
        return cls(snapshot, seal, (*reviews, *others), states)

    @property
    def name(self) -> str:
        """The name of this reviewer."""
        return self.seal.name

    @property
    def kept(self) -> Comment | None:
        """The comment to keep, None if there is none."""
        return self.comments[0] if self.comments else None

    @property
    def superfluous(self) -> tuple[Comment, ...]:
        """The other comments; each will point to the kept one."""
        return self.comments[1:]

    @property
    def state(self) -> State:
        """The state in the kept comment; an empty one if none is believed.

        Without a key, everybody could have written it, so it pauses, orders and promises nothing.
        """
        found = self.states.get(self.kept.id, State()) if self.kept else State()
        return found if self.seal.key else replace(found, paused="", moment=0, listens=False)

    @property
    def memory(self) -> State:
        """All that is known of earlier runs, from the kept comment or from their reports."""
        return self.restored or self.state

    @property
    def body(self) -> str | None:
        """The text of the kept comment, None if there is none."""
        return self.kept.body if self.kept else None

    @property
    def doubt(self) -> str:
        """Why the state of the kept comment is not believed, "" if it is, or has none."""
        kept = self.kept
        if kept is None or kept.id in self.states:
            return ""
        return state_line.explain_doubt(kept.body, self.seal)

    @property
    def changed(self) -> bool:
        """True if somebody changed the text of the kept comment since it was signed."""
        return self.kept is None or _is_changed(self.kept, self.state)

    @property
    def shown_review(self) -> str:
        """A sentence on what the kept comment shows below its status line."""
        if self._shows_foreign_text:
            return "The text below is not signed with the present key: it proves nothing."
        known = self.state
        if not known.head_sha:
            return "There is no review yet."
        extent = "" if known.complete else ", which is incomplete"
        if self.seal.key and self.changed:
            extent = ", but somebody changed the text"
        return f"Below is the review of {known.head_sha[:7]}{extent}."

    @property
    def _shows_foreign_text(self) -> bool:
        """True if the kept comment has a text, and it is no review that is believed."""
        if self.kept is None or self.kept.id in self.states:
            return False
        text = summary.with_status(self.kept.body, "")
        return text.strip() != summary.placeholder(self.name, "").strip()

    @property
    def key_note(self) -> str:
        """What a key would save, if there is none and something is remembered; else ""."""
        if self.seal.key or not self.state.head_sha:
            return ""
        return (
            "every file was reviewed, because nothing proves who wrote what is remembered: with a "
            "secret as memory-key, a run reviews only what changed"
        )

    def holds_signed_review(self, head_sha: str) -> bool:
        """Return True if the kept comment has a signed review of this commit, and no key is there.

        Without a key nobody can tell if it is ours; it proves more than what is not signed.
        """
        unknown = self.kept is not None and not self.seal.key
        return unknown and state_line.find_signed_head(self.body or "") == head_sha

    def with_restored(self, state: State) -> "OwnComment":
        """Return our comments with a state from reports, if it is newer than the comment's."""
        return replace(self, restored=state) if state.moment > self.state.moment else self

    def without(self, comment_id: int) -> "OwnComment":
        """Return our comments without one that was deleted since the snapshot."""
        return replace(self, comments=tuple(c for c in self.comments if c.id != comment_id))


# Returns the wanted body of the kept comment; None writes nothing.
Compose = Callable[[OwnComment], str | None]


def plan(own: OwnComment, compose: Compose) -> tuple[Operation, ...]:
    """Return the writes after which the composed comment exists once."""
    number, kept = own.snapshot.pull.number, own.kept
    body = compose(own)
    if kept is None:
        return (CreateComment(number, body, summary.marker(own.name)),) if body else ()
    pointer = summary.pointer(own.name, kept.url)
    operations: list[Operation] = [_plan_edit(number, other, pointer) for other in own.superfluous]
    # Edits notify people: an equal text is not written again.
    if body and not _is_same_text(body, kept.body):
        operations.append(_plan_edit(number, kept, body))
    return tuple(operations)


def publish(forge: Forge, own: OwnComment, compose: Compose) -> Comment | None:
    """Create or update our comment and return it; None if there is none and none is wanted.

    `own` must be of a fresh snapshot, whose head the caller has just compared with the reviewed
    one. Raises ForgeError if the comment cannot be written.
    """
    comment = write(forge, own, compose)
    if own.kept or comment is None:
        return comment
    # Another run may have posted at the same time.
    again = OwnComment.find(forge.snapshot(own.snapshot.pull.number), own.seal)
    return keep_one(forge, own, again, comment, compose)


def keep_one(
    forge: Forge, before: OwnComment, again: OwnComment, comment: Comment, compose: Compose
) -> Comment | None:
    """Keep one of the comments in `again`, read after `comment` was created; return it."""
    if not any(other.id == comment.id for other in again.snapshot.conversation.comments):
        return comment
    return write(forge, again, _compose_unless_moved(before.snapshot, again.snapshot, compose))


def _compose_unless_moved(before: Snapshot, after: Snapshot, compose: Compose) -> Compose:
    """Return `compose`, or if the head moved, a function that writes nothing.

    The comment may then be that of a newer run.
    """
    step = next_step(Moment.BEFORE_WRITE, before.pull.head_sha, after)
    return compose if step is NextStep.GO_ON else _compose_nothing


def write(forge: Forge, own: OwnComment, compose: Compose) -> Comment | None:
    """Create or update our comment as `publish` does, but do not read it again afterwards."""
    kept = own.kept
    for operation in plan(own, compose):
        try:
            written = _write(forge, operation)
        except OvertakenError:
            again = OwnComment.find(forge.snapshot(own.snapshot.pull.number), own.seal)
            return write(forge, again, _compose_unless_moved(own.snapshot, again.snapshot, compose))
        if written is None and isinstance(operation, UpdateComment):
            # Somebody deleted it between reading and writing: plan again without it.
            return write(forge, own.without(operation.id), compose)
        if kept is None or (written and written.id == kept.id):
            kept = written
    return kept


def _plan_edit(number: int, comment: Comment, body: str) -> UpdateComment:
    return UpdateComment(comment.id, body, number, comment.body)


def _write(forge: Forge, operation: Operation) -> Comment | None:
    try:
        written = forge.apply(operation)
    except NotFoundError:
        if isinstance(operation, UpdateComment):
            return None
        raise
    return written if isinstance(written, Comment) else None


def _compose_nothing(_own: OwnComment) -> None:
    """Compose nothing."""


def _rank(comment: Comment, known: State, head_sha: str) -> tuple[int, bool, bool, int]:
    """Return the rank of one of several signed reviews; the lowest is kept.

    A copy of an earlier review has an older state. One with the newest state and another text does
    not have the text that was signed, and came later. Then the present head and the newest comment
    are preferred.
    """
    changed = _is_changed(comment, known)
    age = comment.id if changed else -comment.id
    return -known.moment, changed, known.head_sha != head_sha, age


def _is_changed(comment: Comment, known: State) -> bool:
    return known.shown != state_line.hash_text(summary.with_status(comment.body, ""))


def _is_same_text(body: str, other: str) -> bool:
    return body.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


class Moment(enum.Enum):
    """The point of the run at which the head was read again."""

    BEFORE_REVIEW = enum.auto()
    """The changes were read; nothing was announced and no model asked."""
    BEFORE_WRITE = enum.auto()
    """Our comment is about to be written."""
    AFTER_WRITE = enum.auto()
    """Our review was written, perhaps over the review of a newer run."""
    AT_LINES = enum.auto()
    """GitHub refused inline comments on the reviewed commit."""


class NextStep(enum.Enum):
    """The decision on how the run goes on."""

    GO_ON = enum.auto()
    START_AGAIN = enum.auto()
    """Review the new head in this run."""
    LEAVE = enum.auto()
    """Write nothing more: the run for the new head reports."""


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """The run has to start again with the head in `snapshot`."""

    snapshot: Snapshot


def next_step(
    moment: Moment, reviewed_sha: str, snapshot: Snapshot, *, last_word: bool = False
) -> NextStep:
    """Decide how a review of the commit `reviewed_sha` goes on after a fresh snapshot.

    `last_word` is for AFTER_WRITE alone: the comment shows our review of the old head, and perhaps
    no other run will replace it.
    """
    if snapshot.pull.head_sha == reviewed_sha:
        return NextStep.GO_ON
    match moment:
        case Moment.BEFORE_REVIEW:
            return NextStep.START_AGAIN
        case Moment.AFTER_WRITE if last_word:
            return NextStep.START_AGAIN
        case Moment.BEFORE_WRITE | Moment.AFTER_WRITE | Moment.AT_LINES:
            return NextStep.LEAVE
