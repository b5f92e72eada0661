"""How near files are to each other."""

import pytest

from reviewer.context.repository import nearness


def test_users_come_in_the_order_of_their_nearness() -> None:
    imports = frozenset({"pay"})
    users = [
        ("shop/pay.py", frozenset[str]()),
        ("shop/till.py", frozenset[str]()),
        ("web/view.py", imports),
        ("shop/test_pay.py", imports),
        ("web/form.py", frozenset({"shop"})),
        ("web/other.py", frozenset[str]()),
        ("tests/other.py", frozenset[str]()),
    ]
    ranks = [nearness.rank_user("shop/pay.py", path, words) for path, words in users]
    assert ranks == sorted(set(ranks))
    assert [rank < nearness.FAR for rank in ranks] == [True] * 5 + [False] * 2


def test_a_definition_that_a_file_names_is_nearer_than_its_folder() -> None:
    words = frozenset({"prices", "web"})
    places = ("shop/till.py", "core/prices.py", "shop/pay.py", "web/form.py", "x/y.py")
    ranks = [nearness.rank_definition("shop/till.py", path, words) for path in places]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("shop/pay.py", {"pay", "shop"}),
        ("shop/__init__.py", {"shop"}),
        ("packages/till/src/index.ts", {"till"}),
        ("crates/ignore/src/lib.rs", {"ignore"}),
        ("src/pay-card.ts", {"card"}),
        ("main.go", set()),
    ],
)
def test_the_words_that_name_a_file_in_imports(path: str, words: set[str]) -> None:
    assert nearness.find_links(path) == words


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/a.py", True), ("src/test_a.py", True), ("a_test.go", True), ("a.spec.ts", True),
        ("PayTest.java", True), ("spec/a.rb", True), ("__tests__/a.js", True),
        ("src/a.py", False), ("latest/a.py", False), ("attest.py", False),
    ],
)  # fmt: skip
def test_tests_are_known_by_their_names(path: str, *, is_test: bool) -> None:
    assert nearness.is_test(path) == is_test


def test_the_distance_of_two_paths_is_the_steps_from_one_to_the_other() -> None:
    assert nearness.measure_distance("a/b.py", "a/c.py") == 2
    assert nearness.measure_distance("a/b.py", "a/b.py") == 0
    assert nearness.measure_distance("a/b/c.py", "x.py") == 4
