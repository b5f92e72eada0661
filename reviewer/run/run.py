"""The clients, inputs and folders of a run, and the checkout that the model's tools may read."""

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.adapters.files.checkout import Checkout
from reviewer.adapters.http.deadline import Deadline
from reviewer.adapters.runner.actions import Runner
from reviewer.config.enums import ToolsMode
from reviewer.config.inputs import Inputs
from reviewer.errors import ForgeError
from reviewer.events.activity import ReviewPullRequest
from reviewer.ports import Forge, Model
from reviewer.pull_request import PullRequest

TITLE = "Code review"
"""The title of the run's annotations."""
SECONDS_AFTER_CANCEL = 4.0
"""After a signal, the runner waits 7.5 s before it kills the process; writing ends before that."""
# These runs have secrets although the commit of an outside contributor may be checked out.
_PRIVILEGED = ("pull_request_target", "workflow_run")


@dataclass(frozen=True, slots=True)
class Run:
    """The clients, inputs and folders of one run.

    `models` makes the models, the preferred one first. It imports their client, which is slow: call
    it while GitHub responds, or not at all. `workspace` is the job's folder, where report files
    are; `checkout` is the folder of the reviewed files. Both are empty where there is none.
    `event` is GitHub's name of the event that started the run.
    """

    forge: Forge
    models: Callable[[], tuple[Model, ...]]
    runner: Runner
    inputs: Inputs
    deadline: Deadline
    wanted: ReviewPullRequest
    run_url: str
    workspace: str = ""
    checkout: str = ""
    event: str = ""


def open_workspace(run: Run, pull: PullRequest) -> Checkout | None:
    """Return the checkout of the reviewed commit for the model's tools, or None for no tools.

    If tools are wanted but cannot be offered, a warning says why and the run continues.
    """
    choice = run.inputs.tools
    if choice is ToolsMode.OFF:
        return None
    if choice is ToolsMode.ON and run.event in _PRIVILEGED:
        run.runner.warning(
            f"`tools: on` does not apply to runs of {run.event}, which have secrets: the model "
            "gets no tools. `tools: always` offers them here too.",
            title=TITLE,
        )
        return None
    try:
        return Checkout(run.checkout, run.forge, pull.head_sha)
    except ForgeError as problem:
        run.runner.warning(f"The model gets no tools: {problem}", title=TITLE)
        return None
