"""What a run hides of the texts that it shows the model."""

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer import rules
from reviewer.diff import ChangedFile
from reviewer.redaction import Secrets
from reviewer.secret_scan import Redaction


@dataclass(frozen=True, slots=True)
class Masking:
    """Hides the secrets of the process (`own`) and, after them, those that a change holds."""

    own: Secrets
    redaction: Redaction

    @classmethod
    def of(cls, own: Secrets, files: Iterable[ChangedFile]) -> "Masking":
        """Learn what the changes hold, so that it has one number wherever it is met again."""
        return cls(own, Redaction(map(own.mask, rules.texts(files))))

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        return self.redaction.mask(self.own.mask(text))
