"""How GitHub says no, and how it fails: limits, permissions, odd answers, no answer."""

import logging

import pytest

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.http.retry import Deadline, Policy
from reviewer.errors import (
    ConversationClosedError,
    ForbiddenError,
    ForgeError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
)
from reviewer.operations import CreateComment, UpdateComment
from tests.adapters.forges import HurriedDeadline, apply_write, forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Cut, Drip, Failure, Hang, Reset
from tests.loopback.github import BLIND_TOKEN, READ_TOKEN, TOKEN, LoopbackGitHub
from tests.loopback.proxy import PAGE

MARKER = "<!-- code-review-action name=default v=1 -->"
CREATE = CreateComment(7, f"{MARKER}\nReview", MARKER)
POST = "POST .*/issues/7/comments"
NOW = "Tue, 24 Nov 2026 12:00:00 GMT"
NOW_SECONDS = 1_795_521_600


@faults("GH7")
@pytest.mark.parametrize("code", [403, 429])
@pytest.mark.parametrize("retry_after", [None, 0.02])
def test_a_secondary_limit_is_waited_out(
    github: LoopbackGitHub, code: int, retry_after: float | None
) -> None:
    github.add_pull()
    github.fail(POST, failures.rate_limited(code=code, retry_after=retry_after))
    forge(github).apply(CREATE)
    assert len(github.bodies) == 1


@faults("GH7")
def test_a_limit_without_a_number_is_waited_out_for_a_minute(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail(POST, failures.status(429, {"message": "Slow down"}))
    with pytest.raises(RateLimitedError, match="without saying for how long"):
        forge(github, seconds=30, policy=Policy()).apply(CREATE)
    assert len(github.sent(POST)) == 1


@faults("GH8")
def test_an_hour_is_not_slept(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail(POST, failures.rate_limited(retry_after=3600))
    with pytest.raises(RateLimitedError, match="wait 60 minutes") as raised:
        forge(github, seconds=1800).apply(CREATE)
    assert raised.value.exit_code == 1
    assert len(github.requests) == 1


@faults("GH8", "CO6")
@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW_SECONDS + 3300)},
        {"Retry-After": "Tue, 24 Nov 2026 12:55:00 GMT"},
    ],
)
def test_a_moment_is_compared_with_the_clock_of_the_server(
    github: LoopbackGitHub, headers: dict[str, str]
) -> None:
    github.add_pull()
    said = {"message": "API rate limit exceeded."}
    github.fail(POST, failures.status(403, said, headers={"Date": NOW, **headers}))
    with pytest.raises(RateLimitedError, match="wait 55 minutes"):
        forge(github, seconds=1800).apply(CREATE)


@faults("GH8", "CO6")
def test_a_moment_that_has_passed_is_not_waited_for(github: LoopbackGitHub) -> None:
    github.add_pull()
    limit = {"Date": NOW, "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW_SECONDS - 99)}
    github.fail(POST, failures.status(403, {"message": "API rate limit exceeded."}, headers=limit))
    forge(github).apply(CREATE)
    assert len(github.bodies) == 1


@faults("GH7")
@pytest.mark.parametrize("header", ["-5", "nan", "1e9", "soon", "9" * 40, ""])
def test_a_wait_that_makes_no_sense_is_ignored(github: LoopbackGitHub, header: str) -> None:
    github.add_pull()
    said = {"message": "You have exceeded a secondary rate limit."}
    github.fail(POST, failures.status(403, said, headers={"Retry-After": header}))
    forge(github).apply(CREATE)
    assert len(github.bodies) == 1


@faults("GH9")
def test_a_missing_permission_is_printed_as_a_line_to_paste(github: LoopbackGitHub) -> None:
    github.add_pull()
    with pytest.raises(ForbiddenError) as raised:
        forge(github, token=READ_TOKEN).apply(CREATE)
    line = "`permissions: {contents: read, pull-requests: write}`"
    assert line in raised.value.remedy
    assert raised.value.exit_code == 2
    assert len(github.requests) == 1


@faults("GH9")
def test_permissions_are_known_without_the_header_too(github: LoopbackGitHub) -> None:
    github.add_pull()
    said = {"message": "Resource not accessible by integration"}
    github.fail(POST, failures.status(403, said))
    with pytest.raises(ForbiddenError, match="pull-requests: write"):
        forge(github).apply(CREATE)


@faults("GH9")
def test_a_query_without_permission_is_forbidden(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail("graphql", failures.graphql_errors("Resource not accessible by integration"))
    with pytest.raises(ForbiddenError, match="pull-requests: write"):
        forge(github).snapshot(7)


@faults("GH9")
def test_nothing_but_permissions_is_copied_from_the_header(github: LoopbackGitHub) -> None:
    github.add_pull()
    accepted = "pull_requests=write, evil: yes::stop, metadata=read, checks=write"
    hostile = {"X-Accepted-GitHub-Permissions": accepted}
    github.fail(POST, failures.status(403, {"message": "No"}, headers=hostile))
    with pytest.raises(ForbiddenError) as raised:
        forge(github).apply(CREATE)
    line = "`permissions: {contents: read, pull-requests: write, checks: write}`"
    assert raised.value.remedy == f"Add to the job: {line}."


# https://github.com/aquasecurity/trivy/issues/10567 and
# https://github.com/fwouts/prmonitor/issues/1042
ORGANIZATION = {
    "Although you appear to have the correct authorization credentials, the `octo` organization "
    "has an IP allow list enabled, and your IP address is not permitted to access this resource.": (
        "IP allow list, or use a runner"
    ),
    "Resource protected by organization SAML enforcement. You must grant your Personal Access "
    "token access to this organization.": "Configure SSO",
}


@faults("GH9")
@pytest.mark.parametrize("how", ["in a query", "with 403"])
@pytest.mark.parametrize("message", ORGANIZATION, ids=["addresses", "single sign-on"])
def test_what_an_organization_forbids_is_quoted_and_no_matter_of_permissions(
    github: LoopbackGitHub, message: str, how: str
) -> None:
    github.add_pull()
    said = (
        failures.graphql_errors(message)
        if how == "in a query"
        else failures.status(403, {"message": message})
    )
    github.fail("graphql", said)
    with pytest.raises(ForbiddenError) as raised:
        forge(github).snapshot(7)
    assert message[:100] in raised.value.what
    assert ORGANIZATION[message] in raised.value.remedy
    assert "permissions:" not in str(raised.value)
    assert len(github.requests) == 1


PERSONAL = (
    "Resource not accessible by personal access token",
    (
        "Your token has not been granted the required scopes to execute this query. The 'id' field "
        "requires one of the following scopes: ['repo']."
    ),
)


@faults("GH9")
@pytest.mark.parametrize("how", ["in a query", "with 403"])
@pytest.mark.parametrize("message", PERSONAL, ids=["fine-grained", "classic"])
def test_a_permission_of_a_personal_token_is_not_set_in_the_workflow(
    github: LoopbackGitHub, message: str, how: str
) -> None:
    github.add_pull()
    said = (
        failures.graphql_errors(message, kind="INSUFFICIENT_SCOPES")
        if how == "in a query"
        else failures.status(403, {"message": message})
    )
    github.fail("graphql", said)
    with pytest.raises(ForbiddenError) as raised:
        forge(github).snapshot(7)
    assert message[:80] in raised.value.what
    assert raised.value.cause == "The token in github-token is a personal one that lacks it."
    assert "contents: read, pull-requests: write" in raised.value.remedy
    assert "scope `repo`" in raised.value.remedy
    assert "Add to the job" not in str(raised.value)
    assert len(github.requests) == 1


@faults("GH9")
def test_what_a_query_does_not_find_is_named_as_github_names_it(github: LoopbackGitHub) -> None:
    github.add_pull()
    message = "Could not resolve to a Repository with the name 'octo/shop'."
    github.fail("graphql", failures.graphql_errors(message, kind="NOT_FOUND"))
    with pytest.raises(NotFoundError) as raised:
        forge(github).snapshot(7)
    assert raised.value.what.startswith(message.removesuffix("."))


@faults("GH9")
def test_a_page_that_refuses_is_no_matter_of_permissions(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail("graphql", failures.html(PAGE.decode(), code=403))
    with pytest.raises(ForgeError, match="A web page answered POST /graphql") as raised:
        forge(github).snapshot(7)
    assert not isinstance(raised.value, ForbiddenError)
    assert "Ask those who run the network" in raised.value.remedy
    assert len(github.requests) == 1


# https://github.com/facebook/sapling/issues/906 has a whole answer.
@faults("GH22")
def test_a_server_that_lacks_a_field_is_said_to_be_too_old(github: LoopbackGitHub) -> None:
    github.add_pull()
    row = {
        "path": ["query Snapshot", "repository", "pullRequest", "comments", "fullDatabaseId"],
        "extensions": {
            "code": "undefinedField",
            "typeName": "IssueComment",
            "fieldName": "fullDatabaseId",
        },
        "locations": [{"line": 17, "column": 9}],
        "message": "Field 'fullDatabaseId' doesn't exist on type 'IssueComment'",
    }
    github.fail("graphql", failures.status(200, {"errors": [row]}), forever=True)
    with pytest.raises(ForgeError, match="'fullDatabaseId' doesn't exist") as raised:
        forge(github).snapshot(7)
    assert "older than the action needs" in raised.value.cause
    assert "3.13 or newer" in raised.value.remedy


@faults("GH10")
def test_a_token_that_is_not_accepted_is_not_tried_again(github: LoopbackGitHub) -> None:
    github.add_pull()
    with pytest.raises(UnauthorizedError):
        forge(github, token="ghs_expired").snapshot(7)
    assert len(github.requests) == 1


@faults("IN6")
def test_an_empty_token_is_not_sent(github: LoopbackGitHub) -> None:
    with pytest.raises(UnauthorizedError, match="empty"):
        forge(github, token="")


@faults("GH11")
@pytest.mark.parametrize(("token", "number"), [(BLIND_TOKEN, 7), (TOKEN, 8)])
def test_not_found_says_that_it_may_be_a_matter_of_access(
    github: LoopbackGitHub, token: str, number: int
) -> None:
    github.add_pull(7)
    with pytest.raises(NotFoundError, match="not found, or the token may not see it") as raised:
        forge(github, token=token).snapshot(number)
    assert raised.value.exit_code == 2
    assert len(github.requests) == 1


@faults("GH12")
def test_a_locked_conversation_takes_no_comment(github: LoopbackGitHub) -> None:
    github.add_pull(locked=True)
    with pytest.raises(ConversationClosedError, match="locked"):
        forge(github).apply(CREATE)
    assert len(github.requests) == 1


@faults("GH12")
def test_an_archived_repository_takes_no_comment(github: LoopbackGitHub) -> None:
    github.add_pull()
    existing = github.comment(MARKER)
    github.repository.archived = True
    with pytest.raises(ConversationClosedError, match="archived"):
        forge(github).apply(UpdateComment(existing.id, "New"))
    assert len(github.requests) == 1


@pytest.mark.parametrize("code", [400, 404, 409, 422])
def test_what_is_wrong_for_good_is_not_tried_again(github: LoopbackGitHub, code: int) -> None:
    github.add_pull()
    github.fail(POST, failures.status(code), forever=True)
    with pytest.raises(ForgeError, match=f"with {code}"):
        forge(github).apply(CREATE)
    assert len(github.requests) == 1


WRONG: list[Failure] = [
    failures.malformed(),
    failures.html(),
    failures.empty(),
    failures.malformed(b"[" * 100_000),
    failures.malformed(b'"text"'),
    failures.status(200, {"data": {"repository": {"pullRequest": {"number": "7"}}}}),
    failures.status(200, {"data": [1]}),
]


@faults("GH17")
@pytest.mark.parametrize("fault", WRONG)
def test_a_malformed_answer_is_asked_for_once_more(github: LoopbackGitHub, fault: Failure) -> None:
    github.add_pull()
    github.fail("graphql", fault)
    assert forge(github).snapshot(7).pull.number == 7


@faults("GH17")
@pytest.mark.parametrize("fault", WRONG)
def test_an_answer_that_stays_malformed_is_an_error(github: LoopbackGitHub, fault: Failure) -> None:
    github.add_pull()
    github.fail("graphql", fault, forever=True)
    with pytest.raises(ForgeError, match="cannot be used"):
        forge(github).snapshot(7)
    assert len(github.requests) == 2


@faults("GH17")
@pytest.mark.parametrize("field", ["title", "headRefOid", "state", "labels", "author", "isDraft"])
def test_a_field_of_the_wrong_type_is_an_error(github: LoopbackGitHub, field: str) -> None:
    github.add_pull()

    def spoil(value: object) -> object:
        match value:
            case {"data": {"repository": {"pullRequest": dict(pull)}}}:
                pull[field] = 5
            case _:
                raise AssertionError(value)
        return value

    github.fail("graphql", failures.edited(spoil), forever=True)
    with pytest.raises(ForgeError, match="cannot be used"):
        forge(github).snapshot(7)


@faults("GH17")
@pytest.mark.parametrize("rows", [{}, [1], [{"filename": "a"}], None])
def test_a_list_of_files_of_the_wrong_shape_is_an_error(
    github: LoopbackGitHub, rows: object
) -> None:
    github.add_pull()
    door = forge(github)
    pull = door.snapshot(7).pull
    github.fail("/files", failures.status(200, rows), forever=True)
    with pytest.raises(ForgeError, match="cannot be used"):
        door.changed_files(pull.number, 0)


@faults("GH17")
def test_rate_headers_that_make_no_sense_are_an_error(github: LoopbackGitHub) -> None:
    github.add_pull()
    odd = {"x-ratelimit-limit": "many", "x-ratelimit-remaining": "few"}
    github.fail("graphql", failures.status(200, {}, headers=odd), forever=True)
    with pytest.raises(ForgeError, match="headers make no sense"):
        forge(github).snapshot(7)


@faults("GH21")
def test_a_body_that_drips_does_not_outlive_the_deadline(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.warm()
    github.fail("graphql", Drip(0.02), forever=True)
    # Its clock does not move: only the time of a request passes.
    quarter = Deadline(0.25, clock=lambda: 0.0, pause=lambda _seconds: None)
    with pytest.raises(ForgeError, match="did not finish"):
        forge(github, deadline=quarter, policy=Policy(attempts=1)).snapshot(7)


@faults("GH21")
def test_an_answer_that_drips_is_asked_for_again(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.warm()
    github.fail("graphql", Drip(0.02))
    assert forge(github, deadline=HurriedDeadline(github)).snapshot(7).pull.number == 7
    assert len(github.sent("graphql")) == 2


@faults("GH21")
@pytest.mark.parametrize("fault", [Reset(), Cut(), Hang(0.01), failures.status(503)])
def test_a_lost_answer_is_asked_for_again(github: LoopbackGitHub, fault: Failure) -> None:
    github.add_pull()
    github.fail("graphql", fault)
    assert forge(github).snapshot(7).pull.number == 7


def _door(api_url: str, graphql_url: str, *, seconds: float = 20.0) -> GitHub:
    return GitHub(
        token=TOKEN,
        repository="octo/shop",
        api_url=api_url,
        graphql_url=graphql_url,
        deadline=Deadline(seconds),
        policy=Policy(first_wait=0.001, jitter=0),
    )


@faults("GH21", "CO2")
def test_a_server_that_cannot_be_reached_is_named() -> None:
    with pytest.raises(ForgeError, match="cannot be reached at http://127") as raised:
        _door("http://127.0.0.1:1", "http://127.0.0.1:1/graphql").snapshot(7)
    assert "Check the network of the runner and GITHUB_API_URL" in raised.value.remedy


@faults("GH21", "CO2")
def test_a_name_that_does_not_resolve_is_named() -> None:
    with pytest.raises(ForgeError, match=r"nowhere\.invalid|did not finish"):
        _door("http://nowhere.invalid", "http://nowhere.invalid/graphql").snapshot(7)


@faults("GH21")
def test_a_server_without_tls_where_tls_is_expected_is_an_error(
    github: LoopbackGitHub,
) -> None:
    url = github.url.replace("http:", "https:")
    with pytest.raises(ForgeError, match=r"cannot be reached .*SSLError"):
        _door(url, f"{url}/graphql").snapshot(7)


def test_without_time_nothing_is_sent(github: LoopbackGitHub) -> None:
    github.add_pull()
    with pytest.raises(ForgeError, match="no time left"):
        forge(github, seconds=0).snapshot(7)
    assert not github.requests


def test_the_token_goes_to_no_second_server(github: LoopbackGitHub) -> None:
    with pytest.raises(ForgeError, match="not addresses of one server"):
        _door(github.api_url, "http://localhost:9/graphql")


@pytest.mark.parametrize("url", ["", "github.example", "file:///etc"])
def test_an_address_that_is_none_is_an_error(url: str) -> None:
    with pytest.raises(ForgeError, match="not addresses of one server"):
        _door(url, url)


@faults("GH22")
def test_an_enterprise_server_works_from_its_addresses(enterprise: LoopbackGitHub) -> None:
    made = enterprise.add_pull()
    door = forge(enterprise)
    snapshot = door.snapshot(7)
    assert door.changed_files(snapshot.pull.number, 0)
    assert door.raw_diff(snapshot.pull) == made.raw_diff
    assert door.content("src/app.py", made.head_sha) == b"new = 2\n"
    comment = apply_write(door, CREATE)
    door.apply(UpdateComment(comment.id, "New"))
    assert enterprise.bodies == ["New"]
    assert {request.path.split("/")[2] for request in enterprise.requests} == {"v3", "graphql"}


@faults("SE16")
def test_the_log_names_no_token(github: LoopbackGitHub, caplog: pytest.LogCaptureFixture) -> None:
    github.add_pull()
    github.fail("graphql", failures.status(503), Reset(), failures.rate_limited(retry_after=0.01))
    with caplog.at_level(logging.DEBUG):
        forge(github).snapshot(7)
    assert len([line for line in caplog.messages if "Trying again" in line]) == 3
    assert TOKEN not in caplog.text
