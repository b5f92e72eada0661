"""Fills the templates; the only importer of Jinja.

Every value that a template prints passes through the environment's own filter first, so text is
safe by default and a template has to ask, by a named filter, for anything more.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[2] / "templates"

# A filter may take any value of ours, not only text.
Filter = Callable[[Any], str]


class SafeText(str):
    """Text that a filter has already made fit for its place."""

    __slots__ = ()


class Templates:
    """One folder of templates whose values are filtered by `default`."""

    def __init__(
        self, folder: str, default: Callable[[str], str], filters: Mapping[str, Filter]
    ) -> None:
        """Take `filters` as the named exceptions that a template may ask for."""

        def finalize(value: object) -> object:
            if isinstance(value, str) and not isinstance(value, SafeText):
                return default(value)
            return value

        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES / folder),
            undefined=StrictUndefined,
            finalize=finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            # Markdown, not HTML: what HTML escaping would do is the filters' work.
            autoescape=False,  # noqa: S701
        )
        for name, apply in filters.items():
            self._environment.filters[name] = _mark_safe(apply)

    def render(self, name: str, **values: object) -> str:
        """Fill one template; a value that it lacks raises jinja2.UndefinedError, a bug of ours."""
        return self._environment.get_template(name).render(values)


def _mark_safe(apply: Filter) -> Callable[[object], SafeText]:
    return lambda value: SafeText(apply(value))
