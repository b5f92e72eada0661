"""Certificates that nobody vouches for, and those of a company's own authority."""

from pathlib import Path

import pytest

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.model_server import ModelServer
from reviewer.errors import ForgeError, ModelError
from reviewer.llm.reply_schemas import REVIEW_SCHEMA
from reviewer.prompt import Message, Prompt
from tests.adapters.forges import QUICK
from tests.faults import faults
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, MODEL, LoopbackModel

pytestmark = pytest.mark.process

PROMPT = Prompt("review", (Message("user", "Look at this."),), "review", REVIEW_SCHEMA)


def door(server: LoopbackGitHub) -> GitHub:
    return GitHub(
        token=TOKEN,
        repository=server.full_name,
        api_url=server.url,
        graphql_url=f"{server.url}/graphql",
        deadline=Deadline(20),
        policy=QUICK,
    )


def model(server: LoopbackModel) -> ModelServer:
    return ModelServer(
        model=MODEL,
        api_key=KEY,
        base_url=server.base_url,
        deadline=Deadline(20),
        policy=QUICK,
        capacity=Capacity(8, 20),
    )


@faults("IN8", "GH21")
def test_no_token_is_sent_to_a_github_with_an_untrusted_certificate(
    github: LoopbackGitHub, certificate: tuple[Path, Path]
) -> None:
    github.add_pull()
    github.speak_tls(*certificate)
    with pytest.raises(ForgeError, match="SSLError") as caught:
        door(github).snapshot(7)
    assert "authority of your company" in caught.value.cause
    assert "`REQUESTS_CA_BUNDLE: /github/home/company.pem`" in caught.value.remedy
    assert github.requests == []


@faults("IN8")
def test_a_github_of_the_companys_own_authority_is_trusted(
    github: LoopbackGitHub, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    github.add_pull()
    github.speak_tls(*certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    forge = door(github)
    assert forge.snapshot(7).pull.number == 7
    forge.close()


@faults("IN8")
def test_no_key_is_sent_to_a_model_server_with_an_untrusted_certificate(
    model_server: LoopbackModel,
    certificate: tuple[Path, Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    model_server.speak_tls(*certificate)
    with pytest.raises(ModelError, match="certificate") as caught:
        model(model_server).complete(PROMPT)
    assert "authority of your company" in caught.value.cause
    assert "`SSL_CERT_FILE: /github/home/company.pem`" in caught.value.remedy
    assert "Trying again" not in caplog.text
    assert model_server.requests == []


@faults("IN8")
def test_a_model_server_of_the_companys_own_authority_is_trusted(
    model_server: LoopbackModel, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.speak_tls(*certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert model(model_server).complete(PROMPT).text
