"""Selects the learnings that a request shows, and reports which ones a review was made with."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reviewer.config.repository.learnings import Learning
from reviewer.config.settings import Settings
from reviewer.review.result import GivenLearning
from reviewer.text import digest
from reviewer.text.truncate import line

ROOM = 4_000
"""Characters of all learnings in a request; a smaller window leaves them less."""
# Of the entries that are left out, the job summary names some, each by its beginning.
_NAMED = 5
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ShownLearnings:
    """What a request shows of the learnings about its files.

    `given` has those that it shows, in the order of the file, each with the paths that it is about;
    `left` those for which there was no room.
    """

    given: tuple[tuple[Learning, tuple[str, ...]], ...] = ()
    left: tuple[Learning, ...] = ()


def select(known: Sequence[Learning], paths: Sequence[str], room: int) -> ShownLearnings:
    """Return the learnings for a request about these files.

    If not all fit, those about some files come first, and of these the newest, which are last in
    the file.
    """
    about = {each: tuple(filter(each.applies_to, paths)) for each in dict.fromkeys(known)}
    applying = [each for each, mine in about.items() if mine]
    chosen: set[Learning] = set()
    newest_first = applying[::-1]
    for each in sorted(newest_first, key=lambda each: not each.paths):
        size = len(each.text) + sum(map(len, each.paths))
        if size <= room:
            chosen.add(each)
            room -= size
    return ShownLearnings(
        tuple((each, about[each]) for each in applying if each in chosen),
        tuple(each for each in applying if each not in chosen),
    )


def identify_for(known: Iterable[Learning], path: str) -> tuple[str, ...]:
    """Return a hash of each learning about a file, whatever a request has room for.

    Where it comes from and its place in the file do not matter to the model.
    """
    return tuple(
        sorted(
            digest.identify("learning", each.text, *each.paths)
            for each in set(known)
            if each.applies_to(path)
        )
    )


def find_rules(settings: Settings, path: str) -> tuple[str, ...] | None:
    """Return what `identify_for` does; None if it is not known which learnings there are."""
    return None if settings.learnings_unread else identify_for(settings.learnings, path)


def list_given(
    known: Sequence[Learning], shown: Iterable[ShownLearnings], kept: Collection[str]
) -> tuple[GivenLearning, ...]:
    """Return the learnings that a review was made with, in the order of the file.

    `kept` are the paths of files that keep an earlier result, which was made with the same ones.
    """
    given = {each: set(filter(each.applies_to, kept)) for each in known}
    for request in shown:
        for learning, paths in request.given:
            given.setdefault(learning, set()).update(paths)
    return tuple(
        GivenLearning(each.text, each.origin, len(files)) for each, files in given.items() if files
    )


def describe_left(shown: Iterable[ShownLearnings]) -> tuple[str, ...]:
    """Return a sentence for the job summary on what some requests had no room for."""
    left = tuple(dict.fromkeys(each for request in shown for each in request.left))
    if not left:
        return ()
    names = [f"\u201c{line(each.text, _LONGEST_NAME)}\u201d" for each in left[:_NAMED]]
    more = len(left) - len(names)
    text = ", ".join(names) + (f" and {more} more" if more else "")
    return (f"learnings left out of requests because of their length: {text}",)
