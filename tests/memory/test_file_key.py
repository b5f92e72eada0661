"""What a file's key consists of, and what of the code shown with it is named if it changed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.context.repository.shown_code import ShownCode
from reviewer.memory import file_key
from reviewer.memory.file_key import FileKey, FileKeys
from reviewer.memory.seal import UNSEALED, Seal
from tests import builders
from tests.faults import faults

LOAD = ShownCode("lib/store.py", "load_basket", "1")
SAVE = ShownCode("lib/store.py", "save_basket", "2")
AROUND = ShownCode("src/pay.py", "", "3")
OTHER_LOAD = ShownCode("lib/store.py", "load_basket", "9")
PART = st.text("abcXYZ019-_", max_size=40)


def keys(
    *shown: ShownCode, rules: Sequence[str] | None = (), seal: Seal = builders.SEAL
) -> FileKeys:
    return FileKeys(seal, lambda _: rules, lambda _: shown)


def shown_part(*shown: ShownCode) -> str:
    part = keys(*shown).identify_shown(builders.changed_file())
    assert part is not None
    return part


def edited(piece: ShownCode) -> ShownCode:
    return ShownCode(piece.path, piece.name, piece.content, edited=True)


@given(PART.filter(bool), PART, PART)
def test_a_key_comes_back_as_it_was(change: str, rules: str, shown: str) -> None:
    key = FileKey(change, rules, shown)
    assert FileKey.parse(key.write()) == key


@given(st.text())
def test_any_text_is_read_as_a_key_that_writes_the_same_parts(text: str) -> None:
    key = FileKey.parse(text)
    assert FileKey.parse(file_key.drop_names(text)).change in {"", key.change}


def test_a_file_without_rules_and_shown_code_has_a_key_of_its_lines_alone() -> None:
    assert keys().make(builders.changed_file()) == keys().identify_change(builders.changed_file())
    assert len(keys().make(builders.changed_file())) == 32


def test_without_a_secret_there_is_no_key_and_nothing_is_looked_up() -> None:
    def fail(_: object) -> tuple[ShownCode, ...]:
        raise AssertionError

    assert FileKeys(UNSEALED, lambda _: None, fail).make(builders.changed_file()) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((LOAD,), (OTHER_LOAD,)),
        ((LOAD,), ()),
        ((), (LOAD,)),
        ((LOAD,), (LOAD, SAVE)),
        ((LOAD, SAVE), (SAVE, LOAD)),
        ((LOAD,), (ShownCode("lib/stock.py", "load_basket", "1"),)),
        ((LOAD,), (ShownCode("lib/store.py", "load_cart", "1"),)),
        ((LOAD,), (edited(LOAD),)),
        ((LOAD,), (AROUND, LOAD)),
    ],
)
def test_other_shown_code_is_another_part(
    before: tuple[ShownCode, ...], after: tuple[ShownCode, ...]
) -> None:
    one, other = (FileKey("", "", shown_part(*each)).sum_shown for each in (before, after))
    assert one != other


def test_code_that_the_change_touches_is_not_remembered_as_unchanged() -> None:
    assert shown_part(edited(LOAD)) == ""
    assert shown_part(edited(LOAD), SAVE) == shown_part(SAVE)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ((LOAD, SAVE), (OTHER_LOAD, SAVE), "`load_basket` in lib/store.py changed"),
        ((SAVE, LOAD), (SAVE, OTHER_LOAD), "`load_basket` in lib/store.py changed"),
        ((LOAD, SAVE), (edited(LOAD), SAVE), "`load_basket` in lib/store.py changed"),
        ((SAVE,), (edited(LOAD), edited(SAVE)), "`save_basket` in lib/store.py changed"),
        ((SAVE,), (LOAD, SAVE), "`load_basket` in lib/store.py changed"),
        ((AROUND,), (ShownCode("src/pay.py", "", "4"),), "the code around its changes changed"),
        ((LOAD, SAVE), (SAVE,), "code that it was read with changed"),
        ((LOAD,), (edited(SAVE),), "code that it was read with changed"),
    ],
)
def test_the_reason_names_what_changed_where_it_can(
    before: tuple[ShownCode, ...], after: tuple[ShownCode, ...], reason: str
) -> None:
    assert keys(*after).explain_shown(shown_part(*before), builders.changed_file()) == reason


def test_of_much_code_only_some_can_be_named_and_all_of_it_is_compared() -> None:
    pieces = [ShownCode("lib/store.py", f"load_{n}", str(n)) for n in range(30)]
    known = shown_part(*pieces)
    late = [*pieces[:-1], ShownCode("lib/store.py", "load_29", "other")]
    assert FileKey("", "", shown_part(*late)).sum_shown != FileKey("", "", known).sum_shown
    assert (
        keys(*late).explain_shown(known, builders.changed_file())
        == "code that it was read with changed"
    )
    assert len(known) == 8 + 4 * file_key.NAMED


def test_without_its_names_a_key_decides_the_same_and_names_nothing() -> None:
    key = keys(LOAD, rules=["Count in cents."]).make(builders.changed_file())
    bare = file_key.drop_names(key)
    one, other = FileKey.parse(key), FileKey.parse(bare)
    assert (one.change, one.rules, one.sum_shown) == (other.change, other.rules, other.shown)
    assert len(bare) < len(key)
    assert (
        keys(OTHER_LOAD).explain_shown(other.shown, builders.changed_file()).startswith("code that")
    )


@faults("ST3")
def test_nobody_without_the_secret_can_compute_a_part() -> None:
    one = keys(LOAD, rules=["a"])
    other = keys(LOAD, rules=["a"], seal=Seal.of("another", "octo/shop", 7, "default"))
    for part in (FileKeys.identify_change, FileKeys.identify_shown):
        assert part(one, builders.changed_file()) != part(other, builders.changed_file())
    assert one.identify_rules("a") != other.identify_rules("a")


@pytest.mark.parametrize(
    ("before", "after"),
    [(("a",), ("b",)), (("a",), ()), (("a", "b"), ("ab",)), (("a", "b"), ("b", "a"))],
)
def test_other_rules_are_another_part(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    assert keys(rules=before).identify_rules("a") != keys(rules=after).identify_rules("a")


def test_rules_that_are_not_known_are_none_and_were_not_applied() -> None:
    unknown = keys(rules=None)
    assert unknown.identify_rules("a") is None
    assert unknown.make(builders.changed_file()) == keys().make(builders.changed_file())


def test_a_reason_is_one_line_of_limited_length() -> None:
    long = ShownCode("a" * 10_000, "load_basket", "1")
    reason = keys(long).explain_shown(
        shown_part(ShownCode(long.path, long.name, "2")), builders.changed_file()
    )
    assert len(reason) < 500
