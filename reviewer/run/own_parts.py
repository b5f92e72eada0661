"""Reads the repository's own templates at the base commit, and adds them to the settings."""

from collections.abc import Iterable
from dataclasses import replace

from reviewer.config import template_parts
from reviewer.config.settings import Settings
from reviewer.errors import ConfigError, ForgeError
from reviewer.ports import Forge
from reviewer.pull_request import TreeListing

_DOCS = "docs/templates.md names the templates and their values."


def add(settings: Settings, forge: Forge, folder: str, base_sha: str) -> Settings:
    """Return the settings with the templates in a folder of the base commit.

    Raises ConfigError if the folder has none, or one that cannot be used.
    """
    start = f"{folder.strip('/')}/"
    found = ((path, forge.content(path, base_sha)) for path in _list(forge, start, base_sha))
    texts = {path: text for path, text in found if text is not None}
    if not texts:
        raise ConfigError(
            f"The folder {folder} has no template at the base commit.",
            cause="The input `templates` names another folder, or its files are not merged yet.",
            remedy=_DOCS,
        )
    problems = [template_parts.check(path, text) for path, text in texts.items()]
    if wrong := [str(problem) for problem in problems if problem]:
        raise ConfigError(
            f"A template at the base commit cannot be used: {'; '.join(wrong[:3])}.",
            remedy=f"Check it with `code-review config check --templates {folder}`. {_DOCS}",
        )
    return _put(settings, {path.removeprefix(start): text for path, text in texts.items()}.items())


def _list(forge: Forge, start: str, base_sha: str) -> list[str]:
    """Return the paths of the templates; where the forge lists not all, those that may exist."""
    try:
        listed = forge.list_tree(base_sha)
    except ForgeError:
        listed = TreeListing((), complete=False)
    if listed.complete:
        return [path for path in listed.paths if _belongs(path, start)]
    return [f"{start}{name}" for name in template_parts.NAMES]


def _belongs(path: str, start: str) -> bool:
    """Return True for a template right below the folder; other files may be there too."""
    name = path.removeprefix(start)
    return path.startswith(start) and "/" not in name and name.endswith(template_parts.SUFFIX)


def _put(settings: Settings, texts: Iterable[tuple[str, bytes]]) -> Settings:
    parts = tuple((name, text.decode()) for name, text in sorted(texts))
    asked = tuple(part for part in parts if template_parts.is_in_prompt(part[0]))
    shown = tuple(part for part in parts if not template_parts.is_in_prompt(part[0]))
    return replace(settings, prompt_parts=asked, comment_parts=shown)
