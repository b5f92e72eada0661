"""What in a comment is a command, and which one."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from reviewer.events import commands
from reviewer.events.commands import (
    AskCommand,
    Command,
    HelpCommand,
    IgnoreCommand,
    LearnCommand,
    PauseCommand,
    ResumeCommand,
    ReviewCommand,
    SummaryCommand,
    UnknownCommand,
)
from tests.faults import faults

TRIGGER = "flows review"


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/review", ReviewCommand()),
        ("/Review  \t", ReviewCommand()),
        ("/review full", ReviewCommand(full=True)),
        ("/review\tFULL", ReviewCommand(full=True)),
        ("flows review", ReviewCommand()),
        ("Flows Review full", ReviewCommand(full=True)),
        ("\r\n \t\r\n/review\r\n", ReviewCommand()),
        ("/review\r\rThanks!", ReviewCommand()),
        ("/review\n\nThanks!\n-- \nSent from my phone", ReviewCommand()),
        ("/review\n\nOn Mon, Nov 23, 2026, Mona wrote:\n> /pause", ReviewCommand()),
        ("/review\n/pause", ReviewCommand()),
        ("/summary", SummaryCommand()),
        ("flows review summary", SummaryCommand()),
        ("/pause", PauseCommand()),
        ("/PAUSE", PauseCommand()),
        ("flows review pause", PauseCommand()),
        ("/resume", ResumeCommand()),
        ("/review resume", ResumeCommand()),
        ("/help", HelpCommand()),
        ("flows review help", HelpCommand()),
    ],
)
def test_a_command_is_alone_on_the_first_line(body: str, command: Command) -> None:
    assert commands.parse(body, TRIGGER) == command


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/learn Money is in cents.", LearnCommand("Money is in cents.")),
        ("/LEARN\nMoney is\n\nin cents.\n", LearnCommand("Money is\n\nin cents.")),
        (
            "/learn F3 It is generated.",
            LearnCommand("It is generated.", 3, "F3 It is generated."),
        ),
        ("/learn F3: It is generated.", LearnCommand("It is generated.", 3)),
        ("/learn [F3]: It is generated.", LearnCommand("It is generated.", 3)),
        ("/learn f64 is not allowed.", LearnCommand("f64 is not allowed.")),
        ("/learn [f3]\nIt is generated.", LearnCommand("It is generated.", 3)),
        ("/learn F3x is a name.", LearnCommand("F3x is a name.")),
        ("flows review learn Use cents.", LearnCommand("Use cents.")),
        ("/learn a\n\nOn Mon, Nov 23, 2026, Mona wrote:\n> /pause", LearnCommand("a")),
        ("/learn", UnknownCommand("learn")),
        ("/learn F3", UnknownCommand("learn F3")),
        ("/learned a lot", None),
    ],
)
def test_learn_takes_a_text_and_perhaps_a_finding(body: str, command: Command | None) -> None:
    assert commands.parse(body, TRIGGER) == command


@pytest.mark.parametrize(
    ("body", "question"),
    [
        ("/ask Why cents?", "Why cents?"),
        ("/ask\nWhy cents?\r\n\r\nAnd why now?", "Why cents?\n\nAnd why now?"),
        ("/ask Is this right?\n```py\n/review\n```", "Is this right?\n```py\n/review\n```"),
        ("flows review ask Why?", "Why?"),
        ("/ASK Why?\n> quoted", "Why?\n> quoted"),
        ("/ask On line 3 you wrote:\n> x = 1", "On line 3 you wrote:\n> x = 1"),
        ("/ask\nOn it you wrote:\n> x\nIs it so?", "On it you wrote:\n> x\nIs it so?"),
        ("/ask " + "x" * 5_000, "x" * commands.LONGEST_QUESTION),
    ],
)
def test_a_question_goes_on_to_the_end_of_the_comment_and_is_capped(
    body: str, question: str
) -> None:
    assert commands.parse(body, TRIGGER) == AskCommand(question)


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/ignore F3", IgnoreCommand(3)),
        ("/ignore f12 It is meant so.", IgnoreCommand(12, "It is meant so.")),
        ("/ignore [F3] known", IgnoreCommand(3, "known")),
        ("flows review ignore F3", IgnoreCommand(3)),
        ("/ignore F3 " + "x" * 999, IgnoreCommand(3, "x" * commands.LONGEST_REASON)),
    ],
)
def test_a_finding_is_ignored_by_its_number_with_or_without_a_reason(
    body: str, command: Command
) -> None:
    assert commands.parse(body, TRIGGER) == command


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("/review now", "now"),
        ("flows review the tests, please", "the tests, please"),
        ("/review pause now", "pause now"),
        ("flows review ignore F0", "ignore F0"),
        ("flows review ask", "ask"),
        ("/ask", "ask"),
        ("/ignore", "ignore"),
    ],
)
def test_a_comment_to_us_without_a_known_command_is_unknown(body: str, text: str) -> None:
    assert commands.parse(body, TRIGGER) == UnknownCommand(text)


@pytest.mark.parametrize(
    "body",
    [
        "Thanks!\n\n/review",
        "```\n/review full\n```\n/review",
        "> /review full\n\n/review",
        "> quoted\n/review",
        "<!--\n/review\n-->",
        "<!-- a --> \n/review",
        "<pre>\n/review\n</pre>",
        "<details><summary>Log</summary>\n\n/review\n\n</details>",
        "<div hidden>\n\n/review\n</div>",
        "On Mon, Nov 23, 2026 at 10:00 AM Mona wrote:\n/review",
        "-----Original Message-----\n/review",
        "- item\n\n/review",
        "- /review",
        "1. /review",
        "[x]: https://example.org\n/review",
        "Title\n=====\n/review",
        "| a |\n|---|\n/review",
        "text\r/review",
        "\t/review",
        "\ufeff/review",
        "\ufeff\n/review",
        "\u200b/review",
        "\u200b\n/review",
        "\u2060\n/review",
        "\U000e0001\n/review",
        "\u00a0/review",
        "\u00a0\n/review",
        "\u3000\n/review",
        "&nbsp;/review",
        "&nbsp;\n/review",
        "&#8203;\n/review",
        "\x0b\n/review",
        "\x0c/review",
        "\x00\n/review",
        "\x85/review",
        "/review\u200b",
        "/rev\u00adiew",
        "\\\n/review",
        "#\n/review",
        "please /review this",
        "/reviewer",
        "> /review",
        "> flows review",
        "```\n/review\n```",
        "~~~sh\n/review\n~~~",
        "````\n```\n/review\n```\n````",
        "```\n/review",
        "    /review",
        " /review",
        "quoted:\u2028/review",
        "",
        "/approve",
        "/revieww",
        "/pauses",
        "/ignore this file",
        "/ignore F1234567",
        "/ignore F\u0663",
        "/pause the deployment",
        "/help me",
        "/summary of events",
        "/label bug",
    ],
)
def test_quoted_fenced_and_embedded_words_and_those_of_other_bots_are_nothing(body: str) -> None:
    assert commands.parse(body, TRIGGER) is None


def test_of_two_trigger_words_that_begin_alike_the_longer_applies() -> None:
    assert commands.parse("/review please", "/review please") == ReviewCommand()
    assert commands.parse("/review please full", "/review please") == ReviewCommand(full=True)
    assert commands.parse("/review full", "/review please") == ReviewCommand(full=True)


@given(st.text(), st.text(min_size=1, max_size=60), st.sampled_from([0, 3_000]))
def test_no_comment_and_no_trigger_is_too_odd_to_read(body: str, trigger: str, more: int) -> None:
    commands.parse(f"{trigger}{body}\n{trigger}", trigger)
    asked = commands.parse(f"/ask what is {'x' * more} {body}", TRIGGER)
    assert isinstance(asked, AskCommand)
    assert 0 < len(asked.question) <= commands.LONGEST_QUESTION


WORDS = ("/review", "/review full", "/ask x", "/ignore F1", "/pause", "/resume", TRIGGER)
BLANKS = st.text(" \t\r\n", max_size=9)


@faults("RM2")
@example("\u00a0", "/review", "")
@given(st.text(min_size=1), st.sampled_from(WORDS), BLANKS)
def test_any_text_above_a_command_makes_it_none_unless_it_is_blank(
    above: str, word: str, blank: str
) -> None:
    assume(above.strip(" \t\r\n"))
    assume(commands.parse(above, TRIGGER) is None)
    assert commands.parse(f"{blank}{above}\n{word}", TRIGGER) is None


@given(BLANKS, st.sampled_from(WORDS), st.text())
def test_only_blank_lines_may_be_above_a_command(blank: str, word: str, below: str) -> None:
    assume(not below.startswith("\n"))
    assert commands.parse(f"{blank}\n{word}\n{below}", TRIGGER) is not None


CONTAINERS = ("> {}", ">{}", "<!-- {} -->", "<!--\n{}\n-->", "<pre>\n{}\n</pre>", "```\n{}\n```",
              "~~~\n{}\n~~~", "`{}`", "<details>\n\n{}\n</details>", "- {}", "* {}", "1) {}",
              "    {}", "\t{}", "> a\n{}", "On Monday X wrote:\n\n{}", "On Monday X wrote:\n> {}",
              "<kbd>{}</kbd>", "**{}**", "[{}](x)", "# {}", "\\{}", "&#8203;{}")  # fmt: skip


@faults("RM2")
@given(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(CONTAINERS), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_command_in_a_container_is_none(word: str, containers: list[str], end: str) -> None:
    body = word
    for each in containers:
        body = each.format(body)
    assert commands.parse(body.replace("\n", end), TRIGGER) is None


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, Nov 23, 2026 at 10:00 AM Mona <m@example.org> wrote:\n> Is it so?\n>\n> /pause\n",
        "On Mon, Nov 23, 2026 at 10:00 AM Mona Lisa Octocat\n<m@example.org> wrote:\n\n> Is it so?",
        "On Monday,\nMona\n<m@example.org> wrote: \n>> older\n> old\n\n\n",
    ],
)
def test_a_question_ends_before_the_history_of_a_mail(history: str) -> None:
    assert commands.parse(f"/ask Why?\n\n{history}", TRIGGER) == AskCommand("Why?")
    assert commands.parse(f"/ask\nWhy?\n{history}", TRIGGER) == AskCommand("Why?")
    assert commands.read_question(f"Why?\n\n{history}") == "Why?"
    assert commands.read_question(history) == ""
