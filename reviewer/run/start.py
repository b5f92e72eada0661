"""Sends the first request to GitHub, and imports the rest of the program while it waits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.runner.actions import Runner, install_logging
from reviewer.config.config_error import ConfigError
from reviewer.config.enums import Mode
from reviewer.config.workflow.inputs import Inputs
from reviewer.events.activity import (
    CommandRequest,
    ReviewHead,
    ReviewOpenPulls,
    ReviewPullRequest,
    ReviewRequest,
)
from reviewer.events.payload import LINE_COMMENT
from reviewer.pull_request import Snapshot
from reviewer.review.job_identity import find_workflow
from reviewer.run import first_requests
from reviewer.run.run_setting import RunSetting

if TYPE_CHECKING:
    # Imported while GitHub responds.
    from reviewer.run.run import Run


def start(
    wanted: ReviewRequest | CommandRequest,
    inputs: Inputs,
    runner: Runner,
    environ: Mapping[str, str],
) -> int:
    """Do what the event asks for and return the exit code.

    Raises ReviewerError for problems that occur before the pull request is read; later ones are
    reported on the pull request.
    """
    install_logging(runner)
    deadline = Deadline(inputs.timeout)
    repository, token = environ.get("GITHUB_REPOSITORY", ""), inputs.github_token
    forge = GitHub.of(environ, repository=repository, token=token, deadline=deadline)
    setting = RunSetting(forge, inputs, runner, deadline, environ)
    if isinstance(wanted, ReviewOpenPulls):
        return _review_open_pulls(setting, wanted)
    first, early_list = first_requests.send(forge, wanted, inputs, find_workflow(environ))

    import reviewer.run.review  # noqa: F401 - the slowest part, loaded while GitHub responds
    from reviewer.llm.budget import Budget
    from reviewer.run.publishing.skips import skip

    snapshot = first.result()
    if snapshot is None:
        return skip(runner, "the commit of this event is not the head of an open pull request")
    found = _resolve(wanted, snapshot)
    request = found if isinstance(found, ReviewPullRequest) else ReviewPullRequest(found.number)
    return carry_out(setting.make_run(request, Budget.of(inputs), early_list), found, snapshot)


def _review_open_pulls(setting: RunSetting, wanted: ReviewOpenPulls) -> int:
    from reviewer.run.open_pulls import OpenPullsReview

    return OpenPullsReview(
        setting.forge,
        setting.inputs,
        setting.runner,
        setting.deadline,
        setting.make_seal(0),
        setting.make_run,
    ).review_all(wanted)


def _resolve(
    wanted: ReviewPullRequest | ReviewHead | CommandRequest, snapshot: Snapshot
) -> ReviewPullRequest | CommandRequest:
    match wanted:
        case ReviewHead(full=full, upstream_succeeded=upstream_succeeded):
            return ReviewPullRequest(
                snapshot.pull.number, full=full, upstream_succeeded=upstream_succeeded
            )
        case _:
            return wanted


def carry_out(run: "Run", wanted: ReviewPullRequest | CommandRequest, snapshot: Snapshot) -> int:
    """Carry out a command or a review and return the exit code.

    GitHub shows the run of a comment at lines as a check of the commit, beside that of the review.
    So at a gate, it ends as the review does that is there.
    """
    from reviewer.run.commands.reactions import acknowledge
    from reviewer.run.review import review_pull_request

    if isinstance(wanted, ReviewPullRequest):
        if wanted.commenter is None:
            return review_pull_request(run, snapshot)
        code = acknowledge(run, wanted.commenter, lambda: review_pull_request(run, snapshot))
    else:
        from reviewer.run.commands import answer

        code = answer.carry_out(run, wanted, snapshot)
    if code or not _is_check_of_commit(run, snapshot):
        return code
    repeat = ReviewPullRequest(wanted.number, only_repeat=True)
    return review_pull_request(replace(run, wanted=repeat), run.forge.snapshot(wanted.number))


def _is_check_of_commit(run: "Run", snapshot: Snapshot) -> bool:
    """Return True if this run is a check of the head commit, at a gate; reads the file for that."""
    if run.event != LINE_COMMENT or run.inputs.mode is Mode.REVIEW:
        return False
    from reviewer.run import base_settings

    return run.inputs.gated or base_settings.load(run, snapshot.pull).gated


def is_gated_by_file(environ: Mapping[str, str], inputs: Inputs, base_sha: str) -> bool:
    """Return True if the repository's file at the base commit sets a gate; sends a request.

    Raises ReviewerError if the file cannot be read or is invalid.
    """
    repository, token = environ.get("GITHUB_REPOSITORY", ""), inputs.github_token
    deadline = Deadline(inputs.timeout)
    forge = GitHub.of(environ, repository=repository, token=token, deadline=deadline)
    from reviewer.run.base_settings import SettingsFile

    try:
        return SettingsFile.read(forge, base_sha).load(inputs).gated
    except ConfigError as broken:
        branch = environ.get("GITHUB_BASE_REF", "")
        commit = f"on the base branch {branch}" if branch else "at the base commit"
        raise broken.read_at(commit) from None
