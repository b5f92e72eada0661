"""What a run is equipped with."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.runner.actions import Runner
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import ReviewerError
from reviewer.events.activity import ReviewPullRequest
from reviewer.llm.budget import Budget
from reviewer.memory.seal import Seal
from reviewer.ports import Forge, Model
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.review.job_identity import JobIdentity
from reviewer.review.spending import Bill
from reviewer.run.first_requests import EarlyList

TITLE = "Code review"
"""The title of the run's annotations."""
SECONDS_AFTER_CANCEL = 4.0
"""After a signal the runner waits 7.5 s before it kills; writing must be done by then."""


@dataclass(frozen=True, slots=True)
class Run:
    """The clients, inputs and folders of one run.

    `wanted` is what the event asks for, `event` GitHub's name of that event. `deadline` is the end
    of the input timeout. `models` makes the models of `inputs.every_model`. It imports their
    client, which is slow: call it while GitHub responds, or not at all. `seal` signs what the run
    leaves on the pull request, and checks what earlier runs left. `budget` counts what the run
    costs. `workspace` is the folder of the reports that inputs name, `output_folder` that of the
    reports that the run writes, `checkout` that of the reviewed files. They are empty where there
    is none. `repository` is "owner/name". `folders`
    are the paths of the repository in reports of other tools. `now` is when the run began.
    `early_list` is None if the event does not name the commits. `key` distinguishes its bill from
    those of other runs. `problems` are those that it has reported, and `environ` holds the runner's
    variables about the job. `repository_url` is the address of the repository on its server, "" if
    it is not known. `listens` says that the workflow of this run takes commands. `counted` has
    what was read for the daily limits: when runs on other pull requests asked a model, by their
    numbers.
    """

    forge: Forge
    models: Callable[[], tuple[Model, ...]]
    runner: Runner
    inputs: Inputs
    deadline: Deadline
    wanted: ReviewPullRequest
    run_url: str
    seal: Seal
    budget: Budget
    workspace: str = ""
    output_folder: str = ""
    checkout: str = ""
    repository: str = ""
    folders: tuple[str, ...] = ()
    event: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    early_list: EarlyList | None = None
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    problems: list[ReviewerError] = field(default_factory=list)
    environ: Mapping[str, str] = field(default_factory=dict)
    repository_url: str = ""
    listens: bool = False
    counted: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def take_early_list(self, pull: PullRequest) -> tuple[ListedFile, ...] | None:
        """Return the list of changed files if it was asked for and is of these commits; once."""
        return self.early_list.take_for(pull) if self.early_list else None

    @property
    def job(self) -> JobIdentity:
        """Which job of which workflow this run is."""
        wanted = self.wanted
        asked = wanted.requested or wanted.only_repeat or wanted.unselected
        automatic = not asked and wanted.commenter is None
        at = int(self.now.timestamp())
        return JobIdentity.of(self.environ, process=self.key, automatic=automatic, at=at)

    @property
    def bill(self) -> Bill:
        """What this run has cost so far."""
        return Bill.of(self.key, int(self.now.timestamp()), self.budget.spent())
