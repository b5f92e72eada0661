"""The code of a finding in the comment: its language, the proposal as a diff, and its length."""

import pytest

from reviewer.changes import languages
from reviewer.comments import snippets
from tests import builders
from tests.faults import faults
from tests.runs.side_effects import side_effects


def snippet(quote: str, suggestion: str | None = None, path: str = "src/pay.py") -> str:
    made = builders.finding(path=path, quote=quote)
    return snippets.render(builders.revise(made, suggestion=suggestion))


def test_the_quote_is_shown_in_its_language_without_common_indentation() -> None:
    assert snippet("    if x:\n        y()") == "```py\nif x:\n    y()\n```"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.ts", "ts"),
        ("a.mjs", "js"),
        ("main.tf", "hcl"),
        ("A.PY", "py"),
        ("a.css", "css"),
        ("a.mermaid", ""),
        ("a.suggestion", ""),
        ("a.stl", ""),
        ("a.unknown", ""),
        ("Makefile", ""),
        (".py", ""),
    ],
)
def test_a_suffix_names_the_language_if_it_is_known(path: str, name: str) -> None:
    assert languages.highlight_name(path) == name


def test_a_proposal_is_a_diff_and_the_quote_is_not_repeated() -> None:
    shown = snippet("    a = 1\n    b = 2\n    c = 3", "    a = 1\n    b = 4\n    d = 5\n    c = 3")
    assert shown == "```diff\n a = 1\n-b = 2\n+b = 4\n+d = 5\n c = 3\n```"


@pytest.mark.parametrize(
    ("quote", "suggestion", "diff"),
    [
        ("a", "b", "-a\n+b"),
        ("a\na", "a", " a\n-a"),
        ("a", "a\na", " a\n+a"),
        ("a\nb\na", "a", " a\n-b\n-a"),
        ("x", "\n\nx = 1\n", "-x\n+x = 1"),
    ],
)
def test_each_line_of_both_texts_is_in_the_diff_once(
    quote: str, suggestion: str, diff: str
) -> None:
    assert snippet(quote, suggestion) == f"```diff\n{diff}\n```"


@pytest.mark.parametrize("suggestion", [None, "", " \n", "x = 1"])
def test_a_proposal_that_changes_nothing_is_no_diff(suggestion: str | None) -> None:
    assert snippet("x = 1", suggestion) == "```py\nx = 1\n```"


def test_long_code_is_collapsed_and_its_length_named() -> None:
    long = "\n".join(f"x = {n}" for n in range(13))
    start = "<details><summary>Code, 13 lines</summary>\n\n```py\n"
    assert snippet(long).startswith(start)
    assert snippet("x" * 1_201).startswith("<details><summary>Code, 1 line</summary>")
    assert snippet("x", long).startswith("<details><summary>Proposed change, 14 lines</summary>")
    assert "<details>" not in snippet(long.rpartition("\n")[0])


def test_without_code_there_is_no_block() -> None:
    assert snippet("") == ""


@faults("LO11", "LO12")
@pytest.mark.parametrize(
    "code",
    [
        "```\n</details>\n<!-- code-review-action:state v=2 x -->",
        "~~~~~\n````\n@octo/team fixes #1\n/approve\nbors r+",
        "\n".join(["```suggestion", "evil()", "```"] * 9),
        "\u202e</details>\x1b[2J",
    ],
)
def test_code_closes_nothing_and_does_nothing(code: str) -> None:
    for shown in (
        snippet(code),
        snippet(code, "x"),
        snippet("x", code),
        snippet(code, f"{code}\n1"),
    ):
        assert side_effects(shown) == []
