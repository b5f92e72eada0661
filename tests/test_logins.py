"""One account is one login, however GitHub spells it; a person is never taken for an app."""

import pytest

from reviewer import logins
from tests.faults import faults

DEPENDABOT = logins.spell("dependabot", is_bot=True)
PERSON = logins.spell("dependabot", is_bot=False)


def test_an_app_is_spelt_as_rest_does() -> None:
    assert DEPENDABOT == logins.spell("dependabot[bot]", is_bot=True) == "dependabot[bot]"
    assert PERSON == "dependabot"


@faults("RM1")
def test_a_person_with_the_name_of_an_app_is_somebody_else() -> None:
    assert not logins.is_same(PERSON, DEPENDABOT)
    assert logins.is_same(DEPENDABOT, "Dependabot[bot]")
    assert logins.is_same("Mona", "mona")


@faults("RM1")
@pytest.mark.parametrize(("one", "other"), [("x", "x[bot]"), ("X[bot]", "x"), ("x", "X")])
def test_where_a_mistake_must_be_safe_the_spelling_does_not_matter(one: str, other: str) -> None:
    assert logins.may_be_same(one, other)
    assert not logins.may_be_same(one, "y")


@pytest.mark.parametrize(
    "written",
    [
        "dependabot",
        "@dependabot",
        "@dependabot[bot]",
        "Dependabot",
        "dependabot[bot]",
        "DEPENDABOT[bot]",
    ],
)
def test_a_list_names_an_app_in_either_spelling(written: str) -> None:
    assert logins.is_named(DEPENDABOT, ["other", written])


@faults("RM1")
def test_a_list_that_names_an_app_names_no_person() -> None:
    assert not logins.is_named(PERSON, ["dependabot[bot]"])
    assert logins.is_named(PERSON, ["dependabot"])
    assert not logins.is_named(PERSON, [])
