"""What the verification says of a finding."""

import enum
from dataclasses import dataclass

from reviewer.finding import Finding


class VerdictOutcome(enum.Enum):
    """The effect of the verification on a finding."""

    KEPT = "kept"
    LOWERED = "lowered"
    DROPPED = "dropped"
    JOINED = "joined"
    """It has the same cause as another finding, which names its place too."""


class Ground(enum.Enum):
    """The kind of reason that a verdict of the verification has."""

    EXISTED = "existed"
    IMPOSSIBLE = "impossible"
    STYLE = "style"
    MINOR = "minor"
    ANNOUNCED = "announced"
    UNSEEN = "unseen"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verification:
    """The verification of one finding.

    `finding` is as it was before. `reason` and `evidence` are the model's texts, untrusted; the
    latter is the line that decides, or the input that fails.
    """

    finding: Finding
    outcome: VerdictOutcome
    reason: str
    ground: Ground = Ground.NONE
    evidence: str = ""
