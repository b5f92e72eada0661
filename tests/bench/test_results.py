from pathlib import Path

import pytest

from bench import before, results, table
from bench.measuring import Row
from bench.results import Results

ROWS = (
    Row("image", "69 MB", "plain two-stage build, 184 MB", 0.375, "0.4"),
    Row("something else", "3 s", "half of it, 1 s", 3.0, "2 s"),
)
MEASURED = Results("2026-11-27", "abc1234", "a machine", "3.13.0", ("One was left out.",), ROWS)


def test_results_are_read_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results.save("bench", MEASURED, path)
    assert results.load(path) == {"bench": MEASURED}


def test_one_command_leaves_what_the_other_has_measured(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results.save("peers", MEASURED, path)
    results.save("bench", Results("2026-11-28", "", "", "", (), ()), path)
    assert results.load(path)["peers"] == MEASURED


def test_nothing_was_measured_where_there_is_no_file(tmp_path: Path) -> None:
    assert results.load(tmp_path / "results.json") == {}


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"bench": {"date": "2026-11-27"}}', "utf-8")
    with pytest.raises(ValueError, match="no rows"):
        results.load(path)


def test_the_readme_says_what_was_measured_and_nothing_else() -> None:
    assert list(table.readme({"bench": MEASURED})) == ["The image has a size of 69 MB."]
    assert list(table.readme({})) == []


def test_the_page_has_every_row_with_its_earlier_figure() -> None:
    text = "\n".join(table.page({"bench": MEASURED}))
    assert f"| image | 69 MB | plain two-stage build, 184 MB | 0.38 | 0.4 | {IMAGE} |" in text
    assert "| something else | 3 s | half of it, 1 s | 3.00 | 2 s (missed) |  |" in text
    assert "2 rows were measured; 1 miss their bar: something else." in text
    assert "One was left out." in text


IMAGE = before.FIGURES["image"]


def test_what_is_kept_is_from_a_command_of_the_makefile() -> None:
    assert set(results.load()) <= set(table.COMMANDS)
