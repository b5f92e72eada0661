"""Proxies that refuse: which proxy answered what, and what to do about it, for both clients."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.http import network
from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.model_server import ModelServer
from reviewer.errors import ForgeError, ModelRefusedError, ModelUnreachableError
from reviewer.llm.reply_schemas import REVIEW_SCHEMA
from reviewer.prompt import Message, Prompt
from tests.adapters.forges import QUICK
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Response
from tests.loopback.model import CHAT, LoopbackModel
from tests.loopback.proxy import PAGE, RefusingProxy

PROMPT = Prompt("review", (Message("user", "Look at this."),), "review", REVIEW_SCHEMA)
POST = f"POST {CHAT}"


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., RefusingProxy]]:
    """Starts a proxy, and names it in a variable of the environment and in no other."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with ExitStack() as running:

        def start(status: int, variable: str = "HTTPS_PROXY") -> RefusingProxy:
            server = running.enter_context(RefusingProxy(status))
            monkeypatch.setenv(variable, server.url)
            return server

        yield start


def model(base_url: str, api_key: str = "sk-x") -> ModelServer:
    return ModelServer(
        model="coder",
        api_key=api_key,
        base_url=base_url,
        deadline=Deadline(20),
        policy=QUICK,
        capacity=Capacity(8, 20),
    )


def door() -> GitHub:
    return GitHub(
        token="ghs_x",
        repository="octo/shop",
        api_url="https://github.example/api/v3",
        graphql_url="https://github.example/api/graphql",
        deadline=Deadline(20),
        policy=QUICK,
    )


@faults("LL4", "IN8")
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("status", "cure"),
    [(407, "http://USER:PASSWORD@PROXY:PORT"), (403, "access to models.example")],
)
def test_a_proxy_that_does_not_connect_to_the_model_server_is_named_and_asked_once(
    proxy: Callable[..., RefusingProxy], status: int, cure: str, variable: str
) -> None:
    server = proxy(status, variable)

    with pytest.raises(ModelRefusedError, match=rf"in {variable} answered {status}") as caught:
        model("https://models.example/v1").complete(PROMPT)

    assert cure in caught.value.remedy
    assert [request.line for request in server.requests] == ["CONNECT models.example:443"]


@faults("LL4")
def test_a_proxy_that_fails_may_connect_later(proxy: Callable[..., RefusingProxy]) -> None:
    server = proxy(502)

    with pytest.raises(ModelUnreachableError, match="in HTTPS_PROXY answered 502"):
        model("https://models.example/v1").complete(PROMPT)

    assert len(server.requests) == QUICK.attempts


@faults("GH21", "IN8")
@pytest.mark.parametrize(
    ("status", "cure"),
    [(407, "http://USER:PASSWORD@PROXY:PORT"), (403, "access to github.example")],
)
def test_a_proxy_that_does_not_connect_to_github_is_named_and_asked_once(
    proxy: Callable[..., RefusingProxy], status: int, cure: str
) -> None:
    server = proxy(status)

    with pytest.raises(ForgeError, match=f"in HTTPS_PROXY answered {status}") as caught:
        door().snapshot(7)

    assert cure in caught.value.remedy
    assert [request.line for request in server.requests] == ["CONNECT github.example:443"]


@faults("GH21")
def test_a_proxy_that_fails_may_connect_to_github_later(
    proxy: Callable[..., RefusingProxy],
) -> None:
    server = proxy(503)

    with pytest.raises(ForgeError, match="in HTTPS_PROXY answered 503"):
        door().snapshot(7)

    assert len(server.requests) > 1


@faults("LL1", "IN8")
@pytest.mark.parametrize("api_key", ["", "sk-x"])
def test_a_proxy_that_wants_a_password_of_a_plain_request_is_named(
    proxy: Callable[..., RefusingProxy], api_key: str
) -> None:
    server = proxy(407, "HTTP_PROXY")

    with pytest.raises(ModelRefusedError, match="in HTTP_PROXY answered 407") as caught:
        model("http://models.example/v1", api_key).complete(PROMPT)

    assert "http://USER:PASSWORD@PROXY:PORT" in caught.value.remedy
    assert len(server.requests) == 1


@faults("LL1")
@pytest.mark.parametrize("api_key", ["", "sk-x"])
def test_a_page_that_refuses_is_not_taken_for_the_model_server_s_word_about_the_key(
    proxy: Callable[..., RefusingProxy], api_key: str
) -> None:
    server = proxy(403, "HTTP_PROXY")

    with pytest.raises(ModelRefusedError) as caught:
        model("http://models.example/v1", api_key).complete(PROMPT)

    assert "A web page answered" in caught.value.what
    assert "The requested URL could not be retrieved" in caught.value.what
    assert "access to models.example" in caught.value.remedy
    assert "api-key" not in str(caught.value)
    assert len(server.requests) == 1


@faults("LL1")
def test_a_page_that_asks_for_credentials_is_about_the_key(
    model_server: LoopbackModel,
) -> None:
    model_server.fail(POST, Instead(Response(401, PAGE, "text/html")))

    with pytest.raises(ModelRefusedError, match="does not accept the API key"):
        model(model_server.base_url).complete(PROMPT)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("407 Proxy Authentication Required", 407),
        ("Tunnel connection failed: 403 Forbidden", 403),
        ("Cannot connect to proxy after 502 seconds", None),
        ("", None),
    ],
)
def test_the_status_of_a_proxy_is_read_where_clients_write_it(
    text: str, status: int | None
) -> None:
    assert network.read_proxy_status(text) == status


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("certificate verify failed: self-signed certificate in certificate chain", "company"),
        ("certificate verify failed: unable to get local issuer certificate", "company"),
        ("certificate verify failed: certificate has expired", "has expired"),
        ("certificate verify failed: Hostname mismatch", "not one for models.example"),
    ],
)
def test_only_a_certificate_of_an_unknown_authority_is_cured_by_adding_one(
    text: str, cause: str
) -> None:
    said = f"[SSL: CERTIFICATE_VERIFY_FAILED] {text} (_ssl.c:1016)"
    assert network.refuses_certificate(said)
    told, remedy = network.advise_on_certificate(said, "SSL_CERT_FILE", "models.example")
    assert cause in told
    assert ("SSL_CERT_FILE" in remedy) == (cause == "company")
