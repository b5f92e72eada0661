"""Whether the model is offered tools in a run, and what they look into."""

from reviewer.adapters.files.checkout import Checkout
from reviewer.config.enums import Tools
from reviewer.errors import ForgeError
from reviewer.pull_request import PullRequest
from reviewer.run.reporter import TITLE
from reviewer.run.run import Trip

# Runs that have secrets although a stranger's commit may have been checked out.
PRIVILEGED = ("pull_request_target", "workflow_run")


def workspace(trip: Trip, pull: PullRequest) -> Checkout | None:
    """Open the reviewed commit for the model's tools, or None where it is to have none.

    That tools are wanted and not had is told in a warning; the run goes on without.
    """
    choice = trip.inputs.tools
    if choice is Tools.OFF:
        return None
    if choice is Tools.ON and trip.event in PRIVILEGED:
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
