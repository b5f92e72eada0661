"""What the model gets for a tool call, and what it never gets."""

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import WorkspaceError
from reviewer.llm import tools
from reviewer.llm.tools import LARGEST_RESULT, LARGEST_RUN, OFFERED, WorkspaceTools
from reviewer.ports import ToolCall
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


FILES = {
    "src/pay.py": "def pay(x):\n    return x\n",
    "src/cart.py": "from pay import pay\n\npay(1)\n",
    "docs/a.md": "pay\n",
}


def call(name: str, **arguments: object) -> ToolCall:
    return ToolCall("1", name, json.dumps(arguments))


def answer(name: str, files: dict[str, str] | None = None, **arguments: object) -> str:
    workspace = FakeWorkspace(FILES if files is None else files)
    return WorkspaceTools(workspace, str).run(call(name, **arguments))


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
    found = WorkspaceTools(workspace, str).run(call("search", pattern="pay", glob="src/"))
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
    said = WorkspaceTools(FakeWorkspace(FILES), str).run(ToolCall("1", name, arguments))
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
def test_a_search_ends_when_it_has_read_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_MOST_SEARCHED", 1_000)
    said = answer("search", {f"f{n}": "x" * 300 for n in range(9)}, pattern="y")
    assert "ended before all files were read" in said


def test_a_run_reads_no_more_than_its_share() -> None:
    of_a_run = WorkspaceTools(FakeWorkspace({"a": ("x" * 200 + "\n") * 400}), str)
    said = [of_a_run.run(call("read_file", path="a")) for _ in range(80)]
    assert said[-1] == "Refused: this run has read enough."
    assert sum(map(len, said[:-1])) <= LARGEST_RUN + 20 * 40


def test_whatever_is_shown_passes_the_fence() -> None:
    of_a_run = WorkspaceTools(FakeWorkspace(FILES), lambda text: f"<<{text}>>")
    calls = (call("read_file", path="src/pay.py"), call("nothing"), call("search", pattern="("))
    for each in calls:
        assert of_a_run.run(each).startswith("<<")


@faults("SE6")
@given(st.sampled_from([tool.name for tool in OFFERED]), st.text() | st.text().map(json.dumps))
def test_any_arguments_get_an_answer_of_limited_length(name: str, arguments: str) -> None:
    said = WorkspaceTools(FakeWorkspace(FILES), str).run(ToolCall("1", name, arguments))
    assert 0 < len(said) <= LARGEST_RESULT + 100


@faults("SE9")
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_pattern_ends_in_an_answer(pattern: str, glob: str) -> None:
    assert answer("search", pattern=pattern, glob=glob)
