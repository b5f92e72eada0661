"""Reads the SARIF 2.1.0 report of another tool, which is untrusted."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from reviewer.errors import ReportError
from reviewer.findings.other_tools.sarif_shapes import (
    SarifArtifact,
    SarifLevel,
    SarifLocation,
    SarifLog,
    SarifMessage,
    SarifNotification,
    SarifPhysical,
    SarifResult,
    SarifRule,
    SarifRun,
    SarifText,
    SarifTool,
)
from reviewer.findings.other_tools.tool_results import SarifReport, ToolPlace, ToolResult
from reviewer.severity import Severity
from reviewer.text import invisible, truncate

MOST_PLACES = 20
MOST_OBJECTS = 400_000
"""Objects and lists of one file; 10 MB of empty ones would take 400 MB of memory."""
MOST_MESSAGES = 60_000
"""Each result has one, and takes more memory than its text."""
LONGEST_TOOL = 40
LONGEST_RULE = 100
"""Characters; Semgrep's ids of rules have up to 90."""
LONGEST_MESSAGE = 2_000
LONGEST_FAILURE = 200
MOST_FAILURES = 1_000
_DEEPEST_BASE = 5
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"[A-Za-z]:/")
_FILE = "file:"

_LEVELS: Mapping[SarifLevel, Severity | None] = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": None,
}
# The scores from which GitHub calls an alert critical, high and medium.
_SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))


def parse(data: bytes) -> SarifReport:
    """Return what a SARIF file reports; raises ReportError if it is none that can be used."""
    data = _as_utf8(data)
    if (
        data.count(b"{") + data.count(b"[") > MOST_OBJECTS
        or data.count(b'"message"') > MOST_MESSAGES
    ):
        raise ReportError("it holds too many results")
    try:
        log = SarifLog.model_validate_json(data)
    except ValidationError as wrong:
        first: Any = wrong.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        problem = f"{place}: {first['msg']}" if place else str(first["msg"])
        raise ReportError(f"it is no SARIF 2.1.0 ({truncate.line(problem, 200)})") from None
    if not log.runs:
        raise ReportError("it holds no run of a tool")
    return join([_read_run(run) for run in log.runs])


def _as_utf8(data: bytes) -> bytes:
    """Return a report in UTF-8 without a byte order mark; Windows' tools write other encodings."""
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError:
        raise ReportError(
            f"its bytes are no text in {encoding}: let the tool write it in UTF-8"
        ) from None


def join(reports: Sequence[SarifReport]) -> SarifReport:
    """Return what several reports say together."""
    return SarifReport(
        tuple(result for each in reports for result in each.results),
        tuple(problem for each in reports for problem in each.problems),
        tuple(failure for each in reports for failure in each.failures),
        sum(each.suppressed for each in reports),
    )


def _read_run(run: SarifRun) -> SarifReport:
    tool = _clean(run.tool.driver.name, LONGEST_TOOL) or "a tool"
    if run.results is None:
        return SarifReport((), (f"{tool} did not look for problems",))
    unfinished = any(not each.execution_successful for each in run.invocations)
    problems = (f"{tool} did not run to its end",) if unfinished else ()
    failures = (each for call in run.invocations for each in call.failures)
    active = [each for each in run.results if not _is_suppressed(each)]
    rules = {rule.id: rule for rule in _list_rules(run.tool)}
    results = tuple(filter(None, (_read_result(each, tool, run, rules) for each in active)))
    failed = tuple(_read_failure(each, tool, run) for each in islice(failures, MOST_FAILURES))
    return SarifReport(results, problems, failed, len(run.results) - len(active))


def _read_failure(notified: SarifNotification, tool: str, run: SarifRun) -> ToolResult:
    message = _clean(notified.message.text, LONGEST_FAILURE) or "something failed"
    return ToolResult(tool, "", Severity.HIGH, message, _read_places(notified.locations, run))


def _list_rules(tool: SarifTool) -> Iterator[SarifRule]:
    """Yield the rules, those of the driver last: of two with the same id, they apply."""
    for component in (*tool.extensions, tool.driver):
        yield from component.rules


def _is_suppressed(result: SarifResult) -> bool:
    """Return True as SARIF 3.27.23 says: there is a suppression, and nobody has refused it."""
    statuses = {each.status for each in result.suppressions}
    return bool(statuses) and statuses.isdisjoint({"underReview", "rejected"})


def _read_result(
    result: SarifResult, tool: str, run: SarifRun, rules: Mapping[str, SarifRule]
) -> ToolResult | None:
    """Return a result that is a problem; None for what the tool states for information."""
    rule = _find_rule(result, run.tool, rules)
    severity = _choose_severity(result, rule)
    if severity is None or result.kind != "fail" or result.baseline_state == "absent":
        return None
    tags = {tag.casefold() for tag in (*rule.properties.tags, *result.properties.tags)}
    return ToolResult(
        tool,
        _clean(rule.id, LONGEST_RULE),
        severity,
        _choose_message(result.message, rule),
        _read_places(result.locations, run),
        is_security="security" in tags or _read_score(result, rule) is not None,
    )


def _find_rule(result: SarifResult, tool: SarifTool, rules: Mapping[str, SarifRule]) -> SarifRule:
    """Return the rule of a result: by index if it has one, else by id (SARIF 3.27.5 to 3.27.7)."""
    extension = result.rule.tool_component.index
    component = tool.extensions[extension] if 0 <= extension < len(tool.extensions) else tool.driver
    name = result.rule_id or result.rule.id
    index = max(result.rule_index, result.rule.index)
    if 0 <= index < len(component.rules):
        found = component.rules[index]
        # The id of a result may name a part of its rule: "CA1000/1" (3.27.5).
        if not name or name == found.id or name.startswith(f"{found.id}/"):
            return found
    return rules.get(name) or rules.get(name.rpartition("/")[0]) or SarifRule(id=name)


def _choose_severity(result: SarifResult, rule: SarifRule) -> Severity | None:
    """Return the severity by the tool's level, raised to that of its score; None for no problem."""
    severity = _LEVELS[result.level or rule.default_configuration.level]
    score = _read_score(result, rule)
    if severity is None or score is None:
        return severity
    return max(severity, next((grade for least, grade in _SCORES if score >= least), Severity.LOW))


def _read_score(result: SarifResult, rule: SarifRule) -> float | None:
    """Return the rule's `security-severity`, which tools write for GitHub, from 0 to 10."""
    given = result.properties.score
    text = str(rule.properties.score if given is None else given)
    return float(text) if re.fullmatch(r"\d{1,2}(\.\d{1,3})?", text) else None


def _choose_message(message: SarifMessage, rule: SarifRule) -> str:
    """Return the text of a message, or that of the rule with the arguments put in (3.11.5)."""
    given = rule.message_strings.get(message.id, SarifText()).text
    # Each placeholder once: what an argument holds is no placeholder.
    text = message.text or re.sub(
        r"\{(\d{1,2})\}", lambda found: _take(message.arguments, int(found[1])), given[:10_000]
    )
    text = text or rule.short_description.text or rule.name
    return truncate.shorten(invisible.show(text).strip(), LONGEST_MESSAGE)


def _take(arguments: tuple[str, ...], at: int) -> str:
    return arguments[at] if at < len(arguments) else ""


def _clean(text: str, longest: int) -> str:
    return truncate.line(invisible.show(text), longest)


def _read_places(locations: Sequence[SarifLocation], run: SarifRun) -> tuple[ToolPlace, ...]:
    places = (_read_place(each.physical_location, run) for each in locations[:MOST_PLACES])
    return tuple(each for each in places if each.path)


def _read_place(physical: SarifPhysical, run: SarifRun) -> ToolPlace:
    start = physical.region.start_line or 0
    end = max(physical.region.end_line or start, start)
    return ToolPlace(_find_path(physical.artifact_location, run), start, end)


def _find_path(location: SarifArtifact, run: SarifRun) -> str:
    """Return the path of a location: of the machine with a slash, else relative; "" for none."""
    if not location.uri and 0 <= location.index < len(run.artifacts):
        location = run.artifacts[location.index].location
    path = _read_uri(location.uri)
    for _ in range(_DEEPEST_BASE):
        base = run.original_uri_base_ids.get(location.uri_base_id)
        if not path or path.startswith("/") or base is None:
            break
        start = _read_uri(base.uri)
        path = f"{start.rstrip('/')}/{path}" if start else path
        location = base.model_copy(update={"uri": location.uri})
    path = normpath(path) if path else ""
    return "" if path in {"", ".", ".."} or path.startswith("../") else path


def _read_uri(uri: str) -> str:
    """Return the path in a URI; "" for one that leads to no file."""
    path = unquote(uri.replace("\\", "/"))
    if path[: len(_FILE)].casefold() == _FILE:
        path = path[len(_FILE) :]
        host, slash, rest = path.removeprefix("//").partition("/")
        path = f"{slash}{rest}" if path.startswith("//") and host in {"", "localhost"} else path
    elif _SCHEME.match(path):
        return ""
    return f"/{path}" if _DRIVE.match(path) else path
