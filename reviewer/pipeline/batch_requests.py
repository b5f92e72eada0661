"""Chooses what one request shows: a batch of changes, its context, and the maintainers' rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes import batches
from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import SMALLEST_WINDOW, Part, split
from reviewer.config.enums import Batching, Effort
from reviewer.config.settings import Settings
from reviewer.context import guidelines, learnings, whole_change
from reviewer.context.collect import ContextCollector, PartContext, Room
from reviewer.context.discussion import Speakers
from reviewer.context.guidelines import Guidelines
from reviewer.context.repository.repository_code import RepositoryCode
from reviewer.context.whole_change import AfterPush, WholeChange
from reviewer.finding import Finding
from reviewer.findings.other_tools.tool_findings import NO_TOOLS, ToolFindings
from reviewer.llm.batch_request import BatchRequest, Focus, PartRequest, TeamRules
from reviewer.llm.context_window import ContextWindow
from reviewer.prompt import Prompt
from reviewer.pull_request import ReviewThread

# Divide the room of a batch of one file: context that is larger only dilutes the change.
_NEARBY_SHARE = 3
_RELATED_SHARE = 6
# The same for a batch of the whole change: its context takes a quarter of what its changes take,
# but a small change gets some characters more.
_CONTEXT_SHARE = 4
_LEAST_CONTEXT = 5_000
_GUIDELINES_SHARE = 3
_LEARNINGS_SHARE = 12
# The same for unchanged code of the repository, in any batch.
_REPOSITORY_SHARE = 3
_LEAST_REPOSITORY = 6_000
LARGEST_WHOLE = 200_000
"""Characters of a request about the whole change, which is read for what needs two files to see."""
# No prompt about a batch has more characters, so none is made to find out if it fits.
_LARGEST_PROMPT = 300_000
# A prompt that is far too long may only show that the server counts in another way, so the changes
# are not divided by more at once.
_MOST_DIVIDED = 4


def select_rules(
    config: Settings, known: Guidelines, paths: Sequence[str], room: int, share: float = 1.0
) -> TeamRules:
    """Return the team's rules for a request about these files.

    `room` is that for changes; `share` is how much of their room guidelines and learnings may take.
    """
    most = min(guidelines.ROOM, room // _GUIDELINES_SHARE)
    shown, cuts = known.select(paths, int(most * share))
    learned = None
    if config.learnings:
        most = min(learnings.ROOM, room // _LEARNINGS_SHARE)
        learned = learnings.select(config.learnings, paths, int(most * share))
    return TeamRules(config.instructions, guidelines=shown, cuts=tuple(cuts), learned=learned)


@dataclass(frozen=True, slots=True)
class BatchRequests:
    """Makes the requests of one run; safe to share between threads.

    `context_window` may become smaller during the run. `paths` lists all changed files,
    `guidelines` are those at the base commit, `threads` are the review threads of the pull request.
    `earlier` returns the findings of earlier reviews that are still in a file, `tools` holds those
    of other tools.
    """

    context: ContextCollector
    config: Settings
    speakers: Speakers
    earlier: Callable[[ChangedFile], tuple[Finding, ...]]
    context_window: ContextWindow
    batching: Batching = Batching.CHANGE
    effort: Effort = Effort.MEDIUM
    threads: tuple[ReviewThread, ...] = ()
    paths: tuple[str, ...] = ()
    guidelines: Guidelines = field(default_factory=Guidelines)
    tools: ToolFindings = NO_TOOLS

    @property
    def window(self) -> int:
        """The largest batch in characters."""
        return max(SMALLEST_WINDOW, min(self.context_window.room, batches.LARGEST_BATCH))

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

    def show_whole(
        self, files: Sequence[ChangedFile], push: AfterPush | None = None
    ) -> WholeChange:
        """Return what a request about all files shows of them: after a push, most of those asked.

        What is related to those is found here.
        """
        groups = [[*group] for group in self.context.group(files)]
        ordered = [file for group in groups for file in group]
        if push:
            near = (group for group in groups if any(file.path in push.asked for file in group))
            push = replace(push, related=frozenset(file.path for group in near for file in group))
        return whole_change.fit(ordered, min(self.context_window.room, LARGEST_WHOLE), push)

    def fit_whole(self, change: WholeChange, room: int) -> WholeChange | None:
        """Return what a request about the same files shows in `room`, None if that is nothing."""
        if change.size <= room:
            return change
        if room < SMALLEST_WINDOW:
            return None
        return whole_change.fit(change.files, room, change.push)

    def fit(self, batch: Batch, make: Callable[[Batch], Prompt]) -> tuple[Batch, ...]:
        """Return the batch as it fits the window: divided, or with less beside its changes.

        `make` returns the prompt about a batch. The smallest one is returned although its prompt
        seems to be too long: only the server knows.
        """
        window = self.context_window
        if batch.size > max(window.room, SMALLEST_WINDOW):
            return batch.fit(self.window)
        largest = _find_largest(window)
        if largest is None:
            return (batch,)
        choices = batch.leaner()
        fitting = next((each for each in choices if make(each).size <= largest), None)
        if fitting is None and window.refused is not None:
            return _divide(batch, make) or (batch,)
        return (fitting or choices[-1],)

    def shrink(self, batch: Batch, make: Callable[[Batch], Prompt]) -> tuple[Batch, ...]:
        """Return what to ask about after the prompt was refused; () if it was the smallest.

        Where the size of the window is known, the batch is made to fit, else it is halved.
        """
        most = self.context_window.most
        if most is None:
            return _divide(batch, make)
        fitting = self.fit(batch, make)
        if fitting != (batch,):
            return fitting
        excess = make(batch).size - most
        if excess > 0:
            room = max(batch.size - excess, batch.size // _MOST_DIVIDED)
            pieces = batch.fit(max(room, SMALLEST_WINDOW))
            if len(pieces) > 1:
                return pieces
        return _divide(batch, make)

    def make(self, batch: Batch) -> BatchRequest:
        """Return what a request about a batch shows; a verification shows what the review did."""
        paths = frozenset(batch.paths)
        parts = tuple(
            self._describe(part, self._find_room(part, batch), paths) for part in batch.parts
        )
        room = self.context_window.room
        rules = select_rules(self.config, self.guidelines, batch.paths, room, batch.share)
        return BatchRequest(
            parts=parts,
            rules=replace(rules, linters=self.context.find_linters()),
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
        most = max(_LEAST_REPOSITORY, batch.size // _REPOSITORY_SHARE)
        room = int(min(left, most) * batch.share)
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
            instructions=self.config.find_instructions(path),
            threads=tuple(
                self.speakers.describe(thread) for thread in self.threads if thread.path == path
            ),
            earlier=self.earlier(part.file),
            reported=tuple(
                each
                for each in self.tools.by_path.get(path, ())
                if part.shows(each.side, each.start_line)
            ),
        )

    def _find_room(self, part: Part, batch: Batch) -> Room | None:
        """Return the room for the context of a part, None for a request that shows none.

        Half of the room of a batch is the same for every part.
        """
        if not batch.share:
            return None
        if self.batching is Batching.FILE:
            room = int(self.window * batch.share)
            return Room(room // _NEARBY_SHARE, room // _RELATED_SHARE)
        left = self.window - batch.size
        if left < 0:
            return None
        room = int(min(left, max(_LEAST_CONTEXT, batch.size // _CONTEXT_SHARE)) * batch.share)
        mine = (room // len(batch.parts) + room * part.size // batch.size) // 2
        return Room(mine * 2 // 3, mine // 3)


def _find_largest(window: ContextWindow) -> int | None:
    """Return the characters of the largest prompt that may fit, None if any may."""
    limits = [] if window.most is None or window.most > _LARGEST_PROMPT else [window.most]
    if window.refused is not None:
        limits.append(window.refused - 1)
    return min(limits, default=None)


def _divide(batch: Batch, make: Callable[[Batch], Prompt]) -> tuple[Batch, ...]:
    """Return the halves of a batch; the smallest one loses its context and the guidelines.

    () if it has none.
    """
    bare = batch.leaner()[-1]
    return batch.halves() or ((bare,) if make(bare).size < make(batch).size else ())
