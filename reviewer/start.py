"""Sends the first request to GitHub and imports the rest of the program behind its answer."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from reviewer.activity import Errand, ReviewPullRequest
from reviewer.adapters.deadline import Deadline
from reviewer.adapters.github import GitHub
from reviewer.adapters.runner import Runner, install_logging
from reviewer.inputs import Inputs
from reviewer.ports import Model

# Publishing must still fit when the model has used up its time.
PUBLISHING_SECONDS = 30


def start(
    wanted: ReviewPullRequest | Errand, inputs: Inputs, runner: Runner, environ: Mapping[str, str]
) -> int:
    """Do what is wanted of a pull request and return the exit code.

    Raises ReviewerError for whatever goes wrong before the pull request is known.
    """
    install_logging(runner)
    deadline = Deadline(inputs.timeout)
    forge = GitHub.of(
        environ,
        repository=environ.get("GITHUB_REPOSITORY", ""),
        token=inputs.github_token,
        deadline=deadline,
    )
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="first")
    first = pool.submit(forge.snapshot, wanted.number)
    pool.shutdown(wait=False)

    from reviewer import acknowledgement, delivery
    from reviewer.trip import Trip

    trip = Trip(
        forge=forge,
        models=lambda: models(inputs, deadline.earlier_by(PUBLISHING_SECONDS)),
        runner=runner,
        inputs=inputs,
        deadline=deadline,
        wanted=_review(wanted),
        run_url=_run_url(environ),
        workspace=environ.get("GITHUB_WORKSPACE", ""),
    )
    if not isinstance(wanted, ReviewPullRequest):
        from reviewer import answering

        return answering.carry_out(trip, wanted, first.result())
    snapshot = first.result()
    asker = None if inputs.dry_run else wanted.asker
    return acknowledgement.acknowledged(forge, asker, lambda: delivery.deliver(trip, snapshot))


def _review(wanted: ReviewPullRequest | Errand) -> ReviewPullRequest:
    """Return the wanted review; what is asked for beside reviews looks at one of the same pull."""
    return wanted if isinstance(wanted, ReviewPullRequest) else ReviewPullRequest(wanted.number)


def models(inputs: Inputs, deadline: Deadline) -> tuple[Model, ...]:
    """Make the models, the preferred one first; this imports their client, which takes long."""
    from reviewer.adapters.openai import ChatCompletions

    return tuple(
        ChatCompletions(
            model=name,
            api_key=inputs.api_key,
            base_url=inputs.base_url,
            deadline=deadline,
            temperature=inputs.temperature,
            max_output_tokens=inputs.max_output_tokens,
        )
        for name in inputs.models
    )


def _run_url(environ: Mapping[str, str]) -> str:
    server, repository, run = (
        environ.get(name, "")
        for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and run.isdigit() else ""
