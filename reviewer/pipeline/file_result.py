"""Makes one result of all replies about a file, with what the rules and earlier reviews found."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes import default_excludes
from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part
from reviewer.changes.selection import Selection
from reviewer.errors import ReviewerError
from reviewer.finding import Finding, Origin
from reviewer.findings import agreement, builtin_rules, placement
from reviewer.findings.candidates import FileCandidates
from reviewer.findings.other_tools.tool_findings import NO_TOOLS, ToolFindings
from reviewer.memory import previous_review
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.recall import Recalled
from reviewer.prompt import Usage
from reviewer.redaction.scan import Redaction
from reviewer.review.result import FileReport, Status, Withheld


@dataclass(frozen=True, slots=True)
class PartResult:
    """The model's reply about one part of a file, or the error that prevented it.

    `second` says that it is of the second of two passes. `remark` is said of a reply of the small
    model only, and why it was enough. `usage` shows if the server cut the prompt.
    """

    part: Part
    result: FileCandidates | ReviewerError
    second: bool = False
    remark: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class FileResult:
    """A file's row and its findings.

    `dropped` counts the model's candidates that could not be used, `refuted` the findings that the
    verification dropped, `ungraded` the candidates with an unknown severity. `agreed` lists the
    findings of both passes.
    """

    report: FileReport
    findings: tuple[Finding, ...] = ()
    dropped: Withheld = field(default_factory=Withheld)
    refuted: int = 0
    agreed: tuple[Finding, ...] = ()
    ungraded: int = 0

    @property
    def has_model_findings(self) -> bool:
        """True if there are findings that the verification can check."""
        return any(finding.origin is Origin.MODEL for finding in self.findings)

    def mark(self, unverified: Collection[str]) -> "FileResult":
        """Return the result with the note if its file is among those that are not verified."""
        verified = self.report.path not in unverified
        return replace(self, report=replace(self.report, verified=verified))


def keep(file: ChangedFile, row: FileReport | None, tools: ToolFindings) -> FileResult | None:
    """Return the result of a file that keeps its remembered row, None if it has none."""
    if row is None:
        return None
    others = (each for each in row.known if each.origin is not Origin.TOOL)
    found = tools.by_path.get(file.path, ())
    return FileResult(replace(row, reason=file.remark), (*others, *found))


def earlier_findings(
    file: ChangedFile, previous: PreviousReview, as_prompt_text: Callable[[str], str]
) -> tuple[Finding, ...]:
    """Return the remembered findings of the file whose code is still there.

    Those of tools are left out: they say in each run what they find.
    """
    unit = previous.units.get(file.path)
    known = [each for each in unit.findings if each.origin is not Origin.TOOL] if unit else ()
    return previous_review.still_present(file, known, as_prompt_text) if known else ()


def find_new(
    file: ChangedFile,
    result: FileResult,
    section: FileCandidates,
    as_prompt_text: Callable[[str], str],
) -> FileResult:
    """Return the row with what the request about the whole change found beyond `result`."""
    places = placement.Places(file, as_prompt_text)
    placed = [places.place(each) for each in section.candidates]
    found = previous_review.add_new(result.findings, tuple(filter(None, placed)))
    return FileResult(
        result.report,
        tuple(each for each in found if each not in result.findings),
        section.dropped + Withheld(unplaced=placed.count(None)),
        ungraded=section.ungraded,
    )


def join(result: FileResult, added: FileResult) -> FileResult:
    """Return the result with what `find_new` found and the verification left."""
    return replace(
        result,
        findings=previous_review.add_new(result.findings, added.findings),
        dropped=result.dropped + added.dropped,
        refuted=result.refuted + added.refuted,
        ungraded=result.ungraded + added.ungraded,
    )


def merge(
    file: ChangedFile,
    results: Sequence[PartResult],
    recalled: Recalled,
    as_prompt_text: Callable[[str], str],
    redaction: Redaction,
    tools: ToolFindings = NO_TOOLS,
) -> FileResult:
    """Make one result of the replies about a file, and what rules, tools and earlier runs found.

    `as_prompt_text` changes text as the prompts did, so that quotes of the model can be found.
    `redaction` must be that of the prompts.
    """
    replied = place_replies(file, results, as_prompt_text)
    earlier = earlier_findings(file, recalled.previous, as_prompt_text)
    known = previous_review.add_new(earlier, replied.findings)
    # Rules find their findings again in every run: an earlier finding of the model must not
    # replace one of them.
    from_rules, _ = _find_by_rules(file, redaction)
    facts = (*from_rules, *tools.by_path.get(file.path, ()))
    findings = (*facts, *(each for each in known if each.origin is Origin.MODEL))
    # A result that hides something must not become "no problems found" in a later review.
    whole = not (
        replied.report.status is Status.FAILED or replied.report.cuts or replied.dropped.unplaced
    )
    by_small = any(each.remark for each in results)
    make_key = recalled.make_trivial_key if by_small else recalled.make_key
    key = make_key(file) if whole else ""
    return replace(replied, report=replace(replied.report, key=key), findings=findings)


def place_replies(
    file: ChangedFile, results: Sequence[PartResult], as_prompt_text: Callable[[str], str]
) -> FileResult:
    """Place the findings of all replies about a file; a part without a reply becomes a cut.

    A second pass adds its findings. If it is the only one that has replies, it takes the place of
    the first; if it has none, nothing is missing.
    """
    passes = [[each for each in results if each.second is second] for second in (False, True)]
    first, second = (_keep_replies(each) for each in passes)
    if not (first or second):
        problems = [each.result for each in results if isinstance(each.result, ReviewerError)]
        reason = problems[0].what if problems else "cancelled"
        return FileResult(FileReport(file.path, Status.FAILED, reason))
    main = first or second
    places = placement.Places(file, as_prompt_text)
    found, again = (
        [places.place(candidate) for reply in replies for candidate in reply.candidates]
        for replies in (first, second)
    )
    findings, agreed = agreement.join_passes(filter(None, found), filter(None, again))
    report = FileReport(
        path=file.path,
        status=Status.REVIEWED,
        reason=file.remark or max(each.remark for each in results),
        summary=" ".join(reply.summary for reply in main if reply.summary),
        cuts=_collect_cuts(passes[0] if first else passes[1], main),
    )
    unplaced = Withheld(unplaced=found.count(None) + again.count(None))
    return FileResult(
        report,
        findings,
        sum((reply.dropped for reply in (*first, *second)), unplaced),
        agreed=agreed,
        ungraded=sum(reply.ungraded for reply in (*first, *second)),
    )


def _keep_replies(results: Iterable[PartResult]) -> list[FileCandidates]:
    return [each.result for each in results if isinstance(each.result, FileCandidates)]


def _collect_cuts(
    results: Sequence[PartResult], replies: Iterable[FileCandidates]
) -> tuple[str, ...]:
    cuts = [cut for each in results for cut in each.part.cuts]
    cuts += _describe_failures(results)
    cuts += ["the model's reply was cut short" for reply in replies if reply.truncated]
    cuts += ["the model gave several different replies" for reply in replies if reply.ambiguous]
    unread = sum(reply.dropped.malformed for reply in replies)
    cuts += [f"{unread:,} finding{'s' * (unread > 1)} could not be read"] if unread else []
    return tuple(dict.fromkeys(cuts))


def _describe_failures(results: Iterable[PartResult]) -> Iterator[str]:
    """Yield each reason for which parts were not reviewed, once."""
    failed: dict[str, list[Part]] = {}
    for each in results:
        if isinstance(each.result, ReviewerError):
            failed.setdefault(each.result.what.removesuffix("."), []).append(each.part)
    for reason, parts in failed.items():
        one = f"part {parts[0].number} of {parts[0].count}"
        yield f"{one if len(parts) == 1 else f'{len(parts)} parts'} not reviewed: {reason}"


def read_by_rules(
    selection: Selection,
    previous: PreviousReview,
    as_prompt_text: Callable[[str], str],
    redaction: Redaction,
    tools: ToolFindings = NO_TOOLS,
) -> tuple[FileResult, ...]:
    """Return a result for each file that is not reviewed, in the order of their reports.

    Its findings are those of the rules and of other tools, which read every file with lines, and
    the model's earlier ones whose code is still there, unless the workflow or the repository
    excludes the file.
    """
    unread = {file.path: file for file in selection.unread}
    unverified = {unit.path for unit in previous.state.units if not unit.verified}
    results: list[FileResult] = []
    for report in selection.reports:
        file = unread.get(report.path)
        if file is None:
            results.append(FileResult(report))
            continue
        known = [f for f in previous.findings if f.path == file.path and f.origin is Origin.MODEL]
        wanted = () if report.status is Status.SKIPPED else known
        earlier = previous_review.still_present(file, wanted, as_prompt_text)
        found, checked = _find_by_rules(file, redaction)
        row = replace(
            report,
            checked=checked and report.status is Status.EXCLUDED,
            verified=not (earlier and file.path in unverified),
        )
        by_tools = tools.by_path.get(file.path, ())
        results.append(FileResult(row, (*found, *by_tools, *earlier)))
    return tuple(results)


def _find_by_rules(file: ChangedFile, redaction: Redaction) -> tuple[tuple[Finding, ...], bool]:
    """Return the findings of all rules that need no model.

    The second value is True for a lock file of which the rule understood every changed line.
    """
    found = builtin_rules.find(file, redaction)
    if not default_excludes.has_lock_entries(file.path):
        return found, False
    if file.is_link or default_excludes.find_opaque(file):
        return found, False
    # Ten modules that parse lock files; most changes have none.
    from reviewer.findings.lockfiles import rule

    comparison = rule.compare(file, file.base_text)
    return (*found, *comparison.find(redaction)), comparison.is_checked()
