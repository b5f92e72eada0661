"""The pages that people read: their examples are right, and their links lead somewhere."""

import re
import shutil
from pathlib import Path

import pytest

from reviewer import project
from reviewer.config import settings
from reviewer.config.repository import learnings_file
from reviewer.config.workflow.inputs import DECLARATIONS, Inputs
from reviewer.memory import previous_review
from tests import builders, documented_examples
from tests.project.tools import ROOT, expect_clean

SCHEMA = ROOT / "schema" / "code-review.schema.json"
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))

# Readers choose if they trust a tag of ours; foreign actions are not shown.
# The action decides whose comments are obeyed (test_activity.py), and runs no code of theirs.
ZIZMOR = f"""\
rules:
  unpinned-uses:
    config:
      policies:
        {project.REPOSITORY}: ref-pin
  dangerous-triggers:
    ignore: [comment.yml]
"""


@pytest.fixture
def workflows(tmp_path: Path) -> list[str]:
    """The files of a repository that has all example workflows, those of the pages included."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for example in documented_examples.workflows():
        (folder / f"{example.kind}.yml").write_text(example.text, "utf-8")
    for path in (ROOT / "examples").glob("*.yml"):
        shutil.copy(path, folder / f"example-{path.name}")
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.mark.process
def test_every_example_workflow_follows_githubs_schema(workflows: list[str]) -> None:
    expect_clean("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)


@pytest.mark.process
def test_zizmor_finds_nothing_in_an_example_workflow(workflows: list[str], tmp_path: Path) -> None:
    config = tmp_path / "zizmor.yml"
    config.write_text(ZIZMOR, "utf-8")

    expect_clean("zizmor", "--offline", "--no-progress", "--config", str(config), *workflows)


@pytest.mark.process
def test_every_example_of_the_repositorys_file_follows_its_schema(tmp_path: Path) -> None:
    paths = [
        tmp_path / f"{number}.yml" for number, _ in enumerate(documented_examples.configurations())
    ]
    for path, example in zip(paths, documented_examples.configurations(), strict=True):
        path.write_text(example.text, "utf-8")

    expect_clean("check-jsonschema", "--schemafile", str(SCHEMA), *map(str, paths))


def test_every_example_of_learnings_can_be_used() -> None:
    for example in documented_examples.learnings():
        assert learnings_file.parse(example.text)


@pytest.mark.parametrize("page", documented_examples.PAGES, ids=lambda page: str(page.name))
def test_no_whole_workflow_of_a_page_is_left_unmarked(page: Path) -> None:
    blocks = re.findall(r"^```ya?ml\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    marked = {example.text for example in documented_examples.all_examples()}

    assert [block for block in blocks if "\njobs:" in block and block not in marked] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_known_attack_has_a_row_with_tests_that_exist() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    table = page.partition("<!-- incidents:begin -->")[2].partition("<!-- incidents:end -->")[0]
    rows = re.findall(r"^\| (\d+) \|", table, re.MULTILINE)
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", table)

    assert rows == [str(number) for number in range(1, 33)]
    assert len(named) >= len(rows)
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text("utf-8"), (file, test)


# Where the example of an input is its default.
OTHER_VALUES = {
    "base-url": "http://localhost:8080/v1",
    "model": "gpt-6.1-sol",
    "fallback-model": "gpt-6.1-sol",
    "verify": "off",
}


def test_the_page_lists_each_input_whose_change_has_every_file_reviewed_again() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    rows = re.findall(r"^\| (.*) \| reviews every file \|$", page, re.MULTILINE)
    listed = re.findall(r"`([\w-]+)`", " ".join(rows))
    values = {
        each.name: OTHER_VALUES.get(each.name, each.kind.example)
        for each in DECLARATIONS
        if not each.kind.secret
    }

    changing = [name for name, text in values.items() if _results_key(name, text) != _results_key()]

    assert sorted(changing) == sorted(listed)


def _results_key(name: str = "name", text: str = "default") -> list[str]:
    """Return what of the review key decides if results apply, with one input set."""
    inputs = Inputs.load({f"INPUT_{name.upper()}": text})
    key = previous_review.review_key(inputs, settings.load(inputs, None), builders.pull())
    prompts, models, configuration, _, words = key.split(":")
    return [prompts, models, configuration, words]
