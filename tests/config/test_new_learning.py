"""A new entry at the end of the file: nothing in a comment can become anything but its text."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from reviewer.config.config_error import ConfigError
from reviewer.config.globs import Patterns
from reviewer.config.repository import learnings_file, new_learning
from reviewer.config.repository.learnings import Learning
from reviewer.text import invisible
from tests.faults import faults

CENTS = Learning("Money is counted in cents.", ("src/pay/**",), "#12")
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\n\r\t\x85\u2028\u2029\u200b\u202e\ufeff\0\x1b\ufffe\ud800\U000e0041"),
        st.sampled_from("#\"'`*/&!%@|>-?:,[]{}\\$ "),
        st.characters(),
    ),
    max_size=60,
)
FILES = (
    None,
    b"",
    b"# nothing yet\n",
    b"- text: Old.\n",
    b"- text: Old.",
    b"# Ours.\r\n- text: Old.\r\n  paths: [a]\r\n",
    b"---\n  - text: Old.  # why\n  - text: |\n      Two\n      lines.\n",
    b"- text: >-\n    Folded\n    text.\n\n\n# The end.\n",
    "\ufeff- text: Ümlaut.\n".encode(),
)


def entries(data: bytes | None) -> tuple[Learning, ...]:
    return learnings_file.parse(data or b"")


@faults("SE18")
@example("a\n- text: injected", FILES[3])
@example('" \n  origin: "x', FILES[3])
@example("*/ # &a !!python/object", FILES[6])
@example("\u2028- text: injected", FILES[3])
@given(HOSTILE, st.sampled_from(FILES))
def test_the_file_has_its_old_entries_and_one_more_with_the_cleaned_text(
    text: str, before: bytes | None
) -> None:
    cleaned = new_learning.clean(text)
    assume(cleaned)
    learning = Learning(cleaned, ("src/**",), "#7")
    after = new_learning.add(before, learning)
    assert entries(after) == (*entries(before), learning)
    assert after.startswith(before or b"# yaml-language-server: ")


@given(HOSTILE)
def test_a_cleaned_text_is_one_line_that_people_can_see(text: str) -> None:
    cleaned = new_learning.clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert cleaned == cleaned.strip()
    assert invisible.drop(cleaned) == cleaned
    assert new_learning.clean(cleaned) == cleaned


def test_ordinary_text_stays_as_it_is() -> None:
    text = 'Zahlen in €: `cents`, nie "float" \N{SLICE OF PIZZA}'
    assert new_learning.clean(text) == text


def test_a_new_file_says_what_it_is() -> None:
    text = new_learning.add(None, CENTS).decode()
    assert "code-review-learnings.schema.json" in text
    assert text.endswith(
        '- text: "Money is counted in cents."\n  paths: ["src/pay/**"]\n  origin: "#12"\n'
    )


@faults("SE18")
@pytest.mark.parametrize(
    "before",
    [
        b"[]\n",
        b"~\n",
        b"[{text: Old.}]\n",
        b"- text: Old.\n...\n",
        b"- text: |\n    Old.",
    ],
)
def test_a_valid_file_in_another_form_is_refused_for_its_form(before: bytes) -> None:
    with pytest.raises(ConfigError, match="would change the others") as refused:
        new_learning.add(before, CENTS)
    # No line of a text that nobody wrote is at fault.
    assert refused.value.line == 0
    assert "one entry below the other" in str(refused.value)


@pytest.mark.parametrize(
    "before",
    [b"- text: a\n" * 200, b"- text: a\n#" + b"-" * (65_536 - 12) + b"\n"],
    ids=["entries", "bytes"],
)
def test_a_full_file_is_refused_as_full(before: bytes) -> None:
    entries(before)
    with pytest.raises(ConfigError, match="there is no room for one more entry") as refused:
        new_learning.add(before, CENTS)
    assert "Delete those that you do not need" in str(refused.value)
    assert "201" not in str(refused.value)


@faults("SE18")
@pytest.mark.parametrize(
    "before",
    [
        b"- text: &a Old.\n",
        b"learnings: []\n",
        b"- text: [\n",
        b"- text: \xff\n",
    ],
)
def test_a_broken_file_is_refused(before: bytes) -> None:
    with pytest.raises(ConfigError):
        new_learning.add(before, CENTS)


PATHS = st.text(st.sampled_from("ab/.*?[]{}!#\\, \"'$^|-~\u200b\n"), min_size=1, max_size=12)


@example("src/[id].tsx")
@example("a*b.py")
@example("!x")
@given(PATHS)
def test_a_pattern_for_a_file_matches_that_file(path: str) -> None:
    patterns = new_learning.match_only(path)
    if patterns:
        assert Patterns(patterns).verdict(path)
        learning = Learning("-", patterns)
        assert entries(new_learning.add(None, learning)) == (learning,)


@pytest.mark.parametrize(
    "path",
    [
        "src/app.py",
        "app.py",
        "src/[id].tsx",
        "a b/c.py",
        "src/ü.py",
        "!vendor/x.py",
        "!x.py",
        "#old/x.py",
    ],
)
def test_it_matches_no_other_file(path: str) -> None:
    patterns = new_learning.match_only(path)
    assert patterns
    name = re.sub(r"\w", "z", path)
    for other in (f"deeper/{path}", name, f"{path}x"):
        assert not Patterns(patterns).verdict(other)
