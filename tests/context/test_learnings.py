"""Which learnings a request shows, and what is said of them afterwards."""

from reviewer.config.repository.learnings import Learning
from reviewer.context import learnings
from reviewer.context.learnings import ROOM, ShownLearnings
from reviewer.review.result import GivenLearning

CENTS = Learning("Money is counted in cents.", ("src/pay/**",), "#12")
STYLE = Learning("Style is for the linter.")
HOOKS = Learning("Hooks are in hooks.ts.", ("web/**",))
KNOWN = (CENTS, STYLE, HOOKS)
PAY, CART, APP = "src/pay/cents.py", "web/cart.ts", "app.py"


def test_a_request_shows_the_learnings_about_its_files_in_the_order_of_the_file() -> None:
    shown = learnings.select(KNOWN, (PAY, APP), ROOM)
    assert shown.given == ((CENTS, (PAY,)), (STYLE, (PAY, APP)))
    assert shown.left == ()


def test_without_room_for_all_those_about_some_files_come_first_and_then_the_newest() -> None:
    texts = [Learning(str(n) * 1_000) for n in range(1, 6)]
    shown = learnings.select((CENTS, *texts), (PAY,), 3_100)
    assert [each.text[0] for each, _ in shown.given] == ["M", "3", "4", "5"]
    assert [each.text[0] for each in shown.left] == ["2", "1"][::-1]


def test_no_room_shows_nothing_and_leaves_out_what_is_about_the_files_only() -> None:
    assert learnings.select(KNOWN, (APP,), 0) == ShownLearnings(left=(STYLE,))


def test_the_same_entry_twice_is_shown_once() -> None:
    assert learnings.select((STYLE, STYLE), (APP,), ROOM).given == ((STYLE, (APP,)),)
    assert len(learnings.identify_for((STYLE, STYLE), APP)) == 1


def test_a_files_identity_depends_on_the_texts_and_patterns_about_it_and_on_nothing_else() -> None:
    before = learnings.identify_for(KNOWN, PAY)
    other = Learning(HOOKS.text + " Always.", HOOKS.paths)
    moved = Learning(CENTS.text, CENTS.paths, "#13")
    assert learnings.identify_for((other, STYLE, moved), PAY) == before
    assert learnings.identify_for(KNOWN[1:], PAY) != before
    assert learnings.identify_for((Learning(CENTS.text, ("src/**",)), STYLE), PAY) != before


def test_each_file_counts_once_however_many_requests_showed_the_learning() -> None:
    requests = [learnings.select(KNOWN, paths, ROOM) for paths in ((PAY,), (PAY, APP), (CART,))]
    assert learnings.list_given(KNOWN, requests, ("web/kept.ts",)) == (
        GivenLearning(CENTS.text, "#12", 1),
        GivenLearning(STYLE.text, "", 4),
        GivenLearning(HOOKS.text, "", 2),
    )


def test_a_learning_about_no_file_was_not_given() -> None:
    assert learnings.list_given(KNOWN, [learnings.select(KNOWN, (APP,), 0)], ()) == ()


def test_what_was_left_out_is_named_by_its_beginning() -> None:
    long = [Learning(f"{n} {'word ' * 40}") for n in range(7)]
    (text,) = learnings.describe_left([learnings.select(long, (APP,), 0)] * 2)
    assert text.startswith("learnings left out of requests because of their length: “0 word")
    assert text.endswith("…” and 2 more")
    assert learnings.describe_left([ShownLearnings()]) == ()
