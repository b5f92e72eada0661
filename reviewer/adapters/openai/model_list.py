"""What a server's list of models says: their names, the day one ends, and its context window."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from reviewer.adapters.openai import wire
from reviewer.errors import ModelNotFoundError
from reviewer.prompt import ListedModel

# What servers call the window, in tokens: vLLM
# (https://github.com/modal-labs/modal-examples/issues/843), Anthropic
# (https://docs.rs/claude-api/0.5.2/claude_api/models), OpenRouter
# (https://github.com/anomalyco/models.dev/issues/2796), Groq
# (https://rdrr.io/cran/tidyllm/man/groq_list_models.html), Mistral
# (https://docs.rs/mistralai-client/0.14.0/src/mistralai_client/v1/model_list.rs.html) and LM Studio
# (https://github.com/zed-industries/zed/issues/33938).
_WINDOWS = (
    "max_model_len",
    "max_input_tokens",
    "context_length",
    "context_window",
    "max_context_length",
    "loaded_context_length",
    # Gemini's own list (https://ai.google.dev/api/models).
    "inputTokenLimit",
)
# llama.cpp's "meta" has the window of the server as n_ctx, and as n_ctx_train what the model could
# take (https://github.com/NousResearch/hermes-agent/pull/78212). OpenRouter's "top_provider" has
# that of the provider that is asked first, which may be smaller than the model's. LiteLLM's
# "model_info" and DeepInfra's "metadata" have it too.
_NESTED = {
    "meta": ("n_ctx",),
    "top_provider": ("context_length",),
    "model_info": ("max_input_tokens",),
    "metadata": ("context_length",),
}
# A number above is not a count of tokens.
_MOST_TOKENS = 100_000_000
_MOST_NAMES = 5_000
_SHOWN_NAMES = 5
# Less than what difflib takes: "sonnet" is in "anthropic/claude-sonnet-4.6".
_LEAST_LIKENESS = 0.3


def find(text: str, model: str) -> ListedModel:
    """Return what `text`, the list as JSON, says of a model.

    A list of one model is about that one, whatever its name: a local server calls it by its file,
    and answers to any name. OpenAI's list has `shutdown_date`, a day or null
    (https://platform.openai.com/docs/api-reference/models/object).
    """
    rows = _read_rows(text)
    named = next((row for row in rows if _is_called(row, model)), None)
    row = named or (rows[0] if len(rows) == 1 else {})
    windows = [size for size in _find_windows(row) if 0 < size <= _MOST_TOKENS]
    ends = row.get("shutdown_date") if named else None
    return ListedModel(
        ends=_parse_day(ends) if isinstance(ends, str) else None,
        context_window=min(windows, default=None),
        names=tuple(filter(None, (wire.clean_name(row.get("id")) for row in rows[:_MOST_NAMES]))),
    )


def lacks(listed: ListedModel, model: str) -> bool:
    """Return True for a list that has other models, and none that answers to this name.

    Ollama lists "llama3:latest" for "llama3", and Gemini "models/gemini" for "gemini".
    """
    return bool(listed.names) and not any(
        model in {name, name.split(":")[0], name.removeprefix("models/")} for name in listed.names
    )


def explain_missing(problem: ModelNotFoundError, model: str, listed: ListedModel) -> None:
    """Add to the error about a model what the server's list says: the names most like its own."""
    names = listed.names
    if model in names:
        problem.cause = "But the server lists it, so it may lack the API that the request used."
        problem.remedy = "Set `api: chat`, or else `api: responses`, and check base-url."
    elif names:
        problem.cause = ""
        problem.remedy = f"{suggest(model, names)}."


def suggest(model: str, names: Sequence[str]) -> str:
    """Return a sentence, without its end, on which of the names in a list to set."""
    # Names that differ in case alone are the nearest.
    spellings: dict[str, list[str]] = {}
    for name in names:
        spellings.setdefault(name.casefold(), []).append(name)
    near = difflib.get_close_matches(model.casefold(), spellings, _SHOWN_NAMES, _LEAST_LIKENESS)
    found = [name for folded in near for name in spellings[folded]]
    chosen = (found or names)[:_SHOWN_NAMES]
    shown = ", ".join(f"`{name}`" for name in chosen)
    others = len(names) - len(chosen)
    more = f", or one of {others:,} others" if others else ""
    return f"Set the input model to a name that the server lists: {shown}{more}"


def _read_rows(text: str) -> list[Mapping[str, object]]:
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return []
    # Together's list has nothing around it:
    # https://docs.together.ai/reference/models-1.
    rows = listed.get("data") if isinstance(listed, dict) else listed
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _is_called(row: Mapping[str, object], model: str) -> bool:
    """Return True for the model's row; Gemini's names have "models/" in front."""
    aliases = row.get("aliases")
    return row.get("id") in {model, f"models/{model}"} or (
        isinstance(aliases, list) and model in aliases
    )


def _find_windows(row: Mapping[str, object]) -> Iterator[int]:
    nested = {name: row.get(name) for name in _NESTED}
    values = [row.get(name) for name in _WINDOWS]
    for name, inside in nested.items():
        if isinstance(inside, dict):
            values += [inside.get(member) for member in _NESTED[name]]
    for value in values:
        if isinstance(value, int) and not isinstance(value, bool):
            yield value


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
