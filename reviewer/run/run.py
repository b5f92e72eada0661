"""What a run is equipped with."""

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.adapters.http.deadline import Deadline
from reviewer.adapters.runner.actions import Runner
from reviewer.config.inputs import Inputs
from reviewer.events.activity import ReviewPullRequest
from reviewer.ports import Forge, Model

# After a signal the runner waits 7.5 s before it kills.
SECONDS_AFTER_CANCEL = 4.0


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
