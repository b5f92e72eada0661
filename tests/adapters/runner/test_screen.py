"""A review that is printed where a runner may read along."""

import io

import pytest

from reviewer.adapters.runner import terminal
from tests.faults import faults
from tests.loopback.runner_log import commands

REPORT = "```\n::add-mask::e\n\u2003::set-env name=A::b\nx ##[add-mask]e\nstd::vector\n```"


def printed() -> str:
    stream = io.StringIO()
    terminal.show(REPORT, stream)
    return stream.getvalue()


@faults("SE2")
def test_quoted_code_that_is_printed_in_a_workflow_starts_no_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert len(commands(REPORT)) == 3
    assert commands(printed()) == ()
    assert printed().replace("\u200b", "") == f"{REPORT}\n"
    assert "std::vector" in printed()


def test_what_is_printed_anywhere_else_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert printed() == f"{REPORT}\n"
