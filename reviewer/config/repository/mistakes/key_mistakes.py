"""Says what to write in the repository's file instead of a key that it does not have."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from reviewer.config.option_types import OptionType
from reviewer.config.options import show, suggest
from reviewer.config.repository import yaml_lines
from reviewer.config.repository.mistakes import other_reviewers, value_mistakes
from reviewer.config.repository.mistakes.other_reviewers import Advice
from reviewer.config.workflow import input_mistakes, inputs

_INPUTS = {declared.name: declared for declared in inputs.DECLARATIONS}
# What other tools call the keys of an entry of `path-instructions`.
_ENTRY_KEYS = {
    **dict.fromkeys(("paths", "glob", "globs", "pattern", "patterns", "file", "files"), "path"),
    **dict.fromkeys(("apply-to", "include", "match"), "path"),
    **dict.fromkeys(
        ("text", "prompt", "rule", "rules", "guidelines", "description"), "instructions"
    ),
}
# How like a key another one must be to be asked for if it does not take the value.
_LIKE = 0.8
_MOST_SHOWN = 5
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
    inner = _write_inner(value, known) if isinstance(value, Mapping) else {}
    lines = list(dict.fromkeys(line for each in inner.values() for line in each))
    # Other tools call some things by names that are like ours, and mean something else.
    if (foreign := other_reviewers.advise(plain, value)) and (foreign.cause or not lines):
        return foreign
    if lines:
        return Advice(
            f"The settings have no key above them{_name_unknown(inner)}.",
            f"Take the key away, and write at the beginning of a line: {yaml_lines.join(lines)}.",
        )
    listed = f"The keys are {', '.join(known)}."
    if cause := suggest(plain, tuple(known)):
        meant = cause.split("`")[1]
        line = value_mistakes.write_meant(meant, value)
        if not line and difflib.SequenceMatcher(None, plain, meant).ratio() < _LIKE:
            return Advice("", listed)
        return Advice(cause, f"Write `{line}`." if line else listed)
    return Advice("", listed)


def advise_entry_key(key: str, value: object, known: Sequence[str]) -> Advice:
    """Return the cause and the remedy for a key that an entry of `path-instructions` lacks."""
    plain, listed = as_kebab(key), f"The keys are {', '.join(known)}."
    meant = _ENTRY_KEYS.get(plain, "")
    cause = f"Here it is called `{meant}`." if meant else suggest(plain, tuple(known))
    if not cause:
        return Advice("", listed)
    meant = meant or cause.split("`")[1]
    texts = value_mistakes.read_globs(value, selects=True) if meant == "path" else (value,)
    several = len(texts or ()) > 1
    line = yaml_lines.write(meant, texts[0]) if texts else ""
    if several and line:
        return Advice(cause, f"Write an entry for each pattern, the first as `- {line}`.")
    return Advice(cause, f"Write `{line or f'{meant}: ...'}`.")


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


def _write_inner(value: Mapping[str, object], known: Sequence[str]) -> dict[str, list[str]]:
    """Return the lines for each key of a mapping; nothing for a mapping without a known key."""
    if not write_known(value, known):
        return {}
    return {
        given: write_known({given: inner}, known)
        or list(other_reviewers.convert(as_kebab(given), inner))
        for given, inner in value.items()
    }


def _name_unknown(inner: Mapping[str, Sequence[str]]) -> str:
    """Return the end of a sentence about keys for which nothing is to be written."""
    unknown = [show(given) for given, lines in inner.items() if not lines]
    if not unknown:
        return ""
    more = (
        f" and {left} other{'s' * (left > 1)}" if (left := len(unknown) - _MOST_SHOWN) > 0 else ""
    )
    keys = f"key{'s' * (len(unknown) > 1)} {', '.join(unknown[:_MOST_SHOWN])}"
    return f", and the file has no {keys}{more}"


def _write_line(key: str, value: object) -> str:
    return f"Write `{value_mistakes.write_meant(key, value) or f'{key}:'}`."
