"""Names the files that inputs name, such as reports of other tools, from the repository's root."""

import os
from collections.abc import Iterable
from dataclasses import replace

from reviewer.config.workflow.inputs import REPORTS, Inputs
from reviewer.errors import InputError


def relate_inputs(inputs: Inputs, root: str) -> Inputs:
    """Return the inputs with names relative to `root` instead of to the current folder.

    Raises InputError for a file outside of it.
    """
    own = inputs.reports if inputs.reports == (REPORTS,) else relate(inputs.reports, root)
    return replace(inputs, sarif=relate(inputs.sarif, root), reports=own)


def relate(names: Iterable[str], root: str) -> tuple[str, ...]:
    """Return names and patterns of files relative to `root`; raises InputError as above."""
    return tuple(_relate(name, os.path.abspath(root)) for name in names)  # noqa: PTH100 - keeps links


def _relate(name: str, root: str) -> str:
    path = os.path.relpath(os.path.abspath(name), root).replace(os.sep, "/")  # noqa: PTH100
    if path.partition("/")[0] == os.pardir:
        raise InputError(
            f"{name} is not below {root}, and reports are read from there only.",
            remedy="Let the tool write its report into the repository, or copy it there.",
        )
    return path
