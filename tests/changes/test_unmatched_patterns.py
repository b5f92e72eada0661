"""A pattern that matches no file of the repository is noticed, if its files are known anyway."""

from dataclasses import replace

from reviewer.changes import unmatched_patterns
from reviewer.config import settings as config
from reviewer.config.repository.learnings import Learning
from reviewer.config.workflow.inputs import Inputs

PATHS = ("src/app.py", "docs/a.md", "README.md")
FILE = "exclude: ['!docs/a.md', 'dist/**']\npath-instructions: [{path: sql/, instructions: a}]\n"


def test_the_note_names_the_patterns_and_where_they_are() -> None:
    settings = config.load(Inputs(include=("src/**", "*.go"), exclude=("vendored/",)), FILE)
    (note,) = unmatched_patterns.find(settings, PATHS)
    assert note == (
        "4 patterns match no file of the repository: `*.go` (include of the workflow), "
        "`vendored/` (exclude of the workflow), `dist/**` (exclude of .github/code-review.yml), "
        "`sql/` (path-instructions of .github/code-review.yml)"
    )


def test_a_note_about_one_pattern_is_in_the_singular() -> None:
    settings = config.load(Inputs(exclude=("a", "*.md")), None)
    (note,) = unmatched_patterns.find(settings, PATHS)
    assert note.startswith("1 pattern matches no file of the repository: `a` (")


def test_of_many_patterns_five_are_named() -> None:
    settings = config.load(Inputs(exclude=tuple("abcdefg")), None)
    (note,) = unmatched_patterns.find(settings, PATHS)
    assert note.startswith("7 patterns match no file")
    assert note.endswith("`e` (exclude of the workflow) and 2 more")


def test_patterns_that_match_are_not_mentioned() -> None:
    settings = config.load(Inputs(exclude=("*.md", "!README.md"), include=("**",)), None)
    assert unmatched_patterns.find(settings, PATHS) == ()


def test_without_a_list_of_files_and_in_a_huge_repository_there_is_no_note() -> None:
    settings = config.load(Inputs(exclude=("a", "b")), None)
    assert unmatched_patterns.find(settings, ()) == ()
    assert unmatched_patterns.find(settings, [f"f{number}" for number in range(250_001)]) == ()


def test_paths_of_learnings_that_match_nothing_are_noted_once() -> None:
    learnings = (
        Learning("Count in cents.", ("src/**", "scr/billing/**", "!docs/a.md")),
        Learning("Round half up.", ("scr/billing/**",)),
        Learning("Check the tenant."),
    )
    settings = replace(config.load(Inputs(), None), learnings=learnings)
    (note,) = unmatched_patterns.find(settings, PATHS)
    assert note == (
        "1 pattern matches no file of the repository: "
        "`scr/billing/**` (paths of .github/code-review-learnings.yml)"
    )
