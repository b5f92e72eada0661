"""The main job: a pull request in, one true comment out."""

import json
import re

import pytest

from reviewer.comments import summary as summary_comment
from reviewer.memory import state_line
from reviewer.pull_request import PullState
from tests.comment_texts import without_brief
from tests.faults import faults
from tests.loopback.model import Body, ScriptedReply
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

KEPT = "keep = 1\n" * 9
MARKER = summary_comment.marker("default")
TIME = re.compile(r"\d+ s(?= · \[run)")


def finds_a_problem(body: Body) -> str:
    path = prompted_path(body)
    return (
        review_reply(path, {}) if path else json.dumps({"overview": "Sets.", "major_changes": []})
    )


def test_a_pull_request_gets_one_comment_with_what_was_found(job: Job) -> None:
    job.model.script = finds_a_problem
    finished = job.run()
    assert finished.code == 0, finished.log
    (body,) = job.github.bodies
    assert body.startswith(f"{MARKER}\n## Code review · 1 high finding\n")
    assert "`src/app.py:1`" in body
    assert "new = 2" in body
    assert finished.outputs["verdict"] == "findings"
    assert finished.outputs["comment-id"] == str(job.github.repository.comments[0].id)
    assert finished.outputs["high"] == "1"
    assert "Sets the wrong value" in finished.summary


def test_the_placeholder_comes_before_the_first_request_and_the_summary_before_the_review(
    job: Job,
) -> None:
    seen: list[tuple[str, str]] = []

    def check_order(body: Body) -> str:
        seen.append((job.github.bodies[0], (job.root / "1" / "summary").read_text("utf-8")))
        return finds_a_problem(body)

    job.model.script = check_order
    job.run()
    placeholder, summary = seen[0]
    assert "is under way" in placeholder
    assert summary == ""


def test_one_file_in_one_batch_needs_no_second_request(job: Job) -> None:
    job.run()
    assert len(job.model.bodies) == 1


def test_several_files_are_asked_about_each_and_then_summed_up(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "x = 1\n", "b.py": "y = 1\n"})
    job.model.script = finds_a_problem
    job.run()
    asked = [prompted_path(body) for body in job.model.bodies]
    assert sorted(asked) == ["", "a.py", "b.py", "src/app.py"]
    assert asked[-1] == ""
    assert "Sets." in job.github.bodies[0]


@faults("CC9")
def test_the_same_head_again_asks_nothing_and_edits_nothing(job: Job) -> None:
    job.model.script = finds_a_problem
    first = job.run()
    asked, sent, writes = len(job.model.bodies), len(job.github.requests), len(job.github.writes)
    again = job.run()
    assert again.code == 0
    assert len(job.model.bodies) == asked
    assert len(job.github.requests) - sent <= 6
    assert len(job.github.writes) == writes
    assert (again.outputs["tokens"], again.outputs["cost"]) == ("0", "0.000000")
    spent = {"tokens", "cost"}
    assert {name: again.outputs[name] for name in again.outputs.keys() - spent} == {
        name: first.outputs[name] for name in first.outputs.keys() - spent
    }


@faults("CC9")
def test_full_asks_again_about_the_same_head(job: Job) -> None:
    job.run()
    asked = len(job.model.bodies)
    job.run(full=True)
    assert len(job.model.bodies) == asked + 1


def test_a_notice_over_a_review_goes_when_the_review_is_current_again(job: Job) -> None:
    job.model.script = finds_a_problem
    job.run()
    asked = len(job.model.bodies)
    job.model.key = "another"
    assert job.run(full=True).code == 2
    assert "could not be reviewed" in job.github.bodies[0]
    assert "Sets the wrong value" in job.github.bodies[0]
    assert job.run().code == 0
    assert "could not be reviewed" not in job.github.bodies[0]
    assert "Sets the wrong value" in job.github.bodies[0]
    assert len(job.model.bodies) == asked + 1


def test_another_model_or_configuration_asks_again(job: Job) -> None:
    job.model.models = ("scripted", "other")
    job.run()
    asked = len(job.model.bodies)
    job.run(model="other")
    job.run(model="other", language="French")
    assert len(job.model.bodies) == asked + 2


def test_a_new_head_is_reviewed_and_the_comment_follows_it(job: Job) -> None:
    job.run()
    head = job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
    job.run()
    (body,) = job.github.bodies
    assert head[:7] in body
    known = state_line.decode(body)
    assert known
    assert known.head_sha == head


def test_an_earlier_review_stays_and_gains_a_line_while_the_next_is_made(job: Job) -> None:
    job.model.script = finds_a_problem
    job.run()
    head = job.github.push(NUMBER, {"src/app.py": "new = 2\n\nmore = 1\n"})
    seen: list[str] = []

    def check_order(body: Body) -> str:
        seen.append(job.github.bodies[0])
        return finds_a_problem(body)

    job.model.script = check_order
    job.run()
    assert f"The review of {head[:7]} is under way" in seen[0]
    assert "Sets the wrong value" in seen[0]
    assert "under way" not in job.github.bodies[0]


@faults("DF1")
def test_nothing_to_review_is_said_in_the_summary_and_not_on_the_pull_request(job: Job) -> None:
    job.github.add_pull(NUMBER, {"old.py": ("x = 1\n", None), "docs/a.md": (None, "{}\n")})
    finished = job.run(exclude="docs/")
    assert finished.code == 0
    assert job.github.bodies == []
    assert job.model.requests == []
    assert "nothing to review" in finished.summary
    assert "docs/a.md" in finished.summary
    assert finished.outputs["verdict"] == "clean"


@faults("DF1")
def test_the_earlier_review_is_replaced_when_nothing_is_left_to_review(job: Job) -> None:
    job.model.script = finds_a_problem
    job.run()
    job.github.push(NUMBER, {"src/app.py": None})
    job.run()
    (body,) = job.github.bodies
    assert "nothing to review" in body
    assert "### Fixed since the last review\n- Sets the wrong value · `src/app.py:1`" in body
    assert "### Hidden risks" not in body


@faults("EV12")
def test_a_pull_request_closed_meanwhile_is_left_alone(job: Job) -> None:
    for closed in (PullState.CLOSED, PullState.MERGED):
        job.github.repository.pulls[NUMBER].state = closed
        finished = job.run()
        assert finished.code == 0
        assert closed.value in finished.summary
    assert job.github.writes == []
    assert job.model.requests == []


@faults("EV6")
def test_a_pull_request_that_became_a_draft_meanwhile_is_left_alone(job: Job) -> None:
    job.github.repository.pulls[NUMBER].draft = True
    finished = job.run()
    assert (finished.code, finished.outputs["verdict"]) == (0, "skipped")
    assert "draft" in finished.summary
    assert job.github.writes == []
    assert job.model.requests == []


@faults("SE13")
def test_on_pull_request_target_without_a_checkout_the_review_is_the_same(job: Job) -> None:
    job.model.script = finds_a_problem
    checked_out = job.root / "checkout" / "src"
    checked_out.mkdir(parents=True)
    (checked_out / "app.py").write_text("new = 2\n", "utf-8")
    job.checkout = str(checked_out.parent)
    usual = job.run(dry_run="true")
    job.event, job.checkout = "pull_request_target", ""
    finished = job.run(dry_run="true")
    assert (finished.code, usual.code) == (0, 0)
    assert "Sets the wrong value" in finished.summary
    assert TIME.sub("", finished.summary) == TIME.sub("", usual.summary)
    assert finished.outputs == usual.outputs


def test_dry_run_writes_nothing_to_the_pull_request(job: Job) -> None:
    job.model.script = finds_a_problem
    finished = job.run(dry_run="true")
    assert finished.code == 0
    assert job.github.writes == []
    assert "Sets the wrong value" in finished.summary


def test_skip_labels_and_skip_authors_leave_the_pull_request_alone(job: Job) -> None:
    pull = job.github.repository.pulls[NUMBER]
    pull.labels.append("no review")
    assert "no review" in job.run(skip_labels="no review").summary
    assert "dev" in job.run(skip_authors="dev").summary
    assert job.github.writes == []


def test_fail_on_turns_findings_into_exit_code_3(job: Job) -> None:
    job.model.script = finds_a_problem
    assert job.run(fail_on="high").code == 3
    assert job.run(fail_on="critical").code == 0
    assert job.run(fail_on="low").code == 3


def test_what_the_model_invents_is_dropped_and_counted(job: Job) -> None:
    invented = {"quote": "import os; os.system('rm')", "title": "Invented"}
    job.model.say(review_reply("src/app.py", invented))
    finished = job.run()
    (body,) = job.github.bodies
    assert "## Code review · incomplete · 1 finding could not be placed\n" in body
    assert "1 finding dropped: the quoted code is not in the change" in body
    assert "Invented" not in body
    assert finished.outputs["verdict"] == "incomplete"


@faults("LO2")
def test_an_answer_cut_at_the_limit_keeps_its_whole_findings_and_says_so(job: Job) -> None:
    whole = review_reply("src/app.py", {}, {"title": "Second"})
    job.model.say(ScriptedReply(whole[: whole.index("Second")], finish_reason="length"))
    finished = job.run()
    (body,) = job.github.bodies
    assert "Sets the wrong value" in body
    assert "incomplete" in body
    assert "cut short" in body
    assert "Second" not in body
    assert (finished.code, finished.outputs["complete"]) == (0, "false")
    assert len(job.model.bodies) == 1


@faults("LO4")
@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "src/old.py", "./src/app.py"])
def test_a_path_that_is_not_the_file_s_own_never_reaches_the_comment(job: Job, path: str) -> None:
    files = {"src/old.py": (KEPT, None), "src/app.py": (None, KEPT + "new = 2\n")}
    assert job.github.add_pull(NUMBER, files).files[0].status == "renamed"
    job.model.say(review_reply("src/app.py", {"path": path, "title": "Outside"}))
    finished = job.run()
    (body,) = job.github.bodies
    assert (finished.code, finished.outputs["findings"]) == (0, "1")
    assert not any(text in body for text in ("passwd", f"`{path}"))
    assert f"`src/app.py:{len(KEPT.splitlines()) + 1}`" in body


@faults("LO7")
def test_ten_thousand_findings_become_as_many_as_are_wanted(job: Job) -> None:
    lines = [f"value_{n} = {n}" for n in range(300)]
    job.github.add_pull(NUMBER, {"src/app.py": (None, "\n".join(lines) + "\n")})
    many = [
        {"title": f"Problem {n}", "quote": lines[n % 300], "start_line": n % 300 + 1}
        for n in range(10_000)
    ]
    job.model.say(review_reply("src/app.py", *many))
    finished = job.run(max_findings="3")
    (body,) = job.github.bodies
    assert (finished.code, finished.outputs["findings"]) == (0, "3")
    assert re.search(r"\d{4} findings over max-findings", body)
    assert finished.outputs["complete"] == "false"


@faults("LO7")
def test_a_body_of_a_megabyte_leaves_room_for_the_other_findings(job: Job) -> None:
    endless = {"title": "Endless", "body": "why not, " * 110_000}
    job.github.push(NUMBER, {"src/app.py": "new = 2\nnew = 3\n"})
    job.model.say(review_reply("src/app.py", {"quote": "new = 3", "start_line": 2}, endless))
    finished = job.run()
    (body,) = job.github.bodies
    assert (finished.code, finished.outputs["findings"]) == (0, "2")
    assert "With old = 1 the sum is 3." in body
    assert len(without_brief(body)) < 10_000


@faults("LO7")
def test_an_answer_that_repeats_itself_without_end_keeps_what_was_said(job: Job) -> None:
    whole = review_reply("src/app.py", {})
    first = whole[whole.index("[") + 1 : whole.rindex("]")]
    endless = whole.replace("]}", f", {', '.join([first] * 3_000)}")
    job.model.say(ScriptedReply(endless, finish_reason="length"))
    finished = job.run()
    (body,) = job.github.bodies
    assert (finished.code, finished.outputs["findings"]) == (0, "1")
    assert without_brief(body).count("Sets the wrong value") == 1
    assert finished.outputs["complete"] == "false"


@faults("LO9", "LO10")
def test_what_the_model_says_can_neither_mention_nor_link_nor_show_an_image(
    job: Job,
) -> None:
    hostile = "cc @octo/security ![x](https://evil.example/?q=1) [here](https://evil.example)"
    job.model.say(review_reply("src/app.py", {"title": hostile, "body": hostile}, summary=hostile))
    job.run()
    (body,) = job.github.bodies
    assert "@octo" not in body
    assert "](https://evil" not in body
    assert "![" not in body


@faults("LO8")
def test_a_finding_that_was_posted_is_not_posted_again(job: Job) -> None:
    twice = review_reply("src/app.py", {}, {"title": "Sets the wrong value!"})
    job.model.say(twice, twice)
    job.run(inline="all")
    assert job.run(full=True, inline="all").code == 0
    (body,) = job.github.bodies
    threads = job.github.repository.pulls[NUMBER].threads
    assert [len(thread.comments) for thread in threads] == [1]
    assert without_brief(body).count("Sets the wrong value") == 1
    assert "1 repeated finding merged into others." in body
