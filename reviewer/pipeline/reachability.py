"""Decides when a server is gone, so that nothing more is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.errors import ModelUnreachableError, ReviewerError
from reviewer.pipeline.file_result import PartResult
from reviewer.pipeline.review_batch import FINAL_ERRORS

# Requests one after the other that did not reach a server; each was tried several times.
_MOST_UNREACHABLE = 3


@dataclass(slots=True)
class Reachability:
    """What the requests so far have shown of the model server."""

    _has_replied: bool = False
    _unreachable: int = 0

    def add_reply(self) -> None:
        """Note that a usable reply came."""
        self._has_replied, self._unreachable = True, 0

    def add_batch(self, results: Sequence[PartResult]) -> ReviewerError | None:
        """Add what came of a batch; return the error because of which nothing more is asked."""
        problems = [each.result for each in results if isinstance(each.result, ReviewerError)]
        final = next((each for each in problems if isinstance(each, FINAL_ERRORS)), None)
        lost = next((each for each in problems if isinstance(each, ModelUnreachableError)), None)
        if len(problems) < len(results):
            self.add_reply()
        else:
            self._unreachable = self._unreachable + 1 if lost else 0
        # A server that has replied before may reply again, if it is not gone for long.
        if self._has_replied and self._unreachable < _MOST_UNREACHABLE:
            lost = None
        return final or lost
