"""Checks the settings, learnings and templates of a repository, as a run does after their merge."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.adapters.files.git_runs import decode, run_git
from reviewer.changes import unmatched_patterns
from reviewer.config import settings as config
from reviewer.config.config_error import ConfigError
from reviewer.config.mistakes import glob_mistakes
from reviewer.config.repository import file_places, learnings_file, yaml_lines
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.learnings import Learning
from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.settings import Settings
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import ForgeError
from reviewer.terminal import init


def check(file: str, templates: str) -> int:
    """Print what is worth a note, and return the exit code.

    `file` is one with settings or learnings, "" for both of the repository; `templates` is their
    folder, "" for none. Raises ConfigError for what is invalid.
    """
    root = _find_root()
    path = Path(file) if file else root / PATH
    learnings = path if path.name == Path(LEARNINGS_FILE).name else root / LEARNINGS_FILE
    checks_learnings = learnings == path or (not file and learnings.exists())
    if templates:
        _check_templates(Path(templates), root)
    learned = _check_learnings(learnings) if checks_learnings else ()
    reads_settings = learnings != path
    if reads_settings:
        _check_place(root, path)
    is_there = reads_settings and (bool(file) or path.exists())
    settings = config.load(Inputs(), read(path) if is_there else None)
    # The inputs of the workflow are not known here.
    overruled = (f"if the workflow does not set this input, {each}." for each in settings.notes)
    doubtful = (*overruled, *_find_doubtful(settings, root)) if is_there else ()
    unmatched = unmatched_patterns.find(replace(settings, learnings=learned), _list_files(root))
    for note in (*doubtful, *unmatched):
        print(f"note: {note}")
    if is_there:
        print(f"{path} can be used. It applies once it is on the base branch.")
    elif reads_settings:
        print(f"There is no {PATH}, so the defaults apply. `code-review init` writes one.")
    return 0


def _list_files(root: Path) -> tuple[str, ...]:
    """Return the files that a commit of everything here would have, none without a repository."""
    listing = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    try:
        return tuple(filter(None, decode(run_git(str(root), *listing)).split("\0")))
    except ForgeError:
        return ()


def _find_doubtful(settings: Settings, root: Path) -> Iterator[str]:
    """Yield notes about what has no effect, and may be what is meant all the same."""
    patterns = settings.repository_globs.exclude
    if patterns and glob_mistakes.only_take_back(patterns):
        meant = yaml_lines.explain_exceptions("exclude", patterns)
        yield f"`exclude` has only patterns with `!`, so it excludes nothing.{meant}"
    if not init.find_workflow(root):
        yield (
            "no workflow of this repository uses the action. If none of another repository reviews "
            "it either, `code-review init` writes one."
        )


def read(path: Path) -> bytes:
    """Return the bytes of a file; raises ConfigError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as missing:
        raise ConfigError(f"{path} cannot be read: {missing.strerror}.") from missing


def _find_root() -> Path:
    """Return the root of the repository, or this folder if it is in none."""
    try:
        return Path(LocalRepository.find(os.curdir).folder)
    except ForgeError:
        return Path()


def _check_learnings(path: Path) -> tuple[Learning, ...]:
    found = learnings_file.parse(read(path))
    count = len(found)
    print(f"{path}: {count} {'learning' if count == 1 else 'learnings'} can be used.")
    return found


def _check_place(root: Path, path: Path) -> None:
    """Raise ConfigError for a settings file in a place where people put it by mistake."""
    exists = os.path.lexists(root / PATH)
    # The folder without links on its way, as the root is.
    shown = os.path.relpath(path.parent.resolve() / path.name, root.resolve()).replace(os.sep, "/")
    if shown in file_places.MISPLACED and os.path.lexists(path):
        raise file_places.refuse(shown, exists=exists)
    found = [each for each in file_places.MISPLACED if os.path.lexists(root / each)]
    for note in file_places.check(found, exists=exists):
        print(f"note: {note}")
    if shown != PATH:
        print(f"note: a run reads {PATH} only.")


def _check_templates(folder: Path, root: Path) -> None:
    """Try each template with sample values; raises TemplatesError if one cannot be used."""
    # jinja2, imported here, is needed for templates alone.
    from reviewer.config import template_parts

    if not folder.is_dir():
        elsewhere = os.path.relpath(root.resolve() / folder)
        raise template_parts.TemplatesError(
            f"There is no folder {folder} here.",
            cause="Its path is relative to the current folder.",
            remedy=f"Write `--templates {elsewhere}`." if Path(elsewhere).is_dir() else "",
        )
    paths = [each for each in sorted(folder.glob("*")) if template_parts.belongs(each.name, "")]
    found = [template_parts.check(each.as_posix(), read(each)) for each in paths]
    if problems := [str(each) for each in found if each]:
        raise template_parts.TemplatesError("\n".join(problems))
    if not paths:
        names = ", ".join(template_parts.NAMES)
        raise template_parts.TemplatesError(f"{folder} has no template. It can have: {names}")
    print(f"{folder}: {len(paths)} template{'s' * (len(paths) > 1)} can be used.")
