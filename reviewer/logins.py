"""Compares the logins of accounts: GitHub spells an app's in two ways, "x[bot]" and "x"."""

from collections.abc import Iterable

_APP = "[bot]"
DEPENDABOT = "dependabot[bot]"


def spell(login: str, *, is_bot: bool) -> str:
    """Return a login as REST spells it: an app's ends in [bot], which no person's login can.

    GraphQL leaves that out, and shows an app by its type alone.
    """
    return f"{login.removesuffix(_APP)}{_APP}" if is_bot else login


def is_same(login: str, other: str) -> bool:
    """Return True if two logins, both as `spell` returns them, are of one account."""
    return login.casefold() == other.casefold()


def may_be_same(login: str, other: str) -> bool:
    """Return True if two logins can be of one account, in whatever spelling they came.

    An app and a person of that name are taken for one: use this where that is the safe mistake.
    """
    return _bare(login) == _bare(other)


def is_named(login: str, names: Iterable[str]) -> bool:
    """Return True if a list that people wrote names the account; `login` is one of `spell`.

    "x[bot]" names the app alone, "x" the app and the person of that name. People write "@x" too.
    """
    written = {name.casefold().removeprefix("@") for name in names}
    return not written.isdisjoint({login.casefold(), _bare(login)})


def _bare(login: str) -> str:
    return login.casefold().removesuffix(_APP)
