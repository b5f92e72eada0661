from collections.abc import Sequence
from dataclasses import replace

import pytest

from reviewer.changes import selection as scope
from reviewer.changes.diff import ChangedFile, FileChange, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.without_lines.contents import Contents
from reviewer.changes.without_lines.unshown import Unreviewable
from reviewer.config.settings import Globs, Settings
from reviewer.review.result import FileReport, Status
from tests import builders
from tests.fakes import FakeForge
from tests.faults import faults

DEFAULTS = Settings()


def select(
    files: Sequence[FileChange], config: Settings = DEFAULTS, remainder: int = 0
) -> scope.Selection:
    contents = Contents(FakeForge(), builders.pull())
    return scope.select(files, config, contents, remainder)


def changed_file(path: str, *texts: str, status: str = "modified") -> ChangedFile:
    lines = (Line(LineKind.ADDED, None, n, text) for n, text in enumerate(texts or ("x",), 1))
    return ChangedFile(path, status, (Hunk(tuple(lines)),))


def config_with(
    *,
    workflow: Globs = DEFAULTS.workflow_globs,
    repository: Globs = DEFAULTS.repository_globs,
    max_files: int = 300,
    max_file_lines: int = 2_000,
) -> Settings:
    return replace(
        DEFAULTS,
        workflow_globs=workflow,
        repository_globs=repository,
        max_files=max_files,
        max_file_lines=max_file_lines,
    )


def globs(*, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> Globs:
    return Globs(include=include, exclude=exclude)


def reason(path: str, config: Settings = DEFAULTS) -> str:
    """Say why a path is skipped or excluded; "" when it is reviewed."""
    selection = select((changed_file(path),), config)
    assert all(report.status in {Status.SKIPPED, Status.EXCLUDED} for report in selection.reports)
    assert len(selection.files) + len(selection.reports) == 1
    return selection.reports[0].reason if selection.reports else ""


def content_reason(file: ChangedFile, config: Settings = DEFAULTS) -> str:
    return "".join(report.reason for report in select((file,), config).reports)


def test_files_are_reviewed_in_the_order_of_the_pull_request() -> None:
    files = (changed_file("b.py"), changed_file("a.py"), changed_file(".github/workflows/ci.yml"))
    assert select(files, DEFAULTS) == scope.Selection(files, ())


@faults("DF1")
def test_a_change_with_nothing_to_review_gives_the_list_of_reasons() -> None:
    files = (
        Unreviewable("gone.py", "deleted", Status.SKIPPED),
        Unreviewable("moved.py", "renamed without changes", Status.SKIPPED),
        Unreviewable("new.py", "empty file", Status.SKIPPED),
    )
    assert select(files, DEFAULTS) == scope.Selection(
        (), tuple(FileReport(file.path, Status.SKIPPED, file.reason) for file in files)
    )


@faults("DF2")
def test_a_file_that_could_not_be_read_is_a_failure_with_its_reason() -> None:
    file = Unreviewable("src/pay.py", "GitHub shows no patch", Status.FAILED)
    (report,) = select((file,), DEFAULTS).reports
    assert report == FileReport("src/pay.py", Status.FAILED, "GitHub shows no patch")


@faults("DF2")
def test_a_lock_file_without_a_patch_is_no_failure() -> None:
    file = Unreviewable("web/package-lock.json", "GitHub shows no patch", Status.FAILED, lines=7)
    (report,) = select((file,), DEFAULTS).reports
    assert report == FileReport(
        "web/package-lock.json", Status.EXCLUDED, "lock file", unread_lines=7
    )


@faults("DF4")
@pytest.mark.parametrize(
    ("remainder", "name"),
    [(1, "1 further file"), (57, "57 further files"), (2e3, "2,000 further files")],
)
def test_files_that_github_does_not_list_are_a_failure_with_their_number(
    remainder: float, name: str
) -> None:
    selection = select((changed_file("a.py"),), DEFAULTS, int(remainder))
    assert selection.reports == (FileReport(name, Status.FAILED, "GitHub did not list them"),)


@faults("DF4")
@pytest.mark.parametrize("remainder", [0, -3])
def test_nothing_is_said_when_every_file_is_listed(remainder: int) -> None:
    assert select((), DEFAULTS, remainder).reports == ()


@pytest.mark.parametrize(
    ("workflow", "repository", "said"),
    [
        (globs(exclude=("docs/",)), globs(), "excluded by the workflow"),
        (globs(), globs(exclude=("docs/",)), "excluded by .github/code-review.yml"),
        (globs(include=("src/",)), globs(), "not included by the workflow"),
        (globs(), globs(include=("src/",)), "not included by .github/code-review.yml"),
        (globs(include=("docs/",)), globs(include=("*.md",)), ""),
        (globs(include=("docs/", "src/")), globs(exclude=("docs/*", "!docs/a.md")), ""),
        (globs(exclude=("*.md",)), globs(exclude=("!docs/a.md",)), "excluded by the workflow"),
        (
            globs(exclude=("!*.md",)),
            globs(exclude=("docs/",)),
            "excluded by .github/code-review.yml",
        ),
        (globs(include=("src/",)), globs(include=("docs/",)), "not included by the workflow"),
    ],
)
def test_the_repository_can_only_narrow_what_the_workflow_allows(
    workflow: Globs, repository: Globs, said: str
) -> None:
    assert reason("docs/a.md", config_with(workflow=workflow, repository=repository)) == said


@pytest.mark.parametrize(
    "insisting", [globs(exclude=("!vendor/",)), globs(exclude=("!vendor/**",))]
)
def test_both_can_insist_on_what_our_own_list_excludes(insisting: Globs) -> None:
    assert reason("vendor/index.js", config_with(workflow=insisting)) == ""
    assert reason("vendor/index.js", config_with(repository=insisting)) == ""
    file = changed_file("vendor/index.js", "x" * 9_000, status="added")
    assert content_reason(file, config_with(repository=insisting)) == ""


def test_including_a_folder_does_not_insist_on_its_lock_files() -> None:
    assert reason("web/yarn.lock", config_with(workflow=globs(include=("web/",)))) == "lock file"


def test_an_excluded_workflow_file_still_has_its_row() -> None:
    path = ".github/workflows/release.yml"
    assert reason(path, config_with(repository=globs(exclude=(".github/",))))


def test_a_file_with_more_changed_lines_than_allowed_is_skipped() -> None:
    config = config_with(max_file_lines=2)
    assert content_reason(changed_file("a.py", "1", "2"), config) == ""
    said = content_reason(changed_file("a.py", "1", "2", "3"), config)
    assert said == "3 changed lines, over max-file-lines (2)"


def test_the_first_files_are_reviewed_and_the_rest_is_named() -> None:
    files = tuple(changed_file(path) for path in ("a.py", "b/uv.lock", "c.py", "d.py", "e.py"))
    selection = select(files, config_with(max_files=2))
    assert [file.path for file in selection.files] == ["a.py", "c.py"]
    assert [(report.path, report.reason) for report in selection.reports] == [
        ("b/uv.lock", "lock file"),
        ("d.py", "over max-files (2)"),
        ("e.py", "over max-files (2)"),
    ]


@faults("DF13")
def test_every_one_of_three_thousand_files_is_accounted_for() -> None:
    files = tuple(changed_file(f"src/{n}/{'uv.lock' if n % 7 else 'a.py'}") for n in range(3_000))
    selection = select(files, DEFAULTS)
    assert len(selection.files) + len(selection.reports) == 3_000
