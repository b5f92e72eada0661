"""Renders the repository's own wording of what the model is asked: no other text is in it."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reviewer.config import template_parts
from reviewer.llm.batch_request import BatchRequest
from reviewer.text import markdown
from reviewer.text.own_templates import OwnTemplate
from reviewer.text.template_language import TemplateError, Value
from reviewer.text.templates import SafeText

log = logging.getLogger(__name__)

OURS: Mapping[str, SafeText] = {
    name.removesuffix(template_parts.SUFFIX): SafeText()
    for name in template_parts.NAMES
    if template_parts.is_in_prompt(name)
}
"""No part is replaced."""


@dataclass(frozen=True, slots=True)
class OwnWording:
    """The templates of prompts that a repository replaces, by the names of their files."""

    templates: Mapping[str, OwnTemplate] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Iterable[tuple[str, str]]) -> "OwnWording":
        """Return the wording of templates that were checked before."""
        return cls(template_parts.parse_all(parts))

    def render(self, request: Mapping[str, object]) -> Mapping[str, SafeText]:
        """Return each part by its short name, "" for those that are ours.

        `request` holds the values of a prompt.
        """
        values = _choose_values(request)
        own = {
            name.removesuffix(template_parts.SUFFIX): _render(name, template, values)
            for name, template in self.templates.items()
        }
        return {**OURS, **own}


def _render(name: str, template: OwnTemplate, values: Mapping[str, Value]) -> SafeText:
    try:
        return SafeText(template.render(values, markdown.line, {}))
    except TemplateError as problem:
        # It was fine with all samples: ours is better than no review.
        log.warning("The template %s was not used: %s", name, problem.what)
        return SafeText()


def _choose_values(request: Mapping[str, object]) -> Mapping[str, Value]:
    """Return numbers of ours alone: nothing that an author wrote comes into a template."""
    batch, found, parts = (request.get(name) for name in ("request", "findings", "parts"))
    return {
        "files": len(parts) if isinstance(parts, tuple) else 0,
        "most_findings": batch.most_findings if isinstance(batch, BatchRequest) else 0,
        "findings": len(found) if isinstance(found, tuple) else 0,
    }
