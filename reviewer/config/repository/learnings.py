"""One learning of the repository: what the reviewer is to know, and about which files."""

from collections.abc import Iterable
from functools import lru_cache

from reviewer.config.globs import Patterns
from reviewer.record import record


@record
class Learning:
    """What somebody taught the reviewer; `paths` are gitignore patterns, none for every file.

    `origin` says where it comes from, such as the address of a comment.
    """

    text: str
    paths: tuple[str, ...] = ()
    origin: str = ""

    def is_in(self, known: Iterable["Learning"]) -> bool:
        """Return True if the same is known already, wherever it came from."""
        return any((each.text, each.paths) == (self.text, self.paths) for each in known)

    def applies_to(self, path: str) -> bool:
        """Return True if the learning is about a file."""
        return not self.paths or bool(_compile(self.paths).verdict(path))


@lru_cache(maxsize=512)
def _compile(paths: tuple[str, ...]) -> Patterns:
    return Patterns(paths)
