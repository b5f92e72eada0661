"""The outputs, the table and the exit code of a run about several pull requests."""

import json

import pytest

from reviewer.outputs import pull_results
from reviewer.outputs.pull_results import PullResult, Reach

HEAD = "abc1234" + "0" * 33


def begun(verdict: str, code: int = 0, **outputs: str) -> PullResult:
    given = {name.replace("_", "-"): value for name, value in outputs.items()}
    return PullResult(7, HEAD, Reach.BEGUN, code=code, outputs={"verdict": verdict, **given})


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ([], 0),
        ([0, 1], 1),
        ([3, 1, 0], 3),
        ([1, 2, 3], 2),
        ([2, 130], 130),
        ([143, 130], 143),
    ],
)
def test_the_worst_exit_code_applies(codes: list[int], worst: int) -> None:
    assert pull_results.find_worst(codes) == worst


def test_what_was_not_reached_makes_a_run_incomplete() -> None:
    left = PullResult(8, HEAD, Reach.LEFT, "max-files")

    outputs = pull_results.make_outputs([begun("clean", complete="true"), left], complete=True)

    assert (outputs["complete"], outputs["verdict"]) == ("false", "incomplete")


def test_a_list_that_is_cut_is_incomplete() -> None:
    assert pull_results.make_outputs([], complete=False)["complete"] == "false"
    assert "were not listed" in pull_results.render([], 3, complete=False)


def test_a_cost_that_is_unknown_makes_the_sum_unknown() -> None:
    rows = [begun("clean", cost="0.10"), begun("clean", cost="unknown")]

    assert pull_results.make_outputs(rows, complete=True)["cost"] == "unknown"


def test_paths_are_listed_one_a_line() -> None:
    rows = [begun("clean", report_path="a/report.json"), begun("clean", report_path="b/r.json")]

    outputs = pull_results.make_outputs(rows, complete=True)

    assert outputs["report-path"] == "a/report.json\nb/r.json"
    assert [row["report-path"] for row in json.loads(outputs["pull-requests"])] == [
        "a/report.json",
        "b/r.json",
    ]


def test_a_reason_cannot_leave_its_cell_or_mention_anybody() -> None:
    hostile = PullResult(7, HEAD, Reach.SKIPPED, "label x | @octo\n# Heading <img src=x>")

    table = pull_results.render([hostile], 0, complete=True)

    (row,) = [line for line in table.splitlines() if line.startswith("| #7")]
    assert row.count("|") == 4
    assert "@octo" not in table
    assert "<img" not in table
