"""What a start imports and when: a container starts for every event."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.e2e.process import ROOT, Step
from tests.loopback.failures import Around
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel

pytestmark = pytest.mark.process

LIBRARIES = ("openai", "github", "pydantic", "yaml", "jinja2", "tenacity", "re2", "unidiff")
# Each would cost such a start a millisecond or more; `reviewer/record.py` is there for the first.
SLOW = (
    "dataclasses", "inspect", "ast", "tokenize", "pathlib", "fnmatch", "urllib", "html", "hashlib",
    "base64", "decimal", "numbers", "datetime", "logging", "traceback", "ipaddress", "socket",
    "ssl", "http", "email", "subprocess", "tempfile", "shutil", "random", "secrets", "concurrent",
    "argparse", "difflib", "textwrap", "copy", "pickle", "asyncio", "tarfile", "threading",
    "unicodedata",
)  # fmt: skip


def imported_packages(log: Iterable[str]) -> set[str]:
    """List the packages that `-X importtime` names; what belongs to them has a dot in its name."""
    found = (re.search(r"import time:.*\|\s+([^\s.]+)\S*$", line.rstrip()) for line in log)
    return {each[1] for each in found if each}


@pytest.fixture
def with_import_times(step: Step) -> Step:
    return replace(step, options=(*step.options, "-X", "importtime"))


@pytest.mark.parametrize("event", ["pull_request.closed", "issue_comment.created", "push"])
def test_with_nothing_to_do_no_library_is_imported(with_import_times: Step, event: str) -> None:
    finished = replace(with_import_times, event=event).run()
    modules = imported_packages(finished.log.splitlines())
    assert finished.code == 0
    assert finished.outputs["verdict"] == "skipped"
    assert "reviewer" in modules
    assert modules.isdisjoint(LIBRARIES)


@pytest.mark.parametrize("event", ["pull_request.closed", "issue_comment.created", "push"])
def test_with_nothing_to_do_no_slow_module_of_python_is_imported(
    with_import_times: Step, event: str
) -> None:
    # The address of another model server has to be checked, which takes three of them.
    finished = replace(with_import_times, event=event).with_inputs(base_url="", model="").run()
    assert finished.outputs["verdict"] == "skipped"
    assert imported_packages(finished.log.splitlines()).isdisjoint(SLOW)


def test_what_sends_the_first_request_imports_none_of_what_comes_after_it() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import reviewer.run.start; "
    command = [sys.executable, "-I", "-c", f"{code}print(*sys.modules)", str(ROOT)]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    packages = {name.partition(".")[0] for name in loaded}
    assert packages >= {"github", "tenacity"}
    assert packages.isdisjoint({"pydantic", "pydantic_core", "openai", "jinja2", "unidiff"})


def test_the_first_request_goes_out_before_the_models_client_is_imported(
    with_import_times: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    asked, answered = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        answered.wait(20)

    github.fail("graphql", Around(before=hold))
    process = with_import_times.start()
    assert process.stdout
    before = []
    for line in process.stdout:
        before.append(line)
        if line.rstrip().endswith("| reviewer.run.review"):
            break
    assert asked.wait(20)
    answered.set()
    after = list(process.stdout)
    assert with_import_times.finish(process).code == 0
    assert imported_packages(before) >= {"github", "jinja2", "pydantic"}
    assert "openai" not in imported_packages(before)
    assert "openai" in imported_packages(after)
    # The image has none.
    assert "rich" not in imported_packages((*before, *after))
    assert len(model_server.bodies) == 1


def test_a_review_that_is_remembered_needs_no_client_of_a_model(
    with_import_times: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    first = with_import_times.run()
    again = replace(with_import_times, root=with_import_times.root / "again").run()
    assert "openai" in imported_packages(first.log.splitlines())
    assert {"openai", "tarfile"}.isdisjoint(imported_packages(again.log.splitlines()))
    assert again.outputs["comment-id"] == first.outputs["comment-id"]
    assert len(model_server.bodies) == 1
    assert len(github.bodies) == 1
