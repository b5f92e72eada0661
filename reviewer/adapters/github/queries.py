"""The two queries that may be a run's first request: which pull request, and what it looks like.

What reads their responses is in other modules, because it imports pydantic: the first request does
not wait for that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from reviewer.errors import ForgeError
from reviewer.pull_request import Comment, PullRequest, ReviewThread

# Cursors after the last comment and the last thread read; None starts from the beginning.
Cursors: TypeAlias = tuple[str | None, str | None]

# Both lists are read page by page together; one that has ended stays at its end. 100 is GitHub's
# largest page. The first comments of a thread are enough to know what it is about.
SNAPSHOT = """
query Snapshot(
  $owner: String!, $name: String!, $number: Int!, $comments: String, $threads: String
) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      number title body isDraft state changedFiles
      author { login }
      isCrossRepository headRepository { nameWithOwner }
      baseRefName baseRefOid headRefOid
      createdAt authorAssociation
      labels(first: 100) { nodes { name } }
      commits(first: 50) { nodes { commit { messageHeadline } } }
      closingIssuesReferences(first: 10) { nodes { title } }
      comments(first: 100, after: $comments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body url viewerDidAuthor editor { login } }
      }
      reviewThreads(first: 100, after: $threads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id path line isResolved
          resolvedBy { login }
          comments(first: 20) {
            nodes {
              fullDatabaseId body viewerDidAuthor
              author { login }
              reactions(content: THUMBS_DOWN, first: 10) { nodes { user { login } } }
            }
          }
        }
      }
    }
  }
}
"""
# One page is enough: forks may have a branch of the same name, but not a hundred of them.
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
# 10,000 comments: a longer list is more likely a fault than a conversation.
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """One page: our comments and the threads up to the cursors `ends`; `more` of either follow."""

    pull: PullRequest
    comments: tuple[Comment, ...]
    threads: tuple[ReviewThread, ...]
    ends: Cursors
    more: bool


def pages(ask: Callable[[Cursors], SnapshotPage]) -> Iterator[SnapshotPage]:
    """Yield page after page until both lists have ended; `ask` reads the page after the cursors.

    Raises ForgeError when the cursors repeat or there are more than MOST_PAGES.
    """
    after: Cursors = (None, None)
    seen = {after}
    for _ in range(MOST_PAGES):
        page = ask(after)
        yield page
        if not page.more:
            return
        # A page past the end of one list is empty and has no cursor for it.
        after = (page.ends[0] or after[0], page.ends[1] or after[1])
        if after in seen:
            raise ForgeError("GitHub's list of comments goes in circles.")
        seen.add(after)
    raise ForgeError(f"The conversation has more than {MOST_PAGES} pages of comments.")
