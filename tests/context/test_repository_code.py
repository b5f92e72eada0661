"""What is shown of the repository beside a change."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import split
from reviewer.context.code import code_pieces
from reviewer.context.repository import repository_code
from reviewer.context.repository.repository_code import RepositoryCode, RepositorySearch
from reviewer.context.repository.repository_index import (
    LIMITS,
    RepositoryIndex,
    SearchLimits,
    WantedNames,
)
from tests.context.test_related_changes import changed_file
from tests.faults import faults

PAY = changed_file("shop/pay.py", "-def charge(price):", "+def charge(price, rate):")
PAY_TEXT = "def charge(price, rate):\n    return price * rate\n"
TILL = "from shop.pay import charge\n\n\ndef check_out(basket):\n    charge(basket.total)\n"
TILL_USE = (
    "Use of charge in shop/till.py:\n"
    "     4   def check_out(basket):\n     5       charge(basket.total)"
)


def search(
    *changed: ChangedFile,
    room: int = 10_000,
    shown: dict[str, frozenset[int]] | None = None,
    **texts: str,
) -> RepositoryCode:
    """Search in files; in their names, "__" is a slash and "_py" the suffix."""
    files = {
        re.sub(r"_([a-z]+)$", r".\1", name.replace("__", "/")): text for name, text in texts.items()
    }
    return search_in(files, *changed, room=room, shown=shown)


def search_in(
    files: dict[str, str],
    *changed: ChangedFile,
    room: int = 10_000,
    shown: dict[str, frozenset[int]] | None = None,
    limits: SearchLimits = LIMITS,
) -> RepositoryCode:
    parts = [part for file in changed for part in split(file, 50_000)]
    found = RepositorySearch(changed, files.items(), files.get, limits)
    return found.find(parts, room, shown or {})


def titles(text: str) -> list[str]:
    return re.findall(r"^(?! |\.\.\.)(.*):$", text, re.MULTILINE)


def test_the_caller_of_a_changed_signature_is_shown_with_the_head_of_its_function() -> None:
    found = search(PAY, shop__pay_py=PAY_TEXT, shop__till_py=TILL)
    assert found == RepositoryCode(uses=TILL_USE)


def test_a_use_far_from_the_head_has_a_gap_between() -> None:
    body = "".join(f"    x{n} = 1\n" for n in range(5))
    till = f"class Till:\n  def pay(self):\n{body}    charge(1,\n        2)\n    done()\n    no()\n"
    assert search(PAY, shop__pay_py=PAY_TEXT, shop__till_py=till).uses == (
        "Use of charge in shop/till.py:\n     2     def pay(self):\n...\n     7       x4 = 1\n"
        "     8       charge(1,\n     9           2)\n    10       done()"
    )


def test_the_nearest_users_come_first() -> None:
    files = dict.fromkeys(
        ("z/far.py", "tests/test_pay.py", "shop/near.py"),
        "import pay\n\n\ndef f():\n    charge(1)\n",
    )
    found = search_in({"shop/pay.py": PAY_TEXT, **files}, PAY)
    assert titles(found.uses) == [
        f"Use of charge in {path}" for path in ("shop/near.py", "z/far.py", "tests/test_pay.py")
    ]


def test_users_of_a_name_that_is_everywhere_are_shown_a_few_times_and_counted() -> None:
    files = {f"shop/f{n:03}.py": "def f():\n    charge(1)\n" for n in range(100)}
    found = search_in({"shop/pay.py": PAY_TEXT, **files}, PAY)
    assert len(titles(found.uses)) == repository_code.FILES_PER_HEADER
    assert found.cuts == ("further uses of charge: 101 files mention it",)


def test_a_short_name_in_a_file_that_knows_nothing_of_the_changed_one_is_another_thing() -> None:
    assert search(PAY, shop__pay_py=PAY_TEXT, web__x_py="def f():\n    charge(1)\n").uses == ""


def test_users_beside_another_definition_of_the_name_mean_that_one() -> None:
    other = "def charge(price):\n    return 1\n"
    user = "from web.pay import charge\n\n\ndef f():\n    charge(1)\n"
    files = {"shop/pay.py": PAY_TEXT, "shop/till.py": TILL, "web/pay.py": other, "web/x.py": user}
    assert search_in(files, PAY).uses == TILL_USE


def test_a_change_of_a_test_needs_no_other_code() -> None:
    test = changed_file("tests/test_a.py", "-def charge():", "+def charge(a):", "+    add_tax(1)")
    other = "def f():\n    charge()\n\n\ndef add_tax(x):\n    pass\n"
    assert search(test, tests__b_py=other) == RepositoryCode()


def test_a_word_of_a_text_is_no_use() -> None:
    card = changed_file("shop/a.py", "-class Card(A):", "+class Card(B):", "     x = 1")
    text = "def f():\n    say('Card is missing')\n    mock('shop.Card')\n"
    uses = search(card, shop__a_py="class Card(B):\n    x = 1\n", shop__b_py=text).uses
    assert uses.count("\n") == 3
    assert search(card, shop__a_py="", shop__b_py=text.replace("mock", "#")).uses == ""


@pytest.mark.parametrize(
    "line",
    [
        "from shop.pay import charge",
        "    charge,",
        "# charge(1)",
        "    charge = 3",
        "    recharge(1)",
        "    charge_all(1)",
        "def charge(x):",
        "x" * 500 + "; charge(1)",
        "    modes = ['charge']",
    ],
)
def test_a_line_that_does_not_use_the_name_is_not_shown(line: str) -> None:
    assert search(PAY, shop__pay_py=PAY_TEXT, shop__x_py=f"def f():\n{line}\n").uses == ""


def test_the_same_name_in_another_language_is_another_thing() -> None:
    c = "int f() {\n  return charge(1);\n}\n"
    assert search(PAY, shop__pay_py=PAY_TEXT, shop__x_c=c) == RepositoryCode()


def test_an_override_of_a_changed_method_and_what_it_overrides_are_shown() -> None:
    desk = changed_file(
        "desk.py",
        " class Desk(Payable):",
        "-    def charge(self):",
        "+    def charge(self, rate):",
        "         return rate",
    )
    text = "class Desk(Payable):\n    def charge(self, rate):\n        return rate\n"
    till = "class Till(Desk):\n    def charge(self):\n        return 1\n"
    payable = "class Payable:\n    def charge(self):\n        raise NotImplementedError\n"
    other = "class Phone(Payable):\n    def charge(self):\n        return 100\n"
    found = search(desk, desk_py=text, till_py=till, a__payable_py=payable, phone_py=other)
    assert titles(found.uses) == [
        "Another definition of charge, perhaps an override, in till.py",
        "Another definition of charge, perhaps an override, in a/payable.py",
    ]
    assert "     1   class Till(Desk):\n     2       def charge(self):" in found.uses


def test_a_class_that_extends_a_changed_one_uses_it() -> None:
    base = changed_file("base.py", "-class Payable(A):", "+class Payable(B):", "     x = 1")
    found = search(
        base, base_py="class Payable(B):\n    x = 1\n", till_py="class T(Payable):\n    y = 1\n"
    )
    assert "     1   class T(Payable):" in found.uses


USER = changed_file("shop/till.py", "+from core import prices", "+total = add_tax(3)")


def test_the_definition_of_a_name_that_an_added_line_uses_is_shown_with_its_body() -> None:
    prices = "import x\n\n\ndef add_tax(net):\n    return net * 1.2\n\n\ndef other():\n    pass\n"
    found = search(USER, core__prices_py=prices)
    assert found == RepositoryCode(
        definitions="Definition of add_tax in core/prices.py:\n"
        "     4   def add_tax(net):\n     5       return net * 1.2"
    )


def test_a_long_definition_is_shown_up_to_a_limit() -> None:
    body = "".join(f"    x{n} = 1\n" for n in range(50))
    found = search(USER, core__prices_py=f"def add_tax(net):\n{body}")
    assert found.definitions.count("\n") == code_pieces.BODY


def test_what_the_change_defines_itself_and_what_is_ambiguous_is_not_looked_up() -> None:
    user = changed_file("a.py", "+def add_tax(net):", "+    return add_tax(net)")
    one = "def add_tax(net):\n    return 1\n"
    assert search(user, b_py=one) == RepositoryCode()
    many = {f"core/f{n}.py": one for n in range(9)}
    assert search_in(many, changed_file("core/a.py", "+add_tax(1)")) == RepositoryCode()


def test_the_nearest_definition_wins_and_one_in_a_test_serves_tests_only() -> None:
    one = "def add_tax(net):\n    return 1\n"
    found = search(USER, core__prices_py=one, web__other_py=one, shop__test_x_py=one)
    assert titles(found.definitions) == ["Definition of add_tax in core/prices.py"]
    assert search(USER, shop__test_x_py=one).definitions == ""


def test_what_the_prompt_shows_already_is_not_shown_again() -> None:
    shown = {"shop/till.py": frozenset({5})}
    assert search(PAY, shop__pay_py=PAY_TEXT, shop__till_py=TILL, shown=shown).uses == ""
    caller = changed_file(
        "shop/till.py", *[f" {line}" for line in TILL.splitlines()[:4]], "+    charge(basket.total)"
    )
    assert search(PAY, caller, shop__pay_py=PAY_TEXT, shop__till_py=TILL) == RepositoryCode()


def test_a_line_that_uses_two_changed_definitions_is_shown_once() -> None:
    two = changed_file("shop/pay.py", "-def charge(price):", "-def convert(price):")
    user = "def f():\n    charge(convert(1))\n"
    uses = search(two, shop__pay_py="x = 1\n", shop__till_py=user).uses
    assert titles(uses) == ["Use of charge in shop/till.py"]


@faults("RU2")
def test_a_file_with_a_private_key_is_not_shown() -> None:
    till = f"{TILL}KEY = '''-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----'''\n"
    assert search(PAY, shop__pay_py=PAY_TEXT, shop__till_py=till).uses == ""


@faults("RU1")
def test_a_path_with_a_line_feed_stays_in_its_heading() -> None:
    files = {"shop/pay.py": PAY_TEXT, "shop/a\nDefinition of x:\r.py": "def f():\n    charge(1)\n"}
    assert "Use of charge in shop/a\\nDefinition of x:\\r.py:\n" in search_in(files, PAY).uses


@faults("RU2")
def test_a_long_line_beside_a_use_is_named_and_not_cut() -> None:
    till = f"def f():\n    charge(1)\n    x = '{'s' * 500}'\n"
    uses = search(PAY, shop__pay_py=PAY_TEXT, shop__till_py=till).uses
    assert "     3   [a line of 510 characters]" in uses


def test_a_piece_that_does_not_fit_is_named_and_smaller_ones_still_come() -> None:
    wide = "def f():\n    charge('" + "x" * 300 + "')\n"
    found = search(PAY, room=200, shop__pay_py=PAY_TEXT, shop__a_py=wide, shop__till_py=TILL)
    assert found == RepositoryCode(uses=TILL_USE, cuts=("Use of charge in shop/a.py",))


def test_without_room_nothing_is_looked_for() -> None:
    files = {"shop/pay.py": PAY_TEXT} | {f"shop/f{n}.py": TILL for n in range(50)}
    asked: list[str] = []

    def remember(path: str) -> str | None:
        asked.append(path)
        return files[path]

    found = RepositorySearch((PAY,), files.items(), remember).find(split(PAY, 50_000), 0, {})
    assert (found.uses, len(found.cuts)) == ("", 1)
    assert len(set(asked)) <= 2


@faults("RU1")
def test_one_huge_line_and_names_of_a_million_are_read_once() -> None:
    names = " ".join(f"name_{n}" for n in range(100_000))
    files = {
        "shop/pay.py": PAY_TEXT,
        "shop/till.py": TILL,
        "shop/huge.py": "x" * 5_000_000,
        "shop/names.py": f"def f():\n    charge({names})\n",
    }
    assert search_in(files, PAY).uses == TILL_USE


@faults("RU1")
def test_a_repository_that_is_too_large_is_read_in_part() -> None:
    files = {"shop/pay.py": PAY_TEXT, "shop/till.py": TILL}
    found = search_in(files, PAY, limits=SearchLimits(characters=len(PAY_TEXT) + 5))
    assert found == RepositoryCode(cuts=("code after the first 54 characters",))


@faults("RU1")
def test_places_of_a_hostile_repository_are_kept_up_to_a_limit() -> None:
    names = {f"name_{n}" for n in range(50)}
    texts = [(f"f{n}.py", " ".join(names)) for n in range(50)]
    wanted = {"py": WantedNames(mentioned=names)}
    index = RepositoryIndex(texts, wanted, SearchLimits(places=10))
    assert sum(len(index.mentions("py", name)) for name in names) == 10
    assert index.count_mentions("py", "name_1") == 50


@faults("RU1")
def test_few_files_and_lines_are_looked_into_for_one_batch() -> None:
    files = {"shop/pay.py": PAY_TEXT, "shop/till.py": TILL}
    assert search_in(files, PAY).uses == TILL_USE
    assert search_in(files, PAY, limits=SearchLimits(lines=3)).uses == ""
    assert search_in(files, PAY, limits=SearchLimits(files=0)).uses == ""


rows = st.sampled_from(
    [
        "+def charge():",
        "-def charge():",
        " class Till(Desk):",
        "+    return tills(charge)",
        "-    charge()",
        "+Desk.charge(*[])",
        "+$charge.*(",
        " ",
        "+    pay((",
    ]
)
lines = st.sampled_from(
    [
        "def charge():",
        "class Till(Desk):",
        "    def charge(self):",
        "charge()",
        "    x = charge(tills",
        "tills = 3",
        "",
        "\r",
        "\\(charge[",
        "class Desk:",
        "\u202echarge()",
        "if 1:",
    ]
)
paths = st.sampled_from(["a.py", "test_a.py", "b/a.py", "b/till.py", "c.js"])


@given(
    st.dictionaries(paths, st.lists(rows, min_size=1, max_size=6), min_size=1),
    st.dictionaries(paths, st.lists(lines, max_size=9).map("\n".join)),
    st.integers(0, 400),
)
def test_never_over_the_limit_and_only_of_files_that_exist(
    changes: dict[str, list[str]], files: dict[str, str], room: int
) -> None:
    changed = [changed_file(path, *rows) for path, rows in changes.items()]
    found = search_in(files, *changed, room=room)
    assert len(found.uses) + len(found.definitions) <= room
    pieces = titles(found.uses) + titles(found.definitions)
    assert len(found.cuts) <= repository_code.NAMED_CUTS + 1
    assert all(title.rpartition(" in ")[2] in files for title in pieces)
    rows = found.uses.split("\n") + found.definitions.split("\n")
    assert rows.count("") == (not found.uses) + (not found.definitions)
