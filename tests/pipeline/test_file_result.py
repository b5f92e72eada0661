"""What a file's row is made of beside the answers about it."""

from reviewer.changes.parts import Part
from reviewer.changes.selection import Selection
from reviewer.finding import Origin
from reviewer.findings import builtin_rules
from reviewer.findings.candidates import FileCandidates
from reviewer.memory import previous_review
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.recall import Recalled
from reviewer.memory.state import State, Unit
from reviewer.pipeline import file_result
from reviewer.pipeline.file_result import PartResult
from reviewer.redaction import scan
from reviewer.redaction.scan import Redaction
from reviewer.review.result import FileReport, Status
from tests import builders
from tests.faults import faults

KEY = "AKIA" + "Z7Q2M4X8N5B3V6C1"


@faults("DF12")
def test_an_earlier_finding_of_the_model_does_not_replace_one_of_a_rule() -> None:
    """The verification could drop them, and the secret with them."""
    file = builders.changed_file(patch=f'@@ -1 +1,2 @@\n a = 1\n+KEY = "{KEY}"\n')
    redaction = Redaction(scan.hunk_texts([file]))
    (proven,) = builtin_rules.find(file, redaction)
    words = builders.revise(proven, origin=Origin.MODEL, title="Only a sample", number=1)
    unit = Unit(file.path, "", builders.HEAD, "", (words,))
    recalled = Recalled(PreviousReview(State(), {file.path: unit}), lambda _: "")
    result = PartResult(Part(file, file.hunks), FileCandidates("", ()))
    merged = file_result.merge(file, [result], recalled, redaction.mask, redaction)
    assert merged.findings == (proven, words)
    assert previous_review.add_new((words,), (proven,)) == (words,)


@faults("HD8")
def test_a_lock_file_is_checked_only_if_the_rule_understood_every_line() -> None:
    understood = '@@ -1,2 +1,2 @@\n {\n-  "version": 1,\n+  "version": 2,\n'
    unknown = "@@ -1 +1 @@\n-?\n+!\n"
    assert [checked("package-lock.json", patch) for patch in (understood, unknown)] == [True, False]
    assert not checked("flake.lock", understood)
    assert checked("go.sum", "@@ -0,0 +1 @@\n+a.b/c v1.0.0 h1:" + "A" * 43 + "=\n")


def checked(path: str, patch: str) -> bool:
    file = builders.changed_file(path, patch)
    report = FileReport(path, Status.EXCLUDED, "lock file")
    (result,) = file_result.read_by_rules(
        Selection((), (report,), unread=(file,)), PreviousReview(), str, Redaction(())
    )
    return result.report.checked
