"""What every request to the loopback GitHub passes first: the token, the paths, the headers."""

import time
from email.utils import formatdate

from tests.loopback import graphql, rest
from tests.loopback.calls import error
from tests.loopback.messages import Request, Response
from tests.loopback.state import Site


def respond(site: Site, request: Request) -> Response:
    """Look at the token, then let the right half answer."""
    graph = request.path == site.graphql_path
    site.used_graphql += graph
    site.used += not graph
    if site.limit_status and site.used > site.rate_limit and not graph:
        return error(site.limit_status, "API rate limit exceeded for installation ID 1.")
    if not request.headers.get("user-agent"):
        return error(403, "Request forbidden by administrative rules.")
    given = request.headers.get("authorization", "").split(" ")[-1]
    token = site.tokens.get(given)
    if token is None:
        return error(401, "Bad credentials" if given else "Requires authentication")
    if request.path == site.graphql_path and request.method == "POST":
        return graphql.answer(site, request, token)
    if not request.path.startswith(site.prefix):
        return error(404, "Not Found")
    return rest.respond(site, request, rest_path(site, request), token)


def rest_path(site: Site, request: Request) -> str:
    """The path below the API's prefix, with a repository's number turned into its name."""
    path = request.path.removeprefix(site.prefix)
    number, _, rest_of_it = path.removeprefix("/repositories/").partition("/")
    found = site.repository(f"#{number}")
    if found is None or not path.startswith("/repositories/"):
        return path
    return f"/repos/{found.full_name}/{rest_of_it}"


def headers(site: Site, request: Request, number: int) -> dict[str, str]:
    """What GitHub sends with every answer; `number` counts the requests."""
    found = {
        "Date": formatdate(time.time() + site.clock_ahead, usegmt=True),
        "X-GitHub-Request-Id": f"{number:04X}:LOOP",
        "Server": "github.com",
    }
    if not site.enterprise:
        resource = "graphql" if request.path == site.graphql_path else "core"
        left = rest.rate(site, resource)
        found |= {f"x-ratelimit-{name}": str(value) for name, value in left.items()}
        found["x-ratelimit-resource"] = resource
    return found
