"""Finds renames that change what runs or what is reviewed; they may change no line at all."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer.changes.diff import FileChange
from reviewer.finding import Finding
from reviewer.severity import Severity

_WORKFLOWS = ".github/workflows/"
_ACTIONS = ".github/actions/"
# Names and folders by which a program finds a file and runs it, or reads from it what to run.
_RUN_BY_NAME = re.compile(
    r"(.*/)?("
    r"conftest\.py|setup\.py|sitecustomize\.py|usercustomize\.py|[^/]+\.pth|noxfile\.py|tox\.ini"
    r"|[Mm]akefile|GNUmakefile|(Docker|Container)file([.-][^/]+)?|[^/]+\.[Dd]ockerfile"
    r"|(docker-)?compose\.ya?ml|[Jj]ustfile|[Rr]akefile|Jenkinsfile|build\.rs|build\.gradle(\.kts)?"
    r"|package\.json|\.npmrc|\.yarnrc(\.yml)?|\.pnp\.[cm]js|\.pnpmfile\.c?js|binding\.gyp"
    r"|action\.ya?ml|\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml|\.pre-commit-config\.yaml"
    r"|\.envrc|\.bazelrc|Cargo\.toml|(\.husky|\.githooks|\.circleci|\.buildkite|\.devcontainer"
    r"|\.vscode)/.+)"
)


@dataclass(frozen=True, slots=True)
class _Text:
    severity: Severity
    title: str
    body: str


_INTO_WORKFLOWS = _Text(
    Severity.HIGH,
    "A file becomes a workflow by a rename",
    "GitHub runs what is in .github/workflows. The file was elsewhere before, where it may have"
    " been reviewed as something that never runs. Read it as a new workflow.",
)
_INTO_ACTIONS = _Text(
    Severity.MEDIUM,
    "A file becomes part of an action by a rename",
    "Workflows run what is in .github/actions. Read the file as a new part of an action.",
)
_OUT_OF_AUTOMATION = _Text(
    Severity.MEDIUM,
    "A workflow or action is switched off by a rename",
    "GitHub no longer finds the file where it was. If it checked something, nothing does now.",
)
_INTO_RUN_BY_NAME = _Text(
    Severity.MEDIUM,
    "A rename makes a file run",
    "Programs look for a file of this name and run it, or what it names. The file had another name"
    " before. Read it as new code.",
)
_INTO_EXCLUDED = _Text(
    Severity.MEDIUM,
    "A rename takes a file out of the review",
    "The file was reviewed at its old path and is not at the new one: {reason}. Later changes of it"
    " are not shown to the model either.",
)


def find(file: FileChange, find_reason: Callable[[str], str]) -> Finding | None:
    """Return the finding about a renamed or copied file, None where the rename changes nothing.

    `find_reason` returns why a path is not reviewed, "" for one that is. The finding is at line 1,
    and quotes both paths as git's diff has them.
    """
    old = file.previous_path
    if old is None or old == file.path:
        return None
    texts = tuple(_find_texts(old, file.path, find_reason))
    return _make_finding(old, file.path, texts) if texts else None


def _find_texts(old: str, new: str, find_reason: Callable[[str], str]) -> Iterator[_Text]:
    """Yield what the rename does, the worst first."""
    if _enters(old, new, _WORKFLOWS):
        yield _INTO_WORKFLOWS
    elif _enters(old, new, _ACTIONS):
        yield _INTO_ACTIONS
    elif _runs_by_name(new, old):
        yield _INTO_RUN_BY_NAME
    if _enters(new, old, _WORKFLOWS) or _enters(new, old, _ACTIONS):
        yield _OUT_OF_AUTOMATION
    if (reason := find_reason(new)) and not find_reason(old):
        text = _INTO_EXCLUDED
        yield _Text(text.severity, text.title, text.body.format(reason=reason))


def _enters(old: str, new: str, folder: str) -> bool:
    return new.startswith(folder) and not old.startswith(folder)


def _runs_by_name(new: str, old: str) -> bool:
    """Whether programs run a file of the new name, and ran none of the old one."""
    return bool(_RUN_BY_NAME.fullmatch(new)) and not _RUN_BY_NAME.fullmatch(old)


def _make_finding(old: str, new: str, texts: tuple[_Text, ...]) -> Finding:
    return Finding.of_rule(
        new,
        1,
        quote=f"rename from {old}\nrename to {new}",
        severity=texts[0].severity,
        title=texts[0].title,
        body="\n\n".join(text.body for text in texts),
    )
