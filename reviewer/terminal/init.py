"""Writes the files that a repository needs for the action, and says what to do next."""

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from reviewer import __version__, project
from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.config.repository.strict_yaml import PATH
from reviewer.errors import ForgeError, InputError
from reviewer.terminal import settings_file
from reviewer.text import invisible

WORKFLOW = ".github/workflows/code-review.yml"
_COPY = f"{project.HOME}/blob/main/docs/upgrading.md#before-the-first-release"
_EXAMPLE = f"{project.HOME}/blob/main/examples/review.yml"
_SECRET = re.compile(r"\bapi-key: +[\"']?\$\{\{ *secrets\.([A-Za-z0-9_]+) *}}")
_NOT_RELEASED = __version__.startswith("0.")
_CREATE = (
    "This repository has no remote yet. Create one on GitHub:\n"
    "     gh repo create --source=. --private"
)
_ADD = (
    f"{WORKFLOW} does not run the action. Save this workflow beside it, under\n"
    f"   another name, and commit it too:\n     {_EXAMPLE}"
)
# Not behind `#`, which makes a comment of it.
_USES = re.compile(r"^[^#\n]*uses: +\S+/code-review-action@", re.MULTILINE)
_RELEASED = re.compile(rf"^[^#\n]*uses: +[\"']?{re.escape(project.REPOSITORY)}@v", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Workflow:
    """A workflow that runs the action.

    `name` is its path as it is shown, "" if it is still to be added to the repository.
    """

    name: str
    text: str


def write_files(folder: str) -> int:
    """Write workflow and settings at the root of the repository; return the exit code.

    What exists is left alone. Raises ReviewerError if the folder is in no working tree, or a file
    cannot be written.
    """
    repository = LocalRepository.find(folder)
    if not repository.has_files:
        raise InputError(
            "This repository has no working tree to write files in.",
            remedy="Run this in a clone that has one.",
        )
    root = Path(repository.folder)
    used = find_workflow(root)
    if used and used != WORKFLOW:
        print(f"Left alone: {used} runs the action already.")
    else:
        _create(root, WORKFLOW, workflow_text())
    if not _create(root, PATH, settings_file.render()):
        print("`code-review config check` checks it.")
    workflow = _find(root) or _Workflow("", workflow_text())
    # The reader is in `folder`, perhaps below the root.
    left = [name for name in (workflow.name, PATH) if _is_to_be_committed(repository, name)]
    shown = [os.path.relpath(root / name, Path(folder).resolve()) for name in left]
    print(_explain(repository, workflow, shown))
    return 0


def workflow_text() -> str:
    """Return the workflow, which is examples/review.yml of the project."""
    return resources.files(__package__).joinpath("workflow.yml").read_text("utf-8")


def find_workflow(root: Path) -> str:
    """Return the name of a workflow that uses the action, "" if there is none."""
    found = _find(root)
    return found.name if found else ""


def _find(root: Path) -> _Workflow | None:
    for path in sorted((root / WORKFLOW).parent.glob("*.y*ml")):
        try:
            text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
        except OSError:
            continue
        if _USES.search(text):
            return _Workflow(invisible.show(str(path.relative_to(root))), text)
    return None


def _is_to_be_committed(repository: LocalRepository, name: str) -> bool:
    """Return True for a file that no commit has, perhaps from an earlier call of the command."""
    committed = repository.try_to_ask("rev-parse", "--verify", "--quiet", f"HEAD:{name}")
    return Path(repository.folder, name).is_file() and not committed


def _create(root: Path, name: str, text: str) -> bool:
    """Write a new file and say so, or return False and say that there is one already."""
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x" follows no link and overwrites nothing.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        print(f"Left alone: {name} exists already.")
        return False
    except OSError as problem:
        raise InputError(
            f"{name} cannot be written: {problem.strerror}.",
            remedy="Check the rights of the folder and the space on the disk.",
        ) from problem
    print(f"Written: {name}")
    return True


def _find_branch(repository: LocalRepository) -> str:
    try:
        return repository.find_default_branch()[1].removeprefix("origin/")
    except ForgeError:
        return "main"


def _explain(repository: LocalRepository, workflow: _Workflow, to_commit: list[str]) -> str:
    """Return what to do next, step by step; `to_commit` are files from the current folder."""
    has_remote = bool(repository.ask("remote"))
    steps = [] if has_remote else [_CREATE]
    if not workflow.name:
        steps.append(_ADD)
    steps += _find_gaps(workflow)
    if to_commit:
        steps.append(
            f"Commit the files and bring them to {_find_branch(repository)}:\n"
            f"     git add {shlex.join(to_commit)}\n"
            '     git commit -m "Review pull requests"\n'
            f"     git push{'' if has_remote else ' --set-upstream origin HEAD'}",
        )
    steps.append("Open a pull request: its review is a comment there after a minute or two.")
    listed = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return f"\nNext:\n{listed}"


def _find_gaps(workflow: _Workflow) -> Iterator[str]:
    """Yield steps about what the workflow names and may not exist yet: a secret, and a release."""
    place = workflow.name or "that workflow"
    if found := _SECRET.search(workflow.text):
        yield (
            f"Store the API key of the model server as the secret {found[1]} of the repository:\n"
            f"     gh secret set {found[1]}\n"
            "   Without gh: on GitHub, Settings > Secrets and variables > Actions.\n"
            f"   For another server than OpenAI's, set base-url and model in {place}."
        )
    if _NOT_RELEASED and _RELEASED.search(workflow.text):
        yield (
            f"There is no release yet, so {project.REPOSITORY}@v1 does not exist. Make a copy of\n"
            f"   the project, and name it and one of its commits in {place}:\n"
            "     uses: YOU/code-review-action@COMMIT\n"
            f"   {_COPY} says how."
        )
