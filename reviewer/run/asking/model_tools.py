"""Decides if the model gets tools that read the reviewed commit, and runs their calls."""

from collections.abc import Callable
from functools import partial

from reviewer.adapters.files.checkout import Checkout, is_empty
from reviewer.adapters.http.retry import PUBLISHING_SECONDS
from reviewer.config.enums import ToolsMode
from reviewer.context.repository.head_files import HeadFiles
from reviewer.errors import ForgeError
from reviewer.llm.ask import refuse
from reviewer.llm.tools import WorkspaceTools
from reviewer.prompt import ToolCall
from reviewer.pull_request import PullRequest
from reviewer.run.run import TITLE, Run

# Runs that have secrets although the commit of an outside contributor may be checked out.
_PRIVILEGED = ("pull_request_target", "workflow_run")
# GitHub gives runs of this event no secrets and no rights if the commit comes from a fork.
_CONFINED = "pull_request"


def open_head(run: Run, pull: PullRequest) -> HeadFiles:
    """Return the files of the head commit; a checkout of it is used as far as it is the commit."""
    has_checkout = bool(run.checkout) and not is_empty(run.checkout)
    return HeadFiles(
        run.forge,
        pull.head_sha,
        open_checkout=partial(Checkout, run.checkout) if has_checkout else None,
    )


def wants_tools(run: Run, pull: PullRequest) -> bool:
    """Return True if the model is to get tools that read the files of the head commit."""
    match run.inputs.tools:
        case ToolsMode.OFF:
            return False
        case ToolsMode.AUTO if pull.from_fork and run.event != _CONFINED:
            # This trigger combines the commit of an outside contributor with rights.
            return False
        case ToolsMode.ON if run.event in _PRIVILEGED or run.wanted.unselected:
            return False
        case _:
            return True


def offers_tools(run: Run, pull: PullRequest, head: HeadFiles) -> bool:
    """Return True if the model gets the tools that it is to get; lists the files for that.

    A warning says that tools are wanted and cannot be had; the run goes on without them.
    """
    if not wants_tools(run, pull):
        if run.inputs.tools is ToolsMode.ON:
            run.runner.warning(
                f"`tools: on` does not apply to runs of {run.event}, which have secrets: the model "
                "gets none. `tools: always` offers them here too.",
                title=TITLE,
            )
        return False
    try:
        head.list_files()
    except ForgeError as problem:
        run.runner.warning(f"The model gets no tools: {problem}", title=TITLE)
        return False
    return True


def make_runner(
    run: Run, workspace: HeadFiles | None, fence: Callable[[str], str]
) -> Callable[[ToolCall], str]:
    """Return what runs the model's tool calls; without a workspace, it refuses them."""
    if workspace is None:
        return refuse
    until = run.deadline.earlier_by(PUBLISHING_SECONDS)
    return WorkspaceTools(workspace, fence, until.remaining).run
