"""What another tool reports, before it is looked for in the change; all texts are untrusted."""

from dataclasses import dataclass

from reviewer.severity import Severity


@dataclass(frozen=True, slots=True)
class ToolPlace:
    """Lines of a file, from 1; `start` is 0 if the tool names no line.

    `path` is a path of the tool's machine if it begins with a slash, else one in the repository.
    """

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ToolResult:
    """One problem that a tool reports; `message` is untrusted text."""

    tool: str
    rule: str
    severity: Severity
    message: str
    places: tuple[ToolPlace, ...]
    is_security: bool = False

    @property
    def label(self) -> str:
        """The tool and its rule, on one line; untrusted text too."""
        return f"{self.tool} {self.rule}".rstrip()


@dataclass(frozen=True, slots=True)
class SarifReport:
    """The results of one file, and why others may be missing.

    `failures` are what the tools could not do, such as read a file; those about unchanged files
    alone do not matter. `suppressed` counts the results that a comment in the code switches off,
    according to the tool.
    """

    results: tuple[ToolResult, ...]
    problems: tuple[str, ...] = ()
    failures: tuple[ToolResult, ...] = ()
    suppressed: int = 0
