"""If a workflow takes commands, as far as its text says."""

from pathlib import Path

import pytest

from reviewer.config.workflow.triggers import takes_comments

EXAMPLES = Path(__file__).parents[2] / "examples"
JOB = "jobs:\n  review:\n    runs-on: x\n"


def test_of_the_examples_only_the_one_with_commands_takes_them() -> None:
    found = {path.stem for path in EXAMPLES.iterdir() if takes_comments(path.read_text("utf-8"))}
    assert found == {"everything"}


@pytest.mark.parametrize(
    "on",
    [
        "on: issue_comment",
        "on: [push, issue_comment]",
        "on:\n  issue_comment:",
        "on:\n  issue_comment:\n    types: [created, edited]",
        "on:\n  issue_comment:\n    types: created",
        '"on":\n  issue_comment: {}',
    ],
)
@pytest.mark.parametrize(
    "condition",
    [
        "",
        "    if: github.event_name == 'issue_comment'\n",
        "    if: github.event_name == 'push' || startsWith(github.event.comment.body, '/')\n",
    ],
)
def test_a_comment_starts_a_job_that_accepts_it(on: str, condition: str) -> None:
    assert takes_comments(f"{on}\n{JOB}{condition}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "on: pull_request\n" + JOB,
        "on: issue_comment\n",
        "on:\n  issue_comment:\n    types: [deleted]\n" + JOB,
        "# on: issue_comment\non: push\n" + JOB,
        f"on: issue_comment\n{JOB}    if: github.event_name == 'pull_request'\n",
        f"on: issue_comment\n{JOB}    if: github.event_name != 'issue_comment'\n",
        "on: issue_comment\njobs: [a]\n",
        "- on: issue_comment\n",
        "on: {issue_comment\n",
        "[" * 5_000,
        "on: issue_comment\n" + JOB + "#" * 200_000,
        "on: issue_comment\n\0" + JOB,
        "on: &a [*a]\n" + JOB,
    ],
)
def test_a_workflow_of_any_other_kind_takes_no_comments(text: str) -> None:
    assert not takes_comments(text)
