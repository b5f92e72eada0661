"""What a run could not finish is neither lost nor paid for twice: the next run does the rest."""

import json
from collections.abc import Callable

import pytest

from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, section
from tests.runs.model_scripts import OVERVIEW, prompt_of

PATHS = [f"lib/f{n}.py" for n in range(6)]
FILLING = "".join(f"# {n:>40}\n" for n in range(100))


@pytest.fixture(autouse=True)
def by_change(job: Job) -> None:
    job.inputs["batching"] = "change"
    job.github.push(NUMBER, dict.fromkeys(PATHS, f"new = 2\n{FILLING}"))


def purpose(body: Body) -> str:
    if "argue against" in prompt_of(body):
        return "verify"
    return "whole" if "review of the whole change" in prompt_of(body) else "review"


def finds(body: Body) -> str:
    """Find something in the first file of a batch, and nothing in the whole change."""
    paths = prompted_paths(body)
    match purpose(body):
        case "verify":
            return json.dumps({"verdicts": []})
        case "whole":
            return change_reply(overview="Seen as a whole.")
        case _ if paths:
            return change_reply(*(section(p, *([{}] if p in PATHS[:1] else [])) for p in paths))
        case _:
            return OVERVIEW


def fails_at(what: str) -> Callable[[Body], str]:
    def script(body: Body) -> str:
        return "I would rather not." if purpose(body) == what else finds(body)

    return script


def asked(job: Job, since: int = 0) -> list[str]:
    return [purpose(body) for body in job.model.bodies[since:]]


def test_findings_that_were_not_verified_are_verified_by_the_next_run_alone(job: Job) -> None:
    job.model.script = fails_at("verify")
    finished = job.run(verify="on")
    assert finished.outputs["findings"] == "1"
    assert "were not verified" in job.github.bodies[0]
    before = len(job.model.bodies)
    job.model.script = finds
    assert job.run(verify="on").code == 0
    assert asked(job, before) == ["verify"]
    assert "were not verified" not in job.github.bodies[0]
    before = len(job.model.bodies)
    job.run(verify="on")
    assert asked(job, before) == []


def test_a_finding_that_is_refuted_later_goes(job: Job) -> None:
    job.model.script = fails_at("verify")
    job.run(verify="on")

    def refutes(body: Body) -> str:
        verdict = {"finding": 1, "verdict": "drop", "reason": "No."}
        return json.dumps({"verdicts": [verdict]}) if purpose(body) == "verify" else finds(body)

    job.model.script = refutes
    finished = job.run(verify="on")
    assert (finished.outputs["findings"], finished.outputs["verdict"]) == ("0", "clean")


def test_as_long_as_they_are_not_verified_each_comment_says_so(job: Job) -> None:
    job.model.script = fails_at("verify")
    job.run(verify="on")
    job.github.push(NUMBER, {PATHS[3]: "new = 3\n"})
    job.run(verify="on")
    assert f"the findings in {PATHS[0]} were not verified" in job.github.bodies[0]


def test_a_file_over_a_limit_keeps_the_note_that_its_findings_are_not_verified(job: Job) -> None:
    job.model.script = fails_at("verify")
    job.run(verify="on")
    job.model.script = finds
    job.run(verify="on", max_file_lines="50")
    assert f"the findings in {PATHS[0]} were not verified" in job.github.bodies[0]
    job.run(verify="on")
    assert "were not verified" not in job.github.bodies[0]


def test_without_a_request_about_the_whole_change_the_next_run_sends_that_one_alone(
    job: Job,
) -> None:
    job.model.script = fails_at("whole")
    finished = job.run(context_window="16000", fail_on="incomplete")
    assert (finished.code, finished.outputs["verdict"]) == (3, "findings")
    assert finished.outputs["complete"] == "false"
    assert "take two files to see may be missing" in job.github.bodies[0]
    before = len(job.model.bodies)
    job.model.script = finds
    finished = job.run(context_window="16000", fail_on="incomplete")
    assert asked(job, before) == ["whole"]
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    assert "Seen as a whole." in job.github.bodies[0]


@pytest.mark.parametrize("read_before", [0, 1])
def test_files_that_a_run_left_unread_are_read_before_the_whole_change(
    job: Job, read_before: int
) -> None:
    """A server that answers one at a time, and the whole first, leaves each run one reply."""
    reviews = list[Body]()

    def answers_few(body: Body) -> str:
        reviews.extend([body] if purpose(body) == "review" else [])
        return finds(body) if body not in reviews[read_before:] else "I would rather not."

    job.model.script = answers_few
    job.run(context_window="16000")
    before = len(job.model.bodies)
    job.model.script = finds
    finished = job.run(context_window="16000", concurrency="2")
    done = asked(job, before)
    assert done == ["review"] * (len(done) - 1) + ["whole"]
    assert len(done) > 1
    assert finished.outputs["complete"] == "true"


def test_a_lower_limit_shows_what_is_remembered_and_asks_about_nothing(job: Job) -> None:
    job.model.script = finds
    assert job.run(min_severity="critical").outputs["findings"] == "0"
    before = len(job.model.bodies)
    assert job.run(min_severity="low").outputs["findings"] == "1"
    assert asked(job, before) == []


def test_after_a_push_no_more_of_other_files_is_shown_than_of_those_asked_about(job: Job) -> None:
    job.model.script = finds
    job.run()
    first = len(prompt_of(job.model.bodies[0]))
    before = len(job.model.bodies)
    job.github.push(NUMBER, {PATHS[3]: f"new = 3\n{FILLING}"})
    job.run()
    sent = {purpose(body): body for body in job.model.bodies[before:]}
    assert sent.keys() == {"review", "whole"}
    assert prompted_paths(sent["review"]) == [PATHS[3]]
    shown = prompted_paths(sent["whole"])
    assert PATHS[3] in shown
    assert len(shown) <= 2
    # What its review said of it, because nothing else shows the model what the file does.
    hidden = next(path for path in PATHS if path not in shown)
    outline = prompt_of(sent["whole"]).partition(f"\n{hidden}\n")[2]
    assert "Summary: " in outline.partition(">>")[0]
    assert sum(len(prompt_of(body)) for body in sent.values()) < first
