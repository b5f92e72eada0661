"""Whether a pull request is reviewed: what speaks against it, what the workflow lacks."""

from collections.abc import Iterable

from reviewer.config.inputs import Inputs
from reviewer.config.settings import Config
from reviewer.errors import InputError
from reviewer.llm import budget, model_catalog
from reviewer.memory.state import State
from reviewer.pull_request import PullRequest, PullState


def require_means(inputs: Inputs) -> None:
    """Raise InputError when the workflow's inputs cannot lead to a review."""
    if inputs.needs_key:
        raise InputError(
            "The input api-key is empty.",
            cause="The secret is not set in this repository, or the workflow does not pass it on.",
            remedy="Add the secret under Settings > Secrets and variables > Actions, and to the "
            "step: `with: {api-key: ${{ secrets.OPENAI_API_KEY }}}`.",
        )
    unpriced = [name for name in inputs.models if model_catalog.lookup(name) is None]
    if unpriced and inputs.max_cost is not None:
        raise budget.unpriced(unpriced[0])


def objection(pull: PullRequest, settings: Config, known: State, *, asked: bool) -> str:
    """Say why the pull request is left alone, empty when it is not.

    `asked` means that a person wants the review, so neither a draft nor a pause is an obstacle.
    """
    if pull.state is not PullState.OPEN:
        return f"the pull request is {pull.state.value}"
    if pull.draft and not settings.review_drafts and not asked:
        return "the pull request is a draft (review-drafts)"
    if known.paused and not asked:
        return f"{known.paused} paused the reviews of this pull request (/pause)"
    # GitHub tells neither labels nor logins apart by case.
    if labels := _folded(pull.labels) & _folded(settings.skip_labels):
        return f"the pull request has the label {min(labels)} (skip-labels)"
    if _folded((pull.author,)) & _folded(settings.skip_authors):
        return f"the author is {pull.author} (skip-authors)"
    return ""


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}
