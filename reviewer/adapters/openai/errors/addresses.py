"""What a refusal says of base-url: no API there, one elsewhere, or https in place of http."""

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from reviewer.adapters.openai.errors.error_bodies import Refusal
from reviewer.errors import ModelRefusedError

# What is added to base-url.
_CHAT = "/chat/completions"
_ENDPOINT = re.compile(r"/(?:chat/completions|responses)/?$")
# An address that an error can repeat although a server has chosen it.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]{1,100}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]{1,40})*/?")
# A name on the internet. An IP address in any spelling, and a name without a dot, are something
# else: a server must not lead to what is in the network of the runner.
_PUBLIC = re.compile(
    r"(?!.*\.(?:internal|local|localhost)$|metadata\.goog$)(?:[\w-]+\.)+[a-z][\w-]*"
)
_PORTS = {"http": 80, "https": 443}


def no_endpoint_error(refusal: Refusal) -> ModelRefusedError:
    """Return the error for a server that has nothing at the address of the request."""
    what = f"The model server has no API at this address ({refusal.status}): {refusal.message}"
    if names_host_alone(refusal):
        url = urlsplit(refusal.base_url)
        return ModelRefusedError(
            what,
            cause="base-url lacks its path.",
            remedy=f"Write `base-url: {url.scheme}://{url.netloc}/v1`.",
        )
    if refusal.path == _CHAT:
        return ModelRefusedError(
            what,
            cause="The action adds /chat/completions to base-url. The server has nothing there.",
            remedy="Check base-url, which usually ends in /v1.",
        )
    return ModelRefusedError(
        what,
        cause="The server lacks the API that the input api names.",
        remedy="Set `api: chat`, and check base-url.",
    )


def names_host_alone(refusal: Refusal) -> bool:
    """Return True if base-url has no path, with which hardly any server is called."""
    return not urlsplit(refusal.base_url).path.strip("/")


def https_error(refusal: Refusal) -> ModelRefusedError:
    """Return the error for a server that takes https alone."""
    return ModelRefusedError(
        f"The model server refused the request ({refusal.status}): {refusal.message}",
        cause="The server speaks https there, and base-url begins with http.",
        remedy=f"Write `base-url: {refusal.base_url.replace('http://', 'https://', 1)}`.",
    )


def redirect_error(refusal: Refusal) -> ModelRefusedError:
    """Return the error for a redirect, with the right address where it leads to an API."""
    what = f"The model server redirects ({refusal.status}) to {refusal.location or 'nowhere'}."
    if meant := _find_api(refusal):
        return ModelRefusedError(
            what,
            cause="base-url is not the server's own address. Prompts do not follow redirects.",
            remedy=f"Write `base-url: {meant}`, if you trust that address.",
        )
    return ModelRefusedError(
        what,
        cause="Prompts do not follow redirects. Many lead to a page to log in, of the server or of "
        "a proxy in front of it.",
        remedy="Ask those who run the server for the address that takes requests with an API key.",
    )


def _find_api(refusal: Refusal) -> str:
    """Return the address of the API that a redirect leads to, "" for any that is not offered."""
    if not refusal.location:
        return ""
    try:
        location = urljoin(f"{refusal.base_url}{refusal.path}", refusal.location)
        url = urlsplit(location)
        path = url.path.rstrip("/")
        meant = url._replace(path=_ENDPOINT.sub("", path))
        offered = _may_offer(urlsplit(refusal.base_url), meant)
    except ValueError:
        return ""
    is_api = meant.path != path or meant.path.endswith("/v1")
    return meant.geturl() if is_api and offered and _PLAIN.fullmatch(location) else ""


def _may_offer(base: SplitResult, meant: SplitResult) -> bool:
    """Return True for another address than that of base-url that is no less safe.

    Raises ValueError for a port that is no number.
    """
    same_host = meant.hostname == base.hostname
    if meant.scheme == "http" and not (same_host and base.scheme == "http"):
        return False
    if not same_host:
        return bool(_PUBLIC.fullmatch(meant.hostname or ""))
    return _name_place(meant) != _name_place(base)


def _name_place(url: SplitResult) -> tuple[str, int | None, str]:
    """Return what tells two addresses of one host apart."""
    return url.scheme, url.port or _PORTS.get(url.scheme), url.path.rstrip("/")
