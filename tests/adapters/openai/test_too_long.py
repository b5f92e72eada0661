"""How servers say that a prompt is too long, and which numbers they name; and what is not that."""

import json
from pathlib import Path

import pytest

from reviewer.errors import ContextTooLongError, ModelError, ModelRefusedError
from tests.adapters.openai.connect import PROMPT, Clock, Connect
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Response, as_json
from tests.loopback.model import LoopbackModel, error

CHAT = "POST /v1/chat/completions"
DATA = Path(__file__).parents[2] / "data"


def plain(status: int, message: str) -> Response:
    return as_json(status, {"object": "error", "message": message, "code": status})


# Whole responses; the sources are those of reviewer/adapters/openai/errors/refusal_texts.py.
REFUSALS = json.loads((DATA / "refusals" / "too_long.json").read_text("utf-8"))


@faults("LL6", "LL23")
@pytest.mark.parametrize("server", REFUSALS)
def test_a_refusal_for_length_is_known_with_its_numbers(
    model: Connect, model_server: LoopbackModel, server: str
) -> None:
    refusal = REFUSALS[server]
    body = refusal["body"]
    response = (
        Response(refusal["status"], body.encode(), "text/html")
        if isinstance(body, str)
        else as_json(refusal["status"], body)
    )
    model_server.fail(CHAT, Instead(response), forever=True)
    with pytest.raises(ContextTooLongError) as refused:
        model(model_server).complete(PROMPT)
    assert (refused.value.limit, refused.value.counted) == (
        refusal["limit"],
        refusal["counted"],
    )
    assert "context-window" in refused.value.remedy
    assert len(model_server.sent(CHAT)) == 1


@faults("LL23")
@pytest.mark.parametrize(
    "limited",
    [
        # https://github.com/elizaOS/eliza/issues/4040
        error(
            429,
            "Rate limit reached for model `llama-3.1-8b-instant` on tokens per minute (TPM): Limit "
            "6000, Used 5034, Requested 1443. Please try again in 4.77s.",
            name="rate_limit_exceeded",
        ),
        # https://github.com/anthropics/claude-code/issues/236
        plain(429, "Too many tokens, please wait before trying again."),
        # The tokens of a minute that the account has not used yet.
        error(
            413, "Request too large for m on tokens per minute (TPM): Limit 6000, Requested 5000"
        ),
    ],
)
def test_a_limit_of_tokens_in_a_time_is_waited_for(
    model: Connect, model_server: LoopbackModel, limited: Response
) -> None:
    clock = Clock()
    model_server.fail(CHAT, Instead(limited))
    model(model_server, clock=clock).complete(PROMPT)
    assert clock.naps
    assert len(model_server.sent(CHAT)) == 2


@faults("LL23")
@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        # https://github.com/minorun365/agent-book/issues/29
        (400, "Too many tokens per day, please wait before trying again.", ModelError),
        # https://github.com/RooCodeInc/Roo-Code/issues/5729
        (400, "max_tokens must be less than or equal to 16384", ModelError),
        (
            401,
            "No access to models whose maximum context length is 8192 tokens.",
            ModelRefusedError,
        ),
    ],
)
def test_other_words_about_tokens_do_not_mean_a_prompt_that_is_too_long(
    model: Connect,
    model_server: LoopbackModel,
    status: int,
    message: str,
    kind: type[ModelError],
) -> None:
    model_server.fail(CHAT, Instead(plain(status, message)), forever=True)
    with pytest.raises(kind) as refused:
        model(model_server).complete(PROMPT)
    assert type(refused.value) is kind


@faults("LL23")
def test_a_number_without_end_is_read_all_the_same(
    model: Connect, model_server: LoopbackModel
) -> None:
    refusal = plain(400, f"The maximum context length is {'9' * 5000} tokens.")
    model_server.fail(CHAT, Instead(refusal))
    with pytest.raises(ContextTooLongError) as refused:
        model(model_server).complete(PROMPT)
    assert refused.value.limit == 999_999_999


@faults("LL23")
def test_what_a_model_wrote_beside_an_error_says_nothing_about_length(
    model: Connect, model_server: LoopbackModel
) -> None:
    choice = {
        "finish_reason": "error",
        "message": {"role": "assistant", "content": "The maximum context length is 9 tokens."},
        "error": {"code": 502, "message": "The provider went away."},
    }
    model_server.fail(CHAT, Instead(as_json(200, {"choices": [choice]})), forever=True)
    with pytest.raises(ModelError) as failed:
        model(model_server).complete(PROMPT)
    assert type(failed.value) is ModelError
