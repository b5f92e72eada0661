"""What the shipped workflows do about events: which jobs run, and which runs end each other."""

import json
import shutil
from collections.abc import Mapping
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from reviewer.config.enums import Mode
from reviewer.config.workflow.inputs import Inputs
from reviewer.events import decision, payload
from reviewer.events.activity import Skip, TriggerRules
from tests import documented_examples
from tests.workflow_runs import Occasion, PlannedRun, jobs_that_run, plan

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not shutil.which("node"), reason="Node.js is needed: no node in PATH"),
]

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests" / "data" / "events"
WORKFLOWS = {
    **{f"examples/{path.name}": path for path in sorted((ROOT / "examples").glob("*.yml"))},
    "review.yml of the project": ROOT / ".github" / "workflows" / "review.yml",
}
TEXTS = {name: path.read_text("utf-8") for name, path in WORKFLOWS.items()} | {
    f"{each.kind} in {each.page.name}": each.text for each in documented_examples.workflows()
}
NUMBER = 2
REVIEWS = ("opened", "synchronize", "reopened", "ready_for_review", "new base", "to draft")
TITLES = ("new title", "another title")
ANSWERED = ("command", "reply")
IGNORED = (
    "chat of a member",
    "command of an outsider",
    "command of a bot",
    "command on an issue",
    "reply of an outsider",
    "reply of a bot",
    "new thread",
)


def example(name: str, **changes: object) -> Occasion:
    """Return one of GitHub's example events; objects of `changes` are merged into the payload's."""
    value = json.loads((EVENTS / f"{name}.json").read_bytes())
    return Occasion(name.partition(".")[0], _merge(value, changes))


def _merge(value: Any, change: object) -> Any:  # noqa: ANN401 - JSON of any shape
    if not isinstance(value, dict) or not isinstance(change, dict):
        return change
    return value | {name: _merge(value.get(name), new) for name, new in change.items()}


def comment(body: str, association: str = "MEMBER", kind: str = "User") -> Occasion:
    """Return the event of a comment on the pull request as a whole."""
    return example(
        "issue_comment.created",
        issue={"number": NUMBER, "pull_request": {"url": "https://api.github.com"}},
        comment={"body": body, "author_association": association, "user": {"type": kind}},
    )


def reply(association: str = "MEMBER", kind: str = "User", to: int | None = 5) -> Occasion:
    """Return the event of a comment at lines; `to` is the comment that it replies to."""
    said = {"author_association": association, "user": {"type": kind}, "in_reply_to_id": to}
    return example("pull_request_review_comment.created", comment=said)


def edit(change: str) -> Occasion:
    """Return the event of an edited pull request."""
    return example("pull_request.synchronize", action="edited", changes={change: {"from": "x"}})


OCCASIONS: Mapping[str, Occasion] = {
    "opened": example("pull_request.opened"),
    "synchronize": example("pull_request.synchronize"),
    "reopened": example("pull_request.reopened"),
    "ready_for_review": example("pull_request.ready_for_review"),
    "to draft": example("pull_request.converted_to_draft"),
    "new base": edit("base"),
    "new title": edit("title"),
    "another title": edit("title"),
    "label": example("pull_request.labeled"),
    "command": comment("/review"),
    "other command": comment("/ignore F1"),
    "chat of a member": comment("Looks good, see src/app.py."),
    "command of an outsider": comment("/review", "CONTRIBUTOR"),
    "command of a bot": comment("/review", kind="Bot"),
    "command on an issue": example("issue_comment.created", comment={"body": "/review"}),
    "reply": reply(),
    "reply of an outsider": reply("NONE"),
    "reply of a bot": reply(kind="Bot"),
    "new thread": reply(to=None),
    "by hand": example("workflow_dispatch", inputs={"pr-number": str(NUMBER)}),
    "by hand again": example("workflow_dispatch", inputs={"pr-number": str(NUMBER)}),
    "schedule": Occasion("schedule", {"schedule": "17 5 * * 1-5"}),
    "push": example("push"),
    "run of a fork": example("workflow_run.completed", workflow_run={"event": "pull_request"}),
    # Such as that of an edited title: no field of the event tells the two apart.
    "run without a report": example(
        "workflow_run.completed", workflow_run={"event": "pull_request"}
    ),
    "run of a push": example("workflow_run.completed", workflow_run={"event": "push"}),
}
# Of one pull request, with rights.
TARGETED = {
    name: Occasion("pull_request_target", each.payload)
    for name, each in OCCASIONS.items()
    if each.event == "pull_request"
}


def occasions_for(workflow: str) -> Mapping[str, Occasion]:
    """Return all occasions; pushes are those of the event that the workflow names."""
    return {**OCCASIONS, **(TARGETED if "pull_request_target:" in TEXTS[workflow] else {})}


@cache
def plans(workflow: str) -> Mapping[str, PlannedRun | None]:
    """Return what each occasion starts in a workflow."""
    occasions = occasions_for(workflow)
    return dict(zip(occasions, plan(TEXTS[workflow], tuple(occasions.values())), strict=True))


def running(workflow: str, name: str) -> list[str]:
    return [job.name for job in jobs_that_run(plans(workflow)[name])]


each_workflow = pytest.mark.parametrize("workflow", TEXTS)


def test_everything_is_answered_that_the_page_of_events_lists() -> None:
    everything = "examples/everything.yml"

    foreign = ("label", "schedule", "push", *(name for name in OCCASIONS if "run " in name))

    assert {name: " ".join(running(everything, name)) for name in OCCASIONS} == {
        **dict.fromkeys((*REVIEWS, "new title", "another title"), "Review"),
        **dict.fromkeys((*ANSWERED, "other command", "by hand", "by hand again"), "On demand"),
        **dict.fromkeys((*IGNORED, *foreign), ""),
    }


def test_pushes_and_titles_have_groups_of_the_pull_request_and_all_else_one_of_its_own() -> None:
    groups = {name: run.group for name, run in plans("examples/everything.yml").items() if run}
    others = [group for name, group in groups.items() if name not in (*REVIEWS, *TITLES)]

    assert {groups[name] for name in REVIEWS} == {f"code-review-{NUMBER}-false"}
    assert {groups[name] for name in TITLES} == {f"code-review-{NUMBER}-true"}
    assert len(set(others)) == len(others)
    assert not any("-false" in group or "-true" in group for group in others)


@each_workflow
def test_a_workflow_starts_something(workflow: str) -> None:
    assert [name for name in plans(workflow) if running(workflow, name)]


@each_workflow
def test_only_a_push_or_an_edit_ends_a_run_and_only_one_of_its_own_kind(workflow: str) -> None:
    """Running or waiting: GitHub cancels what waits in a group when the next run joins it.

    A run after another workflow has no kind: it may publish a review, or have nothing to publish.
    """
    kinds = dict.fromkeys(REVIEWS, "review")
    kinds |= {"new title": "title", "another title": "title"}
    if workflow == "examples/scheduled.yml":
        # It finds out by itself what there is to review, so one that waits is as good as three.
        kinds |= dict.fromkeys(("schedule", "by hand", "by hand again"), "open")
    if workflow == "examples/resume.yml":
        kinds |= {"new title": "review", "another title": "review"}
    found = {name: run for name, run in plans(workflow).items() if run}

    displaced = {
        (later, earlier)
        for later, earlier in permutations(found, 2)
        if found[later].displaces(found[earlier])
    }

    assert {(late, early) for late, early in displaced if kinds.get(late) != kinds.get(early)} == (
        set()
    )
    assert [pair for pair in displaced if kinds.get(pair[0]) is None] == []


@each_workflow
def test_a_push_ends_the_review_of_the_push_before_it(workflow: str) -> None:
    pushes = [run for name in REVIEWS if (run := plans(workflow)[name])]

    assert [run for run in pushes[1:] if not run.stops(pushes[0])] == []


@pytest.mark.parametrize("drafts", ["false", "true"])
@each_workflow
def test_what_ends_the_review_of_a_push_is_not_skipped_itself(workflow: str, drafts: str) -> None:
    found = {name: run for name, run in plans(workflow).items() if run}
    pushes = [found[name] for name in ("synchronize", "ready_for_review") if name in found]
    ending = {name for name, run in found.items() if any(run.stops(push) for push in pushes)}

    decided = {
        (name, job.key): decide(
            occasions_for(workflow)[name], {**job.inputs[0], "review-drafts": drafts}
        )
        for name in ending
        for job in found[name].jobs
    }

    assert [key for key, does in decided.items() if isinstance(does, Skip)] == []


@each_workflow
def test_a_scheduled_run_is_not_ended_by_the_next_one(workflow: str) -> None:
    found = plans(workflow)
    late, early = found["by hand"], found["schedule"]

    assert not (late and early and late.stops(early))


@each_workflow
def test_a_skipped_job_never_has_the_name_of_the_check_that_a_review_leaves(workflow: str) -> None:
    """A skipped check passes where it is required, and comments at lines leave it on the commit."""
    reviews = {job.name for name in REVIEWS for job in jobs_that_run(plans(workflow)[name])}
    skipped = {job.name for run in plans(workflow).values() if run for job in run.jobs} - {
        name for each in plans(workflow) for name in running(workflow, each)
    }
    at_lines = [plans(workflow)[name] for name in ("new thread", "reply of an outsider")]

    assert not reviews & skipped
    for run in filter(None, at_lines):
        assert not reviews & {job.name for job in run.jobs if not job.runs}


@each_workflow
def test_a_job_runs_if_and_only_if_the_action_has_something_to_do(workflow: str) -> None:
    """The other way round is a machine that is started for nothing, or a command that is lost."""
    occasions = occasions_for(workflow)
    wrong = []
    for name, run in plans(workflow).items():
        for job in run.jobs if run else ():
            given = job.inputs[0]
            does = not isinstance(decide(occasions[name], given), Skip)
            if job.runs != does and name not in MAY_START_FOR_NOTHING:
                wrong.append((name, job.key, job.runs, does))

    assert wrong == []


# `types` cannot distinguish an edited base from an edited title.
MAY_START_FOR_NOTHING = ("new title", "another title")


def decide(occasion: Occasion, given: Mapping[str, str]) -> object:
    """Return what the action does about an event with the inputs that the workflow gives."""
    inputs = Inputs.load({f"INPUT_{name.upper()}": value for name, value in given.items()})
    repository = occasion.payload.get("repository", {}).get("full_name", "octo/shop")
    event = payload.parse(
        occasion.event, json.dumps(occasion.payload).encode(), repository=repository, ref=""
    )
    rules = TriggerRules(
        trigger=inputs.trigger,
        allowed_associations=inputs.allowed_associations,
        review_drafts=inputs.review_drafts,
        pr_number=inputs.pr_number,
        full=inputs.full,
        key_missing=inputs.needs_key,
        publishes=inputs.mode is Mode.PUBLISH,
    )
    return decision.decide(event, rules)
