"""Strangers, servers and maintainers who mean harm, or behave as if: the run stays whole."""

import base64
import gzip
from collections import Counter

import pytest

from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.model_server import ModelServer
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.parts import Part
from reviewer.errors import InputError
from reviewer.llm import replies
from reviewer.memory import state_line
from reviewer.pipeline import file_result
from reviewer.pipeline.file_result import PartResult
from reviewer.prompt import Reply
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Instead
from tests.loopback.github import TOKEN
from tests.loopback.messages import Response
from tests.rendered_markdown import RENDERERS, Page
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import CHAT, finds_a_problem
from tests.runs.run_checks import assert_reported_everywhere

FILES = "GET .*/pulls/7/files"
# As OpenAI's keys are: they contain what Markdown would take for emphasis.
KEY = "sk-proj-_a__b-_c*d~e$0123456789"


def prompts(job: Job) -> list[str]:
    return [message["content"] for body in job.model.bodies for message in body["messages"]]


@faults("LL8")
@pytest.mark.parametrize("charset", ["zlib", "hex", "rot13", "idna", "undefined", "punycode"])
@pytest.mark.parametrize("status", [400, 401, 500])
def test_an_error_in_an_encoding_that_cannot_be_is_read_all_the_same(
    job: Job, charset: str, status: int
) -> None:
    odd = Response(status, b'\xff{"error": {"message": "No."}}', f"text/plain; charset={charset}")
    job.model.fail(CHAT, Instead(odd), forever=True)
    finished = job.run()
    assert finished.code in {1, 2}
    assert f"{status}" in finished.summary
    assert "could not be reviewed" in job.github.bodies[0]


@faults("LL2")
@pytest.mark.parametrize("date", ["Mon, 01 Jan 2024 00:00:00", "Mon, 01 Jan 2024 00:00:00 -0000"])
def test_a_date_without_a_zone_says_nothing_about_the_wait(job: Job, date: str) -> None:
    job.model.script = finds_a_problem
    job.model.fail(CHAT, failures.status(429, headers={"Retry-After": date}))
    assert job.run().code == 0
    assert "Sets the wrong value" in job.github.bodies[0]


@faults("LO14")
def test_a_key_that_markdown_would_spell_otherwise_is_hidden_too(job: Job) -> None:
    job.inputs["api-key"] = job.model.key = KEY
    leak = {"title": f"Key {KEY}", "body": f"- {KEY}\n`{KEY}`\n```\n{KEY}\n```\n{KEY[::-1]}"}
    job.model.say(review_reply("src/app.py", leak, summary=f"It is {KEY}"))
    finished = job.run()
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "The model's reply is withheld")
    pages = [Page(render(text)).text for render in RENDERERS for text in (*job.github.bodies,)]
    pages += [Page(render(finished.summary)).text for render in RENDERERS]
    for page in pages:
        assert KEY not in page.replace("\u200b", "")
        assert KEY[::-1] not in page.replace("\u200b", "")


OPAQUE = "sk-proj-0123456789-_abcdef"
FORMS = {
    "whole": OPAQUE,
    "base64": base64.b64encode(f"The key is {OPAQUE}.".encode()).decode(),
    "hexadecimal": OPAQUE.encode().hex(),
    "reversed": OPAQUE[::-1],
    "without its first seven characters": OPAQUE[7:],
    "put together by what is left out": f"{OPAQUE[:9]}\u200b{OPAQUE[9:]}",
}


@faults("LO14")
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("place", ["title", "body", "suggestion", "summary"])
def test_a_review_that_holds_the_key_in_any_form_is_withheld(
    job: Job, form: str, place: str
) -> None:
    job.inputs["api-key"] = job.model.key = OPAQUE
    job.invariants.secrets.append(OPAQUE)
    leak = f"It is {form} as it stands there."
    finding = {} if place == "summary" else {place: leak}
    job.model.say(review_reply("src/app.py", finding, summary=leak if place == "summary" else ""))
    finished = job.run(inline="all", suggestions="true")
    assert finished.code == 1
    assert_reported_everywhere(job, finished, "The model's reply is withheld")
    assert job.github.repository.pulls[NUMBER].threads == []
    assert "Sets the wrong value" not in job.github.bodies[0] + finished.summary


@faults("LO14")
def test_the_earlier_review_is_kept_when_the_next_one_is_withheld(job: Job) -> None:
    job.model.say(
        review_reply("src/app.py", {}),
        review_reply("src/app.py", {"body": f"It is {TOKEN[::-1]}."}),
    )
    assert job.run().code == 0
    assert job.run(full=True).code == 1
    assert "The model's reply is withheld" in job.github.bodies[0]
    assert "Sets the wrong value" in job.github.bodies[0]


def test_texts_of_outside_contributors_leave_room_for_the_change(job: Job) -> None:
    names = {f"{n:03}{'x' * 240}/{'y' * 240}/{'z' * 240}.py": "a = 1\n" for n in range(80)}
    job.github.push(NUMBER, {"src/app.py": "new = 2\n", **names})
    for _ in range(20):
        job.github.thread("src/app.py", 1, *["why " * 10_000] * 5)
    job.run(include="src/**")
    assert job.model.bodies
    assert max(map(len, prompts(job))) < 60_000


@faults("LO17")
def test_the_hundredth_finding_looks_like_the_first(job: Job) -> None:
    lines = [f"value_{n} = {n}" for n in range(120)]
    job.github.add_pull(NUMBER, {"a.py": (None, "\n".join(lines) + "\n")})
    found = [
        {"quote": text, "start_line": n, "end_line": n, "title": f"T{n}", "body": "- one\n- two"}
        for n, text in enumerate(lines, 1)
    ]
    job.model.say(review_reply("a.py", *found))
    finished = job.run(max_findings="200")
    for render in RENDERERS:
        page = render(finished.summary)
        tables = ["For coding agents", "Requests to the model"]
        assert Page(page).tags.count("details") == len(tables)
        assert page.count("<pre") == len(found) + 1
        assert page.count("<h4>") == len(found)


@faults("DF3")
def test_a_renamed_file_whose_changes_a_heavy_page_hides_is_asked_for_again(job: Job) -> None:
    long = "".join(f"line_{n} = {n}\n" for n in range(900))
    heavy = {f"a{n}.py": (None, long) for n in range(10, 35)}
    moved = {"z/old.py": ("keep = 1\n" * 50, None), "z/new.py": (None, "keep = 1\n" * 50 + "x\n")}
    job.github.add_pull(NUMBER, {**heavy, **moved})
    row = next(r for r in job.github.repository.pulls[NUMBER].files if r.path == "z/new.py")
    assert row.status == "renamed"
    # Its page is the only source that shows its lines.
    del job.github.repository.pulls[NUMBER].head_tree["z/new.py"]
    job.run()
    assert "z/new.py" in {prompted_path(body) for body in job.model.bodies}


@faults("DF4")
def test_a_file_that_slips_between_two_pages_is_missed(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "a = 1\n", "b.py": "b = 1\n"})

    def shift_rows(value: object) -> object:
        assert isinstance(value, list)
        return [value[0], value[0], *value[2:]]

    job.github.fail(FILES, failures.edited(shift_rows))
    finished = job.run()
    assert finished.outputs["complete"] == "false"
    assert "no problems found" not in job.github.bodies[0]
    assert "1 further file" in job.github.bodies[0]
    assert len(job.model.bodies) == len({str(body) for body in job.model.bodies})


@faults("CC10")
def test_a_comment_that_was_saved_from_a_form_still_holds_its_review(job: Job) -> None:
    job.run()
    asked = len(job.model.bodies)
    comment = job.github.repository.comments[0]
    comment.body = comment.body.replace("\n", "\r\n")
    assert state_line.decode(comment.body)
    job.run()
    assert len(job.model.bodies) == asked


@faults("LL8")
@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_without_end_is_not_read_to_its_end(job: Job, status: int) -> None:
    endless = Instead(Response(status, b" " * (9 << 20)))
    job.model.fail(CHAT, endless, forever=True)
    finished = job.run()
    assert finished.code == 1
    assert "is larger than 8,388,608 bytes" in finished.summary
    assert "Check base-url" in finished.summary
    assert "small models" not in finished.summary


@faults("LL8")
@pytest.mark.parametrize("status", [200, 400])
def test_a_compressed_answer_is_neither_wanted_nor_unpacked(job: Job, status: int) -> None:
    packed = Response(status, gzip.compress(b" " * 9_000_000), headers={"Content-Encoding": "gzip"})
    job.model.fail(CHAT, Instead(packed), forever=True)
    assert job.run().code == 1
    assert {request.headers["accept-encoding"] for request in job.model.requests} == {"identity"}


@faults("IN5")
@pytest.mark.no_run("the client refuses the address before there is a run")
@pytest.mark.parametrize("address", ["https://256.256.256.256/v1", "https://[v1.abc]/v1"])
def test_an_address_that_no_client_takes_is_an_input_error(address: str) -> None:
    with pytest.raises(InputError, match="base-url"):
        ModelServer(
            model="m", api_key="", base_url=address, deadline=Deadline(1), capacity=Capacity(8, 1)
        )


@faults("LO7")
@pytest.mark.no_run("counts what one step of a run does")
def test_the_lines_of_a_file_are_masked_once_however_much_the_model_says() -> None:
    calls = Counter[str]()
    many = [{"quote": f"no {n}", "title": f"{n}"} for n in range(200)]
    answer = review_reply("src/app.py", *many)
    said = Reply(answer, "m", truncated=False, usage=None)
    reply = replies.parse_review(said, {"src/app.py": "src/app.py"}).sections["src/app.py"]
    line = Line(LineKind.ADDED, None, 1, "new = 2")
    file = ChangedFile("src/app.py", "modified", (Hunk((line,)),))

    def with_invisible(text: str) -> str:
        calls[text] += 1
        return text

    merged = file_result.place_replies(
        file, [PartResult(Part(file, file.hunks), reply)], with_invisible
    )
    assert merged.dropped.unplaced == len(reply.candidates)
    assert calls["new = 2"] == 1
