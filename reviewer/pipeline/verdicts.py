"""Holds which findings are verified in which batch, and applies what the verifications left."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reviewer.changes.batches import Batch
from reviewer.finding import Finding, Origin
from reviewer.pipeline.file_result import FileResult
from reviewer.pipeline.verify_batch import FindingsToVerify, Verified
from reviewer.prompt import Usage
from reviewer.review.verification import Verification


@dataclass(slots=True)
class Verdicts:
    """The verifications of one run by the numbers of their batches."""

    _begun: set[int] = field(default_factory=set)
    _verified: dict[int, Verified] = field(default_factory=dict)

    def begin(
        self,
        number: int,
        batch: Batch,
        findings: tuple[Finding, ...],
        agreed: Collection[Finding] = (),
    ) -> Iterator[FindingsToVerify]:
        """Yield the verification of the findings in a batch, nothing if there are none."""
        self._begun.add(number)
        if findings:
            yield FindingsToVerify(number, batch, findings, frozenset(agreed))

    def has_begun(self, number: int) -> bool:
        """Return True after `begin` with this number."""
        return number in self._begun

    def add(self, task: FindingsToVerify, verified: Verified) -> None:
        """Add what came back of a verification."""
        self._verified[task.number] = verified

    def drop(self, is_cut: Callable[[Usage | None], bool]) -> None:
        """Leave findings unverified whose verification came of a prompt that had been cut."""
        for number, verified in self._verified.items():
            if any(map(is_cut, verified.usages)):
                whole = verified.findings
                self._verified[number] = Verified(whole, whole, unverified=whole)

    def apply(self, results: Mapping[str, FileResult]) -> dict[str, FileResult]:
        """Return the results with the findings that are left; others stay as they are."""
        judged = dict(results)
        for _, verified in sorted(self._verified.items()):
            for path in judged.keys() & {finding.path for finding in verified.findings}:
                judged[path] = _apply(judged[path], verified)
        return judged

    def verifications(self) -> tuple[Verification, ...]:
        """Return all verifications, in the order of the batches."""
        ordered = sorted(self._verified.items())
        return tuple(each for _, verified in ordered for each in verified.verifications)

    def find_unverified(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Return the paths of the model's findings about which there was no reply."""
        done = {
            finding
            for verified in self._verified.values()
            for finding in {*verified.findings} - {*verified.unverified}
        }
        own = (finding for finding in findings if finding.origin is Origin.MODEL)
        return tuple(sorted({finding.path for finding in own if finding not in done}))


def _apply(before: FileResult, verified: Verified) -> FileResult:
    """Return the result of a file, with what the verification left of its findings."""
    judged = [each for each in before.findings if each in verified.findings]
    if not judged:
        return before
    others = [each for each in before.findings if each not in judged]
    left = [each for each in verified.left if each.path == before.report.path]
    refuted = before.refuted + len(judged) - len(left)
    return replace(before, findings=(*others, *left), refuted=refuted)
