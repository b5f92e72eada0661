"""Marks a test as one that shows rows of the fault list, tests/faults.csv."""

import pytest


def faults(*rows: str) -> pytest.MarkDecorator:
    """Return the mark of a test that shows these rows, such as "GH1"; `--fault GH1` selects it."""
    return pytest.mark.faults(*rows)
