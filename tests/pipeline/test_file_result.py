"""What a file's row is made of beside the answers about it."""

from dataclasses import replace

from reviewer.changes import diff
from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.finding import Origin
from reviewer.findings import builtin_rules
from reviewer.llm.replies import FileReply
from reviewer.memory import previous_review
from reviewer.memory.previous_review import Basis
from reviewer.memory.state import State, Unit
from reviewer.pipeline.file_result import Merger, Outcome
from reviewer.redaction import masking
from reviewer.redaction.scan import Redaction
from tests import builders
from tests.faults import faults

KEY = "AKIA" + "Z7Q2M4X8N5B3V6C1"


@faults("DF12")
def test_earlier_words_of_the_model_do_not_stand_for_what_a_rule_finds() -> None:
    """The second look could drop them, and the secret with them."""
    file = diff.parse(builders.row(patch=f'@@ -1 +1,2 @@\n a = 1\n+KEY = "{KEY}"\n'))
    assert isinstance(file, ChangedFile)
    redaction = Redaction(masking.hunk_texts([file]))
    (proven,) = builtin_rules.find(file, redaction)
    words = replace(proven, origin=Origin.MODEL, title="Only a sample", number=1)
    unit = Unit(file.path, "", builders.HEAD, "", (words,))
    merger = Merger(redaction.mask, Basis(State(), {file.path: unit}), redaction)
    outcome = Outcome(Batch(file, file.hunks), FileReply("", (), 0, truncated=False))
    merged = merger.merge(file, [outcome])
    assert merged.findings == (proven, words)
    assert previous_review.joined((words,), (proven,)) == (words,)
