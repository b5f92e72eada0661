"""Writes the files that a repository needs for the action, and says what to do next."""

import os
import re
from importlib import resources
from pathlib import Path

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.config.repository.strict_yaml import PATH
from reviewer.errors import ForgeError, InputError
from reviewer.terminal import settings_file
from reviewer.text import invisible

WORKFLOW = ".github/workflows/code-review.yml"
_SECRET = re.compile(r"^ +api-key: \$\{\{ secrets\.(\w+) }}", re.MULTILINE)
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
    written = []
    if used := _find_workflow(root):
        print(f"Left alone: {used} runs the action already.")
    elif _create(root, WORKFLOW, workflow):
        written.append(WORKFLOW)
    if _create(root, PATH, settings_file.render()):
        written.append(PATH)
    # The reader is in `folder`, perhaps below the root.
    shown = [os.path.relpath(root / name, Path(folder).resolve()) for name in written]
    print(_explain(workflow, shown, _find_branch(repository)))
    return 0


def workflow_text() -> str:
    """Return the workflow, which is examples/review.yml of the project."""
    return resources.files(__package__).joinpath("workflow.yml").read_text("utf-8")


def _find_workflow(root: Path) -> str:
    """Return the name of a workflow that uses the action, "" if there is none."""
    for path in sorted((root / WORKFLOW).parent.glob("*.y*ml")):
        try:
            if path.is_file() and _USES.search(path.read_text("utf-8", errors="replace")):
                return invisible.show(str(path.relative_to(root)))
        except OSError:
            continue
    return ""


def _create(root: Path, name: str, text: str) -> bool:
    """Write a new file and say so; return False if there is one already."""
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


def _explain(workflow: str, written: list[str], branch: str) -> str:
    found = _SECRET.search(workflow)
    secret = found[1] if found else "OPENAI_API_KEY"
    first = (
        f"Store the API key of the model server as the secret {secret} of the repository:\n"
        f"     gh secret set {secret}\n"
        "   Without gh: on GitHub, Settings > Secrets and variables > Actions.\n"
        f"   For another server than OpenAI's, set base-url and model in {WORKFLOW}."
    )
    steps = [first]
    if written:
        files = " ".join(written)
        steps.append(
            f"Commit the files and bring them to {branch}:\n"
            f"     git add {files}\n"
            '     git commit -m "Review pull requests"\n'
            "     git push",
        )
    steps.append("Open a pull request: its review is a comment there after a minute or two.")
    listed = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return f"\nNext:\n{listed}"
