"""Sends the first request to GitHub, and imports the rest of the program while it waits."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.http.retry import PUBLISHING_SECONDS, Deadline
from reviewer.adapters.runner.actions import Runner, install_logging
from reviewer.config.enums import Mode
from reviewer.config.inputs import REPOSITORY_FILE, Inputs
from reviewer.errors import EventError
from reviewer.events.activity import CommandRequest, ReviewHead, ReviewPullRequest
from reviewer.events.payload import LINE_COMMENT
from reviewer.memory.seal import Seal, choose_secret
from reviewer.ports import Forge, Model
from reviewer.pull_request import Snapshot
from reviewer.run.run import EarlyList, Run

if TYPE_CHECKING:
    # Imported while GitHub responds.
    from reviewer.config.settings import Settings


def start(
    wanted: ReviewPullRequest | ReviewHead | CommandRequest,
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
    first, early_list = send_first(forge, wanted, inputs)

    import reviewer.run.review  # noqa: F401 - the slowest part, loaded while GitHub responds
    from reviewer.llm.budget import Budget
    from reviewer.run.skips import skip

    snapshot = first.result()
    if snapshot is None:
        return skip(runner, "the commit of this event is not the head of an open pull request")
    found = _resolve(wanted, snapshot)
    workspace = environ.get("GITHUB_WORKSPACE", "")
    run = Run(
        forge=forge,
        models=lambda: make_models(inputs, deadline.earlier_by(PUBLISHING_SECONDS)),
        runner=runner,
        inputs=inputs,
        deadline=deadline,
        wanted=found if isinstance(found, ReviewPullRequest) else ReviewPullRequest(found.number),
        run_url=_make_run_url(environ),
        seal=make_seal(inputs, repository, found.number),
        budget=Budget.of(inputs),
        workspace=workspace,
        checkout=workspace,
        event=environ.get("GITHUB_EVENT_NAME", ""),
        early_list=early_list,
        repository_url=make_repository_url(environ, repository),
    )
    return carry_out(run, found, snapshot)


def send_first(
    forge: GitHub, wanted: ReviewPullRequest | ReviewHead | CommandRequest, inputs: Inputs
) -> tuple[Future[Snapshot | None], EarlyList | None]:
    """Send the first query and, if the event names the commits, list the changed files beside it.

    A run that reviews nothing lists them for nothing. But its first query brings the repository's
    file too, so it sends no more requests than one that lists nothing and reads the file alone.
    With `mode: publish`, the reports decide if there is anything to read.
    """
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="first")
    first = pool.submit(_read_pull_request, forge, wanted)

    early_list = None
    reads = inputs.mode is not Mode.PUBLISH
    if isinstance(wanted, ReviewPullRequest) and wanted.head_sha and reads:
        early = early_list = EarlyList(wanted.base_sha, wanted.head_sha)

        def count() -> int:
            snapshot = first.result()
            return early.count(snapshot.pull) if snapshot else 0

        early.rows = pool.submit(forge.changed_files, wanted.number, count)
    pool.shutdown(wait=False)
    return first, early_list


def _read_pull_request(
    forge: GitHub, wanted: ReviewPullRequest | ReviewHead | CommandRequest
) -> Snapshot | None:
    """Read the pull request; return None if the commit is no longer the head of an open one.

    Raises EventError if it is the head of several.
    """
    if isinstance(wanted, ReviewPullRequest):
        return forge.snapshot(wanted.number, file=REPOSITORY_FILE, sha=wanted.base_sha)
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


def carry_out(run: Run, wanted: ReviewPullRequest | CommandRequest, snapshot: Snapshot) -> int:
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


def _is_check_of_commit(run: Run, snapshot: Snapshot) -> bool:
    """Return True if this run is a check of the head commit, at a gate; reads the file for that."""
    if run.event != LINE_COMMENT or run.inputs.mode is Mode.REVIEW:
        return False
    return run.inputs.gated or _load_settings(run.inputs, run.forge, snapshot.pull.base_sha).gated


def is_gated_by_file(environ: Mapping[str, str], inputs: Inputs, base_sha: str) -> bool:
    """Return True if the repository's file at the base commit sets a gate; sends a request.

    Raises ReviewerError if the file cannot be read or is invalid.
    """
    repository, token = environ.get("GITHUB_REPOSITORY", ""), inputs.github_token
    deadline = Deadline(inputs.timeout)
    forge = GitHub.of(environ, repository=repository, token=token, deadline=deadline)
    return _load_settings(inputs, forge, base_sha).gated


def _load_settings(inputs: Inputs, forge: Forge, base_sha: str) -> "Settings":
    from reviewer.config import settings
    from reviewer.config.strict_yaml import PATH

    return settings.load(inputs, forge.content(PATH, base_sha))


def make_models(inputs: Inputs, deadline: Deadline) -> tuple[Model, ...]:
    """Make the models in the order of `every_model`; importing their client takes 0.6 s."""
    from reviewer.adapters.openai.capacity import Capacity
    from reviewer.adapters.openai.model_server import ModelServer
    from reviewer.adapters.openai.wire import Options

    effort = inputs.reasoning_effort
    options = Options(
        inputs.temperature,
        inputs.max_output_tokens,
        effort.value if effort else None,
        caches=inputs.asks_openai,
    )
    capacity = Capacity(inputs.concurrency, inputs.request_timeout)
    return tuple(
        ModelServer(
            model=name,
            api_key=inputs.api_key,
            base_url=inputs.base_url,
            deadline=deadline,
            capacity=capacity,
            options=options,
            responses=inputs.uses_responses,
        )
        for name in inputs.every_model
    )


def make_seal(inputs: Inputs, repository: str, number: int) -> Seal:
    """Return the seal of a run on the pull request `number` of `repository` ("owner/name")."""
    secret = choose_secret(inputs.memory_key, inputs.api_key)
    return Seal.of(secret, repository, number, inputs.name)


def make_repository_url(environ: Mapping[str, str], repository: str) -> str:
    """Return the address of `repository` ("owner/name") on its server, "" if nobody names it.

    The runner names the server, also one of GitHub Enterprise Server.
    """
    server = environ.get("GITHUB_SERVER_URL", "")
    if not server and not environ.get("GITHUB_API_URL"):
        server = "https://github.com"
    return f"{server}/{repository}" if server and repository else ""


def _make_run_url(environ: Mapping[str, str]) -> str:
    server, repository, run = (
        environ.get(name, "")
        for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and run.isdigit() else ""
