"""The change under review: two releases of a library, opened as the pull request of the event."""

from collections.abc import Mapping
from pathlib import Path

from tests.e2e.process import NUMBER
from tests.loopback.github import EXAMPLE_REPOSITORY, LoopbackGitHub
from tests.loopback.state import Entry

DEMO = Path(__file__).parent
SOURCE = "humanize 4.11.0 -> 4.12.0, a Python library (MIT licence)"
DESCRIPTION = (DEMO / "description.md").read_text("utf-8")
TITLE = "Release humanize 4.12.0"
EVENT = "pull_request.opened"
NAME = f"{EXAMPLE_REPOSITORY}#{NUMBER}"
CONFIGURATION = ".github/code-review.yml"

Pair = tuple[str | Entry | None, str | Entry | None]


def open_pull() -> LoopbackGitHub:
    """Return a GitHub, not yet started, with the one pull request."""
    github = LoopbackGitHub(repository=EXAMPLE_REPOSITORY, checked=False)
    configuration = (DEMO / "code-review.yml").read_bytes()
    github.add_pull(
        NUMBER,
        {**changed_files(), CONFIGURATION: (configuration, configuration)},
        title=TITLE,
        body=DESCRIPTION,
        author="Codertocat",
    )
    return github


def changed_files() -> Mapping[str, Pair]:
    """Map each changed path to its old and its new bytes."""
    old, new = _tree(DEMO / "change" / "old"), _tree(DEMO / "change" / "new")
    return {path: (old.get(path), new.get(path)) for path in sorted(old.keys() | new.keys())}


def _tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
