"""No request waits for one that it does not need: what is asked while other replies are awaited."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.loopback.messages import Request, Response
from tests.loopback.model import CHAT, Body
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, review_reply, section
from tests.runs.model_scripts import OVERVIEW

# Only a request that never comes takes so long.
SECONDS = 10.0


def purpose(body: Body) -> str:
    """Return what a prompt asks for: review, verify, whole or overview."""
    name: str = body["response_format"]["json_schema"]["name"]
    return name


def finds_one_in_each(body: Body) -> str:
    """Report one finding in each file that a review shows, and keep what is to be verified."""
    text = body["messages"][-1]["content"]
    match purpose(body):
        case "verify" | "verdicts":
            numbers = re.findall(r"^Finding (\d+)", text, re.MULTILINE)
            verdicts = [{"finding": int(n), "verdict": "keep", "reason": "Yes."} for n in numbers]
            return json.dumps({"verdicts": verdicts})
        case "overview":
            return OVERVIEW
        case "whole":
            across = section(prompted_paths(body)[0], {"title": "Only one side was changed"})
            return change_reply(across)
        case _:
            paths = prompted_paths(body)
            one = {"title": f"Sets the wrong value in {paths[0]}"}
            if len(paths) == 1 and "files" not in body["response_format"]["json_schema"]["schema"]:
                return review_reply(paths[0], one)
            return change_reply(*(section(path, one) for path in paths))


@dataclass
class Gate:
    """Holds replies of the model back until another request has come.

    `holds` says which, `opens` which request lets them go; `held` says for each if one came.
    """

    job: Job
    holds: Callable[[Body], bool]
    opens: Callable[[Body], bool]
    held: list[bool] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)

    def install(self) -> "Gate":
        self.job.model.script = finds_one_in_each
        plain = self.job.model.answer

        def answer(request: Request) -> Response:
            if request.path == CHAT:
                body = request.json_object()
                if self.opens(body):
                    self.opened.set()
                elif self.holds(body):
                    self.held.append(self.opened.wait(SECONDS))
            return plain(request)

        self.job.model.answer = answer  # type: ignore[method-assign]
        return self


def shows(body: Body, path: str) -> bool:
    return path in prompted_paths(body)


def is_review(body: Body) -> bool:
    return purpose(body) == "review"


def is_verification(body: Body) -> bool:
    return purpose(body) == "verify"


def is_about_whole(body: Body) -> bool:
    return purpose(body) == "whole"


@pytest.fixture
def large(job: Job) -> Job:
    """A change of four files that needs several batches, each with several hunks of nothing."""
    lines = "".join(f"value_{n} = load(source, {n}, strict=True)\n" for n in range(900))
    job.github.push(NUMBER, {f"lib{n}/f.py": f"new = 2\n{lines}" for n in range(3)})
    job.inputs |= {"batching": "change", "verify": "on"}
    return job


def test_a_file_is_verified_while_the_review_of_another_one_is_awaited(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "new = 2\n", "b.py": "new = 2\n"})
    gate = Gate(
        job,
        holds=lambda body: is_review(body) and shows(body, "b.py"),
        opens=lambda body: is_verification(body) and shows(body, "a.py"),
    ).install()
    finished = job.run(verify="on")
    assert gate.held == [True]
    assert finished.outputs["findings"] == "3"


def test_the_whole_change_is_asked_about_with_the_first_batch(large: Job) -> None:
    gate = Gate(large, holds=is_review, opens=is_about_whole).install()
    finished = large.run(concurrency="2")
    assert len(gate.held) > 1
    assert all(gate.held)
    assert finished.outputs["complete"] == "true"


def test_the_overview_of_single_files_does_not_wait_for_their_verification(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "new = 2\n"})
    gate = Gate(job, holds=is_verification, opens=lambda body: purpose(body) == "overview")
    gate.install()
    job.run(verify="on")
    assert gate.held
    assert all(gate.held)


@pytest.mark.parametrize("late", [is_about_whole, is_review])
def test_the_review_is_the_same_whichever_reply_comes_last(
    large: Job, late: Callable[[Body], bool]
) -> None:
    large.model.script = finds_one_in_each
    large.run(concurrency="1")
    before = large.github.bodies[-1]
    gate = Gate(large, holds=late, opens=lambda body: not late(body)).install()
    large.run(concurrency="8", full=True)
    assert gate.held
    assert findings_of(large.github.bodies[-1]) == findings_of(before)


def findings_of(comment: str) -> list[str]:
    """Return the lines of a comment that name a finding or a file."""
    shown = comment.split("<!--", maxsplit=1)[0]
    return [line for line in shown.splitlines() if ".py" in line]


def test_a_budget_that_may_not_be_enough_is_spent_on_the_files_first(large: Job) -> None:
    large.model.script = finds_one_in_each
    finished = large.run(concurrency="1", max_tokens_total="150000")
    asked = [purpose(body) for body in large.model.bodies]
    assert asked[0] == "review"
    assert finished.outputs["complete"] == "true"
