"""What a whole process prints: log records, exceptions, in any locale."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import faults
from tests.loopback.runner_log import commands

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]

PROCESS = """
import logging, sys, threading, warnings
from reviewer.adapters.runner.actions import Runner, install_excepthooks, install_logging
from reviewer.redaction.run_secrets import Secrets

runner = Runner({})
install_excepthooks(runner)
install_logging(runner)
runner.secrets = Secrets(["sk-0123456789"])
hostile = sys.argv[1] + " sk-0123456789 \\u00e9"
"""


IN_A_THREAD = """
def fail():
    raise ValueError(hostile)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
"""

WHILE_DYING = """
class Dying:
    def __del__(self):
        raise ValueError(hostile)
dying = Dying()
del dying
"""

LOGGING = """
logging.getLogger("reviewer.x").info("found %s", hostile)
logging.getLogger("urllib3").info("silent")
logging.getLogger("urllib3").warning(hostile)
warnings.warn(hostile)
try:
    raise ValueError(hostile)
except ValueError:
    logging.getLogger("reviewer").exception("failed")
"""


def _process(body: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROCESS + body, text],
        cwd=ROOT,
        env=os.environ
        | {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@faults("SE3")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("raise ValueError(hostile)", 1),
        ("raise SystemError(hostile) from KeyError(hostile)", 1),
        (IN_A_THREAD, 0),
        (WHILE_DYING, 0),
    ],
)
def test_an_uncaught_exception_prints_escaped_single_lines(body: str, code: int) -> None:
    done = _process(body, "::set-env name=x::y\n::add-mask::e\n##[add-mask]e")

    assert done.returncode == code
    assert done.stderr == ""
    assert [each.name for each in commands(done.stdout)] == ["error", "group", "endgroup"]
    assert "sk-0123456789" not in done.stdout
    assert "[REDACTED] é" in done.stdout
    assert "line " in done.stdout


@faults("SE2", "LL14", "CO5")
def test_log_records_are_timed_masked_and_single_lines_in_any_locale() -> None:
    done = _process(LOGGING, "##[add-mask]e\n::add-mask::e")

    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert len(lines) == 4
    assert all(re.match(r"\[ *\d+\.\ds\] ", line) for line in lines)
    assert commands(done.stdout) == ()
    assert all("[REDACTED] é" in line for line in lines)
