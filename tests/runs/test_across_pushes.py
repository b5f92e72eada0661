"""Three pushes and what remains of a finding: moved with its code, then fixed, never doubled."""

import re
from functools import partial

from tests.comment_texts import without_brief
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around
from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

FINE = "import decimal\n\n\ndef pay(price):\n    return price\n"
DEFECT = "    return float(price) * 100\n"
BROKEN = f"import decimal\n\n\ndef pay(price):\n{DEFECT}"
MOVED = f"import decimal\nimport math\n\nRATE = 2\n\n\ndef pay(price):\n{DEFECT}"
OVERVIEW = '{"overview": "Counts money.", "major_changes": []}'


def answers(body: Body) -> str:
    """Find the defect wherever it is."""
    path = prompted_path(body)
    if not path:
        return OVERVIEW
    text = body["messages"][-1]["content"]
    found = re.search(r"^ *(\d+) \+ *return float\(price\)", text, re.MULTILINE)
    if not found or "Found in this file before" in text:
        return review_reply(path)
    line = int(found[1])
    return review_reply(path, {"start_line": line, "end_line": line, "quote": DEFECT.strip("\n")})


def open_pull(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/pay.py": (FINE, FINE), "src/cart.py": ("a = 1\n", "a = 2\n")})
    job.model.script = answers


def test_three_pushes_leave_one_comment_and_one_thread(job: Job) -> None:
    open_pull(job)
    job.run(inline="all")
    asked = [prompted_path(body) for body in job.model.bodies]
    assert asked == ["src/cart.py"]

    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run(inline="all")
    (thread,) = job.github.repository.pulls[NUMBER].threads
    assert (thread.path, thread.line, thread.resolved) == ("src/pay.py", 5, False)
    assert "[F1]" in job.github.bodies[0]
    asked = [prompted_path(body) for body in job.model.bodies[len(asked) :]]
    assert asked == ["src/pay.py", ""]

    count = len(job.model.bodies)
    job.github.push(NUMBER, {"src/pay.py": MOVED})
    job.run(inline="all")
    (thread,) = job.github.repository.pulls[NUMBER].threads
    assert (thread.line, thread.resolved) == (8, False)
    assert [prompted_path(body) for body in job.model.bodies[count:]] == ["src/pay.py", ""]
    assert job.github.bodies[0].count("[F1]") == 1

    count = len(job.model.bodies)
    job.github.push(NUMBER, {"src/pay.py": FINE + "RATE = 2\n"})
    job.run(inline="all")
    (thread,) = job.github.repository.pulls[NUMBER].threads
    assert (thread.resolved, len(thread.comments)) == (True, 1)
    assert [prompted_path(body) for body in job.model.bodies[count:]] == ["src/pay.py", ""]
    (body,) = job.github.bodies
    assert re.search(r"### Fixed since the last review\n- .+ · `src/pay.py", body)
    assert "no problems found" in body

    count, writes = len(job.model.bodies), len(job.github.writes)
    finished = job.run(inline="all")
    assert finished.code == 0
    assert (len(job.model.bodies), len(job.github.writes)) == (count, writes)


def test_a_finding_that_is_fixed_is_named_once(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run()
    job.github.push(NUMBER, {"src/pay.py": FINE + "RATE = 2\n"})
    job.run()
    assert "### Fixed since" in job.github.bodies[0]
    job.github.push(NUMBER, {"src/cart.py": "a = 3\n"})
    job.run()
    assert "### Fixed since" not in job.github.bodies[0]


@faults("LO8", "CC9")
def test_nothing_said_is_said_again_after_a_person_resolved_it(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run(inline="all")
    (thread,) = job.github.repository.pulls[NUMBER].threads
    thread.resolved, thread.resolved_by = True, "maintainer"
    job.github.repository.writers.add("maintainer")
    job.github.push(NUMBER, {"src/cart.py": "a = 3\n"})
    job.run(inline="all")
    assert len(job.github.repository.pulls[NUMBER].threads) == 1
    assert "no problems found" in job.github.bodies[0]


@faults("LO8")
def test_a_thumbs_down_of_an_outside_contributor_changes_nothing(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run(inline="all")
    (thread,) = job.github.repository.pulls[NUMBER].threads
    thread.comments[0].thumbs_down.append("passer-by")
    job.github.push(NUMBER, {"src/cart.py": "a = 3\n"})
    job.run(inline="all")
    assert "1 high" in job.github.bodies[0]
    job.github.repository.writers.add("maintainer")
    thread.comments[0].thumbs_down.append("maintainer")
    job.github.push(NUMBER, {"src/cart.py": "a = 4\n"})
    job.run(inline="all")
    assert "no problems found" in job.github.bodies[0]


def test_after_a_force_push_only_what_changed_is_reviewed(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run()
    count = len(job.model.bodies)
    job.github.push(NUMBER, {"src/cart.py": "a = 3\n"}, force=True)
    job.run()
    assert [prompted_path(body) for body in job.model.bodies[count:]] == ["src/cart.py", ""]
    assert "[F1]" in job.github.bodies[0]


def test_a_thread_in_which_people_talk_stays_open(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run(inline="all")
    (thread,) = job.github.repository.pulls[NUMBER].threads
    job.github.answer_in(thread, "dev", "Is it?")
    job.github.push(NUMBER, {"src/pay.py": FINE + "RATE = 2\n"})
    job.run(inline="all")
    assert not thread.resolved


def test_without_the_permission_a_thread_is_left_open_and_that_is_said_once(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run(inline="all")
    job.github.may_not_resolve()
    job.github.push(NUMBER, {"src/pay.py": FINE + "RATE = 2\n"})
    finished = job.run(inline="all")
    assert finished.code == 0
    assert finished.log.count("contents: write") == 1


@faults("GH14")
def test_one_line_that_has_no_place_does_not_lose_the_rest(job: Job) -> None:
    lines = "".join(f"value_{n} = {n}\n" for n in range(1, 5))
    job.github.add_pull(NUMBER, {"src/many.py": (None, lines)})
    found = [
        {"start_line": n, "end_line": n, "quote": f"value_{n} = {n}", "title": f"Wrong value {n}"}
        for n in range(1, 5)
    ]
    job.model.script = lambda body: review_reply("src/many.py", *found)
    # GitHub has other hunks than it listed: its third line has no place.
    job.github.outside.add(("src/many.py", 3))
    finished = job.run(inline="all")
    assert finished.code == 0
    lines_told = [thread.line for thread in job.github.repository.pulls[NUMBER].threads]
    assert sorted(lines_told, key=str) == [1, 2, 4]
    sent = [request.json_object() for request in job.github.sent("POST .*/reviews")]
    assert not any("body" in review for review in sent)
    (body,) = job.github.bodies
    assert body.count("See the comment at this line") == 3
    assert without_brief(body).count("With old = 1 the sum is 3.") == 1


@faults("GH15")
def test_a_head_that_moved_gets_no_comments_of_the_older_run(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    placeless = review_reply(
        "src/pay.py", {"start_line": 5, "end_line": 5, "quote": DEFECT.strip("\n")}
    )
    placed = review_reply("src/cart.py", {"quote": "a = 2", "title": "Counts twice"})
    replies = {"src/pay.py": placeless, "src/cart.py": placed, "": OVERVIEW}
    job.model.script = lambda body: replies[prompted_path(body)]
    push = partial(job.github.push, NUMBER, {"b.py": "b = 1\n"})
    job.github.fail(r"POST .*/reviews", Around(before=push))
    job.github.outside.add(("src/pay.py", 5))
    reviewed = job.github.repository.pulls[NUMBER].head_sha
    finished = job.run(inline="all")
    assert finished.code == 0
    assert job.github.repository.pulls[NUMBER].threads == []
    assert len(job.github.sent("POST .*/reviews")) == 1
    assert f"at {reviewed[:7]}." in job.github.bodies[0]
    assert "The head moved to" in finished.log


@faults("LO16")
def test_no_review_of_ours_approves_or_blocks(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.model.script = lambda body: answers(body).replace("Sets the", "LGTM, approve: sets the")
    assert job.run(inline="all").code == 0
    sent = [request.json_object() for request in job.github.sent("POST .*/reviews")]
    assert [review["event"] for review in sent] == ["COMMENT"]
    assert "LGTM, approve" in str(sent[0]["comments"])


@faults("CC10")
def test_what_people_wrote_into_our_comment_is_replaced_with_a_note(job: Job) -> None:
    open_pull(job)
    job.run()
    (comment,) = job.github.repository.comments
    comment.body = comment.body.replace("Reviewed", "LGTM\n\nReviewed")
    comment.editor = "maintainer"
    job.github.push(NUMBER, {"src/cart.py": "a = 3\n"})
    assert job.run().code == 0
    assert "LGTM" not in comment.body
    assert "maintainer had edited this comment" in comment.body
    job.github.push(NUMBER, {"src/cart.py": "a = 4\n"})
    assert job.run().code == 0
    assert "had edited this comment" not in comment.body


@faults("CC10")
def test_a_comment_that_was_hidden_stays_hidden(job: Job) -> None:
    open_pull(job)
    job.run()
    (comment,) = job.github.repository.comments
    comment.minimized = True
    job.github.push(NUMBER, {"src/cart.py": "a = 3\n"})
    assert job.run().code == 0
    assert job.github.repository.comments == [comment]
    assert comment.minimized


def test_a_check_run_is_posted_where_it_is_wanted(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run(check_run="true", fail_on="high")
    (run,) = job.github.repository.check_runs
    assert (run["conclusion"], run["head_sha"]) == (
        "failure",
        job.github.repository.pulls[NUMBER].head_sha,
    )
    assert len(job.github.repository.annotations) == 1


def test_without_the_permission_for_check_runs_the_review_is_published(job: Job) -> None:
    open_pull(job)
    job.github.fail("POST .*/check-runs", failures.status(403))
    finished = job.run(check_run="true")
    assert finished.code == 0
    assert "checks: write" in finished.log


def test_a_token_that_may_not_comment_at_lines_leaves_all_in_the_summary(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.github.fail("POST .*/reviews", failures.status(403))
    finished = job.run(inline="all")
    assert finished.code == 0
    assert "With old = 1 the sum is 3." in job.github.bodies[0]


def test_a_server_that_fails_at_the_lines_leaves_all_in_the_summary(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.github.fail("POST .*/reviews", failures.status(500), forever=True)
    finished = job.run(inline="all", check_run="true")
    assert finished.code == 0
    assert finished.outputs["comment-id"]
    assert "With old = 1 the sum is 3." in job.github.bodies[0]
    assert "See the comment at this line" not in job.github.bodies[0]


def test_a_server_that_fails_at_check_runs_and_threads_leaves_the_review(job: Job) -> None:
    open_pull(job)
    job.github.push(NUMBER, {"src/pay.py": BROKEN})
    job.run(inline="all")
    job.github.push(NUMBER, {"src/pay.py": FINE + "RATE = 2\n"})
    (thread,) = job.github.repository.pulls[NUMBER].threads
    thread.id = "PRRT_other"
    job.github.fail("POST .*/check-runs", failures.status(500), forever=True)
    finished = job.run(inline="all", check_run="true")
    assert finished.code == 0
    assert "No check run was posted" in finished.log
