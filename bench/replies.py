"""What the mock model replies: findings in given files, in each program's own format.

A prompt is recognised by its words, not by its sender. PR-Agent reads YAML, of which JSON is a
part. Nothing of a reply depends on chance.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.loopback.model import Body, shown_files

_ADDED_LINE = re.compile(r"^ *\d+ \+ (.*\S.*)$", re.MULTILINE)
_PART = re.compile(r"\nFile \d+ of \d+, ")
_FINDING = re.compile(r"^(?:Finding (?=\d+,))?(\d+)(?:,|\. \w+, [\w-]+, lines) ", re.MULTILINE)
# How the version that figures are compared with introduced the one file of a prompt.
_EARLIER_FILE = re.compile(
    r"^The changed file (?:under review|whose findings).*:\n<<\w+\n(.*)\n", re.MULTILINE
)
_PEER_FILE = re.compile(r"^## File: '(Lib/.*?)'$", re.MULTILINE)
_PEER_LINE = re.compile(r"^(\d+) \+", re.MULTILINE)
_PEER_SUGGESTION = re.compile(r"^suggestion \d+: \{'relevant_file': '(.*?)'", re.MULTILINE)
_WHY = "With an empty list the first access fails, and the caller gets an IndexError instead."


def messages(body: Body) -> list[str]:
    """Return the texts of a chat's messages, each with its parts joined."""
    return [_text(message.get("content") or "") for message in body["messages"]]


def _text(content: str | list[dict[str, str]]) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def is_verification(body: Body) -> bool:
    """Return True if a prompt of ours asks to verify findings."""
    return "argue against each of them" in messages(body)[-1]


def is_whole(body: Body) -> bool:
    """Return True if a prompt asks for what needs two files to see."""
    return "Report only findings that need two files to see" in messages(body)[-1]


def is_peer(body: Body) -> bool:
    """Return True for a prompt of PR-Agent's."""
    return "(BaseModel)" in messages(body)[0]


def reviewed_files(body: Body) -> list[str]:
    """Return the paths of the files whose changes a prompt shows."""
    text = "\n".join(messages(body))
    if is_peer(body):
        return _PEER_FILE.findall(text)
    return shown_files({"messages": [{"content": text}]}) or _EARLIER_FILE.findall(text)


@dataclass(frozen=True, slots=True)
class Replies:
    """Finds a problem in each of the files of `defective`, and keeps it when it is verified."""

    defective: frozenset[str]

    def __call__(self, body: Body) -> str:
        """Return the text of a reply."""
        if is_peer(body):
            return json.dumps(self._peer(body), indent=1)
        if is_verification(body):
            return json.dumps({"verdicts": list(_verdicts(messages(body)[-1]))})
        text = messages(body)[-1]
        if earlier := _EARLIER_FILE.search(text):
            return json.dumps(self._section(earlier[1], text))
        if _is_overview(body):
            return json.dumps(_overview())
        shown = () if is_whole(body) else self._sections(body)
        return json.dumps({**_overview(), "files": list(shown)})

    def _sections(self, body: Body) -> Iterator[dict[str, object]]:
        parts = _PART.split("\n".join(messages(body)))[1:]
        for path, part in zip(reviewed_files(body), parts, strict=False):
            yield self._section(path, part)

    def _section(self, path: str, text: str) -> dict[str, object]:
        lines: list[str] = _ADDED_LINE.findall(text)
        found = [_finding(path, max(lines, key=len))] if lines else []
        rows = found if path in self.defective else []
        return {"path": path, "summary": f"Changes {path}.", "findings": rows}

    def _peer(self, body: Body) -> dict[str, object]:
        asked, text = messages(body)[0], "\n".join(messages(body))
        paths = [path for path in reviewed_files(body) if path in self.defective]
        lines = _peer_lines(text)
        if "suggestion_score" in asked:
            suggested = _PEER_SUGGESTION.findall(text)
            return {"code_suggestions": [_peer_score(path, lines[path]) for path in suggested]}
        if "key_issues_to_review" in asked:
            return {"review": _peer_review({path: lines[path] for path in paths})}
        # A change that is too long for one request has one for its headers, and more for its files.
        if "files walkthrough" in asked or "PR description headers" in asked:
            return _peer_description(reviewed_files(body))
        return {"code_suggestions": [_peer_suggestion(path) for path in paths]}


def _peer_lines(text: str) -> dict[str, int]:
    """Return the first added line of each file that a prompt of PR-Agent's shows with numbers."""
    parts = _PEER_FILE.split(text)[1:]
    found = {
        path: _PEER_LINE.search(part) for path, part in zip(parts[::2], parts[1::2], strict=True)
    }
    return {path: int(line[1]) if line else 1 for path, line in found.items()}


def _is_overview(body: Body) -> bool:
    wanted = body.get("response_format", {}).get("json_schema", {})
    return bool(wanted.get("name") == "overview")


def _overview() -> dict[str, object]:
    text = "Brings the modules to the next version. Locks and caches are the larger part."
    return {"overview": text, "major_changes": ["Locks are taken where threads share a pipe."]}


def _finding(path: str, quote: str) -> dict[str, object]:
    return {
        "reasoning": "The list may be empty, and nothing before this line checks that.",
        "quote": quote,
        "start_line": 1,
        "end_line": 1,
        "severity": "high",
        "confidence": "high",
        "category": "logic",
        "title": f"Fails for an empty list in {path}",
        "body": _WHY,
        "suggestion": None,
        "rule": "",
    }


def _verdicts(text: str) -> Iterator[dict[str, object]]:
    for number in _FINDING.findall(text):
        kept = {"verdict": "keep", "ground": "none", "severity": "high", "same_as": 0}
        yield {"finding": int(number), "evidence": _WHY, **kept, "reason": "It is so."}


def _peer_review(lines: dict[str, int]) -> dict[str, object]:
    found = {"issue_header": "Possible Bug", "issue_content": _WHY}
    issues = [
        {"relevant_file": path, **found, "start_line": line, "end_line": line}
        for path, line in lines.items()
    ]
    return {
        "estimated_effort_to_review_[1-5]": 3,
        "relevant_tests": "No",
        "key_issues_to_review": issues,
        "security_concerns": "No",
    }


def _peer_description(paths: list[str]) -> dict[str, object]:
    files = [
        {
            "filename": path,
            "changes_summary": "- Takes a lock",
            "changes_title": "Brings the module to the next version",
            "label": "enhancement",
        }
        for path in paths
    ]
    title = {"title": "Bring modules to the next version", "changes_diagram": ""}
    return {"type": ["Enhancement"], "description": "- Takes locks", **title, "pr_files": files}


def _peer_suggestion(path: str) -> dict[str, object]:
    return {
        "relevant_file": path,
        "language": "python",
        "existing_code": "import os",
        "suggestion_content": _WHY,
        "improved_code": "import os  # checked",
        "one_sentence_summary": f"Check for an empty list in {path}",
        "label": "possible issue",
    }


def _peer_score(path: str, line: int) -> dict[str, object]:
    lines = {"relevant_lines_start": line, "relevant_lines_end": line}
    summary = f"Check for an empty list in {path}"
    score = {"suggestion_score": 8, "why": _WHY}
    return {"suggestion_summary": summary, "relevant_file": path, **lines, **score}
