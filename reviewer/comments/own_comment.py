"""Our summary comment as one snapshot shows it: found once, its state decoded once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reviewer.comments import summary
from reviewer.memory import state
from reviewer.memory.state import State
from reviewer.pull_request import Comment, Snapshot


@dataclass(frozen=True, slots=True)
class OwnComment:
    """The comments of the instance `name` in `snapshot`, the one to keep first.

    Usually there is one or none; races of two runs can leave more. `states` holds the decoded
    state of each comment that has a readable one, by comment id.
    """

    snapshot: Snapshot
    name: str
    comments: tuple[Comment, ...] = ()
    states: Mapping[int, State] = field(default_factory=dict)

    @classmethod
    def find(cls, snapshot: Snapshot, name: str) -> "OwnComment":
        """Find our comments in a snapshot and decode their states.

        A finished review goes before a placeholder. Of several reviews, one of the present head is
        kept, and of these the newest. Of several placeholders, which only racing runs leave, the
        oldest is kept, so that all racing runs choose the same.
        """
        marker = summary.marker(name)
        ours = [c for c in snapshot.conversation.comments if c.mine and c.body.startswith(marker)]
        decoded = {comment.id: state.decode(comment.body) for comment in ours}
        states = {id_: found for id_, found in decoded.items() if found}
        head_sha = snapshot.pull.head_sha
        reviews = [comment for comment in ours if comment.id in states]
        reviews.sort(key=lambda c: (states[c.id].head_sha != head_sha, -c.id))
        placeholders = sorted((c for c in ours if c.id not in states), key=lambda c: c.id)
        return cls(snapshot, name, (*reviews, *placeholders), states)

    @property
    def kept(self) -> Comment | None:
        """The comment to keep, None while there is none."""
        return self.comments[0] if self.comments else None

    @property
    def superfluous(self) -> tuple[Comment, ...]:
        """The other comments; each is to point to the kept one."""
        return self.comments[1:]

    @property
    def state(self) -> State:
        """What the kept comment remembers; an empty state where nothing readable is there."""
        return self.states.get(self.kept.id, State()) if self.kept else State()

    @property
    def damaged(self) -> bool:
        """True where the kept comment holds a state that cannot be read."""
        kept = self.kept
        return kept is not None and kept.id not in self.states and state.present(kept.body)

    def without(self, comment_id: int) -> "OwnComment":
        """Return what is left when somebody has deleted a comment since the snapshot."""
        return replace(self, comments=tuple(c for c in self.comments if c.id != comment_id))
