"""What errors say of refusals whose cure is known: of keys, credit, accounts and addresses."""

import json
from pathlib import Path

import pytest

from reviewer import errors
from reviewer.adapters.openai.errors import addresses
from reviewer.adapters.openai.errors.error_bodies import Refusal
from reviewer.adapters.openai.wire import Options
from reviewer.errors import (
    ContextTooLongError,
    ModelError,
    ModelNotFoundError,
    ModelRefusedError,
    ReplyError,
)
from tests.adapters.openai.connect import PROMPT, Connect
from tests.faults import faults
from tests.loopback.failures import Instead, empty, html, redirect
from tests.loopback.messages import Response, as_json
from tests.loopback.model import CHAT, MODELS, LoopbackModel, ScriptedReply, error

POST = f"POST {CHAT}"
# Whole responses, each with the thread that has it.
REFUSALS = json.loads(
    (Path(__file__).parents[2] / "data" / "refusals" / "explained.json").read_text("utf-8")
)


@faults("LL1", "LL3")
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_with_a_known_cure_ends_the_run_and_names_the_cure(
    model: Connect, model_server: LoopbackModel, name: str
) -> None:
    known = REFUSALS[name]
    model_server.models = (known["model"], "gpt-5-mini")
    model_server.fail(POST, Instead(as_json(known["status"], known["body"])), forever=True)

    with pytest.raises(getattr(errors, known["error"])) as caught:
        model(model_server, model=known["model"]).complete(PROMPT)

    assert type(caught.value) is getattr(errors, known["error"])
    assert caught.value.exit_code == 2
    assert len(model_server.sent(POST)) == 1
    said = str(caught.value)
    assert [text for text in known["says"] if text not in said] == []
    assert [text for text in known["never"] if text in said] == []


@faults("LL1")
@pytest.mark.parametrize("name", ["Gemini, a wrong key", "xAI, a wrong key"])
def test_where_the_key_is_empty_the_error_says_so_whatever_the_status(
    model: Connect, model_server: LoopbackModel, name: str
) -> None:
    known = REFUSALS[name]
    model_server.fail(POST, Instead(as_json(known["status"], known["body"])))

    with pytest.raises(ModelRefusedError, match="The input api-key is empty"):
        model(model_server, api_key="").complete(PROMPT)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (400, "The key `balance` of the schema is not valid."),
        (400, "The credit of a finding is too long."),
        (400, "No endpoint was found in the schema."),
    ],
)
def test_other_words_of_a_refusal_are_only_quoted(
    model: Connect, model_server: LoopbackModel, code: int, message: str
) -> None:
    model_server.fail(POST, Instead(error(code, message)))

    with pytest.raises(ModelError, match="refused the request") as caught:
        model(model_server).complete(PROMPT)

    assert type(caught.value) is ModelError


@faults("LL1")
def test_on_azure_the_list_of_models_says_nothing_of_the_deployments(
    model: Connect, model_server: LoopbackModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", model_server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    model_server.models = ("gpt-4o", "gpt-5")
    model_server.fail(f"POST .*{CHAT}", Instead(error(400, "The model had a bad day.")))
    address = "http://shop.openai.azure.com/v1"

    with pytest.raises(ModelError) as caught:
        model(model_server, base_url=address, model="ours").complete(PROMPT)

    assert not isinstance(caught.value, ModelNotFoundError)
    assert model_server.sent(f"GET .*{MODELS}") == []


# LM Studio: https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618
def nothing_at(path: str) -> Instead:
    return Instead(as_json(200, {"error": f"Unexpected endpoint or method. (POST {path})"}))


@faults("LL1")
def test_a_server_without_an_api_at_base_url_gets_one_request_and_the_error_the_right_address(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail("POST ", nothing_at("/chat/completions"), forever=True)

    with pytest.raises(ModelRefusedError) as caught:
        model(model_server, base_url=model_server.url).complete(PROMPT)

    assert caught.value.exit_code == 2
    assert caught.value.cause == "base-url lacks its path."
    assert caught.value.remedy == f"Write `base-url: {model_server.base_url}`."
    assert len(model_server.sent("POST ")) == 1


@faults("LL1")
def test_a_server_whose_address_is_right_lacks_the_api(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail("POST ", nothing_at("/v1/responses"), forever=True)

    with pytest.raises(ModelRefusedError, match="no API at this address") as caught:
        model(model_server, responses=True).complete(PROMPT)

    assert "`api: chat`" in caught.value.remedy
    assert len(model_server.sent("POST ")) == 1


@faults("LL1")
@pytest.mark.parametrize("page", [{"detail": "Not Found"}, {}])
def test_a_server_with_nothing_at_base_url_and_no_list_gets_the_address_with_its_path(
    model: Connect, model_server: LoopbackModel, page: dict[str, str]
) -> None:
    model_server.fail("(POST|GET) ", Instead(as_json(404, page)), forever=True)

    with pytest.raises(ModelRefusedError, match="no API at this address") as caught:
        model(model_server, base_url=model_server.url).complete(PROMPT)

    assert caught.value.remedy == f"Write `base-url: {model_server.base_url}`."


NOT_TAKEN = Instead(error(405, "Method Not Allowed"))
CHECK = "Check base-url, which usually ends in /v1."


@faults("LL1")
@pytest.mark.parametrize(
    ("path", "responses", "refused", "remedy"),
    [
        ("", False, NOT_TAKEN, "Write `base-url: http://"),
        ("", False, html("<title>405 Not Allowed</title>", code=405), "Write `base-url: http://"),
        ("/v1beta/openai", False, NOT_TAKEN, CHECK),
        ("/api/v3", False, NOT_TAKEN, CHECK),
        ("/api/v0", False, nothing_at("/api/v0/chat/completions"), CHECK),
        ("/v1", False, NOT_TAKEN, CHECK),
        ("/v1", True, NOT_TAKEN, "Set `api: chat`, and check base-url."),
    ],
)
def test_a_method_that_the_address_does_not_take_shows_that_it_is_no_api(
    model: Connect,
    model_server: LoopbackModel,
    path: str,
    refused: Instead,
    remedy: str,
    *,
    responses: bool,
) -> None:
    model_server.fail("POST ", refused)

    with pytest.raises(ModelRefusedError, match="no API at this address") as caught:
        model(model_server, base_url=f"{model_server.url}{path}", responses=responses).complete(
            PROMPT
        )

    assert caught.value.exit_code == 2
    assert caught.value.remedy.startswith(remedy)


@faults("LL1")
@pytest.mark.parametrize("responses", [False, True])
def test_a_page_about_the_method_is_one_of_a_proxy(
    model: Connect, model_server: LoopbackModel, *, responses: bool
) -> None:
    model_server.fail("POST ", html("<title>405 Not Allowed</title>", code=405))

    with pytest.raises(ModelRefusedError, match="A web page answered") as caught:
        model(model_server, responses=responses).complete(PROMPT)

    assert caught.value.remedy == "Ask those who run the network for access to 127.0.0.1."


@faults("LL10")
@pytest.mark.parametrize(
    ("location", "remedy"),
    [
        ("https://models.test/v1/chat/completions", "Write `base-url: https://models.test/v1`, if"),
        ("https://models.test/v1", "Write `base-url: https://models.test/v1`, if"),
        ("/llm/v1/chat/completions", "/llm/v1`, if"),
        ("https://login.test/oauth2?next=/v1/chat/completions", "Ask those who run the server"),
        ("https://login.test/", "Ask those who run the server"),
        ("https://key@models.test/v1", "Ask those who run the server"),
        ("https://models.test/::error::/v1", "Ask those who run the server"),
        ("", "Ask those who run the server"),
        ("http://[::1/v1", "Ask those who run the server"),
        # The same address, perhaps with a slash.
        ("/v1/chat/completions/", "Ask those who run the server"),
        ("completions/", "Ask those who run the server"),
        ("http://models.test/v1", "Ask those who run the server"),
        # Other hosts that no server on the internet should lead to.
        ("http://169.254.169.254/v1", "Ask those who run the server"),
        ("https://169.254.169.254/v1", "Ask those who run the server"),
        ("https://2852039166/v1", "Ask those who run the server"),
        ("https://0xA9FEA9FE/v1", "Ask those who run the server"),
        ("https://10.0.0.7/v1", "Ask those who run the server"),
        ("https://localhost/v1", "Ask those who run the server"),
        ("https://metadata.google.internal/v1", "Ask those who run the server"),
        ("https://metadata.goog/v1", "Ask those who run the server"),
    ],
)
def test_a_redirect_to_an_api_names_its_address_and_one_to_a_page_does_not(
    model: Connect, model_server: LoopbackModel, location: str, remedy: str
) -> None:
    model_server.fail(POST, redirect(location))

    with pytest.raises(ModelRefusedError, match="redirects") as caught:
        model(model_server).complete(PROMPT)

    assert remedy in caught.value.remedy


@faults("LL10")
@pytest.mark.parametrize(
    ("base_url", "path", "location", "meant"),
    [
        ("https://h.test/v1", "/chat/completions", "http://h.test/v1", ""),
        ("https://h.test/v1", "/chat/completions", "https://h.test:443/v1/chat/completions/", ""),
        ("https://h.test/v1", "/chat/completions", "https://H.test/v1", ""),
        ("https://h.test/v1", "/responses", "responses/", ""),
        ("https://h.test/v1", "/chat/completions", "/api/v1", "https://h.test/api/v1"),
        ("http://h.test/v1", "/chat/completions", "https://h.test/v1", "https://h.test/v1"),
        (
            "http://10.0.0.7:80/v1",
            "/chat/completions",
            "http://10.0.0.7:8000/v1",
            "http://10.0.0.7:8000/v1",
        ),
    ],
)
def test_a_redirect_offers_no_plain_http_and_no_address_that_is_there_already(
    base_url: str, path: str, location: str, meant: str
) -> None:
    refusal = Refusal(
        status=308,
        code="",
        parameter="",
        text="",
        message="Moved",
        location=location,
        wait=None,
        base_url=base_url,
        path=path,
    )

    said = addresses.redirect_error(refusal).remedy

    assert ("Ask those who run" in said) == (not meant)
    assert f"`base-url: {meant}`" in said or not meant


@faults("LL1")
@pytest.mark.parametrize(
    "refusal",
    [
        Instead(Response(400, b"Client sent an HTTP request to an HTTPS server.\n", "text/plain")),
        html("<title>400 The plain HTTP request was sent to HTTPS port</title>", code=400),
    ],
)
def test_a_server_that_wants_https_is_named_with_https(
    model: Connect, model_server: LoopbackModel, refusal: Instead
) -> None:
    model_server.fail(POST, refusal)

    with pytest.raises(ModelRefusedError) as caught:
        model(model_server).complete(PROMPT)

    right = model_server.base_url.replace("http://", "https://")
    assert caught.value.remedy == f"Write `base-url: {right}`."


@faults("LL1")
@pytest.mark.parametrize("status", [400, 404])
def test_a_server_without_a_loaded_model_is_no_matter_of_the_name(
    model: Connect, model_server: LoopbackModel, status: int
) -> None:
    said = "No models loaded. Please load a model in the developer page or use `lms load`."
    model_server.fail(POST, Instead(as_json(status, {"error": said})))

    with pytest.raises(ModelNotFoundError) as caught:
        model(model_server).complete(PROMPT)

    assert caught.value.cause == "The server runs, and no model is loaded in it."
    assert caught.value.remedy == "Load scripted there, then run again."


@faults("LL4")
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_loading_its_model_is_asked_again(
    model: Connect, model_server: LoopbackModel, status: int
) -> None:
    said = "No model is currently loaded; loading now"
    model_server.fail(POST, Instead(error(status, said)))

    model(model_server).complete(PROMPT)

    assert len(model_server.sent(POST)) == 2


@pytest.mark.parametrize("responses", [False, True])
def test_a_number_that_the_server_does_not_take_names_the_input_that_sets_it(
    model: Connect, model_server: LoopbackModel, *, responses: bool
) -> None:
    said = "max_tokens is too large: 100000. This model supports at most 16384 completion tokens."
    model_server.fail("POST ", Instead(error(400, said)))
    options = Options(max_output_tokens=100_000)

    with pytest.raises(ModelError) as caught:
        model(model_server, options=options, responses=responses).complete(PROMPT)

    assert caught.value.remedy.startswith("The input max-output-tokens sets this.")


@pytest.mark.parametrize("responses", [False, True])
@pytest.mark.parametrize(
    "said",
    [
        "The temperature sensor code is flagged.",
        # As vLLM says it.
        "max_tokens must be at least 1, got -42.",
        "This has nothing to do with reasoning effort.",
    ],
)
def test_an_input_that_nobody_has_set_is_not_blamed(
    model: Connect, model_server: LoopbackModel, said: str, *, responses: bool
) -> None:
    model_server.fail("POST ", Instead(error(400, said)))

    with pytest.raises(ModelError) as caught:
        model(model_server, responses=responses).complete(PROMPT)

    assert caught.value.remedy == ""


def test_a_page_about_a_size_is_a_limit_of_a_proxy(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(POST, html("<h1>413 Request Entity Too Large</h1>", code=413))

    with pytest.raises(ContextTooLongError) as caught:
        model(model_server).complete(PROMPT)

    assert "client_max_body_size" in caught.value.cause


def test_an_error_without_text_has_the_words_of_its_status(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(POST, empty(415))

    with pytest.raises(ModelError) as caught:
        model(model_server).complete(PROMPT)

    assert caught.value.what == (
        "The model server refused the request (415): Unsupported Media Type"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "The server's API is not compatible"),
        ('{"id": "x", "choices": []}', "The server's API is not compatible"),
    ],
)
def test_a_response_of_another_api_says_what_it_shows(
    model: Connect, model_server: LoopbackModel, text: str, words: str
) -> None:
    body = Instead(Response(200, text.encode(), "application/json"))
    model_server.fail(POST, body, forever=True)

    with pytest.raises(ReplyError) as caught:
        model(model_server).complete(PROMPT)

    assert words in caught.value.cause
    assert "base-url" in caught.value.remedy


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (ScriptedReply(""), "another one: small models often fail to reply"),
        (ScriptedReply("", finish_reason="length"), "Raise the input max-output-tokens"),
        (
            ScriptedReply(None, finish_reason="content_filter"),
            "settings, or set the input model to",
        ),
        (ScriptedReply(None, refusal="No."), "set the input model to another one."),
        (
            ScriptedReply(None, refusal="No.", finish_reason="length"),
            "set the input model to another one.",
        ),
    ],
)
def test_a_reply_without_use_says_what_to_change(
    model: Connect, model_server: LoopbackModel, reply: ScriptedReply, remedy: str
) -> None:
    model_server.say(*[reply] * 9)

    with pytest.raises(ReplyError) as caught:
        model(model_server).complete(PROMPT)

    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("DEEPSEEK-CHAT", ("a", "b", "c", "d", "e", "deepseek-chat")),
        ("deepseek-chat", ("a", "b", "c", "d", "e", "DeepSeek-Chat")),
    ],
)
def test_a_name_in_another_case_is_the_nearest_one(
    model: Connect, other_server: LoopbackModel, asked: str, listed: tuple[str, ...]
) -> None:
    other_server.models = listed

    with pytest.raises(ModelNotFoundError) as caught:
        model(other_server, model=asked).complete(PROMPT)

    assert f"the server lists: `{listed[-1]}`" in caught.value.remedy


def test_names_that_differ_in_case_alone_are_all_shown(
    model: Connect, other_server: LoopbackModel
) -> None:
    other_server.models = ("Coder", "coder", "other-thing")

    with pytest.raises(ModelNotFoundError) as caught:
        model(other_server, model="CODER").complete(PROMPT)

    assert "`Coder`, `coder`" in caught.value.remedy
