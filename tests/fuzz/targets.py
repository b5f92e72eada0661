"""What is fuzzed, by name: each target takes any bytes and raises only for a defect."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from tests.fuzz import (
    answers,
    changes,
    events,
    memory,
    places,
    settings,
    templates,
    texts,
    tools,
)

Target: TypeAlias = Callable[[bytes], None]

TARGETS: Mapping[str, Target] = {
    "event": events.event,
    "learned": settings.learned,
    "learnings": settings.learnings,
    "patch": changes.patch,
    "placement": places.placement,
    "prose": texts.prose,
    "raw-diff": changes.raw_diff,
    "reply": answers.reply,
    "report": memory.report,
    "sarif": tools.sarif,
    "secrets": texts.secrets,
    "settings": settings.settings,
    "state": memory.remembered,
    "template": templates.template,
}
