"""Writes the files that a repository needs for the action, and says what to do next."""

import os
import re
from importlib import resources
from pathlib import Path

from reviewer import __version__, project
from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.config.repository.strict_yaml import PATH
from reviewer.errors import ForgeError, InputError
from reviewer.terminal import settings_file
from reviewer.text import invisible

WORKFLOW = ".github/workflows/code-review.yml"
_SECRET = re.compile(r"^ +api-key: \$\{\{ secrets\.(\w+) }}", re.MULTILINE)
_NOT_RELEASED = __version__.startswith("0.")
_CREATE = (
    "This repository has no remote yet. Create one on GitHub:\n"
    "     gh repo create --source=. --private"
)
_NAME_A_COMMIT = (
    f"There is no release yet, so {project.REPOSITORY}@v1 does not exist. In {WORKFLOW}, name\n"
    "   your copy of the project and one of its commits:\n"
    "     uses: YOU/code-review-action@COMMIT"
)
_USES = re.compile(r"uses: +\S+/code-review-action@")


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
    workflow = workflow_text()
    used = find_workflow(root)
    if used and used != WORKFLOW:
        print(f"Left alone: {used} runs the action already.")
    else:
        _create(root, WORKFLOW, workflow)
    _create(root, PATH, settings_file.render())
    # The reader is in `folder`, perhaps below the root.
    left = [name for name in (WORKFLOW, PATH) if _is_to_be_committed(repository, name)]
    shown = [os.path.relpath(root / name, Path(folder).resolve()) for name in left]
    print(_explain(repository, workflow, shown))
    return 0


def workflow_text() -> str:
    """Return the workflow, which is examples/review.yml of the project."""
    return resources.files(__package__).joinpath("workflow.yml").read_text("utf-8")


def find_workflow(root: Path) -> str:
    """Return the name of a workflow that uses the action, "" if there is none."""
    for path in sorted((root / WORKFLOW).parent.glob("*.y*ml")):
        try:
            if path.is_file() and _USES.search(path.read_text("utf-8", errors="replace")):
                return invisible.show(str(path.relative_to(root)))
        except OSError:
            continue
    return ""


def _is_to_be_committed(repository: LocalRepository, name: str) -> bool:
    """Return True for a file that no commit has, perhaps from an earlier call of the command."""
    committed = repository.try_to_ask("rev-parse", "--verify", "--quiet", f"HEAD:{name}")
    return Path(repository.folder, name).is_file() and not committed


def _create(root: Path, name: str, text: str) -> None:
    """Write a new file and say so, or that there is one already."""
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x" follows no link and overwrites nothing.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        print(f"Left alone: {name} exists already.")
        return
    except OSError as problem:
        raise InputError(
            f"{name} cannot be written: {problem.strerror}.",
            remedy="Check the rights of the folder and the space on the disk.",
        ) from problem
    print(f"Written: {name}")


def _find_branch(repository: LocalRepository) -> str:
    try:
        return repository.find_default_branch()[1].removeprefix("origin/")
    except ForgeError:
        return "main"


def _explain(repository: LocalRepository, workflow: str, to_commit: list[str]) -> str:
    """Return what to do next, step by step; `to_commit` are files from the current folder."""
    found = _SECRET.search(workflow)
    secret = found[1] if found else "OPENAI_API_KEY"
    first = (
        f"Store the API key of the model server as the secret {secret} of the repository:\n"
        f"     gh secret set {secret}\n"
        "   Without gh: on GitHub, Settings > Secrets and variables > Actions.\n"
        f"   For another server than OpenAI's, set base-url and model in {WORKFLOW}."
    )
    steps = [first]
    has_remote = bool(repository.ask("remote"))
    if not has_remote:
        steps.insert(0, _CREATE)
    if _NOT_RELEASED:
        steps.append(_NAME_A_COMMIT)
    if to_commit:
        files = " ".join(to_commit)
        steps.append(
            f"Commit the files and bring them to {_find_branch(repository)}:\n"
            f"     git add {files}\n"
            '     git commit -m "Review pull requests"\n'
            f"     git push{'' if has_remote else ' --set-upstream origin HEAD'}",
        )
    steps.append("Open a pull request: its review is a comment there after a minute or two.")
    listed = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return f"\nNext:\n{listed}"
