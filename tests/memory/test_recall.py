"""Which files keep their results, and why the others do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from reviewer.changes.diff import ChangedFile
from reviewer.context.repository.shown_code import ShownCode
from reviewer.memory import previous_review, recall
from reviewer.memory.file_key import FileKeys
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.recall import Recalled
from reviewer.memory.state import State, Unit
from tests import builders
from tests.faults import faults

KEY = "1:model:settings"
OLD_HEAD = "01d0000" + "0" * 33
LOAD = ShownCode("lib/store.py", "load_basket", "1")
OTHER_LOAD = replace(LOAD, content="2")


PAY, CART = builders.changed_file("src/pay.py"), builders.changed_file("src/cart.py")


@dataclass
class Now:
    """What a run finds of rules and shown code, and how often it looked for the latter."""

    rules: Sequence[str] | None = ()
    shown: Mapping[str, tuple[ShownCode, ...]] | None = field(default_factory=dict)
    learned: Sequence[str] | None = ()
    looks: int = 0

    @property
    def keys(self) -> FileKeys:
        """Make the keys of the run."""
        return FileKeys(
            builders.SEAL, lambda _: self.rules, self._find, find_learnings=lambda _: self.learned
        )

    def _find(self, file: ChangedFile) -> tuple[ShownCode, ...] | None:
        self.looks += 1
        return None if self.shown is None else self.shown.get(file.path, ())


def remember(now: Now, *files: ChangedFile, moment: int = 0, head: str = OLD_HEAD) -> State:
    rows = [builders.finding(path=file.path, number=n + 1) for n, file in enumerate(files)]
    units = (
        Unit(file.path, now.keys.make(file), head, "Pays.", (found,))
        for file, found in zip(files, rows, strict=True)
    )
    return State(head_sha=head, key=KEY, units=tuple(units), moment=moment)


def compare(known: State) -> PreviousReview:
    return previous_review.compare(known, builders.pull(), KEY)


def recall_all(known: State, now: Now, *files: ChangedFile) -> Recalled:
    previous, keys = compare(known), now.keys
    candidates = recall.find_candidates(files, previous, keys, str)
    return recall.recall(files, candidates, previous, keys, str)


SHOWN = Now(shown={PAY.path: (LOAD,), CART.path: (LOAD,)})


@faults("ST11")
@pytest.mark.parametrize(
    ("now", "kept", "reason"),
    [
        (SHOWN, True, ""),
        (Now(shown={PAY.path: (OTHER_LOAD,)}), False, "`load_basket` in lib/store.py changed"),
        (Now(shown={}), False, "code that it was read with changed"),
        (Now(shown=None), True, ""),
        (
            replace(SHOWN, rules=("Count in cents.",)),
            False,
            "the path instructions or the guidelines for it changed",
        ),
        (replace(SHOWN, rules=None), True, ""),
    ],
    ids=["the same", "other code", "no code", "code unread", "other rules", "rules unread"],
)
def test_the_same_lines_are_kept_with_the_same_rules_and_code(
    now: Now, *, kept: bool, reason: str
) -> None:
    found = recall_all(remember(SHOWN, PAY), now, PAY)
    assert (PAY.path in found.rows) is kept
    assert found.again == ({PAY.path: reason} if reason else {})
    # Its findings are not lost, even if it is not reviewed again.
    assert len(found.previous.units[PAY.path].findings) == 1


TAUGHT = replace(SHOWN, rules=("Count in cents.",), learned=("Use hooks.",))


@faults("ST11")
@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        (TAUGHT, TAUGHT, ""),
        (TAUGHT, replace(TAUGHT, learned=("Use hooks.", "No.")), "a learning for it changed"),
        (TAUGHT, replace(TAUGHT, learned=()), "a learning for it changed"),
        (replace(TAUGHT, learned=()), TAUGHT, "a learning for it changed"),
        (SHOWN, replace(SHOWN, learned=("Use hooks.",)), "a learning for it changed"),
        (TAUGHT, replace(TAUGHT, learned=None), ""),
        (TAUGHT, replace(TAUGHT, rules=()), "the path instructions or the guidelines for it"),
        (TAUGHT, SHOWN, "the path instructions or the guidelines for it changed"),
    ],
    ids=["same", "more", "none now", "first", "only", "unread", "other rules", "both"],
)
def test_other_learnings_are_named_as_the_reason(before: Now, now: Now, reason: str) -> None:
    found = recall_all(remember(before, PAY), now, PAY)
    assert found.again.get(PAY.path, "").startswith(reason)
    assert (PAY.path in found.rows) is (not reason)


def test_without_learnings_a_key_is_what_it_was_before_there_were_any() -> None:
    key = TAUGHT.keys.make(PAY)
    assert "+" in key
    assert replace(TAUGHT, learned=()).keys.make(PAY) == key.replace(key[key.index("+") :][:9], "")


@faults("ST11")
def test_what_could_not_be_looked_up_keeps_its_key_for_a_later_look() -> None:
    known = remember(SHOWN, PAY)
    found = recall_all(known, Now(rules=None, shown=None), PAY)
    assert found.rows[PAY.path].key == known.units[0].key
    assert found.unchecked == 1
    assert found.details == (
        "1 file keeps its result without a look at the code of other files, which was not read",
    )


def test_code_is_not_looked_for_at_the_head_of_the_last_review() -> None:
    now = Now(shown={PAY.path: (OTHER_LOAD,)})
    known = remember(SHOWN, PAY, head=builders.HEAD)
    assert PAY.path in recall_all(known, now, PAY).rows
    assert now.looks == 0


def test_code_is_not_looked_for_if_none_was_shown() -> None:
    now = Now(shown={PAY.path: (LOAD,)})
    known = remember(Now(), PAY)
    assert PAY.path in recall_all(known, now, PAY).rows
    assert now.looks == 0


@pytest.mark.parametrize(
    ("state", "needed"),
    [
        (remember(SHOWN, PAY), True),
        (remember(Now(), PAY), False),
        (remember(SHOWN, PAY, head=builders.HEAD), False),
        (State(), False),
    ],
    ids=["shown", "nothing shown", "the same head", "no review"],
)
def test_the_commit_is_needed_only_where_it_decides(state: State, *, needed: bool) -> None:
    previous = compare(state)
    candidates = recall.find_candidates((PAY,), previous, SHOWN.keys, str)
    assert recall.needs_shown(candidates, previous) is needed


def test_a_restored_result_is_looked_at_by_the_head_of_its_own_report() -> None:
    comment = compare(remember(SHOWN, PAY, CART, moment=1))
    report = compare(remember(SHOWN, CART, moment=2, head=builders.HEAD))
    joined = previous_review.join(comment, [report])
    assert joined.settled == {CART.path}
    older = compare(remember(SHOWN, CART, moment=0, head=builders.HEAD))
    assert previous_review.join(comment, [older]).settled == frozenset()


@faults("ST11")
def test_findings_that_name_a_rule_are_forgotten_where_the_rules_changed() -> None:
    known = remember(SHOWN, PAY, CART)
    named = tuple(builders.revise(each, rule="AGENTS.md") for each in known.findings)
    units = tuple(
        replace(unit, findings=(*unit.findings, found))
        for unit, found in zip(known.units, named, strict=True)
    )
    previous = compare(replace(known, units=units))
    other = recall.forget_rules(previous, {PAY.path: "other", CART.path: None})
    assert other.units[PAY.path].findings == known.units[0].findings
    assert other.units[CART.path].findings == units[1].findings
    # What was said of them is still known, so that their numbers are not given to others.
    assert len(other.findings) == 4


def test_the_notes_join_files_with_one_reason_and_count_the_last() -> None:
    reasons = {f"src/{n}{m}.py": f"reason {n}" for n in range(5) for m in range(n + 1)}
    notes = Recalled(PreviousReview(), lambda _: "", again=reasons).notes
    assert notes == (
        "src/00.py is reviewed again: reason 0",
        "src/10.py and 1 other file are reviewed again: reason 1",
        "src/20.py and 2 other files are reviewed again: reason 2",
        "9 other files are reviewed again: rules or code that they were read with changed",
    )
