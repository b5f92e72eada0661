import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from reviewer import project
from reviewer.config import settings
from reviewer.config.enums import Inline
from reviewer.config.repository import file_keys
from reviewer.config.workflow import inputs
from reviewer.config.workflow.inputs import Inputs
from reviewer.memory.state import from_review
from reviewer.outputs import step_outputs
from reviewer.review.result import Overview, Review, Withheld
from reviewer.review.spending import Spent
from scripts import generate, input_groups

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
REFERENCE = (ROOT / "docs" / "configuration.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def examples(markdown: str) -> list[str]:
    """Return the YAML blocks of a page."""
    return [block.split("```")[0] for block in markdown.split("```yaml\n")[1:]]


STEPS = [text for text in examples(REFERENCE) if text.startswith("with:")]
FILES = [text for text in examples(REFERENCE) + examples(README) if "$schema=" in text]
KEYS = [line.split("`")[1] for line in REFERENCE.splitlines() if "repository's file: `" in line]


@pytest.mark.parametrize("path", generate.generated(), ids=lambda path: path.name)
def test_what_is_generated_is_current(path: Path) -> None:
    assert path.read_text("utf-8") == generate.generated()[path], "run `make generate`"


def test_the_inputs_are_those_that_the_program_reads() -> None:
    assert {
        name: (entry["default"], entry["description"]) for name, entry in ACTION["inputs"].items()
    } == {
        entry.name: ("" if entry.name == "model" else entry.default, entry.description)
        for entry in inputs.DECLARATIONS
    }


@pytest.mark.parametrize(
    ("base_url", "models"),
    [
        ("", ("gpt-6.1-terra", "gpt-6-luna")),
        ("https://eu.api.openai.com/v1", ("gpt-6.1-terra", "gpt-6-luna")),
        # A name that nobody wrote is none that another server has.
        ("https://models.example.com/v1", ()),
    ],
)
def test_the_default_models_are_those_of_openai(base_url: str, models: tuple[str, ...]) -> None:
    """The runner passes every default of action.yml, as if somebody had written it."""
    passed = {f"INPUT_{name.upper()}": entry["default"] for name, entry in ACTION["inputs"].items()}
    passed["INPUT_GITHUB-TOKEN"] = "t"
    given = passed | ({"INPUT_BASE-URL": base_url} if base_url else {})
    assert Inputs.load(given).models == models


def test_the_outputs_are_those_that_the_program_sets() -> None:
    review = Review("", "", Overview(), (), (), Withheld(), Spent())
    assert list(ACTION["outputs"]) == list(
        step_outputs.make_outputs(from_review(review), None, Spent())
    )


def test_the_action_runs_in_its_container_with_the_workflow_s_token() -> None:
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}
    assert ACTION["inputs"]["github-token"]["default"] == "${{ github.token }}"


def test_action_yml_has_what_the_marketplace_asks_for() -> None:
    # GitHub's limits; the icons are a list in the schema that the next test reads.
    colours = {
        "white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark",
    }  # fmt: skip
    assert ACTION["branding"]["color"] in colours
    assert ACTION["branding"]["icon"]
    assert 0 < len(ACTION["description"]) <= 125
    assert "GitHub" not in ACTION["name"]


@pytest.mark.process
def test_action_yml_has_the_shape_that_github_asks_for() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
    done = subprocess.run([*check, ROOT / "action.yml"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("text", STEPS)
def test_an_example_of_an_input_can_be_used(text: str) -> None:
    # BaseLoader, because the runner passes every value as text.
    given = yaml.load(text, Loader=yaml.BaseLoader)["with"]
    environ = {
        f"INPUT_{name.upper()}": "secret" if value.startswith("${{") else value
        for name, value in given.items()
    }
    assert Inputs.load(environ) != Inputs() or given in examples_without_default()


def examples_without_default() -> list[dict[str, str]]:
    """Return the examples that write down the default, for want of something better."""
    return [{entry.name: entry.default} for entry in inputs.DECLARATIONS]


def test_every_input_has_an_example() -> None:
    shown = [next(iter(yaml.safe_load(text)["with"])) for text in STEPS]
    assert sorted(shown) == sorted(entry.name for entry in inputs.DECLARATIONS)


def test_every_group_of_inputs_names_inputs_that_exist_and_each_once() -> None:
    listed = [name for names in input_groups.GROUPS.values() for name in names]
    assert len(listed) == len(set(listed))
    assert {*listed, *input_groups.IN_README} <= {entry.name for entry in inputs.DECLARATIONS}


def test_an_input_that_no_group_names_is_listed_with_the_others() -> None:
    grouped = input_groups.group(("model", "colour"))
    assert grouped == {"The model server": ("model",), input_groups.OTHERS: ("colour",)}


@pytest.mark.process
def test_another_owner_has_to_be_named_in_one_place_only(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    left_out = shutil.ignore_patterns(
        ".git", ".venv*", "data", "contracts", "build", "__pycache__", ".*_cache"
    )
    shutil.copytree(ROOT, copy, ignore=left_out)
    named = copy / "reviewer" / "project.py"
    named.write_text(named.read_text("utf-8").replace(project.HOME, MOVED), "utf-8")
    generated = [sys.executable, str(copy / "scripts" / "generate.py")]
    environ = {name: each for name, each in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(generated, check=True, env=environ, cwd=copy)

    pages = [*copy.glob("*.md"), *copy.glob("docs/*.md"), *copy.glob("examples/*.yml")]
    texts = [path.read_text("utf-8") for path in (*pages, copy / "action.yml")]
    texts += [path.read_text("utf-8") for path in (copy / "schema").iterdir()]
    assert any("uses: mona/code-review-action@" in text for text in texts)
    assert [text for text in texts if f"{project.REPOSITORY}@" in text] == []
    assert [text for text in texts if f"/{project.REPOSITORY}" in text] == []


def test_the_program_names_the_owner_in_one_module() -> None:
    naming = [
        path.name
        for path in (ROOT / "reviewer").rglob("*.py")
        if project.REPOSITORY in path.read_text("utf-8")
    ]
    assert naming == ["project.py"]


MOVED = "https://github.com/mona/code-review-action"


@pytest.mark.parametrize("text", [*FILES, *KEYS])
def test_an_example_of_the_repository_s_file_can_be_used(text: str) -> None:
    loose = Inputs(
        max_files=3_000,
        max_file_lines=100_000,
        max_findings=200,
        max_visible=200,
        review_drafts=True,
        inline=Inline.ALL,
        suggestions=True,
    )
    assert settings.load(loose, text).notes == ()


def test_every_key_of_the_repository_s_file_has_an_example() -> None:
    whole = next(text for text in FILES if "fail-on" in text)
    assert set(yaml.safe_load(whole)) == set(file_keys.KEYS)
    alone = {next(iter(yaml.safe_load(text))) for text in KEYS}
    assert alone == set(file_keys.KEYS) - {"path-instructions"}
