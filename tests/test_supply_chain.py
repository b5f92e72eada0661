"""What the project is built from: pinned, permitted the least, and clean to the linters."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCKERFILES = (ROOT / "Dockerfile", ROOT / "bench" / "plain.Dockerfile")

each_workflow = pytest.mark.parametrize(
    "workflow", WORKFLOWS, ids=[path.name for path in WORKFLOWS]
)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", ("action.yml",)),
        ("vendor.github-workflows", tuple(f".github/workflows/{path.name}" for path in WORKFLOWS)),
        ("vendor.dependabot", (".github/dependabot.yml",)),
    ],
)
def test_what_github_reads_follows_its_schema(schema: str, files: tuple[str, ...]) -> None:
    _expect_clean("check-jsonschema", "--builtin-schema", schema, *files)


def test_zizmor_finds_nothing_in_action_workflows_and_dependabot() -> None:
    _expect_clean("zizmor", "--offline", "--no-progress", "--persona", "pedantic", ".")


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=[path.name for path in DOCKERFILES])
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    _expect_clean("hadolint", str(dockerfile))


@each_workflow
def test_every_action_is_pinned_to_a_commit_and_names_its_version(workflow: Path) -> None:
    used = re.findall(r"^ +(?:- )?uses: +(\S.*)$", workflow.read_text("utf-8"), re.MULTILINE)
    foreign = [action for action in used if not action.startswith("./")]

    assert foreign
    assert [
        action for action in foreign if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action)
    ] == []


@each_workflow
def test_a_workflow_has_no_rights_of_its_own_and_a_limit_in_time(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text("utf-8"))

    assert content["permissions"] == {}
    assert [job for job in content["jobs"].values() if "timeout-minutes" not in job] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_declared_package_by_hash(name: str) -> None:
    lock = (ROOT / name).read_text("utf-8")
    pinned = re.findall(
        r"^([\w.-]+)==\S+(?: ; [^\n]*?)? \\\n    --hash=sha256:", lock, re.MULTILINE
    )
    listed = re.findall(r"^([\w.-]+)", lock, re.MULTILINE)

    assert pinned == listed
    assert _declared() <= set(pinned)


def test_the_image_is_made_from_the_lock_alone() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    installs = re.findall(r"pip install(?:[^\n]*\\\n)*[^\n]*", dockerfile)

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[0]


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in project["dependencies"]
    }


def _expect_clean(tool: str, *arguments: str) -> None:
    finished = subprocess.run(
        [TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
