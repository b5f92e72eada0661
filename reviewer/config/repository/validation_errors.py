"""Puts what pydantic finds in a file of the repository into the order of its lines."""

from collections.abc import Callable, Sequence

from pydantic_core import ErrorDetails

from reviewer.config.repository.strict_yaml import Document
from reviewer.errors import ConfigError

MOST_ERRORS = 10
"""Errors of one file that are reported; somebody who mends so many checks again."""


def combine(
    document: Document,
    errors: Sequence[ErrorDetails],
    describe: Callable[[ErrorDetails], ConfigError],
) -> ConfigError:
    """Return the first of the errors in the file, with the next ones in `more`.

    What an entry lacks it may have under a wrong name, and then the name is the error.
    """
    misnamed = {error["loc"][:-1] for error in errors if error["type"] == "extra_forbidden"}
    wanted = (
        error
        for error in errors
        if not (error["type"] == "missing" and error["loc"][:-1] in misnamed)
    )
    ordered = sorted(wanted, key=lambda error: _find_place(document, error))
    # About one value, pydantic may say several things for which we have one sentence.
    described: dict[str, ConfigError] = {}
    for error in ordered[:MOST_ERRORS]:
        problem = describe(error)
        described.setdefault(str(problem), problem)
    first, *others = described.values()
    first.more = tuple(others)
    return first


def _find_place(document: Document, error: ErrorDetails) -> tuple[int, int]:
    where = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            place = document.keys[where]
        case "missing":
            place = document.values[where[:-1]]
        case _:
            place = document.values[where]
    return place.line, place.column
