"""Reads the inputs of a review from the command line and from variables of the environment."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from reviewer.config.workflow.inputs import DECLARATIONS, OPENAI, Inputs
from reviewer.errors import InputError

# Inputs that people set by a variable; the first that is set applies.
_COMMON = {
    "api-key": ("CODE_REVIEW_API_KEY",),
    "base-url": ("CODE_REVIEW_BASE_URL",),
    "model": ("CODE_REVIEW_MODEL",),
    "github-token": ("GITHUB_TOKEN", "GH_TOKEN", "CODE_REVIEW_GITHUB_TOKEN"),
}
_OURS = {each.name: (f"CODE_REVIEW_{each.field.upper()}",) for each in DECLARATIONS} | _COMMON
# What OpenAI's own libraries read, so many people have them already.
_OPENAIS = {
    "api-key": ("OPENAI_API_KEY",),
    "base-url": ("OPENAI_BASE_URL",),
    "model": ("OPENAI_MODEL",),
}
_LISTS = frozenset(each.name for each in DECLARATIONS if each.kind.many)
_SECRETS = frozenset(each.name for each in DECLARATIONS if each.kind.secret)
# Values of a list that replace all others.
_NOTHING = frozenset({"", "never", "none"})
# An API key is for one address, so the two come from one place.
_PAIR = ("api-key", "base-url")


def load_inputs(given: Sequence[str], environ: Mapping[str, str]) -> Inputs:
    """Return the inputs of `--input NAME=VALUE`, then of CODE_REVIEW_*, then of OPENAI_*.

    OPENAI_API_KEY is only ever sent to OPENAI_BASE_URL, or to OpenAI without one. So neither of
    them applies if the command line or CODE_REVIEW_* names a key or another address. Raises
    InputError for an input that cannot be used.
    """
    _check_repeated(given)
    chosen = _choose(given, environ)
    return Inputs.load({f"INPUT_{name.upper()}": value for name, (value, _) in chosen.items()})


def find_sources(given: Sequence[str], environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return what sets each input here, by its name: a variable, or "--input" with the name.

    Inputs that have a variable and are not set have that one.
    """
    valid = [text for text in given if "=" in text]
    chosen = {name: source for name, (_, source) in _choose(valid, environ).items()}
    return {name: variables[0] for name, variables in _COMMON.items()} | chosen


def suggest_input(option: str, value: str) -> str:
    """Return the words that set an input which was written as an option, "" for the name of none.

    The value of a secret is not repeated.
    """
    name = _spell(option.removeprefix("--"))
    if name not in _OURS:
        return ""
    given = value if value.isprintable() and name not in _SECRETS else ""
    return f"--input {shlex.quote(f'{name}={given}') if given else f'{name}=...'}"


def _choose(given: Sequence[str], environ: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """Return the value of each input that is set, and what sets it."""
    chosen = dict(_read_variables(_OURS, environ))
    chosen |= {name: (value, f"--input {name}") for name, value in map(_split, given)}
    openais = dict(_read_variables(_OPENAIS, environ))
    if chosen.keys().isdisjoint(_PAIR) or _find_address(chosen) == _find_address(openais):
        return openais | chosen
    return chosen


def require_key(inputs: Inputs, environ: Mapping[str, str]) -> None:
    """Raise InputError if the model server needs an API key and there is none."""
    if not inputs.needs_key:
        return
    unused = environ.get("OPENAI_API_KEY")
    raise InputError(
        "There is no API key for the model server.",
        cause="OPENAI_API_KEY is sent to the address in OPENAI_BASE_URL alone, and base-url is "
        "another one."
        if unused
        else "",
        remedy="Set it with `export CODE_REVIEW_API_KEY=...`. For a server of your own that needs "
        "none, set its address: `export CODE_REVIEW_BASE_URL=http://localhost:8080/v1`.",
    )


def require_token(inputs: Inputs) -> None:
    """Raise InputError if there is no GitHub token."""
    if not inputs.github_token:
        raise InputError(
            "There is no GitHub token to read the pull request with.",
            remedy="Set it with `export GITHUB_TOKEN=...`; `gh auth token` prints one.",
        )


def _read_variables(
    variables: Mapping[str, Sequence[str]], environ: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the name of each input with its value and its variable."""
    for name, candidates in variables.items():
        if variable := next(filter(environ.get, candidates), None):
            yield name, (environ[variable], variable)


def _split(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if found:
        return _spell(name), value
    name, _, value = text.partition(":")
    meant, is_secret = _spell(name), _spell(name) in _SECRETS
    remedy = "Write, for example, `--input effort=high`."
    if meant in _OURS:
        remedy = f"Write `--input {meant}={('' if is_secret else value.strip()) or '...'}`."
    raise InputError(f"--input {f'{name}:...' if is_secret else text} has no value.", remedy=remedy)


def _spell(name: str) -> str:
    """Return the name of an input as it is declared; Python and JSON have underscores in it."""
    return name.strip().lower().replace("_", "-")


def _check_repeated(given: Sequence[str]) -> None:
    """Raise InputError for a list that is given in parts, because the last would replace them.

    Of other inputs the last one applies, as with other commands.
    """
    parts: dict[str, dict[str, None]] = {}
    for name, value in map(_split, given):
        parts.setdefault(name, {})[value.strip()] = None
    for name, values in parts.items():
        if name in _LISTS and len(values) > 1 and [*values][-1].lower() not in _NOTHING:
            whole = f"{name}={','.join(filter(None, values))}"
            raise InputError(
                f"--input {name} is given more than once, and it is one list.",
                remedy=f"Write `--input {shlex.quote(whole)}`." if whole.isprintable() else "",
            )


def _find_address(chosen: Mapping[str, tuple[str, str]]) -> str:
    """Return the address that a key beside it is for; an empty input is the default."""
    address, _ = chosen.get("base-url", ("", ""))
    return (address or OPENAI).rstrip("/")
