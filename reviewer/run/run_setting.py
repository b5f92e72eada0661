"""Equips runs, from the inputs and the variables of the runner; imports what is slow on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.http.retry import PUBLISHING_SECONDS, Deadline
from reviewer.adapters.runner.actions import Runner
from reviewer.config.workflow.inputs import Inputs
from reviewer.events.activity import ReviewPullRequest
from reviewer.memory.seal import Seal, choose_secret
from reviewer.ports import Model
from reviewer.run.first_requests import EarlyList

if TYPE_CHECKING:
    # Imported while GitHub responds.
    from reviewer.llm.budget import Budget
    from reviewer.run.run import Run


@dataclass(slots=True)
class RunSetting:
    """What the runs of one process have in common; more than one if all open ones are reviewed."""

    forge: GitHub
    inputs: Inputs
    runner: Runner
    deadline: Deadline
    environ: Mapping[str, str]
    _models: tuple[Model, ...] = ()

    def make_run(
        self, wanted: ReviewPullRequest, budget: "Budget", early_list: EarlyList | None
    ) -> "Run":
        """Equip the run on one pull request; what that takes is imported now."""
        from reviewer.run.run import Run

        workspace = self.environ.get("GITHUB_WORKSPACE", "")
        repository = self.environ.get("GITHUB_REPOSITORY", "")
        return Run(
            forge=self.forge,
            models=self._make_models,
            runner=self.runner,
            inputs=self.inputs,
            deadline=self.deadline,
            wanted=wanted,
            run_url=_make_run_url(self.environ),
            seal=self.make_seal(wanted.number),
            budget=budget,
            workspace=workspace,
            output_folder=workspace,
            checkout=workspace,
            repository=repository,
            folders=_list_folders(self.environ, workspace, repository),
            event=self.environ.get("GITHUB_EVENT_NAME", ""),
            early_list=early_list,
            environ=self.environ,
            listens=self._takes_comments(),
            repository_url=make_repository_url(self.environ, repository),
        )

    def make_seal(self, number: int) -> Seal:
        """Return the seal of a run on the pull request `number`."""
        return make_seal(self.inputs, self.environ.get("GITHUB_REPOSITORY", ""), number)

    def _takes_comments(self) -> bool:
        """Return True if the workflow takes commands; False if its text is not known."""
        if not self.forge.workflow:
            return False
        from reviewer.config.workflow import triggers

        return triggers.takes_comments(self.forge.workflow)

    def _make_models(self) -> tuple[Model, ...]:
        # Shared, as is what they have learned of the server's capacity.
        if not self._models:
            self._models = make_models(self.inputs, self.deadline.earlier_by(PUBLISHING_SECONDS))
        return self._models


def make_models(inputs: Inputs, deadline: Deadline) -> tuple[Model, ...]:
    """Make the models in the order of `every_model`; importing their client takes 0.6 s.

    Without any, there is one that has no name and can only list the others.
    """
    from reviewer.adapters.openai.capacity import Capacity
    from reviewer.adapters.openai.model_server import ModelServer
    from reviewer.adapters.openai.wire import Options

    effort = inputs.reasoning_effort
    options = Options(
        inputs.temperature,
        inputs.max_output_tokens,
        effort.value if effort else None,
        caches=inputs.asks_openai,
    )
    capacity = Capacity(inputs.concurrency, inputs.request_timeout)
    return tuple(
        ModelServer(
            model=name,
            api_key=inputs.api_key,
            base_url=inputs.base_url,
            deadline=deadline,
            capacity=capacity,
            options=options,
            responses=inputs.uses_responses,
        )
        for name in inputs.every_model or ("",)
    )


def make_seal(inputs: Inputs, repository: str, number: int) -> Seal:
    """Return the seal of a run on the pull request `number` of `repository` ("owner/name")."""
    secret = choose_secret(inputs.memory_key, inputs.api_key)
    return Seal.of(secret, repository, number, inputs.name)


def _list_folders(environ: Mapping[str, str], workspace: str, repository: str) -> tuple[str, ...]:
    """Return the paths of the repository, here and outside of the container, for earlier steps."""
    parent, name = environ.get("RUNNER_WORKSPACE", ""), repository.rpartition("/")[2]
    outside = f"{parent}/{name}" if parent and name else ""
    return tuple(filter(None, (workspace, outside)))


def make_repository_url(environ: Mapping[str, str], repository: str) -> str:
    """Return the address of `repository` ("owner/name") on its server, "" if nobody names it.

    The runner names the server, also one of GitHub Enterprise Server.
    """
    server = environ.get("GITHUB_SERVER_URL", "")
    if not server and not environ.get("GITHUB_API_URL"):
        server = "https://github.com"
    return f"{server}/{repository}" if server and repository else ""


def _make_run_url(environ: Mapping[str, str]) -> str:
    server, repository, run = (
        environ.get(name, "")
        for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and run.isdigit() else ""
