"""Masks the secrets of the run and of the change in every text that a model sees."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewer.changes.diff import ChangedFile, Line
from reviewer.redaction.run_secrets import Secrets
from reviewer.redaction.scan import Redaction
from reviewer.text import invisible


@dataclass(frozen=True, slots=True)
class SecretMask:
    """A function from text to masked text.

    `own` masks the secrets of the run; `redaction` masks, after it, what looks like a secret.
    """

    own: Secrets
    redaction: Redaction

    @classmethod
    def of(cls, own: Secrets, files: Iterable[ChangedFile]) -> "SecretMask":
        """Read all changes first, so that a secret has the same number wherever it is masked."""
        return cls(own, Redaction(map(own.mask, hunk_texts(files))))

    def __call__(self, text: str) -> str:
        """Return the text with every secret replaced by a mask."""
        return self.redaction.mask(self.own.mask(text))


def hunk_texts(files: Iterable[ChangedFile]) -> Iterator[str]:
    """Yield each hunk as one text; a Redaction must read it before it masks single lines."""
    for file in files:
        for hunk in file.hunks:
            yield "\n".join(map(line_for_prompt, hunk.lines))


def line_for_prompt(line: Line) -> str:
    """Return the text of a line as quotes are compared with it: without the CR of a CRLF."""
    return invisible.show(line.text.removesuffix("\r"))
