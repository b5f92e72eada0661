from pathlib import Path

from reviewer.adapters.files import report_files
from reviewer.errors import WorkspaceError
from tests.faults import faults


def test_reports_are_found_at_the_paths_that_are_returned(tmp_path: Path) -> None:
    paths = report_files.write(str(tmp_path), {"report.json": "{}", "report.sarif": "[]"})
    assert {name: (tmp_path / path).read_text("utf-8") for name, path in paths.items()} == {
        "report.json": "{}",
        "report.sarif": "[]",
    }


def test_two_runs_never_write_over_each_other(tmp_path: Path) -> None:
    first = report_files.write(str(tmp_path), {"report.json": "1"})
    second = report_files.write(str(tmp_path), {"report.json": "2"})
    assert first != second
    assert (tmp_path / first["report.json"]).read_text("utf-8") == "1"


def test_without_a_workspace_nothing_is_written() -> None:
    assert report_files.write("", {"report.json": "1"}) == {}


@faults("CO1")
def test_a_workspace_that_cannot_be_written_costs_only_the_reports(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert report_files.write(str(gone), {"report.json": "1"}) == {}


def test_reports_that_are_too_large_together_are_not_all_read(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.json").write_bytes(b" " * 10)
    first, second, third = report_files.read(
        str(tmp_path), ["a.json", "b.json", "c.json"], largest=12
    )
    assert (first[1], second[1]) == (b" " * 10, b" " * 10)
    assert isinstance(third[1], WorkspaceError)
