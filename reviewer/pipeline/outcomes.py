"""Says in a few words what came of each request of a review, for the job summary."""

from collections.abc import Iterable, Sequence

from reviewer.changes.batches import Batch
from reviewer.context.whole_change import WholeChange
from reviewer.errors import ReviewerError
from reviewer.findings.candidates import FileCandidates
from reviewer.pipeline.overview import OverviewResult, Summaries
from reviewer.pipeline.progress import Result, Task
from reviewer.pipeline.review_batch import BatchResult, WholeResult
from reviewer.pipeline.trivial_files import PURPOSE
from reviewer.pipeline.verify_batch import FindingsToVerify, Verified
from reviewer.prompt import PlannedRequest, Usage

_NOT_ASKED = "not asked"
# The order of the table, whatever the order of the replies was.
_PURPOSES = ("whole change", "review", "second review", PURPOSE, "verification", "overview")


def describe(task: Task, result: Result | None) -> PlannedRequest:
    """Return a task with what came of it, None if it was not asked about."""
    purpose, paths = _name(task)
    outcome = _NOT_ASKED if result is None else _describe_result(result)
    return PlannedRequest(purpose, paths, tokens=_count_tokens(result), outcome=outcome)


def _name(task: Task) -> tuple[str, tuple[str, ...]]:
    """Return the purpose of a task, and the paths of the files that it is about."""
    match task:
        case Batch(paths=paths, proofs=proofs) if proofs:
            return PURPOSE, paths
        case Batch(paths=paths, second=second):
            return "second review" if second else "review", paths
        case WholeChange(files=files):
            return "whole change", tuple(file.path for file in files)
        case FindingsToVerify(findings=findings):
            return "verification", tuple(dict.fromkeys(finding.path for finding in findings))
        case Summaries(rows=rows):
            return "overview", tuple(row.path for row in rows)


def _count_tokens(result: Result | None) -> int:
    """Return the tokens of the prompts that were replied to, 0 if the server reports none.

    A task takes several if it was divided. Of a conversation with tools, the last prompt has all.
    """
    usages: Iterable[Usage | None]
    match result:
        case BatchResult(results=results):
            # The results of one reply have one usage.
            usages = {id(each.usage): each.usage for each in results}.values()
        case WholeResult(usage=usage) | OverviewResult(usage=usage):
            usages = (usage,)
        case Verified(usages=several):
            usages = several
        case None:
            usages = ()
    return sum(usage.input_tokens for usage in usages if usage)


def sort(requests: Iterable[PlannedRequest]) -> tuple[PlannedRequest, ...]:
    """Return the requests by purpose and path: their replies come in any order."""
    return tuple(sorted(requests, key=lambda each: (_PURPOSES.index(each.purpose), each.paths)))


def _describe_result(result: Result) -> str:
    match result:
        case BatchResult(results=results, again=again):
            told = _describe_batch([each.result for each in results])
            left = f"{_count(len(again.parts), 'file')} to be reviewed" if again else ""
            return "; ".join(filter(None, (told, left)))
        case WholeResult(sections=sections, problem=problem):
            count = sum(len(each.candidates) for each in sections.values())
            return problem.what if problem else _count(count, "finding across files")
        case Verified(findings=findings, left=left, complete=complete):
            kept = f"{len(left)} of {_count(len(findings), 'finding')} kept"
            return kept if complete else f"not all were verified; {kept}"
        case OverviewResult(problem=problem):
            return problem.what if problem else "written"


def _describe_batch(results: Sequence[FileCandidates | ReviewerError]) -> str:
    found = [each for each in results if isinstance(each, FileCandidates)]
    problems = [each for each in results if isinstance(each, ReviewerError)]
    told = [_count(sum(len(each.candidates) for each in found), "finding")] if found else []
    if problems:
        told.append(f"{len(problems)} of {len(results)} not reviewed: {problems[0].what}")
    return "; ".join(told)


def _count(count: int, noun: str) -> str:
    first, _, rest = noun.partition(" ")
    return f"{count:,} {first}{'s' * (count != 1)}" + (f" {rest}" if rest else "")
