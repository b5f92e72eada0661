"""What the project is built from: pinned, permitted the least, and clean to the linters."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.faults import faults
from tests.project.tools import ROOT, expect_clean

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples").rglob("*.yml"))
PINNED = ROOT / "container" / "pinned.Dockerfile"
FUZZERS = ROOT / ".clusterfuzzlite" / "Dockerfile"
DOCKERFILES = (ROOT / "Dockerfile", PINNED, ROOT / "bench" / "plain.Dockerfile", FUZZERS)
# Ours is named by its major version in examples: readers choose how much they trust it.
OURS = re.compile(r"(?:\./.*|[\w-]+/code-review-action@v\d+)")
# The image has no terminal, and these would be a fifth of its packages.
ONLY_IN_TERMINALS = ("rich", "markdown-it-py", "mdurl", "pygments")
# Who may do more than read; whatever else is granted fails.
MAY_WRITE = {
    ("codeql.yml", "analyze"): {"security-events"},
    ("release.yml", "build"): {"packages"},
    ("release.yml", "package"): {"id-token"},
    ("release.yml", "publish"): {"packages", "id-token", "attestations"},
    ("release.yml", "tag"): {"contents"},
    ("review.yml", "review"): {"pull-requests"},
    ("scorecard.yml", "scorecard"): {"security-events", "id-token"},
}
# What an environment that a person opens contains: keys, and names that users see.
GUARDED = {
    ("release.yml", "package"),
    ("release.yml", "publish"),
    ("release.yml", "tag"),
    ("review.yml", "review"),
}
FORMS = tuple(
    f".github/ISSUE_TEMPLATE/{path.name}"
    for path in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    if path.name != "config.yml"
)
JOBS = [
    pytest.param(path.name, name, job, id=f"{path.stem}-{name}")
    for path in WORKFLOWS
    for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items()
]
RELEASE = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))

each_workflow = pytest.mark.parametrize(
    "workflow", WORKFLOWS, ids=[path.name for path in WORKFLOWS]
)
each_job = pytest.mark.parametrize(("workflow", "name", "job"), JOBS)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", ("action.yml",)),
        ("vendor.github-workflows", tuple(f".github/workflows/{path.name}" for path in WORKFLOWS)),
        ("vendor.dependabot", (".github/dependabot.yml",)),
        ("vendor.github-issue-config", (".github/ISSUE_TEMPLATE/config.yml",)),
        ("vendor.github-issue-forms", FORMS),
    ],
)
@pytest.mark.process
def test_what_github_reads_follows_its_schema(schema: str, files: tuple[str, ...]) -> None:
    expect_clean("check-jsonschema", "--builtin-schema", schema, *files)


@pytest.mark.process
def test_zizmor_finds_nothing_in_action_workflows_and_dependabot() -> None:
    expect_clean("zizmor", "--offline", "--no-progress", "--persona", "pedantic", ".")


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.process
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    expect_clean("hadolint", str(dockerfile))


@pytest.mark.parametrize("path", [*WORKFLOWS, *EXAMPLES], ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path: Path) -> None:
    used = re.findall(r"^ +(?:- )?uses: +(\S.*)$", path.read_text("utf-8"), re.MULTILINE)
    foreign = [action for action in used if not OURS.match(action)]

    assert used
    assert [
        action for action in foreign if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action)
    ] == []


def test_one_version_of_an_action_is_used_everywhere() -> None:
    texts = "".join(path.read_text("utf-8") for path in WORKFLOWS)
    pins = set(re.findall(r"uses: ([\w-]+/[\w-]+)\S*@(\S+ # \S+)", texts))

    assert len(pins) == len({action for action, _ in pins})


@each_workflow
def test_a_workflow_has_no_rights_of_its_own_and_a_limit_in_time(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text("utf-8"))

    assert content["permissions"] == {}
    assert [job for job in content["jobs"].values() if "timeout-minutes" not in job] == []


@each_workflow
def test_no_workflow_runs_with_rights_for_outside_contributors(workflow: Path) -> None:
    triggers = yaml.safe_load(workflow.read_text("utf-8"))[True]  # YAML reads `on` as true

    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers)


@each_job
def test_a_job_may_write_what_it_is_there_for_and_read_the_rest(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    rights = job["permissions"]

    assert set(rights.values()) <= {"read", "write"}
    written = {scope for scope, access in rights.items() if access == "write"}
    assert written == MAY_WRITE.get((workflow, name), set())


@each_job
def test_jobs_that_a_person_must_approve_have_an_environment(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    assert ("environment" in job) == ((workflow, name) in GUARDED)


@each_job
def test_no_job_keeps_the_token_in_its_checkout_or_uses_a_cache(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    steps = job["steps"]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    text = yaml.safe_dump(job)

    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []
    assert "cache:" not in text
    assert not re.search(r"actions/cache|cache-(?:from|to)|type=gha", text), (workflow, name)


@each_job
def test_no_command_is_put_together_from_an_expression(
    workflow: str, name: str, job: dict[str, Any]
) -> None:
    commands = "".join(step.get("run", "") for step in job["steps"])

    assert "${{" not in commands, (workflow, name)


def test_the_layers_that_a_release_pushes_are_all_zstd() -> None:
    (step,) = [each for each in RELEASE["jobs"]["build"]["steps"] if each.get("id") == "build"]
    (output,) = re.findall(r'--output "(.*)"', step["run"])
    (layers,) = re.findall(r"^layers=(.*)$", step["run"], re.MULTILINE)
    given = dict(option.split("=") for option in layers.split(","))

    assert "$layers" in output.split(",")
    # Clients other than Docker refuse zstd layers that are not OCI's.
    assert given == {
        "compression": "zstd",
        "compression-level": "22",
        "force-compression": "true",
        "oci-mediatypes": "true",
    }


@faults("CO9")
def test_a_tag_waits_for_the_trial_of_both_builds_and_for_the_attestation() -> None:
    jobs = RELEASE["jobs"]
    names = [step.get("name", step.get("uses", "")) for step in jobs["tag"]["steps"]]

    order = ("build", "try", "publish", "tag", "package")
    assert [jobs[name].get("needs") for name in order] == [
        "check",
        "build",
        ["build", "try"],
        "publish",
        "tag",
    ]
    assert not any("if" in job or "continue-on-error" in job for job in jobs.values())
    assert names.index("Verify image, digest and attestations") < names.index("Commit and tag")


@pytest.mark.process
def test_a_release_is_started_by_a_person_on_main_alone() -> None:
    first = RELEASE["jobs"]["check"]["steps"][0]

    assert list(RELEASE[True]) == ["workflow_dispatch"]  # YAML reads `on` as true
    for ref, code in (("refs/heads/main", 0), ("refs/heads/mainly", 1), ("refs/tags/main", 1)):
        command = ["bash", "-e", "-o", "pipefail", "-c", first["run"]]
        done = subprocess.run(command, env={"GITHUB_REF": ref}, check=False)
        assert done.returncode == code


@faults("CO4")
def test_both_architectures_are_built_on_their_own_machines_and_compared_with_one_record() -> None:
    machines = {"amd64": "ubuntu-24.04", "arm64": "ubuntu-24.04-arm"}
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    legs = [RELEASE["jobs"][name]["strategy"]["matrix"]["include"] for name in ("build", "try")]

    assert [{leg["architecture"]: leg["runner"] for leg in each} for each in legs] == [machines] * 2
    assert ci["jobs"]["image"]["strategy"]["matrix"]["runner"] == list(machines.values())
    for job in (ci["jobs"]["image"], RELEASE["jobs"]["try"]):
        assert re.search(
            r"pytest\b.* -m image", "".join(step.get("run", "") for step in job["steps"])
        )


def test_a_release_is_built_from_and_with_images_by_digest() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    (default,) = re.findall(r"^ARG BASE=(.+)$", dockerfile, re.MULTILINE)
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    stages = set(re.findall(r" AS (\w+)$", dockerfile, re.MULTILINE))
    pinned = dict(re.findall(r"^FROM (\S+) AS (\w+)$", PINNED.read_text("utf-8"), re.MULTILINE))

    assert set(pinned.values()) == {"python", "buildkit", "sbom"}
    assert all(re.fullmatch(r"\S+:\S+@sha256:[0-9a-f]{64}", image) for image in pinned)
    assert {image.split("@")[0] for image, name in pinned.items() if name == "python"} == {default}
    assert set(bases) <= {"${BASE}", "scratch"} | stages


@pytest.mark.parametrize(
    ("job", "passed"),
    [("check", 'BASE="$(python3 scripts/release.py image python)"'), ("build", '"BASE=$base"')],
)
def test_a_release_passes_the_pinned_images_to_its_builds(job: str, passed: str) -> None:
    commands = "".join(step.get("run", "") for step in RELEASE["jobs"][job]["steps"])

    assert "release.py image python" in commands
    assert passed in commands


def test_dependabot_moves_actions_and_the_pinned_images() -> None:
    dependabot = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    updated = {
        each["package-ecosystem"]: each.get("directories", each.get("directory"))
        for each in dependabot["updates"]
    }

    assert updated == {
        "github-actions": "/",
        "docker": [f"/{path.parent.name}" for path in (PINNED, FUZZERS)],
    }


@pytest.mark.parametrize(
    ("name", "left_out"), [("requirements.lock", ONLY_IN_TERMINALS), ("requirements-dev.lock", ())]
)
def test_a_lock_pins_every_declared_package_by_hash(name: str, left_out: tuple[str, ...]) -> None:
    assert _declared().difference(left_out) <= _pinned(name)
    assert _pinned(name).isdisjoint(left_out)


def test_the_package_is_built_by_the_uv_of_the_lock() -> None:
    """So `uv build` builds it without a download."""
    (backend,) = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"][
        "requires"
    ]
    lock = (ROOT / "requirements-dev.lock").read_text("utf-8")
    (locked,) = re.findall(r"^uv==(\S+)", lock, re.MULTILINE)

    needed = Requirement(backend)
    assert needed.name == "uv_build"
    assert locked in needed.specifier
    assert "<" in backend, "a later version may build something else"


def test_the_fuzzers_are_built_from_an_image_by_digest_and_from_locks() -> None:
    bases = re.findall(r"^FROM (\S+)", FUZZERS.read_text("utf-8"), re.MULTILINE)
    build = (FUZZERS.parent / "build.sh").read_text("utf-8")

    assert _pinned("requirements-fuzz.lock") == {"atheris"}
    assert all(re.fullmatch(r"\S+@sha256:[0-9a-f]{64}", base) for base in bases)
    assert build.count("pip3 install") == build.count("--require-hashes") == 1


def test_the_server_of_llama_cpp_is_one_wheel_by_hash() -> None:
    lock = (ROOT / "requirements-llama.lock").read_text("utf-8")

    assert _pinned("requirements-llama.lock") == {"xllamacpp"}
    assert re.search(r"--hash=sha256:[0-9a-f]{64}", lock)


def test_the_image_is_made_from_the_lock_alone() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    installs = re.findall(r"pip install(?:[^\n]*\\\n)*[^\n]*", dockerfile)

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[0]


def _pinned(name: str) -> set[str]:
    """Return what a lock names, every single one with its version and hashes."""
    lock = (ROOT / name).read_text("utf-8")
    pinned = re.findall(
        r"^([\w.-]+)==\S+(?: ; [^\n]*?)? \\\n    --hash=sha256:", lock, re.MULTILINE
    )
    assert pinned == re.findall(r"^([\w.-]+)", lock, re.MULTILINE)
    return set(pinned)


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in project["dependencies"]
    }
