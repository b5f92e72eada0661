"""Servers whose models take less than was assumed: they refuse, cut without a word, or say it."""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from reviewer.events.activity import AnswerQuestion, Commenter
from reviewer.operations import Subject
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Request, Response, as_json
from tests.loopback.model import CHAT, MODEL, Body, ScriptedReply, completion, error
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, section
from tests.runs.model_scripts import OVERVIEW
from tests.runs.run_checks import assert_reported_everywhere

LIST = "GET /v1/models"
NO_NUMBER = "Input is too long for requested model."


@pytest.fixture(autouse=True)
def by_change(job: Job) -> None:
    job.inputs["batching"] = "change"


def finds_one_in_each(body: Body) -> str:
    """Answer with one finding for each file that is shown, or a verdict on each, or an overview."""
    text = body["messages"][-1]["content"]
    if "A maintainer asks:" in text:
        return json.dumps({"answer": "Because."})
    if "argue against" in text:
        count = len(re.findall(r"^Finding \d+", text, re.MULTILINE))
        verdicts = [
            {"finding": n, "verdict": "keep", "reason": "Yes."} for n in range(1, count + 1)
        ]
        return json.dumps({"verdicts": verdicts})
    paths = prompted_paths(body)
    found = (section(path, {"title": f"Sets the wrong value in {path}"}) for path in paths)
    return change_reply(*found) if paths else OVERVIEW


@dataclass
class Window:
    """A server with a context window of `tokens`: four characters each.

    A longer prompt is refused, by `words` if they are given, or cut if `cuts`; then the model says
    of each file that there is nothing to find. `cached` is a usage that leaves cached tokens out;
    where it is None, no reply has a usage.
    Prompts without `only` are never too long.
    """

    job: Job
    tokens: int
    words: str = ""
    cuts: bool = False
    cached: Mapping[str, object] | None = field(default_factory=dict)
    only: str = ""
    sizes: list[int] = field(default_factory=list)
    refused: int = 0

    def install(self) -> "Window":
        plain = self.job.model.respond

        def respond(request: Request) -> Response:
            return self.respond(request) if request.path == CHAT else plain(request)

        self.job.model.respond = respond  # type: ignore[method-assign]
        return self

    def respond(self, request: Request) -> Response:
        body: Body = request.json_object()
        size = sum(len(message["content"]) for message in body["messages"])
        self.sizes.append(size)
        count = size // 4
        script = finds_one_in_each
        if count > self.tokens and self.only in body["messages"][-1]["content"]:
            self.refused += 1
            if not self.cuts:
                return error(400, self.words or self.refusal(count))
            script, count = finds_nothing, self.tokens
        reply = completion(ScriptedReply(script(body), usage=(count, 10)))
        if self.cached is None:
            del reply["usage"]
        else:
            reply["usage"] |= self.cached
        return as_json(200, reply)

    def refusal(self, count: int) -> str:
        return (
            f"This model's maximum context length is {self.tokens} tokens. However, your messages "
            f"resulted in {count} tokens. Please reduce the length of the messages."
        )


def finds_nothing(body: Body) -> str:
    return change_reply(*map(section, prompted_paths(body))) if prompted_paths(body) else OVERVIEW


def change(job: Job, count: int, size: int) -> list[str]:
    """Have the pull request change src/app.py and `count` - 1 files of `size` characters."""
    lines = "".join(f"value_{n} = load(source, {n}, strict=True)\n" for n in range(size // 42))
    files = {f"lib/f{n:02}.py": f"new = 2\n{lines}" for n in range(count - 1)}
    job.github.push(NUMBER, files)
    return ["src/app.py", *files]


def list_window(job: Job, **members: object) -> None:
    """Have the server's list say how large the window is."""
    row: dict[str, Any] = {"id": MODEL, "object": "model", **members}
    job.model.fail(LIST, Instead(as_json(200, {"object": "list", "data": [row]})))


@faults("LL23")
def test_a_limit_that_a_refusal_names_is_learned_once_for_the_run(job: Job) -> None:
    change(job, 12, 6_000)
    server = Window(job, 8192).install()
    finished = job.run(concurrency="1")
    assert (finished.code, finished.outputs["findings"], server.refused) == (0, "12", 1)
    assert finished.outputs["complete"] == "true"
    assert "set `context-window: 8192`" in finished.summary


@faults("LL23")
def test_context_and_guidelines_are_cut_before_the_change_is(job: Job) -> None:
    code = "".join(f"old_{n} = load(source, {n}, strict=True)\n" for n in range(400))
    rules = "Name what a value is for. " * 300
    head = code.replace("old_200 = load(source, 200, strict=True)", "new = 2")
    job.github.add_pull(NUMBER, {"AGENTS.md": (rules, rules), "lib/long.py": (code, head)})
    server = Window(job, 3_000).install()
    finished = job.run(guidelines="AGENTS.md")
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    first, second = server.sizes[:2]
    assert server.refused == 1
    assert second <= 3_000 * 4 < first
    shown = job.model.bodies[1]["messages"][-1]["content"]
    assert "+ new = 2" in shown


@faults("LL6")
def test_a_refusal_without_a_number_is_followed_until_the_prompt_fits(job: Job) -> None:
    change(job, 12, 6_000)
    server = Window(job, 3_000, NO_NUMBER).install()
    finished = job.run(concurrency="1")
    assert (finished.code, finished.outputs["findings"]) == (0, "12")
    assert finished.outputs["complete"] == "true"
    # Each file is asked about in two parts once it is known that a whole one is too long.
    assert server.refused < 10


@faults("LL6")
def test_a_server_to_which_everything_is_too_long_is_given_up(job: Job) -> None:
    change(job, 12, 6_000)
    server = Window(job, 100, NO_NUMBER).install()
    finished = job.run(concurrency="1")
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "Set the input context-window")
    # The smallest part of each file, and what led there.
    assert len(server.sizes) < 12 + 10


@faults("LL24")
@pytest.mark.parametrize("tokens", [2_050, 4_096])
def test_a_prompt_that_the_server_cuts_is_not_clean(job: Job, tokens: int) -> None:
    change(job, 12, 6_000)
    server = Window(job, tokens, cuts=True).install()
    finished = job.run(concurrency="1")
    assert server.refused >= 1
    assert (finished.code, finished.outputs["findings"]) == (0, "12")
    assert (finished.outputs["complete"], finished.outputs["verdict"]) == ("true", "findings")


@faults("LL24")
def test_a_window_that_holds_no_prompt_at_all_is_reported(job: Job) -> None:
    change(job, 12, 6_000)
    Window(job, 600, cuts=True).install()
    finished = job.run(concurrency="1")
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "cut the prompt")
    assert_reported_everywhere(job, finished, "OLLAMA_CONTEXT_LENGTH")


@faults("LL24")
@pytest.mark.parametrize(
    "cached",
    [
        {"prompt_tokens_details": {"cached_tokens": 12_000}},
        {"cache_read_input_tokens": 11_000, "cache_creation_input_tokens": 1_000},
    ],
)
def test_tokens_from_a_cache_are_part_of_the_prompt(job: Job, cached: dict[str, Any]) -> None:
    change(job, 4, 6_000)
    server = Window(job, 2_050, cuts=True, cached=cached).install()
    finished = job.run(concurrency="1")
    assert finished.outputs["complete"] == "true"
    # The model said that there is nothing to find, and it saw everything.
    assert finished.outputs["findings"] == "0"
    assert len(server.sizes) == 1


@faults("LL24")
@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 0}, {"prompt_tokens": 7}])
def test_a_usage_without_numbers_proves_nothing(job: Job, usage: dict[str, int] | None) -> None:
    change(job, 4, 6_000)
    server = Window(job, 60_000, cached=usage).install()
    finished = job.run()
    assert finished.outputs["complete"] == "true"
    assert len(server.sizes) == 1


@faults("LL22")
def test_a_window_that_the_server_lists_is_used_from_the_first_request_on(job: Job) -> None:
    change(job, 12, 6_000)
    list_window(job, meta={"n_ctx": 8192, "n_ctx_train": 131_072})
    server = Window(job, 8192).install()
    finished = job.run()
    assert (finished.code, finished.outputs["findings"], server.refused) == (0, "12", 0)
    assert len(job.model.sent(LIST)) == 1


@faults("LL22")
def test_a_window_that_the_workflow_sets_goes_before_the_list(job: Job) -> None:
    paths = change(job, 6, 6_000)
    list_window(job, max_model_len=4096)
    server = Window(job, 100_000).install()
    assert job.run(context_window="100000").outputs["findings"] == "6"
    assert len(server.sizes) == 1
    assert sorted(prompted_paths(job.model.bodies[0])) == sorted(paths)


@faults("LL22")
@pytest.mark.parametrize("failed", [error(500, "No."), error(404, "No."), as_json(200, [])])
def test_nothing_fails_without_the_list(job: Job, failed: Response) -> None:
    change(job, 2, 600)
    job.model.fail(LIST, Instead(failed), forever=True)
    job.model.script = finds_one_in_each
    finished = job.run()
    assert (finished.code, finished.outputs["findings"]) == (0, "2")


@faults("LL6")
def test_a_verification_that_is_too_long_is_made_to_fit(job: Job) -> None:
    change(job, 6, 6_000)
    server = Window(job, 6_000, only="argue against").install()
    finished = job.run(verify="on", concurrency="1")
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    assert server.refused == 1
    assert "not verified" not in job.github.bodies[0]


@faults("LL6")
def test_a_verification_is_made_to_fit_before_it_is_asked_for(job: Job) -> None:
    change(job, 6, 6_000)
    server = Window(job, 3_100).install()
    finished = job.run(verify="on", concurrency="1")
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    assert server.refused == 1
    assert "not verified" not in job.github.bodies[0]


@faults("LL6")
def test_an_answer_shows_fewer_files_until_the_prompt_fits(job: Job) -> None:
    change(job, 12, 6_000)
    server = Window(job, 3_000, NO_NUMBER).install()
    asked = job.github.comment("/ask Why?", author="maintainer")
    commenter = Commenter("maintainer", Subject.COMMENT, asked.id)
    question = AnswerQuestion(NUMBER, "Why?", commenter)
    assert job.carry_out(question).code == 0
    assert server.refused >= 1


@faults("LL6")
def test_a_request_about_the_whole_change_that_is_always_refused_ends(job: Job) -> None:
    change(job, 12, 6_000)
    server = Window(job, 100, NO_NUMBER, only="review of the whole change").install()
    finished = job.run()
    assert (finished.code, finished.outputs["findings"]) == (0, "12")
    assert 2 < server.refused < 12


@pytest.fixture
def first_is_read() -> Iterator[threading.Event]:
    """An event that is set when the run has read the reply about src/app.py, as its log says."""
    read = threading.Event()

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "src/app.py" in record.getMessage():
                read.set()

    watch, log = Watch(), logging.getLogger("reviewer.pipeline.progress")
    log.addHandler(watch)
    yield read
    log.removeHandler(watch)


def cut_late(
    job: Job, first_is_read: threading.Event, first: Callable[[Body], str], window: int
) -> None:
    """Have the server cut all requests about big.py, once the reply of `first` is read."""
    job.github.push(NUMBER, {"big.py": "value = load(source)\n" * 1_500})
    plain = job.model.answer

    def shows_big(body: Body) -> bool:
        return "big.py" in prompted_paths(body)

    def answer(request: Request) -> Response:
        # The server answers one request at a time, so the wait is before its turn.
        if request.path == CHAT and shows_big(request.json_object()):
            assert first_is_read.wait(30)
        return plain(request)

    def reply(body: Body) -> ScriptedReply:
        said = finds_nothing(body) if shows_big(body) else first(body)
        return ScriptedReply(said, usage=(window, 10))

    job.model.script = reply
    job.model.answer = answer  # type: ignore[method-assign]


@faults("LL24")
def test_a_reply_from_before_the_cut_was_noticed_is_not_clean(
    job: Job, first_is_read: threading.Event
) -> None:
    cut_late(job, first_is_read, finds_nothing, 2_000)
    finished = job.run(batching="file", verify="off")
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "cut the prompt to 2,000 tokens")
    assert_reported_everywhere(job, finished, "OLLAMA_CONTEXT_LENGTH=8192")


@faults("LL24")
def test_a_finding_from_before_the_cut_was_noticed_is_kept(
    job: Job, first_is_read: threading.Event
) -> None:
    cut_late(job, first_is_read, finds_one_in_each, 2_600)
    finished = job.run(batching="file", verify="off")
    assert (finished.code, finished.outputs["complete"]) == (0, "false")
    assert "Sets the wrong value" in job.github.bodies[-1]
