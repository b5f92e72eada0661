"""Proxies, servers and certificate authorities of their own, as companies have them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.process import NUMBER, Step
from tests.faults import faults
from tests.invariants import Invariants
from tests.loopback.github import EXAMPLE_REPOSITORY, LoopbackGitHub
from tests.loopback.messages import Request, Response
from tests.loopback.model import LoopbackModel
from tests.loopback.server import LoopbackServer

pytestmark = pytest.mark.process


class Proxy(LoopbackServer):
    """Passes requests on to one of two servers, whatever their host is called."""

    def __init__(self, github: LoopbackGitHub, model: LoopbackModel) -> None:
        super().__init__()
        self._servers: dict[str, LoopbackServer] = {"github": github, "model": model}

    def respond(self, request: Request) -> Response:
        return self._servers[request.headers["host"].partition(".")[0]].answer(request)


@pytest.fixture
def proxy(github: LoopbackGitHub, model_server: LoopbackModel) -> Iterator[Proxy]:
    with Proxy(github, model_server) as server:
        yield server
    assert server.crashes == []


@faults("IN8")
@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_gets_every_request(
    step: Step, github: LoopbackGitHub, proxy: Proxy, name: str
) -> None:
    environ = {
        "GITHUB_API_URL": "http://github.invalid",
        "GITHUB_GRAPHQL_URL": "http://github.invalid/graphql",
        name: proxy.url,
    }
    inputs = {"base_url": "http://model.invalid/v1", "allow_http": "true"}
    finished = step.with_environ(environ).with_inputs(**inputs).run()
    assert finished.code == 0, finished.log
    assert len(github.bodies) == 1
    hosts = {request.headers["host"].partition(":")[0] for request in proxy.requests}
    assert hosts == {"github.invalid", "model.invalid"}


@faults("IN8")
def test_no_proxy_is_honoured(step: Step, github: LoopbackGitHub, proxy: Proxy) -> None:
    environ = {"HTTP_PROXY": proxy.url, "NO_PROXY": "localhost,127.0.0.1"}
    finished = step.with_environ(environ).run()
    assert finished.code == 0, finished.log
    assert proxy.requests == []
    assert len(github.bodies) == 1


@pytest.fixture
def encrypted_step(
    step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    certificate: tuple[Path, Path],
) -> Step:
    """The step, with both servers behind the certificate of a company's own authority."""
    github.speak_tls(*certificate)
    model_server.speak_tls(*certificate)
    there = {"GITHUB_API_URL": github.url, "GITHUB_GRAPHQL_URL": f"{github.url}/graphql"}
    return step.with_environ(there).with_inputs(base_url=f"{model_server.url}/v1")


@faults("IN8")
def test_the_companys_own_authority_is_trusted_where_the_environment_names_it(
    encrypted_step: Step, github: LoopbackGitHub, certificate: tuple[Path, Path]
) -> None:
    trusted = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), str(certificate[0]))
    finished = encrypted_step.with_environ(trusted).run()
    assert finished.code == 0, finished.log
    assert len(github.bodies) == 1


@faults("IN8")
def test_nothing_is_sent_to_a_github_with_an_untrusted_certificate(
    encrypted_step: Step, github: LoopbackGitHub
) -> None:
    finished = encrypted_step.run()
    assert github.requests == []
    assert finished.code == 1
    assert "REQUESTS_CA_BUNDLE" in finished.summary


@faults("IN8")
def test_nothing_is_sent_to_a_model_server_with_an_untrusted_certificate(
    encrypted_step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    certificate: tuple[Path, Path],
) -> None:
    finished = encrypted_step.with_environ({"REQUESTS_CA_BUNDLE": str(certificate[0])}).run()
    assert model_server.requests == []
    assert finished.code == 1
    assert "SSL_CERT_FILE" in finished.summary
    assert "SSL_CERT_FILE" in github.bodies[0]


@faults("GH22")
def test_an_enterprise_server_is_found_by_the_address_that_the_runner_gives(
    step: Step, github: LoopbackGitHub, invariants_for: Callable[[LoopbackGitHub], Invariants]
) -> None:
    with LoopbackGitHub(enterprise=True, repository=EXAMPLE_REPOSITORY).warm() as server:
        server.add_pull(NUMBER)
        there = {"GITHUB_API_URL": server.api_url, "GITHUB_GRAPHQL_URL": ""}
        finished = replace(step, invariants=invariants_for(server)).with_environ(there).run()
        assert finished.code == 0, finished.log
        assert len(server.bodies) == 1
        assert len(server.sent("GET /_codeload/")) == 1
        api = (each.path for each in server.requests if not each.path.startswith("/_codeload/"))
        paths = {path.split("/")[2] for path in api}
        assert paths == {"v3", "graphql"}
        assert server.contract_errors == []
    assert github.requests == []
