"""Sends the first request to GitHub and imports the rest of the program behind its answer."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from reviewer.activity import ReviewPullRequest
from reviewer.adapters.deadline import Deadline
from reviewer.adapters.github import GitHub
from reviewer.adapters.runner import Runner
from reviewer.inputs import Inputs

GITHUB_API = "https://api.github.com"


def start(
    wanted: ReviewPullRequest, inputs: Inputs, runner: Runner, environ: Mapping[str, str]
) -> int:
    """Review the wanted pull request and return the exit code.

    Raises ReviewerError for whatever goes wrong before the pull request is known.
    """
    deadline = Deadline(inputs.timeout)
    api_url = environ.get("GITHUB_API_URL") or GITHUB_API
    forge = GitHub(
        token=inputs.github_token,
        repository=environ.get("GITHUB_REPOSITORY", ""),
        api_url=api_url,
        graphql_url=environ.get("GITHUB_GRAPHQL_URL") or f"{api_url}/graphql",
        deadline=deadline,
    )
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="first")
    first = pool.submit(forge.snapshot, wanted.number)
    pool.shutdown(wait=False)

    from reviewer import delivery

    trip = delivery.Trip(forge, runner, inputs, deadline, wanted, _run_url(environ))
    return delivery.deliver(trip, first.result())


def _run_url(environ: Mapping[str, str]) -> str:
    server, repository, run = (
        environ.get(name, "")
        for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and run.isdigit() else ""
