"""Which responses let more requests go at a time, and which ones fewer."""

import contextlib

import pytest

from reviewer.adapters.http.retry import Deadline, Policy
from reviewer.adapters.openai.capacity import Capacity
from reviewer.errors import ModelError
from tests.adapters.openai.connect import PROMPT, Clock, Connect
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Response, as_json
from tests.loopback.model import LoopbackModel, completion

REFUSAL = completion("") | {"choices": [{"message": {"content": None, "refusal": "No."}}]}


@faults("RF5")
@pytest.mark.parametrize("responses", [False, True], ids=["chat", "responses"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_limit_in_a_response_of_status_200_is_one_like_any_other(
    model: Connect, other_server: LoopbackModel, *, status: int, responses: bool
) -> None:
    body = {"error": {"code": status, "message": "Provider returned error"}}
    other_server.fail("POST", Instead(as_json(200, body)))
    capacity, clock = Capacity(32, 20), Clock()
    asked = model(other_server, clock=clock, capacity=capacity, responses=responses)

    assert asked.complete(PROMPT).text

    assert capacity.level == 4
    assert clock.now == 1


@faults("LL4")
@pytest.mark.parametrize(
    ("status", "level"), [(429, 4), (503, 4), (504, 4), (524, 4), (529, 4), (500, 8), (502, 8)]
)
def test_a_server_with_too_much_to_do_gets_fewer_requests_at_a_time_and_a_failing_one_as_many(
    model: Connect, model_server: LoopbackModel, status: int, level: int
) -> None:
    model_server.fail("POST", Instead(Response(status)))
    capacity = Capacity(32, 20)

    assert model(model_server, capacity=capacity).complete(PROMPT).text

    assert capacity.level == level


@faults("RF5", "LL8")
@pytest.mark.parametrize(
    "response",
    [
        as_json(200, {"error": {"code": 500, "message": "Oops"}}),
        as_json(200, {"choices": []}),
        as_json(200, REFUSAL),
        Response(200, b"<html>Log in</html>", "text/html"),
        Response(200, b"{"),
    ],
)
def test_what_is_no_reply_makes_no_room_for_more_requests(
    model: Connect, model_server: LoopbackModel, response: Response
) -> None:
    model_server.fail("POST", Instead(response))
    capacity = Capacity(32, 20)
    asked = model(model_server, capacity=capacity, policy=Policy(attempts=1))

    with contextlib.ExitStack() as others:
        for _ in range(7):
            others.enter_context(capacity.send(Deadline(100)))
        with pytest.raises(ModelError):
            asked.complete(PROMPT)
        assert capacity.level == 8
        assert asked.complete(PROMPT).text
        assert capacity.level == 10
