"""What is read of the reports of other tools, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from reviewer.errors import ReportError
from reviewer.findings.other_tools import sarif_results
from reviewer.findings.other_tools.tool_results import SarifReport, ToolPlace
from reviewer.severity import Severity

DATA = Path(__file__).parents[1] / "data" / "sarif"


def log(*results: dict[str, Any], **members: Any) -> bytes:  # noqa: ANN401 - JSON
    """Word a report with one run; `members` are those of the run."""
    rules = members.pop("rules", [])
    run = {"tool": {"driver": {"name": "lint", "rules": rules}}, "results": list(results)}
    return json.dumps({"version": "2.1.0", "runs": [run | members]}).encode()


def result(uri: str = "src/app.py", line: int = 1, **members: Any) -> dict[str, Any]:  # noqa: ANN401
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}
    found = {"ruleId": "X1", "level": "error", "message": {"text": "Wrong."}}
    return found | {"locations": [{"physicalLocation": place}]} | members


def read_one(*results: dict[str, Any], **members: Any) -> Any:  # noqa: ANN401
    (found,) = sarif_results.parse(log(*results, **members)).results
    return found


def paths(report: SarifReport) -> list[str]:
    return [place.path for each in report.results for place in each.places]


def test_the_report_of_ruff_is_read() -> None:
    report = sarif_results.parse((DATA / "ruff.sarif").read_bytes())
    assert not report.problems
    unused, unknown = report.results
    assert (unused.label, unused.severity) == ("ruff F401", Severity.HIGH)
    assert unused.message == "`os` imported but unused"
    assert unused.places == (ToolPlace("/home/runner/work/shop/shop/src/app.py", 1, 1),)
    assert (unknown.label, unknown.places[0].start) == ("ruff F821", 5)


def test_the_report_of_semgrep_is_read() -> None:
    report = sarif_results.parse((DATA / "semgrep.sarif").read_bytes())
    assert [(each.label, each.severity.label) for each in report.results] == [
        ("Semgrep OSS no-pickle", "medium"),
        ("Semgrep OSS no-eval", "high"),
    ]
    assert paths(report) == ["src/danger.py", "src/danger.py"]
    assert not report.failures


def test_the_report_of_bandit_names_a_file_that_it_could_not_read() -> None:
    report = sarif_results.parse((DATA / "bandit.sarif").read_bytes())
    levels = {each.rule: each.severity.label for each in report.results}
    assert levels == {
        "B403": "low",
        "B404": "low",
        "B602": "high",
        "B301": "medium",
        "B307": "medium",
    }
    assert all(each.is_security for each in report.results)
    (failure,) = report.failures
    assert failure.message == "syntax error while parsing AST from file"
    assert failure.places[0].path == "src/bad.py"


def test_the_level_is_that_of_the_result_then_of_its_rule_then_a_warning() -> None:
    rules = [{"id": "X1", "defaultConfiguration": {"level": "note"}}, {"id": "X2"}]
    for members, expected in (
        ({"level": "error"}, Severity.HIGH),
        ({"level": None}, Severity.LOW),
        ({"level": None, "ruleId": "X2"}, Severity.MEDIUM),
        ({"level": None, "ruleId": None, "ruleIndex": 0}, Severity.LOW),
        ({"level": None, "ruleId": None, "rule": {"id": "X1"}}, Severity.LOW),
        ({"level": None, "ruleId": "X1/part"}, Severity.LOW),
    ):
        assert read_one(result(**members), rules=rules).severity is expected


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        ("9.8", Severity.CRITICAL),
        (7.5, Severity.HIGH),
        ("5.0", Severity.MEDIUM),
        ("much", Severity.LOW),
        ("1e999", Severity.LOW),
        ("-9", Severity.LOW),
    ],
)
def test_a_security_score_raises_the_level(score: object, severity: Severity) -> None:
    rules = [{"id": "X1", "properties": {"security-severity": score}}]
    assert read_one(result(level="note"), rules=rules).severity is severity


def test_a_score_never_lowers_an_error() -> None:
    rules = [{"id": "X1", "properties": {"security-severity": "0.1"}}]
    found = read_one(result(), rules=rules)
    assert (found.severity, found.is_security) == (Severity.HIGH, True)


@pytest.mark.parametrize(
    "members",
    [{"level": "none"}, {"kind": "pass"}, {"kind": "informational"}, {"baselineState": "absent"}],
)
def test_what_is_no_problem_is_left_out(members: dict[str, Any]) -> None:
    assert not sarif_results.parse(log(result(**members))).results


def test_suppressed_results_are_counted_unless_the_suppression_was_refused() -> None:
    report = sarif_results.parse(
        log(
            result(suppressions=[{"kind": "inSource"}]),
            result(suppressions=[{"kind": "external", "status": "rejected"}]),
            result(suppressions=[]),
        )
    )
    assert (len(report.results), report.suppressed) == (2, 1)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/app.py", "src/app.py"),
        ("./src/app.py", "src/app.py"),
        ("src%2Fapp%20two.py", "src/app two.py"),
        ("src\\app.py", "src/app.py"),
        ("file:///work/shop/src/app.py", "/work/shop/src/app.py"),
        ("FILE:/work/app.py", "/work/app.py"),
        ("file://localhost/work/app.py", "/work/app.py"),
        ("C:\\shop\\app.py", "/C:/shop/app.py"),
        ("/work/../app.py", "/app.py"),
    ],
)
def test_every_spelling_of_a_path_is_one_path(uri: str, path: str) -> None:
    assert paths(sarif_results.parse(log(result(uri)))) == [path]


@pytest.mark.parametrize("uri", ["", "..", "../app.py", "a/../../b", "https://a.b/c.py", "."])
def test_what_leads_to_no_file_of_the_repository_has_no_place(uri: str) -> None:
    assert paths(sarif_results.parse(log(result(uri)))) == []


def test_a_path_is_relative_to_the_base_that_its_run_defines() -> None:
    place = {"artifactLocation": {"uri": "app.py", "uriBaseId": "SRC"}, "region": {"startLine": 3}}
    found = result(locations=[{"physicalLocation": place}])
    bases = {"SRC": {"uri": "src/", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file:///work/shop/"}}
    assert paths(sarif_results.parse(log(found, originalUriBaseIds=bases))) == [
        "/work/shop/src/app.py"
    ]
    endless = {"SRC": {"uri": "a/", "uriBaseId": "SRC"}}
    (path,) = paths(sarif_results.parse(log(found, originalUriBaseIds=endless)))
    assert path == "a/a/a/a/a/app.py"
    assert paths(sarif_results.parse(log(found))) == ["app.py"]


def test_a_place_may_name_an_entry_of_the_artifacts() -> None:
    place = {"artifactLocation": {"index": 0}, "region": {"startLine": 3}}
    found = result(locations=[{"physicalLocation": place}])
    artifacts = [{"location": {"uri": "src/app.py"}}]
    assert paths(sarif_results.parse(log(found, artifacts=artifacts))) == ["src/app.py"]


def test_a_message_may_be_that_of_its_rule_with_arguments() -> None:
    rules = [{"id": "X1", "messageStrings": {"default": {"text": "{0} is not {1}, {7}"}}}]
    message = {"id": "default", "arguments": ["{1}", "b"]}
    assert read_one(result(message=message), rules=rules).message == "{1} is not b,"


def test_invisible_characters_of_a_message_are_shown() -> None:
    assert "\u202e" not in read_one(result(message={"text": "a\u202eb"})).message
    assert read_one(result(ruleId="X\n1")).label == "lint X 1"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "JSON"),
        (b"[]", "no SARIF"),
        (b'{"version": "2.0.0", "runs": []}', "version"),
        (b'{"version": "2.1.0"}', "runs"),
        (b'{"version": "2.1.0", "runs": []}', "no run"),
        (b'{"version": "2.1.0", "runs": [{"results": []}]}', "runs.0.tool"),
        (log(result(line=0)), "startLine"),
        (log(result(level="fatal")), "level"),
        (log(result(message="Wrong.")), "message"),
        (b"[" * 100_000, "JSON"),
        (b'{"version": "2.1.0", "runs": ' + b"[" * 50_000, "JSON"),
        (log(*[{"message": {}}] * 25_001), "25000"),
    ],
)
def test_what_is_no_sarif_is_refused_with_the_place(data: bytes, why: str) -> None:
    with pytest.raises(ReportError) as refused:
        sarif_results.parse(data)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_report_in_another_unicode_encoding_is_read(encoding: str) -> None:
    """PowerShell writes them: `>` as UTF-16, and `Out-File -Encoding utf8` with a mark."""
    text = log(result(message={"text": "Größe"})).decode("unicode_escape")
    (found,) = sarif_results.parse(text.encode(encoding)).results
    assert found.message == "Größe"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xff\xfe{\0}", "utf-16"),
        ('{"version": "\ud800"}'.encode("utf-16-le", "surrogatepass"), "utf-16-le"),
        ('{"version": "Größe"}'.encode("latin-1"), "utf-8"),
    ],
)
def test_a_report_that_is_no_text_in_its_encoding_is_refused(data: bytes, encoding: str) -> None:
    with pytest.raises(ReportError, match=f"its bytes are no text in {encoding}: .* UTF-8"):
        sarif_results.parse(data)


def test_the_limits_apply_in_every_encoding() -> None:
    with pytest.raises(ReportError, match="too many results"):
        sarif_results.parse(('{"x": [' + "{}," * 400_001 + "1]}").encode("utf-16"))


@pytest.mark.parametrize("piece", [b"{},", b"[],", b'{"message": {}},'])
def test_a_file_that_would_take_much_memory_is_not_read(piece: bytes) -> None:
    with pytest.raises(ReportError, match="too many results"):
        sarif_results.parse(b'{"x": [' + piece * 400_001 + b"1]}")


def test_a_tool_that_did_not_finish_is_a_problem() -> None:
    failed = sarif_results.parse(log(invocations=[{"executionSuccessful": False}]))
    nothing = sarif_results.parse(log(results=None))
    assert failed.problems == ("lint did not run to its end",)
    assert nothing.problems == ("lint did not look for problems",)
    assert not sarif_results.parse(log(invocations=[{"executionSuccessful": True}])).problems
