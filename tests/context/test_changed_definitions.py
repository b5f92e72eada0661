"""Which definitions a change alters, and which names its added lines use."""

import pytest

from reviewer.context.code import changed_definitions
from reviewer.context.code.changed_definitions import ChangedDefinition, find_changed, find_used
from tests.context.test_related_changes import changed_file


def find(path: str, *rows: str, after: str | None = "") -> tuple[ChangedDefinition, ...]:
    """Return the changed definitions of a file that has nothing but these lines."""
    file = changed_file(path, *rows)
    text = "\n".join(row[1:] for row in rows if row[0] != "-") if after == "" else after
    return find_changed(file, file.hunks, text)


def names(found: tuple[ChangedDefinition, ...]) -> list[tuple[str, bool]]:
    return [(each.name, each.header) for each in found]


def test_a_changed_signature_is_a_changed_header() -> None:
    found = find("a.py", "-def charge(price):", "+def charge(price, rate):", "     return 1")
    assert names(found) == [("charge", True)]


def test_a_removed_and_a_renamed_definition_have_users_left() -> None:
    assert names(find("a.py", "-def charge(price):", "-    return 1")) == [("charge", True)]
    renamed = find("a.py", "-def charge(price):", "+def bill(price):", "     return 1")
    assert names(renamed) == [("charge", True)]


def test_a_parameter_on_a_line_of_its_own_belongs_to_the_header() -> None:
    rows = (
        " def charge(",
        *[f"     p{n}," for n in range(20)],
        "-    rate,",
        " ):",
        "     return 1",
    )
    assert names(find("a.py", *rows)) == [("charge", True)]


def test_a_changed_body_is_distinguished_from_changed_first_lines() -> None:
    found = find("a.py", " def charge(price):", "-    return 1", "+    return 2")
    assert names(found) == [("charge", False)]


def test_an_added_definition_has_no_users() -> None:
    assert find("a.py", "+def charge(price):", "+    return 1") == ()


def test_the_parameters_of_a_constructor_are_those_of_its_class() -> None:
    found = find(
        "a.py",
        " class Till(Base):",
        "-    def __init__(self):",
        "+    def __init__(self, rate):",
        "         self.rate = rate",
    )
    assert names(found) == [("Till", True)]


def test_the_relatives_of_a_method_are_its_class_and_what_that_names() -> None:
    found = find(
        "a.ts",
        " class Till extends Desk implements Payable {",
        "-  charge(price) {",
        "+  charge(price, rate) {",
        "     return 1",
        "   }",
        " }",
    )
    assert names(found)[0] == ("charge", True)
    assert found[0].relatives == {"Till", "Desk", "Payable"}


def test_without_the_text_git_s_headings_name_the_function() -> None:
    file = changed_file("a.go", "-\treturn 1", "+\treturn 2")
    hunk = type(file.hunks[0])(file.hunks[0].lines, "func Charge(price int) int {")
    assert names(find_changed(file, (hunk,), None)) == [("Charge", False)]


def test_what_is_no_code_defines_nothing() -> None:
    assert find("a.md", "-def charge(price):") == ()


@pytest.mark.parametrize(
    ("path", "line", "used"),
    [
        ("py", "total = add_tax(price) + self.till.open_it()", ["add_tax", "open_it"]),
        ("py", "rate = till.price", []),
        ("py", "if kind is Kind.CASH:", ["Kind", "CASH"]),
        ("py", "# call charge_card(1)", []),
        ("js", "new Till<Price>(rates)", ["Till", "Price"]),
        ("rs", "charge_it!(price)", ["charge_it"]),
        ("rb", "till.price", ["price"]),
    ],
)
def test_names_in_added_lines_that_are_no_local_variables(
    path: str, line: str, used: list[str]
) -> None:
    assert list(find_used(changed_file(f"a.{path}", f"+{line}").hunks, path)) == used
    assert list(find_used(changed_file(f"a.{path}", f"-{line}").hunks, path)) == []


def test_a_change_of_a_million_names_is_read_up_to_a_limit() -> None:
    file = changed_file("a.py", *[f"+call_{n}()" for n in range(5_000)])
    limit = changed_definitions.NAMES_PER_FILE
    assert limit <= len(find_used(file.hunks, "py")) <= limit + 1
    gone = changed_file("a.py", *[f"-def call_{n}():" for n in range(5_000)])
    assert len(find_changed(gone, gone.hunks, "")) == limit
