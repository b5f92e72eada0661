"""A person's terminal in the place of the Actions runner: plain lines instead of commands."""

import contextlib
from collections.abc import Iterator

from reviewer.adapters.runner.actions import Runner


class Terminal(Runner):
    """Says on its stream what a run does; outputs and the report go to files as in a workflow."""

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Print a title over what follows."""
        self.say(f"{title}:")
        yield

    def mask(self, value: str) -> None:
        """Do nothing: no runner reads along."""

    def _annotate(self, level: str, message: str, **properties: str | int) -> None:
        place = f"{properties['file']}:{properties['line']}: " if properties.get("file") else ""
        self.say(f"{level}: {place}{message}")
