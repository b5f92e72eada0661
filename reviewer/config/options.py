"""The declaration of one input: what is said about it, and how its text is taken or refused."""

from collections.abc import Mapping
from typing import Any, TypeVar

from reviewer.config.option_types import Kind
from reviewer.errors import InputError
from reviewer.record import field, fields, record

T = TypeVar("T")

_PREFIX = "INPUT_"
# `with: {args: …, entrypoint: …}` belongs to the runner, which passes it on all the same.
_OF_THE_RUNNER = ("args", "entrypoint")
_LONGEST_SHOWN = 60
SEPARATORS = ", one per line or separated by commas"


@record
class Declaration:
    """What action.yml, the documentation and the parser need to know about one input."""

    field: str
    kind: Kind[Any]
    default: str
    description: str

    @property
    def name(self) -> str:
        """The input's name in a workflow, with hyphens."""
        return self.field.replace("_", "-")

    def parse(self, text: str) -> Any:  # noqa: ANN401 - what the kind says
        """Turn the text into the input's value; raises InputError when it is not allowed."""
        kind = self.kind
        try:
            return kind.parse(text if text or kind.blank else self.default)
        except ValueError as refused:
            shown = "has a value that is not shown here" if kind.secret else f"is {show(text)}"
            reason = f": {refused}" if str(refused) else ""
            raise InputError(
                f"The input {self.name} {shown}, which cannot be used{reason}.",
                cause=f"It takes {kind.allowed}{SEPARATORS if kind.many else ''}.",
                remedy=f"Write, for example, `{self.name}: {kind.example}`.",
            ) from None


def declare(kind: Kind[T], default: str, description: str, *, expression: str = "") -> T:
    """Declare the field of a dataclass as an input.

    `default` is the text that an empty input stands for; `expression` is what the runner puts in.
    """
    about = (kind, expression or default, description)
    return field(kind.parse(default), shown=not kind.secret, about=about)


def of(inputs: type) -> tuple[Declaration, ...]:
    """List the inputs that a dataclass declares."""
    return tuple(
        Declaration(name, *found.about)
        for name, found in fields(inputs).items()
        if isinstance(found.about, tuple)
    )


def given(environ: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Take the inputs out of the environment, where max-files is called INPUT_MAX-FILES.

    Raises InputError for one that is not declared: GitHub only warns, and a misspelt `exclude`
    would send out what should have stayed.
    """
    texts = {
        key.removeprefix(_PREFIX).lower(): text
        for key, text in environ.items()
        if key.startswith(_PREFIX)
    }
    unknown = sorted(texts.keys() - {*names, *_OF_THE_RUNNER})
    if unknown:
        raise InputError(
            f"There is no input {show(unknown[0])}.",
            cause=nearest(unknown[0], names) or "It may belong to another version of the action.",
            remedy=f"The inputs are {', '.join(names)}.",
        )
    return texts


def show(text: str) -> str:
    """Quote a value for an error: on one line, with nothing in it invisible.

    A long one is only measured: cut, a secret in the wrong place would escape the runner's mask.
    """
    if len(text) > _LONGEST_SHOWN:
        return f"a text of {len(text)} characters"
    return repr(text)


def nearest(name: str, names: tuple[str, ...]) -> str:
    """Ask whether the most similar name was meant; empty when none is similar."""
    # Imported late: only a mistake needs it.
    import difflib

    found = difflib.get_close_matches(name.replace("_", "-"), names, n=1)
    return f"Did you mean `{found[0]}`?" if found else ""
