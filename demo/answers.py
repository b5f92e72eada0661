"""Chooses who answers: a model of the user's choice, or the recording of one."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import recorded
from recorded import Replay
from recording import Recorder, sign

KEY, BASE_URL, MODEL = "CODE_REVIEW_API_KEY", "CODE_REVIEW_BASE_URL", "CODE_REVIEW_MODEL"
_INPUTS = {"api-key": KEY, "base-url": BASE_URL, "model": MODEL}
# A person may be the one who answers while a recording is made.
_UNHURRIED = {"timeout": "7200", "concurrency": "16"}


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers: said to people, and as inputs of the action.

    `asked` counts the questions so far, where they can be counted; `missing` names those that no
    recorded answer fits.
    """

    told: str
    inputs: Mapping[str, str]
    asked: Callable[[], int] | None = None
    missing: Sequence[str] = ()


def model_is_named() -> bool:
    """Return True if the environment says which model to ask."""
    return bool(os.environ.get(KEY) or os.environ.get(BASE_URL))


@contextmanager
def of_a_recording() -> Iterator[Answers]:
    """Give the recorded answers; no model is asked."""
    with Replay() as replay:
        told = (
            f"{recorded.signature()}. No model is asked now; set {KEY} or {BASE_URL}, and {MODEL}, "
            "to ask one."
        )
        inputs = {"base-url": replay.base_url, "model": recorded.MODEL, "fallback-model": ""}
        yield Answers(told, inputs, lambda: len(replay.bodies), replay.missing)


@contextmanager
def of_a_model(who: str = "") -> Iterator[Answers]:
    """Ask the model that the environment names; with `who`, keep its answers under that name."""
    inputs = {
        name: os.environ[variable] for name, variable in _INPUTS.items() if os.environ.get(variable)
    }
    model = inputs.get("model", "the action's default model")
    if "base-url" in inputs:
        # The action's default fallback is a model of OpenAI's.
        inputs["fallback-model"] = ""
    told = f"{model} at {inputs.get('base-url', 'OpenAI')}, asked now."
    if not who:
        yield Answers(told, inputs)
        return
    with Recorder(inputs["base-url"]) as recorder:
        inputs |= {**_UNHURRIED, "base-url": recorder.base_url}
        yield Answers(f"{told} Its answers are kept in {recorded.FOLDER}.", inputs)
    sign(who)
