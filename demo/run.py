"""Reviews a real change of an open-source library from end to end, on this machine."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import answers
import page
import pull
import screen
from answers import Answers

from tests.e2e.process import NUMBER, Step
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.run_result import RunResult

BUILD = Path(__file__).parents[1] / "build" / "demo"
# What a machine may need to reach a model server; recorded answers need none of it.
WAY_OUT = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE")
SEVERITIES = ("critical", "high", "medium", "low")


def main() -> int:
    """Run the demo; return 0 when a comment was made and no answer to a question was missing."""
    who = _options().record
    named = who or answers.model_is_named()
    print("A real change of an open-source library, reviewed from end to end on this machine.\n")
    with (
        pull.open_pull() as github,
        answers.of_a_model(who) if named else answers.of_a_recording() as model,
        tempfile.TemporaryDirectory() as folder,
    ):
        _introduce(github, model)
        screen.title("The action's log")
        code = _review(Path(folder) / "first", github, model)
        if code == 0 and not who:
            screen.title("The same event once more")
            code = _review(Path(folder) / "second", github, model)
        if github.bodies:
            _show(github.bodies[-1], model)
        return code or _missing(model)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--record",
        metavar="WHO",
        default="",
        help=f"keep the answers of the model at {answers.BASE_URL}; WHO gave them, in words",
    )
    options = parser.parse_args()
    if options.record and not os.environ.get(answers.BASE_URL):
        parser.error(f"--record needs {answers.BASE_URL}")
    return options


def _introduce(github: LoopbackGitHub, model: Answers) -> None:
    rows = github.repository.pulls[NUMBER].files
    added, removed = sum(row.additions for row in rows), sum(row.deletions for row in rows)
    screen.fact("change", f"{pull.SOURCE}: {len(rows)} files, +{added} -{removed}")
    screen.fact("event", f"{pull.EVENT}.json as GitHub publishes it, for {pull.NAME}")
    screen.fact("GitHub", f"a server on this machine, {github.url}")
    screen.fact("model", model.told)


def _review(root: Path, github: LoopbackGitHub, model: Answers) -> int:
    """Run the action as its container would, show its log as it comes, then what it did."""
    way_out = {name: os.environ[name] for name in WAY_OUT if name in os.environ}
    addresses = {"GITHUB_API_URL": github.api_url, "GITHUB_GRAPHQL_URL": github.graphql_url}
    # Without a key to sign with, the second run would not believe what the first one left.
    inputs = {
        "github-token": TOKEN,
        "memory-key": "a-secret-of-this-demo",
        **model.inputs,
    }
    words = {"title": pull.TITLE, "body": pull.DESCRIPTION}
    step = Step(root, inputs, {**way_out, **addresses}, pull.EVENT, payload={"pull_request": words})
    requests, writes = len(github.requests), len(github.writes)
    asked = model.asked() if model.asked else 0
    start = time.monotonic()
    process = step.start()
    for line in process.stdout or ():
        screen.log(line)
    finished = step.finish(process)
    print()
    screen.fact("step", f"exit code {finished.code} after {time.monotonic() - start:.1f} s")
    _report(finished)
    requests, writes = len(github.requests) - requests, len(github.writes) - writes
    screen.fact("GitHub", f"{requests} requests, {writes} of them writes")
    if model.asked:
        screen.fact("model", f"{model.asked() - asked} questions")
    return finished.code


def _report(finished: RunResult) -> None:
    said = finished.outputs
    if "findings" in said:
        counts = ", ".join(f"{said[name]} {name}" for name in SEVERITIES if said[name] != "0")
        screen.fact("found", f"{said['findings']} findings ({counts or 'none'})")
        screen.fact("files", f"{said['reviewed-files']} reviewed, {said['skipped-files']} skipped")


def _show(comment: str, model: Answers) -> None:
    """Print the comment and write its page."""
    screen.title("The comment, as Markdown")
    screen.comment(comment)
    BUILD.mkdir(parents=True, exist_ok=True)
    written = BUILD / "comment.html"
    (BUILD / "comment.md").write_text(comment, "utf-8")
    written.write_text(page.render(pull.TITLE, comment, f"Model: {model.told}"), "utf-8")
    screen.title("The comment, as people see it")
    print(written.as_uri())


def _missing(model: Answers) -> int:
    """Name the questions that no recorded answer fits, and return how the demo ends."""
    if not model.missing:
        return 0
    screen.title("Recorded answers are missing")
    for question in dict.fromkeys(model.missing):
        print(f"- {question}")
    print(f"Record them again: {answers.BASE_URL}=… .venv/bin/python demo/run.py --record WHO")
    return 1


if __name__ == "__main__":
    sys.exit(main())
