"""What a run is equipped with."""

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
from reviewer.run.reporter import TITLE

# After a signal the runner waits 7.5 s before it kills.
SECONDS_AFTER_CANCEL = 4.0
# Runs that have secrets although a stranger's commit may have been checked out.
PRIVILEGED = ("pull_request_target", "workflow_run")


@dataclass(frozen=True, slots=True)
class Trip:
    """What a delivery is equipped with.

    `models` makes the models, the preferred one first; that it is slow, because it imports their
    client, is why it is called late, beside GitHub's answers, or never. `restarted` says that the
    head moved once already while it was read. `workspace` is the job's folder, where reports are
    left, and `checkout` that of the reviewed files; both are empty where there is none. `event` is
    GitHub's name of what started the run.
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
    restarted: bool = False


def workspace(trip: Trip, pull: PullRequest) -> Checkout | None:
    """Open the reviewed commit for the model's tools, or None where it is to have none.

    That tools are wanted and not had is told in a warning; the run goes on without.
    """
    choice = trip.inputs.tools
    if choice is ToolsMode.OFF:
        return None
    if choice is ToolsMode.ON and trip.event in PRIVILEGED:
        trip.runner.warning(
            f"`tools: on` does not count in runs of {trip.event}, which have secrets: the model "
            "gets none. `tools: always` offers them here too.",
            title=TITLE,
        )
        return None
    try:
        return Checkout(trip.checkout, trip.forge, pull.head_sha)
    except ForgeError as problem:
        trip.runner.warning(f"The model gets no tools: {problem}", title=TITLE)
        return None
