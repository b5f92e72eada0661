"""What the runner sees: our own commands, one line for each record, no secret."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.adapters.runner.actions import Runner
from reviewer.redaction.run_secrets import Secrets
from tests.faults import faults
from tests.loopback.runner_log import Command, commands

ROOT = Path(__file__).parents[3]
COMMANDS = (
    "::set-output name=a::b",
    "  ::stop-commands::token",
    "\u2003::error::forged",
    "a\n::add-mask::e",
    "a\r::add-mask::e",
    "a\r\n::add-mask::e",
    "middle ##[add-mask]e",
    "###[set-env name=PATH]x",
)
"""Texts that a runner obeys."""
HOSTILE = (
    *COMMANDS,
    "a\x0b::add-mask::e\x85::add-mask::e\u2028::add-mask::e",
    "::::set-env name=x::y",
    "%0A::error::x",
    "\x1b[31m::warning::x",
    "##\u200b[add-mask]e ##\u202e[add-mask]e",
)


class Log:
    """A runner that writes to memory."""

    def __init__(self, **environ: str) -> None:
        self._stream = io.StringIO()
        self.runner = Runner(environ, self._stream)

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def commands(self) -> tuple[Command, ...]:
        return commands(self.text)


@pytest.mark.parametrize("text", COMMANDS)
def test_the_parser_of_these_tests_knows_the_attacks(text: str) -> None:
    assert commands(text)


@faults("SE2", "IN7")
@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_text_starts_no_command_and_no_second_line(text: str) -> None:
    log = Log()

    log.runner.say(text)

    assert log.commands == ()
    assert len(log.text.splitlines()) == 1


@faults("SE2", "IN7")
@pytest.mark.parametrize("text", HOSTILE)
def test_an_annotation_stays_the_only_command(text: str) -> None:
    log = Log()

    log.runner.error(text, title=text, file=text, line=3)
    with log.runner.group(text):
        log.runner.notice(text)

    assert [each.name for each in log.commands] == ["error", "group", "notice", "endgroup"]
    assert set(log.commands[0].properties) == {"title", "file", "line"}
    assert len(log.text.splitlines()) == 4


@faults("SE2")
@given(st.lists(st.one_of(st.sampled_from(HOSTILE), st.sampled_from("::##[] \n"), st.text())))
def test_no_mixture_of_attacks_gets_through(parts: list[str]) -> None:
    log = Log()

    log.runner.say("".join(parts))
    log.runner.warning("".join(parts), title="".join(parts))

    assert [each.name for each in log.commands] == ["warning"]
    assert len(re.split(r"\r\n|\r|\n", log.text)) == 3


def test_annotations_are_escaped_as_the_toolkit_does() -> None:
    log = Log()

    log.runner.warning("50%\nof a: b", title="a, b: c", file="src/a,b.py", line=7, column=2)

    assert log.text == (
        "::warning title=a%2C b%3A c,file=src/a%2Cb.py,line=7,col=2::50%25%0Aof a: b\n"
    )
    assert log.commands == (
        Command(
            "warning",
            {"title": "a, b: c", "file": "src/a,b.py", "line": "7", "col": "2"},
            "50%\nof a: b",
        ),
    )


def test_a_long_message_is_cut_and_the_eleventh_annotation_of_a_type_is_a_plain_line() -> None:
    log = Log()

    log.runner.notice("x" * 5000)
    for number in range(12):
        log.runner.error(f"problem\n{number}", file="a.py", line=number)

    notice, *errors = log.commands
    assert len(notice.message) == 4096
    assert notice.message.endswith("…")
    assert len(errors) == 10
    assert log.text.splitlines()[-2:] == [
        "error: a.py:10: problem\\n10",
        "error: a.py:11: problem\\n11",
    ]


@faults("LL14")
def test_secrets_are_masked_in_every_line_and_file(tmp_path: Path) -> None:
    output, summary = tmp_path / "output", tmp_path / "summary"
    log = Log(GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary))
    log.runner.secrets = Secrets(["sk-0123456789"])
    told = "the server said: bad key sk-0123456789"

    log.runner.say(told)
    log.runner.error(told, title=told)
    with log.runner.group(told):
        log.runner.output("reason", told)
        log.runner.summary(told)

    for text in (log.text, output.read_text(), summary.read_text()):
        assert "sk-0123456789" not in text
        assert "bad key [REDACTED]" in text


def test_each_line_of_a_secret_is_masked_by_the_runner() -> None:
    log = Log()

    log.runner.mask("100%::secret\n\nsecond line\r\n")

    assert log.commands == (
        Command("add-mask", {}, "100%::secret"),
        Command("add-mask", {}, "second line"),
    )


@faults("SE4")
@given(st.text(), st.text())
def test_an_output_cannot_forge_another(
    tmp_path_factory: pytest.TempPathFactory, value: str, other: str
) -> None:
    path = tmp_path_factory.mktemp("runner") / "output"
    runner = Runner({"GITHUB_OUTPUT": str(path)}, io.StringIO())
    hostile = f"{value}\nEOF\nverdict<<EOF\n{other}\nghadelimiter_0\nfake=1"

    runner.output("report", hostile)
    runner.output("verdict", "ok")

    assert _outputs(path) == {"report": hostile, "verdict": "ok"}


def _outputs(path: Path) -> dict[str, str]:
    """Read the outputs of a step as FileCommandManager.cs does."""
    lines = iter(path.read_bytes().decode().split("\n"))
    found = {}
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc:
            found[name] = "\n".join(iter(lambda: next(lines), delimiter))
    return found


@faults("SE5")
def test_the_job_summary_stays_under_its_limit_and_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    log = Log(GITHUB_STEP_SUMMARY=str(path))

    log.runner.summary("## First")
    log.runner.summary("```\nx\n```\n```python\n" + "é = 'a line of code'\n" * 60_000 + "```\n")
    log.runner.summary("too late")

    text = path.read_bytes()
    assert 890_000 < len(text) <= 900_000
    lines = text.decode().splitlines()
    assert lines[0] == "## First"
    assert lines[-3:] == [
        "```",
        "",
        "The rest is left out: GitHub takes no more than 1 MiB of summary from a step.",
    ]
    assert set(lines[6:-3]) == {"é = 'a line of code'"}


def test_a_full_summary_of_another_writer_leaves_no_room(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("x" * 899_990)

    Log(GITHUB_STEP_SUMMARY=str(path)).runner.summary("a line")

    assert path.stat().st_size <= 900_000


@faults("CO1")
@pytest.mark.parametrize("path", ["/dev/full", "/nonexistent/summary"])
def test_a_file_that_cannot_be_written_is_named_and_the_run_goes_on(path: str) -> None:
    log = Log(GITHUB_STEP_SUMMARY=path, GITHUB_OUTPUT=path)

    log.runner.summary("the review")
    log.runner.output("verdict", "ok")

    assert [each.name for each in log.commands] == ["warning", "warning"]
    assert all(path in each.message for each in log.commands)


def test_outside_of_a_workflow_files_are_not_missed() -> None:
    log = Log()

    log.runner.summary("the review")
    log.runner.output("verdict", "ok")

    assert log.text == ""


@pytest.mark.process
def test_the_runner_is_light_to_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, reviewer.adapters.runner.actions; print(*sys.modules)"],
        cwd=ROOT,
        env={},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )

    assert {"re2", "logging", "threading", "traceback"}.isdisjoint(done.stdout.split())
