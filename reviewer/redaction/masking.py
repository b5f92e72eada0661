"""What a run hides of the texts that it shows the model."""

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.changes.diff import ChangedFile
from reviewer.findings import builtin_rules
from reviewer.redaction.run_secrets import Secrets
from reviewer.redaction.scan import Redaction


@dataclass(frozen=True, slots=True)
class Masking:
    """Hides the secrets of the process (`own`) and, after them, those that a change holds."""

    own: Secrets
    redaction: Redaction

    @classmethod
    def of(cls, own: Secrets, files: Iterable[ChangedFile]) -> "Masking":
        """Learn what the changes hold, so that it has one number wherever it is met again."""
        return cls(own, Redaction(map(own.mask, builtin_rules.texts(files))))

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        return self.redaction.mask(self.own.mask(text))
