"""Renames that change what runs or what is reviewed are findings of their own."""

import pytest

from reviewer.changes import renames
from reviewer.changes.default_excludes import find_reason_by_path
from reviewer.changes.unshown import Unreviewable
from reviewer.finding import Finding, Origin
from reviewer.review import Status
from reviewer.severity import Severity
from tests.faults import faults


def find(old: str | None, new: str) -> Finding | None:
    file = Unreviewable(new, "renamed without changes", Status.SKIPPED, previous_path=old)
    return renames.find(file, find_reason_by_path)


@faults("HD5")
@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("docs/x.yml", ".github/workflows/x.yml", "A file becomes a workflow by a rename"),
        (".github/x.yml", ".github/workflows/x.yml", "A file becomes a workflow by a rename"),
        ("lib/a.js", ".github/actions/a/index.js", "A file becomes part of an action by a rename"),
        (
            ".github/workflows/x.yml",
            "docs/x.yml",
            "A workflow or action is switched off by a rename",
        ),
        (".github/actions/a/x.js", "a/x.js", "A workflow or action is switched off by a rename"),
        ("src/a.go", "vendor/a.go", "A rename takes a file out of the review"),
        ("src/x.json", "package-lock.json", "A rename takes a file out of the review"),
        ("tests/helper.py", "tests/conftest.py", "A rename makes a file run"),
        ("notes.txt", "Makefile", "A rename makes a file run"),
        ("x.dockerfile.txt", "Dockerfile", "A rename makes a file run"),
        ("a.txt", "lib/evil.pth", "A rename makes a file run"),
        ("a.txt", ".husky/pre-commit", "A rename makes a file run"),
        ("a.json", "web/package.json", "A rename makes a file run"),
    ],
)
def test_a_rename_that_changes_what_runs_or_is_reviewed_is_found(
    old: str, new: str, title: str
) -> None:
    finding = find(old, new)
    assert finding
    assert (finding.title, finding.path, finding.origin) == (title, new, Origin.RULE)
    assert finding.quote == f"rename from {old}\nrename to {new}"
    assert (finding.start_line, finding.end_line, finding.category) == (1, 1, "security")
    wanted = Severity.HIGH if new.startswith(".github/workflows/") else Severity.MEDIUM
    assert finding.severity is wanted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, ".github/workflows/x.yml"),
        ("a.py", "b.py"),
        (".github/workflows/a.yml", ".github/workflows/b.yml"),
        (".github/actions/a/x.js", ".github/actions/b/x.js"),
        ("vendor/a.go", "vendor/b.go"),
        ("vendor/a.go", "src/a.go"),
        ("a/conftest.py", "b/conftest.py"),
        ("Makefile", "GNUmakefile"),
        ("conftest.py", "old_conftest.py"),
    ],
)
def test_other_renames_are_no_finding(old: str | None, new: str) -> None:
    assert find(old, new) is None


@faults("HD5")
def test_a_rename_with_two_effects_is_one_finding() -> None:
    finding = find(".github/workflows/x.yml", "vendor/x.yml")
    assert finding
    assert "no longer finds" in finding.body
    assert "is not at the new one: vendored" in finding.body
