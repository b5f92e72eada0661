"""Which results of other tools become findings, and how they meet those of the model."""

from collections.abc import Container, Mapping
from dataclasses import replace

import pytest

from reviewer.changes.diff import ChangedFile
from reviewer.config import settings as config
from reviewer.config.workflow.inputs import Inputs
from reviewer.finding import Dismissal, Finding, Origin, resembles
from reviewer.findings import ranking
from reviewer.findings.other_tools import tool_findings, tool_matches
from reviewer.findings.other_tools.tool_files import RepositoryRoots, ToolFiles
from reviewer.findings.other_tools.tool_findings import MOST, MOST_PER_FILE, ToolFindings
from reviewer.findings.other_tools.tool_results import SarifReport, ToolPlace, ToolResult
from reviewer.findings.ranking import Verdict
from reviewer.redaction.scan import Redaction
from reviewer.review.verification import Ground
from reviewer.severity import Confidence, Severity
from tests import builders
from tests.faults import faults

PATCH = "@@ -1,3 +1,4 @@\n first\n-old\n+}\n+total = sum(prices)\n last\n"
PATH = "src/pay.py"
ROOTS = RepositoryRoots(("/github/workspace", "/home/runner/work/shop/shop"), "shop")


def changed(path: str = PATH, patch: str = PATCH) -> ChangedFile:
    return builders.changed_file(path, patch)


def result(
    path: str = PATH,
    start: int = 3,
    end: int = 0,
    *,
    rule: str = "F821",
    severity: Severity = Severity.HIGH,
    message: str = "Undefined name",
) -> ToolResult:
    place = ToolPlace(path, start, end or start)
    return ToolResult("ruff", rule, severity, message, (place,))


def place(
    *results: ToolResult,
    files: tuple[ChangedFile, ...] = (),
    workspace: Mapping[str, bytes] | None = None,
    head: Container[str] = (),
    failures: tuple[ToolResult, ...] = (),
) -> ToolFindings:
    report = SarifReport(results, failures=failures)
    tool_files = ToolFiles((workspace or {}).get, lambda path: path in head)
    return tool_findings.place(report, files or (changed(),), ROOTS, Redaction(), tool_files)


def reported(**members: object) -> Finding:
    (finding,) = place(result()).by_path.get(PATH, ())
    return builders.revise(finding, **members)


def of_model(**members: object) -> Finding:
    found = builders.finding(start_line=3, end_line=3, quote="total = sum(prices)", title="Crashes")
    return builders.revise(found, **({"rule": "ruff F821"} | members))


def test_a_result_on_a_changed_line_is_a_finding_that_names_its_tool() -> None:
    (finding,) = place(result()).by_path.get(PATH, ())
    assert (finding.start_line, finding.end_line) == (3, 3)
    assert finding.quote == "total = sum(prices)"
    assert finding.title == "ruff F821: Undefined name"
    assert finding.body == "Reported by ruff."
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert (finding.origin, finding.tools) == (Origin.TOOL, ("ruff F821",))


def test_a_long_message_is_whole_in_the_body() -> None:
    message = "word " * 100
    (finding,) = place(result(message=message.strip())).by_path.get(PATH, ())
    assert finding.body.startswith(message.strip())


@faults("OT3")
@pytest.mark.parametrize("line", [1, 4, 5, 900, 10**9])
def test_a_result_on_an_unchanged_line_is_none(line: int) -> None:
    assert not place(result(start=line)).by_path


def test_the_first_changed_line_of_a_long_region_is_quoted_if_it_can_be_found_again() -> None:
    (finding,) = place(result(start=1, end=4)).by_path.get(PATH, ())
    assert (finding.start_line, finding.quote) == (3, "total = sum(prices)")
    (only,) = place(result(start=2)).by_path.get(PATH, ())
    assert only.quote == "}"


@pytest.mark.parametrize(
    "path",
    [
        "/github/workspace/src/pay.py",
        "/home/runner/work/shop/shop/src/pay.py",
        "/opt/actions/_work/shop/shop/src/pay.py",
    ],
)
def test_a_path_of_the_runner_is_one_of_the_repository(path: str) -> None:
    assert place(result(path)).by_path.get(PATH, ())


def test_a_path_that_may_be_that_of_a_changed_file_is_a_problem() -> None:
    found = place(result("/somewhere/src/pay.py"), result("/usr/include/stdio.h"))
    assert not found.by_path
    assert found.problems == ("ruff names /somewhere/src/pay.py, which is not below the workspace",)


@faults("OT1")
@pytest.mark.parametrize(
    ("paths", "problems"),
    [
        ((PATH,), ("ruff failed in src/pay.py: Cannot parse",)),
        ((), ("ruff failed: Cannot parse",)),
        (("src/other.py",), ()),
        (("/x/src/pay.py",), ("ruff names /x/src/pay.py, which is not below the workspace",)),
    ],
)
def test_what_a_tool_could_not_read_is_a_problem_if_it_changed(
    paths: tuple[str, ...], problems: tuple[str, ...]
) -> None:
    places = tuple(ToolPlace(path, 0, 0) for path in paths)
    failure = ToolResult("ruff", "", Severity.HIGH, "Cannot parse", places)
    assert place(failures=(failure,)).problems == problems


def test_a_path_of_a_folder_of_the_repository_is_noted() -> None:
    found = place(result("pay.py"), result("other.py"))
    assert not found.problems
    (note,) = found.notes
    assert note == (
        "ruff names pay.py, which is no file of the head commit, but src/pay.py is a changed one: "
        "run the tool at the top of the repository"
    )
    assert not place(result("pay.py"), head=("pay.py",)).notes


@pytest.mark.parametrize(
    "path",
    [
        "app/src/pay.py",
        "shop/app/src/pay.py",
        "/home/runner/work/shop/shop/app/src/pay.py",
        "/github/workspace/app/src/pay.py",
    ],
)
def test_a_path_with_the_folder_of_the_checkout_is_noted(path: str) -> None:
    (note,) = place(result(path), result(f"{path}x")).notes
    assert "app/src/pay.py, which is no file of the head commit, but src/pay.py is" in note
    assert note.endswith("out without `path`, or run the tool in the folder of the checkout")
    in_head = ROOTS.find_relative(path)
    assert not place(result(path), head=(in_head,)).notes


def test_a_path_of_very_many_folders_takes_no_time() -> None:
    assert not place(result("a/" * 1_000_000 + "b"), result("/a" * 1_000_000)).notes


HEAD = "first\n}\ntotal = sum(prices)\nlast\nend\n"


@faults("OT1")
@pytest.mark.parametrize(
    "text",
    [
        "import os\n" + HEAD,
        "}\n" + HEAD,
        HEAD.replace("sum(prices)", "sum( prices )"),
        "first\n",
        "",
    ],
    ids=["above", "same line above", "formatted", "short", "empty"],
)
def test_results_on_the_lines_of_another_version_are_a_problem_and_no_finding(text: str) -> None:
    other = changed("src/b.py")
    found = place(
        result(),
        result(start=4),
        result("src/b.py"),
        files=(changed(), other),
        workspace={PATH: text.encode(), "src/b.py": HEAD.encode()},
    )
    assert list(found.by_path) == ["src/b.py"]
    (problem,) = found.problems
    assert problem == (
        "ruff read another version of src/pay.py than that of the head commit, so its results "
        "there are left out. In a workflow, give actions/checkout the line "
        "`ref: ${{ github.event.pull_request.head.sha }}`."
    )


def test_several_files_of_another_version_are_one_problem_for_each_tool() -> None:
    files = (changed(), changed("b.py"), changed("c.py"))
    workspace = dict.fromkeys((PATH, "b.py", "c.py"), b"x\n")
    lint = replace(result("c.py"), tool="lint")
    found = place(result(), result("b.py"), lint, files=files, workspace=workspace)
    assert [text.partition(" than")[0] for text in found.problems] == [
        "ruff read another version of src/pay.py (and 1 more)",
        "lint read another version of c.py",
    ]


@pytest.mark.parametrize(
    "text",
    [HEAD, HEAD.replace("\n", "\r\n"), f"{HEAD}more\n"],
    ids=["same", "Windows' line ends", "more below"],
)
def test_what_has_the_lines_of_the_change_at_their_places_is_used(text: str) -> None:
    found = place(result(), workspace={PATH: text.encode()})
    assert (len(found.by_path), found.problems) == (1, ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_a_file_that_git_calls_binary_is_compared_as_text(encoding: str) -> None:
    text = HEAD.replace("first", "Größe")
    file = changed(patch=PATCH.replace(" first", " Größe"))
    file = replace(file, remark="git calls it binary: it is UTF-16")
    assert place(result(), files=(file,), workspace={PATH: text.encode(encoding)}).by_path
    moved = f"import os\n{text}".encode(encoding)
    assert place(result(), files=(file,), workspace={PATH: moved}).problems


def test_a_result_without_a_line_is_noted() -> None:
    assert place(result(start=0)).notes == (
        "1 result of other tools about a changed file name no line",
    )


def test_secrets_in_messages_and_quotes_are_masked() -> None:
    key = "AKIA" + "Z7Q2M4X8N5B3V6C1"
    file = changed(patch=f'@@ -0,0 +1 @@\n+KEY = "{key}"\n')
    (finding,) = place(result(start=1, message=f"Found {key}"), files=(file,)).by_path.get(PATH, ())
    assert key not in repr(finding)
    assert "REDACTED" in finding.quote
    assert "REDACTED" in finding.title


def test_equal_results_are_one_and_other_rules_of_a_line_are_others() -> None:
    found = place(result(), result(), result(rule="F401")).by_path.get(PATH, ())
    assert len(found) == 2
    assert len({each.fingerprint for each in found}) == 2
    assert not resembles(*found)


def test_the_worst_results_are_kept_and_the_others_make_the_review_incomplete() -> None:
    notes = [result(rule=f"N{n}", severity=Severity.LOW) for n in range(MOST_PER_FILE)]
    found = place(*notes, result())
    assert len(found.by_path.get(PATH, ())) == MOST_PER_FILE
    assert found.by_path.get(PATH, ())[0].severity is Severity.HIGH
    assert found.problems[0].startswith("1 result of other tools are left out")
    many = [changed(f"f{n}.py") for n in range(MOST + 5)]
    flood = place(*(result(file.path) for file in many), files=tuple(many))
    assert sum(map(len, flood.by_path.values())) == MOST


def test_no_verdict_drops_lowers_or_joins_what_a_tool_reports() -> None:
    finding, other = reported(), reported(quote="other")
    verdicts = [
        Verdict(1, "drop", Severity.LOW, "No.", Ground.STYLE, ""),
        Verdict(2, "lower", Severity.LOW, "No.", Ground.MINOR, "", same_as=1),
    ]
    left, applied = ranking.apply_verdicts([finding, other], verdicts)
    assert left == (finding, other)
    assert applied == ()


@faults("OT2")
def test_a_finding_of_the_model_that_names_the_result_takes_its_place() -> None:
    words = of_model(severity=Severity.LOW, confidence=Confidence.LOW)
    (joined,) = tool_matches.join((reported(), words), ())
    assert (joined.title, joined.origin, joined.tools) == ("Crashes", Origin.MODEL, ("ruff F821",))
    assert (joined.severity, joined.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert joined.body.endswith("\n\nAlso reported by ruff F821.")
    assert joined.rule == ""
    worse = of_model(severity=Severity.CRITICAL)
    assert tool_matches.join((reported(), worse), ())[0].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    "members",
    [
        {"rule": ""},
        {"rule": "ruff F401"},
        {"start_line": 1, "end_line": 2},
        {"path": "src/other.py"},
        {"origin": Origin.RULE},
    ],
)
def test_any_other_finding_stays_beside_it(members: dict[str, object]) -> None:
    both = (reported(), of_model(**members))
    joined = tool_matches.join(both, ())
    assert sorted(each.title for each in joined) == ["Crashes", "ruff F821: Undefined name"]
    assert all(not each.tools for each in joined if each.origin is not Origin.TOOL)


def test_one_result_is_joined_with_one_finding() -> None:
    first, second = of_model(severity=Severity.CRITICAL), of_model(title="Other", category="other")
    joined = tool_matches.join((second, reported(), first), ())
    assert [(each.title, len(each.tools)) for each in joined] == [("Crashes", 1), ("Other", 0)]


def test_what_a_run_joined_is_separate_again_for_the_next() -> None:
    (joined,) = tool_matches.join((reported(), of_model()), ())
    (alone,) = tool_matches.join((joined,), ())
    assert alone == of_model(rule="", confidence=Confidence.HIGH)
    assert tool_matches.join((joined,), (), kept=True) == (joined,)
    assert tool_matches.join((joined, reported()), (), kept=True) == (joined, reported())


def test_a_dismissed_result_takes_no_words_of_the_model_along() -> None:
    dismissed = (Dismissal(reported(), "mona"),)
    left = tool_matches.join((reported(), of_model()), dismissed)
    shown, withheld = ranking.rank(left, config.load(Inputs(), None), dismissed)
    assert [each.title for each in shown] == ["Crashes"]
    assert withheld.dismissed == 1


def test_dismissing_the_joined_finding_dismisses_the_result_alone() -> None:
    (joined,) = tool_matches.join((reported(), of_model()), ())
    dismissed = (Dismissal(joined, "mona"),)
    assert ranking.is_dismissed(reported(), dismissed)
    assert not ranking.is_dismissed(reported(tools=("ruff F401",)), dismissed)


def test_a_dismissed_finding_of_the_model_dismisses_no_result() -> None:
    alike = of_model(category="other", rule="")
    assert not ranking.is_dismissed(reported(), (Dismissal(alike, "mona"),))
    assert not ranking.is_dismissed(alike, (Dismissal(reported(), "mona"),))


@faults("OT2")
def test_words_about_the_lines_of_a_result_are_no_duplicate() -> None:
    other = of_model(rule="", title="Leaks the prices")
    assert ranking.dedupe((reported(), other))[0] == (
        *sorted((other, reported()), key=lambda each: each.title),
    )
    same = of_model(rule="", title="Ruff F821: undefined name")
    assert ranking.dedupe((reported(), same)) == ((reported(),), 1)


@faults("OT3")
def test_a_flood_of_results_displaces_no_finding_of_the_model() -> None:
    flood = [
        reported(path=f"f{n}.py", severity=Severity.CRITICAL, title=f"T{n}", tools=(f"x {n}",))
        for n in range(60)
    ]
    words = [of_model(path=f"g{n}.py", title=f"M{n}", severity=Severity.LOW) for n in range(10)]
    shown, withheld = ranking.rank((*flood, *words), config.load(Inputs(), None))
    assert [each.origin for each in shown].count(Origin.MODEL) == 10
    assert (len(shown), withheld.over_limit) == (50, 20)
    settings = config.load(Inputs(), b"max-findings: 1")
    assert ranking.rank((*flood, *words), settings)[0][0].severity is Severity.CRITICAL


def test_the_same_title_of_two_tools_is_no_problem_of_two_files() -> None:
    one = reported(title="Wrong")
    two = reported(title="Wrong", path="b.py", tools=("eslint x",))
    assert len(ranking.rank((one, two), config.load(Inputs(), None))[0]) == 2
    same = replace(two, tools=one.tools)
    (merged,) = ranking.rank((one, same), config.load(Inputs(), None))[0]
    assert merged.also
