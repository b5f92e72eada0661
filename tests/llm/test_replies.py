import json
from collections.abc import Mapping
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reviewer.errors import ReplyError
from reviewer.finding import Candidate
from reviewer.findings.candidates import FileCandidates
from reviewer.llm import replies
from reviewer.llm.replies import parse_overview
from reviewer.llm.reply_schemas import (
    OVERVIEW_SCHEMA,
    REVIEW_SCHEMA,
    OverviewReply,
    SectionReply,
)
from reviewer.prompt import Reply
from reviewer.review.result import Overview, Withheld
from reviewer.severity import Confidence, Severity
from tests.faults import faults

PATH = "src/pay.py"
FINDING: dict[str, object] = {
    "reasoning": "price = 1.5, so x = 1",
    "start_line": 3,
    "end_line": 4,
    "quote": "    return x",
    "severity": "high",
    "confidence": "high",
    "category": "logic",
    "title": "Pays in the wrong unit",
    "body": "A price of 1.50 becomes 1 cent.",
    "suggestion": None,
    "rule": None,
}
CANDIDATE = Candidate(
    path="src/pay.py",
    reasoning="price = 1.5, so x = 1",
    start_line=3,
    end_line=4,
    quote="    return x",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    category="logic",
    title="Pays in the wrong unit",
    body="A price of 1.50 becomes 1 cent.",
)


def reply_of(text: str, *, truncated: bool = False) -> Reply:
    return Reply(text, "scripted", truncated, usage=None)


def parse_review(reply: Reply, gate: Severity = Severity.MEDIUM) -> FileCandidates:
    """Read a reply about one file."""
    return replies.parse_review(reply, {PATH: PATH}, gate).sections[PATH]


def answer(*findings: object, **members: object) -> str:
    return json.dumps(
        {"path": "src/pay.py", "summary": "Pays.", "findings": list(findings), **members}
    )


def parse_findings(*findings: object, **members: object) -> FileCandidates:
    return parse_review(reply_of(answer(*findings, **members)))


def parse_one(**members: object) -> Candidate:
    (candidate,) = parse_findings({**FINDING, **members}).candidates
    return candidate


def test_a_reply_that_follows_the_schema_becomes_candidates() -> None:
    Draft202012Validator(REVIEW_SCHEMA).validate({"files": [json.loads(answer(FINDING))]})

    assert parse_findings(FINDING) == FileCandidates("Pays.", (CANDIDATE,), truncated=False)


def test_no_findings_are_a_good_answer() -> None:
    assert parse_findings() == FileCandidates("Pays.", (), truncated=False)


@faults("LO1")
@pytest.mark.parametrize(
    "wrapped",
    [
        "\ufeff{}",
        " \n\t{}\n",
        "```json\n{}\n```",
        "```\n{}\n```\nAnything else?",
        "Here is the review of {x} and {y: 1}, as asked:\n\n{}\n\nI hope it helps {{really}}.",
        '<think>Say {"path": "p", "summary": "draft", "findings": []}? No.</think>\n{}',
        '{"mood": "good"} {}',
        '{} {"path": "other", "notes": []}',
    ],
)
def test_what_surrounds_the_json_is_ignored(wrapped: str) -> None:
    text = wrapped.replace("{}", answer(FINDING))

    assert parse_review(reply_of(text)).candidates == (CANDIDATE,)


@faults("LO2")
def test_of_a_cut_answer_the_complete_findings_are_kept() -> None:
    second = {**FINDING, "title": "Another"}
    whole = answer(FINDING, second)
    start = whole.index('{"reasoning"', whole.index("suggestion"))
    title = whole.index("Another")

    for end in (start, start + 5, title, title + 7, len(whole) - 80):
        found = parse_review(reply_of(whole[:end], truncated=True))
        assert (found.candidates, found.truncated) == ((CANDIDATE,), True)
        assert found.summary == "Pays."


@faults("LO2")
def test_a_fenced_cut_answer_is_salvaged_too() -> None:
    text = "Sure!\n```json\n" + answer(FINDING, FINDING)[:-60]

    assert parse_review(reply_of(text, truncated=True)).candidates == (CANDIDATE,)


@faults("LO2")
def test_an_answer_that_is_whole_after_all_is_not_called_cut() -> None:
    assert not parse_review(reply_of(answer(FINDING), truncated=True)).truncated


@faults("LO2")
@pytest.mark.parametrize("text", ["", "I was about to", '{"path": "src/pay.py", "summary": "Pay'])
def test_a_cut_answer_without_findings_is_no_answer(text: str) -> None:
    with pytest.raises(ReplyError, match="cut off before"):
        parse_review(reply_of(text, truncated=True))


@faults("LO3")
@pytest.mark.parametrize(
    "text",
    [
        '{"findings": [],}',
        '{"findings": [{"title": "a",}]}',
        '{"findings": [NaN]}',
        '{"findings": [Infinity]}',
        '{"findings": [-Infinity]}',
        '{"findings": [], "findings": []}',
        '{"findings": [{"body": "a", "body": "b"}]}',
        '{"findings": [1' + "0" * 400 + "]}",
        '{"findings": [1e400]}',
        '{"findings": ' + "[" * 100_000,
        '{"findings": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a":' * 100_000,
        '{"findings": []',
        "{'findings': []}",
        '{"findings": null}',
        '{"findings": {}}',
        '{"findings": "none"}',
        "[]",
        '[{"title": "a list of findings"}]',
        "null",
        "No problems found.",
        "",
        '{"findings": [], "x": "\\ud800',
        # An object inside of a broken one is not the answer.
        '{"summary": "bad", "draft": {"path": "p", "summary": "s", "findings": []},}',
    ],
)
def test_what_is_not_strict_json_of_our_shape_is_refused(text: str) -> None:
    with pytest.raises(ReplyError) as caught:
        parse_review(reply_of(text))

    assert len(str(caught.value)) < 300


@faults("LO5")
@pytest.mark.parametrize(
    "line", [None, True, 1.5, [], {}, 10**12, -(10**12), "first", "", "1.5.2", [None], "6 or 9"]
)
def test_a_line_that_is_no_number_leaves_the_place_to_the_quote(line: object) -> None:
    assert (
        parse_one(start_line=line, end_line=line).start_line,
        parse_one(end_line=line).end_line,
    ) == (0, 0)


@faults("LO5")
@pytest.mark.parametrize("line", [0, -3, 9_999_999])
def test_a_number_is_kept_as_it_is(line: int) -> None:
    assert parse_one(start_line=line).start_line == line


@faults("RF2")
@pytest.mark.parametrize(
    ("spelt", "lines"),
    [
        ("6", (6, 6)),
        (" 6 ", (6, 6)),
        (6.0, (6, 6)),
        ("6.", (6, 6)),
        ("L6", (6, 6)),
        ("line 6", (6, 6)),
        ("Line #6", (6, 6)),
        ("#6", (6, 6)),
        ("**6**", (6, 6)),
        ("6-8", (6, 8)),
        ("6 - 8", (6, 8)),
        ("6\u20138", (6, 8)),
        ("L6-L8", (6, 8)),
        ("lines 6 to 8", (6, 8)),
        ("6:8", (6, 8)),
        ("6..8", (6, 8)),
        ([6, 6], (6, 6)),
        ([6, 8], (6, 8)),
        (["6", "8"], (6, 8)),
        (["L6-L8"], (6, 8)),
        ([6], (6, 6)),
    ],
)
def test_a_line_is_read_in_the_usual_other_forms(spelt: object, lines: tuple[int, int]) -> None:
    candidate = parse_one(start_line=spelt, end_line=spelt)

    assert (candidate.start_line, candidate.end_line) == lines


@faults("RF2")
@pytest.mark.parametrize(
    ("spelt", "severity"),
    [
        ("blocker", Severity.CRITICAL),
        ("P0", Severity.CRITICAL),
        ("[P1]", Severity.HIGH),
        ("SEV2", Severity.HIGH),
        ("major", Severity.HIGH),
        ("Major issue", Severity.HIGH),
        ("\U0001f534 high", Severity.HIGH),
        ("**High**", Severity.HIGH),
        ("__high__", Severity.HIGH),
        ("High severity", Severity.HIGH),
        ("severity: high", Severity.HIGH),
        ("HIGH (data loss)", Severity.HIGH),
        ("high/critical", Severity.CRITICAL),
        ("medium-high", Severity.HIGH),
        ("moderate", Severity.MEDIUM),
        ("warning", Severity.MEDIUM),
        ("minor", Severity.LOW),
        ("nit", Severity.LOW),
        ("P3", Severity.LOW),
    ],
)
def test_a_severity_is_read_in_the_usual_other_words(spelt: str, severity: Severity) -> None:
    found = parse_review(
        reply_of(answer({**FINDING, "severity": spelt})), gate=Severity(5 - severity)
    )

    assert (found.candidates[0].severity, found.ungraded) == (severity, 0)


@faults("RF2")
@pytest.mark.parametrize(
    "spelt", ["dire", "", "\U0001f534", "not critical", None, 3, ["high"], {"high": 1}]
)
@pytest.mark.parametrize("gate", list(Severity))
def test_an_unknown_severity_is_that_of_the_gate_and_counted(spelt: object, gate: Severity) -> None:
    found = parse_review(reply_of(answer({**FINDING, "severity": spelt}, FINDING)), gate=gate)

    assert (found.candidates[0].severity, found.ungraded) == (gate, 1)


@faults("RF2")
@pytest.mark.parametrize(
    ("spelt", "confidence"),
    [
        (0.95, Confidence.HIGH),
        ("0.95", Confidence.HIGH),
        (1, Confidence.HIGH),
        (95, Confidence.HIGH),
        ("95%", Confidence.HIGH),
        ("90 %", Confidence.HIGH),
        ("Very high", Confidence.HIGH),
        ("certain", Confidence.HIGH),
        (0.6, Confidence.MEDIUM),
        ("likely", Confidence.MEDIUM),
        (0.2, Confidence.LOW),
        ("5%", Confidence.LOW),
        (0, Confidence.LOW),
        ("low", Confidence.LOW),
        (7, Confidence.MEDIUM),
        (-1, Confidence.MEDIUM),
        (900, Confidence.MEDIUM),
        (True, Confidence.MEDIUM),
        ("vibes", Confidence.MEDIUM),
    ],
)
def test_a_confidence_is_read_as_a_word_or_a_probability(
    spelt: object, confidence: Confidence
) -> None:
    assert parse_one(confidence=spelt).confidence is confidence


@faults("RF2")
@pytest.mark.parametrize(
    ("spelt", "category"),
    [
        ("Error handling", "error-handling"),
        ("data_loss", "data-loss"),
        ("**security**", "security"),
        ("vibes", "other"),
    ],
)
def test_a_category_is_read_with_other_separators(spelt: str, category: str) -> None:
    assert parse_one(category=spelt).category == category


@faults("LO6")
def test_a_missing_line_leaves_the_place_to_the_quote() -> None:
    without = {key: value for key, value in FINDING.items() if not key.endswith("_line")}

    assert parse_findings(without).candidates[0].start_line == 0


@faults("LO6")
@pytest.mark.parametrize("word", ["dire", "", None, 3, ["high"], {"high": 1}])
def test_an_unknown_word_gets_the_middle(word: object) -> None:
    candidate = parse_one(severity=word, confidence=word, category=word)

    assert candidate.severity is Severity.MEDIUM
    assert candidate.confidence is Confidence.MEDIUM
    assert candidate.category == "other"


@faults("LO6")
def test_words_are_read_in_any_letter_case() -> None:
    candidate = parse_one(severity=" Critical", confidence="LOW", category="Security")

    assert candidate.severity is Severity.CRITICAL
    assert candidate.confidence is Confidence.LOW
    assert candidate.category == "security"


@faults("LO6")
def test_extra_keys_are_ignored() -> None:
    assert parse_one(line="12", cwe="CWE-89") == CANDIDATE


@faults("LO6")
@pytest.mark.parametrize("member", ["quote", "title", "body"])
@pytest.mark.parametrize("value", ["", " \n", "\x1c", None, 5, ["text"]])
def test_a_finding_without_its_text_is_dropped_and_counted(member: str, value: object) -> None:
    missing = {key: value for key, value in FINDING.items() if key != member}

    found = parse_findings({**FINDING, member: value}, FINDING, missing)

    assert (found.candidates, found.dropped) == ((CANDIDATE,), Withheld(malformed=2))


@faults("LO6")
@pytest.mark.parametrize("row", [None, 1, "finding", [], {}, [FINDING]])
def test_what_is_no_finding_is_dropped_and_counted(row: object) -> None:
    found = parse_findings(row, FINDING)

    assert (found.candidates, found.dropped) == ((CANDIDATE,), Withheld(malformed=1))


@faults("LO6")
@pytest.mark.parametrize("value", [None, 5, [], {}])
def test_path_and_summary_of_a_wrong_type_are_empty(value: object) -> None:
    found = parse_findings(FINDING, path=value, summary=value)

    assert (found.summary, found.candidates[0].path) == ("", PATH)


@faults("LO4")
@pytest.mark.parametrize("path", ["../../etc/passwd", "src/old.py", "", 5])
def test_findings_about_the_only_file_may_come_with_any_path(path: object) -> None:
    assert parse_one(path=path).path == PATH
    assert parse_findings(FINDING, path=path).candidates[0].path == PATH


@faults("LO4")
@pytest.mark.parametrize(
    "path",
    [
        PATH,
        "pay.py",
        "./pay.py",
        "/repo/src/pay.py",
        "b/src/pay.py",
        "`SRC/Pay.py`:3-4",
        "src\\pay.py",
        "diff --git a/src/pay.py b/src/pay.py",
        "The file src/pay.py.",
        None,
    ],
)
def test_no_findings_are_about_the_only_file_if_the_reply_names_it_or_nothing(path: object) -> None:
    assert parse_findings(path=path) == FileCandidates("Pays.", (), truncated=False)


@faults("LO4")
@pytest.mark.parametrize(
    ("shown", "stated"),
    [
        ("docs/cafe\u0301.md", "docs/caf\xe9.md"),
        ("src/my_file.py", "src/my\\_file.py"),
        ("app/[id].tsx", "app/\\[id\\].tsx"),
        ("src/my file.py", "src/my%20file.py"),
        ("my docs/a b.md", "my docs/a b.md"),
        ("Dockerfile", "/work/Dockerfile"),
        (".github/workflows/run.yml", ".github/workflows/run.yml"),
        (".github/workflows/run.yml", "./.github/workflows/run.yml."),
    ],
)
def test_another_spelling_of_the_only_path_names_it(shown: str, stated: str) -> None:
    found = replies.parse_review(reply_of(answer(path=stated)), {shown: shown})
    assert list(found.sections) == [shown]


@faults("LO4")
@pytest.mark.parametrize(
    ("shown", "stated"),
    [
        *((PATH, path) for path in ("../../etc/passwd", "src/old.py", "", " ", "]", "pay", "src/")),
        *((PATH, path) for path in ("repay.py", "pay.pyc", "pay.py.orig", "lib/pay.py", "/", ".")),
        (PATH, 5),
        (PATH, ["src/old.py"]),
        ("Dockerfile", "Dockerfile.dev"),
        ("docs/readme", "docs/readme/other.py"),
        ("src/new/index.ts", "src/old/index.ts"),
        ("a", "data"),
    ],
)
def test_no_findings_under_another_path_are_no_review_of_the_only_file(
    shown: str, stated: object
) -> None:
    with pytest.raises(ReplyError, match="no section about any of the files"):
        replies.parse_review(reply_of(answer(path=stated)), {shown: shown})


@faults("LO4")
@pytest.mark.parametrize(
    "stated",
    [
        "**src/my file.py**",
        "[src/my file.py]",
        "src/my file.py:3",
        "src/my file.py (part 1 of 2)",
        "https://github.com/o/r/blob/main/src/my%20file.py#L3",
        "src/my file.py\u2026",
    ],
)
def test_what_a_model_writes_around_a_path_is_left_out(stated: str) -> None:
    names = {"src/my file.py": "src/my file.py"}
    assert list(replies.parse_review(reply_of(answer(path=stated)), names).sections) == [*names]


@faults("LO4")
@pytest.mark.parametrize(
    ("stated", "path"),
    [
        ("app.py", "src/b/app.py"),
        ("src/a/app.py", "src/b/app.py"),
        ("src/b/app.py:3", "src/b/app.py"),
        ("/repo/lib/util.py", "lib/util.py"),
        ("util.py", "lib/util.py"),
        ("old/util.py", "new/helper.py"),
    ],
)
def test_of_several_files_a_current_path_comes_before_an_old_one(stated: str, path: str) -> None:
    names = {each: each for each in ("src/b/app.py", "lib/util.py", "new/helper.py")}
    names |= {"src/a/app.py": "src/b/app.py", "old/util.py": "new/helper.py"}
    rows = [json.loads(answer(FINDING, path=stated))]
    found = replies.parse_review(reply_of(json.dumps({"files": rows})), names)
    assert list(found.sections) == [path]


@faults("LO4")
@pytest.mark.parametrize("stated", ["src/old.py", "src/new.py", "old.py"])
def test_a_renamed_file_may_be_named_by_its_old_path(stated: str) -> None:
    names = {"src/new.py": "src/new.py", "src/old.py": "src/new.py"}
    assert list(replies.parse_review(reply_of(answer(path=stated)), names).sections) == [
        "src/new.py"
    ]


@given(st.text(st.sampled_from("ab/.\\%2f_ :`\u0301\u00e9"), min_size=1).filter(str.strip))
def test_every_path_names_itself(path: str) -> None:
    found = replies.parse_review(reply_of(answer(path=path)), {path: path})
    assert list(found.sections) == [path]


@given(st.text(max_size=40), st.text(min_size=1, max_size=20))
def test_any_path_of_the_only_file_can_be_read(stated: str, shown: str) -> None:
    reply = reply_of(answer(FINDING, path=stated))
    assert list(replies.parse_review(reply, {shown: shown}).sections) == [shown]


@faults("LO4")
def test_of_two_sections_about_the_only_file_the_one_of_another_path_adds_nothing() -> None:
    rows = [json.loads(answer()), json.loads(answer(path="src/old.py", summary="Wrong."))]
    found = parse_review(reply_of(json.dumps({"files": rows})))

    assert found == FileCandidates("Pays.", (), truncated=False)


@faults("LO7")
def test_ten_thousand_findings_become_two_hundred_of_the_worst() -> None:
    rows = [
        {
            "quote": "return x",
            "title": f"Number {n}",
            "body": "Wrong.",
            "severity": "low" if n % 100 else "critical",
        }
        for n in range(10_000)
    ]

    found = parse_findings(*rows)

    assert len(found.candidates) == 200
    assert found.dropped == Withheld(over_limit=9_800)
    worst = [c.title for c in found.candidates if c.severity is Severity.CRITICAL]
    assert worst == [f"Number {n}" for n in range(0, 10_000, 100)]


@faults("LO7")
def test_a_finding_that_is_repeated_is_kept_once() -> None:
    found = parse_findings(*[FINDING] * 500)

    assert (found.candidates, found.dropped) == ((CANDIDATE,), Withheld(duplicate=499))


@faults("LO7")
def test_a_body_of_a_megabyte_is_cut() -> None:
    candidate = parse_one(body="word " * 180_000)

    assert len(candidate.body) <= 4_000
    assert candidate.body.endswith("word…")


@faults("LO7")
def test_a_reply_of_more_than_a_megabyte_is_read_as_far_as_that() -> None:
    row = {**FINDING, "body": "x" * 3_000}
    rows = [{**row, "title": f"Number {n}"} for n in range(1_000)]

    found = parse_findings(*rows)

    assert found.truncated
    assert 0 < len(found.candidates) <= 200


@faults("LO7")
def test_a_repetition_without_end_is_no_answer() -> None:
    for text in ("the the " * 500_000, '{"a": 1}' * 200_000, "{" * 1_000_000, "{ " * 500_000):
        with pytest.raises(ReplyError):
            parse_review(reply_of(text))


@faults("LO7")
@pytest.mark.parametrize(
    ("member", "limit"),
    [("title", 200), ("body", 4_000), ("quote", 2_000), ("summary", 500)],
)
def test_texts_have_limits(member: str, limit: int) -> None:
    long = "many words " * 1_000
    found = parse_findings(
        {**FINDING, member: long}, **({"summary": long} if member == "summary" else {})
    )

    text = found.summary if member == "summary" else getattr(found.candidates[0], member)
    assert limit * 0.9 < len(text) <= limit


@faults("LO7")
def test_a_long_quote_keeps_whole_lines_so_that_it_can_be_found() -> None:
    lines = [f"    line_{n} = {n}" for n in range(500)]

    quote = parse_one(quote="\n".join(lines)).quote

    assert lines[: quote.count("\n") + 1] == quote.split("\n")


@faults("LO7")
def test_half_a_suggestion_is_none() -> None:
    assert parse_one(suggestion="x = 1\n" * 700).suggestion is None
    assert parse_one(suggestion="x = 1\n" * 600).suggestion == "x = 1\n" * 600


@pytest.mark.parametrize("value", ["", " \n", 5, ["x"]])
def test_a_suggestion_without_code_is_none(value: object) -> None:
    assert parse_one(suggestion=value).suggestion is None


@faults("LO7")
def test_half_a_surrogate_pair_cannot_break_what_is_written_later() -> None:
    text = answer({**FINDING, "title": "T", "body": "B", "suggestion": "S"})
    for letter in "TBS":
        text = text.replace(f'"{letter}"', f'"{letter}\\ud83d"')

    found = parse_review(reply_of(text.replace("Pays.", "Pays.\\udc00")))

    candidate = found.candidates[0]
    assert (candidate.title, candidate.body, candidate.suggestion) == ("T?", "B?", "S?")
    assert found.summary == "Pays.?"


def test_a_title_and_a_summary_take_one_line() -> None:
    found = parse_findings({**FINDING, "title": "One\n\n two\tthree"}, summary="a\r\nb")

    assert (found.candidates[0].title, found.summary) == ("One two three", "a b")


def test_an_overview_is_read() -> None:
    text = json.dumps({"overview": " It pays. ", "major_changes": ["One\nline", 5, "", "Two"]})

    assert parse_overview(reply_of(text)) == Overview("It pays.", ("One line", "Two"))


@faults("LO2")
def test_of_a_cut_overview_the_complete_changes_are_kept() -> None:
    text = '{"overview": "It pays.", "major_changes": ["One", "Tw'

    assert parse_overview(reply_of(text, truncated=True)) == Overview("It pays.", ("One",))


@faults("LO3")
@pytest.mark.parametrize("text", ['{"overview": null}', '{"summary": "x"}', "It pays."])
def test_an_overview_without_text_is_refused(text: str) -> None:
    with pytest.raises(ReplyError):
        parse_overview(reply_of(text))


@faults("LO7")
def test_an_overview_has_limits() -> None:
    text = json.dumps({"overview": "word " * 10_000, "major_changes": ["word " * 500] * 50})

    overview = parse_overview(reply_of(text))

    assert len(overview.text) <= 2_000
    assert [len(change) <= 300 for change in overview.major_changes] == [True] * 10


def object_schemas(schema: object) -> list[Mapping[str, object]]:
    """List the schemas of objects within a schema."""
    if isinstance(schema, list):
        return [found for row in schema for found in object_schemas(row)]
    if not isinstance(schema, dict):
        return []
    inner = [found for value in schema.values() for found in object_schemas(value)]
    return [schema, *inner] if schema.get("type") == "object" else inner


@pytest.mark.parametrize("schema", [REVIEW_SCHEMA, OVERVIEW_SCHEMA])
def test_the_schemas_keep_to_what_strict_mode_accepts(schema: dict[str, object]) -> None:
    Draft202012Validator.check_schema(schema)
    for part in object_schemas(schema):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])  # type: ignore[call-overload]
    keywords = set(json.dumps(schema).replace('"', " ").split())
    assert not keywords & {"minimum", "maximum", "pattern", "minLength", "maxItems", "default"}


def field_names(shape: type) -> set[str]:
    return {field.name for field in fields(shape)}


def test_exactly_the_requested_fields_are_read() -> None:
    _, review, finding = object_schemas(REVIEW_SCHEMA)
    (overview,) = object_schemas(OVERVIEW_SCHEMA)

    assert field_names(SectionReply) == set(review["properties"])  # type: ignore[call-overload]
    assert field_names(Candidate) - {"path"} == set(finding["properties"])  # type: ignore[call-overload]
    assert field_names(OverviewReply) == set(overview["properties"])  # type: ignore[call-overload]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(FINDING)), inner),
    max_leaves=20,
)
PIECES = st.sampled_from(
    [
        *('{"findings": [', '{"overview": "', '"title": "a"', "NaN", "1e999", "\\ud800", "\ud800"),
        *("```json\n", "<think>", "</think>", "\ufeff", "\x00", "\n", *'{}[]",:'),
    ]
)
HOSTILE = (
    st.text()
    | st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)
    | st.builds(answer, JSON, JSON, path=JSON, summary=JSON)
)


@given(text=HOSTILE, truncated=st.booleans())
def test_any_text_becomes_a_reply_or_a_reply_error(text: str, *, truncated: bool) -> None:
    for parse in (parse_review, parse_overview):
        try:
            said = repr(parse(reply_of(text, truncated=truncated)))
        except ReplyError as error:
            said = str(error)
        # Half a surrogate pair could be written nowhere.
        assert said.encode("utf-8", "replace").decode() == said


@given(cut=st.integers(min_value=0, max_value=len(answer(FINDING, FINDING))))
def test_a_reply_cut_anywhere_never_yields_half_a_finding(cut: int) -> None:
    try:
        found = parse_review(reply_of(answer(FINDING, FINDING)[:cut], truncated=True))
    except ReplyError:
        return
    assert set(found.candidates) <= {CANDIDATE}
