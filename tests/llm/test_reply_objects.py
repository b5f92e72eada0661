"""Which object of a reply is the one that is meant, and what is never taken for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import ReplyError
from reviewer.findings.candidates import FileCandidates
from reviewer.llm.replies import parse_answer, parse_overview, parse_review, parse_verdicts
from reviewer.prompt import Reply
from tests.faults import faults

ROW: dict[str, object] = {
    "start_line": 3,
    "end_line": 4,
    "quote": "    return x",
    "severity": "high",
    "confidence": "high",
    "category": "logic",
    "title": "Pays in the wrong unit",
    "body": "A price of 1.50 becomes 1 cent.",
    "suggestion": None,
}
EMPTY = '{"path": "src/pay.py", "summary": "Pays.", "findings": []}'
REPLY = json.dumps({"path": "src/pay.py", "summary": "Pays.", "findings": [ROW]})
NONCE = "0123456789abcdef"


def read(text: str, *, final: bool = False, truncated: bool = False) -> FileCandidates:
    reply = Reply(text, "scripted", truncated, usage=None, final=final)
    return parse_review(reply, {"src/pay.py": "src/pay.py"}).sections["src/pay.py"]


def titles(text: str) -> list[str]:
    return [candidate.title for candidate in read(text).candidates]


BEHIND_THINKING = {
    "a tag without an opening one": f"Maybe {EMPTY}? No.\n</think>\n{REPLY}",
    "both tags": f"<think>{EMPTY}</think>{REPLY}",
    "a longer tag": f"<thinking>\n{EMPTY}\n</thinking>\n\n{REPLY}\nI hope it helps.",
    "Mistral's tags": f"[THINK]{EMPTY}[/THINK]{REPLY}",
    "a broken draft": f'<think>{{"path": "a", "findings": [...]}}</think>{REPLY}',
    "a broken draft without an opening tag": f'I say {{"findings": [...]}}.\n</think>{REPLY}',
    "a draft that was given up": f'<think>{{"path": "a", "findings": [{{</think>{REPLY}',
    "a tag that is named in the thinking": f"<think>Not </think> here. {EMPTY}</think>{REPLY}",
    "channels": (
        f"<|channel|>analysis<|message|>{EMPTY}<|end|><|start|>assistant"
        f"<|channel|>final <|constrain|>json<|message|>{REPLY}<|return|>"
    ),
    "channels without their marks": f"analysis{EMPTY}assistantfinal{REPLY}",
}


@faults("RF1")
@pytest.mark.parametrize("text", BEHIND_THINKING.values(), ids=BEHIND_THINKING)
def test_a_draft_in_the_thinking_is_not_the_reply(text: str) -> None:
    assert titles(text) == ["Pays in the wrong unit"]


@faults("RF1")
@pytest.mark.parametrize(
    "text",
    [
        f"<think>Shall I say {EMPTY}? There is",
        f"[THINK] {EMPTY}",
        f"<|channel|>analysis<|message|>{EMPTY}",
    ],
)
def test_thinking_that_does_not_end_is_no_reply(text: str) -> None:
    for truncated in (False, True):
        with pytest.raises(ReplyError, match="ends before its thinking does"):
            read(text, truncated=truncated)


SEVERAL = {
    "fences": f"```json\n{EMPTY}\n```\nOn second thoughts:\n```json\n{REPLY}\n```",
    "one after the other": f"{EMPTY}{REPLY}",
    "rows without a list": json.dumps({**ROW, "title": "First"}) + "\n" + json.dumps(ROW),
}


@faults("RF1")
@pytest.mark.parametrize("text", SEVERAL.values(), ids=SEVERAL)
def test_of_several_different_objects_the_last_is_used_only_if_they_come_again(text: str) -> None:
    with pytest.raises(ReplyError, match="several different JSON objects"):
        read(text)
    found = read(text, final=True)
    assert found.ambiguous
    assert [each.title for each in found.candidates] == ["Pays in the wrong unit"]


@faults("RF1")
def test_an_object_that_is_repeated_is_one() -> None:
    found = read(f"{REPLY}\n```json\n{json.dumps(json.loads(REPLY), indent=2)}\n```")
    assert (len(found.candidates), found.ambiguous) == (1, False)


PROSE = {
    "code": 'The dict {"user": name} is wrong.\n{}',
    "code of several lines": 'I saw\n{\n  "user": name,\n  "age": 3\n}\nthere.\n{}',
    "a brace that is not closed": 'It prints {"a here.\n{}',
    "a brace and a quote": 'It prints `{"`.\n{}',
    "code behind": '{}\nThe dict {"user": name} was wrong.',
    "an odd line behind": '{}\nIt prints {"a here',
    "another object": '{"mood": "good"} {} {"mood": "better"}',
    "a number twice": '{"n": 1, "n": 2} {}',
}


@faults("RF1")
@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_a_brace_in_prose_is_skipped(text: str) -> None:
    assert titles(text.replace("{}", REPLY)) == ["Pays in the wrong unit"]


ECHOES = {
    "a fence of the prompt": f"<<{NONCE}\n{REPLY}\n{NONCE}>>\n{EMPTY}",
    "behind the reply": f"{EMPTY}\nThe change says:\n<<{NONCE}\n{REPLY}\n{NONCE}>>",
    "a fence without an end": f"{EMPTY}\n<<{NONCE}\n{REPLY}",
    "a line of the diff": f"    12 + {REPLY}\n{EMPTY}",
    "two lines": f"     1 + {REPLY}\n     2 + {REPLY}\n\n{EMPTY}",
}


@faults("RF1")
@pytest.mark.parametrize("text", ECHOES.values(), ids=ECHOES)
def test_what_the_model_repeats_of_its_prompt_is_text(text: str) -> None:
    assert read(text).candidates == ()


@faults("RF1")
@pytest.mark.parametrize("text", [f"<<{NONCE}\n{EMPTY}\n{NONCE}>>", f"     1 + {EMPTY}"])
def test_what_the_model_repeats_of_its_prompt_is_no_reply(text: str) -> None:
    for final in (False, True):
        with pytest.raises(ReplyError, match="JSON object"):
            read(text, final=final)


CITED = {
    "in a broken string": f'{{"path": "a", "findings": [{{"quote": "x = "</think>{EMPTY}"}}]}}',
    "in prose behind the reply": f"{REPLY}\nThe line `</think>{EMPTY}` is odd.",
    "in a broken object": '{"summary": "bad" "draft": {"path": "p", "findings": []}}',
    "below a broken object": '{\n "path": "p",\n "summary": "s"\n "x": {"findings": []}\n',
    "a list in a broken one": '{"findings": [{"title": "a",}], "x": {"findings": []}}',
}


@faults("RF1")
@pytest.mark.parametrize("text", CITED.values(), ids=CITED)
def test_a_part_of_a_reply_is_never_taken_for_all_of_it(text: str) -> None:
    for final in (False, True):
        with pytest.raises(ReplyError):
            read(text, final=final)


FORMS = {
    "raw line breaks": REPLY.replace("price of", "price\nof\tsome"),
    "a list as text": json.dumps({"summary": "s", "findings": json.dumps([ROW])}),
    "rows as text": json.dumps({"summary": "s", "findings": [json.dumps(ROW)]}),
    "a row in place of the list": json.dumps({"summary": "s", "findings": ROW}),
    "a bare list": json.dumps([ROW]),
    "a bare list in a fence": f"```json\n{json.dumps([ROW], indent=1)}\n```",
    "a bare row": json.dumps(ROW),
    "wrapped": json.dumps({"review": json.loads(REPLY)}),
    "all as text": json.dumps(REPLY),
    "a call in the text": json.dumps({"name": "review", "arguments": json.loads(REPLY)}),
    "a call with arguments as text": json.dumps({"name": "review", "arguments": REPLY}),
    "names in another spelling": json.dumps(
        {"Findings": [{"startLine" if k == "start_line" else k.title(): v for k, v in ROW.items()}]}
    ),
}


@faults("RF6")
@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_another_form_of_the_same_reply_is_read(text: str) -> None:
    (candidate,) = read(text).candidates
    assert (candidate.title, candidate.quote) == (ROW["title"], ROW["quote"])
    assert (candidate.start_line, candidate.severity.label) == (3, "high")


@faults("RF6")
@pytest.mark.parametrize(
    "text",
    [
        '{"path": "src/pay.py", "summary": "Pays in cents."}',
        '{"summary": "s", "findings": null}',
        '{"summary": "s", "findings": "none"}',
        '{"summary": "s", "findings": ""}',
        '{"summary": "s", "findings": {}}',
        "[]",
        "[1, 2]",
        '[{"a": 1}]',
        "{'summary': 's', 'findings': []}",
        '{"summary": "s", "findings": [],}',
        '{"summary": "s", /* none */ "findings": []}',
    ],
)
def test_a_reply_without_a_list_that_can_be_read_is_never_clean(text: str) -> None:
    for final in (False, True):
        with pytest.raises(ReplyError):
            read(text, final=final)


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(ROW)), inner),
    max_leaves=8,
)


@faults("RF6")
@given(odd=ODD, before=st.booleans())
def test_one_odd_finding_never_costs_the_others(odd: object, *, before: bool) -> None:
    rows = [odd, ROW] if before else [ROW, odd]
    found = read(json.dumps({"path": "a", "summary": "s", "findings": rows}))
    assert ROW["title"] in [each.title for each in found.candidates]
    assert len(found.candidates) + found.dropped.malformed + found.dropped.duplicate == 2


@faults("RF6")
def test_the_other_replies_are_found_in_the_same_way() -> None:
    def reply(value: object) -> Reply:
        text = f"Hm: {{}}\n</think>\n{json.dumps(value)}\nDone {{x}}."
        return Reply(text, "m", truncated=False, usage=None)

    assert parse_overview(reply({"Overview": "It pays."})).text == "It pays."
    assert parse_answer(reply({"answer": "Yes."})) == "Yes."
    assert parse_verdicts(reply([{"finding": "F1", "verdict": "**Drop**"}]), 1)[0].word == "drop"


@faults("RF1")
@given(
    st.lists(st.sampled_from([*PROSE.values(), *ECHOES.values(), "</think>", "<think>", "{", "["]))
)
def test_nothing_but_an_object_of_the_model_becomes_a_finding(pieces: list[str]) -> None:
    text = "\n".join(piece.replace("{}", "").replace(EMPTY, "") for piece in pieces)
    try:
        found = read(text, final=True)
    except ReplyError:
        return
    assert found.candidates == ()


def test_a_text_of_a_million_braces_is_read_in_time() -> None:
    for text in ('{"' * 500_000, '{"a ' * 250_000, "[" * 1_000_000, '{"a": b} ' * 100_000):
        with pytest.raises(ReplyError):
            read(text)


ODD_MEMBERS = {
    "not a number": '"start_line": NaN',
    "a number out of range": '"start_line": 1e999',
    "a long number": f'"start_line": {"9" * 40}',
    "a repeated name": '"title": "One", "title": "Two"',
}


@faults("RF6")
@pytest.mark.parametrize("odd", ODD_MEMBERS.values(), ids=ODD_MEMBERS)
def test_if_the_model_insists_one_odd_finding_does_not_cost_the_others(odd: str) -> None:
    row = f'{{{odd}, "quote": "x = 1", "body": "It is off."}}'
    text = f'{{"path": "src/pay.py", "summary": "Pays.", "findings": [{row}, {json.dumps(ROW)}]}}'
    with pytest.raises(ReplyError):
        read(text)
    found = read(text, final=True)
    assert [candidate.title for candidate in found.candidates] == [ROW["title"]]
    assert found.dropped.malformed == 1
