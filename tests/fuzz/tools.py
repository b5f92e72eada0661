"""Whatever a report of another tool holds, it is refused, or its results are on changed lines."""

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import LineKind
from reviewer.errors import ReportError
from reviewer.finding import Origin
from reviewer.findings.other_tools import sarif_results, tool_findings
from reviewer.findings.other_tools.sarif_results import (
    LONGEST_MESSAGE,
    LONGEST_RULE,
    LONGEST_TOOL,
    MOST_PLACES,
)
from reviewer.findings.other_tools.tool_files import RepositoryRoots, ToolFiles
from reviewer.findings.other_tools.tool_findings import MOST, MOST_PER_FILE
from reviewer.findings.other_tools.tool_results import SarifReport
from reviewer.pull_request import ListedFile
from reviewer.redaction.scan import Redaction

ROOTS = RepositoryRoots(("/home/runner/work/shop/shop",), "shop")
FILES = ToolFiles(lambda _: None, {"kept.py"}.__contains__)
PATCH = "@@ -1,2 +1,4 @@\n kept = 1\n-old = 2\n+new = 2\n+more = 3\n+}\n"


def sarif(data: bytes) -> None:
    """Read a report, and look for its results in a change of two files."""
    try:
        report = sarif_results.parse(data)
    except ReportError as refused:
        str(refused).encode()
        return
    _assert_bounded(report)
    _assert_placed(report, {each.path: each for each in map(_change, ("a.py", "src/app.py"))})


def _change(path: str) -> ChangedFile:
    file = diff.parse(ListedFile(path, "modified", additions=3, deletions=1, patch=PATCH))
    assert isinstance(file, ChangedFile)
    return file


def _assert_bounded(report: SarifReport) -> None:
    for each in (*report.results, *report.failures):
        assert len(each.tool) <= LONGEST_TOOL
        assert len(each.rule) <= LONGEST_RULE
        assert len(each.message) <= LONGEST_MESSAGE
        assert len(each.places) <= MOST_PLACES
        for place in each.places:
            assert 0 <= place.start <= place.end
            assert ".." not in place.path.split("/")
    assert report.suppressed >= 0


def _assert_placed(report: SarifReport, files: dict[str, ChangedFile]) -> None:
    found = tool_findings.place(report, files.values(), ROOTS, Redaction(), FILES)
    added = {
        path: {line.new for line in file.changed_lines if line.kind is LineKind.ADDED}
        for path, file in files.items()
    }
    for path, findings in found.by_path.items():
        assert len(findings) <= MOST_PER_FILE
        for each in findings:
            assert each.path == path
            assert each.origin is Origin.TOOL
            assert each.start_line in added[path]
            assert "\n" not in each.title
            f"{each.title}{each.body}{each.quote}{each.tools}".encode()
    assert sum(map(len, found.by_path.values())) <= MOST
    "".join((*found.problems, *found.notes)).encode()
