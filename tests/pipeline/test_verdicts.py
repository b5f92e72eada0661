"""What a verification leaves is given up if the server had cut its prompt."""

from reviewer.changes.batches import Batch
from reviewer.pipeline.verdicts import Verdicts
from reviewer.pipeline.verify_batch import FindingsToVerify, Verified
from reviewer.prompt import Usage
from tests import builders
from tests.faults import faults

FINDING = builders.finding()
CUT, WHOLE = Usage(2_600, 10), Usage(1_900, 10)


def verdicts_of(*usages: Usage | None) -> Verdicts:
    """Return the verdicts of one verification, which drops the finding."""
    made = Verdicts()
    task = FindingsToVerify(0, Batch(()), (FINDING,))
    made.add(task, Verified((FINDING,), (), usages=usages))
    return made


@faults("LL24")
def test_a_verdict_on_a_cut_prompt_drops_no_finding() -> None:
    verdicts = verdicts_of(WHOLE, CUT)
    assert verdicts.find_unverified((FINDING,)) == ()
    verdicts.drop(lambda usage: usage == CUT)
    assert verdicts.find_unverified((FINDING,)) == (FINDING.path,)
    (left,) = [each.left for each in verdicts._verified.values()]  # noqa: SLF001
    assert left == (FINDING,)


def test_a_verdict_on_a_whole_prompt_stays() -> None:
    verdicts = verdicts_of(WHOLE, None)
    verdicts.drop(lambda usage: usage == CUT)
    assert verdicts.find_unverified((FINDING,)) == ()
