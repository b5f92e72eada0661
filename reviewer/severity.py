"""How much harm a problem does, and how sure the model is of it: ordered words.

Settings and inputs use them too, so this module imports the standard library alone (the start with
nothing to do imports it).
"""

import enum
from typing import Self


class Scale(enum.IntEnum):
    """Ordered words, so that thresholds compare."""

    label: str
    """The word used in configuration, replies and reports."""

    def __init__(self, _value: int) -> None:
        """Derive the label from the name."""
        self.label = self._name_.lower()

    @classmethod
    def by_label(cls) -> dict[str, Self]:
        """Return the words of the scale by their labels, the highest first."""
        return {word.label: word for word in sorted(cls, reverse=True)}


class Severity(Scale):
    """How much harm the problem does to users of the code."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confidence(Scale):
    """How sure the model is that the problem is one."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
