"""Names of models that a server does not know, in the words of each server."""

import pytest

from reviewer.errors import ModelError, ModelNotFoundError
from tests.adapters.openai.connect import PROMPT, Connect
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Response, as_json
from tests.loopback.model import CHAT, MODEL, MODELS, LoopbackModel, error

POST = f"POST {CHAT}"


def in_litellm(message: str) -> Response:
    body = {"message": message, "type": "None", "param": "None", "code": "400"}
    return as_json(400, {"error": body})


SAID = {
    "OpenAI": error(404, f"The model `{MODEL}` does not exist.", name="model_not_found"),
    "vLLM": as_json(
        404, {"object": "error", "message": f"The model `{MODEL}` does not exist.", "code": 404}
    ),
    "LlamaEdge": Response(
        500, f"The model `{MODEL}` does not exist in the chat graphs.".encode(), "text/plain"
    ),
    "Ollama": error(404, f'model "{MODEL}" not found, try pulling it first', kind="api_error"),
    "Ollama 2": error(404, f"model '{MODEL}' not found", kind="api_error"),
    "DeepSeek": error(400, "Model Not Exist", name="invalid_request_error"),
    "LiteLLM": in_litellm(
        f"/chat/completions: Invalid model name passed in model={MODEL}. Call `/v1/models` to view "
        "available models for your key."
    ),
    "LiteLLM 2": in_litellm(
        "litellm.BadRequestError: LLM Provider NOT provided. Pass in the LLM provider you are "
        f"trying to call. You passed model={MODEL}"
    ),
    "OpenRouter": as_json(400, {"error": {"message": f"{MODEL} is not a valid model ID"}}),
    "OpenRouter 2": as_json(404, {"error": {"message": f"No endpoints found for {MODEL}."}}),
    "Mistral": as_json(
        400,
        {"object": "error", "message": f"Invalid model: {MODEL}", "type": "invalid_model"},
    ),
    "Gemini": as_json(
        404,
        [
            {
                "error": {
                    "code": 404,
                    "message": f"models/{MODEL} is not found for API version v1main",
                }
            }
        ],
    ),
    "Azure": as_json(
        404,
        {
            "error": {
                "code": "DeploymentNotFound",
                "message": "The API deployment for this resource does not exist. If you created it",
            }
        },
    ),
    "a proxy": error(422, f"Model {MODEL} was not found"),
    "a proxy that fails": error(500, f"Unknown model: {MODEL}"),
}


@faults("LL1")
@pytest.mark.parametrize("response", SAID.values(), ids=SAID)
def test_an_unknown_name_is_recognised_whatever_the_status(
    model: Connect, model_server: LoopbackModel, response: Response
) -> None:
    model_server.fail(POST, Instead(response))

    with pytest.raises(ModelNotFoundError) as caught:
        model(model_server).complete(PROMPT)

    assert caught.value.exit_code == 2
    assert len(model_server.sent(POST)) == 1


@pytest.mark.parametrize("status", [400, 404, 422])
def test_words_of_no_known_server_are_about_the_name_if_the_list_lacks_it(
    model: Connect, other_server: LoopbackModel, status: int
) -> None:
    other_server.models = ("acme/coder-small", "acme/coder-large")
    other_server.fail(POST, Instead(error(status, "There is no such model here.")))

    with pytest.raises(ModelNotFoundError) as caught:
        model(other_server, model="coder-small").complete(PROMPT)

    assert "There is no such model here." in caught.value.what
    assert "`acme/coder-small`" in caught.value.remedy


@pytest.mark.parametrize("listed", ["models/coder", "coder:latest", "coder"])
def test_a_name_that_a_listed_one_answers_to_is_not_to_blame(
    model: Connect, other_server: LoopbackModel, listed: str
) -> None:
    other_server.models = (listed, "acme/coder-large")
    other_server.fail(POST, Instead(error(400, "The model had a bad day.")))

    with pytest.raises(ModelError) as caught:
        model(other_server, model="coder").complete(PROMPT)

    assert not isinstance(caught.value, ModelNotFoundError)


@pytest.mark.parametrize(
    "response",
    [
        error(401, f"Key has no access. Model {MODEL} not found"),
        error(400, "The tool `model` was not called."),
        error(400, "Unsupported value in the request."),
        # The rest of the body repeats the prompt.
        as_json(
            400, {"error": {"message": "Bad."}, "input": f"the model `{MODEL}` does not exist"}
        ),
    ],
)
def test_other_refusals_say_nothing_of_the_name(
    model: Connect, model_server: LoopbackModel, response: Response
) -> None:
    model_server.fail(POST, Instead(response))

    with pytest.raises(ModelError) as caught:
        model(model_server).complete(PROMPT)

    assert not isinstance(caught.value, ModelNotFoundError)


def test_the_names_most_like_the_asked_one_are_shown_in_order(
    model: Connect, other_server: LoopbackModel
) -> None:
    other_server.models = ("llama-3.3-70b", "anthropic/claude-sonnet-4.6", "openai/gpt-5", "a", "b")

    with pytest.raises(ModelNotFoundError) as caught:
        model(other_server, model="claude-sonnet-4-6").complete(PROMPT)

    assert caught.value.remedy.startswith(
        "Set the input model to a name that the server lists: `anthropic/claude-sonnet-4.6`"
    )
    assert len(other_server.sent(f"GET {MODELS}")) == 1


def test_of_names_that_are_not_alike_the_first_are_shown_and_the_others_counted(
    model: Connect, other_server: LoopbackModel
) -> None:
    other_server.models = tuple(f"{n}{n}{n}" for n in range(8))

    with pytest.raises(ModelNotFoundError) as caught:
        model(other_server, model="claude").complete(PROMPT)

    assert caught.value.remedy.endswith("`000`, `111`, `222`, `333`, `444`, or one of 3 others.")


def test_a_name_that_the_server_lists_lacks_the_api(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(POST, Instead(Response(404, b"404 page not found", "text/plain")))

    with pytest.raises(ModelNotFoundError) as caught:
        model(model_server).complete(PROMPT)

    assert "the server lists it" in caught.value.cause
    assert "`api: chat`" in caught.value.remedy


def test_names_in_a_list_are_cut_and_shown_on_one_line(
    model: Connect, model_server: LoopbackModel
) -> None:
    rows = [{"id": "evil\n::error::" + "x" * 500}, {"id": 5}, {"id": ""}, {"id": "fine"}]
    model_server.fail(f"GET {MODELS}", Instead(as_json(200, {"data": rows})))
    model_server.fail(POST, Instead(error(404, "No.", name="model_not_found")))

    with pytest.raises(ModelNotFoundError) as caught:
        model(model_server).complete(PROMPT)

    assert caught.value.remedy.isprintable()
    assert len(caught.value.remedy) < 250
    assert "`fine`" in caught.value.remedy
