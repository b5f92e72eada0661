"""A terminal in the place of a runner, and a review that is printed where a runner may read."""

import io
import logging
from collections.abc import Iterator

import pytest

from reviewer.adapters.runner import terminal
from reviewer.adapters.runner.actions import install_logging
from reviewer.adapters.runner.progress_bar import ProgressBar
from reviewer.adapters.runner.terminal import Terminal
from tests.faults import faults
from tests.loopback.runner_log import commands

REPORT = "```\n::add-mask::e\n\u2003::set-env name=A::b\nx ##[add-mask]e\nstd::vector\n```"


class Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _outside_of_a_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture
def _as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("reviewer")
    before = [*root.handlers], root.level, [*ours.handlers]
    yield
    root.handlers[:], root.level, ours.handlers[:] = before


def printed(text: str = REPORT, *, is_json: bool = False) -> str:
    stream = io.StringIO()
    terminal.write(text, stream, is_json=is_json)
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
    assert printed() == f"{REPORT}\n"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert printed(is_json=True) == f"{REPORT}\n"


def test_a_plan_is_shown_as_a_table_without_entities() -> None:
    stream = io.StringIO()
    markdown = (
        "## Plan\n\n| file | what |\n|---|---|\n| `a.py` | x &#91;1&#93; &lt;b&gt; @\u200bme |\n"
    )
    terminal.write_markdown(markdown, stream)
    assert "x [1] <b> @me" in stream.getvalue()
    assert "|---|" not in stream.getvalue()


def test_lines_have_no_zero_width_spaces_and_no_controls() -> None:
    stream = io.StringIO()
    Terminal({}, stream).say("std::vector ##[x] \x1b[31m \u202e")
    assert stream.getvalue() == "std::vector ##[x] [U+001B][31m [U+202E]\n"


def test_findings_are_left_to_the_review_and_errors_at_lines_are_shown() -> None:
    stream = io.StringIO()
    shown = Terminal({}, stream)
    shown.warning("Loses data.", title="high", file="a.py", line=3)
    shown.notice("Slow.", title="low", file="a.py", line=4)
    shown.warning("The model is shut down soon.")
    shown.error("Unknown key.", file=".github/code-review.yml", line=2)
    shown.error("Not read.", file=".github/code-review.yaml")
    assert stream.getvalue().splitlines() == [
        "warning: The model is shut down soon.",
        "error: .github/code-review.yml:2: Unknown key.",
        "error: .github/code-review.yaml: Not read.",
    ]


def test_lines_of_a_message_are_indented_so_that_none_looks_like_another_message() -> None:
    stream = io.StringIO()
    shown = Terminal({}, stream)
    shown.warning("It is incomplete.\na.py: no reply\nerror: forged")
    shown.warning("")
    assert stream.getvalue().splitlines() == [
        "warning: It is incomplete.",
        "  a.py: no reply",
        "  error: forged",
        "warning: ",
    ]


def test_messages_are_translated_and_lines_about_places_are_not() -> None:
    stream = io.StringIO()
    shown = Terminal({}, stream, translate=str.upper)
    shown.error("Set base-url.")
    shown.error("Unknown key.", file=".github/code-review.yml", line=2)
    assert stream.getvalue().splitlines() == [
        "error: SET BASE-URL.",
        "error: .github/code-review.yml:2: Unknown key.",
    ]


@pytest.mark.usefixtures("_as_before")
def test_the_log_moves_the_bar_and_only_its_warnings_are_lines() -> None:
    screen = Screen()
    bar = ProgressBar(screen)
    shown = Terminal({}, screen, bar=bar)
    install_logging(shown)
    terminal.follow_log(shown, verbose=False)
    log = logging.getLogger("reviewer.pipeline.progress")
    with bar.shown(), shown.group("Review"):
        log.info("Asking m", extra={"done": 0, "total": 7})
        log.info("2/7 [red]a.py", extra={"done": 2, "total": 7})
        log.warning("The server is slow: [bold] \x1b[31m")
    text = screen.getvalue()
    assert "2/7" in text
    assert "Wait for the model" in text
    assert "/?" not in text
    assert "[red]a.py" not in text
    assert "The server is slow: [bold] [U+001B][31m" in text


@pytest.mark.usefixtures("_as_before")
def test_without_a_bar_the_log_is_lines() -> None:
    stream = io.StringIO()
    shown = Terminal({}, stream)
    install_logging(shown)
    terminal.follow_log(shown, verbose=True)
    with shown.group("Review"):
        logging.getLogger("reviewer.x").info("1/2 a.py", extra={"done": 1, "total": 2})
    assert "Review ..." in stream.getvalue()
    assert "1/2 a.py" in stream.getvalue()


@pytest.mark.parametrize(
    ("stream", "environ", "workflow", "drawn"),
    [
        (Screen(), {"TERM": "xterm"}, False, True),
        (Screen(), {"TERM": "dumb"}, False, False),
        (Screen(), {}, False, False),
        (Screen(), {"TERM": "xterm"}, True, False),
        (io.StringIO(), {"TERM": "xterm"}, False, False),
    ],
)
def test_a_bar_is_drawn_on_a_terminal_of_a_person_alone(
    stream: io.StringIO,
    environ: dict[str, str],
    *,
    workflow: bool,
    drawn: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", str(workflow).lower())
    assert terminal.draws_bars(stream, environ) is drawn


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a.yml at the base commit, line 3, column 1: no", "a.yml at the base commit, line 3"),
        ("a.yml is read twice", "a.yml:3: a.yml is read twice"),
        ("x is 1", "a.yml:3: x is 1"),
    ],
)
def test_the_place_of_an_error_is_shown_once(message: str, shown: str) -> None:
    stream = io.StringIO()
    Terminal({}, stream).error(message, file="a.yml", line=3)
    assert stream.getvalue().startswith(f"error: {shown}")
