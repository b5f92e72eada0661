from dataclasses import replace

import pytest

from reviewer.changes import selection
from reviewer.changes import selection as scope
from reviewer.changes.diff import ChangedFile, Hunk, Line, LineKind, Unreviewable
from reviewer.config.settings import Globs, Settings
from reviewer.review import FileReport, Status
from tests.faults import faults

DEFAULTS = Settings()


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
    """Say why a path is skipped; "" when it is reviewed."""
    selection = scope.select((changed_file(path),), config)
    assert all(report.status is Status.SKIPPED for report in selection.reports)
    assert len(selection.files) + len(selection.reports) == 1
    return selection.reports[0].reason if selection.reports else ""


def content_reason(file: ChangedFile, config: Settings = DEFAULTS) -> str:
    return "".join(report.reason for report in scope.select((file,), config).reports)


def test_files_are_reviewed_in_the_order_of_the_pull_request() -> None:
    files = (changed_file("b.py"), changed_file("a.py"), changed_file(".github/workflows/ci.yml"))
    assert scope.select(files, DEFAULTS) == scope.Selection(files, ())


@faults("DF1")
def test_a_change_with_nothing_to_review_gives_the_list_of_reasons() -> None:
    files = (
        Unreviewable("gone.py", "deleted", failed=False),
        Unreviewable("moved.py", "renamed without changes", failed=False),
        Unreviewable("lib", "submodule", failed=False),
    )
    assert scope.select(files, DEFAULTS) == scope.Selection(
        (), tuple(FileReport(file.path, Status.SKIPPED, file.reason) for file in files)
    )


@faults("DF2")
def test_a_file_that_could_not_be_read_is_a_failure_with_its_reason() -> None:
    file = Unreviewable("src/pay.py", "GitHub shows no patch", failed=True)
    (report,) = scope.select((file,), DEFAULTS).reports
    assert report == FileReport("src/pay.py", Status.FAILED, "GitHub shows no patch")


@faults("DF2")
def test_a_lock_file_without_a_patch_is_no_failure() -> None:
    file = Unreviewable("web/package-lock.json", "GitHub shows no patch", failed=True)
    (report,) = scope.select((file,), DEFAULTS).reports
    assert report == FileReport("web/package-lock.json", Status.SKIPPED, "lock file")


@faults("DF4")
@pytest.mark.parametrize(
    ("remainder", "name"),
    [(1, "1 further file"), (57, "57 further files"), (2e3, "2,000 further files")],
)
def test_files_that_github_does_not_list_are_a_failure_with_their_number(
    remainder: float, name: str
) -> None:
    selection = scope.select((changed_file("a.py"),), DEFAULTS, int(remainder))
    assert selection.reports == (FileReport(name, Status.FAILED, "GitHub did not list them"),)


@faults("DF4")
@pytest.mark.parametrize("remainder", [0, -3])
def test_nothing_is_said_when_every_file_is_listed(remainder: int) -> None:
    assert scope.select((), DEFAULTS, remainder).reports == ()


@faults("DF5")
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("package-lock.json", "lock file"),
        ("web/yarn.lock", "lock file"),
        ("uv.lock", "lock file"),
        ("go.sum", "lock file"),
        (".terraform.lock.hcl", "lock file"),
        ("vendor/github.com/x/y.go", "vendored"),
        ("web/node_modules/x/index.js", "vendored"),
        ("static/app.min.js", "minified"),
        ("static/app.js.map", "source map"),
        ("tests/__snapshots__/test_a.ambr", "snapshot"),
        ("api/pay.pb.go", "generated"),
        ("api/pay_pb2.py", "generated"),
        ("dist/index.js", "generated"),
        ("docs/logo.png", "binary"),
        ("docs/logo.svg", "image"),
    ],
)
def test_files_that_nobody_writes_by_hand_are_skipped_by_kind(path: str, said: str) -> None:
    assert reason(path) == said


@pytest.mark.parametrize(
    "path",
    [
        "src/lock.py",
        "src/vendor.py",
        "package.json",
        "go.mod",
        "min.js",
        "snapshot.py",
        ".gitignore",
    ],
)
def test_files_that_people_write_are_reviewed(path: str) -> None:
    assert reason(path) == ""


@faults("DF5")
def test_a_line_nobody_types_makes_a_file_generated() -> None:
    file = changed_file("app.js", "short", "x" * 5_000_000)
    said = "line longer than 5,000 characters (minified or generated)"
    assert content_reason(file) == said
    assert content_reason(changed_file("app.js", "x" * selection.LONGEST_LINE)) == ""


@faults("DF5")
def test_a_removed_long_line_does_not_hide_the_file() -> None:
    removed = Line(LineKind.REMOVED, 1, None, "x" * 9_000)
    assert content_reason(ChangedFile("app.js", "modified", (Hunk((removed,)),))) == ""


@faults("DF5")
@pytest.mark.parametrize(
    "marker", ["# @generated by protoc", "// Code generated by x. DO NOT EDIT."]
)
def test_a_new_file_signed_by_a_generator_is_generated(marker: str) -> None:
    assert content_reason(changed_file("x.go", "", marker, status="added")) == "generated"


@faults("DF5")
def test_a_marker_far_below_the_top_says_nothing_about_the_file() -> None:
    assert content_reason(changed_file("x.go", *[""] * 20, "@generated", status="added")) == ""


@faults("DF5")
@pytest.mark.parametrize("kind", [LineKind.CONTEXT, LineKind.REMOVED])
def test_a_marker_that_was_there_before_counts(kind: LineKind) -> None:
    new = 1 if kind is LineKind.CONTEXT else None
    signed = Line(kind, 1, new, "// @generated")
    added = Line(LineKind.ADDED, None, 2, "x")
    file = ChangedFile("x.go", "modified", (Hunk((signed, added)),))
    assert content_reason(file) == "generated"


def test_a_change_cannot_hide_an_old_file_by_adding_a_marker() -> None:
    assert content_reason(changed_file("x.go", "// @generated", "evil()")) == ""


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


@pytest.mark.parametrize("insisting", [globs(exclude=("!dist/",)), globs(exclude=("!dist/**",))])
def test_both_can_insist_on_what_our_own_list_excludes(insisting: Globs) -> None:
    assert reason("dist/index.js", config_with(workflow=insisting)) == ""
    assert reason("dist/index.js", config_with(repository=insisting)) == ""
    file = changed_file("dist/index.js", "// @generated", "x" * 9_000, status="added")
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
    files = tuple(changed_file(path) for path in ("a.py", "b.lock", "c.py", "d.py", "e.py"))
    selection = scope.select(files, config_with(max_files=2))
    assert [file.path for file in selection.files] == ["a.py", "c.py"]
    assert [(report.path, report.reason) for report in selection.reports] == [
        ("b.lock", "lock file"),
        ("d.py", "over max-files (2)"),
        ("e.py", "over max-files (2)"),
    ]


@faults("DF13")
def test_every_one_of_three_thousand_files_is_accounted_for() -> None:
    files = tuple(changed_file(f"src/{n}.{'lock' if n % 7 else 'py'}") for n in range(3_000))
    selection = scope.select(files, DEFAULTS)
    assert len(selection.files) + len(selection.reports) == 3_000
