"""Declares a setting once; the inputs, the repository's file, the merge and the docs use it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from reviewer.config import option_types
from reviewer.config.option_types import OptionType
from reviewer.config.tightening import KeptApart, Rule
from reviewer.errors import InputError
from reviewer.record import field, fields, record, replace

T = TypeVar("T")

_PREFIX = "INPUT_"
# The runner has inputs of its own, `with: {args: …, entrypoint: …}`, and passes them on too.
_OF_THE_RUNNER = ("args", "entrypoint")
_LONGEST_SHOWN = 60
_EXPRESSION = "${{"
SEPARATORS = ", one per line or separated by commas"


@record
class Declaration:
    """A setting as it was declared.

    `field` is its name in Python, `name` the one in a workflow and in the repository's file.
    """

    field: str
    name: str
    kind: OptionType[Any]
    default: str
    description: str
    file: Rule[Any] | KeptApart | None
    in_fingerprint: bool

    def refuse(self, text: str, refused: ValueError) -> InputError:
        """Return the error for the text of an input that is not allowed."""
        # Imported late: only an error needs it.
        from reviewer.config.workflow import input_mistakes

        kind = self.kind
        shown = "has a value that is not shown here" if kind.secret else f"is {show(text)}"
        reason = f": {refused}" if str(refused) else ""
        return InputError(
            f"The input {self.name} {shown}, which cannot be used{reason}.",
            cause=f"It takes {kind.allowed}{SEPARATORS if kind.many else ''}.",
            remedy=input_mistakes.advise(self.name, kind, text),
        )


def declare(
    kind: OptionType[T],
    default: str,
    description: str,
    *,
    file: Rule[T] | KeptApart | None = None,
    in_fingerprint: bool = True,
) -> T:
    """Declare the field of a record as a setting.

    `default` is the text that applies to an empty input. If it is an expression (`${{ … }}`), the
    runner fills it in, and the value without a runner is that of an empty text. `file` is the rule
    for the key of the same name in the repository's file; None if the file has no such key. With
    `in_fingerprint=False`, a new value of a shared setting does not make earlier reviews outdated;
    this is for settings that do not change what a review contains.
    """
    value = kind.parse("" if default.startswith(_EXPRESSION) else default)
    about = Declaration("", "", kind, default, description, file, in_fingerprint)
    return field(value, shown=not kind.secret, about=about)


def declarations(settings: type) -> tuple[Declaration, ...]:
    """List the settings that a record declares, those of its base first."""
    return tuple(
        replace(found.about, field=name, name=name.replace("_", "-"))
        for name, found in fields(settings).items()
        if isinstance(found.about, Declaration)
    )


def read_texts(environ: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Return the inputs' texts from the environment, where max-files is called INPUT_MAX-FILES.

    Raises InputError for one that is not declared. GitHub only warns, and with a misspelt `exclude`
    the excluded files would be sent to the model.
    """
    texts = {
        key.removeprefix(_PREFIX).lower(): text
        for key, text in environ.items()
        if key.startswith(_PREFIX)
    }
    unknown = sorted(texts.keys() - {*names, *_OF_THE_RUNNER})
    if unknown:
        what = f"There is no input {show(unknown[0])}."
        if meant := suggest(unknown[0], names):
            raise InputError(what, cause=meant)
        raise InputError(
            what,
            cause="It may belong to another version of the action.",
            remedy=f"The inputs are {', '.join(names)}.",
        )
    return texts


def parse_texts(texts: Mapping[str, str], declared: Iterable[Declaration]) -> dict[str, Any]:
    """Return the values of the inputs that are given, by the names of their fields.

    Raises InputError for the first that is not allowed.
    """
    values: dict[str, Any] = {}
    for each in declared:
        if each.name not in texts:
            continue
        text = option_types.trim(texts[each.name])
        try:
            values[each.field] = each.kind.parse(text if text or each.kind.blank else each.default)
        except ValueError as refused:
            raise each.refuse(text, refused) from None
    return values


def show(text: str) -> str:
    """Quote a value for an error, on one line and with invisible characters escaped.

    Of a long value only the length is shown. If it were cut, the runner would not recognise, and
    not mask, a secret that was put into the wrong input.
    """
    if len(text) > _LONGEST_SHOWN:
        return f"a text of {len(text)} characters"
    return repr(text)


def suggest(name: str, names: tuple[str, ...], *, like: float = 0.6) -> str:
    """Return a question for the most similar name; empty when none is similar.

    `like` is the least likeness, as difflib measures it.
    """
    # Imported late: only an error needs it.
    import difflib

    found = difflib.get_close_matches(name.replace("_", "-"), names, n=1, cutoff=like)
    return f"Did you mean `{found[0]}`?" if found else ""
