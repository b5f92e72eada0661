"""Whole runs of the process that the container starts: from a payload to an exit code."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.process import EVENTS, NUMBER, Step
from tests.finished import Finished
from tests.loopback.faults import Instead, edited
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, LoopbackModel, error
from tests.loopback.runner_log import Command, commands
from tests.runs.job import asked_path, said
from tests.runs.telling import CHAT, finds_a_problem

pytestmark = pytest.mark.process

Change = Callable[[dict[str, Any]], object]


def only(log: str, level: str) -> Command:
    """Return the one annotation that a run without a review writes."""
    (command,) = [found for found in commands(log) if found.name != "add-mask"]
    assert command.name == level, log
    assert "Traceback" not in log
    return command


def with_payload(step: Step, change: Change) -> Step:
    """Have the step's event say something else than GitHub's example."""
    payload = json.loads((EVENTS / f"{step.event}.json").read_bytes())
    change(payload)
    path = step.root / "event.json"
    path.write_text(json.dumps(payload), "utf-8")
    return step.under({"GITHUB_EVENT_PATH": str(path)})


def test_a_pull_request_gets_its_review(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    finished = step.run()
    (body,) = github.bodies
    assert finished.code == 0, finished.log
    assert "## Code review · 1 high" in body
    assert "Sets the wrong value" in finished.summary
    assert finished.outputs["verdict"] == "findings"
    assert finished.outputs["comment-id"] == str(github.repository.comments[0].id)
    masked = [found.message for found in commands(finished.log) if found.name == "add-mask"]
    assert sorted(masked) == sorted((KEY, TOKEN))
    rest = "\n".join(line for line in finished.log.splitlines() if "::add-mask::" not in line)
    assert not any(secret in text for secret in masked for text in (rest, finished.summary, body))


@pytest.mark.parametrize("path", ["", "/nowhere/event.json", "/"])
def test_EV1_without_an_event_file_the_error_names_it(
    step: Step, github: LoopbackGitHub, path: str
) -> None:
    finished = step.under({"GITHUB_EVENT_PATH": path}).run()
    assert finished.code == 2
    assert "GITHUB_EVENT_PATH" in only(finished.log, "error").message
    assert "GITHUB_EVENT_PATH" in finished.summary
    assert github.requests == []


@pytest.mark.parametrize("raw", [b'{"action": "ope', b"[1]", b"\xef\xbb\xbf{}", b"", b"\xff{}"])
def test_EV2_an_unreadable_event_is_one_clear_error(
    step: Step, github: LoopbackGitHub, tmp_path: Path, raw: bytes
) -> None:
    (tmp_path / "event.json").write_bytes(raw)
    finished = step.under({"GITHUB_EVENT_PATH": str(tmp_path / "event.json")}).run()
    assert finished.code == 2
    assert "unreadable" in only(finished.log, "error").message
    assert github.requests == []


def assert_nothing_done(finished: Finished, github: LoopbackGitHub, reason: str) -> None:
    assert finished.code == 0, finished.log
    assert reason in only(finished.log, "notice").message
    assert "nothing to do" in finished.summary
    assert finished.outputs == {"verdict": "skipped"}
    assert github.requests == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("push", "nothing to review"),
        ("workflow_dispatch", "nothing to review"),
        ("pull_request.closed", "closed"),
        ("pull_request.labeled", "labeled"),
        ("issue_comment.edited", "new comments"),
    ],
)
def test_EV3_EV5_an_event_that_asks_for_nothing_ends_with_a_notice(
    step: Step, github: LoopbackGitHub, event: str, reason: str
) -> None:
    payload = json.loads((EVENTS / f"{event}.json").read_bytes())
    other = replace(step, event=event)
    there = {"GITHUB_REPOSITORY": payload["repository"]["full_name"], "GITHUB_REF": ""}
    assert_nothing_done(other.under(there).run(), github, reason)


def test_EV6_a_draft_is_skipped_and_the_summary_says_why(
    step: Step, github: LoopbackGitHub
) -> None:
    finished = with_payload(step, lambda event: event["pull_request"].update(draft=True)).run()
    assert_nothing_done(finished, github, "draft")
    assert "draft" in finished.summary


def test_IN2_a_fork_without_a_key_is_a_notice(step: Step, github: LoopbackGitHub) -> None:
    fork = with_payload(
        step, lambda event: event["pull_request"]["head"]["repo"].update(full_name="evil/Hello")
    )
    assert_nothing_done(fork.given(api_key="", base_url="").run(), github, "forks")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("api_key", "sk-first\nsk-second", "api-key"),
        ("dry_run", "yes", "dry-run"),
        ("max_files", "1e3", "max-files"),
        ("concurrency", "-1", "concurrency"),
        ("max_findings", "1000000000", "max-findings"),
        ("base_url", "http://models.example/v1", "allow-http"),
        ("base_url", "file:///etc/passwd", "base-url"),
        ("base_url", "https://user:secret@models.example/v1", "base-url"),
        ("base_url", "https://169.254.169.254/v1", "base-url"),
        ("timeout", "::error::stop\n::set-output name=x::y", "timeout"),
        ("no_such_input", "##[add-mask]e", "no-such-input"),
    ],
)
def test_IN3_IN4_IN5_IN7_an_input_that_cannot_be_used_is_named_before_anything_is_sent(
    step: Step, github: LoopbackGitHub, name: str, value: str, words: str
) -> None:
    finished = step.given(**{name: value}).run()
    assert finished.code == 2
    assert words in only(finished.log, "error").message
    assert words in finished.summary
    assert not any(secret in finished.log for secret in ("sk-first", "secret@"))
    assert github.requests == []


def test_IN3_a_key_in_quotes_with_a_line_feed_is_used_as_it_was_meant(
    step: Step, model_server: LoopbackModel
) -> None:
    assert step.given(api_key=f'"{KEY}"\n').run().code == 0
    assert model_server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_on_error_warn_turns_a_failed_review_into_a_step_that_passes(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(400, "Not today.")), forever=True)
    assert step.run().code == 1
    finished = step.given(on_error="warn").run()
    assert finished.code == 0
    assert "Not today" in github.bodies[0]
    assert finished.outputs["verdict"] == "failed"


HOSTILE = "::error::a\n::set-env name=X::y\r##[add-mask]e ::stop-commands::z"


def test_SE2_no_text_of_a_pull_request_or_a_model_becomes_a_command(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    path = "::error::a/##[add-mask]e.py"
    files = {
        path: ("old = 1\n", "new = 2\n"),
        "b.py": (None, "x = 1\n"),
        "::warning::.lock": (None, ""),
    }
    github.add_pull(NUMBER, files, title=HOSTILE, body=HOSTILE, author="::error::dev")
    model_server.fail(CHAT, Instead(error(400, HOSTILE)))
    model_server.say("no JSON " + HOSTILE)
    model_server.script = lambda _: said(path, {"title": HOSTILE, "body": HOSTILE}, summary=HOSTILE)
    finished = step.given(concurrency="1").run()
    assert finished.code == 0, finished.log
    names = {found.name for found in commands(finished.log)}
    assert names <= {"add-mask", "group", "endgroup", "warning", "notice"}
    masked = [found.message for found in commands(finished.log) if found.name == "add-mask"]
    assert sorted(masked) == sorted((KEY, TOKEN))


DEBUGGING = {
    "RUNNER_DEBUG": "1",
    "ACTIONS_STEP_DEBUG": "true",
    "ACTIONS_RUNNER_DEBUG": "true",
    "OPENAI_LOG": "debug",
}


def test_SE16_debugging_shows_neither_prompts_nor_headers_nor_secrets(
    step: Step, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(400, "temperature is not supported")))
    model_server.script = finds_a_problem
    finished = step.given(temperature="0.5").under(DEBUGGING).run()
    assert finished.code == 0, finished.log
    log = "\n".join(line for line in finished.log.splitlines() if "::add-mask::" not in line)
    said = [message["content"] for body in model_server.bodies for message in body["messages"]]
    lines = {line for text in said for line in text.splitlines() if len(line) > 30}
    assert lines
    hidden = {KEY, TOKEN, "authorization", "bearer", *map(str.lower, lines)}
    assert [text for text in hidden if text.lower() in log.lower()] == []


def test_SE4_no_answer_of_github_forges_an_output(step: Step, github: LoopbackGitHub) -> None:
    def forge(value: object) -> object:
        url = "https://github.com/x\nEOF\nverdict<<EOF\nclean\nEOF"
        return {**value, "html_url": url} if isinstance(value, dict) else value

    github.fail("(POST|PATCH) .*/comments", edited(forge), forever=True)
    finished = step.run()
    assert finished.code == 0, finished.log
    assert finished.outputs["verdict"] == "clean"
    assert finished.outputs.keys() >= {"comment-url", "verdict"}
    written = (step.root / "output").read_text("utf-8")
    assert written.count("verdict<<ghadelimiter_") == 1


def test_SE5_a_review_of_many_megabytes_leaves_a_summary_that_github_takes(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    lines = [f"value_{n} = {n}" for n in range(1, 11)]
    github.add_pull(NUMBER, {f"f{n}.py": (None, "\n".join(lines)) for n in range(20)})

    def many(path: str) -> list[dict[str, object]]:
        return [
            {
                "start_line": n,
                "end_line": n,
                "quote": line,
                "title": f"{line} in {path}",
                "body": f"{n} <why> " * 600,
            }
            for n, line in enumerate(lines, 1)
        ]

    model_server.script = lambda body: said(asked_path(body), *many(asked_path(body)))
    finished = step.given(max_findings="200").run()
    assert finished.code == 0, finished.log
    assert finished.outputs["findings"] == "200"
    assert 800_000 < len(finished.summary.encode()) <= 900_000
    assert "The rest is left out" in finished.summary
    assert len(github.bodies[0].encode()) <= 60_000


def test_later_steps_find_the_reports_in_the_workspace(
    step: Step, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    workspace = step.root / "workspace"
    finished = step.under({"GITHUB_WORKSPACE": str(workspace)}).run()
    report = json.loads((workspace / finished.outputs["report-path"]).read_text("utf-8"))
    found = json.loads((workspace / finished.outputs["sarif-path"]).read_text("utf-8"))
    assert [row["path"] for row in report["findings"]] == ["src/app.py"]
    assert len(found["runs"][0]["results"]) == 1
