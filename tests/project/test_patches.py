"""A defence's patch is found by what the code says, not by how it is laid out."""

import pytest

from scripts import patches
from scripts.patches import MODULE, PatchError

SOURCE = """\
LIMIT = 3


class Post:
    @property
    def wanted(self) -> bool:
        if self.tries < LIMIT and not self.done:
            return self.ask(self.name, again=True)
        return False

    def other(self) -> bool:
        if self.tries < LIMIT and not self.done:
            return True
        return False
"""
WRAPPED = """\
LIMIT = 3


class Outer:
    class Post:
        def wanted(self) -> bool:
            # Why it is so.
            if (
                self.tries < LIMIT  # the limit
                and not self.done
            ):
                return self.ask(
                    self.name,
                    again=True,
                )
            return False
"""


def apply(text: str, source: str = SOURCE, function: str = "Post.wanted") -> str:
    return patches.apply(patches.parse(text), source, function)


def test_only_the_named_function_is_changed() -> None:
    patch = "- if self.tries < LIMIT and not self.done:\n+ if not self.done:"
    line = "        if self.tries < LIMIT and not self.done:"
    assert apply(patch) == SOURCE.replace(line, "        if not self.done:", 1)


def test_a_module_has_constants_that_no_function_has() -> None:
    assert "LIMIT = 9" in apply("- LIMIT = 3\n+ LIMIT = 9", function=MODULE)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            "- self.tries < LIMIT and not self.done\n+ self.done",
            "if (\n                self.done\n",
        ),
        ("- if self.tries < LIMIT and not self.done:\n+ if True:", "            if True:\n"),
        ("- return self.ask(self.name, again=True)\n+ return True", "    return True\n        "),
        ("- again=True\n+ again=False", "again=False,\n"),
        ("- again=True,\n+ again=False,", "again=False,\n"),
        ("- (self.name, again=True)\n+ (self.name)", "self.ask(self.name)\n"),
    ],
)
def test_line_breaks_comments_and_depth_do_not_matter(text: str, after: str) -> None:
    assert after in apply(text, WRAPPED, "Outer.Post.wanted")


def test_a_comma_that_a_formatter_took_away_is_not_missed() -> None:
    assert "(self.name, again=False,)" in apply("- again=True,\n+ again=False,")


def test_new_lines_are_indented_like_those_that_they_replace() -> None:
    text = "- if self.tries < LIMIT and not self.done:\n+ for _ in ():\n+     pass\n+ while False:"
    assert "        for _ in ():\n            pass\n        while False:\n" in apply(text)


def test_lines_that_are_kept_say_which_place_is_meant() -> None:
    text = "  return self.ask(self.name, again=True)\n- return False\n+ return None"
    assert apply(text).count("return None") == 1


def test_a_word_is_not_found_in_a_longer_one() -> None:
    with pytest.raises(PatchError, match="no places"):
        apply("- self.name, again=Tru\n+ x")


def test_the_nearest_text_is_named_where_nothing_matches() -> None:
    with pytest.raises(PatchError, match=r"nearest is line 8:\n +return self\.ask\(self\.name"):
        apply("- return self.ask(self.title, again=True)\n+ return False")


@pytest.mark.parametrize(
    ("text", "function", "problem"),
    [
        ("- LIMIT\n+ 3", "Post", "2 places"),
        ("- LIMIT\n+ 3", "Post.gone", "no Post.gone"),
        ("LIMIT", "Post", "neither"),
        ("- LIMIT\n+ LIMIT", "Post", "changes nothing"),
        ("+ LIMIT", "Post", "changes nothing"),
    ],
)
def test_a_patch_that_cannot_be_meant_is_refused(text: str, function: str, problem: str) -> None:
    with pytest.raises(PatchError, match=problem):
        apply(text, function=function)
