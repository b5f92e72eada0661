"""The head of a branch; apart from `pull_request`, because every start imports it."""

from reviewer.record import record


@record
class Head:
    """The commit at the end of a branch; `repository` is "owner/name", of a fork perhaps."""

    sha: str
    branch: str
    repository: str
