"""Renames that change what runs or what is reviewed are findings of their own."""

import pytest

from reviewer.changes import renames
from reviewer.changes.default_excludes import find_reason_by_path
from reviewer.changes.without_lines.unshown import Unreviewable
from reviewer.finding import Finding, Origin
from reviewer.review.result import Status
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
        ("docs/x.txt", "bin/run", "A rename makes a file run"),
        ("docs/x", "scripts/deploy", "A rename makes a file run"),
        ("a.sample", ".githooks/pre-push", "A rename makes a file run"),
        ("a.txt", ".pre-commit-config.yaml", "A rename makes a file run"),
        ("src/a.js", "src/__snapshots__/a.js", "A rename makes a file run"),
        ("a.txt", "src/app.test.js.snap", "A rename makes a file run"),
        ("tests/x.py", "tests/test_x.py", "A rename makes a file run"),
        ("lib/a.py", "lib/__init__.py", "A rename makes a file run"),
        ("lib/a.py", "sitecustomize.py", "A rename makes a file run"),
        ("a.txt", "requirements-dev.txt", "A rename makes a file run"),
        ("a.json", "a/tsup.config.ts", "A rename makes a file run"),
        ("a.md", "AGENTS.md", "A rename makes a file run"),
        ("scripts/a.py", "setup.py", "A rename makes a file run"),
        ("conftest.py", "setup.py", "A rename makes a file run"),
        ("x.txt", "MAKEFILE", "A rename makes a file run"),
        ("a/x.txt", "a/x.py", "A rename makes a file code of another language"),
        ("a/x.txt", "a/x.sh", "A rename makes a file code of another language"),
        ("a/x.py.disabled", "a/x.py", "A rename makes a file code of another language"),
        ("a/x", "a/x.js", "A rename makes a file code of another language"),
        ("a/x.js", "a/x.php", "A rename makes a file code of another language"),
        ("vendor/a.go", "src/a.go", "A rename brings in a file that was not reviewed"),
        ("a/package-lock.json", "a/data.json", "A rename brings in a file that was not reviewed"),
        ("src/Auth.py", "src/auth.py", "A rename changes the letter case only"),
        ("src/a.py", "SRC/a.py", "A rename changes the letter case only"),
        ("tests/test_x.py", "tests/x.py", "A rename takes a file away from what runs it"),
        ("conftest.py", "old_conftest.py", "A rename takes a file away from what runs it"),
        (".husky/pre-commit", "docs/pre-commit", "A rename takes a file away from what runs it"),
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
    mild = ("letter case", "takes a file away")
    wanted = Severity.LOW if any(each in title for each in mild) else Severity.MEDIUM
    wanted = Severity.HIGH if new.startswith(".github/workflows/") else wanted
    assert finding.severity is wanted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, ".github/workflows/x.yml"),
        ("a.py", "b.py"),
        (".github/workflows/a.yml", ".github/workflows/b.yml"),
        (".github/actions/a/x.js", ".github/actions/b/x.js"),
        ("vendor/a.go", "vendor/b.go"),
        ("a.js", "a.ts"),
        ("a.md", "docs/a.txt"),
        ("a.py", "a.txt"),
        ("scripts/a", "scripts/b"),
        ("a/conftest.py", "b/conftest.py"),
        ("Makefile", "GNUmakefile"),
        ("src/a.py", "src/tools.py"),
        ("src/useAuth.ts", "src/hooks/useAuth.ts"),
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
