import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.context.code.text_lines import TextLines

TEXTS = st.text(st.sampled_from("ab\n\r\u2028é\U0001f600"))


@given(TEXTS)
def test_the_lines_are_those_between_line_feeds(text: str) -> None:
    lines = TextLines(text)
    assert list(lines) == text.split("\n")
    assert len(lines) == text.count("\n") + 1


@given(TEXTS, st.slices(20), st.integers(-20, 20))
def test_parts_of_the_lines_are_those_of_a_list(text: str, part: slice, index: int) -> None:
    lines, listed = TextLines(text), text.split("\n")
    assert lines[part] == listed[part]
    if -len(listed) <= index < len(listed):
        assert lines[index] == listed[index]
    else:
        with pytest.raises(IndexError):
            lines[index]
