"""Changes of whole texts, and what is proven about them."""

from reviewer.changes.diff import ChangedFile
from reviewer.changes.proofs import trivial
from reviewer.changes.proofs.trivial import Proof
from reviewer.changes.without_lines import text_diff


def change(path: str, old: str, new: str) -> ChangedFile:
    return ChangedFile(path, "modified", text_diff.make_hunks(old, new))


def prove(path: str, old: str, new: str) -> Proof | None:
    return trivial.prove(change(path, old, new), new)
