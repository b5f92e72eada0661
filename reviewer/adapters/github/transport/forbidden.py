"""What it means that GitHub forbids a request: permission, organization, conversation or proxy."""

import re

from reviewer.errors import ConversationClosedError, ForbiddenError, ForgeError

# "issues=write; pull_requests=write": semicolons separate alternatives.
_PERMISSION = re.compile(r"([a-z_]{1,40})=(read|write)")
_CLOSED = ("issue is locked", "conversation is locked", "was archived")
# https://github.com/aquasecurity/trivy/issues/10567
_ADDRESS_LIST = "IP allow list"
# https://github.com/fwouts/prmonitor/issues/1042
_SINGLE_SIGN_ON = "SAML enforcement"
# Fine-grained tokens, and classic ones.
_PERSONAL = ("by personal access token", "required scopes")


def explain(request: str, message: str, accepted: str) -> ForgeError:
    """Return the error for a request that GitHub forbids, by its message.

    `accepted` is the header that names the permissions which the request needs.
    """
    if any(word in message for word in _CLOSED):
        return ConversationClosedError(
            f"Nobody may comment here: {message}",
            cause="The conversation is locked or the repository is archived.",
        )
    what = f"The GitHub token may not do {request}{': ' * bool(message)}{message}"
    if _ADDRESS_LIST in message:
        return ForbiddenError(
            what,
            cause="The organization takes requests from the listed addresses only.",
            remedy="Add the address of the runner to the organization's IP allow list, or use a "
            "runner whose address is in it.",
        )
    if _SINGLE_SIGN_ON in message:
        return ForbiddenError(
            what,
            cause="The token in github-token is not authorized for the organization's single "
            "sign-on.",
            remedy="Authorize it: Settings > Developer settings > Personal access tokens > "
            "Configure SSO. Or leave github-token out: the action then uses the workflow's own "
            "token.",
        )
    if any(words in message for words in _PERSONAL):
        return ForbiddenError(
            what,
            cause="The token in github-token is a personal one that lacks it.",
            remedy=f"Give it {_list_permissions(accepted)}, or the scope `repo` if it is a classic "
            "one. Or leave github-token out: the action then uses the workflow's own token.",
        )
    return ForbiddenError(
        what,
        cause="The workflow does not grant the permission; runs from forks never have it.",
        remedy=f"Add to the job: `permissions: {{{_list_permissions(accepted)}}}`.",
    )


def page_error(request: str) -> ForgeError:
    """Return the error for a web page with 403; GitHub's API answers in JSON."""
    return ForgeError(
        f"A web page answered {request} in GitHub's place (403).",
        cause="A proxy or a firewall in front of GitHub does not let the request through.",
        remedy="Ask those who run the network for access to the address in GITHUB_API_URL.",
    )


def _list_permissions(accepted: str) -> str:
    """Return the permissions that a request needs, as in a workflow."""
    ways = accepted.split(";")
    # One alternative is enough; the action needs pull requests anyway.
    choice = next((way for way in ways if "pull_requests" in way), ways[0])
    needed = {"contents": "read", "pull-requests": "write"}
    needed |= {name.replace("_", "-"): level for name, level in _PERMISSION.findall(choice)}
    # Every token has this permission, and GitHub refuses a workflow that names it.
    needed.pop("metadata", None)
    return ", ".join(f"{name}: {level}" for name, level in needed.items())
