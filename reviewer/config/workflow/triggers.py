"""Reads from the text of a workflow if a comment on a pull request starts it."""

import re

import yaml

_COMMENT = "issue_comment"
_LARGEST = 200_000
# A condition that lets comments through names their event or what only comments have.
_ACCEPTS = re.compile(
    r"==\s*'issue_comment'|'issue_comment'\s*==|github\.event\.(?:comment|issue)\b"
)


def takes_comments(text: str) -> bool:
    """Return True if a new comment starts one of the jobs, as far as the text says.

    `text` is that of the default branch, which is the one that comments start. What cannot be read
    takes none: commands that do nothing are worse than none.
    """
    if len(text) > _LARGEST:
        return False
    try:
        # All scalars are texts, `on` too, and aliases share what they repeat.
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes no objects
    except (yaml.YAMLError, RecursionError, ValueError):
        return False
    if not isinstance(document, dict):
        return False
    jobs = document.get("jobs")
    return (
        _is_started(document.get("on"))
        and isinstance(jobs, dict)
        and any(map(_accepts, jobs.values()))
    )


def _is_started(triggers: object) -> bool:
    match triggers:
        case str():
            return triggers == _COMMENT
        case list():
            return _COMMENT in triggers
        case dict() if _COMMENT in triggers:
            rules = triggers[_COMMENT]
            types = rules.get("types", "created") if isinstance(rules, dict) else "created"
            return "created" in (types if isinstance(types, list) else [types])
        case _:
            return False


def _accepts(job: object) -> bool:
    if not isinstance(job, dict):
        return False
    condition = job.get("if", "")
    return not condition or (isinstance(condition, str) and bool(_ACCEPTS.search(condition)))
