"""Whole runs of the process that the container starts: from a payload to an exit code."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reviewer.config.repository.strict_yaml import PATH as CONFIG_PATH
from tests.e2e.process import EVENTS, NUMBER, Step
from tests.faults import faults
from tests.loopback.failures import Instead, edited
from tests.loopback.github import EXAMPLE_REPOSITORY, TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, LoopbackModel, error
from tests.loopback.runner_log import Command, commands
from tests.loopback.server import LoopbackServer
from tests.run_result import RunResult
from tests.runs.job import prompted_path, review_reply
from tests.runs.model_scripts import CHAT, finds_a_problem

pytestmark = pytest.mark.process

Change = Callable[[dict[str, Any]], object]


def only_annotation(log: str, level: str) -> Command:
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
    return step.with_environ({"GITHUB_EVENT_PATH": str(path)})


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


def test_the_inputs_about_the_model_server_reach_its_requests(
    step: Step, model_server: LoopbackModel
) -> None:
    inputs = {"reasoning_effort": "low", "max_output_tokens": "4000", "temperature": "0.5"}
    finished = step.with_inputs(api="responses", **inputs).run()
    (body,) = model_server.bodies
    assert finished.code == 0, finished.log
    assert (body["store"], body["reasoning"]) == (False, {"effort": "low"})
    assert (body["max_output_tokens"], body["temperature"]) == (4000, 0.5)


@faults("EV1")
@pytest.mark.parametrize("path", ["", "/nowhere/event.json", "/"])
def test_without_an_event_file_the_error_names_it(
    step: Step, github: LoopbackGitHub, path: str
) -> None:
    finished = step.with_environ({"GITHUB_EVENT_PATH": path}).run()
    assert finished.code == 2
    assert "GITHUB_EVENT_PATH" in only_annotation(finished.log, "error").message
    assert "GITHUB_EVENT_PATH" in finished.summary
    assert github.requests == []


UNREADABLE = {
    "cut": b'{"action": "ope',
    "list": b"[1]",
    "BOM": b"\xef\xbb\xbf{}",
    "empty": b"",
    "no UTF-8": b"\xff{}",
    "deep": b"[" * 99_999,
}


@faults("EV2")
@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_event_is_one_clear_error(
    step: Step, github: LoopbackGitHub, tmp_path: Path, raw: bytes
) -> None:
    (tmp_path / "event.json").write_bytes(raw)
    finished = step.with_environ({"GITHUB_EVENT_PATH": str(tmp_path / "event.json")}).run()
    assert finished.code == 2
    assert "unreadable" in only_annotation(finished.log, "error").message
    assert github.requests == []


def assert_nothing_done(
    finished: RunResult, reason: str, *servers: LoopbackServer, reads_file: bool = False
) -> None:
    """Look at a run without a review; it has asked for nothing, or for the repository's file.

    That takes two requests: one reads the file, one looks for it in places where it is not read.
    """
    sent = [request.line for server in servers for request in server.requests]
    reads = sorted(line.partition("?")[0] for line in sent)
    path = f"GET /repos/{EXAMPLE_REPOSITORY}/contents/{CONFIG_PATH}"
    assert reads == ([path, "POST /graphql"] if reads_file else [])
    assert finished.code == 0, finished.log
    assert reason in only_annotation(finished.log, "notice").message
    assert "nothing to do" in finished.summary
    assert reason in finished.summary
    assert finished.outputs == {"verdict": "skipped"}


@faults("EV3", "EV5", "EV11")
@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("push", "nothing to review"),
        ("workflow_dispatch", "nothing to review"),
        ("pull_request.closed", "closed"),
        ("pull_request.labeled", "labeled"),
        ("issue_comment.edited", "new comments"),
        ("merge_group.checks_requested", "nothing to review"),
    ],
)
def test_an_event_that_asks_for_nothing_ends_with_a_notice(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel, event: str, reason: str
) -> None:
    payload = json.loads((EVENTS / f"{event}.json").read_bytes())
    other = replace(step, event=event)
    there = {"GITHUB_REPOSITORY": payload["repository"]["full_name"], "GITHUB_REF": ""}
    labeled = event == "pull_request.labeled"
    left_out = {"INPUT_MODE": "review"} if labeled else {}
    finished = other.with_environ(there | left_out).run()
    assert_nothing_done(finished, reason, github, model_server)


@faults("EV5")
def test_an_edited_description_asks_only_for_the_repositorys_file(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    edited = with_payload(step, lambda event: event.update(action="edited"))
    assert_nothing_done(edited.run(), "edited", github, model_server, reads_file=True)


@faults("ST5")
def test_another_base_branch_is_reviewed_like_a_push(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    assert step.run().code == 0
    github.retarget(NUMBER, "release", {"src/app.py": "older = 1\n"})
    changes = {"changes": {"base": {"ref": {"from": "main"}, "sha": {"from": "a" * 40}}}}
    edited = with_payload(step, lambda event: event.update(action="edited", **changes))
    finished = edited.run()
    assert (finished.code, finished.outputs["verdict"]) == (0, "clean")
    assert len(model_server.bodies) == 2


@faults("RM1")
def test_at_a_gate_an_edited_title_does_not_make_a_red_commit_green(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    gate = step.with_inputs(fail_on="high")
    edited = with_payload(gate, lambda event: event.update(action="edited"))
    assert gate.run().code == 3
    before = list(github.bodies)
    assert edited.run().code == 3
    assert (len(model_server.bodies), github.bodies) == (1, before)


def gated_by_file(step: Step, github: LoopbackGitHub, change: Change) -> Step:
    """Have the event be about a pull request whose base commit has a gate in its file."""
    return with_file(step, github, "fail-on: high\n", change)


def with_file(step: Step, github: LoopbackGitHub, file: str, change: Change) -> Step:
    """Have the event be about a pull request whose base commit has this settings file."""
    pull = github.add_pull(
        NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n"), CONFIG_PATH: (file, file)}
    )

    def changed(event: dict[str, Any]) -> None:
        event["pull_request"]["base"]["sha"] = pull.base_sha
        change(event)

    return with_payload(step, changed)


WITHOUT_A_REVIEW: dict[str, Change] = {
    "draft": lambda event: event["pull_request"].update(draft=True),
    "edited": lambda event: event.update(action="edited"),
    "labeled": lambda event: event.update(action="labeled"),
}


@faults("RM9")
@pytest.mark.parametrize("change", WITHOUT_A_REVIEW.values(), ids=WITHOUT_A_REVIEW)
def test_a_gate_in_the_repositorys_file_holds_for_runs_without_a_review(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel, change: Change
) -> None:
    model_server.script = finds_a_problem
    finished = gated_by_file(step, github, change).run()
    assert finished.code == 3, finished.log
    assert gated_by_file(step.with_inputs(mode="review"), github, change).run().code == 0


@faults("RM9")
def test_a_fork_without_a_key_does_not_pass_a_gate_in_the_repositorys_file(
    step: Step, github: LoopbackGitHub
) -> None:
    def fork(event: dict[str, Any]) -> None:
        event["pull_request"]["head"]["repo"]["full_name"] = "evil/shop"

    finished = gated_by_file(step.with_inputs(api_key="", base_url=""), github, fork).run()
    assert finished.code == 3, finished.log
    assert "fail-on is set, and nothing was reviewed: there is no api-key" in finished.log
    assert "docs/troubleshooting.md#fail-on" in finished.log


@faults("RM9")
@pytest.mark.parametrize("gated", [True, False])
def test_a_failed_review_only_warns_if_no_file_sets_a_gate(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel, *, gated: bool
) -> None:
    model_server.fail(CHAT, Instead(error(400, "No.")), forever=True)
    warns = step.with_inputs(on_error="warn")
    github.fail("(POST|PATCH) .*/comments", Instead(error(500, "No.")), forever=True)
    made = gated_by_file(warns, github, lambda _event: None) if gated else warns
    github.fail("graphql", Instead(error(500, "No.")), forever=True)
    finished = made.run()
    assert finished.outputs["verdict"] == "failed"
    assert finished.code == (1 if gated else 0)


@faults("RM9")
@pytest.mark.parametrize(
    ("event", "code"), [("push", 3), ("workflow_dispatch", 3), ("merge_group.checks_requested", 0)]
)
def test_an_event_without_a_pull_request_passes_no_gate_except_a_merge_queue(
    step: Step, github: LoopbackGitHub, event: str, code: int
) -> None:
    payload = json.loads((EVENTS / f"{event}.json").read_bytes())
    there = {"GITHUB_REPOSITORY": payload["repository"]["full_name"], "GITHUB_REF": ""}
    gate = replace(step, event=event).with_environ(there).with_inputs(fail_on="high")
    finished = gate.run()
    assert (finished.code, finished.outputs["verdict"]) == (code, "skipped"), finished.log
    assert ("Remove this event from `on:`" in finished.log) == (code == 3)
    assert github.requests == []
    assert gate.with_inputs(mode="review").run().code == 0


@faults("EV4")
def test_a_command_on_a_plain_issue_asks_for_nothing(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    payload = {"comment": {"body": "/review", "author_association": "OWNER"}}
    command = replace(step, event="issue_comment.created", payload=payload)
    assert_nothing_done(command.run(), "on an issue", github, model_server)


@faults("EV6")
def test_a_draft_is_skipped_and_the_summary_says_why(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    draft = with_payload(step, lambda event: event["pull_request"].update(draft=True))
    assert_nothing_done(draft.run(), "draft", github, model_server, reads_file=True)


@faults("ST6")
@pytest.mark.parametrize(
    ("file", "verdict", "asked"),
    [("review-drafts: true\n", "findings", 1), ("review-drafts: false\n", "skipped", 0)],
)
def test_a_new_draft_gets_the_review_that_its_event_has_cancelled_unless_the_file_forbids_it(
    step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    file: str,
    verdict: str,
    asked: int,
) -> None:
    def convert(event: dict[str, Any]) -> None:
        event["action"] = "converted_to_draft"
        event["pull_request"]["draft"] = github.repository.pulls[NUMBER].draft = True

    model_server.script = finds_a_problem
    draft = with_file(step.with_inputs(review_drafts="true"), github, file, convert)
    assert draft.run().outputs["verdict"] == verdict
    assert draft.run().outputs["verdict"] == verdict
    assert len(model_server.bodies) == asked


@faults("EV7")
def test_a_fork_deleted_before_the_event_is_reviewed(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    github.add_pull(NUMBER, author=None, fork=True).head_repository = None
    orphan = with_payload(step, lambda event: event["pull_request"]["head"].update(repo=None))
    finished = orphan.run()
    assert finished.code == 0, finished.log
    assert "1 high" in github.bodies[0]


@faults("EV8")
def test_without_a_description_and_with_the_oddest_title_there_is_a_normal_review(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    title = "a\u2028b\x85c\u2029" + "d" * 250
    model_server.script = finds_a_problem
    github.add_pull(NUMBER, title=title, body=None)
    odd = with_payload(step, lambda event: event["pull_request"].update(title=title, body=None))
    finished = odd.run()
    assert finished.code == 0, finished.log
    assert "1 high" in github.bodies[0]
    # One line of the author's words, and nothing in the place of the description.
    prompt = model_server.bodies[0]["messages"][1]["content"]
    assert f"\na[U+2028]b[U+0085]c[U+2029]{'d' * 250}\n\n\n" in prompt


def opened_by(step: Step, login: str, kind: str) -> Step:
    """Have the event say who opened the pull request, in a run that got no secrets."""
    author = {"login": login, "type": kind}
    made = with_payload(step, lambda event: event["pull_request"]["user"].update(author))
    return made.with_inputs(api_key="", base_url="")


@faults("EV9", "IN2")
@pytest.mark.parametrize("login", ["dependabot[bot]", "evil[bot]"])
def test_a_bot_without_a_key_is_a_notice(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel, login: str
) -> None:
    finished = opened_by(step, login, "Bot").run()
    assert_nothing_done(finished, "Dependabot", github, model_server, reads_file=True)


@faults("EV9")
def test_a_user_who_calls_himself_a_bot_gets_the_error_about_the_key_like_anybody(
    step: Step, github: LoopbackGitHub
) -> None:
    finished = opened_by(step, "evil[bot]", "User").run()
    assert finished.code == 2
    assert "api-key" in only_annotation(finished.log, "error").message
    assert "api-key is empty" in github.bodies[0]


@faults("EV10")
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GITHUB_REF", "refs/pull/99/merge", "runs on another one"),
        ("GITHUB_REPOSITORY", "victim/secret", "another repository"),
    ],
)
def test_an_event_about_something_else_than_the_run_is_refused(
    step: Step, github: LoopbackGitHub, name: str, value: str, words: str
) -> None:
    finished = step.with_environ({name: value}).run()
    assert github.requests == []
    assert finished.code == 2
    assert words in only_annotation(finished.log, "error").message
    assert words in finished.summary


@faults("IN2")
def test_a_fork_without_a_key_is_a_notice(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    fork = with_payload(
        step, lambda event: event["pull_request"]["head"]["repo"].update(full_name="evil/Hello")
    )
    finished = fork.with_inputs(api_key="", base_url="").run()
    assert_nothing_done(finished, "forks", github, model_server, reads_file=True)


@faults("RM1")
def test_a_fork_without_a_key_does_not_pass_a_gate(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    fork = with_payload(
        step, lambda event: event["pull_request"]["head"]["repo"].update(full_name="evil/Hello")
    ).with_inputs(api_key="", base_url="")
    finished = fork.with_inputs(fail_on="high").run()
    assert (finished.code, finished.outputs["verdict"]) == (3, "skipped")
    assert "api-key" in only_annotation(finished.log, "error").message
    assert (github.requests, model_server.requests) == ([], [])


REFUSED = {
    "IN3 two lines": ("api_key", "sk-first\nsk-second", "api-key"),
    "IN4 yes": ("dry_run", "yes", "dry-run"),
    "IN4 case": ("dry_run", "tRue", "dry-run"),
    "IN4 exponent": ("max_files", "1e3", "max-files"),
    "IN4 sign": ("concurrency", "-1", "concurrency"),
    "IN4 range": ("max_findings", "1000000000", "max-findings"),
    "IN5 http": ("base_url", "http://models.example/v1", "allow-http"),
    "IN5 file": ("base_url", "file:///etc/passwd", "it begins with file:"),
    "IN5 password": (
        "base_url",
        "https://user:secret@models.example/v1",
        "must not contain a user name",
    ),
    "IN5 metadata": ("base_url", "https://169.254.169.254/v1", "are not allowed"),
    "IN7 lines": ("timeout", "::error::stop\n::set-output name=x::y", "timeout"),
    "IN7 name": ("no_such_input", "##[add-mask]e", "no-such-input"),
}


@faults("IN3", "IN4", "IN5", "IN7")
@pytest.mark.parametrize(("name", "value", "words"), REFUSED.values(), ids=REFUSED)
def test_an_input_that_cannot_be_used_is_named_before_anything_is_sent(
    step: Step, github: LoopbackGitHub, name: str, value: str, words: str
) -> None:
    finished = step.with_inputs(**{name: value}).run()
    assert github.requests == []
    assert finished.code == 2
    assert words in only_annotation(finished.log, "error").message
    assert words in finished.summary
    assert not any(secret in finished.log for secret in ("sk-first", "secret@"))


@faults("IN3")
def test_a_key_in_quotes_with_a_line_feed_is_used_as_it_was_meant(
    step: Step, model_server: LoopbackModel
) -> None:
    finished = step.with_inputs(api_key=f'"{KEY}"\n').run()
    assert finished.code == 0, finished.log
    # The runner knows the secret as it was given, not as it is sent.
    assert Command("add-mask", {}, KEY) in commands(finished.log)
    assert model_server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@faults("IN6")
def test_an_empty_token_is_named_and_nothing_is_sent(step: Step, github: LoopbackGitHub) -> None:
    finished = step.with_inputs(github_token="").run()
    assert github.requests == []
    assert finished.code == 2
    assert "github-token is empty" in only_annotation(finished.log, "error").message
    assert "github-token is empty" in finished.summary


@faults("CF13")
def test_a_pattern_made_to_backtrack_does_not_delay_a_run(
    step: Step, github: LoopbackGitHub
) -> None:
    bomb = f"exclude: ['{'*a' * 25}b']\n"
    files = {f"{'a' * 200}.py": ("old = 1\n", "new = 2\n"), CONFIG_PATH: (bomb, bomb)}
    github.add_pull(NUMBER, files)
    finished = step.run()
    assert finished.code == 0, finished.log
    assert finished.outputs["complete"] == "true"


def test_on_error_warn_turns_a_failed_review_into_a_step_that_passes(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(400, "Not today.")), forever=True)
    assert step.run().code == 1
    finished = step.with_inputs(on_error="warn").run()
    assert finished.code == 0
    assert "Not today" in github.bodies[0]
    assert finished.outputs["verdict"] == "failed"


@faults("HD7")
def test_on_error_warn_opens_no_gate(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    github.add_pull(NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n")})
    model_server.fail(CHAT, Instead(error(400, "Not today.")), forever=True)
    assert step.with_inputs(on_error="warn", fail_on="high").run().code == 1


HOSTILE = "::error::a\n::set-env name=X::y\r##[add-mask]e ::stop-commands::z"


@faults("SE2")
def test_no_text_of_a_pull_request_or_a_model_becomes_a_command(
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
    model_server.script = lambda _: review_reply(
        path, {"title": HOSTILE, "body": HOSTILE}, summary=HOSTILE
    )
    finished = step.with_inputs(concurrency="1").run()
    assert finished.code == 0, finished.log
    names = {found.name for found in commands(finished.log)}
    assert names <= {"add-mask", "group", "endgroup", "warning", "notice"}
    masked = [found.message for found in commands(finished.log) if found.name == "add-mask"]
    assert sorted(masked) == sorted((KEY, TOKEN))


SINCE = re.compile(r"\[ *\d+\.\ds\]")
DEBUGGING = {
    "RUNNER_DEBUG": "1",
    "ACTIONS_STEP_DEBUG": "true",
    "ACTIONS_RUNNER_DEBUG": "true",
    "OPENAI_LOG": "debug",
}


@faults("SE16")
def test_debugging_shows_neither_prompts_nor_headers_nor_secrets(
    step: Step, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    usual = step.with_inputs(dry_run="true").run()
    finished = step.with_inputs(dry_run="true").with_environ(DEBUGGING).run()
    log = SINCE.sub("", finished.log)
    assert finished.code == 0, log
    assert log == SINCE.sub("", usual.log)
    review_reply = [
        message["content"] for body in model_server.bodies for message in body["messages"]
    ]
    lines = [line for text in review_reply for line in text.splitlines() if len(line) > 30]
    assert lines
    log = log.replace(f"::add-mask::{KEY}\n", "").replace(f"::add-mask::{TOKEN}\n", "")
    assert [text for text in (KEY, TOKEN, "Bearer", *lines) if text in log] == []


@faults("SE4")
def test_no_answer_of_github_forges_an_output(step: Step, github: LoopbackGitHub) -> None:
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


@faults("SE5")
def test_a_review_of_many_megabytes_leaves_a_summary_that_github_takes(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    lines = [f"value_{n} = {n}" for n in range(1, 11)]
    github.add_pull(NUMBER, {f"f{n}.py": (None, "\n".join(lines)) for n in range(20)})

    def many_findings(path: str) -> list[dict[str, object]]:
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

    model_server.script = lambda body: review_reply(
        prompted_path(body), *many_findings(prompted_path(body))
    )
    finished = step.with_inputs(batching="file", max_findings="200").run()
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
    finished = step.with_environ({"GITHUB_WORKSPACE": str(workspace)}).run()
    report = json.loads((workspace / finished.outputs["report-path"]).read_text("utf-8"))
    found = json.loads((workspace / finished.outputs["sarif-path"]).read_text("utf-8"))
    assert [row["path"] for row in report["findings"]] == ["src/app.py"]
    assert len(found["runs"][0]["results"]) == 1


@pytest.mark.parametrize("path", [".github/code-review.yaml", CONFIG_PATH], ids=["place", "value"])
def test_a_file_that_cannot_be_used_is_no_open_gate_for_an_event_that_is_skipped(
    step: Step, github: LoopbackGitHub, path: str
) -> None:
    secret = "ghp_" + "Ab3" * 12
    text = f"fail-on: high\nmax-files: {secret}\n"
    pull = github.add_pull(NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n"), path: (text, text)})

    def change(event: dict[str, Any]) -> None:
        event["pull_request"]["base"]["sha"] = pull.base_sha
        event["action"] = "labeled"

    finished = with_payload(step, change).run()
    assert finished.code == 2
    assert secret not in finished.log + finished.summary
