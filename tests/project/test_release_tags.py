"""The release workflow's own commands on a repository of this machine: what becomes of tags."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.faults import faults

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Clone:
    """A checkout of main as the last job of the workflow has it, and the repository behind it."""

    path: Path
    environ: Mapping[str, str]

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def tag(self, version: str, script: str) -> int:
        """Release main with the workflow's own commands; return their exit code."""
        self.git("switch", "--quiet", "--detach", "origin/main")
        (self.path / "action.yml").write_text(f"# runs {version}\n", "utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.path,
            env={**self.environ, "VERSION": version},
            capture_output=True,
            check=False,
        )
        return done.returncode

    def remote(self) -> dict[str, str]:
        """Return what the repository's refs point at."""
        lines = self.git("ls-remote", "origin").splitlines()
        return {name: commit for commit, name in (line.split("\t") for line in lines)}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A repository with one commit on main, and a gh that has nothing to set up."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "gh").write_text("#!/bin/sh\n", "utf-8")
    (programs / "gh").chmod(0o755)
    person = {"NAME": "A Person", "EMAIL": "person@example.com"}
    environ = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    environ |= {f"GIT_AUTHOR_{name}": value for name, value in person.items()}
    environ |= {f"GIT_COMMITTER_{name}": value for name, value in person.items()}
    made = Clone(tmp_path / "clone", environ)
    made.path.mkdir()
    made.git("init", "--quiet", "--initial-branch", "main", "--bare", "../origin.git")
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("remote", "add", "origin", "../origin.git")
    for name in ("action.yml", "Dockerfile"):
        shutil.copy(ROOT / name, made.path)
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "Prepare 1.2.3")
    made.git("push", "--quiet", "origin", "main")
    return made


def tag_script() -> str:
    """Return the commands of the step that makes the tags."""
    steps = WORKFLOW["jobs"]["tag"]["steps"]
    (script,) = (step["run"] for step in steps if step.get("name") == "Commit and tag")
    return str(script)


def test_a_release_is_one_commit_on_main_that_changes_one_file(clone: Clone) -> None:
    main = clone.remote()["refs/heads/main"]

    assert clone.tag("1.2.3", tag_script()) == 0

    refs = clone.remote()
    assert refs["refs/tags/v1.2.3"] == refs["refs/tags/v1"]
    assert refs["refs/heads/main"] == main
    assert clone.git("rev-parse", f"{refs['refs/tags/v1']}^") == main
    assert clone.git("diff", "--name-only", main, refs["refs/tags/v1"]) == "action.yml"


def test_the_major_tag_follows_and_the_versions_stay(clone: Clone) -> None:
    assert clone.tag("1.2.3", tag_script()) == 0
    first = clone.remote()

    assert clone.tag("1.3.0", tag_script()) == 0

    second = clone.remote()
    assert second["refs/tags/v1.2.3"] == first["refs/tags/v1.2.3"]
    assert second["refs/tags/v1"] == second["refs/tags/v1.3.0"] != first["refs/tags/v1"]


@faults("CO9")
def test_a_version_is_never_tagged_twice_and_the_major_tag_does_not_move_alone(
    clone: Clone,
) -> None:
    assert clone.tag("1.2.3", tag_script()) == 0
    released = clone.remote()
    clone.git("switch", "--quiet", "main")
    clone.git("commit", "--quiet", "--allow-empty", "--message", "Something else")
    clone.git("push", "--quiet", "origin", "main")

    assert clone.tag("1.2.3", tag_script()) != 0
    refused = clone.remote()
    # Without --atomic the version is refused as well, but v1 is gone by then.
    assert clone.tag("1.2.3", tag_script().replace(" --atomic", "")) != 0
    torn = clone.remote()

    tags = ("refs/tags/v1.2.3", "refs/tags/v1")
    assert [refused[tag] for tag in tags] == [released[tag] for tag in tags]
    assert torn["refs/tags/v1.2.3"] == released["refs/tags/v1.2.3"]
    assert torn["refs/tags/v1"] != released["refs/tags/v1"]
