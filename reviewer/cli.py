"""Reviews changes on this machine, or a pull request, and shows the review in a terminal."""

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from reviewer import __version__
from reviewer.adapters.runner.actions import install_excepthooks
from reviewer.adapters.runner.terminal import Terminal, show_cursor
from reviewer.config.config_error import ConfigError
from reviewer.config.options import suggest
from reviewer.config.repository import file_schema
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.strict_yaml import PATH
from reviewer.errors import CancelledError, ReviewerError
from reviewer.outputs import review_report
from reviewer.terminal import environment, init, settings_check
from reviewer.terminal import review as review_command
from reviewer.terminal.formats import FORMATS, Reviewed
from reviewer.terminal.wording import Wording

EXAMPLES = """\
examples:
  code-review review                       all your work since the default branch: commits,
                                           staged, unstaged and untracked files
  code-review review HEAD                  only what is not committed yet
  code-review review --staged              only what is staged
  code-review review main..my-branch       commits of a branch
  code-review review ..HEAD                commits only: those that the default branch lacks
  code-review review owner/repo#7          a pull request on GitHub; nothing is written there
  code-review review owner/repo#7 --comment
                                           the same, and write the comment
  code-review review --plan                ask no model: what a review would take
"""
VARIABLES = """\
environment:
  CODE_REVIEW_API_KEY, CODE_REVIEW_BASE_URL, CODE_REVIEW_MODEL
      the model server: its API key, its address, the name of the model
  CODE_REVIEW_EFFORT and so on
      any other input of the action; --input comes before it
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL
      the same, if neither key nor address is set by one of the former
  GITHUB_TOKEN or GH_TOKEN
      reads and writes pull requests on GitHub
  NO_COLOR
      no colours

exit codes: 0 reviewed, 1 failed, 2 a setting is wrong, 3 fail-on was reached, 130 cancelled
"""


def main(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Run one command and return its exit code, as the action does."""
    parser = build_parser()
    # Whoever leaves out the command means a review.
    if misplaced := _find_misplaced(arguments, parser.get_default("parser")):
        parser.exit(2, misplaced)
    options, unknown = parser.parse_known_args(arguments)
    # argparse takes a word with a blank in it for no option, but no name of a commit has one.
    if (what := getattr(options, "what", "")).startswith("--") and " " in what:
        unknown = [what, *unknown]
    if unknown:
        _refuse(unknown, arguments, options.parser)
    if not options.command:
        parser.print_help()
        return 0
    wording = Wording(environment.find_sources(getattr(options, "input", ()), environ))
    terminal = Terminal({}, sys.stderr, translate=wording.translate)
    install_excepthooks(terminal)
    cancel = partial(_cancel, kept=getattr(options, "comment", False))
    signal.signal(signal.SIGINT, cancel)
    signal.signal(signal.SIGTERM, cancel)
    try:
        return _carry_out(options, environ)
    except ReviewerError as problem:
        problems = problem.problems if isinstance(problem, ConfigError) else (problem,)
        for each in problems:
            terminal.error(each.with_address())
        return problem.exit_code


def _find_misplaced(arguments: Sequence[str], review: argparse.ArgumentParser) -> str:
    """Return the error about options of a review before the command, or without one, or ""."""
    first = arguments[0] if arguments else ""
    if not first.startswith("--"):
        return ""
    option = first.partition("=")[0]
    known = option in _find_options(review)
    words = option if known else _suggest_input(option, arguments)
    if not words:
        return ""
    where = f"{option} belongs behind `review`. Write `code-review review {words}`."
    return f"code-review: error: {where}\n"


def _find_options(parser: argparse.ArgumentParser) -> tuple[str, ...]:
    """Return the long options of a command, which its usage lists."""
    return tuple(re.findall(r"--[a-z-]+", parser.format_usage()))


def _suggest_input(option: str, arguments: Sequence[str]) -> str:
    """Return the words that set the input which an option names, with the value behind it."""
    at = next(n for n, word in enumerate(arguments) if word.partition("=")[0] == option)
    _, equals, value = arguments[at].partition("=")
    following = arguments[at + 1] if at + 1 < len(arguments) else ""
    if not equals and not following.startswith("-"):
        value = following
    return environment.suggest_input(option, value)


def _refuse(
    unknown: Sequence[str], arguments: Sequence[str], parser: argparse.ArgumentParser
) -> NoReturn:
    """End the command because of words that it does not take."""
    # Without the values, one of which may be a key.
    named = [word.partition("=")[0] for word in unknown]
    known = _find_options(parser)
    words = _suggest_input(named[0], arguments)
    if words and "--input" in known:
        parser.exit(2, f"{parser.prog}: error: {named[0]} is no option. Write `{words}`.\n")
    # Short options look alike: "--base" is no "--verbose".
    meant = suggest(named[0], known, like=0.8)
    parser.error(f"unrecognized arguments: {' '.join(named)}{meant and f'. {meant}'}")


def _carry_out(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    match options.command:
        case "review":
            return review_command.review(options, environ)
        case "init":
            return init.write_files(os.curdir)
        case "check":
            return settings_check.check(options.file, options.templates)
        case "replay":
            return _replay(Path(options.file), options.format)
        case _:
            schema = file_schema.make_for_learnings() if options.learnings else file_schema.make()
            print(json.dumps(schema, indent=2, ensure_ascii=False))
            return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="code-review",
        allow_abbrev=False,
        description=__doc__,
        epilog=f"{EXAMPLES}\n`code-review review --help` lists options and variables.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"code-review {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_review(commands)
    commands.add_parser(
        "init",
        help=f"write a workflow and {PATH}",
        description="Write a workflow that reviews pull requests, and a settings file in which "
        "every line is a comment. Files that exist are left alone.",
    )
    settings = commands.add_parser("config", help=f"check {PATH}, or print its schema")
    about = settings.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = about.add_parser("check", allow_abbrev=False, help=f"check {PATH} and {LEARNINGS_FILE}")
    check.add_argument("file", nargs="?", default="", help=f"{PATH} of the repository by default")
    check.add_argument(
        "--templates",
        metavar="FOLDER",
        default="",
        help="check the templates in this folder too, relative to the current one",
    )
    schema = about.add_parser("schema", help=f"print the JSON Schema of {PATH}")
    schema.add_argument(
        "--learnings", action="store_true", help=f"that of {LEARNINGS_FILE} instead"
    )
    replay = commands.add_parser(
        "replay", allow_abbrev=False, help="show a saved report; needs no network"
    )
    replay.add_argument("file", metavar="FILE")
    _add_format(replay)
    for each in (*commands.choices.values(), *about.choices.values()):
        each.set_defaults(parser=each)
    parser.set_defaults(parser=commands.choices["review"])
    return parser


def _add_review(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    review = commands.add_parser(
        "review",
        allow_abbrev=False,
        help="review your work, commits, or a pull request on GitHub",
        epilog=f"{EXAMPLES}\n{VARIABLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    review.add_argument(
        "what",
        nargs="?",
        default="",
        metavar="BASE | BASE..HEAD | owner/repo#7",
        help="BASE: all your work since it left BASE, by default the default branch",
    )
    review.add_argument("--staged", action="store_true", help="only what is staged")
    review.add_argument(
        "--no-untracked", action="store_true", help="leave out files that git does not track"
    )
    review.add_argument(
        "--comment", action="store_true", help="write the comment on owner/repo#7, as the action"
    )
    review.add_argument(
        "--plan", action="store_true", help="ask no model: show what a review would take"
    )
    _add_format(review)
    review.add_argument("--json", metavar="FILE", help="write the JSON report to this file too")
    review.add_argument("--sarif", metavar="FILE", help="write the SARIF report to this file too")
    review.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set an input of the action, such as effort=high or fail-on=high",
    )
    review.add_argument("--verbose", action="store_true", help="show the log on a terminal too")


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="text",
        help="how to print the review; agent: for a coding agent to act on",
    )


def _replay(path: Path, form: str) -> int:
    data = settings_check.read(path)
    made = review_report.parse(data)
    text = data.decode(errors="replace")
    reviewed = Reviewed.of_report(made, text, review_command.find_layout())
    review_command.show(reviewed, form)
    return 0


def _cancel(number: int, _frame: FrameType | None, *, kept: bool) -> None:
    """Raise CancelledError; what a run has `kept` on a pull request is not asked for again."""
    # A second signal ends the process at once: people press Ctrl-C again if nothing happens.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _end)
    cancelled = CancelledError(number)
    if not kept:
        cancelled.remedy = "Nothing of it is kept: the next run begins again."
    raise cancelled


def _end(number: int, _frame: FrameType | None) -> None:
    show_cursor(sys.stderr)
    os._exit(128 + number)
