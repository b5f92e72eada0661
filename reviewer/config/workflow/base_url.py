"""Checks the address of the model server, which receives the code and the API key."""

import ipaddress
import re
import socket
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from reviewer.config.option_types import unquote
from reviewer.config.workflow import api_paths
from reviewer.errors import InputError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Cloud machines give credentials to every process that asks these hosts.
_METADATA_NAMES = (
    "metadata", "metadata.google.internal", "metadata.goog",
    "instance-data", "instance-data.ec2.internal",
)  # fmt: skip
# Link-local first; then the metadata services of AWS over IPv6, Alibaba, Oracle and Azure; then
# addresses that name no host.
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200/32",
            "192.0.0.192/32", "168.63.129.16/32", "0.0.0.0/8", "224.0.0.0/3", "ff00::/8",
        ),
    )
)  # fmt: skip
# An address that an error can repeat, with another scheme or none.
_PLAIN = re.compile(
    r"(?:([a-z]{1,10})(?:://|:/|//))?([A-Za-z0-9.-]{1,100}(?::[0-9]{1,5})?)((?:/[A-Za-z0-9._~/:-]*)?)"
)
# Without a scheme, a text can be anything, such as a key: these are a host or a port for certain.
_SURE = re.compile(r"localhost|.+:[1-9][0-9]{0,4}|.+\.[a-z]{2,8}", re.IGNORECASE)
_LONGEST_UNSURE = 12
# "http://::1:8000/v1": what follows the last colon is the port if a path follows that.
_BARE_IPV6 = re.compile(
    r"(https?://)([0-9a-fA-F:]{2,39})((?::[0-9]{3,5})(?:/[A-Za-z0-9._~/-]{0,40})?)"
)
# A longer part of a path may be a secret.
_LONGEST_SHOWN = 40
# IPv6 networks whose last 32 bits are the IPv4 address that packets are sent to.
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "::/96")))


# Servers that accept no request without a key. Others may be gateways that need none.
_KEYED = (
    "openrouter.ai", "api.mistral.ai", "api.deepseek.com", "api.groq.com", "api.anthropic.com",
    "generativelanguage.googleapis.com", "api.x.ai", "api.together.xyz", "api.fireworks.ai",
)  # fmt: skip


def requires_key(host: str) -> bool:
    """Return True for a host that is known to refuse every request without an API key."""
    return host in _KEYED or host.endswith(api_paths.AZURE_DOMAINS)


def takes_deployments(host: str) -> bool:
    """Return True for Azure, where a model is called by the name of its deployment."""
    return host.endswith(api_paths.AZURE_DOMAINS)


def parse(text: str, *, allow_http: bool) -> str:
    """Return the base URL without its trailing slash, and without quotes around it.

    Raises InputError, which repeats nothing that may be a password.
    """
    text = unquote(text)
    try:
        url = _split(text)
        checked = _check(url, allow_http=allow_http)
        _check_path(url, text)
    except ValueError as refused:
        raise InputError(
            f"The input base-url cannot be used: {refused}.",
            cause="It takes the address of an OpenAI-compatible server.",
            remedy=_add_brackets(text) or _advise(text),
        ) from None
    return checked


def _add_brackets(text: str) -> str:
    """Return the address with brackets around its IPv6 address, "" for any other."""
    found = _BARE_IPV6.fullmatch(text)
    return f"Write `base-url: {found[1]}[{found[2]}]{found[3]}`." if found else ""


def _advise(text: str) -> str:
    """Return the address that was meant, an example if it is not known or may hold a secret."""
    example = "Write, for example, `base-url: https://models.example.com/v1`."
    known = _PLAIN.fullmatch(re.split("[?#]", text)[0])
    longest = _LONGEST_SHOWN if known and known[1] else _LONGEST_UNSURE
    if not known or any(len(part) > longest for part in known[3].split("/")):
        return example
    if not known[1] and not _SURE.fullmatch(known[2]):
        return example
    host = known[2].partition(":")[0].lower()
    address = _resolve(host)
    local = _is_loopback(host, address) or bool(address and address.is_unspecified)
    path = known[3].rstrip("/")
    where, model = known[2] + api_paths.find(host, path), _name_model(host, path)
    meant = f"{'http' if local and known[1] != 'https' else 'https'}://{where}"
    if meant == text:
        return example
    try:
        parse(meant, allow_http=False)
    except InputError as refused:
        return refused.remedy
    if known[1] == "http" and not local and not model:
        own = f"`base-url: http://{where}` and `allow-http: true` if you own the network"
        return f"Write `base-url: {meant}`, or {own}."
    return f"Write `base-url: {meant}`{model}."


def _check_path(url: SplitResult, text: str) -> None:
    """Raise InputError, with the right address, if the path cannot be where the API begins."""
    host, path = (url.hostname or "").rstrip("."), url.path.rstrip("/")
    right = api_paths.find(host, path)
    if right == path:
        if "?" in text or "#" in text:
            raise ValueError("it must end with its path, before any ? or #")
        return
    is_azure = host.endswith(api_paths.AZURE_DOMAINS)
    raise InputError(
        "The input base-url is not the address at which the server's API begins.",
        cause="The action adds /chat/completions, /responses and /models to it."
        + " Azure's addresses with an api-version are not supported." * is_azure,
        remedy=f"Write `base-url: {url.scheme}://{url.netloc}{_hide(right)}`"
        f"{_name_model(host, path)}.",
    )


def _name_model(host: str, path: str) -> str:
    model = api_paths.name_model(host, path)
    return f" and {model}" if model else ""


def _hide(path: str) -> str:
    """Return a path without the parts that may be secret."""
    return "/".join(part if len(part) <= _LONGEST_SHOWN else "…" for part in path.split("/"))


def _check(url: SplitResult, *, allow_http: bool) -> str:
    host = (url.hostname or "").rstrip(".")
    if not host:
        raise ValueError("it names no host")
    address = _resolve(host)
    if address and address.is_unspecified:
        raise _refuse_unspecified(url, address)
    if host in _METADATA_NAMES or (address and any(address in network for network in _NEVER)):
        raise ValueError("link-local and metadata addresses are not allowed")
    if url.scheme == "http" and not allow_http and not _is_loopback(host, address):
        raise ValueError(
            "with http:// everyone on the network path can read the code and the key, so hosts "
            "other than localhost need `allow-http: true` too"
        )
    return url.geturl().rstrip("/")


def _refuse_unspecified(url: SplitResult, address: Address) -> InputError:
    port = f":{url.port}" if url.port else ""
    # Logs of servers have no path, and most of these servers have this one.
    end = f"{port}{_hide(api_paths.find('', url.path.rstrip('/'))) or '/v1'}"
    also = ", and `allow-http: true`" if url.scheme == "http" else ""
    return InputError(
        f"The input base-url cannot be used: {address} is the address of no server.",
        cause=f"Logs of servers show {address} if they listen on every address of their machine.",
        remedy=f"On your own computer, write `base-url: {url.scheme}://127.0.0.1{end}`. In a "
        "workflow, 127.0.0.1 is the container of the action: write the name of the server's host "
        f"or service, as in `base-url: {url.scheme}://NAME{end}`{also}. docs/model-servers.md, "
        '"Where is localhost?", has the addresses.',
    )


def _split(text: str) -> SplitResult:
    if not re.fullmatch(r"[!-~]*", text) or "\\" in text:
        raise ValueError("it contains a blank, a backslash or a character outside of ASCII")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ValueError(f"its host or port cannot be read{_name_port(text)}") from None
    if "://" not in text:
        raise ValueError("it lacks https:// or http:// in front")
    if url.scheme not in ("http", "https"):
        begins = f"with {url.scheme[:10]}://" if url.scheme else "with another character"
        raise ValueError(f"it begins {begins}, and not with https:// or http://")
    if port == 0:
        raise ValueError("0 is no port")
    if "@" in url.netloc:
        raise ValueError("it must not contain a user name or password; use the input api-key")
    if "%" in url.netloc:
        raise ValueError("its host must not contain % signs")
    return url


def _name_port(text: str) -> str:
    """Return a port that is no number, "" for what may be a password."""
    found = re.fullmatch(r"https?://[^@:/?#]+:([0-9][0-9A-Za-z]{0,5})(?:/[^@]*)?", text)
    return f": {found[1]} is no number of a port" if found else ""


def _resolve(host: str) -> Address | None:
    """Return the IP address that a connection would go to, however the host spells it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _read_old_spelling(host)
    if isinstance(address, ipaddress.IPv6Address):
        return _unwrap(address)
    return address


def _unwrap(address: ipaddress.IPv6Address) -> Address:
    if address.sixtofour:
        return address.sixtofour
    inner = int(address) & 0xFFFFFFFF
    if inner > 1 and any(address in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(inner)
    return address


def _read_old_spelling(host: str) -> Address | None:
    """Read old spellings such as 2852039166, 0xA9FEA9FE, 0251.0376.1: resolvers accept them."""
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _is_loopback(host: str, address: Address | None) -> bool:
    if address:
        return address.is_loopback
    return host == "localhost" or host.endswith(".localhost")
