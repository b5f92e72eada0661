"""What a run hides of the texts that it shows the model."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewer.changes.diff import ChangedFile, Line
from reviewer.redaction.run_secrets import Secrets
from reviewer.redaction.scan import Redaction
from reviewer.text import invisible


@dataclass(frozen=True, slots=True)
class SecretMask:
    """Hides the secrets of the process (`own`) and, after them, those that a change holds."""

    own: Secrets
    redaction: Redaction

    @classmethod
    def of(cls, own: Secrets, files: Iterable[ChangedFile]) -> "SecretMask":
        """Learn what the changes hold, so that it has one number wherever it is met again."""
        return cls(own, Redaction(map(own.mask, hunk_texts(files))))

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        return self.redaction.mask(self.own.mask(text))


def hunk_texts(files: Iterable[ChangedFile]) -> Iterator[str]:
    """Yield each hunk as one text, for a Redaction to read before anything else."""
    for file in files:
        for hunk in file.hunks:
            yield "\n".join(map(line_for_prompt, hunk.lines))


def line_for_prompt(line: Line) -> str:
    """Return a line as quotes are compared with it: there CRLF is no more than its end."""
    return invisible.show(line.text.removesuffix("\r"))
