"""Renders the templates of a repository: in Jinja's sandbox, in a small part of its language.

The values of a template are placeholders. A text that somebody else wrote takes the place of its
placeholder when the template is done, neutralised: so no template, whatever it does, can show it in
another way, and the time that it takes does not depend on that text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeAlias

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reviewer.text import template_language
from reviewer.text.template_language import (
    END,
    START,
    WORDS_FILTERS,
    TemplateError,
    Value,
    Word,
    find_column,
)

LARGEST = 10_000
"""Bytes of one template, and of what it makes before texts take their places."""
MOST_ENTRIES = 20
"""Entries of one list; loops go through lists alone."""
_PLACEHOLDER = re.compile(f"{START}(\\d+){END}")
_NO_COMMENT = "HTML comments carry what the next run reads, so a template has none"
# What a template must not make. A value would mean something else there than it was made for.
_REFUSED = (
    (re.compile("<!--"), _NO_COMMENT),
    (re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]"), "it makes a control character"),
    (re.compile(rf"<[^>]*{START}"), "a value is inside of an HTML tag"),
    (re.compile(rf"\]\([^)\n]*{START}"), "a value is in the address of a link"),
    (re.compile(rf"(?m)^ *\[[^\]\n]*\]:[^\n]*{START}"), "a value is in the address of a link"),
    (re.compile(rf"[@#/\\:&=!$`{END}]{START}"), "a value is directly after another or a sign"),
    (re.compile(rf"{END}`"), "a value is directly before a backtick"),
    (
        re.compile(rf"(?m)^[^`\n]*(?:`[^`\n]*`[^`\n]*)*`[^`\n]*{START}"),
        "a value is in inline code",
    ),
)
_FENCE = re.compile(r"(?m)^[ >]*(?:```|~~~)")
_DETAILS = re.compile(r"(?i)<(/?)details\b")

Filter: TypeAlias = Callable[[str], str]


@dataclass(slots=True)
class _Placeholders:
    """The texts of one rendering, each behind the placeholder with its number."""

    default: Filter
    filters: Mapping[str, Filter]
    _texts: list[str] = field(default_factory=list)
    _raw: list[str] = field(default_factory=list)

    def hide(self, value: Value) -> object:
        """Return what the template gets in place of a value."""
        match value:
            case Word() | bool() | int():
                return value
            case str():
                return self._add(value, self.default) if value else ""
            case _:
                return tuple(self.hide(each) for each in value[:MOST_ENTRIES])

    def _add(self, text: str, apply: Filter) -> str:
        self._raw.append(text)
        self._texts.append(apply(text))
        return f"{START}{len(self._raw) - 1}{END}"

    def apply(self, name: str, value: object) -> str:
        """Show a value by one of our filters."""
        text = str(value)
        found = _PLACEHOLDER.fullmatch(text)
        if found is None and START in text:
            raise TemplateError(f"the filter {name} takes one value")
        raw = self._raw[int(found[1])] if found else text
        return self._add(raw, self.filters[name]) if raw else ""

    def fill(self, text: str) -> str:
        """Put the texts in their places."""
        return _PLACEHOLDER.sub(lambda found: self._texts[int(found[1])], text)


class OwnTemplate:
    """One template of a repository."""

    def __init__(
        self, source: str, values: Mapping[str, Value], filters: Iterable[str] = ()
    ) -> None:
        """Check a template that may use these values, of which it gets samples, and filters.

        Raises TemplateError.
        """
        self._source = source
        self._filters = frozenset(filters)
        _check_text(source)
        try:
            tree = _make_environment({}).parse(source)
        except TemplateSyntaxError as wrong:
            what = (wrong.message or "it is no template").rstrip(".")
            raise TemplateError(
                what, wrong.lineno, find_column(source, wrong.lineno, what)
            ) from None
        except (RecursionError, ValueError):
            # ValueError: Python reads no number of more than 4,300 digits.
            raise TemplateError("it is nested too deeply, or a number is too long") from None
        template_language.check(source, tree, values, self._filters)

    def render(
        self, values: Mapping[str, Value], default: Filter, filters: Mapping[str, Filter]
    ) -> str:
        """Return the text with the values in it; raises TemplateError.

        A text is shown by `default`, unless the template names one of `filters`. All that the
        template opens, it has to close: code and `<details>`.
        """
        hidden = _Placeholders(default, filters)
        # Bound now: a lambda in a loop would see the last name only.
        ours = {name: _bind(hidden, name) for name in self._filters}
        given = {name: hidden.hide(value) for name, value in values.items()}
        try:
            template = _make_environment(ours).from_string(self._source)
            text = "".join(_limit(template.generate(given)))
        except (JinjaError, RecursionError, TypeError, ValueError) as wrong:
            raise TemplateError(str(wrong)) from None
        _check_places(self._source, text)
        return hidden.fill(text).strip()


def _bind(hidden: _Placeholders, name: str) -> Callable[[object], str]:
    return lambda value: hidden.apply(name, value)


def _make_environment(
    filters: Mapping[str, Callable[[object], str]],
) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # The output is Markdown; placeholders do what HTML escaping would do.
        autoescape=False,
        # The optimizer would run expressions of a template while it is compiled.
        optimized=False,
    )
    environment.globals.clear()
    known = {name: environment.filters[name] for name in WORDS_FILTERS}
    environment.filters = {**known, **filters}
    environment.tests = {}
    return environment


def _limit(pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece.encode(errors="replace"))
        if size > LARGEST:
            raise TemplateError(f"it makes more than {LARGEST:,} bytes")
        yield piece


def _check_text(source: str) -> None:
    if len(source.encode(errors="replace")) > LARGEST:
        raise TemplateError(f"it has more than {LARGEST:,} bytes")
    for mark, why in (
        (START, "the character U+E000 is reserved"),
        (END, "the character U+E001 is reserved"),
        ("<!--", _NO_COMMENT),
    ):
        if mark in source:
            before = source.partition(mark)[0]
            line = before.count("\n") + 1
            raise TemplateError(why, line, len(before) - (before.rfind("\n") + 1) + 1)


def _check_places(source: str, text: str) -> None:
    """Raise TemplateError for what a template must not make; its source may not show it whole."""
    for pattern, what in _REFUSED:
        if found := pattern.search(text):
            before = _PLACEHOLDER.split(text[: found.start()])[0]
            line = min(before.count("\n"), source.count("\n")) + 1
            raise TemplateError(what, line)
    depths = [0, *accumulate(-1 if closing else 1 for closing in _DETAILS.findall(text))]
    if len(_FENCE.findall(text)) % 2 or min(depths) < 0 or depths[-1]:
        raise TemplateError("it does not close all that it opens: code or <details>")
