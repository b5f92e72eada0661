"""The tables of Unicode: made from the stored lines, and agreeing with Python's own data."""

import unicodedata

from reviewer.text import unicode_tables
from scripts import unicode_tables as script


def test_the_tables_are_those_that_the_script_makes() -> None:
    made: dict[str, object] = {}
    exec(script.render(), made)
    names = {name for name in made if name.isupper()}
    assert names == {name for name in vars(unicode_tables) if name.isupper()}
    for name in names:
        assert vars(unicode_tables)[name] == made[name]


def test_the_licence_of_the_data_comes_with_the_tables() -> None:
    text = script.TABLES.read_text("utf-8")
    for line in (script.STORED / script.LICENSE).read_text("utf-8").splitlines():
        assert f"# {line}".rstrip() in text


def test_what_python_calls_a_variation_selector_or_a_filler_is_in_the_set() -> None:
    ignorable = {
        chr(number)
        for first, last in unicode_tables.DEFAULT_IGNORABLE
        for number in range(first, last + 1)
    }
    for number in range(0x110000):
        name = unicodedata.name(chr(number), "")
        if "VARIATION SELECTOR" in name or (name.startswith("TAG ") and number > 0xFFFF):
            assert chr(number) in ignorable
    assert ignorable.issuperset("\u00ad\u2060\u3164\uffa0\u115f\u1160\u180b\u180f\u2065\ufff0")
    assert ignorable.isdisjoint("\u2028\u2800\u00a0\u0301a")


def test_no_letter_looks_like_two_ascii_characters_or_is_one() -> None:
    tables = (
        unicode_tables.LOOK_ALIKES,
        unicode_tables.PHONETIC_LOOK_ALIKES,
        unicode_tables.SMALL_CAPITAL_LOOK_ALIKES,
    )
    chars = [char for table in tables for group in table.values() for char in group]
    assert len(chars) == len(set(chars)) > 400
    assert not any(char.isascii() for char in chars)
    assert all(look.isascii() and look.isalnum() for table in tables for look in table)
    assert "\u0430" in unicode_tables.LOOK_ALIKES["a"]
    assert "\u043a" in unicode_tables.SMALL_CAPITAL_LOOK_ALIKES["k"]
