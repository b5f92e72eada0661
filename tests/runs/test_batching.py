"""Requests that hold as much of a change as they can."""

import json
import re
from collections.abc import Callable

import pytest

from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Request, Response
from tests.loopback.model import Body, ScriptedReply, error
from tests.runs.job import (
    NUMBER,
    Job,
    change_reply,
    prompted_paths,
    review_reply,
    section,
)
from tests.runs.model_scripts import CHAT, OVERVIEW, TOO_LONG

Files = dict[str, str]


@pytest.fixture(autouse=True)
def by_change(job: Job) -> None:
    job.inputs["batching"] = "change"


def finds_one_in_each(body: Body) -> str:
    """Answer with one finding for each file that is shown, else with an overview."""
    paths = prompted_paths(body)
    found = (section(path, {"title": f"Sets the wrong value in {path}"}) for path in paths)
    return change_reply(*found) if paths else OVERVIEW


def change(job: Job, count: int, size: int = 0) -> list[str]:
    """Have the pull request change src/app.py and `count` - 1 other files."""
    filling = "".join(f"# {n:>40}\n" for n in range(size // 43))
    files = {f"lib/f{n:02}.py": f"new = 2\n{filling}" for n in range(count - 1)}
    job.github.push(NUMBER, files)
    return ["src/app.py", *files]


def is_about_whole(body: Body) -> bool:
    return "review of the whole change" in body["messages"][-1]["content"]


def asked(job: Job) -> list[list[str]]:
    """Return the paths of each request but those about the whole change."""
    return [prompted_paths(body) for body in job.model.bodies if not is_about_whole(body)]


def test_a_small_change_is_one_request_and_its_reply_has_the_overview(job: Job) -> None:
    paths = change(job, 3)
    job.model.script = finds_one_in_each
    finished = job.run()
    (body,) = job.github.bodies
    assert [sorted(each) for each in asked(job)] == [sorted(paths)]
    assert (finished.code, finished.outputs["findings"]) == (0, "3")
    assert "Sets values." in body
    for path in paths:
        assert f"Sets the wrong value in {path}" in body


def test_the_findings_of_a_change_are_verified_in_one_request(job: Job) -> None:
    change(job, 3)

    def script(body: Body) -> str:
        if "argue against" in body["messages"][-1]["content"]:
            return json.dumps({"verdicts": [{"finding": 2, "verdict": "drop", "reason": "No."}]})
        return finds_one_in_each(body)

    job.model.script = script
    finished = job.run(verify="on")
    assert len(job.model.bodies) == 2
    assert sorted(prompted_paths(job.model.bodies[1])) == sorted(
        prompted_paths(job.model.bodies[0])
    )
    assert finished.outputs["findings"] == "2"


def test_thirty_small_files_are_one_request(job: Job) -> None:
    change(job, 30)
    job.model.script = finds_one_in_each
    finished = job.run()
    assert len(job.model.bodies) == 1
    assert (finished.code, finished.outputs["complete"]) == (0, "true")


def test_a_large_change_is_cut_between_files(job: Job) -> None:
    paths = change(job, 9, size=15_000)
    job.model.script = finds_one_in_each
    finished = job.run(context_window="128000")
    reviews = [each for each in asked(job) if each]
    assert 3 <= len(reviews) <= 4
    assert sorted(path for each in reviews for path in each) == sorted(paths)
    assert (finished.outputs["findings"], finished.outputs["complete"]) == ("9", "true")


@faults("LL20")
def test_a_file_that_the_reply_leaves_out_is_asked_about_again(job: Job) -> None:
    change(job, 3)

    def forgets(body: Body) -> str:
        paths = prompted_paths(body)
        return change_reply(*(section(path) for path in (paths if len(paths) == 1 else paths[1:])))

    job.model.script = forgets
    finished = job.run()
    first, second = asked(job)
    assert second == first[:1]
    assert (finished.code, finished.outputs["complete"]) == (0, "true")


@faults("LL20")
def test_a_file_that_no_reply_is_about_is_named_and_the_review_is_incomplete(job: Job) -> None:
    change(job, 3)

    def forgets(body: Body) -> str:
        paths = [path for path in prompted_paths(body) if path != "src/app.py"]
        return change_reply(*map(section, paths))

    job.model.script = forgets
    finished = job.run(fail_on="high")
    assert (finished.code, finished.outputs["complete"]) == (3, "false")
    (body,) = job.github.bodies
    assert "has no section about any of the files" in body
    assert "1 could not be reviewed; the table says why." in body
    # An annotation has no table; what it says is in the lines below.
    assert "1 could not be reviewed; the reasons are below.%0A" in finished.log


def test_a_model_whose_replies_are_about_no_file_is_said_to_be_too_small(job: Job) -> None:
    change(job, 2)
    job.model.script = lambda _: change_reply(section("junk/words.py"))
    finished = job.run()
    assert finished.code == 1
    assert "Models that are too small for the task reply so." in finished.log
    assert "Set the input model to a larger one." in finished.log
    assert "too small" not in job.github.bodies[0].partition("### Files")[2]
    assert "too small" not in str(job.model.bodies)


@faults("LL20")
@pytest.mark.parametrize(
    "spell",
    [
        lambda path: f"./{path}",
        lambda path: f"`{path}`",
        lambda path: path.rpartition("/")[2],
        lambda path: f" {path}\n",
    ],
)
def test_a_section_is_found_however_its_path_is_spelt(
    job: Job, spell: Callable[[str], str]
) -> None:
    change(job, 3)
    job.model.script = lambda body: change_reply(
        *(section(spell(path), {"title": "Wrong"}) for path in prompted_paths(body))
    )
    assert job.run().outputs["complete"] == "true"
    assert len(job.model.bodies) == 1


@faults("LL20")
def test_a_section_about_another_file_changes_nothing(job: Job) -> None:
    change(job, 2)
    job.model.script = lambda body: change_reply(
        section("../../etc/passwd", {}),
        section(".github/workflows/x.yml", {}),
        *(section(path) for path in prompted_paths(body)),
    )
    finished = job.run()
    assert finished.outputs["findings"] == "0"
    assert "passwd" not in job.github.bodies[0]


@faults("LL21")
def test_a_file_that_the_server_refuses_does_not_keep_the_others_from_a_review(job: Job) -> None:
    change(job, 8)
    job.github.push(NUMBER, {"lib/f03.py": "new = 2 # poison\n"})
    refuses_poison(job)
    finished = job.run()
    body = job.github.bodies[0]
    assert finished.outputs["findings"] == "7"
    assert finished.outputs["complete"] == "false"
    assert "lib/f03.py" in re.findall(r"`(lib/f\d+\.py)`.*not reviewed", body)


def refuses_poison(job: Job) -> None:
    refusal = Instead(error(400, "The content is not allowed.", name="content_filter"))
    plain = job.model.respond

    def respond(request: Request) -> Response:
        if b"poison" in request.body:
            return refusal.response
        return plain(request)

    job.model.respond = respond  # type: ignore[method-assign]
    job.model.script = finds_one_in_each


@faults("LL6")
def test_a_batch_that_is_too_long_is_asked_about_in_halves(job: Job) -> None:
    paths = change(job, 5)
    job.model.fail(CHAT, TOO_LONG)
    job.model.script = finds_one_in_each
    finished = job.run()
    _, *halves, overview = asked(job)
    assert sorted(path for half in halves for path in half) == sorted(paths)
    assert overview == []
    assert (finished.outputs["findings"], finished.outputs["complete"]) == ("5", "true")


@faults("LO2")
def test_a_reply_that_was_cut_off_keeps_its_whole_sections_and_the_rest_is_asked_for(
    job: Job,
) -> None:
    change(job, 3)
    first = True

    def cut_once(body: Body) -> str | ScriptedReply:
        nonlocal first
        whole = finds_one_in_each(body)
        if first:
            first = False
            end = whole.rindex('"quote"')
            return ScriptedReply(whole[:end], finish_reason="length")
        return whole

    job.model.script = cut_once
    finished = job.run()
    assert asked(job)[1] == asked(job)[0][-1:]
    assert (finished.outputs["findings"], finished.outputs["complete"]) == ("3", "true")


def test_after_a_push_only_the_changed_file_is_asked_about(job: Job) -> None:
    change(job, 3)
    job.model.script = finds_one_in_each
    job.run()
    before = len(asked(job))
    job.github.push(NUMBER, {"lib/f00.py": "new = 2\nmore = 3\n"})
    finished = job.run()
    assert asked(job)[before] == ["lib/f00.py"]
    assert finished.outputs["findings"] == "3"


def test_a_reply_about_the_only_file_needs_no_list_of_files(job: Job) -> None:
    job.model.say(review_reply("src/app.py", {}))
    finished = job.run()
    assert finished.outputs["findings"] == "1"
    assert len(job.model.bodies) == 1


def finds_across(*, path: str = "src/app.py", quote: str = "new = 2") -> Callable[[Body], str]:
    """Find nothing in a batch, and one thing in the whole change."""

    def script(body: Body) -> str:
        if is_about_whole(body):
            found = {"title": "Nobody reads it", "quote": quote}
            return change_reply(section(path, found), overview="Seen as a whole.")
        return change_reply(*map(section, prompted_paths(body)))

    return script


def test_where_a_change_takes_several_requests_one_more_sees_all_of_it(job: Job) -> None:
    paths = change(job, 9, size=15_000)
    job.model.script = finds_across()
    finished = job.run(context_window="400000")
    (whole,) = [body for body in job.model.bodies if is_about_whole(body)]
    assert sorted(prompted_paths(whole)) == sorted(paths)
    body = job.github.bodies[0]
    assert finished.outputs["findings"] == "1"
    assert "Nobody reads it" in body
    assert "Seen as a whole." in body


def test_what_does_not_fit_is_shown_as_an_outline(job: Job) -> None:
    change(job, 9, size=15_000)
    job.model.script = finds_across(path="lib/f07.py")
    finished = job.run(context_window="32000")
    (whole,) = [body for body in job.model.bodies if is_about_whole(body)]
    shown = prompted_paths(whole)
    assert 1 <= len(shown) < 9
    assert "are not shown here" in whole["messages"][-1]["content"]
    assert finished.outputs["complete"] == "true"


def test_findings_across_files_are_verified_with_the_whole_change_in_view(job: Job) -> None:
    paths = change(job, 9, size=15_000)
    across = finds_across()
    judged: list[Body] = []

    def script(body: Body) -> str:
        if "argue against" in body["messages"][-1]["content"]:
            judged.append(body)
            return json.dumps({"verdicts": [{"finding": 1, "verdict": "drop", "reason": "No."}]})
        return across(body)

    job.model.script = script
    finished = job.run(verify="on", context_window="400000")
    assert [sorted(prompted_paths(body)) for body in judged] == [sorted(paths)]
    assert finished.outputs["findings"] == "0"
    assert "1 finding dropped" in job.github.bodies[0]


def test_a_file_that_did_not_change_since_gets_what_the_whole_change_shows(job: Job) -> None:
    change(job, 3)
    job.model.script = lambda body: change_reply(*map(section, prompted_paths(body)))
    assert job.run().outputs["findings"] == "0"
    job.github.push(NUMBER, {"lib/f00.py": "new = 2\nmore = 3\n"})
    job.model.script = finds_across()
    finished = job.run()
    assert finished.outputs["findings"] == "1"
    assert "Nobody reads it" in job.github.bodies[0]
    # And it stays.
    job.github.push(NUMBER, {"lib/f00.py": "new = 2\nmore = 4\n"})
    job.model.script = lambda body: change_reply(*map(section, prompted_paths(body)))
    assert job.run().outputs["findings"] == "1"


@faults("LL11")
def test_without_a_reply_about_the_whole_change_the_overview_is_made_of_summaries(job: Job) -> None:
    change(job, 9, size=15_000)

    def script(body: Body) -> str:
        paths = prompted_paths(body)
        if is_about_whole(body):
            return "I would rather not."
        return change_reply(*map(section, paths)) if paths else OVERVIEW

    job.model.script = script
    finished = job.run(context_window="400000")
    assert finished.outputs["complete"] == "false"
    assert "Sets." in job.github.bodies[0]
    assert "take two files to see may be missing" in job.github.bodies[0]


@faults("LL20")
def test_a_finding_in_the_section_of_another_file_is_placed_by_its_quote(job: Job) -> None:
    job.github.push(NUMBER, {"lib.py": "total = price * 2\n"})
    found = {"quote": "total = price * 2", "title": "Doubles the price"}
    job.model.script = lambda body: change_reply(
        *(
            section(path, *([found] if path == "src/app.py" else []))
            for path in prompted_paths(body)
        )
    )
    finished = job.run()
    assert finished.outputs["findings"] == "1"
    assert "`lib.py:1`" in job.github.bodies[0]


def test_the_verification_gets_the_findings_in_the_order_of_the_files(job: Job) -> None:
    change(job, 8)
    asked_about: list[str] = []

    def script(body: Body) -> str:
        text = body["messages"][-1]["content"]
        if "argue against" in text:
            asked_about.extend(re.findall(r"\nFinding \d+, .*?:\n<<\w+\n(.*?)\n", text))
            assert asked_about == prompted_paths(body)
            return json.dumps({"verdicts": []})
        return finds_one_in_each(body)

    job.model.script = script
    job.run(verify="on")
    assert len(asked_about) == 8
