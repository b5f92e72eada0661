"""Where the link at a place leads, and that no path makes anything else of it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewer.comments import places
from reviewer.comments.places import Blobs
from reviewer.finding import Side
from reviewer.text import markdown
from tests import builders
from tests.faults import faults
from tests.rendered_markdown import RENDERERS
from tests.runs.side_effects import PLACE, side_effects

SHOP = "https://github.com/octo/shop"
AT_HEAD = f"{SHOP}/blob/{builders.HEAD}"
BLOBS = Blobs.of(SHOP, builders.pull(), builders.HEAD)


def place(path: str, first: int = 2, last: int = 2) -> str:
    return places.format_place(builders.finding(path=path, start_line=first, end_line=last), BLOBS)


def test_a_place_is_linked_to_its_lines_at_the_reviewed_commit() -> None:
    assert place("src/pay.py") == f"[`src/pay.py:2`]({AT_HEAD}/src/pay.py#L2)"
    assert place("src/pay.py", 3, 7) == f"[`src/pay.py:3-7`]({AT_HEAD}/src/pay.py#L3-L7)"


def test_a_page_is_linked_as_source_because_only_source_has_lines() -> None:
    assert place("docs/a.md") == f"[`docs/a.md:2`]({AT_HEAD}/docs/a.md?plain=1#L2)"


def test_a_removed_line_has_no_link_because_no_file_of_the_commit_has_it() -> None:
    removed = builders.finding(side=Side.OLD)
    assert places.format_place(removed, BLOBS) == "`src/pay.py:2` (removed)"


@pytest.mark.parametrize(
    ("fork", "repository", "address"),
    [
        (False, "octo/shop", SHOP),
        (True, "mona/shop-2.0", "https://github.com/mona/shop-2.0"),
        (True, "", SHOP),
        (True, "mona/shop/../../evil", SHOP),
        (True, "mona/shop) [x](https://evil.example", SHOP),
    ],
)
def test_the_commit_of_a_fork_is_in_the_fork(*, fork: bool, repository: str, address: str) -> None:
    pull = builders.pull(from_fork=fork, head_repository=repository)
    assert Blobs.of(SHOP, pull, builders.HEAD).address == f"{address}/blob/{builders.HEAD}"


def test_an_enterprise_server_is_linked_at_its_own_address() -> None:
    ghe = "https://ghe.example:8443"
    pull = builders.pull(from_fork=True, head_repository="mona/shop")
    found = Blobs.of(f"{ghe}/octo/shop", pull, builders.HEAD)
    assert found.find("a.py", 1, 2) == f"{ghe}/mona/shop/blob/{builders.HEAD}/a.py#L1-L2"


@pytest.mark.parametrize(
    ("url", "sha"),
    [
        ("", builders.HEAD),
        ("/shop", builders.HEAD),
        ("ftp://github.com/octo/shop", builders.HEAD),
        ("https://user@github.com/octo/shop", builders.HEAD),
        ("https://github.com/octo/shop)", builders.HEAD),
        ("https://github.com/octo/shop/x", builders.HEAD),
        (SHOP, "main"),
        (SHOP, ""),
        (SHOP, f"{builders.HEAD}/../x"),
    ],
)
def test_without_a_sure_address_there_is_no_link(url: str, sha: str) -> None:
    blobs = Blobs.of(url, builders.pull(), sha)
    assert places.format_place(builders.finding(), blobs) == "`src/pay.py:2`"


@pytest.mark.parametrize(
    "path", ["a/../b.py", "./a.py", "a//b.py", "/a.py", "", "caf\ufffd.py", "a\udcff.py", "x" * 999]
)
def test_a_path_that_a_browser_or_github_could_read_otherwise_has_no_link(path: str) -> None:
    assert BLOBS.find(path, 1, 1) == ""


def test_brackets_in_a_path_are_no_reference() -> None:
    assert place("app/[id]/page.tsx").startswith("[`app/[id]/page.tsx:2`](https://github.com/")
    assert place("]:x").startswith("`")
    assert place("[slug]").startswith("`")


HOSTILE = st.text(
    st.sampled_from("ab/.|`)(][<>\"'\\#?%&@!*_~:; \n\t\u202e\u200bé高\U0001f600=+,$^{}-"),
    min_size=1,
)


@faults("LO10")
@given(HOSTILE, st.integers(1, 10**6), st.integers(0, 9))
@example("]\u200b", 1, 0)
def test_no_path_leads_anywhere_else_or_does_anything(path: str, first: int, more: int) -> None:
    shown = place(path, first, first + more)
    for text in (
        f"{shown} · logic",
        f"- **x** · {shown} [F1]",
        f"| a | b |\n|-|-|\n| {shown} | c |",
    ):
        assert side_effects(text) == []
    address = BLOBS.find(path, first, first + more)
    assert not address or PLACE.fullmatch(address)
    linked = bool(address) and "]:" not in markdown.span(f"{path}:{first}")
    for render in RENDERERS:
        assert render(shown).count("<a ") == linked


def test_further_places_are_listed_up_to_a_number() -> None:
    also = tuple(f"b{n}.py:{n}" for n in range(1, 13))
    assert places.list_places(also[:2]) == "`b1.py:1` `b2.py:2`"
    assert places.list_places(also).endswith("`b10.py:10` and 2 more places")
