"""Runs a review for a person at a terminal, and prints it."""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.runner import terminal as screen
from reviewer.adapters.runner.actions import install_logging
from reviewer.adapters.runner.terminal import Terminal
from reviewer.config.enums import FailOn
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from reviewer.events.activity import ReviewPullRequest
from reviewer.outputs import review_report, step_outputs
from reviewer.ports import Forge
from reviewer.pull_request import Conversation
from reviewer.terminal import environment, given_files
from reviewer.terminal.formats import FORMATS, Reviewed
from reviewer.terminal.local_changes import LocalChanges, open_changes
from reviewer.terminal.text_report import Layout
from reviewer.terminal.wording import Wording

_NUMBER = r"(?P<number>[1-9]\d{0,9})"
_REMOTE = re.compile(rf"(?P<repository>[\w.-]+/[\w.-]+)#{_NUMBER}")
# The address of a pull request in a browser, or of one of its tabs.
_ADDRESS = re.compile(
    rf"(?P<server>https?://[\w.:-]+)/(?P<repository>[\w.-]+/[\w.-]+)/pull/{_NUMBER}(?:[/?#].*)?"
)
_WIDEST = 100


@dataclass(frozen=True, slots=True)
class Target:
    """What is reviewed; `repository` ("owner/name") and `number` are empty for local changes."""

    forge: Forge
    checkout: str
    subject: str
    repository: str = ""
    number: int = 0


def review(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Review what the command line names, print the review, and return the exit code."""
    remote = _find_remote(options.what, environ)
    inputs = environment.load_inputs(options.input, environ)
    writes = bool(remote and options.comment)
    inputs = replace(inputs, dry_run=not writes, plan_only=options.plan or inputs.plan_only)
    if options.plan:
        # Somebody who asks for a plan has nothing to be stopped from; a workflow's gate has.
        inputs = replace(inputs, fail_on=(FailOn.NEVER,))
    if inputs.plan_only:
        _require_form_of_plan(options)
    with tempfile.TemporaryDirectory(prefix="code-review-") as folder:
        terminal, shown = _open_terminal(folder, options, environ)
        terminal.hide(inputs.secrets)
        install_logging(terminal)
        screen.follow_log(terminal, verbose=options.verbose or isinstance(shown, nullcontext))
        with shown:
            target = (
                _open_pull_request(remote, inputs, environ)
                if remote
                else _open_local(options, inputs.sarif + inputs.reports, folder, terminal, environ)
            )
            if target is None:
                return 0
            environment.require_key(inputs, environ)
            code = _run(target, inputs, terminal, folder, environ)
        _print(folder, options.format, target, terminal.translate)
        _copy_reports(folder, options)
    return code


def _find_remote(what: str, environ: Mapping[str, str]) -> re.Match[str] | None:
    """Return the match of a pull request, None for local changes.

    Raises InputError for the address of one on another server than the token is for.
    """
    if not (address := _ADDRESS.fullmatch(what)):
        return _REMOTE.fullmatch(what)
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    if address["server"] != server.rstrip("/"):
        raise InputError(
            f"The pull request is on {address['server']}, and the token is for {server}.",
            remedy=f"Set GITHUB_SERVER_URL to {address['server']}, and GITHUB_API_URL to the "
            "address of its API.",
        )
    return address


def _require_form_of_plan(options: argparse.Namespace) -> None:
    """Raise InputError for what is made of a review only; a plan finds nothing."""
    wanted = {
        "--format json": options.format == "json",
        "--format agent": options.format == "agent",
        "--json": bool(options.json),
        "--sarif": bool(options.sarif),
    }
    if unable := [option for option, given in wanted.items() if given]:
        raise InputError(
            f"A plan has no report, so {unable[0]} cannot be used with --plan.",
            remedy="Leave out one of them, or write `--plan --format markdown`.",
        )


def _open_terminal(
    folder: str, options: argparse.Namespace, environ: Mapping[str, str]
) -> tuple[Terminal, AbstractContextManager[None]]:
    """Return the terminal, and what shows its bar while the review is made."""
    variables = {"GITHUB_STEP_SUMMARY": str(Path(folder, "summary.md"))}
    sources = dict(environment.find_sources(options.input, environ))
    translate = Wording(sources | {"plan-only": "--plan"} if options.plan else sources).translate
    if not screen.draws_bars(sys.stderr, environ):
        return Terminal(variables, sys.stderr, translate=translate), nullcontext()
    # Slow to import, and needed by people alone.
    from reviewer.adapters.runner.progress_bar import ProgressBar

    bar = ProgressBar(sys.stderr)
    return Terminal(variables, sys.stderr, bar=bar, translate=translate), bar.shown()


def _open_pull_request(remote: re.Match[str], inputs: Inputs, environ: Mapping[str, str]) -> Target:
    environment.require_token(inputs)
    # Slow to import, and not needed for local changes.
    from reviewer.adapters.github.forge import GitHub

    repository, number = remote["repository"], int(remote["number"])
    deadline = Deadline(inputs.timeout)
    forge = GitHub.of(environ, repository=repository, token=inputs.github_token, deadline=deadline)
    return Target(forge, ".", f"{repository}#{number}", repository, number)


def _open_local(
    options: argparse.Namespace,
    reports: Sequence[str],
    folder: str,
    terminal: Terminal,
    environ: Mapping[str, str],
) -> Target | None:
    """Return the changes on this machine, None if there are none; `reports` are none of them."""
    if options.comment:
        raise InputError(
            "--comment writes on a pull request, and none is named.",
            remedy="Write, for example, `code-review review owner/repo#7 --comment`.",
        )
    scratch = Path(folder, "scratch")
    scratch.mkdir()
    found = open_changes(
        options.what,
        str(scratch),
        environ,
        staged=options.staged,
        untracked=not options.no_untracked,
        reports=reports,
    )
    return _announce(found, terminal, staged=options.staged)


def _announce(found: LocalChanges, terminal: Terminal, *, staged: bool) -> Target | None:
    for note in found.notes:
        terminal.notice(note)
    if found.commits.are_none:
        none = "nothing is staged, and `git add` stages changes"
        terminal.notice(
            f"Nothing to review: {none if staged else f'{found.commits.name} has no changes'}."
        )
        return None
    return Target(found.commits, found.checkout, found.commits.name)


def _run(
    target: Target, inputs: Inputs, terminal: Terminal, folder: str, environ: Mapping[str, str]
) -> int:
    """Make the review; its reports and its job summary are in `folder` then."""
    from reviewer.llm.budget import Budget
    from reviewer.run import run_setting
    from reviewer.run.review import review_pull_request
    from reviewer.run.run import Run

    deadline = Deadline(inputs.timeout)
    root = str(Path(target.checkout).absolute())
    inputs = given_files.relate_inputs(inputs, root)
    run = Run(
        forge=target.forge,
        models=cache(lambda: run_setting.make_models(inputs, deadline)),
        runner=terminal,
        inputs=inputs,
        deadline=deadline,
        wanted=ReviewPullRequest(target.number, full=inputs.full, requested=True),
        run_url="",
        seal=run_setting.make_seal(inputs, target.repository, target.number),
        budget=Budget.of(inputs),
        workspace=root,
        output_folder=folder,
        checkout=target.checkout,
        folders=(root,),
        repository_url=run_setting.make_repository_url(environ, target.repository),
    )
    snapshot = target.forge.snapshot(target.number)
    if not inputs.dry_run:
        _note_second_comment(run.seal.name, snapshot.conversation, terminal)
    return review_pull_request(run, snapshot)


def _note_second_comment(name: str, conversation: Conversation, terminal: Terminal) -> None:
    """Say so if the pull request has a review that this token cannot update."""
    from reviewer.comments import summary

    marker = summary.MARKER.format(name)
    if any(line.startswith(marker) for line in conversation.others):
        terminal.notice(
            "Another account has a review on this pull request, and its comment stays as it is: a "
            "token updates only the comment of its own account, so there are two."
        )


def _print(folder: str, form: str, target: Target, translate: Callable[[str], str]) -> None:
    """Print the review; a plan has no report, and errors and skips are in the log already.

    `translate` puts its notes and its reasons into the words of a shell.
    """
    report = _find_report(folder, step_outputs.REPORT)
    summary = Path(folder, "summary.md")
    markdown = summary.read_text("utf-8") if summary.exists() else ""
    if report:
        text = report.read_text("utf-8")
        made = review_report.parse(text.encode())
        made = replace(
            made,
            files=tuple(replace(each, reason=translate(each.reason)) for each in made.files),
            notes=tuple(map(translate, made.notes)),
        )
        show(Reviewed(made, text, markdown, find_layout(), target.subject), form)
    elif "\n| " in markdown:
        (screen.write if form == "markdown" else screen.write_markdown)(markdown.rstrip("\n"))


def show(reviewed: Reviewed, form: str) -> None:
    """Print a review in one of FORMATS."""
    screen.write(FORMATS[form](reviewed), is_json=form == "json")


def find_layout() -> Layout:
    """Return the layout for standard output: plain lines of any length, if it is no terminal."""
    if not sys.stdout.isatty():
        return Layout()
    size = shutil.get_terminal_size()
    return Layout(min(size.columns, _WIDEST), colours=screen.has_colours())


def _copy_reports(folder: str, options: argparse.Namespace) -> None:
    for name, wanted in ((step_outputs.REPORT, options.json), (step_outputs.SARIF, options.sarif)):
        written = _find_report(folder, name)
        if not (wanted and written):
            continue
        try:
            Path(wanted).write_bytes(written.read_bytes())
        except OSError as problem:
            raise InputError(f"{wanted} cannot be written: {problem.strerror}.") from problem


def _find_report(folder: str, name: str) -> Path | None:
    return next(Path(folder).glob(f"code-review-*/{name}"), None)
