import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.config.workflow import base_url
from reviewer.config.workflow.inputs import OPENAI, Inputs
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
    "0.0.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "instance-data",
)

COMPANY = {"INPUT_MODEL": "coder-small", "INPUT_API-KEY": "k"}


def refusal(url: str, *, allow_http: bool = False) -> str:
    with pytest.raises(InputError) as caught:
        base_url.parse(url, allow_http=allow_http)
    assert str(caught.value).isprintable()
    return caught.value.what


def advised(error: InputError) -> tuple[str, ...]:
    """Return the addresses that an error says to write."""
    return tuple(re.findall(r"`base-url: ([^`]+)`", error.remedy))


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
    ("url", "right"),
    [
        ("http://0.0.0.0:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://0.0.0.0:8000", "http://127.0.0.1:8000/v1"),
        ("http://0.0.0.0:11434/api/chat", "http://127.0.0.1:11434/v1"),
        ("https://0.0.0.0:8443/v1", "https://127.0.0.1:8443/v1"),
        ("0.0.0.0:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://0/v1", "http://127.0.0.1/v1"),
        ("http://[::]:8080/v1", "http://127.0.0.1:8080/v1"),
    ],
)
@pytest.mark.parametrize("allow_http", [True, False])
def test_the_address_that_a_server_listens_on_is_no_address_of_it(
    url: str, right: str, *, allow_http: bool
) -> None:
    with pytest.raises(InputError) as caught:
        base_url.parse(url, allow_http=allow_http)
    assert "link-local" not in caught.value.what
    named = right.replace("127.0.0.1", "NAME")
    assert advised(caught.value)[:2] == (right, named)
    assert ("`allow-http: true`" in caught.value.remedy) == right.startswith("http://")
    assert "127.0.0.1 is the container of the action" in caught.value.remedy
    assert base_url.parse(right, allow_http=False) == right
    assert base_url.parse(named, allow_http=True) == named


@pytest.mark.parametrize("quotes", ['"{}"', "'{}'", ' "{}"\n', '" {} "'])
def test_quotes_around_an_address_are_removed_as_around_a_key(quotes: str) -> None:
    text = quotes.format("https://models.example.com/v1")
    assert base_url.parse(text, allow_http=False) == "https://models.example.com/v1"
    assert Inputs.load({"INPUT_BASE-URL": quotes.format(OPENAI), "INPUT_API-KEY": "k"}) == (
        Inputs.load({"INPUT_API-KEY": "k"})
    )


def test_quotes_around_nothing_are_no_address() -> None:
    assert "lacks https://" in refusal('""')


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
        ("file:///etc/passwd", "begins with file://, and not with https://"),
        ("htp://example.com", "begins with htp://, and not with https://"),
        ("api.openai.com/v1", "lacks https:// or http:// in front"),
        ("//api.openai.com/v1", "lacks https:// or http:// in front"),
        ("https://", "names no host"),
        ("https://./v1", "names no host"),
        ("https://example.com:0/v1", "0 is no port"),
        ("https://example.com:81O8/v1", "81O8 is no number of a port"),
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


@faults("IN5")
@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://models.acme.internal/v1", "base-url: https://models.acme.internal/v1"),
        ("htp://models.acme.internal/v1", "base-url: https://models.acme.internal/v1"),
        ("models.acme.internal:8443/v1", "base-url: https://models.acme.internal:8443/v1"),
        ("127.0.0.1:8108/v1", "base-url: http://127.0.0.1:8108/v1"),
        ("https://models.acme.internal/v1?key=abc", "base-url: https://models.acme.internal/v1"),
        ("https://localhost:8443/v1?key=abc", "base-url: https://localhost:8443/v1"),
        ("ollama.acme.internal/api/chat", "base-url: https://ollama.acme.internal/v1"),
    ],
)
def test_the_address_that_was_meant_is_said_without_what_may_be_secret(url: str, line: str) -> None:
    with pytest.raises(InputError) as refused:
        base_url.parse(url, allow_http=False)
    assert f"`{line}`" in refused.value.remedy
    assert "abc" not in str(refused.value)
    assert "openai" not in str(refused.value).replace("OpenAI-compatible", "")
    assert base_url.parse(line.removeprefix("base-url: "), allow_http=False)


def test_for_http_on_a_network_both_addresses_are_said_with_the_right_path() -> None:
    with pytest.raises(InputError) as refused:
        base_url.parse("http://ollama:11434/api/chat", allow_http=False)
    secure, plain = advised(refused.value)
    assert (secure, plain) == ("https://ollama:11434/v1", "http://ollama:11434/v1")
    assert "and `allow-http: true`" in refused.value.remedy
    assert base_url.parse(secure, allow_http=False) == secure
    assert base_url.parse(plain, allow_http=True) == plain


@pytest.mark.parametrize(
    "text", ["sk-proj-0123456789", "admin:pass@example.com/v1", f"example.com/{'k' * 13}/v1"]
)
def test_what_may_be_a_secret_is_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as refused:
        base_url.parse(text, allow_http=False)
    assert not any(part in str(refused.value) for part in ("sk-proj", "pass@", "k" * 13))


@faults("IN5")
@pytest.mark.parametrize("address", ["", OPENAI, f"{OPENAI}/", "https://eu.api.openai.com/v1"])
@pytest.mark.parametrize("model", ["acme/coder-small", "openai/gpt-oss-20b"])
def test_a_model_that_openai_cannot_have_is_not_asked_for_there(model: str, address: str) -> None:
    with pytest.raises(InputError, match="code and key would be sent to OpenAI"):
        Inputs.load({"INPUT_MODEL": model, "INPUT_BASE-URL": address, "INPUT_API-KEY": "k"})


@faults("IN5")
def test_a_name_that_openai_may_have_needs_the_address_in_full() -> None:
    with pytest.raises(InputError, match="base-url is empty"):
        Inputs.load(COMPANY | {"INPUT_BASE-URL": " "})
    assert Inputs.load(COMPANY | {"INPUT_BASE-URL": OPENAI}).base_url == OPENAI


def test_a_run_that_has_no_key_to_send_may_lack_the_address() -> None:
    assert Inputs.load(COMPANY | {"INPUT_API-KEY": ""}).base_url == OPENAI


@pytest.mark.parametrize("model", ["", "gpt-6.1-terra", "gpt-4.1", "o3-mini", "ft:gpt-4o:acme::x"])
def test_models_of_openai_need_no_address(model: str) -> None:
    assert Inputs.load({"INPUT_MODEL": model, "INPUT_API-KEY": "k"}).base_url == OPENAI


AZURE = "https://acme.openai.azure.com"
FOUNDRY = "https://acme.services.ai.azure.com"
GEMINI = "https://generativelanguage.googleapis.com"


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://models.example.com/v1/chat/completions", "https://models.example.com/v1"),
        ("https://models.example.com/v1/chat/completions/", "https://models.example.com/v1"),
        ("https://models.example.com/v1/completions?x=1", "https://models.example.com/v1"),
        ("https://models.example.com/v1/responses", "https://models.example.com/v1"),
        ("https://models.example.com/v1/models", "https://models.example.com/v1"),
        ("https://models.example.com/chat/completions", "https://models.example.com"),
        ("http://localhost:8080/v1/chat/completions", "http://localhost:8080/v1"),
        ("https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1"),
        ("https://api.openai.com", "https://api.openai.com/v1"),
        ("https://openrouter.ai/v1", "https://openrouter.ai/api/v1"),
        ("https://api.groq.com/v1", "https://api.groq.com/openai/v1"),
        (
            "https://generativelanguage.googleapis.com/v1beta/",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        (AZURE, f"{AZURE}/openai/v1"),
        (f"{AZURE}/openai/v1/responses?api-version=preview", f"{AZURE}/openai/v1"),
        (
            f"{AZURE}/openai/deployments/reviewer-4/chat/completions?api-version=2024-10-21",
            f"{AZURE}/openai/v1` and `model: reviewer-4",
        ),
        (f"{AZURE}/openai/deployments/reviewer-4", f"{AZURE}/openai/v1` and `model: reviewer-4"),
        (
            "https://acme.cognitiveservices.azure.com/openai",
            "https://acme.cognitiveservices.azure.com/openai/v1",
        ),
        (f"{FOUNDRY}/models?api-version=2024-05-01-preview", f"{FOUNDRY}/openai/v1"),
        (f"{FOUNDRY}/models/chat/completions?api-version=2024-05-01", f"{FOUNDRY}/openai/v1"),
        (f"{FOUNDRY}/api/projects/p", f"{FOUNDRY}/openai/v1"),
        (
            f"{FOUNDRY}/api/projects/p/openai/v1/responses",
            f"{FOUNDRY}/api/projects/p/openai/v1",
        ),
        (
            f"{GEMINI}/v1beta/models/gemini-3-flash:generateContent?key=abc",
            f"{GEMINI}/v1beta/openai` and `model: gemini-3-flash",
        ),
        (f"{GEMINI}/v1/models/gemini-3-pro", f"{GEMINI}/v1beta/openai` and `model: gemini-3-pro"),
        (f"{GEMINI}/v1beta/models", f"{GEMINI}/v1beta/openai"),
        ("http://localhost:11434/api/chat", "http://localhost:11434/v1"),
        ("http://localhost:11434/api/generate/", "http://localhost:11434/v1"),
        ("https://chat.example.com/ollama/api/chat", "https://chat.example.com/ollama/v1"),
    ],
)
def test_an_address_that_cannot_be_the_beginning_is_refused_with_the_right_one(
    url: str, right: str
) -> None:
    with pytest.raises(InputError) as caught:
        base_url.parse(url, allow_http=False)
    assert f"`base-url: {right}`" in caught.value.remedy
    assert ("Azure" in caught.value.cause) == ("azure.com" in url)
    named = right.partition("`")[0]
    assert base_url.parse(named, allow_http=False) == named


@pytest.mark.parametrize(
    "url",
    [
        f"{AZURE}/openai/v1",
        f"{FOUNDRY}/openai/v1",
        f"{FOUNDRY}/api/projects/p/openai/v1",
        "https://openrouter.ai/api/v1",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "https://api.deepseek.com",
        # LiteLLM's own spelling of Azure's paths, and folders that only look like an endpoint.
        "https://litellm.example.com/openai/deployments/reviewer",
        "https://models.example.com/responses/v1",
        "https://models.example.com/models",
        "https://models.example.com/api/chat/v1",
    ],
)
def test_other_paths_are_nobodys_business(url: str) -> None:
    assert base_url.parse(f"{url}/", allow_http=False) == url


def test_a_long_part_of_the_path_is_not_shown_because_it_may_be_a_key() -> None:
    key = "k" * 41
    with pytest.raises(InputError) as caught:
        base_url.parse(f"https://gateway.example.com/{key}/v1/responses", allow_http=False)
    assert key not in str(caught.value)
    assert "`base-url: https://gateway.example.com/…/v1`" in caught.value.remedy


@given(st.text(alphabet="htps:/@[]%.#?0123456789abcdefx\\ \n") | st.text())
def test_any_text_is_an_address_or_an_input_error(text: str) -> None:
    for url in (text, f"https://{text}", f"http://[{text}]/"):
        try:
            said = base_url.parse(url, allow_http=True)
        except InputError as error:
            said = str(error)
        assert said.isprintable()


@faults("IN5")
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https//models.example.com/v1", "https://models.example.com/v1"),
        ("https:/models.example.com/v1", "https://models.example.com/v1"),
        ("http://::1:8000/v1", "http://[::1]:8000/v1"),
        ("http://fd12:3456::1:8000/v1", "http://[fd12:3456::1]:8000/v1"),
    ],
)
def test_a_slip_in_front_of_the_host_or_around_it_is_mended(text: str, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        base_url.parse(text, allow_http=False)
    assert caught.value.remedy == f"Write `base-url: {meant}`."


@pytest.mark.parametrize("text", ["<https://models.example.com/v1>", "[x](https://example.com/v1)"])
def test_what_is_in_front_of_an_address_is_no_scheme(text: str) -> None:
    with pytest.raises(InputError, match="it begins with another character"):
        base_url.parse(text, allow_http=False)
