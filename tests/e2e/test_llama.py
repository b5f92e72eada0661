"""Reviews by the real server of llama.cpp, which nobody here wrote, with models made on the spot.

The models know no code. What is seen is the protocol: the server takes our requests and holds the
replies to our schemas, its limits are used, and what it does badly never looks like a review.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.text.templates import TEMPLATES
from tests.e2e import tiny_model
from tests.e2e.llama import Relay, is_whole, serve
from tests.e2e.process import NUMBER, ROOT, Step
from tests.loopback.failures import Instead
from tests.loopback.github import LoopbackGitHub
from tests.loopback.messages import Response
from tests.loopback.model import MODELS
from tests.run_result import RunResult
from tests.runs.job import change_reply, section

pytestmark = [pytest.mark.process, pytest.mark.llama]

_PYTHON = ROOT / ".venv-llama" / "bin" / "python"
WORDS = sorted(
    {
        word
        for template in (TEMPLATES / "prompts").glob("*.j2")
        for word in re.findall(r"[A-Za-z]+", template.read_text("utf-8"))
    }
)
# Without words a token is one byte, and the changes below are blank lines: other tests than these.
assert WORDS, f"no prompts in {TEMPLATES}"
FINDING: dict[str, object] = {"reasoning": "It was old.", "rule": None}


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python that has the server; without it the tests are left out, unless it was named."""
    given = os.environ.get("CODE_REVIEW_LLAMA")
    if given is None and not _PYTHON.exists():
        pytest.skip("llama.cpp's server is not installed; see `make llama-tests`")
    return Path(given) if given else _PYTHON


def sentences(*sections: dict[str, object]) -> tuple[str, ...]:
    """Return what a model has to say to requests for a review, an overview and both."""
    whole = json.loads(change_reply(*sections))
    overview = {name: whole[name] for name in ("overview", "major_changes")}
    parts = (whole, {"files": whole["files"]}, overview)
    return tuple(json.dumps(each, separators=(",", ":")) for each in parts)


def text(start: int, lines: int = 200) -> str:
    """Return lines of words that the models know, other ones for each start."""
    first = [(start * 37 + line * 12) % (len(WORDS) - 12) for line in range(lines)]
    return "".join(f"{' '.join(WORDS[n : n + 12])}\n" for n in first)


def ordered(path: str) -> dict[str, object]:
    """Return a section with one finding, whose members have the order of the schema."""
    said = section(path, FINDING)
    findings = said["findings"]
    assert isinstance(findings, list)
    names = ("reasoning", "quote", "start_line", "end_line", "severity", "confidence", "category")
    return {
        **said,
        "findings": [{n: findings[0][n] for n in (*names, "title", "body", "suggestion", "rule")}],
    }


def reciter(folder: Path, *sections: dict[str, object]) -> Path:
    model = folder / "reciter.gguf"
    tiny_model.write_reciter(model, sentences(*sections), WORDS, context=65_536)
    return model


def run(step: Step, relay: Relay, **inputs: str) -> RunResult:
    asked = {"base_url": relay.base_url, "model": "tiny", "guidelines": "", **inputs}
    return step.with_inputs(**asked).run(timeout=110)


def assert_well_formed(relay: Relay) -> None:
    """See that the server took every request and held every reply to the schema."""
    assert relay.prompts
    for each in relay.prompts:
        assert each.response.status == 200, each.response.body
        assert each.asked["response_format"]["type"] == "json_schema"
        assert is_whole(each), each.response.body


@pytest.fixture
def server(python: Path, tmp_path: Path) -> Iterator[Relay]:
    """A server whose model knows the review of the pull request."""
    model = reciter(tmp_path, ordered("src/app.py"))
    with serve(python, model, n_ctx=32_768, n_parallel=4) as relay:
        yield relay


def test_a_review_by_llama_cpp_reaches_the_comment(
    step: Step, github: LoopbackGitHub, server: Relay
) -> None:
    finished = run(step, server)

    assert (finished.code, finished.outputs["verdict"]) == (0, "findings"), finished.log
    (body,) = github.bodies
    assert "Sets the wrong value" in body
    assert "`src/app.py:1`" in body
    assert_well_formed(server)
    (asked,) = server.prompts
    assert asked.replied["usage"]["prompt_tokens"] > 500
    assert f"tiny was answered by {asked.replied['model']}" in finished.summary


def test_junk_that_follows_the_schema_is_never_a_review(
    step: Step, github: LoopbackGitHub, python: Path, tmp_path: Path
) -> None:
    model = tmp_path / "chatter.gguf"
    tiny_model.write_chatter(model, WORDS, context=32_768)
    with serve(python, model, n_ctx=32_768, n_parallel=2) as relay:
        finished = run(step, relay, max_output_tokens="400")

    # Findings at random are withheld and counted: about one run of thirty is incomplete.
    verdict = finished.outputs["verdict"]
    assert (finished.code, verdict) in {(1, "failed"), (0, "incomplete")}, finished.log
    assert finished.outputs.get("complete", "false") == "false"
    assert not [body for body in github.bodies if "no problems found" in body]
    assert {each.response.status for each in relay.prompts} == {200}


@pytest.fixture
def small(github: LoopbackGitHub, python: Path, tmp_path: Path) -> Iterator[Relay]:
    """A server whose window is smaller than the change; the model has nothing to say of it."""
    paths = [f"src/part{number}.py" for number in range(14)]
    github.add_pull(NUMBER, dict.fromkeys(paths, ("old = 1\n", f"new = 2\n{text(0, 30)}")))
    with serve(python, reciter(tmp_path, *map(section, paths)), n_ctx=8_192, n_parallel=1) as relay:
        yield relay


def assert_all_reviewed(finished: RunResult) -> None:
    assert (finished.code, finished.outputs["verdict"]) == (0, "clean"), finished.log
    assert finished.outputs["reviewed-files"] == "14"


def test_requests_are_made_to_fit_the_window_that_the_server_lists(
    step: Step, small: Relay
) -> None:
    assert_all_reviewed(run(step, small))

    (listed,) = [each for each in small.exchanges if each.request.path == MODELS]
    assert listed.replied["data"][0]["meta"]["n_ctx"] == 8_192
    assert_well_formed(small)
    assert len(small.prompts) > 2


def test_without_the_list_the_window_is_learned_from_a_refusal(step: Step, small: Relay) -> None:
    small.fail(f"GET {MODELS}", Instead(Response(404)), forever=True)
    finished = run(step, small)

    assert_all_reviewed(finished)
    statuses = [each.response.status for each in small.prompts]
    assert set(statuses) == {200, 400}
    assert "`context-window: 8192`" in finished.summary


def test_a_server_with_one_slot_gets_each_of_eleven_prompts_once(
    step: Step, github: LoopbackGitHub, python: Path, tmp_path: Path
) -> None:
    """The last ones wait in its queue for longer than one request may take."""
    paths = [f"src/part{number}.py" for number in range(11)]
    files = {path: ("old = 1\n", f"new = 2\n{text(start)}") for start, path in enumerate(paths)}
    github.add_pull(NUMBER, files)
    model = reciter(tmp_path, *map(section, paths))
    with serve(python, model, n_ctx=32_768, n_parallel=1) as relay:
        finished = run(step, relay, batching="file", request_timeout="15")

    assert (finished.code, finished.outputs["complete"]) == (0, "true"), finished.log
    assert finished.outputs["reviewed-files"] == "11"
    assert_well_formed(relay)
    sent = [each.request.body for each in relay.prompts]
    assert len(set(sent)) == len(sent), finished.log
