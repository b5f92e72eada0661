"""Says in the words of a shell what an error says in those of a workflow."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.workflow import inputs

_NAME = r"[a-z]+(?:-[a-z]+)*"
_ABOUT_WORKFLOWS = re.compile(r" ?\bIn a workflow, .*?\.(?= |$)")
_ASSIGNMENT = re.compile(rf"`({_NAME}): ([^`]*)`")
# Names that are no words of English are inputs wherever they are.
_INPUT = re.compile(
    rf"(?P<article>\b[Tt]he) input (?P<named>{_NAME})"
    r"|(?<![\w/.-])(?<!--input )(?<!--input ')(?P<bare>api-key|base-url|github-token|plan-only)"
    r"(?![\w-])"
)
_HELP = " Help: "
# Who excludes a file, or writes a pattern: the words of notes and of reasons.
_THE_WORKFLOW = re.compile(r"\b(?P<what>(?:includ|exclud)ed? (?:of|by) the) workflow\b")

_THE_WORKSPACE = re.compile(r"\bthe workspace\b")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for inputs here; `sources` names the variable or the option that sets each."""

    sources: Mapping[str, str]

    def translate(self, text: str) -> str:
        """Return a message in which inputs are what they are in a shell.

        Values that are to be written may come from a server: they are quoted. What is about the
        settings file is as in a workflow.
        """
        if PATH in text:
            return text
        message, help_, address = text.partition(_HELP)
        message = _ABOUT_WORKFLOWS.sub("", message)
        message = _THE_WORKFLOW.sub(r"\g<what> command line", message)
        message = _THE_WORKSPACE.sub("the repository's folder", message)
        message = _ASSIGNMENT.sub(self._assign, message)
        return _INPUT.sub(self._name, message) + help_ + address

    def _assign(self, found: re.Match[str]) -> str:
        name, value = found[1], _unquote(found[2])
        if name not in _NAMES:
            return found[0]
        # The value of a secret is an expression of a workflow, which means nothing to a shell.
        value = "..." if "${{" in value else value
        source = self.sources.get(name, "")
        if source.isupper():
            return f"`export {source}={shlex.quote(value)}`"
        return f"`--input {shlex.quote(f'{name}={value}')}`"

    def _name(self, found: re.Match[str]) -> str:
        name = found["named"] or found["bare"]
        # A server's words may be about another input, or about its own base-url.
        if name not in _NAMES:
            return found[0]
        if source := self.sources.get(name):
            return source
        return f"`--input {name}=...`" if found["article"] == "the" else found[0]


def _unquote(value: str) -> str:
    """Return a value without the quotes that YAML needs around it."""
    quote = value[:1]
    quoted = len(value) > 1 and quote in {"'", '"'} and value.endswith(quote)
    return value[1:-1].replace(quote * 2, quote) if quoted else value


_NAMES = frozenset(each.name for each in inputs.DECLARATIONS)
