"""No response, or one that is a web page: what the error says of the host and of the page."""

import pytest

from reviewer.errors import ModelError, ModelUnreachableError, ReplyError
from tests.adapters.openai.connect import PROMPT, Connect
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Response
from tests.loopback.model import CHAT, LoopbackModel

POST = f"POST {CHAT}"
PAGE = b"<!doctype html>\n<html>\n<TITLE lang=en>\n Sign in &amp; continue </TITLE></html>"
NGINX = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<h1>502 Bad Gateway</h1></html>"


@faults("LL4")
def test_an_unknown_host_is_named(
    model: Connect, model_server: LoopbackModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")

    with pytest.raises(ModelUnreachableError) as caught:
        model(model_server, base_url="https://models.invalid:8443/v1").complete(PROMPT)

    assert "The model server at models.invalid:8443 cannot be reached" in caught.value.what
    assert "no host models.invalid" in caught.value.cause


@faults("LL4")
def test_on_localhost_the_error_explains_whose_it_is(
    model: Connect, other_server: LoopbackModel, caplog: pytest.LogCaptureFixture
) -> None:
    other_server.stop()

    with pytest.raises(ModelUnreachableError) as caught:
        model(other_server).complete(PROMPT)

    assert caplog.text.count("Trying again") == 1
    assert "is the container itself" in caught.value.cause
    assert "`allow-http: true`" in caught.value.remedy


@faults("LL8")
@pytest.mark.parametrize(
    ("page", "said"), [(PAGE, "'Sign in & continue'"), (NGINX, "'502 Bad Gateway'")]
)
def test_the_title_of_a_page_in_place_of_a_reply_is_shown(
    model: Connect, model_server: LoopbackModel, page: bytes, said: str
) -> None:
    model_server.fail(POST, Instead(Response(200, page, "text/html")))

    with pytest.raises(ReplyError, match="text/html, not with JSON") as caught:
        model(model_server).complete(PROMPT)

    assert said in caught.value.what


@faults("LL4")
def test_the_title_of_an_error_page_is_what_the_server_said(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(POST, Instead(Response(502, NGINX, "text/html")), forever=True)

    with pytest.raises(ModelError) as caught:
        model(model_server).complete(PROMPT)

    (host,) = {model_server.url.removeprefix("http://").split("/")[0]}
    assert caught.value.what == f"The model server at {host} failed (502): Bad Gateway"
    assert "tell those who run it" in caught.value.remedy


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"<title></title><h1>Forbidden</h1>", "Forbidden"),
        (b"<title" + b"<" * 100_000, "<title<<"),
        (b"plain text with a <title>title</title>", "plain text"),
        (b"<p>" + b" " * 100_000 + b"<title>late</title>", "<p>"),
    ],
)
def test_pages_without_a_title_are_quoted(
    model: Connect, model_server: LoopbackModel, page: bytes, said: str
) -> None:
    model_server.fail(POST, Instead(Response(400, page, "text/html")))

    with pytest.raises(ModelError) as caught:
        model(model_server).complete(PROMPT)

    assert f"(400): {said}" in caught.value.what


@faults("LL4")
def test_a_full_server_is_given_the_cure(model: Connect, model_server: LoopbackModel) -> None:
    full = Response(503, b'{"error": {"message": "no slot available"}}')
    model_server.fail(POST, Instead(full), forever=True)

    with pytest.raises(ModelError, match="no slot available") as caught:
        model(model_server).complete(PROMPT)

    assert "`concurrency: 1`" in caught.value.remedy


@faults("LL4")
def test_https_to_a_server_of_http_is_named_at_once(
    model: Connect, model_server: LoopbackModel
) -> None:
    address = model_server.url.replace("http://", "https://").rstrip("/")
    with pytest.raises(ModelUnreachableError) as caught:
        model(model_server, base_url=address).complete(PROMPT)
    assert caught.value.remedy == f"Write `base-url: {address.replace('https', 'http')}`."
