"""What the model gets for a tool call, and what it never gets."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import WorkspaceError
from reviewer.llm import text_search, tools
from reviewer.llm.tools import LARGEST_RESULT, LARGEST_RUN, OFFERED, WorkspaceTools
from reviewer.prompt import ToolCall
from tests.faults import faults


@dataclass
class FakeWorkspace:
    """Files in a mapping; those in `far` are not in the checkout."""

    files: dict[str, str] = field(default_factory=dict)
    far: frozenset[str] = frozenset()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def read(self, path: str) -> str:
        if path not in self.files:
            raise WorkspaceError(f"{path!r} is no plain file of the reviewed commit.")
        return self.files[path]

    def near(self, path: str) -> str | None:
        return None if path in self.far else self.read(path)

    def texts(self, largest: int) -> Iterator[tuple[str, str]]:
        return ((path, self.files[path]) for path in self.paths() if path not in self.far)


FILES = {
    "src/pay.py": "def pay(x):\n    return x\n",
    "src/cart.py": "from pay import pay\n\npay(1)\n",
    "docs/a.md": "pay\n",
}


def call(name: str, **arguments: object) -> ToolCall:
    return ToolCall("1", name, json.dumps(arguments))


@dataclass
class FakeClock:
    """A run's time, in seconds: each look at it takes `step`."""

    left: float = 600.0
    step: float = 0.0
    looks: int = 0

    def remaining(self) -> float:
        self.looks += 1
        self.left -= self.step
        return max(0.0, self.left)


def open_tools(workspace: FakeWorkspace, clock: FakeClock | None = None) -> WorkspaceTools:
    return WorkspaceTools(workspace, str, (clock or FakeClock()).remaining)


def answer(name: str, files: dict[str, str] | None = None, **arguments: object) -> str:
    workspace = FakeWorkspace(FILES if files is None else files)
    return open_tools(workspace).run(call(name, **arguments))


def test_a_file_is_shown_with_its_line_numbers_from_the_wanted_line_on() -> None:
    assert answer("read_file", path="src/pay.py", first_line=2) == "     2      return x\n     3  "


def test_of_a_long_file_a_part_is_shown_and_the_rest_is_counted() -> None:
    shown = answer("read_file", {"a": "x\n" * 1_000}, path="a")
    assert shown.endswith("(601 more lines)")
    assert answer("read_file", {"a": "x"}, path="a", first_line=9) == "The file has 1 lines."


def test_files_are_listed_by_a_pattern() -> None:
    assert answer("list_files", glob="*.py") == "src/cart.py\nsrc/pay.py"
    assert answer("list_files", glob="*.rs") == "No file matches."
    many = {f"f{number}": "" for number in range(999)}
    assert answer("list_files", many).endswith("(699 more files)")


def test_lines_are_found_by_a_regular_expression() -> None:
    found = answer("search", pattern=r"\bpay\(", glob="src/")
    assert found == "src/cart.py:3: pay(1)\nsrc/pay.py:1: def pay(x):"
    assert answer("search", pattern="absent") == "No line matches."


def test_what_the_checkout_lacks_is_not_searched_and_counted() -> None:
    workspace = FakeWorkspace(FILES, far=frozenset({"src/cart.py"}))
    found = open_tools(workspace).run(call("search", pattern="pay", glob="src/"))
    assert "cart" not in found
    assert "1 files were not searched" in found


@faults("SE6", "SE7")
@pytest.mark.parametrize(
    "path",
    [
        "/proc/self/environ",
        "/github/workflow/event.json",
        ".git/config",
        "/github/runner_temp/_runner_file_commands/x",
        "/var/run/docker.sock",
        "../src/pay.py",
        "src/../src/pay.py",
        "SRC/PAY.PY",
        "src/pay.py\0",
        "",
    ],
)
def test_a_path_that_the_commit_does_not_have_is_refused_in_words(path: str) -> None:
    assert answer("read_file", path=path).startswith("Refused: ")


@faults("SE6")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("run", "{}"),
        ("read_file", "{}"),
        ("read_file", "{"),
        ("read_file", "[" * 100_000),
        ("read_file", '{"path": 7}'),
        ("read_file", '{"path": "src/pay.py", "first_line": 0}'),
        ("read_file", '{"path": "src/pay.py", "url": "https://evil.example"}'),
        ("search", '{"pattern": "("}'),
        ("search", '{"pattern": ""}'),
        ("search", json.dumps({"pattern": "x" * 257})),
        ("list_files", json.dumps({"glob": "*" * 257})),
    ],
)
def test_a_call_that_makes_no_sense_is_answered_with_what_is_wrong(
    name: str, arguments: str
) -> None:
    said = open_tools(FakeWorkspace(FILES)).run(ToolCall("1", name, arguments))
    assert said.startswith("Refused: ")
    assert len(said) < 400


@faults("SE9")
@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "a{1,900}{1,900}", "(?:a?){60}a{60}"]
)
def test_a_pattern_made_to_backtrack_ends(pattern: str) -> None:
    said = answer("search", {"a": ("a" * 20_000 + "!\n") * 20}, pattern=pattern)
    assert len(said) <= LARGEST_RESULT + 100


@faults("SE9")
@pytest.mark.parametrize("glob", ["**/**/**/**/**", "*a" * 60, "[" * 200, "!**", "{a,b}" * 40])
def test_a_pattern_for_files_made_to_explode_ends(glob: str) -> None:
    files = {"a/" * 60 + f"{number}": "" for number in range(500)}
    assert len(answer("list_files", files, glob=glob)) <= LARGEST_RESULT + 100


@faults("SE9")
def test_a_million_results_are_a_hundred_and_a_note() -> None:
    said = answer("search", {f"f{n}": "x\n" * 10_000 for n in range(100)}, pattern="x")
    assert said.count("\n") == 100
    assert said.endswith("(more than 100 lines match)")


@faults("SE9")
def test_a_search_ends_when_it_has_read_enough() -> None:
    workspace = FakeWorkspace({f"f{n}": "x" * 300 for n in range(9)})
    for most, ended in ((2_600, True), (2_700, False)):
        few = WorkspaceTools(workspace, str, FakeClock().remaining, most_searched=most)
        said = few.run(call("search", pattern="y"))
        assert ("ended before all files were read" in said) is ended


def test_a_run_reads_no_more_than_its_share() -> None:
    of_a_run = open_tools(FakeWorkspace({"a": ("x" * 200 + "\n") * 400}))
    said = [of_a_run.run(call("read_file", path="a")) for _ in range(80)]
    assert said[-1] == "Refused: this run has read enough."
    assert sum(map(len, said[:-1])) <= LARGEST_RUN + 20 * 40


def test_whatever_is_shown_passes_the_fence() -> None:
    clock = FakeClock()
    of_a_run = WorkspaceTools(FakeWorkspace(FILES), lambda text: f"<<{text}>>", clock.remaining)
    calls = (call("read_file", path="src/pay.py"), call("nothing"), call("search", pattern="("))
    for each in calls:
        assert of_a_run.run(each).startswith("<<")


@faults("SE6")
@given(st.sampled_from([tool.name for tool in OFFERED]), st.text() | st.text().map(json.dumps))
def test_any_arguments_get_an_answer_of_limited_length(name: str, arguments: str) -> None:
    said = open_tools(FakeWorkspace(FILES)).run(ToolCall("1", name, arguments))
    assert 0 < len(said) <= LARGEST_RESULT + 100


@faults("SE9")
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_pattern_ends_in_an_answer(pattern: str, glob: str) -> None:
    assert answer("search", pattern=pattern, glob=glob)


@faults("RM5")
@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)\pL.{999}Q",
        r"\p{L}{1,300}\p{N}{200}q",
        r"[ab].{0,500}[12].{0,400}Q",
        "(?:a{0,30}){30}" * 9,
        r"[^\pL]{40}",
        "|".join(f"a.{{{n}}}Q" for n in range(180, 210)),
    ],
)
def test_a_pattern_that_compiles_to_a_large_program_is_refused(pattern: str) -> None:
    assert answer("search", pattern=pattern).startswith("Refused: ")


@pytest.mark.parametrize(
    "pattern",
    [
        r"\pL+\(",
        r"\bdef\s+\w{1,60}\(",
        "(?i)pay|cart|token|secret",
        "a{1,200}|pay",
        r"[^\x00-\x7f]|p",
    ],
)
def test_a_pattern_that_people_write_is_searched(pattern: str) -> None:
    assert "src/pay.py:1" in answer("search", pattern=pattern)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("^pay", "src/cart.py:3"),
        (r"return x$", "src/pay.py:2"),
        (r"\Apay\(1\)\z", "src/cart.py:3"),
        ("^    return|^nothing", "src/pay.py:2"),
    ],
)
def test_the_ends_of_a_pattern_are_those_of_a_line(pattern: str, found: str) -> None:
    assert answer("search", pattern=pattern, glob="src/").startswith(found)


@faults("RM5")
def test_a_search_ends_with_a_note_when_its_time_is_over() -> None:
    workspace = FakeWorkspace({f"f{n}": "pay\n" * 3 for n in range(99)})
    clock = FakeClock(step=1.0)
    found = open_tools(workspace, clock).run(call("search", pattern="pay"))
    assert found.startswith("f0:1: pay\n")
    assert found.endswith("\n(the search ended early: it took too long)")
    assert clock.looks <= tools.SECONDS_OF_CALL + 4


@faults("RM5")
def test_one_line_of_three_million_characters_is_searched_in_parts_until_the_time_is_over() -> None:
    workspace = FakeWorkspace({"a": "ab1 " * 750_000})
    assert "No line matches" in open_tools(workspace, FakeClock(step=1.0)).run(
        call("search", pattern="a.{200}Q")
    )
    whole = open_tools(FakeWorkspace({"a": "ab1 " * 20_000 + "Q\nQ"})).run(
        call("search", pattern="Q")
    )
    assert [row[:5] for row in whole.split("\n")] == ["a:1: ", "a:2: ", "(line"]


@faults("RM5")
def test_a_listing_ends_with_a_note_when_its_time_is_over() -> None:
    workspace = FakeWorkspace({f"f{n:05}": "" for n in range(20_000)})
    found = open_tools(workspace, FakeClock(step=1.0)).run(call("list_files"))
    assert found.startswith("f00000\n")
    assert found.endswith("\n(the listing ended early: it took too long)")


@faults("RM5")
def test_all_calls_of_a_run_together_have_a_time_after_which_each_is_refused() -> None:
    clock = FakeClock(left=100_000.0, step=1.0)
    of_a_run = open_tools(FakeWorkspace({f"f{n}": "x" for n in range(99)}), clock)
    for _ in range(2_000):
        of_a_run.run(call("search", pattern="absent"))
    assert clock.left > 100_000 - 3 * 2_000 - tools.SECONDS_OF_RUN - 2 * tools.SECONDS_OF_CALL
    for name, arguments in (("search", {"pattern": "x"}), ("read_file", {"path": "f0"})):
        assert "no time left" in of_a_run.run(call(name, **arguments))


@faults("RM5")
def test_no_call_starts_when_the_run_has_to_publish() -> None:
    of_a_run = open_tools(FakeWorkspace(FILES), FakeClock(left=0.0))
    assert "no time left" in of_a_run.run(call("read_file", path="src/pay.py"))
    assert "no time left" in of_a_run.run(call("list_files"))


ATOMS = st.sampled_from(["a", ".", "[ab]", r"\w", r"\pL", "(?i)s", "[^x]", r"\b", "", "Q"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds(
            "({}){}".format, inner, st.sampled_from(["*", "+", "?", "{0,9}", "{30}", "{999}"])
        )
        | st.builds("{}{}".format, inner, inner)
        | st.builds("({}|{})".format, inner, inner)
    ),
    max_leaves=12,
)
TEXTS = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            ["ab" * 40_000, "a1 Q\n", "\n" * 300, "\u00e9" * 70_000, "\u017f\u017f\ud800"]
        )
    ),
)


@dataclass
class CountingRegex:
    """A pattern that counts what it was given since somebody last looked at the clock."""

    regex: Any
    given: list[int]

    def search(self, text: str) -> object:
        self.given[-1] += len(text)
        return self.regex.search(text)


@faults("RM5")
@given(PATTERNS, TEXTS)
def test_whatever_the_pattern_the_clock_is_looked_at_after_little_work(
    pattern: str, text: str
) -> None:
    with suppress(ValueError, re2.error):
        compiled = text_search.LinePattern(pattern)
        given_since_look = [0]
        compiled.line = CountingRegex(compiled.line, given_since_look)
        compiled.piece = compiled.piece and CountingRegex(compiled.piece, given_since_look)

        def look() -> bool:
            given_since_look.append(0)
            return False

        list(compiled.find_lines(text, look))
        assert max(given_since_look) <= 2 * text_search.PIECE
        assert compiled.line.regex.programsize <= text_search.LARGEST_PROGRAM


@faults("RM5")
@given(TEXTS)
def test_the_pieces_are_the_text_and_know_their_lines(text: str) -> None:
    pieces = list(text_search.cut(text))
    assert "".join(piece for _, piece in pieces) == text
    assert all(len(piece) <= text_search.PIECE for _, piece in pieces)
    place = 0
    for number, piece in pieces:
        assert number == text.count("\n", 0, place) + 1
        place += len(piece)
