"""A base that moves, a rebase, a force-push: what is the same is not asked about twice."""

import json
from pathlib import Path

import pytest

from reviewer.memory import state_line
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, review_reply, section
from tests.runs.model_scripts import OVERVIEW

PATHS = [f"src/f{n}.py" for n in range(10)]
STEPS = "".join(f"    step_{n}()\n" for n in range(12))
OLD = f"def work():\n{STEPS}    return 1\n"
NEW = f"def work():\n{STEPS}    return 2\n"
SHIFT = "# The licence.\n# All rights reserved.\n\n"
LOAD = "def load_basket(key):\n    return STORE[key]\n"
OTHER_LOAD = "def load_basket(key):\n    return STORE.get(key)\n"
USER = "from lib.store import load_basket\n\n\ndef show(key):\n    return {}\n"
FIRST, ALL = 11, [*PATHS]


def unchanged(text: str) -> tuple[str, str]:
    return text, text


@pytest.fixture(autouse=True)
def ten_files(job: Job) -> None:
    """Change one line in each of ten files; the model finds a problem in the first."""
    others = {"lib/store.py": unchanged(LOAD), "docs/a.md": unchanged("Use it.\n")}
    job.github.add_pull(NUMBER, dict.fromkeys(PATHS, (OLD, NEW)) | others)
    job.model.script = find_in_first


def find_in_first(body: Body) -> str:
    """Report that the first file returns 2, and nothing else."""
    paths = prompted_paths(body)
    if not paths:
        return OVERVIEW
    wrong = {"quote": "    return 2", "start_line": 14, "end_line": 14}
    found = {path: [wrong] if path == PATHS[0] else [] for path in paths}
    if len(paths) == 1:
        return review_reply(paths[0], *found[paths[0]])
    return change_reply(*(section(path, *found[path]) for path in paths))


def asked(job: Job, since: int) -> list[str]:
    """Return the paths that the model was asked about; "" is the overview."""
    return sorted(
        path for body in job.model.bodies[since:] for path in prompted_paths(body) or [""]
    )


def archives(job: Job) -> int:
    return len(job.github.sent("GET .*/tarball/.*"))


def add_user(job: Job) -> int:
    """Push a use of a definition of the base branch, review it, and count the requests so far."""
    job.github.push(NUMBER, {"src/user.py": USER.format("load_basket(key)")})
    job.run()
    return len(job.model.bodies)


def test_the_same_diff_on_a_base_that_moved_costs_no_request(job: Job) -> None:
    first = job.run()
    assert asked(job, 0) == ["", *PATHS]
    job.github.move_base(NUMBER, {"lib/store.py": OTHER_LOAD})
    second = job.run()
    assert asked(job, FIRST) == []
    assert second.outputs["verdict"] == first.outputs["verdict"] == "findings"
    assert "from scratch" not in job.github.bodies[0]
    # The head is the same, so there is nothing in it to look for.
    assert archives(job) == 1


def test_a_run_on_the_same_head_and_another_base_reviews_it_and_does_not_repeat(job: Job) -> None:
    job.run()
    base = job.github.move_base(NUMBER, {"lib/store.py": OTHER_LOAD})
    done = job.run()
    assert "its review is up to date" not in done.log
    known = state_line.decode(job.github.bodies[0])
    assert known
    assert known.base_sha == base
    assert "its review is up to date" in job.run().log


@pytest.mark.parametrize("merge", [False, True], ids=["rebase", "merge"])
def test_a_head_that_takes_the_base_in_costs_no_request_and_its_findings_move(
    job: Job, *, merge: bool
) -> None:
    job.run(inline="all")
    job.github.move_base(NUMBER, dict.fromkeys(PATHS, SHIFT + OLD))
    job.github.rebase(NUMBER, dict.fromkeys(PATHS, SHIFT + NEW), merge=merge)
    done = job.run(inline="all")
    assert asked(job, FIRST) == []
    (body,) = job.github.bodies
    assert body.count("[F1]") == 1
    assert "src/f0.py:17" in done.summary
    (thread,) = job.github.repository.pulls[NUMBER].threads
    assert (thread.line, thread.resolved) == (17, False)
    assert archives(job) == 2


def test_a_force_push_of_the_same_change_costs_no_request(job: Job) -> None:
    job.run()
    job.github.push(NUMBER, {}, force=True)
    job.run()
    assert asked(job, FIRST) == []


def test_a_batch_of_the_whole_change_is_not_asked_about_again_either(job: Job) -> None:
    job.inputs["batching"] = "change"
    job.run()
    assert len(job.model.bodies) == 1
    job.github.move_base(NUMBER, dict.fromkeys(PATHS, SHIFT + OLD))
    job.github.rebase(NUMBER, dict.fromkeys(PATHS, SHIFT + NEW))
    job.run()
    assert len(job.model.bodies) == 1


@faults("ST11")
def test_a_definition_that_changed_in_the_base_asks_about_its_user_alone(job: Job) -> None:
    count = add_user(job)
    job.github.move_base(NUMBER, {"lib/store.py": OTHER_LOAD})
    job.github.rebase(NUMBER, {})
    done = job.run()
    assert asked(job, count) == ["", "src/user.py"]
    assert "reviewed again: " in job.github.bodies[0]
    for text in (done.summary, job.github.bodies[0]):
        assert "src/user.py is reviewed again: `load_basket` in lib/store.py changed" in text


@faults("ST11")
def test_a_definition_that_a_push_changes_asks_about_its_user_once(job: Job) -> None:
    count = add_user(job)
    job.github.push(NUMBER, {"lib/store.py": OTHER_LOAD})
    done = job.run()
    assert asked(job, count) == ["", "lib/store.py", "src/user.py"]
    assert "src/user.py is reviewed again: `load_basket` in lib/store.py changed" in done.summary
    # From now on, it is a part of the change, as its user's lines are.
    count = len(job.model.bodies)
    job.github.push(NUMBER, {"lib/store.py": OTHER_LOAD.replace("get", "pop")})
    job.run()
    assert asked(job, count) == ["", "lib/store.py"]


@faults("ST11")
def test_a_definition_that_is_as_it_was_asks_about_nothing_wherever_it_is(job: Job) -> None:
    count = add_user(job)
    job.github.move_base(
        NUMBER, {"lib/store.py": f"LIMIT = 3\n\n\n{LOAD}\n\ndef more():\n    pass\n"}
    )
    job.github.rebase(NUMBER, {})
    job.run()
    assert asked(job, count) == []


@faults("ST11")
def test_an_override_that_changed_in_the_base_asks_about_what_it_overrides(job: Job) -> None:
    base = "class Till:\n    def settle(self):\n        return {}\n"
    override = (
        "from src.till import Till\n\n\nclass Card(Till):\n    def settle(self):\n        {}\n"
    )
    files = {"src/till.py": (base.format(1), base.format(2))}
    job.github.add_pull(NUMBER, files | {"lib/card.py": unchanged(override.format("pass"))})
    job.run()
    before = len(job.model.bodies)
    assert "class Card(Till)" in job.model.bodies[0]["messages"][-1]["content"]
    job.github.move_base(NUMBER, {"lib/card.py": override.format("raise OSError")})
    job.github.rebase(NUMBER, {})
    job.run()
    assert "src/till.py" in asked(job, before)
    assert "`settle` in lib/card.py changed" in job.github.bodies[0]


def test_a_definition_that_is_gone_asks_about_its_user(job: Job) -> None:
    count = add_user(job)
    job.github.move_base(NUMBER, {"lib/store.py": None})
    job.github.rebase(NUMBER, {})
    done = job.run()
    assert asked(job, count) == ["", "src/user.py"]
    assert "src/user.py is reviewed again: code that it was read with changed" in done.summary


@faults("ST11")
def test_other_code_around_a_change_asks_about_its_file(job: Job) -> None:
    job.run()
    early = OLD.replace("step_0()", "return 0")
    job.github.move_base(NUMBER, {PATHS[3]: early})
    job.github.rebase(NUMBER, {PATHS[3]: early.replace("return 1", "return 2")})
    done = job.run()
    assert asked(job, FIRST) == ["", PATHS[3]]
    assert f"{PATHS[3]} is reviewed again: the code around its changes changed" in done.summary


@faults("ST11")
def test_a_secret_in_the_name_of_a_definition_is_masked_in_the_reason(job: Job) -> None:
    name = "ghp_" + "a1B2" * 9
    define = "def {}():\n    return {}\n"
    job.github.add_pull(
        NUMBER,
        {
            "lib/store.py": unchanged(define.format(name, 1)),
            "src/user.py": ("import store\n", f"import store\nstore.{name}()\n"),
        },
    )
    job.run()
    job.github.move_base(NUMBER, {"lib/store.py": define.format(name, 2)})
    job.github.rebase(NUMBER, {})
    done = job.run()
    assert "is reviewed again: " in done.summary
    assert name not in done.summary + job.github.bodies[0]


@faults("ST11")
@pytest.mark.parametrize("lacking", ["GET .*/tarball/", "GET .*/git/trees/"])
def test_without_the_code_of_the_commit_a_result_is_kept_and_looked_at_later(
    job: Job, lacking: str
) -> None:
    count = add_user(job)
    job.github.move_base(NUMBER, {"lib/store.py": OTHER_LOAD})
    job.github.rebase(NUMBER, {})
    job.github.fail(lacking, failures.status(404, {"message": "Not Found"}), forever=True)
    done = job.run()
    assert asked(job, count) == []
    assert "without a look at the code of other files, which was not read" in done.summary
    job.github.heal()
    job.github.push(NUMBER, {"docs/b.md": "More.\n"})
    job.run()
    assert asked(job, count) == ["", "docs/b.md", "src/user.py"]


@faults("ST11")
def test_another_base_branch_asks_about_the_files_with_other_hunks(job: Job) -> None:
    job.run()
    job.github.retarget(NUMBER, "release", {PATHS[2]: OLD.replace("return 1", "return 3")})
    job.run()
    assert asked(job, FIRST) == ["", PATHS[2]]


@faults("ST11")
def test_the_state_of_two_pushes_ago_is_asked_about_again(job: Job) -> None:
    job.run()
    job.github.push(NUMBER, {PATHS[2]: OLD.replace("return 1", "return 3")})
    job.run()
    count = len(job.model.bodies)
    job.github.push(NUMBER, {PATHS[2]: NEW})
    job.run()
    assert asked(job, count) == ["", PATHS[2]]


@faults("ST11")
def test_guidelines_of_one_folder_ask_about_its_files_alone(job: Job) -> None:
    job.inputs["guidelines"] = "AGENTS.md"
    job.github.push(NUMBER, {"docs/a.md": "Use it well.\n"})
    job.run()
    count = len(job.model.bodies)
    job.github.move_base(NUMBER, {"docs/AGENTS.md": "Write short sentences.\n"})
    done = job.run()
    assert asked(job, count) == ["", "docs/a.md"]
    reason = "the path instructions or the guidelines for it changed"
    assert f"docs/a.md is reviewed again: {reason}" in done.summary
    count = len(job.model.bodies)
    job.github.move_base(NUMBER, {"docs/AGENTS.md": "Write long sentences.\n"})
    job.run()
    assert asked(job, count) == ["", "docs/a.md"]


@faults("ST11")
def test_guidelines_that_cannot_be_read_ask_about_nothing_and_are_looked_at_later(job: Job) -> None:
    job.inputs["guidelines"] = "AGENTS.md"
    job.github.push(NUMBER, {"docs/a.md": "Use it well.\n"})
    job.github.move_base(NUMBER, {"docs/AGENTS.md": "Write short sentences.\n"})
    job.run()
    count = len(job.model.bodies)
    job.github.move_base(NUMBER, {"docs/AGENTS.md": "Write long sentences.\n"})
    job.github.fail("GET .*/contents/docs/AGENTS.md", failures.status(500), forever=True)
    done = job.run()
    assert asked(job, count) == []
    assert "without the guidelines docs/AGENTS.md" in done.summary
    job.github.heal()
    job.github.push(NUMBER, {}, force=True)
    job.run()
    assert asked(job, count) == ["", "docs/a.md"]


@faults("ST11")
def test_instructions_for_a_path_ask_about_its_files_alone(job: Job) -> None:
    job.run()
    rows = [{"path": PATHS[4], "instructions": "Look for races."}]
    text = json.dumps({"path-instructions": rows})
    job.github.move_base(NUMBER, {".github/code-review.yml": text})
    job.run()
    assert asked(job, FIRST) == ["", PATHS[4]]


@pytest.mark.parametrize(
    "text",
    [
        "max-files: 9",
        "max-findings: 9",
        "min-severity: medium",
        "min-confidence: high",
        'exclude: ["other/**"]',
        "include: ['**']",
        "guidelines: [STYLE.md]",
    ],
)
def test_settings_that_only_choose_files_and_findings_ask_about_nothing(
    job: Job, text: str
) -> None:
    job.run()
    job.github.move_base(NUMBER, {".github/code-review.yml": text})
    assert job.run().code == 0
    assert asked(job, FIRST) == []


def test_other_settings_ask_about_every_file_and_say_why(job: Job) -> None:
    job.run()
    job.github.move_base(NUMBER, {".github/code-review.yml": "language: French\n"})
    job.run()
    assert asked(job, FIRST) == ["", *PATHS]
    assert "from scratch: the configuration changed" in job.github.bodies[0]


@faults("ST11")
def test_a_finding_that_named_a_rule_goes_with_the_rule(job: Job) -> None:
    job.inputs |= {"guidelines": "AGENTS.md", "batching": "change"}
    wrong = {"quote": "    return 2", "start_line": 14, "end_line": 14, "rule": "AGENTS.md: one."}
    plain = wrong | {"rule": None, "quote": "def work():", "title": "Works too long"}

    def script(body: Body) -> str:
        found = [wrong, plain] if "Return 1." in str(body["messages"]) else []
        paths = prompted_paths(body)
        sections = (section(path, *(found if path == PATHS[0] else [])) for path in paths)
        return change_reply(*sections) if paths else OVERVIEW

    job.model.script = script
    job.github.move_base(NUMBER, {"AGENTS.md": "Return 1.\n"})
    job.github.push(NUMBER, {PATHS[0]: NEW.replace("def work():", "def work():  # long")})
    plain["quote"] = "def work():  # long"
    assert job.run().outputs["findings"] == "2"
    job.github.move_base(NUMBER, {"AGENTS.md": "Return 2.\n"})
    done = job.run()
    assert done.outputs["findings"] == "1"
    assert "Works too long" in job.github.bodies[0]


@pytest.fixture
def reports(job: Job) -> Path:
    """The folder in which reviewing runs leave their reports for the publishing ones."""
    job.workspace = str(job.root / "workspace")
    Path(job.workspace).mkdir()
    job.inputs["reports"] = "report.json"
    return Path(job.workspace)


def review_and_publish(job: Job, folder: Path) -> str:
    """Review, pass the report on, publish it, and return the report."""
    made = job.run(mode="review", reports="")
    text = (folder / made.outputs["report-path"]).read_text("utf-8")
    (folder / "report.json").write_text(text, "utf-8")
    assert job.run(mode="publish").code == 0
    return text


@faults("ST11")
def test_a_published_review_is_remembered_with_what_the_reviewing_run_read(
    job: Job, reports: Path
) -> None:
    job.github.push(NUMBER, {"src/user.py": USER.format("load_basket(key)")})
    review_and_publish(job, reports)
    count = len(job.model.bodies)
    job.github.move_base(NUMBER, dict.fromkeys(PATHS, SHIFT + OLD))
    job.github.rebase(NUMBER, dict.fromkeys(PATHS, SHIFT + NEW))
    review_and_publish(job, reports)
    assert asked(job, count) == []
    job.github.move_base(NUMBER, {"lib/store.py": OTHER_LOAD})
    job.github.rebase(NUMBER, {})
    review_and_publish(job, reports)
    assert asked(job, count) == ["", "src/user.py"]


@faults("ST11")
@pytest.mark.parametrize("memory", [None, "changed", "of another head"])
def test_a_published_review_whose_memory_is_not_proven_is_not_remembered(
    job: Job, reports: Path, memory: str | None
) -> None:
    made = job.run(mode="review", reports="")
    document = json.loads((reports / made.outputs["report-path"]).read_text("utf-8"))
    if memory == "changed":
        document["memory"] = document["memory"].replace("v=2 ", "v=2 A")
    elif memory is None:
        document["memory"] = None
    else:
        job.github.push(NUMBER, {}, force=True)
        document["head_sha"] = job.github.repository.pulls[NUMBER].head_sha
    (reports / "report.json").write_text(json.dumps(document), "utf-8")
    assert job.run(mode="publish").code == 0
    known = state_line.decode(job.github.bodies[0])
    assert known
    assert {unit.key for unit in known.units} <= {""}


@faults("ST11")
def test_a_restored_report_is_compared_with_the_code_of_now(job: Job, reports: Path) -> None:
    job.github.push(NUMBER, {"src/user.py": USER.format("load_basket(key)")})
    made = job.run(mode="review", reports="")
    count = len(job.model.bodies)
    job.github.move_base(NUMBER, {"lib/store.py": OTHER_LOAD})
    job.github.rebase(NUMBER, {})
    job.run(reports=made.outputs["report-path"])
    assert reports.exists()
    assert asked(job, count) == ["", "src/user.py"]
