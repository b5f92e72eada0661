"""Makes the client of a run's models, and says what the model server did not have."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future

from reviewer.llm.ask import ModelClient
from reviewer.llm.context_window import ContextWindow
from reviewer.llm.prompts import Prompts
from reviewer.ports import Model
from reviewer.prompt import ToolCall
from reviewer.run.plan import UnaskedModel
from reviewer.run.run import Run


def make_client(
    run: Run,
    models: Future[tuple[Model, ...]] | None,
    run_tool: Callable[[ToolCall], str],
    prompts: Prompts,
    window: ContextWindow,
) -> ModelClient:
    """Return the client; `models` is None if they are made now, and a plan asks none of them."""
    made = _make_models(run, models)
    return ModelClient(
        tuple(model for model in made if model.name in run.inputs.models),
        run.budget,
        run_tool,
        prompts.as_prompt_text,
        window,
        next((model for model in made if model.name == run.inputs.small_model), None),
    )


def _make_models(run: Run, models: Future[tuple[Model, ...]] | None) -> tuple[Model, ...]:
    """Return the models that are asked; a plan asks none, and does not import their client."""
    if run.inputs.plan_only:
        return tuple(map(UnaskedModel, run.inputs.every_model))
    return models.result() if models else run.models()


def make_notes(client: ModelClient) -> tuple[str, ...]:
    """Return what readers of the review should know about the model server."""
    return (
        *_note_names(client.answered_as),
        *_note_refused_tools(client.tools_refusals),
        *_note_missing_small(client),
    )


def _note_names(answered_as: Mapping[str, str]) -> tuple[str, ...]:
    """Return a note about each model that answered by another name than it was asked for."""
    return tuple(f"{asked} was answered by {name}" for asked, name in answered_as.items())


def _note_refused_tools(refusals: Mapping[str, str]) -> tuple[str, ...]:
    """Return a note about the models that got no tools, with the words of the first refusal."""
    if not refusals:
        return ()
    words = next(iter(refusals.values()))
    return (f"{' and '.join(refusals)} got no tools, because the server refused them: {words}",)


def _note_missing_small(client: ModelClient) -> tuple[str, ...]:
    """Return a note if the small model was asked and does not exist."""
    if client.small is None or client.small.name not in client.missing:
        return ()
    return (f"the model server has no small model {client.small.name}, so others took its place",)
