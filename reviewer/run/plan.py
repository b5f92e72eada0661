"""Shows what a review would take, and asks no model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.changes.selection import Selection, select_share
from reviewer.config.enums import Mode
from reviewer.config.settings import Settings
from reviewer.errors import ModelError
from reviewer.llm.ask import ModelClient
from reviewer.outputs import request_table
from reviewer.outputs.request_table import PlannedReview, PlannedRow
from reviewer.pipeline import trivial_files
from reviewer.pipeline.plan import Plan
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.prompt import Estimate, ListedModel, PlannedRequest, Prompt, Reply
from reviewer.run.publishing.skips import wait
from reviewer.run.run import TITLE, Run

_REASON = "plan-only is set, so no model was asked"


@dataclass(frozen=True, slots=True)
class UnaskedModel:
    """The model of a run that only plans; any question to it is our bug."""

    name: str
    capacity: int = 1

    def complete(self, prompt: Prompt) -> Reply:
        """Refuse: a plan asks nothing."""
        raise ModelError(
            f"{self.name} was to be asked ({prompt.purpose}), but this run only plans."
        )

    def read_list(self) -> ListedModel:
        """Know nothing: a plan sends nothing to the model server."""
        return ListedModel()


def show_plan(run: Run, reviewer: BatchReviewer, selection: Selection, settings: Settings) -> int:
    """Write the plan into the job summary; at a gate, the exit code says that nothing was reviewed.

    Requests to the model are planned as they would be sent first: what is too long for the model,
    or asked again because of an invalid reply, is not known before.
    """
    share = select_share(selection, run.inputs.shard)
    plan = Plan.of(reviewer, share)
    client = reviewer.client

    def count(request: PlannedRequest) -> PlannedRequest:
        return replace(request, tokens=_estimate(client, [request]).input_tokens)

    requests = tuple(map(count, plan.measure(reviewer)))
    planned = PlannedReview(
        reviewer.pull.subject or reviewer.pull.head_sha[:7],
        client.preferred.name,
        requests,
        least=_estimate(client, [each for each in requests if each.certain]),
        most=_estimate(client, requests),
        rows=(*_list_files(plan), *_list_others(plan)),
    )
    text = run.runner.secrets.conceal(request_table.render_plan(planned))
    run.runner.summary(text)
    if settings.gated and run.inputs.mode is not Mode.REVIEW:
        return wait(run, settings, _REASON)
    run.runner.notice(f"Nothing was reviewed: {_REASON}.", title=TITLE)
    run.runner.output("verdict", "skipped")
    return 0


def _estimate(client: ModelClient, requests: Sequence[PlannedRequest]) -> Estimate:
    """Return what requests would take; what is trivial has the price of the small model."""
    by_small = [each.characters for each in requests if each.purpose == trivial_files.PURPOSE]
    others = [each.characters for each in requests if each.purpose != trivial_files.PURPOSE]
    total = client.budget.estimate(client.preferred.name, others)
    if client.small is None or not by_small:
        return total
    return total + client.budget.estimate(client.small.name, by_small)


def _list_files(plan: Plan) -> list[PlannedRow]:
    proofs = {
        path: f"read by the small model, because {proof}"
        for batch in plan.batches
        for path, proof in zip(batch.paths, batch.proofs, strict=False)
    }
    return [
        PlannedRow(
            file.path,
            "remembered" if file.path in plan.kept else proofs.get(file.path, "read by the model"),
        )
        for file in plan.selection.files
    ]


def _list_others(plan: Plan) -> list[PlannedRow]:
    reports = (each.report for each in plan.unread)
    return [PlannedRow(row.path, f"{row.status.value}: {row.reason}") for row in reports]
