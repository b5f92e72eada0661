"""The checker of every run fails a run that breaks an invariant."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.comments import summary
from reviewer.comments.layout import RunDetails
from reviewer.memory import state
from reviewer.review.result import FileReport, Status
from tests import builders
from tests.invariants import Invariants
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.messages import Request
from tests.loopback.model import KEY
from tests.run_result import RunResult

FINISHED = RunResult(0, "", {"complete": "true"}, "")
Break = Callable[["Scene"], RunResult]


class Scene:
    """A run that does by hand what the program would do, right or wrong."""

    def __init__(self, invariants: Invariants, github: LoopbackGitHub, folder: Path) -> None:
        self.github, self.invariants = github, invariants
        self.summary = folder / "summary"
        self.pull = github.add_pull()
        self.old = self.pull.head_sha
        invariants.begin(self.summary)

    def body(self, head: str = "", *, complete: bool = True, heading: str = "") -> str:
        """A comment about a head, of one finding in the one changed file."""
        finding = builders.finding(number=1)
        row = FileReport(finding.path, Status.REVIEWED, findings=(finding,), key="k")
        gap = FileReport("b.py", Status.FAILED, reason="no answer")
        rows = (row,) if complete else (row, gap)
        review = replace(builders.review(finding, files=rows), head_sha=head or self.pull.head_sha)
        details, known = RunDetails("default", "", 1), state.from_review(review)
        text = summary.render(review, review.findings, details, known)
        return text.replace("## Code review", f"## Code review{heading}", 1)

    def summarise(self, text: str = "[F1] src/app.py") -> None:
        self.summary.write_text(text, "utf-8")

    def posts(self, body: str) -> None:
        self._write("POST", f"/repos/{self.github.full_name}/issues/7/comments", body)

    def patches(self, body: str) -> None:
        last = self.github.repository.comments[-1].id
        self._write("PATCH", f"/repos/{self.github.full_name}/issues/comments/{last}", body)

    def _write(self, method: str, path: str, body: str) -> None:
        headers = {"authorization": f"Bearer {TOKEN}", "user-agent": "scene"}
        sent = Request(method, path, headers, json.dumps({"body": body}).encode(), 0.0)
        assert self.github.respond(sent).status in {200, 201}


@pytest.fixture
def scene(invariants: Invariants, github: LoopbackGitHub, tmp_path: Path) -> Scene:
    return Scene(invariants, github, tmp_path)


def two_comments(scene: Scene) -> RunResult:
    scene.summarise()
    scene.posts(scene.body())
    scene.posts(scene.body())
    return FINISHED


def published_first(scene: Scene) -> RunResult:
    scene.posts(scene.body())
    scene.summarise()
    return FINISHED


def key_in_comment(scene: Scene) -> RunResult:
    scene.github.comment(f"It is {KEY}.")
    return FINISHED


def token_in_log(_scene: Scene) -> RunResult:
    return replace(FINISHED, log=f"asking with {TOKEN}\n")


def key_reversed_in_output(_scene: Scene) -> RunResult:
    return replace(FINISHED, outputs={"verdict": KEY[::-1]})


def clean_and_incomplete(scene: Scene) -> RunResult:
    scene.summarise()
    scene.posts(scene.body(complete=False, heading=" · no problems found"))
    return FINISHED


def summary_clean_and_incomplete(_scene: Scene) -> RunResult:
    return replace(FINISHED, outputs={"complete": "false"}, summary="no problems found")


def file_not_counted(scene: Scene) -> RunResult:
    scene.pull.changed_files = 2
    scene.summarise()
    scene.posts(scene.body())
    return FINISHED


def file_not_listed(scene: Scene) -> RunResult:
    short = scene.pull.head_sha[:7]
    return replace(FINISHED, summary=f"Reviewed 1 of 1 changed file at {short}.")


def too_late(_scene: Scene) -> RunResult:
    return replace(FINISHED, seconds=700.0)


def command(_scene: Scene) -> RunResult:
    return replace(FINISHED, log="a line\n   ::set-env name=A::b\n")


def former_command(_scene: Scene) -> RunResult:
    return replace(FINISHED, log="INFO reading ##[add-path]/tmp\n")


def older_over_newer(scene: Scene) -> RunResult:
    newer = scene.github.push(7, {"src/app.py": "new = 3\n"})
    scene.summarise()
    scene.posts(scene.body(newer))
    scene.patches(scene.body(scene.old))
    return FINISHED


def newer_deleted(scene: Scene) -> RunResult:
    newer = scene.github.push(7, {"src/app.py": "new = 3\n"})
    scene.summarise()
    scene.posts(scene.body(newer))
    scene.github.repository.comments.clear()
    scene.posts(scene.body(scene.old))
    return FINISHED


def newest_made_a_pointer(scene: Scene) -> RunResult:
    scene.summarise()
    scene.posts(scene.body())
    scene.posts(scene.body(scene.github.push(7, {"src/app.py": "new = 3\n"})))
    scene.patches(summary.pointer("default", "https://github.com/octo/shop/pull/7"))
    return FINISHED


@pytest.mark.parametrize(
    ("broken", "broke"),
    [
        ("I1", two_comments),
        ("I2", published_first),
        ("I3", key_in_comment),
        ("I3", token_in_log),
        ("I3", key_reversed_in_output),
        ("I4", clean_and_incomplete),
        ("I4", summary_clean_and_incomplete),
        ("I4", file_not_counted),
        ("I4", file_not_listed),
        ("I5", too_late),
        ("I6", command),
        ("I6", former_command),
        ("I7", older_over_newer),
        ("I7", newer_deleted),
        ("I7: nothing is shown any more", newest_made_a_pointer),
    ],
)
def test_a_run_that_breaks_an_invariant_fails(scene: Scene, broken: str, broke: Break) -> None:
    with pytest.raises(AssertionError, match=broken):
        scene.invariants.check(broke(scene))


def test_a_run_that_keeps_all_invariants_passes(scene: Scene) -> None:
    scene.summarise()
    scene.posts(scene.body())
    scene.invariants.check(FINISHED)
    newer = scene.github.push(7, {"src/app.py": "new = 3\n"})
    scene.patches(scene.body(newer))
    scene.invariants.check(replace(FINISHED, log=f"::add-mask::{KEY}\n::notice::done\n"))
    assert scene.invariants.checked == 2
