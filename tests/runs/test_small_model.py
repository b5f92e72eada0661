"""Files whose change is trivial by proof go to the small model; all others never do."""

import json
import re

import pytest

from reviewer.config.repository.strict_yaml import PATH
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.model import MODEL, Body, ScriptedReply
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, section
from tests.runs.model_scripts import OVERVIEW, is_verification, prompt_of

SMALL = "small"
BEFORE = "x = 1\ny = 2\n"
COMMENTS = ("x = 1\ny = 2\n", "# Counts all the words.\nx = 1\ny = 2\n")
SPACE = ("a = 1 \n", "a = 1\n")
CODE = ("old = 1\n", "new = 2\n")
FOUND: dict[str, object] = {"title": "Says what is wrong", "quote": "# Counts all the words."}


def answer(
    body: Body, by_small: dict[str, object] | None = None, by_model: dict[str, object] | None = None
) -> str:
    """Answer about all files, with what each model finds in lib/words.py; keep what is verified."""
    if is_verification(body):
        return json.dumps({"verdicts": [{"finding": 1, "verdict": "keep"}]})
    found = by_small if body["model"] == SMALL else by_model
    sections = [
        section(
            path,
            *([found] if found and path == "lib/words.py" else []),
            summary=f"Read by {body['model']}.",
        )
        for path in prompted_paths(body)
    ]
    return change_reply(*sections) if sections else OVERVIEW


@pytest.fixture
def job(job: Job) -> Job:
    """Two trivial changes beside one of code."""
    job.github.add_pull(
        NUMBER, {"src/app.py": CODE, "lib/words.py": COMMENTS, "lib/more.py": SPACE}
    )
    job.inputs |= {"batching": "change", "verify": "on", "small-model": SMALL}
    job.model.models = (MODEL, SMALL)
    job.model.script = answer
    return job


def only(job: Job, **files: tuple[str, str]) -> None:
    """Have the pull request change these files of lib/ and no others."""
    job.github.add_pull(NUMBER, {f"lib/{name}.py": texts for name, texts in files.items()})


def asked(job: Job, since: int = 0) -> list[tuple[str, list[str]]]:
    """Return the model and the files of each later request, in the order of the models."""
    bodies = job.model.bodies[since:]
    found = [(str(body["model"]), sorted(prompted_paths(body))) for body in bodies]
    return sorted(found)


TRIVIAL = ["lib/more.py", "lib/words.py"]


def test_trivial_files_are_one_request_to_the_small_model(job: Job) -> None:
    finished = job.run()
    assert asked(job) == [(MODEL, ["src/app.py"]), (SMALL, TRIVIAL)]
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    assert "by the small model, because only comments changed" in finished.summary
    assert "by the small model, because only white space changed" in finished.summary
    assert f"{SMALL}" in job.github.bodies[0]
    assert "Read by small." in job.github.bodies[0]


def test_the_small_model_is_shown_the_changes_and_nothing_else(job: Job) -> None:
    job.run(tools="on")
    (body,) = [body for body in job.model.bodies if body["model"] == SMALL]
    assert "lib/words.py: only comments changed" in prompt_of(body)
    assert "tools" not in body
    assert "src/app.py" not in prompt_of(body)


def test_without_a_small_model_nothing_is_different(job: Job) -> None:
    finished = job.run(small_model="")
    assert asked(job) == [(MODEL, [*TRIVIAL, "src/app.py"])]
    assert "small model" not in finished.summary


def test_a_change_of_nothing_else_needs_the_small_model_only(job: Job) -> None:
    only(job, words=COMMENTS, more=SPACE)
    finished = job.run()
    assert asked(job) == [(SMALL, TRIVIAL)]
    assert finished.outputs["complete"] == "true"
    assert "Sets values." in job.github.bodies[0]


@pytest.mark.parametrize("inputs", [{"effort": "high"}, {"batching": "file"}])
def test_the_small_model_is_asked_once_however_the_others_are(
    job: Job, inputs: dict[str, str]
) -> None:
    job.inputs |= inputs
    job.run()
    assert asked(job).count((SMALL, TRIVIAL)) == 1
    assert not {*TRIVIAL} & {
        path
        for body in job.model.bodies
        if body["model"] == MODEL and "The changes under review." in prompt_of(body)
        for path in prompted_paths(body)
    }


def test_what_the_small_model_reports_is_for_the_preferred_model_to_decide(job: Job) -> None:
    job.model.script = lambda body: answer(body, by_small=FOUND)
    finished = job.run()
    assert asked(job) == [
        (MODEL, ["lib/words.py"]),
        (MODEL, ["src/app.py"]),
        (SMALL, TRIVIAL),
    ]
    assert finished.outputs["findings"] == "0"
    assert "only comments changed" not in finished.summary
    assert job.github.bodies[0].count(f"Read by {MODEL}.") == 2


def test_what_the_preferred_model_then_finds_is_verified(job: Job) -> None:
    job.model.script = lambda body: answer(body, by_small=FOUND, by_model=FOUND)
    finished = job.run()
    (verification,) = [body for body in job.model.bodies if is_verification(body)]
    assert verification["model"] == MODEL
    # What the small model found clean is not shown again.
    assert prompted_paths(verification) == ["lib/words.py"]
    assert finished.outputs["findings"] == "1"
    assert "trivial changes" in finished.summary
    assert "1 file to be reviewed" in finished.summary
    assert "Says what is wrong" in job.github.bodies[0]


@pytest.mark.parametrize("batches_of", ["lib/more.py", "lib/elsewhere.py"])
def test_a_finding_in_the_wrong_section_is_not_lost(job: Job, batches_of: str) -> None:
    def script(body: Body) -> str:
        if body["model"] != SMALL:
            return answer(body)
        # About lib/words.py, by its quote.
        rows = [section(path) for path in prompted_paths(body) if path != batches_of]
        return change_reply(*rows, section(batches_of, FOUND))

    job.model.script = script
    job.run()
    assert "lib/words.py" in {
        path for model, paths in asked(job) if model == MODEL for path in paths
    }


@pytest.mark.parametrize(
    "reply",
    [
        "I would rather not.",
        "",
        change_reply(),
        change_reply(section("lib/words.py")),
        change_reply(section("lib/words.py", {"quote": ""}), section("lib/more.py")),
        change_reply(section("lib/words.py"), section("lib/more.py"))[:-40],
    ],
    ids=["words", "nothing", "no section", "one section", "no quote", "cut off"],
)
def test_what_the_small_model_leaves_open_is_read_by_the_preferred_one(
    job: Job, reply: str
) -> None:
    job.model.script = lambda body: reply if body["model"] == SMALL else answer(body)
    finished = job.run()
    reviewed = {path for model, paths in asked(job) if model == MODEL for path in paths}
    assert "lib/more.py" in reviewed
    assert (finished.code, finished.outputs["complete"]) == (0, "true")


def test_a_small_model_that_does_not_exist_costs_no_review(job: Job) -> None:
    job.model.models = (MODEL,)
    finished = job.run()
    reviewed = {path for model, paths in asked(job) if model == MODEL for path in paths}
    assert {*TRIVIAL, "src/app.py"} <= reviewed
    assert finished.outputs["complete"] == "true"
    assert f"the model server has no small model {SMALL}" in job.github.bodies[0]


def test_a_server_that_fails_for_the_small_model_costs_no_review(job: Job) -> None:
    def script(body: Body) -> str | ScriptedReply:
        if body["model"] == SMALL:
            return ScriptedReply("", finish_reason="content_filter")
        return answer(body)

    job.model.script = script
    finished = job.run()
    assert (MODEL, TRIVIAL) in asked(job)
    assert finished.outputs["complete"] == "true"


def test_a_file_that_the_preferred_model_then_cannot_review_is_not_reviewed(job: Job) -> None:
    def script(body: Body) -> str | ScriptedReply:
        if body["model"] == MODEL and prompted_paths(body) == ["lib/words.py"]:
            return ScriptedReply("", finish_reason="content_filter")
        return answer(body, by_small=FOUND)

    job.model.script = script
    finished = job.run()
    assert finished.outputs["complete"] == "false"
    assert finished.outputs["verdict"] == "incomplete"
    (row,) = [line for line in job.github.bodies[0].splitlines() if "`lib/words.py`" in line]
    assert "not reviewed" in row
    assert "only comments changed" not in row


def test_a_budget_that_ends_before_the_preferred_model_is_asked_leaves_the_file_unreviewed(
    job: Job,
) -> None:
    only(job, words=COMMENTS)

    def script(body: Body) -> str | ScriptedReply:
        return ScriptedReply(answer(body, by_small=FOUND), usage=(60_000, 10))

    job.model.script = script
    finished = job.run(max_tokens_total="60500")
    assert {body["model"] for body in job.model.bodies} == {SMALL}
    assert (finished.code, finished.outputs["verdict"]) == (1, "failed")
    assert "could not be reviewed" in job.github.bodies[0]


def test_what_the_small_model_has_read_is_remembered(job: Job) -> None:
    job.run()
    before = len(job.model.bodies)
    job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
    job.run()
    # The request about the whole change shows remembered files too.
    assert {model for model, _ in asked(job, before)} == {MODEL}
    assert "Read by small." in job.github.bodies[0]


def test_a_base_that_moves_costs_no_request(job: Job) -> None:
    only(job, words=COMMENTS, more=SPACE)
    job.run()
    before = len(job.model.bodies)
    job.github.move_base(NUMBER, {"lib/words.py": f"{BEFORE}z = 3\n"})
    job.run()
    assert asked(job, before) == []
    assert "Read by small." in job.github.bodies[0]


# A hunk shows three lines around a change: those far from it are the same in every hunk.
FAR = "a = 1\n" * 8
COMMENTED = f"{FAR}# Counts all the words.\n{FAR}"


def review_again_on(job: Job, before: str, after: str) -> list[tuple[str, list[str]]]:
    """Review COMMENTED, let the head take in a base with other rows far from it, review again."""
    only(job, words=(FAR + FAR, COMMENTED), more=SPACE)
    job.run()
    assert asked(job) == [(SMALL, TRIVIAL)]
    first = len(job.model.bodies)
    job.github.move_base(NUMBER, {"lib/words.py": before})
    job.github.rebase(NUMBER, {"lib/words.py": after})
    job.run()
    reason = "lib/words.py is reviewed again: the text around its trivial change changed"
    assert reason in job.github.bodies[0]
    return asked(job, first)


def test_a_head_that_takes_the_base_in_asks_about_files_with_another_text(job: Job) -> None:
    again = review_again_on(job, f"{FAR}{FAR}z = 3\n", f"{COMMENTED}z = 3\n")
    # One request is about the overview.
    assert again == [(MODEL, []), (SMALL, ["lib/words.py"])]


@faults("ST11")
def test_what_the_new_text_does_not_prove_is_read_by_the_preferred_model(job: Job) -> None:
    opened, rest = 's = """\n', len("a = 1\n")
    before, after = (f'{opened}{text[rest:-rest]}"""\n' for text in (FAR + FAR, COMMENTED))
    again = review_again_on(job, before, after)
    assert {(model, *paths) for model, paths in again} >= {(MODEL, "lib/words.py")}
    assert SMALL not in {model for model, _ in again}


def test_a_remembered_text_that_is_not_at_hand_is_proven_by_nothing(job: Job) -> None:
    only(job, words=COMMENTS, more=SPACE)
    job.run()
    before = len(job.model.bodies)
    job.github.push(NUMBER, {"lib/more.py": "a = 2\n"})
    job.github.fail("GET .*/git/trees/", failures.status(500), forever=True)
    job.run()
    reviewed = {path for model, paths in asked(job, before) if model == MODEL for path in paths}
    assert "lib/words.py" in reviewed


@pytest.mark.parametrize("other", ["", "smaller"])
def test_it_is_not_remembered_for_another_small_model(job: Job, other: str) -> None:
    job.model.models = (MODEL, SMALL, "smaller")
    job.run()
    before = len(job.model.bodies)
    job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
    job.run(small_model=other)
    assert {path for _, paths in asked(job, before) for path in paths} == {*TRIVIAL, "src/app.py"}


def test_a_file_with_a_finding_of_an_earlier_review_goes_to_the_preferred_model(job: Job) -> None:
    only(job, words=(BEFORE, "# Counts all the words.\nx = 1\ny = 3\n"))
    job.model.script = lambda body: answer(body, by_model=FOUND)
    job.run()
    job.github.push(NUMBER, {"lib/words.py": COMMENTS[1]})
    before = len(job.model.bodies)
    job.run()
    assert (SMALL, ["lib/words.py"]) not in asked(job)
    assert (MODEL, ["lib/words.py"]) in asked(job, before)


ROWS = "a = 1\n" * 5
NOT_PROVEN = {
    "a secret": (BEFORE, f"# The key is ghp_{'a1B2' * 9} here.\n{BEFORE}"),
    "an invisible character": (BEFORE, f"# Counts all the wor\u200bds.\n{BEFORE}"),
    "a directive": (BEFORE, f"# noqa\n{BEFORE}"),
    "a literal": (f's = """\n{BEFORE}"""\n', f's = """\n# A b c.\n{BEFORE}"""\n'),
    "a literal that no hunk shows": (
        f's = """\n{ROWS}{ROWS}"""\n',
        f's = """\n{ROWS}# A b c.\n{ROWS}"""\n',
    ),
    "code": (BEFORE, f"# Counts all the words.\n{BEFORE}z = 3\n"),
}


@pytest.mark.parametrize("change", NOT_PROVEN.values(), ids=NOT_PROVEN)
def test_what_is_not_proven_goes_to_the_preferred_model(job: Job, change: tuple[str, str]) -> None:
    only(job, words=change)
    job.run()
    assert asked(job) == [(MODEL, ["lib/words.py"])]


def test_a_path_with_instructions_of_its_own_goes_to_the_preferred_model(job: Job) -> None:
    config = "path-instructions:\n  - path: lib/words.py\n    instructions: Read it well.\n"
    job.github.add_pull(
        NUMBER, {"lib/words.py": COMMENTS, "lib/more.py": SPACE, PATH: (config, config)}
    )
    job.run()
    assert asked(job) == [(MODEL, ["lib/words.py"]), (SMALL, ["lib/more.py"])]


def test_a_file_that_is_not_at_hand_goes_to_the_preferred_model(job: Job) -> None:
    only(job, words=COMMENTS)
    job.github.fail("GET .*/git/trees/", failures.status(500), forever=True)
    job.run()
    assert asked(job) == [(MODEL, ["lib/words.py"])]


def test_the_cost_of_the_small_model_counts(job: Job) -> None:
    finished = job.run(price="1/1", max_cost="1")
    assert "220 tokens" not in finished.summary
    assert "200 tokens in, 20 out" in finished.summary
    assert "0.0002 USD" in finished.summary


def test_a_plan_prices_trivial_changes_with_the_small_model(job: Job) -> None:
    only(job, words=COMMENTS)
    prices: dict[str, float] = {}
    for small in ("gpt-6-luna", "gpt-6-astra"):
        planned = job.carry_out(
            job.wanted, plan_only="true", base_url="", model="gpt-6-sol", small_model=small
        )
        assert "trivial changes" in planned.summary
        assert "read by the small model, because only comments changed" in planned.summary
        price = re.search(r"That costs about (\d+\.\d{4}) USD", planned.summary)
        assert price
        prices[small] = float(price[1])
    # By the table of prices, the second costs 100 times as much in prompts.
    assert prices["gpt-6-astra"] > 50 * prices["gpt-6-luna"]
    assert job.model.bodies == []


def test_a_bump_in_requirements_of_pip_is_trivial(job: Job) -> None:
    pins = "requests==2.31.0\nattrs==23.1.0\n"
    job.github.add_pull(NUMBER, {"requirements.txt": (pins, pins.replace("2.31.0", "2.32.1"))})
    job.run()
    assert asked(job) == [(SMALL, ["requirements.txt"])]
