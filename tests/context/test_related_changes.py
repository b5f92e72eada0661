"""What of the other changed files is shown with a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.context import related_changes
from reviewer.context.code import identifiers
from reviewer.context.file_pairs import SiblingIndex
from reviewer.context.related_changes import ChangeIndex
from reviewer.text.truncate import Excerpt


def changed_file(path: str, *rows: str) -> ChangedFile:
    """Build a file from lines that start with their marker."""
    lines, old, new = [], 0, 0
    for row in rows:
        kind = LineKind(row[0])
        old += kind is not LineKind.ADDED
        new += kind is not LineKind.REMOVED
        lines.append(
            Line(
                kind,
                None if kind is LineKind.ADDED else old,
                None if kind is LineKind.REMOVED else new,
                row[1:],
            )
        )
    return ChangedFile(path, "modified", (Hunk(tuple(lines)),))


def related(*files: ChangedFile, limit: int = 10_000) -> Excerpt:
    return ChangeIndex(files).find_related(files[0], limit)


PAY = changed_file("shop/pay.py", "-def charge(price):", "+def charge(price, currency):")
TILL = changed_file(
    "shop/till.py", " import x", "+    charge(12)", "-    charge(11)", " recharge(3)"
)
OTHER = changed_file("docs/a.md", "+charge your battery")


def test_callers_of_a_changed_definition_are_shown_with_their_lines() -> None:
    assert related(PAY, TILL, OTHER).text == (
        "Mentions of charge in shop/till.py:\n     2 +     charge(12)"
    )


def test_callers_of_a_removed_definition_are_shown() -> None:
    gone = changed_file("shop/pay.py", "-def charge(price):")
    assert "charge(12)" in related(gone, TILL).text


def test_the_definition_of_what_an_added_line_uses_is_shown_with_its_body() -> None:
    assert related(TILL, PAY).text == (
        "Definition of charge in shop/pay.py:\n     1 + def charge(price, currency):"
    )


def test_a_line_that_was_removed_is_neither_caller_nor_definition() -> None:
    assert related(PAY, changed_file("a.py", "-charge(1)")).text == ""
    assert related(TILL, changed_file("a.py", "-def charge(price):")).text == ""


def test_the_same_name_in_another_language_is_another_thing() -> None:
    assert related(PAY, changed_file("a.ts", "+charge(1)")).text == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reviewer/pay.py", "tests/test_pay.py"),
        ("reviewer/adapters/pay.py", "tests/adapters/test_pay.py"),
        ("pkg/pay.go", "pkg/pay_test.go"),
        ("src/pay.ts", "src/pay.spec.ts"),
        ("src/pay.tsx", "src/__tests__/pay.test.ts"),
        ("src/main/java/shop/Pay.java", "src/test/java/shop/PayTest.java"),
        ("include/pay.h", "src/pay.c"),
        ("lib/pay.hpp", "lib/pay.cpp"),
        ("shop/models.py", "shop/migrations/0002_pay.py"),
        ("shop/models/pay.py", "shop/migrations/0002_pay.py"),
        ("web/pay.ts", "web/pay.css"),
    ],
)
def test_siblings_know_each_other(one: str, other: str) -> None:
    a, b = changed_file(one, "+a"), changed_file(other, "+b")
    assert related(a, b).text == f"Changes to {other}:\n@@\n     1 + b"
    assert related(b, a).text == f"Changes to {one}:\n@@\n     1 + a"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/index.ts", "b/index.ts"),
        ("a/pay.py", "tests/b/test_pay.py"),
        ("shop/models.py", "users/migrations/0002_pay.py"),
        ("pay.py", "tests/pay_test.go"),
        ("a/pay.c", "a/charge.h"),
    ],
)
def test_files_that_only_look_like_siblings_do_not_know_each_other(one: str, other: str) -> None:
    assert related(changed_file(one, "+a"), changed_file(other, "+b")) == Excerpt("")


def test_a_large_sibling_is_named_and_not_shown() -> None:
    large = changed_file("test_pay.py", *["+a"] * (related_changes.SIBLING_LINES + 1))
    assert related(changed_file("pay.py", "+a"), large) == Excerpt("", ("Changes to test_pay.py",))


def test_what_does_not_fit_is_named_and_smaller_pieces_still_come() -> None:
    pay = changed_file("pay.py", "+def charge(price):")
    caller = changed_file("till.py", f"+charge('{'x' * 200}')")
    found = related(pay, caller, changed_file("test_pay.py", "+a"), limit=60)
    assert found.text == "Changes to test_pay.py:\n@@\n     1 + a"
    assert found.cuts == ("Mentions of charge in till.py",)


def test_many_cuts_are_counted() -> None:
    files = [changed_file(f"f{n}.py", "+charge(1)") for n in range(9)]
    assert related(PAY, *files, limit=0).cuts[-1] == "4 other related pieces"


def test_the_most_useful_comes_first() -> None:
    pay = changed_file("pay.py", "+def charge(price):", "+    return to_cents(price)")
    cents = changed_file("cents.py", "+def to_cents(price):")
    shown = related(pay, changed_file("test_pay.py", "+charge(1)"), cents).text
    places = [shown.index(word) for word in ("Mentions of", "Definition of", "Changes to")]
    assert places == sorted(places)


def test_a_path_with_a_line_feed_stays_in_its_heading() -> None:
    odd = changed_file("a\nChanges to x:\r.py", "+charge(1)")
    assert related(PAY, odd).text.count("\n") == 1


def test_what_is_called_everywhere_is_shown_a_few_times() -> None:
    files = [changed_file(f"f{n}.py", *["+charge(1)"] * 100) for n in range(100)]
    assert related(PAY, *files, limit=1_000_000).text.count("charge(1)") == related_changes.MENTIONS


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("def charge(x):", "charge"),
        ("    async def charge(self):", "charge"),
        ("func (t *Till) Charge() {", "Charge"),
        ("pub(crate) async fn charge() {", "charge"),
        ("export default function charge() {", "charge"),
        ("export const charge = () => {", "charge"),
        ("public final class Charge {", "Charge"),
        ("type Charge struct {", "Charge"),
        ("struct charge {", "charge"),
        ("struct charge *next;", ""),
        ("def self.charge", "charge"),
        ("def pay(x):", ""),
        ("def __init__(self):", ""),
        ("def main():", ""),
        ("charge(def)", ""),
        ("export " * 5_000, ""),
        (" " * 100_000 + "def charge", ""),
    ],
)
def test_names_are_read_from_definitions(line: str, name: str) -> None:
    assert identifiers.definition(line) == name


def test_names_in_use_are_long_and_uncommon() -> None:
    assert list(identifiers.names("return pay(charge, self.till, charge)")) == ["charge", "till"]


rows = st.sampled_from(
    ["+def charge():", "-def charge():", " charge()", "+x = till(charge)", "+class Till:", "+tills"]
)
paths = st.sampled_from(["a.py", "test_a.py", "b/a.py", "b/till.py", "x/migrations/1.py", "c.h"])


@given(st.dictionaries(paths, st.lists(rows, min_size=1, max_size=6)), st.integers(0, 300))
def test_never_over_the_limit_and_never_about_itself(
    files: dict[str, list[str]], limit: int
) -> None:
    all_files = [changed_file(path, *lines) for path, lines in files.items()]
    index = ChangeIndex(all_files)
    for file in all_files:
        found = index.find_related(file, limit)
        assert len(found.text) <= limit
        assert f" in {file.path}:" not in found.text
        assert f"Changes to {file.path}:" not in found.text
        assert file not in SiblingIndex(all_files).siblings(file)


def grouped(*files: ChangedFile) -> list[list[str]]:
    return [[file.path for file in group] for group in ChangeIndex(files).group(files)]


def test_a_test_is_grouped_with_its_subject_and_callers_with_what_they_call() -> None:
    test = changed_file("tests/shop/test_pay.py", "+assert True")
    assert grouped(test, OTHER, TILL, PAY) == [
        ["docs/a.md"],
        ["shop/pay.py", "tests/shop/test_pay.py", "shop/till.py"],
    ]


def test_unrelated_files_are_ordered_by_folder() -> None:
    paths = ["b/x.py", "a/z.py", "top.py", "a/y.py", "a/b/x.md"]
    assert grouped(*(changed_file(path, "+1") for path in paths)) == [
        ["top.py"],
        ["a/y.py"],
        ["a/z.py"],
        ["a/b/x.md"],
        ["b/x.py"],
    ]


@given(st.lists(st.sampled_from([PAY, TILL, OTHER]), unique=True))
def test_every_file_is_in_one_group(files: list[ChangedFile]) -> None:
    paths = [path for group in grouped(*files) for path in group]
    assert sorted(paths) == sorted(file.path for file in files)


def test_what_the_same_prompt_shows_is_not_shown_again() -> None:
    index = ChangeIndex((PAY, TILL))
    assert index.find_related(PAY, 10_000, frozenset({"shop/till.py"})).text == ""
    assert index.find_related(TILL, 10_000, frozenset({"shop/pay.py"})).text == ""
