"""What a review depends on beside the commits."""

import hashlib

from reviewer.config.inputs import Inputs
from reviewer.config.settings import Settings
from reviewer.llm import prompts


def key(inputs: Inputs, settings: Settings) -> str:
    """Name prompts, models and configuration, as three parts separated by colons."""
    asked = (
        inputs.base_url,
        *inputs.models,
        inputs.temperature,
        inputs.context_window,
        inputs.max_output_tokens,
        inputs.tools.value,
    )
    told = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    return f"{prompts.VERSION}:{told}:{settings.fingerprint}"
