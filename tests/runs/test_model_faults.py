"""A model server that fails in every way, and what the pull request shows of it."""

import base64
import re
import threading
from dataclasses import replace

import pytest

from reviewer.adapters.http.retry import Policy
from tests.faults import faults
from tests.loopback.failures import (
    Cut,
    Drip,
    Failure,
    Hang,
    Instead,
    Pass,
    Reset,
    html,
    malformed,
    redirect,
)
from tests.loopback.messages import Response, as_json
from tests.loopback.model import Body, LoopbackModel, ScriptedReply, error
from tests.runs.job import NUMBER, QUICK, Job, prompted_path, review_reply
from tests.runs.model_scripts import CHAT, TOO_LONG, finds_a_problem, three_files
from tests.runs.run_checks import assert_reported_everywhere


@faults("LL1")
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_reported_everywhere_with_what_to_do(job: Job, status: int) -> None:
    key = "sk-proj-0123456789-_abcdef"
    job.inputs["api-key"] = job.model.key = key
    job.invariants.secrets.append(key)
    job.model.fail(CHAT, Instead(error(status, f"Incorrect API key provided: {key}.")))
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "Check the secret behind the input api-key")
    assert len(job.model.bodies) == 1


@faults("LL1")
@pytest.mark.parametrize("status", [401, 403])
def test_an_empty_key_that_the_server_refuses_is_said_to_be_empty(job: Job, status: int) -> None:
    job.model.fail(CHAT, Instead(error(status, "No auth credentials found")))
    finished = job.run(api_key="")
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "The input api-key is empty, and the model server")
    assert_reported_everywhere(job, finished, "in runs for forks and Dependabot")


@faults("LL1")
def test_an_unknown_model_is_reported_everywhere_with_what_to_do(job: Job) -> None:
    finished = job.run(model="misspelt")
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "Set the input model to a name that the server lists")
    assert len(job.model.bodies) == 1


@faults("LL2")
@pytest.mark.parametrize(
    ("headers", "seconds"), [({}, 1), ({"Retry-After": "3"}, 3), ({"retry-after-ms": "7000"}, 7)]
)
def test_a_limit_is_waited_out(job: Job, headers: dict[str, str], seconds: int) -> None:
    job.policy = Policy()
    job.model.fail(CHAT, Instead(error(429, "Slow down.", headers=headers)))
    finished = job.run()
    assert finished.code == 0
    assert len(job.model.bodies) == 2
    (wait,) = re.findall(r"limits requests .* Trying again in ([\d.]+) seconds", finished.log)
    assert seconds <= float(wait) <= seconds + job.policy.jitter
    assert finished.seconds >= seconds


@faults("LL2")
def test_a_wait_that_does_not_fit_is_not_begun(job: Job) -> None:
    job.model.fail(CHAT, Instead(error(429, "Slow down.", headers={"Retry-After": "121"})))
    finished = job.run(timeout="60")
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "limits requests")
    assert len(job.model.bodies) == 1
    assert job.clock.slept < 30


@faults("LL3")
def test_a_used_up_quota_is_reported_and_not_waited_for(job: Job) -> None:
    job.model.fail(CHAT, Instead(error(429, "No credit.", name="insufficient_quota")), forever=True)
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "Add credit or raise the limit")
    assert len(job.model.bodies) == 1


@faults("LL4")
@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_a_server_that_fails_once_is_asked_again(job: Job, status: int) -> None:
    job.model.fail(CHAT, Instead(error(status, "Overloaded.")))
    assert job.run().code == 0
    assert len(job.model.bodies) == 2


@faults("LL4")
def test_a_server_that_goes_on_failing_is_given_up_and_the_old_review_kept(job: Job) -> None:
    job.model.script = finds_a_problem
    job.policy = replace(QUICK, attempts=9)
    job.run()
    job.github.push(NUMBER, {"src/app.py": "new = 2\n\nmore = 1\n"})
    job.model.fail(CHAT, Instead(error(503, "Overloaded.")), forever=True)
    finished = job.run()
    assert finished.code == 1
    assert_reported_everywhere(job, finished, " failed (503): Overloaded. The server")
    assert "Sets the wrong value" in job.github.bodies[0]
    assert len(job.model.bodies) == 1 + 4


# Without an answer, with one that goes on, and with nothing after its headers and a byte.
@faults("LL5")
@pytest.mark.parametrize("fault", [Hang(), Drip(0.05), Drip(30)])
def test_a_model_that_does_not_finish_ends_with_its_time(job: Job, fault: Failure) -> None:
    # Far longer than a byte of the second one takes, also on a busy machine.
    job.per_question = 1.0
    job.model.fail(CHAT, fault, forever=True)
    finished = job.run()
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "did not answer within")


@faults("LL6")
@pytest.mark.parametrize("refused", [TOO_LONG, Instead(error(413, "Payload too large."))])
def test_a_prompt_that_is_too_long_is_asked_in_halves(job: Job, refused: Failure) -> None:
    job.github.push(NUMBER, {"src/app.py": "new = 2\n" + "more = 1\n" * 200})
    job.model.script = lambda body: review_reply(prompted_path(body))
    job.model.fail(CHAT, refused)
    finished = job.run()
    assert finished.code == 0
    assert finished.outputs["complete"] == "true"
    parts = [
        re.search(r"part (\d+) of", body["messages"][1]["content"]) for body in job.model.bodies
    ]
    assert [part[1] for part in parts if part] == ["1", "2", "3"]


@faults("LL6")
def test_a_file_that_is_too_long_in_parts_too_is_given_up(job: Job) -> None:
    job.github.push(NUMBER, {"src/app.py": "new = 2\n" + "more = 1\n" * 200})
    job.model.fail(CHAT, TOO_LONG, forever=True)
    finished = job.run()
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "The prompt is too long")
    assert_reported_everywhere(job, finished, "Set the input context-window")
    # The whole file, a part, and its smallest part; no other one is shorter.
    assert len(job.model.bodies) == 3


@faults("LL7")
@pytest.mark.parametrize("name", ["response_format", "max_completion_tokens", "temperature"])
def test_a_parameter_that_is_refused_is_left_out_from_then_on(job: Job, name: str) -> None:
    three_files(job)
    job.model.fail(CHAT, Instead(error(400, f"{name} is not supported", parameter=name)))
    finished = job.run(concurrency="1", temperature="0.5", max_output_tokens="9000")
    assert finished.code == 0
    assert finished.outputs["complete"] == "true"
    sent = [name in body for body in job.model.bodies]
    assert sent == [True, False, False, False, False]


@faults("LL7")
def test_a_token_limit_that_has_only_its_older_name_is_sent_by_it(job: Job) -> None:
    three_files(job)
    refused = error(400, "Use max_tokens.", parameter="max_completion_tokens")
    job.model.fail(CHAT, Instead(refused))
    assert job.run(concurrency="1", max_output_tokens="9000").code == 0
    assert [body.get("max_tokens") for body in job.model.bodies] == [None, 9000, 9000, 9000, 9000]


NO_COMPLETIONS = {
    "a page": html(),
    "nothing": Instead(Response(200)),
    "cut": malformed(b'{"choices": [{"mess'),
    "a list": Instead(as_json(200, [])),
    "a text": Instead(as_json(200, "ok")),
}


@faults("LL8")
@pytest.mark.parametrize("answer", NO_COMPLETIONS.values(), ids=NO_COMPLETIONS)
def test_an_answer_that_is_no_completion_is_asked_for_once_more(job: Job, answer: Failure) -> None:
    job.model.fail(CHAT, answer)
    assert job.run().code == 0
    job.model.fail(CHAT, answer, forever=True)
    finished = job.run(full=True)
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "The model server")
    assert len(job.model.bodies) == 2 + 2


@faults("LL10")
def test_a_prompt_does_not_follow_a_redirect(job: Job) -> None:
    with LoopbackModel() as elsewhere:
        job.model.fail(CHAT, redirect(f"{elsewhere.base_url}/chat/completions"), forever=True)
        finished = job.run()
        assert elsewhere.requests == []
    assert finished.code == 2
    assert_reported_everywhere(job, finished, f"Write `base-url: {elsewhere.base_url}`, if you")


@faults("LL14")
def test_an_error_that_repeats_the_key_in_any_form_shows_none_of_them(job: Job) -> None:
    key = "sk-proj-0123456789-_abcdef"
    job.inputs["api-key"] = job.model.key = key
    forms = (key, key[::-1], base64.b64encode(key.encode()).decode(), key[7:])
    job.model.fail(CHAT, *[Instead(error(400, f"Odd: {form}")) for form in forms])
    job.invariants.secrets.append(key)
    for form in forms:
        finished = job.run()
        assert finished.code == 1
        shown = (*job.github.bodies, finished.log, finished.summary)
        assert not any(form.rstrip("=") in text for text in shown)
        assert all("Odd" in text for text in shown)


@faults("LL14")
def test_an_error_that_repeats_the_prompt_shows_no_more_than_its_beginning(job: Job) -> None:
    prompt = "the secret of the change " * 400
    job.model.fail(CHAT, Instead(error(400, f"Odd: {prompt}")))
    finished = job.run()
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "Odd: the secret")
    shown = (*job.github.bodies, finished.log, finished.summary)
    assert all("the secret of the change " * 10 not in text for text in shown)


def _no_completion(body: object) -> Response:
    usage = {"prompt_tokens": 70_000, "completion_tokens": 5_000, "total_tokens": 75_000}
    return as_json(200, {"choices": body, "usage": usage})


UNUSABLE: dict[str, str | ScriptedReply | Response] = {
    "refusal": ScriptedReply(None, refusal="I will not.", usage=(70_000, 5_000)),
    "content filter": ScriptedReply("", finish_reason="content_filter", usage=(70_000, 5_000)),
    "blank": ScriptedReply(" ", usage=(70_000, 5_000)),
    "only reasoning": ScriptedReply("", finish_reason="length", usage=(70_000, 5_000)),
    "no choice": _no_completion([]),
    "no list": _no_completion("?"),
}


@faults("PD4")
@pytest.mark.parametrize("reply", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_reply_costs_the_tokens_that_the_server_reports(
    job: Job, reply: str | ScriptedReply | Response
) -> None:
    job.model.checked = False
    if isinstance(reply, Response):
        job.model.fail(CHAT, Instead(reply))
    else:
        job.model.say(reply)
    finished = job.run(concurrency="1", price="1.00/1.00")
    assert (finished.outputs["verdict"], len(job.model.bodies)) == ("clean", 2)
    assert int(finished.outputs["tokens"]) == 75_000 + 110
    assert finished.outputs["cost"] == "0.075110"


@faults("PD4")
def test_replies_that_cannot_be_used_end_at_the_limit_of_the_cost(job: Job) -> None:
    three_files(job)
    refused = ScriptedReply(None, refusal="No.", usage=(90_000, 10_000))
    job.model.script = lambda body: refused if len(job.model.bodies) > 1 else finds_a_problem(body)
    finished = job.run(concurrency="1", max_cost="0.15", price="1.00/1.00")
    assert len(job.model.bodies) == 3
    assert "The cost budget is spent" in finished.log
    assert finished.outputs["cost"] == "0.200110"


LOST: dict[str, Failure] = {
    "dropped": Reset(processed=True),
    "cut": Cut(),
    "too late": Hang(processed=True),
}


@faults("PD4")
@pytest.mark.parametrize("failure", LOST.values(), ids=LOST)
def test_a_lost_reply_costs_its_estimate(job: Job, failure: Failure) -> None:
    job.per_question = 1.0
    job.model.fail(CHAT, failure)
    finished = job.run(concurrency="1", price="1.00/1.00")
    assert finished.outputs["verdict"] == "clean"
    assert int(finished.outputs["tokens"]) > 110 + 1_000
    assert finished.outputs["cost"] == "unknown"
    assert len(job.model.bodies) == 2


@faults("PD4")
def test_replies_that_are_lost_end_at_the_limit_of_the_tokens(job: Job) -> None:
    three_files(job)
    job.model.fail(CHAT, Pass(), *[Reset(processed=True)] * 99)
    whole = job.run(concurrency="1")
    assert whole.outputs["verdict"] == "findings"
    sent = len(job.model.bodies)
    job.model.heal()
    job.model.fail(CHAT, Pass(), *[Reset(processed=True)] * 99)
    limit = str(int(whole.outputs["tokens"]) // 2)
    limited = job.run(full=True, concurrency="1", max_tokens_total=limit)
    assert len(job.model.bodies) - sent < sent
    assert "The token budget is spent" in limited.log


@faults("PD4")
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_request_that_the_server_refuses_costs_nothing(job: Job, status: int) -> None:
    job.model.fail(CHAT, Instead(error(status, "Later.")))
    assert job.run(concurrency="1").outputs["tokens"] == "110"


def stop_after(job: Job, replies: int, reply: str = "") -> None:
    """Have the model server reply a number of times, and then accept no connection any more."""
    gone = threading.Event()

    def script(body: Body) -> str:
        if len(job.model.bodies) == replies and not gone.is_set():
            gone.set()
            threading.Thread(target=job.model.stop).start()
        return reply or review_reply(prompted_path(body))

    job.model.script = script


@faults("LL4")
def test_a_server_that_is_gone_is_not_looked_for_with_every_file(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"f{n:02}.py": (None, "new = 2\n") for n in range(12)})
    stop_after(job, 2)
    finished = job.run(batching="file", concurrency="1", tools="off")
    assert finished.outputs["verdict"] == "incomplete"
    assert finished.log.count("attempt 1 failed") == 3
    assert job.github.bodies[0].count("cannot be reached") >= 9


@faults("LL4")
def test_what_ended_a_run_without_a_review_is_its_error(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"f{n:02}.py": (None, "new = 2\n") for n in range(6)})
    stop_after(job, 4, "no JSON")
    finished = job.run(batching="file", concurrency="1", tools="off")
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "cannot be reached")
