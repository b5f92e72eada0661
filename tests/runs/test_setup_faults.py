"""Wrong inputs and a wrong .github/code-review.yml, and what the pull request shows of it."""

import pytest

from reviewer.config.repository.strict_yaml import PATH as CONFIG_PATH
from tests.faults import faults
from tests.loopback.github import BOT
from tests.loopback.runner_log import commands
from tests.loopback.state import Token
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path
from tests.runs.model_scripts import finds_a_problem
from tests.runs.run_checks import assert_reported_everywhere

CHANGE = {"src/app.py": ("old = 1\n", "new = 2\n")}


def commit_to_base(job: Job, text: str | bytes) -> None:
    raw = text.encode() if isinstance(text, str) else text
    job.github.add_pull(NUMBER, {**CHANGE, CONFIG_PATH: (raw, raw)})


def assert_refused_at(finished: RunResult, line: int) -> None:
    assert finished.code == 2
    error, *_ = [command for command in commands(finished.log) if command.name == "error"]
    place = {"file": CONFIG_PATH, "line": str(line)} if line else {"file": CONFIG_PATH}
    assert error.properties.items() >= place.items()


@faults("IN1")
def test_without_a_key_the_comment_says_how_to_set_it(job: Job) -> None:
    finished = job.run(api_key="", base_url="")
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "Add the secret under Settings")
    assert job.model.requests == []


@faults("IN6")
def test_a_token_that_is_not_accepted_is_named(job: Job) -> None:
    job.token = "ghs_expired"
    finished = job.run()
    (error,) = [command for command in commands(finished.log) if command.name == "error"]
    assert finished.code == 2
    assert "github-token" in error.message
    assert len(job.github.requests) == 1
    assert job.model.requests == []


@faults("IN6")
def test_the_token_of_somebody_else_keeps_a_comment_of_its_own(job: Job) -> None:
    job.run()
    theirs = job.github.bodies[0]
    job.github.site.tokens["ghp_mona"] = Token("mona")
    job.token = "ghp_mona"
    job.invariants.secrets.append(job.token)
    for _ in range(2):
        assert job.run(full=True).code == 0
    comments = [(comment.author, comment.body) for comment in job.github.repository.comments]
    assert [author for author, _ in comments] == [BOT, "mona"]
    assert comments[0] == (BOT, theirs)
    assert "## Code review" in comments[1][1]


REFUSED = {
    "CF2 syntax": ("max-files: 3\nexclude: [a\n", 3, "not YAML"),
    "CF2 tab": ("path-instructions:\n\t- path: a\n", 2, "not with tabs"),
    "CF2 NUL": ("max-files: 3\nlanguage: a\0b\n", 2, "control character"),
    "CF2 latin-1": ("max-files: 3\ninstructions: Français\n".encode("latin-1"), 2, "not UTF-8"),
    "CF3 list": ("- max-files: 3\n", 1, "keys with values"),
    "CF3 scalar": ("max-files\n", 1, "keys with values"),
    "CF3 two documents": ("max-files: 3\n---\nlanguage: French\n", 2, "second document"),
    "CF4 unknown key": ("max-files: 3\nmax-finding: 3\n", 2, "Did you mean"),
    "CF4 wrong type": ("max-files: many\n", 1, "max-files"),
    "CF4 out of range": ("\nmax-files: 0\n", 2, "max-files"),
    "CF5 twice": ("max-files: 3\nlanguage: French\nmax-files: 4\n", 3, "already in line 1"),
    "CF6 bomb": ("include: &a [x]\nexclude: [*a, *a, *a]\n", 1, "anchors"),
    "CF6 alias": ("language: &a French\ninstructions: *a\n", 1, "anchors"),
    "CF7 deep": ("exclude: " + "[" * 20_000, 1, "levels deep"),
    "CF8 binary": ("max-files: 3\nlanguage: !!binary RnJlbmNo\n", 2, "tags"),
    "CF8 merge": ("path-instructions:\n  - <<: {path: a}\n    instructions: b\n", 2, "merge"),
    "CF9 no": ("language: no\n", 1, "YAML 1.1"),
    "CF9 octal": ("max-files: 012\n", 1, "YAML 1.1"),
    "CF9 sexagesimal": ("language: 1:30\n", 1, "YAML 1.1"),
    "CF9 date": ("skip-labels:\n  - 2024-01-01\n", 2, "YAML 1.1"),
    "CF11 base-url": ("base-url: https://evil.example/v1\n", 1, "in the workflow"),
    "CF11 api-key": ("max-files: 3\napi-key: sk-theirs\n", 2, "in the workflow"),
    "CF11 model": ("model: dearest\n", 1, "in the workflow"),
    "CF11 template": ("template: '{{ x }}'\n", 1, "in the workflow"),
    "CF11 tools": ("tools: [shell]\n", 1, "in the workflow"),
    "CF13 many": ("exclude:\n" + "- a\n" * 10_000, 2, "at most 200"),
    "CF13 long": (f"max-files: 3\nexclude: ['{'a' * 257}']\n", 2, "of 256 characters"),
}


@faults("CF2", "CF3", "CF4", "CF5", "CF6", "CF7", "CF8", "CF9", "CF11", "CF13")
@pytest.mark.parametrize(("text", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_a_refused_file_is_reported_everywhere_with_its_line(
    job: Job, text: str | bytes, line: int, words: str
) -> None:
    commit_to_base(job, text)
    finished = job.run()
    assert_refused_at(finished, line)
    assert_reported_everywhere(job, finished, words)
    assert job.model.requests == []


@faults("CF7")
@pytest.mark.parametrize("size", [64 * 1024 + 1, 5_000_000])
def test_a_file_that_is_too_large_is_reported_everywhere(job: Job, size: int) -> None:
    commit_to_base(job, "#" * size)
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, CONFIG_PATH)
    assert job.model.requests == []


@faults("CF8")
def test_no_tag_of_the_file_calls_anything(job: Job) -> None:
    made = job.root / "made by a tag"
    commit_to_base(job, f"language: !!python/object/apply:os.mkdir ['{made}']\n")
    assert job.run().code == 2
    assert not made.exists()


@faults("CF2")
def test_the_earlier_review_is_kept_under_the_notice(job: Job) -> None:
    job.model.script = finds_a_problem
    job.run()
    asked = len(job.model.bodies)
    commit_to_base(job, "max-files: [\n")
    finished = job.run()
    assert_reported_everywhere(job, finished, "not YAML")
    assert "Sets the wrong value" in job.github.bodies[0]
    assert len(job.model.bodies) == asked


@faults("CF2")
def test_when_the_file_is_corrected_the_notice_disappears(job: Job) -> None:
    commit_to_base(job, "max-files: [\n")
    job.run()
    commit_to_base(job, "max-files: 3\n")
    assert job.run().code == 0
    assert "could not be reviewed" not in job.github.bodies[0]


@faults("CF12")
@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "{% raw %}", "@format {env.HOME}", "${HOME} $(id)"]
)
def test_what_looks_like_a_template_reaches_the_model_as_it_is(job: Job, text: str) -> None:
    commit_to_base(job, f"instructions: '{text}'\n")
    assert job.run(instructions=f"workflow: {text}").code == 0
    (prompt,) = [body["messages"][1]["content"] for body in job.model.bodies if prompted_path(body)]
    assert f"\n{text}\n" in prompt
    assert f"\nworkflow: {text}\n" in prompt
