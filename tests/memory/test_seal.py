"""Nobody without the secret makes a tag, and no tag fits anything but what it was made for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.memory import seal, state_line
from reviewer.memory.seal import UNSEALED, Seal
from reviewer.memory.state import State
from tests import builders
from tests.builders import SEAL
from tests.faults import faults

LINE = state_line.encode(State(head_sha=builders.HEAD, complete=True), SEAL)
# Printable ASCII, white space of several kinds, and look-alikes of what a tag is made of.
CHARACTERS = [*map(chr, range(32, 127)), *"\r\n\t\0\u00a0\u200b\u2028", *"\u0410\u0660\uff21"]


def test_the_key_is_that_of_rfc_5869() -> None:
    # Computed by an implementation that passes RFC 5869's test case 3.
    expected = "40ace79a85d32f0c05014439e768a97e80ad01271690c740a2f2e038b9197b6e"
    assert Seal.of("secret", "octo/shop", 7, "default").key.hex() == expected


def test_a_tag_fits_what_it_was_made_for() -> None:
    tag = SEAL.sign("finding", "text")
    assert len(tag) == 43
    assert SEAL.verify("finding", "text", tag)
    assert Seal.of("a secret of the repository", "Octo/SHOP", 7, "default").verify(
        "finding", "text", tag
    )


@faults("ST1", "ST2")
@pytest.mark.parametrize(
    "other",
    [
        Seal.of("another secret", "octo/shop", 7, "default"),
        Seal.of("a secret of the repository", "octo/shop2", 7, "default"),
        Seal.of("a secret of the repository", "octo", 7, "/shop"),
        Seal.of("a secret of the repository", "octo/shop", 8, "default"),
        Seal.of("a secret of the repository", "octo/shop", 77, "default"),
        Seal.of("a secret of the repository", "octo/shop", 7, "strict"),
        Seal.of("a secret of the repository", "octo/shop", 7, ""),
        UNSEALED,
    ],
)
def test_the_tag_of_another_key_place_or_reviewer_fits_nothing(other: Seal) -> None:
    assert not SEAL.verify("finding", "text", other.sign("finding", "text"))
    assert not other.verify("finding", "text", SEAL.sign("finding", "text"))


@faults("ST1", "ST2")
@pytest.mark.parametrize("tag", ["", "A", "A" * 43, "é" * 43, "\ud800", "A" * 44])
def test_what_is_no_tag_fits_nothing(tag: str) -> None:
    assert not SEAL.verify("finding", "text", tag)
    assert not UNSEALED.verify("finding", "text", tag)
    right = SEAL.sign("finding", "text")
    assert not SEAL.verify("finding", "text", right[:-1])
    assert not SEAL.verify("answer", "text", right)
    assert not SEAL.verify("finding", "text2", right)
    assert not SEAL.verify("findingt", "ext", right)


@faults("ST1")
@given(st.integers(0, len(LINE) - 1), st.sampled_from(CHARACTERS))
def test_a_signed_line_with_any_other_character_is_not_believed(at: int, character: str) -> None:
    changed = LINE[:at] + character + LINE[at + 1 :]
    assert (state_line.believe(changed, SEAL) is not None) is (changed == LINE)


@faults("ST1")
def test_no_change_of_one_bit_of_a_signed_line_is_believed() -> None:
    for at in range(len(LINE)):
        for bit in range(7):
            changed = LINE[:at] + chr(ord(LINE[at]) ^ 1 << bit) + LINE[at + 1 :]
            assert state_line.believe(changed, SEAL) is None, changed


@faults("ST1")
@given(st.integers(0, len(LINE)), st.integers(1, 60))
def test_a_signed_line_with_a_part_cut_out_is_not_believed(at: int, length: int) -> None:
    changed = LINE[:at] + LINE[at + length :]
    assert (state_line.believe(changed, SEAL) is not None) is (changed == LINE)


@faults("ST1")
@given(st.text(max_size=200))
def test_text_around_a_signed_line_changes_nothing(text: str) -> None:
    assert state_line.believe(f"{text}\n{LINE}\r\n{text}", SEAL) == State(
        head_sha=builders.HEAD, complete=True
    )


@faults("ST1")
def test_of_several_signed_states_the_newest_is_believed() -> None:
    old, new = (State(head_sha=head, moment=moment) for head, moment in (("a", 1), ("b", 2)))
    lines = [state_line.encode(each, SEAL) for each in (new, old)]
    assert state_line.believe("\n".join(lines), SEAL) == new
    assert (
        state_line.believe("\n".join((*lines, state_line.encode(replace(new, moment=3)))), SEAL)
        == new
    )


@faults("ST4")
def test_without_a_key_nothing_is_signed() -> None:
    line = state_line.encode(State(head_sha="a"), UNSEALED)
    assert line.endswith(" unsigned -->")
    assert state_line.believe(line, UNSEALED) == State(head_sha="a")
    assert state_line.believe(line, SEAL) is None
    assert UNSEALED.identify("x") == ""
    assert Seal.of("", "octo/shop", 7, "default") == replace(
        UNSEALED, repository="octo/shop", number=7
    )


def test_a_key_is_shown_nowhere() -> None:
    assert "key" not in repr(SEAL)


@pytest.mark.parametrize(
    ("memory_key", "api_key", "secret"),
    [
        ("memory", "sk-1234567", "memory"),
        ("", "sk-1234567", "sk-1234567"),
        ("", "", ""),
        ("", "EMPTY", ""),
        ("", "ollama", ""),
        ("", "x", ""),
        ("", "sk-no-key-required", ""),
        ("", "LM-Studio", ""),
    ],
)
def test_an_api_key_that_everybody_can_guess_is_no_secret(
    memory_key: str, api_key: str, secret: str
) -> None:
    assert seal.choose_secret(memory_key, api_key) == secret
