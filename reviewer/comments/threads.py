"""Our review threads: which finding each is about, and what people did to it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from reviewer.comments import inline
from reviewer.finding import Dismissal, Finding
from reviewer.ports import InlineComment
from reviewer.pull_request import Conversation, ReviewThread


def mine(conversation: Conversation, name: str) -> Mapping[str, ReviewThread]:
    """Return the threads that this instance started, by the fingerprint of their finding.

    Of several about one finding the one that is open counts, else the last.
    """
    found: dict[str, ReviewThread] = {}
    for thread in conversation.threads:
        said = inline.read(thread.comments[0].body, name) if thread.mine else ""
        if said and not (said in found and thread.resolved and not found[said].resolved):
            found[said] = thread
    return found


def unsaid(
    comments: Sequence[InlineComment], conversation: Conversation, name: str
) -> tuple[InlineComment, ...]:
    """List the comments that are not there yet.

    What a person has resolved is not said again. What we have resolved ourselves was gone and has
    come back.
    """
    said = mine(conversation, name)
    return tuple(
        comment
        for comment in comments
        if (thread := said.get(inline.read(comment.body, name))) is None
        or (thread.resolved and thread.resolved_by_me)
    )


def hold(findings: Iterable[Finding], conversation: Conversation, name: str) -> bool:
    """Whether each of the findings has a thread, open or not."""
    said = mine(conversation, name)
    return all(finding.fingerprint in said for finding in findings)


def to_resolve(
    gone: Iterable[Finding], conversation: Conversation, name: str
) -> tuple[ReviewThread, ...]:
    """List the open threads of findings that are gone; one in which people talk is theirs."""
    said = mine(conversation, name)
    found = (said.get(finding.fingerprint) for finding in gone)
    return tuple(t for t in found if t and not t.resolved and not t.answered)


def dismissed(
    findings: Iterable[Finding],
    conversation: Conversation,
    name: str,
    may_write: Callable[[str], bool],
) -> tuple[Dismissal, ...]:
    """List the findings whose thread somebody who may write has resolved or rejected."""
    said = mine(conversation, name)
    allowed = cache(may_write)
    return tuple(_dismissed(findings, said, allowed))


def _dismissed(
    findings: Iterable[Finding],
    said: Mapping[str, ReviewThread],
    allowed: Callable[[str], bool],
) -> Iterator[Dismissal]:
    for finding in findings:
        thread = said.get(finding.fingerprint)
        if thread is None:
            continue
        resolver = "" if thread.resolved_by_me else thread.resolved_by
        if thread.resolved and resolver and allowed(resolver):
            yield Dismissal(finding, resolver, "resolved")
        elif by := next(filter(allowed, thread.comments[0].thumbs_down), ""):
            yield Dismissal(finding, by, "thumbs down")
