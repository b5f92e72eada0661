"""Reads the issues that a pull request closes, and keeps to those that may be shown."""

from reviewer.adapters.github.graphql_json import FirstPage, Node
from reviewer.pull_request import LinkedIssue


class IssueRepository(Node):
    """The repository of an issue."""

    name_with_owner: str
    is_private: bool


class IssueNode(Node):
    """An issue that the pull request would close, perhaps one of another repository."""

    wrong = "an issue lacks a field"

    number: int
    title: str
    body: str
    repository: IssueRepository

    def is_of(self, repository: str) -> bool:
        """Return True for an issue of the repository ("owner/name")."""
        return self.repository.name_with_owner.casefold() == repository.casefold()


def read_titles(page: FirstPage[IssueNode] | None, repository: str) -> tuple[str, ...]:
    """Return the titles of the issues, without those of other private repositories.

    The token may see these, and the author of the pull request names whatever issue they like.
    """
    issues = (each for each in (page.nodes if page else ()) if each)
    return tuple(
        each.title for each in issues if each.is_of(repository) or not each.repository.is_private
    )


def read_linked(page: FirstPage[IssueNode] | None, repository: str) -> tuple[LinkedIssue, ...]:
    """Return the issues of the repository itself."""
    issues = (each for each in (page.nodes if page else ()) if each and each.is_of(repository))
    return tuple(LinkedIssue(each.number, each.title, each.body) for each in issues)
