"""Warns before a model ends."""

from datetime import date

DAYS_AHEAD = 60
"""OpenAI announces the end of a model six months before; two are left to act on it."""


def warning(model: str, ends: date | None, today: date) -> str:
    """Say that the model ends soon, empty when it does not or when nobody knows."""
    if ends is None or (ends - today).days > DAYS_AHEAD:
        return ""
    if ends <= today:
        return f"the model {model} was to be shut down on {ends}; set the input model to another"
    return f"the model {model} will be shut down on {ends}; set the input model to another by then"
