"""Requests that run out of time: their connections are closed, and nothing else changes."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.adapters.http.retry import Policy
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.request_socket import RequestSocket
from reviewer.errors import ModelError
from tests.adapters.openai.connect import PROMPT, Connect
from tests.faults import faults
from tests.loopback.failures import Around, Drip, Hang, Instead
from tests.loopback.held_requests import PATIENCE, wait_for
from tests.loopback.model import CHAT, LoopbackModel, ScriptedReply, error

POST = f"POST .*{CHAT}"
# Less than the client itself waits for a byte, with a request that gets SECONDS.
WORK, SECONDS = 1.0, 0.2


class Worker:
    """Works on a request until the client disconnects, and remembers if it did."""

    def __init__(self, server: LoopbackModel) -> None:
        self.ended, self.noticed = threading.Event(), False
        self._server = server
        server.fail(POST, Around(before=self._work))

    def _work(self) -> None:
        try:
            self._server.work(WORK)
        except ConnectionAbortedError:
            self.noticed = True
            raise
        finally:
            self.ended.set()


def let_run_out(model: Connect, server: LoopbackModel, base_url: str = "") -> None:
    asked = model(
        server,
        base_url=base_url or server.base_url,
        capacity=Capacity(8, SECONDS),
        policy=Policy(attempts=1),
    )
    with pytest.raises(ModelError, match="did not answer"):
        asked.complete(PROMPT)


@faults("LL5")
def test_the_server_sees_that_a_request_is_given_up(
    model: Connect, model_server: LoopbackModel
) -> None:
    worker = Worker(model_server)
    let_run_out(model, model_server)
    assert worker.ended.wait(PATIENCE)
    assert worker.noticed


@pytest.mark.process
@faults("LL5")
def test_a_server_behind_tls_sees_it_too(
    model: Connect,
    other_server: LoopbackModel,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other_server.speak_tls(*certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    worker = Worker(other_server)
    let_run_out(model, other_server)
    assert worker.ended.wait(PATIENCE)
    assert worker.noticed


@faults("LL5")
def test_a_server_behind_a_proxy_sees_it_too(
    model: Connect, model_server: LoopbackModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", model_server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    worker = Worker(model_server)
    let_run_out(model, model_server, "http://model.invalid/v1")
    assert worker.ended.wait(PATIENCE)
    assert worker.noticed


@faults("LL5")
@pytest.mark.parametrize("fault", [Hang(PATIENCE), Drip(0.05)])
def test_a_request_that_is_given_up_leaves_no_thread_and_no_socket(
    model: Connect, model_server: LoopbackModel, fault: Hang | Drip
) -> None:
    model_server.say(ScriptedReply("x" * 2_000))
    before, others = open_files(), set(threading.enumerate())
    model_server.fail(POST, fault)
    let_run_out(model, model_server)
    wait_for(
        lambda: not [each for each in {*threading.enumerate()} - others if "_settle" in each.name]
    )
    model_server.release()
    # Connections of earlier tests may have ended meanwhile.
    wait_for(lambda: open_files() <= before)


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@faults("LL5")
def test_other_requests_go_on_when_one_is_given_up(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(POST, Hang(PATIENCE))
    asked = model(model_server, capacity=Capacity(8, 1.0))
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(asked.complete, [PROMPT] * 8))
    assert all(reply.text for reply in replies)
    assert len(model_server.bodies) == 8 + 1


@faults("LL2", "LL5")
def test_a_request_that_runs_out_after_a_limit_is_sent_again_with_more_time(
    model: Connect, model_server: LoopbackModel
) -> None:
    limited, slow = Instead(error(429, "Slow down.")), Around(before=lambda: model_server.work(1.5))
    asked = model(model_server, capacity=Capacity(8, 1.0), policy=Policy(attempts=8, jitter=0))
    assert asked.complete(PROMPT).text
    model_server.fail(POST, limited, limited, Hang(PATIENCE), slow)
    assert asked.complete(PROMPT).text
    assert len(model_server.bodies) == 1 + 4


class Stream:
    """What httpcore2 says of a connection that it has made."""

    def __init__(self, made: socket.socket) -> None:
        self._made = made

    def get_extra_info(self, name: str) -> socket.socket:
        assert name == "socket"
        return self._made


def test_a_connection_that_is_made_after_its_request_was_given_up_is_closed_at_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(PATIENCE)
        given_up = RequestSocket()
        given_up.give_up()
        given_up.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        assert theirs.recv(1) == b""
        given_up.release()


def test_a_connection_that_the_server_has_closed_can_be_given_up() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        given_up = RequestSocket()
        given_up.trace("connection.connect_tcp.complete", {"return_value": Stream(ours)})
        theirs.close()
        given_up.give_up()
        given_up.give_up()
        given_up.release()
        given_up.give_up()
        # The client closes its own.
        assert ours.fileno() != -1


@faults("LL5")
def test_white_space_before_a_reply_neither_spoils_it_nor_gives_it_more_time(
    model: Connect, model_server: LoopbackModel
) -> None:
    """DeepSeek and others send it while they work."""
    model_server.fail(POST, Around(change=lambda made: replace(made, body=b"\n" * 9 + made.body)))
    assert model(model_server).complete(PROMPT).text
    model_server.fail(POST, Drip(0.05), forever=True)
    model_server.say(ScriptedReply("\n" * 2_000))
    let_run_out(model, model_server)
