"""Reviews commits on this machine, or a pull request, and shows the review in a terminal."""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.runner.actions import install_logging, without_commands
from reviewer.adapters.runner.terminal import Terminal, show
from reviewer.comments import agent_brief
from reviewer.comments import summary as summary_comment
from reviewer.comments.layout import RunDetails
from reviewer.config import repository_file
from reviewer.config import settings as config
from reviewer.config.inputs import Inputs
from reviewer.config.strict_yaml import PATH
from reviewer.errors import ConfigError, ReviewerError
from reviewer.events.activity import ReviewPullRequest
from reviewer.outputs import review_report
from reviewer.ports import Forge

REMOTE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)#(?P<number>[1-9]\d{0,9})")
# Variables of the environment, and the inputs that they set.
ENVIRONMENT = {
    "CODE_REVIEW_API_KEY": "api-key",
    "CODE_REVIEW_BASE_URL": "base-url",
    "CODE_REVIEW_MODEL": "model",
    "GITHUB_TOKEN": "github-token",
}


def main(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Run one command and return its exit code, as the action does."""
    options = _build_parser().parse_args(arguments)
    terminal = Terminal({}, sys.stderr)
    try:
        match options.command:
            case "review":
                return _review(options, environ)
            case "check":
                return _check(Path(options.file))
            case "replay":
                return _replay(Path(options.file))
            case _:
                print(json.dumps(repository_file.schema(), indent=2, ensure_ascii=False))
                return 0
    except ReviewerError as problem:
        terminal.error(str(problem))
        return problem.exit_code


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reviewer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    review = commands.add_parser("review", help="review commits, or a pull request on GitHub")
    review.add_argument("what", nargs="?", default="", metavar="BASE..HEAD | owner/repo#7")
    review.add_argument("--dry-run", action="store_true", help="write nothing on the pull request")
    review.add_argument(
        "--plan", action="store_true", help="ask no model: show what a review would take"
    )
    review.add_argument(
        "--format",
        choices=("markdown", "agent"),
        default="markdown",
        help="agent: the findings as plain text for a coding agent",
    )
    review.add_argument("--json", metavar="FILE", help="write the JSON report to this file")
    review.add_argument("--sarif", metavar="FILE", help="write the SARIF report to this file")
    review.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set an input of the action; CODE_REVIEW_API_KEY, CODE_REVIEW_BASE_URL and "
        "CODE_REVIEW_MODEL in the environment set api-key, base-url and model",
    )
    replay = commands.add_parser("replay", help="show a saved report; needs no network")
    replay.add_argument("file", metavar="FILE")
    settings = commands.add_parser("config", help=f"check {PATH}, or print its schema")
    about = settings.add_subparsers(dest="command", required=True)
    check = about.add_parser("check", help="check that the file is valid")
    check.add_argument("file", nargs="?", default=PATH)
    about.add_parser("schema", help="print its JSON Schema")
    return parser


def _replay(path: Path) -> int:
    review = review_report.parse(_read(path))
    show(summary_comment.render_report(review, RunDetails(name="default", url="", elapsed=0)))
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as missing:
        raise ConfigError(f"{path} cannot be read: {missing.strerror}.") from missing


def _check(path: Path) -> int:
    text = _read(path)
    for note in config.load(Inputs(), text).notes:
        print(f"note: {note}")
    print(f"{path} can be used.")
    return 0


def _review(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    remote = REMOTE.fullmatch(options.what)
    inputs = _load_inputs(options, environ, dry_run=options.dry_run or not remote)
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder, "summary.md")
        terminal = Terminal({"GITHUB_STEP_SUMMARY": str(summary)}, sys.stderr)
        terminal.hide(inputs.secrets)
        install_logging(terminal)
        deadline = Deadline(inputs.timeout)
        number = int(remote["number"]) if remote else 0
        forge = _open_forge(options.what, remote, inputs, deadline, environ)
        repository = remote["repository"] if remote else ""
        code = _run_review(forge, inputs, terminal, deadline, repository, number, folder, environ)
        report = next(Path(folder).glob("code-review-*/report.json"), None)
        if options.format == "agent" and report:
            found = review_report.parse(report.read_bytes())
            print(without_commands(agent_brief.render(found, found.findings)))
        elif summary.exists():
            show(summary.read_text("utf-8"))
        for name, wanted in (("report.json", options.json), ("report.sarif", options.sarif)):
            written = next(Path(folder).glob(f"code-review-*/{name}"), None)
            if wanted and written:
                Path(wanted).write_bytes(written.read_bytes())
    return code


def _run_review(
    forge: Forge,
    inputs: Inputs,
    terminal: Terminal,
    deadline: Deadline,
    repository: str,
    number: int,
    folder: str,
    environ: Mapping[str, str],
) -> int:
    from reviewer.llm.budget import Budget
    from reviewer.run import start
    from reviewer.run.review import review_pull_request
    from reviewer.run.run import Run

    run = Run(
        forge=forge,
        models=cache(lambda: start.make_models(inputs, deadline)),
        runner=terminal,
        inputs=inputs,
        deadline=deadline,
        wanted=ReviewPullRequest(number, full=inputs.full, requested=True),
        run_url="",
        seal=start.make_seal(inputs, repository, number),
        budget=Budget.of(inputs),
        workspace=folder,
        checkout=".",
        repository_url=start.make_repository_url(environ, repository),
    )
    return review_pull_request(run, forge.snapshot(number))


def _open_forge(
    what: str,
    remote: re.Match[str] | None,
    inputs: Inputs,
    deadline: Deadline,
    environ: Mapping[str, str],
) -> Forge:
    if remote is None:
        from reviewer.adapters.files.local_git import LocalCommits

        return LocalCommits.between(".", what)
    from reviewer.adapters.github.forge import GitHub

    return GitHub.of(
        environ, repository=remote["repository"], token=inputs.github_token, deadline=deadline
    )


def _load_inputs(
    options: argparse.Namespace, environ: Mapping[str, str], *, dry_run: bool
) -> Inputs:
    given = {name: environ[var] for var, name in ENVIRONMENT.items() if environ.get(var)}
    given |= dict(text.partition("=")[::2] for text in options.input)
    variables = {f"INPUT_{name.upper()}": value for name, value in given.items()}
    inputs = Inputs.load(variables)
    return replace(inputs, dry_run=dry_run, plan_only=options.plan or inputs.plan_only)
