"""Chooses what one request shows: a batch of changes, its context, and the maintainers' rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes import batches
from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part, split
from reviewer.config.enums import Batching, Effort
from reviewer.config.globs import Patterns
from reviewer.config.settings import Settings
from reviewer.context import guidelines, whole_change
from reviewer.context.collect import ContextCollector, PartContext, Room
from reviewer.context.discussion import Speakers
from reviewer.context.guidelines import Guidelines, TeamRules
from reviewer.context.repository_code import RepositoryCode
from reviewer.context.whole_change import WholeChange
from reviewer.finding import Finding
from reviewer.llm import budget
from reviewer.llm.prompts import BatchRequest, Focus, PartRequest
from reviewer.pull_request import ReviewThread

# The changes' share of a model's context window; the rest is for instructions and the reply.
WINDOW_SHARE = 0.5
CHARACTERS_PER_TOKEN = 3
UNKNOWN_WINDOW = 32_000
# Divide the room of a batch of one file: context that is larger only dilutes the change. A
# verification is about few findings, so it gets more.
_NEARBY_SHARE = 3
_NEARBY_SHARE_TO_VERIFY = 2
_RELATED_SHARE = 6
# The same for a batch of the whole change: its context takes a quarter of what its changes take,
# but a small change gets some characters more.
_CONTEXT_SHARE = 4
_LEAST_CONTEXT = 3_000
_GUIDELINES_SHARE = 3
# The same for unchanged code of the repository, in any batch.
_REPOSITORY_SHARE = 3
_LEAST_REPOSITORY = 6_000
LARGEST_WHOLE = 200_000
"""Characters of a request about the whole change, which is read for what needs two files to see."""


def find_room(model: str, limit: int | None) -> int:
    """Return the room for changes in characters; `limit` is the window in tokens, if it is set."""
    facts = budget.lookup(model)
    tokens = limit or (facts.context_window if facts else UNKNOWN_WINDOW)
    return int(tokens * WINDOW_SHARE * CHARACTERS_PER_TOKEN)


def select_rules(config: Settings, known: Guidelines, paths: Sequence[str], room: int) -> TeamRules:
    """Return the team's rules for a request about these files; `room` is that for changes."""
    shown, cuts = known.select(paths, min(guidelines.ROOM, room // _GUIDELINES_SHARE))
    return TeamRules(config.instructions, guidelines=shown, cuts=tuple(cuts))


@dataclass(frozen=True, slots=True)
class BatchRequests:
    """Makes the requests of one run; safe to share between threads.

    `room` is what the model's window leaves for changes, in characters. `paths` lists all changed
    files, `guidelines` are those at the base commit, `threads` are the review threads of the pull
    request. `earlier` returns the findings of earlier reviews that are still in a file.
    """

    context: ContextCollector
    config: Settings
    speakers: Speakers
    earlier: Callable[[ChangedFile], tuple[Finding, ...]]
    room: int
    batching: Batching = Batching.CHANGE
    effort: Effort = Effort.MEDIUM
    threads: tuple[ReviewThread, ...] = ()
    paths: tuple[str, ...] = ()
    guidelines: Guidelines = field(default_factory=Guidelines)

    @property
    def window(self) -> int:
        """The largest batch in characters."""
        return min(self.room, batches.LARGEST_BATCH)

    def pack(self, files: Sequence[ChangedFile]) -> tuple[Batch, ...]:
        """Return the batches that hold the changes of the files."""
        match self.batching:
            case Batching.FILE:
                return batches.separate(part for file in files for part in split(file, self.window))
            case Batching.CHANGE:
                groups = self.context.group(files)
                return batches.pack(
                    (
                        [part for file in group for part in split(file, self.window)]
                        for group in groups
                    ),
                    self.window,
                )

    def add_second_pass(self, packed: Sequence[Batch]) -> tuple[Batch, ...]:
        """Return the batches, at high effort each of them twice."""
        if self.effort is not Effort.HIGH:
            return tuple(packed)
        return (*packed, *(batch.reverse() for batch in packed))

    def show_whole(self, files: Sequence[ChangedFile]) -> WholeChange:
        """Return what a request about all files shows of them."""
        ordered = [file for group in self.context.group(files) for file in group]
        return whole_change.fit(ordered, min(self.room, LARGEST_WHOLE))

    def make(self, batch: Batch, *, verifies: bool = False) -> BatchRequest:
        """Return what a request about a batch shows; a verification of one file shows more."""
        paths = frozenset(batch.paths)
        parts = tuple(
            self._describe(part, self._find_room(part, batch, verifies=verifies), paths)
            for part in batch.parts
        )
        return BatchRequest(
            parts=parts,
            rules=replace(
                select_rules(self.config, self.guidelines, batch.paths, self.room),
                linters=self.context.find_linters(),
            ),
            siblings=tuple(other for other in self.paths if other not in paths),
            whole=batch.whole,
            focus=self._choose_focus(batch),
            repository=self._find_repository_code(batch, parts),
        )

    def _find_repository_code(self, batch: Batch, parts: Sequence[PartRequest]) -> RepositoryCode:
        """Return unchanged code for a batch; a larger one than the window has no room for it."""
        contexts = [part.context for part in parts]
        taken = sum(len(each.nearby) + len(each.related) for each in contexts)
        left = self.window - batch.size - taken
        room = min(left, max(_LEAST_REPOSITORY, batch.size // _REPOSITORY_SHARE))
        if room <= 0:
            return RepositoryCode()
        return self.context.search(batch.parts, room, contexts)

    def _choose_focus(self, batch: Batch) -> Focus:
        if self.effort is not Effort.HIGH:
            return Focus.ALL
        return Focus.ELSEWHERE if batch.second else Focus.LINES

    def _describe(self, part: Part, room: Room | None, beside: frozenset[str]) -> PartRequest:
        path = part.file.path
        return PartRequest(
            part,
            context=self.context.collect(part, room, beside) if room else PartContext(),
            instructions=tuple(
                instruction.instructions
                for instruction in self.config.path_instructions
                if Patterns((instruction.path,)).verdict(path)
            ),
            threads=tuple(
                self.speakers.describe(thread) for thread in self.threads if thread.path == path
            ),
            earlier=self.earlier(part.file),
        )

    def _find_room(self, part: Part, batch: Batch, *, verifies: bool) -> Room | None:
        """Return the room for the context of a part, None for a request about the whole change.

        Half of the room of a batch is the same for every part.
        """
        if self.batching is Batching.FILE:
            share = _NEARBY_SHARE_TO_VERIFY if verifies else _NEARBY_SHARE
            return Room(self.window // share, self.window // _RELATED_SHARE)
        left = self.window - batch.size
        if left < 0:
            return None
        room = min(left, max(_LEAST_CONTEXT, batch.size // _CONTEXT_SHARE))
        mine = (room // len(batch.parts) + room * part.size // batch.size) // 2
        return Room(mine * 2 // 3, mine // 3)
