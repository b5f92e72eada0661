"""Finds patterns of settings and learnings that match no file, to notice misspelt ones."""

from collections.abc import Collection, Iterator

from reviewer.config.globs import Patterns
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.settings import Settings

_MOST_CHECKS = 500_000
"""Patterns times files; half a second. Larger repositories get no note."""
_MOST_SHOWN = 5


def find(config: Settings, paths: Collection[str]) -> tuple[str, ...]:
    """Return a note about the patterns that match none of the paths, () if each matches one.

    `paths` are those of the whole repository, with those that the change removes.
    """
    patterns = tuple(_list_patterns(config))
    if not paths or len(patterns) * len(paths) > _MOST_CHECKS:
        return ()
    unmatched = [f"`{pattern}` ({where})" for pattern, where in patterns if _misses(pattern, paths)]
    if not unmatched:
        return ()
    more = len(unmatched) - _MOST_SHOWN
    shown = ", ".join(unmatched[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
    noun = "pattern matches" if len(unmatched) == 1 else "patterns match"
    return (f"{len(unmatched)} {noun} no file of the repository: {shown}",)


def _list_patterns(config: Settings) -> Iterator[tuple[str, str]]:
    for author, globs in (("the workflow", config.workflow_globs), (PATH, config.repository_globs)):
        for name, patterns in (("include", globs.include), ("exclude", globs.exclude)):
            yield from ((pattern, f"{name} of {author}") for pattern in patterns)
    yield from ((each.path, f"path-instructions of {PATH}") for each in config.path_instructions)
    learned = dict.fromkeys(path for each in config.learnings for path in each.paths)
    yield from ((path, f"paths of {LEARNINGS_FILE}") for path in learned)


def _misses(pattern: str, paths: Collection[str]) -> bool:
    compiled = Patterns((pattern,))
    return all(compiled.verdict(path) is None for path in paths)
