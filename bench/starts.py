"""How long a start takes: until there is nothing to do, and until GitHub is asked."""

import sys
import time
from collections.abc import Iterator

from bench.measuring import Row, milliseconds, paired, seconds, seconds_of
from bench.workflow import Workflow, ended, running

RUNS = 15
# It is short, so that what else the machine does shows more.
RUNS_OF_NOTHING = 41
PYTHON = (sys.executable, "-I", "-X", "utf8", "-c")
SIX = "import github, openai, unidiff, jinja2, tenacity, yaml"


def rows() -> Iterator[Row]:
    """Measure the process alone, without a container."""
    with running(files=1) as workflow:
        yield _nothing_to_do(workflow)
        yield _first_request(workflow)


def _nothing_to_do(workflow: Workflow) -> Row:
    # With the default model server; the address of another one is checked, which takes some ms.
    step = workflow.step("pull_request.closed", base_url="", model="")
    ours, bare, ratio = paired(
        RUNS_OF_NOTHING,
        lambda: seconds(lambda: ended(step.run(), 0)),
        lambda: seconds_of([*PYTHON, "pass"]),
    )
    other = f"`python -c pass`, {milliseconds(bare)}"
    return Row("an event that asks for nothing", milliseconds(ours), other, ratio, "3")


def _first_request(workflow: Workflow) -> Row:
    # GitHub refuses the token, so that the step ends soon after.
    step = workflow.step(github_token="unknown")

    def ours() -> float:
        before, start = len(workflow.github.requests), time.monotonic()
        ended(step.run(), 2)
        return workflow.github.requests[before].at - start

    first, imports, ratio = paired(RUNS, ours, lambda: seconds_of([*PYTHON, SIX]))
    other = f"importing its six libraries, {milliseconds(imports)}"
    return Row("start to first request to GitHub", milliseconds(first), other, ratio, "1")
