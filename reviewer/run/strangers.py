"""Whether the pull request of somebody from outside is reviewed before a maintainer asks."""

from collections.abc import Callable, Sequence

from reviewer.config.inputs import Inputs
from reviewer.pull_request import Opened, PullRequest

_ASK = "somebody of allowed-associations can have it reviewed with a comment"


def objection(pull: PullRequest, inputs: Inputs, opened: Callable[[], Sequence[Opened]]) -> str:
    """Say why the pull request has to wait for a maintainer, empty when it need not.

    `opened` reads the pull requests of the 24 hours before this one; it is asked only where the
    workflow sets a limit and the author is none of those whose word counts anyway.
    """
    wanted = inputs.reviewed_associations
    if wanted and pull.association not in wanted:
        names = ", ".join(wanted)
        return f"its author is {pull.association}, not {names} (reviewed-associations); {_ASK}"
    limits = (inputs.daily_limit, inputs.daily_limit_per_author)
    if limits == (None, None) or pull.association in inputs.allowed_associations:
        return ""
    return _crowd(pull, inputs, [each for each in opened() if _counts(each, pull, inputs)])


def _counts(each: Opened, pull: PullRequest, inputs: Inputs) -> bool:
    return each.number < pull.number and each.association not in inputs.allowed_associations


def _crowd(pull: PullRequest, inputs: Inputs, before: Sequence[Opened]) -> str:
    everyone, alone = inputs.daily_limit, inputs.daily_limit_per_author
    by_author = sum(each.author == pull.author for each in before)
    if alone is not None and by_author >= alone:
        return f"its author opened {by_author} others within a day (daily-limit-per-author); {_ASK}"
    if everyone is not None and len(before) >= everyone:
        return f"people from outside opened {len(before)} others within a day (daily-limit); {_ASK}"
    return ""
