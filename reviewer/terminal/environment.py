"""Reads the inputs of a review from the command line and from variables of the environment."""

from collections.abc import Iterator, Mapping, Sequence

from reviewer.config.workflow.inputs import OPENAI, Inputs
from reviewer.errors import InputError

# Inputs, and the variables that set them; the first that is set applies.
_OURS = {
    "api-key": ("CODE_REVIEW_API_KEY",),
    "base-url": ("CODE_REVIEW_BASE_URL",),
    "model": ("CODE_REVIEW_MODEL",),
    "github-token": ("GITHUB_TOKEN", "GH_TOKEN"),
}
# What OpenAI's own libraries read, so many people have them already.
_OPENAIS = {
    "api-key": ("OPENAI_API_KEY",),
    "base-url": ("OPENAI_BASE_URL",),
    "model": ("OPENAI_MODEL",),
}
# An API key is for one address, so the two come from one place.
_PAIR = ("api-key", "base-url")
HINT = (
    "In a terminal, CODE_REVIEW_API_KEY, CODE_REVIEW_BASE_URL and CODE_REVIEW_MODEL set api-key, "
    "base-url and model, GITHUB_TOKEN sets github-token, and `--input NAME=VALUE` sets any input."
)
"""How the inputs that an error names are set here."""


def load_inputs(given: Sequence[str], environ: Mapping[str, str]) -> Inputs:
    """Return the inputs of `--input NAME=VALUE`, then of CODE_REVIEW_*, then of OPENAI_*.

    OPENAI_API_KEY is only ever sent to OPENAI_BASE_URL, or to OpenAI without one. So neither of
    them applies if the command line or CODE_REVIEW_* names a key or another address. Raises
    InputError for an input that cannot be used.
    """
    chosen = dict(_read_variables(_OURS, environ)) | dict(map(_split, given))
    openais = dict(_read_variables(_OPENAIS, environ))
    if chosen.keys().isdisjoint(_PAIR) or _find_address(chosen) == _find_address(openais):
        chosen = openais | chosen
    return Inputs.load({f"INPUT_{name.upper()}": value for name, value in chosen.items()})


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
) -> Iterator[tuple[str, str]]:
    for name, candidates in variables.items():
        if value := next(filter(None, map(environ.get, candidates)), None):
            yield name, value


def _split(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        name, colon, value = text.partition(":")
        meant = f"{name.strip()}={value.strip()}" if colon and name and value else "effort=high"
        remedy = f"Write{'' if colon else ', for example,'} `--input {meant}`."
        raise InputError(f"--input {text} has no value.", remedy=remedy)
    # Python and JSON spell names with underscores.
    return name.strip().lower().replace("_", "-"), value


def _find_address(chosen: Mapping[str, str]) -> str:
    """Return the address that a key beside it is for; an empty input is the default."""
    return (chosen.get("base-url") or OPENAI).rstrip("/")
