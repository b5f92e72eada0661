"""Joins the findings of other tools with those of the model that name them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reviewer.finding import LONGEST_BODY, Dismissal, Finding, Origin
from reviewer.findings import ranking
from reviewer.review.result import worst_first
from reviewer.severity import Confidence
from reviewer.text import truncate

_LONGEST_NAMES = 200


def names_one(rule: str, reported: Iterable[Finding]) -> bool:
    """Return True if a model calls the problem of a tool its rule, as it is asked to."""
    text = rule.casefold()
    return any(label.casefold() in text for each in reported for label in each.tools)


def join(
    found: Iterable[Finding], dismissed: Sequence[Dismissal], *, kept: bool = False
) -> tuple[Finding, ...]:
    """Return the findings with one in place of two where the model names the problem of a tool.

    Such a finding has the model's words, the higher severity, and the tool's name. A finding of a
    tool that a maintainer dismissed is not joined, so that the model's words are still seen. With
    `kept`, what an earlier run joined stays as it is.
    """
    given = tuple(found) if kept else tuple(map(_separate, found))
    of_tools = [each for each in given if each.origin is Origin.TOOL]
    free = [each for each in of_tools if not ranking.is_dismissed(each, dismissed)]
    joined: list[Finding] = []
    for finding in worst_first(each for each in given if each.origin is not Origin.TOOL):
        matching = (each for each in free if _is_about(finding, each))
        same = None if kept and finding.tools else next(matching, None)
        if same is not None:
            free.remove(same)
            of_tools.remove(same)
        alone = finding if kept else replace(finding, tools=())
        joined.append(_join_two(alone, same) if same else _forget_label(alone, of_tools))
    return (*joined, *of_tools)


def _is_about(finding: Finding, reported: Finding) -> bool:
    return (
        finding.origin is Origin.MODEL
        and finding.path == reported.path
        and finding.side is reported.side
        and ranking.overlap(finding, reported)
        # One that was joined before names the tool no longer as its rule.
        and (
            names_one(finding.rule, (reported,))
            or not set(finding.tools).isdisjoint(reported.tools)
        )
    )


def _join_two(finding: Finding, reported: Finding) -> Finding:
    tools = (*finding.tools, *reported.tools)
    candidate = replace(
        finding.candidate,
        body=truncate.shorten(finding.body, LONGEST_BODY - _LONGEST_NAMES) + _also(tools),
        severity=max(finding.severity, reported.severity),
        confidence=Confidence.HIGH,
        rule="",
    )
    return replace(finding, candidate=candidate, tools=tools)


def _forget_label(finding: Finding, reported: Iterable[Finding]) -> Finding:
    """Return a finding without a tool's name as its rule: no file of the team has that one."""
    if finding.origin is not Origin.MODEL or not names_one(finding.rule, reported):
        return finding
    return replace(finding, candidate=replace(finding.candidate, rule=""))


def _also(tools: Iterable[str]) -> str:
    return f"\n\nAlso reported by {', '.join(tools)}."


def _separate(finding: Finding) -> Finding:
    """Return a finding of the model as it was before it was joined, but for its severity."""
    if finding.origin is not Origin.MODEL or not finding.tools:
        return finding
    body = finding.body.removesuffix(_also(finding.tools))
    return replace(finding, candidate=replace(finding.candidate, body=body))
