import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.config import base_url
from reviewer.errors import InputError
from tests.faults import faults

LINK_LOCAL = (
    "169.254.169.254",
    "169.254.1.1",
    "2852039166",
    "0xA9FEA9FE",
    "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.16689662",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "100.100.100.200",
    "168.63.129.16",
    "0.0.0.0",
    "0",
    "[::]",
    "224.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "instance-data",
)


def refusal(url: str, *, allow_http: bool = False) -> str:
    with pytest.raises(InputError) as caught:
        base_url.parse(url, allow_http=allow_http)
    assert str(caught.value).isprintable()
    return caught.value.what


@faults("IN5")
@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://models.example.com:8443/openai/v1",
        "https://10.0.0.7/v1",
        "https://[2001:db8::1]:8000/v1",
        "http://localhost:11434/v1",
        "http://ollama.localhost/v1",
        "http://127.0.0.1:8000/v1",
        "http://127.1:8000/v1",
        "http://[::1]:8000/v1",
        "http://[::ffff:127.0.0.1]/v1",
    ],
)
def test_https_anywhere_and_http_on_the_machine_itself_are_accepted(url: str) -> None:
    assert base_url.parse(url, allow_http=False) == url


@faults("IN5")
@pytest.mark.parametrize(
    "host",
    ["models.example.com", "10.0.0.7", "localhost.example.com", "[2001:db8::2]", "134744072"],
)
def test_http_to_other_machines_needs_an_explicit_yes(host: str) -> None:
    assert "allow-http: true" in refusal(f"http://{host}/v1")
    assert base_url.parse(f"http://{host}/v1", allow_http=True) == f"http://{host}/v1"


@faults("IN5")
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", LINK_LOCAL)
def test_link_local_addresses_are_refused_however_they_are_written(host: str, scheme: str) -> None:
    reason = refusal(f"{scheme}://{host}/v1", allow_http=True)
    assert "link-local and metadata addresses are not allowed" in reason


@faults("IN5")
@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass@example.com/v1",
        "https://user@example.com/v1",
        "https://@example.com/v1",
        "https://api.openai.com@evil.example/v1",
    ],
)
def test_a_user_or_password_in_the_address_is_refused_and_not_shown(url: str) -> None:
    reason = refusal(url)
    assert "user name or password" in reason
    assert "pass@" not in reason


@faults("IN5")
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "must start with https://"),
        ("ftp://example.com", "must start with https://"),
        ("api.openai.com/v1", "must start with https://"),
        ("//api.openai.com/v1", "must start with https://"),
        ("https://", "names no host"),
        ("https://./v1", "names no host"),
        ("https://example.com:0/v1", "may name a port"),
        ("https://example.com:99999/v1", "host or port cannot be read"),
        ("https://[::1/v1", "host or port cannot be read"),
        ("https://[fe80::1%25eth0]/v1", "must not contain % signs"),
        ("https://%31%36%39.254.169.254/v1", "must not contain % signs"),
        ("https://example.com\\@evil.example/v1", "a blank, a backslash"),
        ("https://exa mple.com/v1", "a blank, a backslash"),
        ("https://exa\nmple.com/v1", "a blank, a backslash"),
        ("https://１６９.254.169.254/v1", "outside of ASCII"),  # noqa: RUF001
        ("https://example.com/v1?key=x", "before any ? or #"),
        ("https://example.com/v1#x", "before any ? or #"),
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str, reason: str) -> None:
    assert reason in refusal(url)


@given(st.text(alphabet="htps:/@[]%.#?0123456789abcdefx\\ \n") | st.text())
def test_any_text_is_an_address_or_an_input_error(text: str) -> None:
    for url in (text, f"https://{text}", f"http://[{text}]/"):
        try:
            said = base_url.parse(url, allow_http=True)
        except InputError as error:
            said = str(error)
        assert said.isprintable()
