"""Reports what pydantic and the reader of YAML find in a file of the repository, all at once."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reviewer.config.config_error import ConfigError
from reviewer.config.repository.strict_yaml import Document, Path

MOST_ERRORS = 10
"""Errors of one file that are reported; somebody who mends so many checks again."""

_Made = TypeVar("_Made")


def validate(
    document: Document,
    make: Callable[[], _Made],
    describe: Callable[[ErrorDetails], ConfigError],
) -> _Made:
    """Return what pydantic makes of a document.

    Raises ConfigError about the first error in the file, with the next ones in `more`.
    """
    errors: Sequence[ErrorDetails] = ()
    try:
        made = make()
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
    else:
        if not document.refused:
            return made
    found = _collect(document, errors, describe)
    first, *others = sorted(found, key=lambda each: (each.line, each.column))[:MOST_ERRORS]
    first.more = tuple(others)
    raise first


def _collect(
    document: Document,
    errors: Sequence[ErrorDetails],
    describe: Callable[[ErrorDetails], ConfigError],
) -> Iterator[ConfigError]:
    """Yield one error for each place.

    What an entry lacks it may have under a wrong name, and then the name is the error. What is
    below a wrong name goes with it, and a value that is no plain YAML is no other error.
    """
    wrong_names = {error["loc"] for error in errors if error["type"] == "extra_forbidden"}
    misnamed = {where[:-1] for where in wrong_names}
    for where, problem in document.refused.items():
        if not any(_is_in(where, name) for name in wrong_names):
            yield problem
    wanted = [
        error
        for error in errors
        if not (error["type"] == "missing" and error["loc"][:-1] in misnamed)
        and not (error["loc"] in document.refused and error["loc"] not in wrong_names)
    ]
    wanted.sort(key=lambda error: _find_place(document, error))
    # About one value, pydantic may say several things for which we have one sentence.
    described = map(describe, wanted[:MOST_ERRORS])
    yield from {str(problem): problem for problem in described}.values()


def _is_in(where: Path, outer: Path) -> bool:
    return where[: len(outer)] == outer


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
