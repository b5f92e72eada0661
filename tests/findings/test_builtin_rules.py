"""Findings without a model: what they say, where, and what they never say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.finding import Finding, Origin, Side
from reviewer.findings import builtin_rules
from reviewer.memory import previous_review
from reviewer.pull_request import ListedFile
from reviewer.redaction import scan
from reviewer.redaction.scan import Redaction
from reviewer.severity import Confidence, Severity
from reviewer.text import invisible
from tests.faults import faults

MIX = "a1B2c3D4e5F6g7H8i9J0"
TOKEN = "gh" + f"p_{MIX}{MIX[:16]}"
STRIPE = "sk_" + f"live_{MIX}"
BEGIN, END = "-----BEGIN EC PRIVATE" + " KEY-----", "-----END EC PRIVATE" + " KEY-----"
BODY = tuple(f"{MIX}+/{n}{MIX}{MIX[::-1]}" for n in range(3))


def changed_file(*rows: str, path: str = "src/pay.py") -> ChangedFile:
    """Make a file of rows that start with their marker."""
    old = sum(row[0] in " -" for row in rows)
    new = sum(row[0] in " +" for row in rows)
    patch = "\n".join((f"@@ -{min(old, 1)},{old} +{min(new, 1)},{new} @@", *rows))
    file = diff.parse(ListedFile(path, "modified", 0, 0, patch))
    assert isinstance(file, ChangedFile)
    return file


def find(*rows: str) -> tuple[Finding, ...]:
    file = changed_file(*rows)
    return builtin_rules.find(file, Redaction(scan.hunk_texts([file])))


@faults("DF12")
def test_a_secret_in_an_added_line_is_reported_without_its_value() -> None:
    (finding,) = find(" import os", f'+TOKEN = "{TOKEN}"\r')

    assert (finding.path, finding.side, finding.start_line, finding.end_line) == (
        "src/pay.py",
        Side.NEW,
        2,
        2,
    )
    assert finding.title == "Possible secret: github token"
    assert finding.quote == 'TOKEN = "[REDACTED:github-token:1]"'
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert (finding.category, finding.origin) == ("security", Origin.RULE)
    assert "Revoke it" in finding.body
    assert TOKEN not in repr(finding)


@faults("DF12")
def test_two_kinds_on_one_line_are_one_finding() -> None:
    (finding,) = find(f"+a = '{TOKEN}', b = '{STRIPE}', c = '{STRIPE}'")

    assert finding.title == "Possible secret: github token, stripe key"


@faults("DF12")
def test_a_secret_in_a_removed_or_old_line_is_not_this_changes_fault() -> None:
    assert find(f" a = '{TOKEN}'", f"-b = '{TOKEN}'", "+c = 1") == ()


@faults("DF12")
def test_a_private_key_is_one_finding_at_its_first_line() -> None:
    rows = [f"+{line}" for line in (BEGIN, *BODY, END)]
    (finding,) = find(" a = 1", *rows, "+b = 2")

    assert finding.title == "Possible secret: private key"
    assert (finding.start_line, finding.end_line) == (2, 3)
    assert finding.quote == f"{BEGIN}\n[REDACTED:private-key:1]"
    assert not any(line in repr(finding) for line in BODY)


@faults("DF12")
def test_a_private_key_whose_header_was_there_before_is_reported_too() -> None:
    (finding,) = find(f" {BEGIN}", *(f"+{line}" for line in BODY), f" {END}")

    assert (finding.start_line, finding.quote) == (2, "[REDACTED:private-key:1]")


@faults("DF10", "DF12")
def test_what_is_quoted_is_found_in_the_file_again() -> None:
    other = [line.replace("a1B2", "Z9y8") for line in BODY]
    rows = [BEGIN, *BODY, END, BEGIN, *other, END, f"a = '{TOKEN}'\r", "b = 1 # \u202e", STRIPE]
    before = changed_file(*(f"+{row}" for row in rows))
    redaction = Redaction(scan.hunk_texts([before]))
    said = builtin_rules.find(before, redaction)
    after = changed_file("+new = 1", "+lines = 2", *(f"+{row}" for row in rows))

    def shown(text: str) -> str:
        return redaction.mask(invisible.show(text))

    again = previous_review.still_present(after, said, shown)
    assert [f.start_line for f in again] == [f.start_line + 2 for f in said]
    assert len(said) == 5


@faults("DF12")
def test_two_private_keys_are_two_findings() -> None:
    other = [line.replace("a1B2", "Z9y8") for line in BODY]
    rows = [f"+{line}" for line in (BEGIN, *BODY, END, BEGIN, *other, END, *BODY)]

    assert [finding.start_line for finding in find(*rows)] == [1, 6]


@pytest.mark.parametrize(
    "line",
    [
        "AKI" + "AIOSFODNN7EXAMPLE",
        "gh" + "p_" + "x" * 36,
        "postgres://user:password@db.internal/app",
        "https://mona:Tr0ub4dor@localhost:8080/",
        "https://mona:Tr0ub4dor@example.com/",
        "https://mona:Tr0ub4dor@pypi.example.org/simple",
        BEGIN,
    ],
)
def test_a_value_that_is_there_for_show_is_not_reported(line: str) -> None:
    assert find(f"+{line}") == ()


@faults("DF12")
@pytest.mark.parametrize(
    "line",
    [
        "https://mona:Tr0ub4dor@example.com.evil.net/",
        "https://mona:Tr0ub4dor@localhost.evil.net/",
        "https://mona:Tr0ub4dor@myexample.com/",
        "https://mona:Tr0ub4dor@db.internal/",
    ],
)
def test_a_password_for_a_real_host_is_reported(line: str) -> None:
    assert [finding.title for finding in find(f"+{line}")] == ["Possible secret: url password"]


@faults("DF12")
def test_a_file_full_of_secrets_has_ten_findings_and_a_count() -> None:
    many = find(*(f"+a = '{TOKEN[:-2]}{n:02}'" for n in range(25)))

    assert len(many) == builtin_rules.MOST_PER_FILE
    assert many[-1].body.endswith("15 more lines of this file have the same.")
    assert "more line" not in many[-2].body
    eleven = find(*(f"+a = '{TOKEN[:-2]}{n:02}'" for n in range(11)))
    assert eleven[-1].body.endswith("1 more line of this file has the same.")


@faults("DF10")
def test_a_bidirectional_control_is_reported_with_its_column() -> None:
    (finding,) = find(" a = 1", "+if admin: \u202e return\u2066")

    assert finding.title == "Bidirectional control characters"
    assert finding.severity is Severity.HIGH
    assert finding.quote == "if admin: [U+202E] return[U+2066]"
    assert "U+202E (right-to-left override) in column 11" in finding.body
    assert "U+2066 (left-to-right isolate) in column 19" in finding.body
    assert (finding.start_line, finding.category, finding.origin) == (2, "security", Origin.RULE)


@faults("DF10")
@pytest.mark.parametrize("char", "\u200b\u200d\u2060\ufeff\U000e0041\u3164\u00ad")
def test_a_character_without_width_is_reported(char: str) -> None:
    (finding,) = find(f"+pass{char}word")

    assert finding.severity is Severity.MEDIUM
    assert f"U+{ord(char):04X}" in finding.body
    assert "in column 5" in finding.body
    assert char not in repr(finding)


@faults("DF10")
def test_many_of_them_on_a_line_are_counted() -> None:
    (finding,) = find("+a" + "\U000e0041" * 300)

    assert "295 more" in finding.body
    assert len(finding.body) < 700


@faults("DF10")
def test_a_byte_order_mark_is_fine_where_a_file_begins_and_nowhere_else() -> None:
    assert find("+\ufeffimport os", "+a = 1") == ()
    (second,) = find("+import os", "+\ufeffa = 1")
    assert "in column 1" in second.body
    (after,) = find("+\ufeffa\u200b = 1")
    assert "in column 3" in after.body


@faults("DF10")
def test_languages_and_emoji_are_left_alone() -> None:
    assert (
        find(
            "+\u0645\u06cc\u200c\u062e",
            "+👩\u200d💻 ❤\ufe0f",
            "+क\u094d\u200dष",
            "+\u05e9\u05dc\u200f!",
        )
        == ()
    )


@faults("HD9")
def test_a_name_with_a_letter_of_another_script_is_reported_with_its_column() -> None:
    (finding,) = find(" a = 1", "+if role == '\u0430dmin':")

    assert finding.title == "Look-alike letters"
    assert finding.severity is Severity.MEDIUM
    assert finding.quote == "if role == '\u0430dmin':"
    assert "U+0430 (cyrillic small letter a) in column 13, like `a`" in finding.body
    assert "A reader takes it for `admin`." in finding.body
    assert (finding.start_line, finding.category, finding.origin) == (2, "security", Origin.RULE)


@faults("HD9")
def test_a_name_of_another_script_is_reported_if_the_hunk_has_it_in_ascii() -> None:
    assert find("+\u0455\u0441\u043e\u0440\u0435 = 1") == ()
    (finding,) = find(" scope = 2", "+\u0455\u0441\u043e\u0440\u0435 = 1")
    assert "A reader takes it for `scope`." in finding.body


def test_a_long_name_of_look_alikes_is_counted_and_shortened() -> None:
    (finding,) = find("+" + "a\u0430" * 300)

    assert "295 more" in finding.body
    assert len(finding.body) < 800


@faults("HD9", "DF12")
def test_a_secret_beside_look_alike_letters_is_not_in_their_finding() -> None:
    found = find(f"+\u0430dmin = '{TOKEN}'", f"+b = '{TOKEN}\u0430xyz'")

    assert {finding.title for finding in found} == {
        "Possible secret: github token",
        "Look-alike letters",
    }
    assert TOKEN not in repr(found)


@faults("DF10", "DF12")
def test_a_secret_beside_a_hidden_character_is_masked_in_both_findings() -> None:
    both = find(f"+a = '{TOKEN}' # \u202e")

    assert [finding.severity for finding in both] == [Severity.HIGH, Severity.HIGH]
    assert TOKEN not in repr(both)
    assert {finding.quote for finding in both} == {"a = '[REDACTED:github-token:1]' # [U+202E]"}


@given(st.lists(st.text(st.characters(exclude_characters="\n")), min_size=1, max_size=5))
def test_whatever_is_added_the_findings_print_nothing_hidden_and_no_token(rows: list[str]) -> None:
    for finding in find(*(f"+{row}{TOKEN[:20]}{row} {TOKEN}" for row in rows)):
        assert invisible.show(f"{finding.quote}{finding.title}{finding.body}") == (
            f"{finding.quote}{finding.title}{finding.body}"
        )
        assert f" {TOKEN}" not in repr(finding)
