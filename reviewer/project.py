"""The address of this project: the one place that names its owner.

In a copy with another owner, change HOME and run `make generate`: the workflow and schema addresses
of README, docs and examples follow.
"""

HOME = "https://github.com/org/code-review-action"
REPOSITORY = "/".join(HOME.rsplit("/", 2)[1:])
"""As `uses:` names it in a workflow: owner and name."""
_SCHEMAS = f"https://raw.githubusercontent.com/{REPOSITORY}/v1/schema"
FILE_SCHEMA = f"{_SCHEMAS}/code-review.schema.json"
LEARNINGS_SCHEMA = f"{_SCHEMAS}/code-review-learnings.schema.json"
_TROUBLESHOOTING = f"{HOME}/blob/main/docs/troubleshooting.md"


def help_address(section: str) -> str:
    """Return the address of a section of docs/troubleshooting.md, by the name of its anchor."""
    return f"{_TROUBLESHOOTING}#{section}"
