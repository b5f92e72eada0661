"""What a refusal says of base-url: no API there, one elsewhere, or https in place of http."""

import re
from urllib.parse import urljoin, urlsplit

from reviewer.adapters.openai.errors.error_bodies import Refusal
from reviewer.errors import ModelRefusedError

# What is added to base-url.
_ENDPOINT = re.compile(r"/(?:chat/completions|responses)/?$")
# An address that an error can repeat although a server has chosen it.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]{1,100}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]{1,40})*/?")


def no_endpoint_error(refusal: Refusal) -> ModelRefusedError:
    """Return the error for a server that has nothing at the address of the request."""
    url = urlsplit(refusal.base_url)
    lacks_path = not url.path.rstrip("/").endswith("/v1")
    return ModelRefusedError(
        f"The model server has no API at this address ({refusal.status}): {refusal.message}",
        cause="base-url lacks its path."
        if lacks_path
        else "The server lacks the API that the input api names.",
        remedy=f"Write `base-url: {url.scheme}://{url.netloc}/v1`."
        if lacks_path
        else "Set `api: chat`, and check base-url.",
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
        cause="That is no address of an API: often it is a page to log in, of the server or of a "
        "proxy in front of it.",
        remedy="Ask those who run the server for the address that takes requests with an API key.",
    )


def _find_api(refusal: Refusal) -> str:
    """Return the address of the API that a redirect leads to, "" for any other page."""
    if not refusal.location:
        return ""
    try:
        location = urljoin(f"{refusal.base_url}/chat/completions", refusal.location)
        url = urlsplit(location)
    except ValueError:
        return ""
    path = url.path.rstrip("/")
    right = _ENDPOINT.sub("", path)
    is_api = right != path or right.endswith("/v1")
    return f"{url.scheme}://{url.netloc}{right}" if is_api and _PLAIN.fullmatch(location) else ""
