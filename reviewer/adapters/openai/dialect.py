"""Which optional parameters a model server understands, learned from its refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reviewer.adapters.openai.refusals import Refusal

# How servers name what they refuse, when they do not give the parameter's own name.
_NAMES = {
    "response_format": ("response_format", "response_schema", "json_schema", "structured output"),
    "tools": ("tools", "tool use", "function call", "tool call"),
    "tool_choice": ("tool_choice",),
    "temperature": ("temperature",),
    "max_completion_tokens": ("max_completion_tokens",),
    "max_tokens": ("max_tokens",),
}
_LIMITS = ("max_completion_tokens", "max_tokens", "")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is still sent; `limit` is the name of the token limit, empty for none."""

    response_format: bool = True
    tools: bool = True
    temperature: bool = True
    limit: str = _LIMITS[0]

    def without(self, parameter: str) -> "Dialect":
        """Give up a parameter; a token limit is first tried by its older name."""
        if parameter == self.limit:
            return replace(self, limit=_LIMITS[_LIMITS.index(parameter) + 1])
        return Dialect(
            self.response_format and parameter != "response_format",
            # A server that takes no choice among tools is offered none.
            self.tools and parameter not in {"tools", "tool_choice"},
            self.temperature and parameter != "temperature",
            self.limit,
        )


def refused(sent: Mapping[str, object], refusal: Refusal) -> str:
    """Name the sent parameter that a refusal is about, empty when it is about something else.

    Where the server does not say, it is the parameter that its text names first.
    """
    optional = [name for name in _NAMES if name in sent]
    culprit = refusal.parameter.split(".")[0]
    if culprit in optional:
        return culprit
    places = [
        (refusal.text.find(word), name)
        for name in optional
        for word in _NAMES[name]
        if word in refusal.text
    ]
    return min(places)[1] if places else ""
