"""Sends the first request to GitHub, and imports the rest of the program while it waits."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.github.queries import FileQuery
from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.runner.actions import Runner, install_logging
from reviewer.config.enums import Mode
from reviewer.config.repository.file_places import LEARNINGS_FILE, LOOKED_FOR, REPOSITORY_FILE
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import ConfigError, EventError
from reviewer.events.activity import (
    CommandRequest,
    ReviewHead,
    ReviewOpenPulls,
    ReviewPullRequest,
    ReviewRequest,
)
from reviewer.events.payload import LINE_COMMENT
from reviewer.job_identity import find_workflow
from reviewer.pull_request import Snapshot
from reviewer.run.early_list import EarlyList
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
    first, early_list = send_first(forge, wanted, inputs, find_workflow(environ))

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


def send_first(
    forge: GitHub,
    wanted: ReviewPullRequest | ReviewHead | CommandRequest,
    inputs: Inputs,
    workflow: str = "",
) -> tuple[Future[Snapshot | None], EarlyList | None]:
    """Send the first query and, if the event names the commits, list changed files beside it.

    A run that reviews nothing lists them for nothing. But its first query brings the repository's
    file too, so it sends no more requests than one that lists nothing and reads the file alone:
    for that reason, only the first page is read so early.
    With `mode: publish`, the reports decide if there is anything to read. `workflow` is the path of
    the workflow of this run, whose text the query brings too.
    """
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="first")
    first = pool.submit(_read_pull_request, forge, wanted, workflow)

    early_list = None
    reads = inputs.mode is not Mode.PUBLISH
    if isinstance(wanted, ReviewPullRequest) and wanted.head_sha and reads:
        page = pool.submit(forge.first_changed_files, wanted.number)
        early_list = EarlyList(wanted.base_sha, wanted.head_sha, page)
    pool.shutdown(wait=False)
    return first, early_list


def _read_pull_request(
    forge: GitHub, wanted: ReviewPullRequest | ReviewHead | CommandRequest, workflow: str
) -> Snapshot | None:
    """Read the pull request; return None if the commit is no longer the head of an open one.

    Raises EventError if it is the head of several.
    """
    if isinstance(wanted, ReviewPullRequest):
        sha = wanted.base_sha
        file = (
            FileQuery(REPOSITORY_FILE, sha, LOOKED_FOR, LEARNINGS_FILE, workflow) if sha else None
        )
        return forge.snapshot(wanted.number, file)
    if not isinstance(wanted, ReviewHead):
        return forge.snapshot(wanted.number)
    head = wanted.head
    numbers = forge.pulls_of(head.sha, head.branch, head.repository)
    if len(numbers) > 1:
        listed = ", ".join(map(str, numbers))
        raise EventError(
            f"Several open pull requests have the head {wanted.head.sha[:7]}: {listed}.",
            cause="They were opened from one branch, into different base branches.",
            remedy="Set the input pr-number to the one to review.",
        )
    return forge.snapshot(numbers[0]) if numbers else None


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
    from reviewer.run.reactions import acknowledge
    from reviewer.run.review import review_pull_request

    if isinstance(wanted, ReviewPullRequest):
        if wanted.commenter is None:
            return review_pull_request(run, snapshot)
        code = acknowledge(run, wanted.commenter, lambda: review_pull_request(run, snapshot))
    else:
        from reviewer.run import answer

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
