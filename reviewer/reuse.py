"""Whether a review that was made before may stand."""

import hashlib

from reviewer import prompts, publication, state
from reviewer.config import Config
from reviewer.inputs import Inputs
from reviewer.pull_request import Snapshot
from reviewer.state import State


def key(inputs: Inputs, settings: Config) -> str:
    """Name everything but the commits that a review depends on."""
    asked = (
        inputs.base_url,
        *inputs.models,
        inputs.temperature,
        inputs.context_window,
        inputs.max_output_tokens,
    )
    told = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    return f"{prompts.VERSION}:{told}:{settings.fingerprint}"


def remembered(snapshot: Snapshot, name: str) -> State | None:
    """Return the whole review of the same commits that the instance's comment holds, if it does."""
    ours = publication.own(snapshot, name)
    known = state.decode(ours[0].body) if ours else None
    pull = snapshot.pull
    if known is None or not known.complete:
        return None
    same = (known.head_sha, known.base_sha) == (pull.head_sha, pull.base_sha)
    return known if same else None
