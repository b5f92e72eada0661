"""The loopback servers as fixtures; a test that breaks a contract fails when it ends.

Tests in `runs` and `e2e` that show a row of the fault list must hold a whole run against the
invariants, unless they say why there is none: `@pytest.mark.no_run("why")`. Tests that start a
process are marked, so that `make quick` can leave them out. Not counted are git, by which the
loopback GitHub compares trees, and uname, which the model's client asks once.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from syrupy.assertion import SnapshotAssertion

from tests.invariants import Invariants
from tests.loopback import contract
from tests.loopback.github import EXAMPLE_REPOSITORY, LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.loopback.server import LoopbackServer
from tests.snapshots import Markdown

CHECKED = pytest.StashKey[int]()
PROCESSES = ("process", "image", "act")
NOT_COUNTED = {"git", "uname"}
_started: list[str] = []

# How long an example takes depends on what else the machine does.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def github() -> Iterator[LoopbackGitHub]:
    """github.com with the repository octo/shop, empty."""
    with LoopbackGitHub() as server:
        yield server
    _verify(server)


@pytest.fixture
def github_of_examples() -> Iterator[LoopbackGitHub]:
    """github.com with the repository of GitHub's example events, empty."""
    with LoopbackGitHub(repository=EXAMPLE_REPOSITORY).warm() as server:
        yield server
    _verify(server)


@pytest.fixture
def enterprise() -> Iterator[LoopbackGitHub]:
    """GitHub Enterprise Server: other paths, no rate limit headers."""
    with LoopbackGitHub(enterprise=True) as server:
        yield server
    _verify(server)


@pytest.fixture
def model_server() -> Iterator[LoopbackModel]:
    """A model server that finds nothing until a test scripts it."""
    with LoopbackModel() as server:
        yield server
    _verify(server)


@pytest.fixture
def markdown(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """A snapshot that is a Markdown file."""
    return snapshot.use_extension(Markdown)


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the system's temporary one, by the variable that tempfile documents."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody has signed but itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    found, key = folder / "certificate.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(found)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return found, key


@pytest.fixture
def invariants_for(
    request: pytest.FixtureRequest, model_server: LoopbackModel
) -> Iterator[Callable[[LoopbackGitHub], Invariants]]:
    """Check the runs on a forge against the invariants."""
    made: list[Invariants] = []

    def watch(forge: LoopbackGitHub) -> Invariants:
        made.append(Invariants(forge, model_server))
        return made[-1]

    yield watch
    request.node.stash[CHECKED] = sum(each.checked for each in made)


@pytest.fixture
def invariants(
    invariants_for: Callable[[LoopbackGitHub], Invariants], github: LoopbackGitHub
) -> Invariants:
    """The invariants that every run of the test is checked against."""
    return invariants_for(github)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fault`, which selects tests by the rows that they show."""
    parser.addoption(
        "--fault",
        action="append",
        default=[],
        metavar="ROW",
        help="run the tests that show this row (GH1) or group (GH) of tests/faults.csv",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what shows none of the rows that were asked for."""
    if not (asked := set(config.getoption("--fault"))):
        return
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        rows = {row for mark in item.iter_markers("faults") for row in mark.args}
        (kept if asked & (rows | {row[:2] for row in rows}) else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so if the exchanges with the model were checked against no description."""
    if contract.openai() is None:
        terminalreporter.write_line(
            "Requests to the model were checked against no description: OpenAI's is missing. "
            f"Set {contract.FOLDER} to a folder that has it."
        )


class _RememberedPopen(subprocess.Popen[Any]):
    """Remembers which program was started.

    An audit hook would do the same, but with coverage it breaks threads that start at one moment.
    """

    def __init__(self, args: Any, *rest: Any, **options: Any) -> None:  # noqa: ANN401  # Popen's
        program = args if isinstance(args, str) else str(args[0])
        if program not in NOT_COUNTED:
            _started.append(program)
        super().__init__(args, *rest, **options)


subprocess.Popen = _RememberedPopen  # type: ignore[misc]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that starts a process and is not marked."""
    _started.clear()
    yield
    if not any(map(item.get_closest_marker, PROCESSES)):
        assert _started == [], "this starts a process: mark it with @pytest.mark.process"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fail a test of a row whose run was not checked against the invariants."""
    yield
    whole = item.path.parent.name in {"runs", "e2e"} and item.get_closest_marker("faults")
    if whole and not item.get_closest_marker("no_run"):
        assert item.stash.get(CHECKED, 0), "no run was checked against the invariants"


def _verify(server: LoopbackServer) -> None:
    assert server.contract_errors == []
    assert server.crashes == []
