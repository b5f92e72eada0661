"""The places of the repository's files, and those where people put them by mistake."""

from collections.abc import Collection

from reviewer.config.config_error import ConfigError

REPOSITORY_FILE = ".github/code-review.yml"
LEARNINGS_FILE = ".github/code-review-learnings.yml"
"""In the same folder, so that one query can prove both."""
_FOLDER = ".github/"
MISPLACED = (
    ".github/code-review.yaml",
    "code-review.yml",
    "code-review.yaml",
    ".code-review.yml",
    ".code-review.yaml",
)
"""Paths at which no settings are read; only the first can be nobody's but ours."""
MISPLACED_LEARNINGS = ".github/code-review-learnings.yaml"
LOOKED_FOR = (*MISPLACED, LEARNINGS_FILE, MISPLACED_LEARNINGS)
"""Paths of which a run asks if the base commit has anything there."""


def check(found: Collection[str], *, exists: bool) -> tuple[str, ...]:
    """Return a note for each misplaced file that another tool may own.

    Raises ConfigError for a file that can only be meant for us: settings that are not read may
    send out what should have stayed. `exists` says that there is a file at the right place. Then
    one at the root of the repository is not taken for ours.
    """
    ours = [path for path in found if not exists or path.startswith(_FOLDER)]
    if ours:
        raise refuse(ours[0], exists=exists)
    return tuple(f"`{path}` is not read: the settings are in {REPOSITORY_FILE}" for path in found)


def refuse(path: str, *, exists: bool) -> ConfigError:
    """Return the error about a misplaced file."""
    move = f"Move it: `git mv {path} {REPOSITORY_FILE}`."
    if not path.startswith(_FOLDER):
        move += f" If another tool reads it, add an empty {REPOSITORY_FILE}."
    merge = f"Move its settings to {REPOSITORY_FILE}, and delete it."
    return ConfigError(
        "no settings are read from this file.",
        cause=f"The settings are read from {REPOSITORY_FILE} only, and a setting that is not read, "
        "such as `exclude`, could send out code that should stay.",
        remedy=merge if exists else move,
        path=path,
    )
