"""Known secrets are found in every form in which they could leave."""

import base64
import json
import textwrap
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.redaction.run_secrets import SHORTEST, Secrets
from tests.faults import faults

SECRET = 'sk-proj/Abc+"123\\é xyz'


@faults("LL14", "LO14")
@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        SECRET[::-1],
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        repr(SECRET),
        SECRET.encode().hex(),
        *(
            base64.b64encode(f"{'x' * n}{SECRET}{'y' * m}".encode()).decode()
            for n in range(3)
            for m in range(3)
        ),
        base64.urlsafe_b64encode(f"key: {SECRET}".encode()).decode(),
    ],
)
def test_a_secret_is_masked_in_each_form(form: str) -> None:
    secrets = Secrets([SECRET])

    assert secrets.leaked_in(f"before {form} after")
    masked = secrets.mask(f"before {form} after")
    assert masked.startswith("before ")
    assert "[REDACTED]" in masked
    assert not secrets.leaked_in(masked)


@faults("LL14")
def test_the_key_in_an_error_of_the_server_is_masked() -> None:
    secrets = Secrets(["sk-0123456789abcdef"])

    shown = secrets.mask("Incorrect API key provided: sk-0123456789abcdef. You can find your key")

    assert shown == "Incorrect API key provided: [REDACTED]. You can find your key"


@faults("LO14")
def test_a_key_with_its_start_cut_off_is_found() -> None:
    secrets = Secrets(["sk-proj-0123456789abcdef"])

    assert secrets.leaked_in("it is -0123456789abcdef, with seven characters less")
    assert secrets.leaked_in("sk-proj-0123456789abcdef"[7:])
    assert secrets.leaked_in("sk-proj-0123456789abcdef"[:-7])


KEY = "sk-proj-AbCdEfGh0123456789iJkLmNoPqRsTuV"


@faults("LO14")
@pytest.mark.parametrize(
    "disguised",
    [
        KEY.upper(),
        KEY.lower()[::-1],
        " ".join(KEY),
        "\n".join((KEY[:20], KEY[20:])),
        "\u200b".join(KEY),
        "**".join((KEY[:12], KEY[12:24], KEY[24:])),
        "`" + "`, `".join(KEY[at : at + 5] for at in range(0, len(KEY), 5)) + "`",
        "".join(f"&#{ord(char)};" for char in KEY),
        "".join(f"&#x{ord(char):x};" for char in KEY),
        "".join(chr(ord(char) + 0xFEE0) for char in KEY),
        KEY.encode().hex(" "),
        KEY.encode().hex().upper(),
        "\n".join(textwrap.wrap(base64.b64encode(f"key {KEY}".encode()).decode(), 20)),
        "-".join(base64.b64encode(KEY.encode()).decode()),
        KEY[8:],
        KEY[:-9],
        KEY[5:-5],
    ],
)
def test_a_disguised_secret_is_no_text_to_publish(disguised: str) -> None:
    assert Secrets([KEY]).leaked_in(f"It says: {disguised}.")


@faults("LO14")
def test_a_mask_leaves_nothing_that_would_withhold_the_review() -> None:
    secrets = Secrets([KEY])
    assert not secrets.leaked_in(secrets.mask(f"a {KEY} b {KEY[:-7]} c {KEY[7:]} {KEY[::-1]}"))


@faults("LO14")
def test_ordinary_words_are_not_taken_for_a_short_secret_in_disguise() -> None:
    assert not Secrets(["pass-word-123"]).leaked_in("the pass word 123 is on page 123")


def test_ordinary_words_stay() -> None:
    secrets = Secrets(["", "none", "true", "x" * 7])

    assert secrets.mask("none of it is true") == "none of it is true"
    assert not secrets.leaked_in("none " + "x" * 7)


def test_each_line_of_a_secret_is_one_and_the_longer_is_masked_first() -> None:
    secrets = Secrets(["first-line-1\nsecond-line-2\n", "first-line-1-longer"])

    assert secrets.mask("second-line-2") == "[REDACTED]"
    assert secrets.mask("first-line-1-longer") == "[REDACTED]"


def test_a_printed_object_shows_no_secret() -> None:
    assert SECRET not in f"{Secrets([SECRET])!r} {Secrets([SECRET])!s}"


SECRETS = st.text(st.characters(exclude_characters="[]"), min_size=8, max_size=40)


@given(SECRETS.filter(lambda each: len(each.strip()) >= SHORTEST), st.text())
def test_no_secret_survives_whatever_surrounds_it(secret: str, around: str) -> None:
    assert secret.strip() not in Secrets([secret]).mask(f"{around}{secret}{around}")
