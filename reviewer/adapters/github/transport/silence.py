"""What it means that GitHub sent no response: no network, a proxy that refuses, or no end of it."""

from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, ProxyError

from reviewer.adapters.github.transport import refusals
from reviewer.adapters.http import network
from reviewer.adapters.http.retry import DeadlineError, NotStartedError, TransientError
from reviewer.errors import ForgeError

# A host name that does not resolve rarely resolves later.
_ATTEMPTS_TO_CONNECT = 3


def explain(request: str, problem: Exception, api_url: str) -> ForgeError | TransientError:
    """Return the error for a request without a response; the client raised `problem`."""
    match problem:
        case NotStartedError():
            return ForgeError(
                f"There was no time left for {request}.",
                cause="The run has used up its time.",
                remedy="Raise the input timeout, or review fewer files.",
            )
        case DeadlineError() | requests.Timeout():
            late = ForgeError(
                f"GitHub did not finish its answer to {request} in time.",
                cause="GitHub is slow, or a proxy delays the response.",
                remedy="See https://www.githubstatus.com and run the workflow again.",
            )
            return TransientError(late)
        case OSError(args=[MaxRetryError(reason=reason), *_]):
            return _explain_connection(reason, api_url)
        case OSError() | HTTPError():
            return TransientError(_unreachable_error(problem, api_url))
        case ValueError():
            return refusals.unreadable_error(request, "its headers make no sense")
        case _:
            # PyGithub follows a 301 to the same host and raises bare errors for other ones.
            return ForgeError(
                f"GitHub answered {request} with a redirect that is not followed.",
                cause="GITHUB_API_URL is not the API's own address.",
                remedy="Leave GITHUB_API_URL as the runner sets it.",
            )


def _explain_connection(reason: Exception | None, api_url: str) -> ForgeError | TransientError:
    """Return the error for a connection that was not made."""
    if isinstance(reason, ProxyError):
        status = network.read_proxy_status(str(reason.original_error))
        if status is not None:
            return _explain_proxy(status, api_url)
    return TransientError(_unreachable_error(reason, api_url), attempts=_ATTEMPTS_TO_CONNECT)


def _explain_proxy(status: int, api_url: str) -> ForgeError | TransientError:
    """Return the error for a proxy that answered `status` instead of connecting to GitHub."""
    url = urlsplit(api_url)
    variable = network.name_proxy(url.scheme)
    cause, remedy = network.advise_on_proxy(status, variable, url.hostname or "")
    problem = ForgeError(
        f"The proxy in {variable} answered {status}, so GitHub cannot be reached at {api_url}.",
        cause=cause,
        remedy=remedy,
    )
    if network.is_lasting(status):
        return problem
    return TransientError(problem, attempts=_ATTEMPTS_TO_CONNECT)


def _unreachable_error(reason: Exception | None, api_url: str) -> ForgeError:
    # Only the name of the error: its text may quote the request.
    what = f"GitHub cannot be reached at {api_url} ({type(reason).__name__})."
    if network.refuses_certificate(str(reason)):
        host = urlsplit(api_url).hostname or ""
        cause, remedy = network.advise_on_certificate(str(reason), "REQUESTS_CA_BUNDLE", host)
        return ForgeError(what, cause=cause, remedy=remedy)
    return ForgeError(
        what,
        cause="The runner has no network, or a proxy or firewall blocks the connection.",
        remedy="Check the network of the runner and GITHUB_API_URL. HTTPS_PROXY names its proxy, "
        "if it has one.",
    )
