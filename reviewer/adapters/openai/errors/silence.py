"""What it means that a model server sent no response: no host, no server there, or no end of it."""

import re
from urllib.parse import SplitResult, urlsplit

import httpx2
from openai import APIConnectionError

from reviewer.adapters.http import network
from reviewer.adapters.http.retry import TransientError
from reviewer.adapters.openai import response_limit
from reviewer.adapters.openai.connection import OPENAI
from reviewer.adapters.openai.errors import error_bodies
from reviewer.errors import ModelError, ModelRefusedError, ModelUnreachableError, ReplyError

_ATTEMPTS_TO_CONNECT = 4
# A server on this machine that refuses was not started: more waiting does not start it.
_ATTEMPTS_ON_LOOPBACK = 2
# How the resolvers of Linux, macOS and Windows say it.
_UNKNOWN_HOST = re.compile(
    r"name or service|name resolution|nodename nor servname|getaddrinfo|no address associated"
)
# What OpenSSL calls an answer without TLS.
_WRONG_SCHEME = "wrong_version_number"
_LOOPBACK = re.compile(r"(?:.+\.)?localhost|127\.[0-9.]+|::1")


def explain(
    error: APIConnectionError, model: str, base_url: str, key: str
) -> ModelError | TransientError:
    """Return the error for a request without a whole response; `base_url` is as for Connection."""
    if isinstance(error.__cause__, response_limit.TooLargeError):
        return ReplyError(
            f"The response of {model} is larger than {response_limit.LARGEST:,} bytes.",
            cause="base-url is not the address of a model server, or the reply has no end.",
            remedy="Check base-url, and set the input max-output-tokens.",
        )
    url = urlsplit(base_url or OPENAI)
    if isinstance(error.__cause__, httpx2.ProxyError):
        status = network.read_proxy_status(str(error.__cause__))
        if status is not None:
            return _explain_proxy(status, url)
    host = url.hostname or ""
    why = _describe_cause(error, key)
    cause, remedy = _find_cure(host, why)
    plain = _WRONG_SCHEME in why.lower()
    if plain:
        cause, remedy = _advise_http(base_url, host)
    connected = not isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
    kind = ModelError if connected else ModelUnreachableError
    problem = kind(
        f"The model server at {url.netloc} cannot be reached: {why}.", cause=cause, remedy=remedy
    )
    if plain or network.refuses_certificate(why):
        return TransientError(problem, attempts=1)
    absent = "refused" in why.lower() and _LOOPBACK.fullmatch(host)
    return TransientError(
        problem, attempts=_ATTEMPTS_ON_LOOPBACK if absent else _ATTEMPTS_TO_CONNECT
    )


def _explain_proxy(status: int, url: SplitResult) -> ModelError | TransientError:
    """Return the error for a proxy that answered `status` instead of connecting to `url`."""
    variable = network.name_proxy(url.scheme)
    what = f"The proxy in {variable} answered {status}, so {url.netloc} cannot be reached."
    cause, remedy = network.advise_on_proxy(status, variable, url.hostname or "")
    if network.is_lasting(status):
        return ModelRefusedError(what, cause=cause, remedy=remedy)
    problem = ModelUnreachableError(what, cause=cause, remedy=remedy)
    return TransientError(problem, attempts=_ATTEMPTS_TO_CONNECT)


def _advise_http(base_url: str, host: str) -> tuple[str, str]:
    address = base_url.replace("https://", "http://", 1)
    more = "" if _LOOPBACK.fullmatch(host) else ", and `allow-http: true` if you own the network"
    return (
        "The server speaks http there, and base-url begins with https.",
        f"Write `base-url: {address}`{more}.",
    )


def _find_cure(host: str, why: str) -> tuple[str, str]:
    """Return the likely cause and what to do about it."""
    if network.refuses_certificate(why):
        return network.advise_on_certificate(why, "SSL_CERT_FILE", host)
    why = why.lower()
    if _UNKNOWN_HOST.search(why):
        cause = (
            f"The network of the runner knows no host {host}: its name in base-url is misspelled, "
            "or only known in another network."
        )
        remedy = (
            "Correct base-url. A service container of the same job is called by its name in "
            "`services:`. If the variable HTTPS_PROXY is set, check the proxy's name too."
        )
    elif "refused" in why and _LOOPBACK.fullmatch(host):
        cause = (
            "No server listens there. In a workflow, the action runs in a container, where "
            f"{host} is the container itself and not the runner."
        )
        remedy = (
            "Start the server. In a workflow, make it a service of the job: then base-url is "
            "`http://NAME:PORT/v1` with its name in `services:`, and `allow-http: true` is needed."
        )
    else:
        cause = "It is down, base-url is wrong, or the network does not allow the connection."
        remedy = (
            "Check base-url and the network of the runner. HTTPS_PROXY names its proxy, if it has "
            "one."
        )
    return cause, remedy


def _describe_cause(error: APIConnectionError, key: str) -> str:
    """Return why there is no connection, or only the name: other texts may hold headers."""
    cause = error.__cause__
    if isinstance(cause, httpx2.ConnectError):
        return error_bodies.clean(str(cause), key)
    if isinstance(cause, httpx2.RemoteProtocolError | httpx2.ReadError):
        return "it closed the connection before its reply was complete"
    if isinstance(cause, httpx2.ConnectTimeout):
        return "it accepted no connection in time"
    return type(cause or error).__name__
