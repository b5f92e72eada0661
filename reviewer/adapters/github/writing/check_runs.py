"""Posts a check run with all of its annotations, in as many requests as they need."""

from reviewer.adapters.github import rest_json
from reviewer.adapters.github.transport.http import Repository, Request
from reviewer.operations import CheckAnnotation, CreateCheckRun

MOST_ANNOTATIONS = 50
"""Annotations of one request ("The Checks API limits the number of annotations to a maximum of
50 per API request")."""


def create(repository: Repository, wanted: CreateCheckRun) -> None:
    """Post the check run.

    A lost response may leave two check runs of one name; GitHub shows the newer one.
    Raises what `ports.Forge.apply` raises.
    """
    rows = [_annotation_json(row) for row in wanted.annotations]
    body = {
        "name": wanted.name,
        "head_sha": wanted.head_sha,
        "status": "completed",
        "conclusion": wanted.conclusion.value,
        "output": _output_json(wanted, rows[:MOST_ANNOTATIONS]),
    }
    post = Request("POST", repository.url("check-runs"), body=body, writes=True)
    number = repository.retry(
        "Posting the check run", lambda: repository.send(post).read(rest_json.read_posted)
    )
    url = repository.url(f"check-runs/{number}")

    def add(portion: list[dict[str, object]]) -> None:
        patch = Request("PATCH", url, body={"output": _output_json(wanted, portion)}, writes=True)
        repository.retry(
            "Adding to the check run", lambda: repository.send(patch).read(rest_json.read_posted)
        )

    for start in range(MOST_ANNOTATIONS, len(rows), MOST_ANNOTATIONS):
        add(rows[start : start + MOST_ANNOTATIONS])


def _output_json(wanted: CreateCheckRun, rows: list[dict[str, object]]) -> dict[str, object]:
    return {"title": wanted.title, "summary": wanted.summary, "annotations": rows}


def _annotation_json(row: CheckAnnotation) -> dict[str, object]:
    return {
        "path": row.path,
        "start_line": row.start_line,
        "end_line": row.end_line,
        "annotation_level": row.level,
        "title": row.title,
        "message": row.message,
    }
