"""Decides if a pull request is reviewed: by inputs, state, labels, author and daily limits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

from reviewer import logins
from reviewer.comments.upsert import OwnComment
from reviewer.config.enums import Mode
from reviewer.config.shared_settings import SharedSettings
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from reviewer.llm import model_catalog
from reviewer.memory.seal import choose_secret
from reviewer.memory.state import State
from reviewer.ports import Model
from reviewer.pull_request import PullRequest, PullState
from reviewer.run.admission import daily_limits
from reviewer.run.admission.rights import Rights
from reviewer.run.publishing.skips import Skipped
from reviewer.run.run import Run

_MOST_NAMES = 10
_ASK = "someone in allowed-associations can start a review with a comment"


def check_inputs(inputs: Inputs, models: Callable[[], Sequence[Model]] | None = None) -> None:
    """Raise InputError if the API key, the model, or what a limit of the cost needs is missing.

    Where the model is missing, `models` are asked for the names that the server lists. A limit of
    the cost needs the prices of all models, and for all runs on a pull request a key that signs
    what they cost: otherwise anybody who can edit the comment could raise the limit. A run that
    only publishes or plans asks no model, and needs neither key nor prices.
    """
    if inputs.needs_key:
        raise InputError(
            "The input api-key is empty.",
            cause="`${{ secrets.NAME }}` is empty where no secret has exactly this name, and in "
            "runs for forks and Dependabot, to which GitHub gives no secrets of the repository.",
            remedy="Add the secret under Settings > Secrets and variables > Actions, and its name "
            "to the step: `with: {api-key: ${{ secrets.OPENAI_API_KEY }}}`. A secret of an "
            "environment needs `environment:` in the job, and a called workflow `secrets: "
            "inherit` where it is called.",
        )
    if inputs.mode is Mode.PUBLISH:
        return
    if not inputs.model:
        # Only this error needs the module.
        from reviewer.config.workflow import base_url

        # Azure lists models, and not the deployments of a resource.
        on_azure = base_url.takes_deployments(urlsplit(inputs.base_url).hostname or "")
        names = models()[0].read_list().names if models and not on_azure else ()
        raise _missing_model_error(inputs.base_url, names, on_azure=on_azure)
    if inputs.plan_only:
        return
    if isinstance(inputs.max_cost, Decimal):
        model_catalog.require_prices(inputs, "max-cost")
    if inputs.max_cost_pull_request is None:
        return
    model_catalog.require_prices(inputs, "max-cost-pull-request")
    if not choose_secret(inputs.memory_key, inputs.api_key):
        raise InputError(
            "The limit max-cost-pull-request cannot be kept: nothing signs what earlier runs cost.",
            cause="Without memory-key or an api-key, the comment proves nothing.",
            remedy="Set memory-key to a secret, or max-cost instead of max-cost-pull-request.",
        )


def _missing_model_error(base_url: str, names: Sequence[str], *, on_azure: bool) -> InputError:
    elsewhere = f"of the server; {base_url}/models may list them"
    where = "of a deployment of this resource" if on_azure else elsewhere
    others = ", ".join(f"`{name}`" for name in names[1:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return InputError(
        "The input model is empty, and base-url is not OpenAI's.",
        cause="The default is a model of OpenAI, which other servers do not have.",
        remedy=f"Write `model: {names[0]}`, or another name that the server lists: {others}{more}."
        if others
        else f"Write `model: {names[0]}`, the name that the server lists."
        if names
        else f"Write `model: NAME`, with a name {where}.",
    )


def find_reason_to_skip(rights: Rights, known: State, *, reviewed: bool) -> Skipped | None:
    """Return why this run does not review the pull request, None if it does.

    `reviewed` means that its review is up to date: then it waits for nothing.
    """
    run, pull = rights.run, rights.pull
    requested = run.wanted.requested
    if known.paused and not (requested or rights.pause_holds(known.paused)):
        known = replace(known, paused="")
    settings = rights.settings
    if reason := find_obstacle(pull, settings, known, requested=requested):
        # A draft that becomes ready can be merged at once: its author would open the gate.
        ready = replace(pull, draft=False)
        only_draft = not find_obstacle(ready, settings, known, requested=requested)
        return Skipped(reason, waits=only_draft)
    if requested or reviewed or run.inputs.mode is Mode.PUBLISH:
        return None
    reason = find_wait_reason(run, pull, known)
    return Skipped(reason, waits=True) if reason else None


def find_obstacle(
    pull: PullRequest, settings: SharedSettings, known: State, *, requested: bool
) -> str:
    """Return the property of the pull request that forbids a review, "" if there is none.

    `requested` says that a person asked for the review: then drafts and paused ones are reviewed.
    """
    if pull.state is not PullState.OPEN:
        return f"the pull request is {pull.state.value}"
    if pull.draft and not settings.review_drafts and not requested:
        return "the pull request is a draft (review-drafts)"
    if known.paused and not requested:
        return pause_reason(known.paused)
    # GitHub ignores the case of labels.
    if labels := _casefold(pull.labels) & _casefold(settings.skip_labels):
        return f"the pull request has the label {min(labels)} (skip-labels)"
    if logins.is_named(pull.author, settings.skip_authors):
        return f"the author is {pull.author} (skip-authors)"
    return ""


def pause_reason(login: str) -> str:
    """Return the reason for a pause, in which the login is untrusted text."""
    return f"{login} paused the reviews of this pull request (/resume starts them again)"


def _casefold(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def find_outside_reason(inputs: Inputs, pull: PullRequest) -> str:
    """Return why `reviewed-associations` lets the pull request wait, "" if it does not."""
    wanted = inputs.reviewed_associations
    if not wanted or pull.association in wanted:
        return ""
    names = ", ".join(wanted)
    return f"its author is {pull.association}, not {names} (reviewed-associations); {_ASK}"


def find_wait_reason(run: Run, pull: PullRequest, known: State) -> str:
    """Return the reason why the pull request waits for a maintainer's command, "" if it need not.

    Other pull requests are listed and read only if the workflow sets a daily limit and the author
    is not in `allowed-associations`.
    """
    inputs = run.inputs
    if reason := find_outside_reason(inputs, pull):
        return reason
    unlimited = inputs.daily_limit is None and inputs.daily_limit_per_author is None
    if unlimited or pull.association in inputs.allowed_associations:
        return ""

    def read_runs(number: int) -> tuple[int, ...]:
        if number not in run.counted:
            own = OwnComment.find(run.forge.snapshot(number), run.seal.on(number))
            run.counted[number] = own.state.runs
        return run.counted[number]

    reached = daily_limits.find_reached_limit(
        inputs, pull, known.runs, run.now, run.forge.changed_since, read_runs
    )
    return f"{reached}; {_ASK}" if reached else ""
