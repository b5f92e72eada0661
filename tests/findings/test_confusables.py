"""Names that look like ASCII names: which are found, and which are somebody's language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.findings import confusables
from reviewer.text import unicode_tables
from tests.faults import faults

LOOKS = [(look, char) for look, chars in unicode_tables.LOOK_ALIKES.items() for char in chars]


def find(line: str, *names: str) -> list[tuple[str, str]]:
    """List the names of a line with what they look like; `names` are those of the file."""
    known = confusables.skeletons(names)
    return [(each.name, each.look) for each in confusables.find(line, lambda name: name in known)]


@faults("HD9")
@pytest.mark.parametrize(
    ("line", "name", "look"),
    [
        ('if role == "\u0430dmin":', "\u0430dmin", "admin"),
        ("p\u0430yp\u0430l = 1", "p\u0430yp\u0430l", "paypal"),
        ("check_\u0441ode(x)", "check_\u0441ode", "check_code"),
        ("self.i\u0455Valid", "i\u0455Valid", "isValid"),
        ("\u03a1assword", "\u03a1assword", "Password"),
        ("p\u03b1ssword = 1", "p\u03b1ssword", "password"),
        ("T\u03bfken", "T\u03bfken", "Token"),
        ("\u057deer", "\u057deer", "ueer"),
        ("\u13aadmin", "\u13aadmin", "Admin"),
        ("\ua4d0ase", "\ua4d0ase", "Base"),
        ("ad\u043cin", "ad\u043cin", "admin"),
        ("\u0442oken", "\u0442oken", "token"),
        ("\uff41dmin", "\uff41dmin", "admin"),
        ("to\u212aen", "to\u212aen", "toKen"),
        ("a\U0001d68dmin", "a\U0001d68dmin", "admin"),
        ("user\u0966", "user\u0966", "usero"),
        ("App\\p\u0430ssword()", "\u0430ssword", "assword"),
    ],
)
def test_a_name_that_mixes_scripts_and_looks_like_ascii_is_found(
    line: str, name: str, look: str
) -> None:
    assert find(line) == [(name, look)]


@faults("HD9")
@pytest.mark.parametrize(
    "line",
    [
        "\u0455\u0441\u043e\u0440\u0435_id = 1",
        "user.\u0455\u0441\u043e\u0440\u0435 = 1",
        "\u0455\u0441\u043e\u0440\u0435.clear()",
        "f().\u0441\u043e",
        "os.\U0001d600\U0001d606\U0001d600\U0001d601\U0001d5f2\U0001d5fa('x')",
        "\U0001d68e\U0001d69f\U0001d68a\U0001d695(x)",
        "point.\u0445",
    ],
)
def test_a_part_of_another_script_beside_parts_of_ascii_is_found(line: str) -> None:
    assert len(find(line)) == 1


@faults("HD9")
@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("\u0455\u0441\u043e\u0440\u0435 = 1", "scope"),
        ("\u0445 = 1", "x"),
        ("if \u0430\u0440\u0440 is None:", "app"),
        ("\u03b1dm = 1", "adm"),
        ("\u0261et(x)", "get"),
        ("\u0251dmin", "admin"),
        (
            "\u0455\u0441\u043e\u0440\u0435 # \u043f\u0440\u043e\u0432\u0435\u0440\u043a\u0430",
            "scope",
        ),
        ("\u0406D_ONE\u0399", "lD_ONEI"),
    ],
)
def test_a_name_that_the_file_has_in_ascii_too_is_found(line: str, known: str) -> None:
    assert len(find(line, f"return {known}")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "plain = ascii + 1",
        "caf\u00e9 na\u00efve Gr\u00f6\u00dfe \u00fe\u00edng s\u0131n\u0131f kullan\u0131c\u0131",
        "# \u041f\u0440\u043e\u0432\u0435\u0440\u043a\u0430, \u0430 \u043d\u0435",
        "'\u0440\u043e\u0441\u0430', \"\u0441\u043e\u0440\", \u0430, \u043e",
        "# C\u0442\u0440\u043e\u043a\u0430 \u0442\u0435\u043a\u0441\u0442\u0430",
        "get_\u0433\u0440\u0443\u0448\u0430, test_\u0442\u0435\u043a\u0441\u0442",
        "# \u0388\u03bb\u03b5\u03b3\u03c7\u03bf\u03c2 \u03c4\u03b7\u03c2 \u03ba\u03b1\u03b9",
        "# \u054d\u057f\u0578\u0582\u0563\u0565\u056c \u0578\u0582 \u0585",
        "\u03c1_w = \u0394x * \u03b1 + \u03c3max - d\u03c1 / \u03bd2",
        "cos\u03b1 + d\u03c3dt + \u03c3Total",
        "\u03b1\u03bd_x = \u03c3\u03c1",
        "API\u0647\u0627 \u05d5id",
        "\uff21\uff30\uff29\u3092\u4f7f\u3046 \uff21\uff22\uff23",
        "x\u207f H\u2082O F\u1d67 \u2113min \u210eh 5\u212a",
        "'a\\n\u0431\\u0345\u03b9\\x41\u0430'",
        "\u00b5s \u212bngstr",
        "\U0001d400 \U0001d401\U0001d402 in prose",
        "\u0e23\u0e2b\u0e31\u0e2a\u0e50 \u0966\u0967",
    ],
)
def test_languages_formulas_and_other_alphabets_are_left_alone(line: str) -> None:
    assert find(line) == []


def test_a_short_word_of_prose_is_not_compared_with_a_variable() -> None:
    assert find("# \u0441\u043e \u0441\u0442\u043e\u043b\u0430", "co = 1") == []
    assert find("x = '\u0441'", "c = 1") == []
    assert find("\u03bd = 5", "v = 1") == []
    assert find("\uff21\uff30\uff29", "API") == []


def test_each_letter_is_named_with_its_place() -> None:
    (found,) = confusables.find("  x.\u0430d\u043cin", lambda _: False)
    assert found.letters == ((4, "\u0430", "a"), (6, "\u043c", "m"))


@faults("HD9")
@given(st.sampled_from(LOOKS), st.sampled_from(["{}dministrator", "adm{}nistrator", "print{}"]))
def test_one_letter_of_the_table_in_an_ascii_name_is_found(
    letter: tuple[str, str], name: str
) -> None:
    look, char = letter
    assert find(f"{name.format(char)} = 1") in ([(name.format(char), name.format(look))], [])
    assert find(f"{name.format(char)} = 1", f"{name.format(look)} = 2")


LINES = st.lists(
    st.sampled_from(["admin", "\u0430dmin", "\u0441\u043e", "_", " ", ".", "(", " = ", "\uff21PI"])
    | st.text(max_size=3)
).map("".join)


@given(LINES)
def test_whatever_a_line_holds_its_letters_are_where_they_are_reported(line: str) -> None:
    for found in confusables.find(line, lambda _: True):
        assert len(found.look) == len(found.name)
        assert all(line[place] == char and not char.isascii() for place, char, _ in found.letters)
