"""Renders the templates of a folder; the only module that imports Jinja.

Every value that a template prints passes through a default filter, so text is safe by default. A
template has to name another filter to print it in any other way.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[1] / "templates"

# A filter may take any value of ours, not only text.
Filter = Callable[[Any], str]


class SafeText(str):
    """Text that a filter has already made safe; the default filter leaves it as it is."""

    __slots__ = ()


class Templates:
    """The templates of one folder under `reviewer/templates/`."""

    def __init__(
        self, folder: str, default: Callable[[str], str], filters: Mapping[str, Filter]
    ) -> None:
        """Filter every printed value by `default`, unless a template names one of `filters`."""

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
            # The output is Markdown; the filters do what HTML escaping would do.
            autoescape=False,  # noqa: S701
        )
        for name, apply in filters.items():
            self._environment.filters[name] = _mark_safe(apply)

    def render(self, name: str, **values: object) -> str:
        """Render one template; a missing value raises jinja2.UndefinedError, which is our bug."""
        return self._environment.get_template(name).render(values)


def _mark_safe(apply: Filter) -> Callable[[object], SafeText]:
    return lambda value: SafeText(apply(value))
