"""Reads when a model ends out of a server's list of models."""

import json
from datetime import date


def shutdown_date(text: str, model: str) -> date | None:
    """Return the day on which the model ends, None when `text`, the list as JSON, does not say.

    OpenAI's list has `shutdown_date`, a day or null, for each model
    (https://platform.openai.com/docs/api-reference/models/object); other servers leave it out.
    """
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    rows = listed.get("data") if isinstance(listed, dict) else None
    for row in rows if isinstance(rows, list) else ():
        match row:
            case {"id": str(name), "shutdown_date": str(day)} if name == model:
                return _parse_day(day)
    return None


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
