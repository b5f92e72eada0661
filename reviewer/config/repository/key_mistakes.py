"""Says what to write in the repository's file instead of a key that it does not have."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reviewer.config.option_types import OptionType
from reviewer.config.options import suggest
from reviewer.config.repository import other_reviewers, value_mistakes, yaml_lines
from reviewer.config.repository.other_reviewers import Advice
from reviewer.config.workflow import input_mistakes, inputs

_INPUTS = {declared.name: declared for declared in inputs.DECLARATIONS}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def as_kebab(key: str) -> str:
    """Return a key in the spelling of the file: "maxFiles" and "MAX_FILES" as "max-files"."""
    words = _CAMEL.sub("-", key) if not key.isupper() else key
    return re.sub(r"[\s_]+", "-", words).lower()


def advise_key(key: str, value: object, known: Sequence[str]) -> Advice:
    """Return the cause and the remedy for a key that does not exist."""
    plain = as_kebab(key)
    if plain in known:
        return Advice(f"Did you mean `{plain}`?", _write_line(plain, value))
    # Other tools call some things by names that are like ours, and mean something else.
    if foreign := other_reviewers.advise(plain, value):
        return foreign
    if isinstance(value, Mapping) and (lines := write_known(value, known)):
        return Advice(
            "The settings have no key above them.",
            f"Take the key away, and write at the beginning of a line: {yaml_lines.join(lines)}.",
        )
    listed = f"The keys are {', '.join(known)}."
    if cause := suggest(plain, tuple(known)):
        line = value_mistakes.write_meant(cause.split("`")[1], value)
        return Advice(cause, f"Write `{line}`." if line else listed)
    return Advice("", listed)


def advise_input(name: str, value: object) -> str:
    """Return how to set an input in the workflow; a secret that the file has is not repeated."""
    declared = _INPUTS.get(name)
    if declared and declared.kind.secret:
        return (
            "Remove it here, replace the key if it was committed, store the new one as a secret "
            "of the repository, and write in `with:` of the workflow's step: "
            f"`{name}: ${{{{ secrets.NAME }}}}`."
        )
    line, allowed = yaml_lines.write(name, value), ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if declared and line and not _is_allowed(declared.kind, text):
        meant = input_mistakes.find_lines(name, declared.kind, text)
        line = meant[0] if len(meant) == 1 else ""
        allowed = "" if line else f" It takes {declared.kind.allowed}."
    return f"Move it to `with:` of the workflow's step: `{line or f'{name}: ...'}`.{allowed}"


def _is_allowed(kind: OptionType[Any], text: str) -> bool:
    try:
        kind.parse(text)
    except ValueError:
        return False
    return True


def write_known(value: Mapping[str, object], known: Sequence[str]) -> list[str]:
    """Return lines of the file for the keys of a mapping that are known, in the right spelling."""
    names = [(given, name) for given in value if (name := as_kebab(given)) in known]
    return [value_mistakes.write_meant(name, value[given]) or f"{name}:" for given, name in names]


def _write_line(key: str, value: object) -> str:
    return f"Write `{value_mistakes.write_meant(key, value) or f'{key}:'}`."
