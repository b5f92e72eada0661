"""Real changes of real projects, with the answers that a model gave to our prompts about them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job

REPLAYS = Path(__file__).parents[1] / "data" / "replays"


def load_recording(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((REPLAYS / f"{name}.json").read_text("utf-8"))
    return value


def answering(replay: dict[str, Any]) -> Callable[[Body], str]:
    """Give each question, whatever its wording is by now, the answer of its kind and file."""

    def answer(body: Body) -> str:
        kind = body["response_format"]["json_schema"]["name"]
        lines = body["messages"][-1]["content"].split("\n")
        path = next((line for line in lines if line in replay["files"]), "")
        name = kind if kind == "overview" else f"{kind} {path}"
        return json.dumps(replay["answers"][name])

    return answer


@pytest.mark.parametrize(
    ("name", "heading", "places"),
    [
        (
            "cookie",
            "## Code review · 3 findings: 1 high · 1 medium · 1 low",
            ["`index.js:69`", "`index.js:146`", "`index.js:79`"],
        ),
        ("h11", "## Code review · no problems found", []),
    ],
)
def test_a_recorded_review_of_a_real_change_comes_out_as_it_did(
    job: Job, name: str, heading: str, places: list[str]
) -> None:
    replay = load_recording(name)
    files = {path: (old, new) for path, (old, new) in replay["files"].items()}
    job.github.add_pull(NUMBER, files, title=replay["title"])
    job.model.script = answering(replay)
    finished = job.run(verify="on", inline="all")
    assert finished.code == 0, finished.log
    body = job.github.bodies[0]
    assert body.splitlines()[1] == heading
    assert all(place in body for place in places)
    threads = job.github.repository.pulls[NUMBER].threads
    assert [f"`{thread.path}:{thread.line}`" for thread in threads] == places
