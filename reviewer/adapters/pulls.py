"""The list of a repository's pull requests: its queries, and what their answers say."""

from functools import partial

from reviewer.adapters import graphql
from reviewer.adapters.answers import Answer
from reviewer.pull_request import Head

# More than one branch of this name is another fork's; nobody has a hundred.
OF_BRANCH = """
query OfBranch($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(
      headRefName: $branch, states: OPEN, first: 100,
      orderBy: {field: CREATED_AT, direction: DESC}
    ) {
      nodes { number headRefOid headRepository { nameWithOwner } }
    }
  }
}
"""


def of_head(answer: Answer, head: Head) -> tuple[int, ...]:
    """List the numbers of those that end in the head; raises what graphql.read raises."""
    return answer.read(partial(_of_head, answer, head))


def _of_head(answer: Answer, head: Head, value: object) -> tuple[int, ...]:
    match graphql.data(answer, value, "list pull requests"):
        case {"repository": {"pullRequests": {"nodes": [*nodes]}}}:
            return tuple(number for node in nodes for number in _number(node, head))
        case _:
            raise ValueError("it holds no list of pull requests")


def _number(node: object, head: Head) -> tuple[int, ...]:
    match node:
        case {
            "number": int(number),
            "headRefOid": head.sha,
            "headRepository": {"nameWithOwner": str(repository)},
        } if repository.lower() == head.repository.lower():
            return (number,)
        case {"number": int(), "headRefOid": str()}:
            return ()
        case _:
            raise ValueError("a pull request lacks its head")
