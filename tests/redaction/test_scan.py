"""Redaction as a whole: stable numbers, whole lines, keys of several lines, hostile text."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.finding import Candidate
from reviewer.findings.placement import Places
from reviewer.pull_request import ListedFile
from reviewer.redaction import scan
from reviewer.redaction.scan import LONGEST_KEY, Redaction, Secret
from reviewer.severity import Confidence, Severity
from reviewer.text import invisible
from tests.faults import faults

MIX = "a1B2c3D4e5F6g7H8i9J0"
TOKEN = "gh" + f"p_{MIX}{MIX[:16]}"
OTHER = "gh" + f"p_{MIX[::-1]}{MIX[:16]}"
AWS = "AKI" + "AIOSFODNN7EXAMPLE"
BEGIN, END = "-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"
BODY = (*(f"{MIX}+/{n:02}{MIX}{MIX[::-1]}" for n in range(1, 26)), "aB3dEf==")
KEY = "\n".join((BEGIN, *BODY, END))
ENCRYPTED = "\n".join((BEGIN, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00", "", *BODY, END))
PIECES = (TOKEN, OTHER, AWS, f"psql://u:{MIX}@h", BEGIN, END, *BODY[:3], BODY[-1], "sk-ant-", "_")
PIECES += ("\n", "\r\n", " ", "  1 + ", "[REDACTED:github-token:1]", "x", "\u202e", "\ud800", "12 ")


def lines_of(text: str) -> list[str]:
    return text.split("\n")


def test_equal_values_have_equal_numbers_everywhere_counted_by_kind() -> None:
    redaction = Redaction([f"a = {TOKEN}", f"b = {AWS}"])

    assert (
        redaction.mask(f"{OTHER} {TOKEN}") == "[REDACTED:github-token:2] [REDACTED:github-token:1]"
    )
    assert redaction.mask(AWS) == "[REDACTED:aws-access-key:1]"


@faults("DF12")
def test_the_example_value_of_the_documentation_is_masked_too() -> None:
    assert Redaction().mask(f"id = {AWS}") == "id = [REDACTED:aws-access-key:1]"


@faults("DF12")
@pytest.mark.parametrize("key", [KEY, ENCRYPTED])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("    ", ""),
        ("    12 + ", ""),
        ("       - ", ""),
        ("# ", ""),
        ('  "', '\\n"'),
        ('  + "', '\\n",'),
        ("> ", ""),
        ("", "\r"),
        ("", "[U+000D]"),
        ("// ", ""),
        (" * ", ""),
        ("'", "\\n' \\"),
    ],
)
def test_no_line_of_a_private_key_is_left(key: str, before: str, after: str) -> None:
    masked = Redaction().mask("\n".join(f"{before}{line}{after}" for line in lines_of(key)))

    assert not any(line in masked for line in BODY)
    assert masked.count(f"{before}[REDACTED:private-key:1]{after}") == len(BODY)
    assert len(lines_of(masked)) == len(lines_of(key))
    assert BEGIN in masked
    assert END in masked


@faults("DF12")
def test_a_private_key_in_one_string_is_masked() -> None:
    line = '{"private_key": "' + "\\n".join((BEGIN, *BODY, END)) + '\\n"}'

    assert Redaction().mask(line) == f'{{"private_key": "{BEGIN}[REDACTED:private-key:1]{END}\\n"}}'


@faults("DF12")
def test_a_line_of_a_key_is_masked_alone_once_the_key_was_read() -> None:
    redaction = Redaction([KEY, KEY.replace("a1B2", "Z9y8")])

    assert redaction.mask(BODY[3]) == "[REDACTED:private-key:1]"
    assert redaction.mask(f"    40 + {BODY[-1]}") == "    40 + [REDACTED:private-key:1]"
    assert redaction.mask(BODY[3].replace("a1B2", "Z9y8")) == "[REDACTED:private-key:2]"


@faults("DF12")
def test_the_end_of_a_key_is_masked_without_its_beginning() -> None:
    text = "\n".join(("call()", *BODY[5:], END))

    assert not any(line in Redaction().mask(text) for line in BODY)


def test_a_forged_key_block_cannot_report_every_line_of_a_file() -> None:
    many = [f"{MIX}{MIX[::-1]}{n:04}" for n in range(LONGEST_KEY + 50)]
    masked = Redaction().mask("\n".join((BEGIN, *many)))

    assert masked.count("[REDACTED:private-key:1]") == LONGEST_KEY
    assert masked.endswith("\n".join(many[LONGEST_KEY:]))


def test_a_certificate_is_no_secret() -> None:
    text = "\n".join(("-----BEGIN CERTIFICATE-----", *BODY, "-----END CERTIFICATE-----"))
    key = KEY.replace("a1B2", "Z9y8").replace("aB3dEf", "Z9y8xx")

    assert Redaction().mask(text) == text
    assert Redaction().mask(f"{text}\n{key}\n{text}").count(text) == 2


def test_a_key_without_an_end_stops_at_the_next_line_of_code() -> None:
    code = "callTheFunctionWithTheLongName1()\nabcdefghijklmnop"

    assert Redaction().mask(f"{BEGIN}\n{BODY[0]}\n{code}").endswith(f"private-key:1]\n{code}")


def test_a_false_key_does_not_hide_words_of_the_code() -> None:
    redaction = Redaction([f"{BEGIN}\nevilpackage\n{END}", f"{BEGIN}\n{BODY[0]}\nreturn\n{END}"])

    assert redaction.mask("evilpackage") == "evilpackage"
    assert redaction.mask("        return") == "        return"
    assert redaction.mask(f"run({BODY[0]})") == f"run({BODY[0]})"


def test_secrets_that_overlap_leave_nothing_between_them() -> None:
    url = f"https://u:a-{TOKEN}-b@github.com"

    assert Redaction().mask(url) == "https://u:[REDACTED:url-password:1]@github.com"
    assert Redaction().mask(url.replace("a-", "").replace("-b", "")).count("REDACTED") == 1


def test_numbers_are_the_same_for_all_threads() -> None:
    redaction = Redaction()
    values = [f"{TOKEN[:-2]}{n:02}" for n in range(50)]
    with ThreadPoolExecutor(8) as pool:
        masked = list(pool.map(redaction.mask, values * 20))

    assert len(set(masked)) == len(values)
    assert masked == [redaction.mask(value) for value in values] * 20


def test_a_printed_object_shows_no_secret() -> None:
    redaction = Redaction([TOKEN, KEY])

    assert f"{redaction!r} {redaction!s}" == "Redaction(2 values) Redaction(2 values)"


texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=25).map("".join)


@given(texts)
def test_a_text_is_masked_line_by_line_as_it_is_as_a_whole(text: str) -> None:
    redaction = Redaction([text])
    whole = redaction.mask(text)

    assert lines_of(whole) == [redaction.mask(line) for line in lines_of(text)]


@given(texts, st.sampled_from(["{:>6} + {}", "{:>6}   {}", "{:>6} - {}"]), st.integers(1, 99_999))
def test_the_columns_of_a_prompt_change_nothing(text: str, frame: str, number: int) -> None:
    redaction = Redaction([text])
    rows = [frame.format(number, line) for line in lines_of(text)]

    masked = [frame.format(number, redaction.mask(line)) for line in lines_of(text)]
    assert lines_of(redaction.mask("\n".join(rows))) == masked


@given(texts)
def test_what_is_masked_is_not_masked_again(text: str) -> None:
    redaction = Redaction([text])
    once = redaction.mask(text)

    assert redaction.mask(once) == once


@given(texts)
def test_no_token_survives_where_a_word_starts(text: str) -> None:
    assert f" {TOKEN}" not in Redaction().mask(f"{text} {TOKEN} {text}")


@faults("DF12")
def test_a_line_of_a_key_that_the_model_quotes_is_found() -> None:
    patch = f"@@ -1 +1,{len(lines_of(KEY)) + 1} @@\n a\n" + "\n".join(
        f"+{x}" for x in lines_of(KEY)
    )
    file = diff.parse(ListedFile("key.pem", "modified", 0, 0, patch))
    assert isinstance(file, ChangedFile)
    redaction = Redaction(scan.hunk_texts([file]))

    def as_shown(text: str) -> str:
        return redaction.mask(invisible.show(text))

    printed = lines_of(as_shown(diff.render_hunks(file.hunks)))
    for quote in (printed[4], "[REDACTED:private-key:1]", "\n".join(printed[2:6])):
        said = Candidate(
            path="key.pem",
            quote=quote,
            start_line=4,
            end_line=4,
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            category="security",
            title="Key",
            body="Leaks.",
        )
        found = Places(file, as_shown).place(said)
        assert found
        assert found.start_line <= 4 <= found.end_line


class Counted(Redaction):
    """Counts how often a line is searched for secrets."""

    reads = 0

    def find_secrets(self, line: str) -> tuple[Secret, ...]:
        self.reads += 1
        return super().find_secrets(line)


@faults("DF12")
def test_tokens_that_are_glued_together_are_read_a_few_times_and_all_hidden() -> None:
    """Each shows itself only when the one before it is gone."""
    redaction = Counted()
    masked = redaction.mask("keys = " + ("AI" + "za" + "aB3" * 11 + "xY") * 500)

    assert redaction.reads <= 5
    assert masked.startswith("keys = [REDACTED:google-api-key:")
    assert "aB3" not in masked
    assert redaction.mask(masked) == masked
