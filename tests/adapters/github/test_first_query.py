"""A file that the first query brings, and what makes the adapter read it by itself instead."""

from collections.abc import Callable, Mapping

import pytest

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.github.queries import FileQuery
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.errors import ForgeError
from tests.adapters.forges import forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Failure
from tests.loopback.github import LoopbackGitHub
from tests.loopback.state import Entry, Submodule, Symlink

FILE = ".github/code-review.yml"
PLACES = (".github/ci.yml", "settings.yml", "missing.yml")
TEXT = b"max-findings: 5\n"
BESIDE = {".github/ci.yml": ("on: push\n",) * 2}
CONTENT = f"GET .*/contents/{FILE}"


def add(
    github: LoopbackGitHub,
    entry: str | Entry | None,
    more: Mapping[str, str | Entry | None] | None = None,
) -> str:
    """Open a pull request whose base has the file; return the base commit."""
    given: dict[str, tuple[str | Entry | None, str | Entry | None]] = {
        "src/app.py": ("old = 1\n", "new = 2\n"),
        "settings.yml": (TEXT, TEXT),
        **BESIDE,
    }
    given |= {path: (each, each) for path, each in (more or {}).items()}
    return github.warm().add_pull(7, given | {FILE: (entry, entry)}).base_sha


def read(github: LoopbackGitHub, sha: str, *, at: str = "") -> bytes | None:
    """Read the pull request with the file, and then the file."""
    door = forge(github, seconds=60)
    assert isinstance(door, GitHub)
    assert door.snapshot(7, FileQuery(FILE, sha, PLACES)).pull.number == 7
    return door.content(FILE, at or sha)


@faults("CF10")
@pytest.mark.parametrize("found", [TEXT, None, b""], ids=["a file", "no file", "an empty one"])
def test_the_first_query_brings_the_file(github: LoopbackGitHub, found: bytes | None) -> None:
    assert read(github, add(github, found)) == found
    assert len(github.requests) == 1


@faults("CF10")
@pytest.mark.parametrize("found", [b"- text: a\n", None], ids=["there", "not there"])
def test_it_brings_another_file_of_the_same_folder_too(
    github: LoopbackGitHub, found: bytes | None
) -> None:
    sha = add(github, TEXT, {LEARNINGS_FILE: found})
    door = forge(github, seconds=60)
    assert isinstance(door, GitHub)
    door.snapshot(7, FileQuery(FILE, sha, PLACES, LEARNINGS_FILE))
    assert (door.content(FILE, sha), door.content(LEARNINGS_FILE, sha)) == (TEXT, found)
    assert len(github.requests) == 1


@faults("CF10")
def test_a_link_beside_it_is_read_by_itself(github: LoopbackGitHub) -> None:
    sha = add(github, TEXT, {LEARNINGS_FILE: Symlink("../settings.yml")})
    door = forge(github, seconds=60)
    assert isinstance(door, GitHub)
    door.snapshot(7, FileQuery(FILE, sha, PLACES, LEARNINGS_FILE))
    assert door.content(LEARNINGS_FILE, sha) == TEXT
    assert len(github.requests) == 2


@faults("CF10")
def test_it_is_the_file_of_that_commit_and_no_other(github: LoopbackGitHub) -> None:
    sha = add(github, TEXT)
    assert read(github, sha, at=github.repository.pulls[7].head_sha) == TEXT
    assert len(github.sent(CONTENT)) == 1


@faults("CF14")
@pytest.mark.parametrize(
    ("entry", "content"),
    [
        (Symlink("../settings.yml"), TEXT),
        (b"# caf\xe9\n", b"# caf\xe9\n"),
        ("#" * 600_000, b"#" * 600_000),
        ("a\0b", b"a\0b"),
    ],
    ids=["a link", "no UTF-8", "long", "binary"],
)
def test_what_graphql_does_not_show_is_read_by_itself(
    github: LoopbackGitHub, entry: str | Entry, content: bytes
) -> None:
    assert read(github, add(github, entry)) == content
    assert len(github.sent(CONTENT)) == 1


def test_a_submodule_in_its_place_is_an_error(github: LoopbackGitHub) -> None:
    sha = add(github, Submodule("a" * 40))
    with pytest.raises(ForgeError):
        read(github, sha)


def test_without_its_folder_nothing_proves_that_there_is_no_file(github: LoopbackGitHub) -> None:
    sha = github.warm().add_pull().base_sha
    assert read(github, sha) is None
    assert len(github.sent(CONTENT)) == 1


def _edit(change: Callable[[dict[str, dict[str, object] | None]], object]) -> Failure:
    def edit(value: object) -> object:
        assert isinstance(value, dict)
        change(value["data"]["repository"])
        return value

    return failures.edited(edit)


@faults("CF15")
@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["file"].update(text="max-findings: 6\n"),
        lambda found: found["file"].update(oid="a" * 40),
        lambda found: found["folder"]["entries"][0].update(mode="100644"),
        lambda found: found.update(folder=None),
        lambda found: found.update(file=None),
        lambda found: found.update(file={}, folder={}),
    ],
    ids=["text", "hash", "a mode of another type", "no folder", "no file", "nothing"],
)
def test_a_file_that_is_not_proven_is_read_by_itself(
    github: LoopbackGitHub, change: Callable[[dict[str, dict[str, object] | None]], object]
) -> None:
    sha = add(github, TEXT)
    github.fail("graphql", _edit(change))
    assert read(github, sha) == TEXT
    assert len(github.sent(CONTENT)) == 1


def test_a_file_that_graphql_hides_with_an_error_is_read_by_itself(github: LoopbackGitHub) -> None:
    sha = add(github, TEXT)
    github.site.hides_files = True
    assert read(github, sha) == TEXT
    assert len(github.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        failures.graphql_errors("Field 'folder' doesn't exist on type 'Repository'", kind=""),
        failures.graphql_errors("This may be the result of a timeout", kind=""),
        failures.status(502),
    ],
    ids=["a server that lacks a field", "a query that takes too long", "status"],
)
def test_a_query_that_fails_with_the_file_is_sent_without(
    github: LoopbackGitHub, fault: Failure
) -> None:
    sha = add(github, TEXT)
    github.fail("graphql", fault)
    assert read(github, sha) == TEXT
    queries = [str(each.json_object()["query"]) for each in github.sent("graphql")]
    assert ["$folder" in query for query in queries] == [True, False]


@faults("CF10")
def test_the_first_query_says_which_places_have_anything(github: LoopbackGitHub) -> None:
    sha = add(github, TEXT)
    door = forge(github, seconds=60)
    assert isinstance(door, GitHub)
    door.snapshot(7, FileQuery(FILE, sha, PLACES))
    assert door.find_existing(PLACES, sha) == PLACES[:2]
    assert len(github.requests) == 1
    # Another commit, or another place, takes a request.
    assert door.find_existing(PLACES, github.repository.pulls[7].head_sha) == PLACES[:2]
    assert door.find_existing(("src/app.py", "src"), sha) == ("src/app.py", "src")
    assert len(github.requests) == 3


@faults("CF15")
def test_places_beside_an_error_prove_nothing(github: LoopbackGitHub) -> None:
    sha = add(github, TEXT)
    door = forge(github, seconds=60)
    assert isinstance(door, GitHub)

    def hide(value: object) -> object:
        assert isinstance(value, dict)
        value["data"]["repository"]["place1"] = None
        value["errors"] = [{"message": "Timeout", "path": ["repository", "place1"]}]
        return value

    github.fail("graphql", failures.edited(hide))
    door.snapshot(7, FileQuery(FILE, sha, PLACES))
    assert door.find_existing(PLACES, sha) == PLACES[:2]
    assert len(github.requests) == 2


@pytest.mark.parametrize(
    ("entry", "text"),
    [("on: push\n", "on: push\n"), (None, ""), ("#" * 600_000, ""), (b"\xe9\n", "")],
    ids=["a file", "no file", "one that GitHub cuts", "no UTF-8"],
)
def test_it_brings_a_workflow_of_the_default_branch(
    github: LoopbackGitHub, entry: str | Entry | None, text: str
) -> None:
    files: dict[str, tuple[str | Entry | None, str | Entry | None]] = {
        FILE: (TEXT, TEXT),
        "ci.yml": (entry, "on: issue_comment\n"),
    }
    sha = github.warm().add_pull(7, files).base_sha
    door = forge(github, seconds=60)
    assert isinstance(door, GitHub)
    door.snapshot(7, FileQuery(FILE, sha, PLACES, workflow="ci.yml"))
    assert door.workflow == text
    # The next query does not ask for it, and what is known stays.
    door.snapshot(7)
    assert door.workflow == text
    assert len(github.requests) == 2
