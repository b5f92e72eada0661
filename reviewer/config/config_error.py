"""The error about a file of the repository that sets something, with its place in the file."""

from reviewer.errors import SetupError

_FURTHER = 4
"""Errors beside the first that a comment shows."""


class ConfigError(SetupError):
    """The repository's file is invalid; `line` and `column` count from 1, 0 means unknown.

    `problem` is the sentence about it without the place, `path` is the file, `more` further errors.
    """

    section = "settings-file"
    more: tuple["ConfigError", ...] = ()

    def __init__(
        self, problem: str, *, cause: str = "", remedy: str = "",
        path: str = "", commit: str = "", line: int = 0, column: int = 0,
    ) -> None:  # fmt: skip
        """Keep the place, for the annotation; `commit` says where the file was read."""
        self.problem = problem
        self.path = path
        self.line = line
        self.column = column
        place = f"{self.place}: " if path else ""
        where = f"{path} {commit}".strip() if path else ""
        super().__init__(f"{where}{place}{problem}", cause=cause, remedy=remedy)

    @property
    def problems(self) -> tuple["ConfigError", ...]:
        """The error and those in `more`, in the order of the file."""
        return (self, *self.more)

    @property
    def further(self) -> str:
        """Sentences about the first errors in `more`, "" without any; annotations have them all."""
        shown = [f"Also {each.read_at('')}" for each in self.more[:_FURTHER]]
        left = len(self.more) - len(shown)
        return " ".join((*shown, *([f"And {left} more, in the log."] if left else ())))

    @property
    def place(self) -> str:
        """The line and the column as a part of a sentence, "" if they are not known."""
        return f", line {self.line}, column {self.column}" if self.line else ""

    @property
    def reason(self) -> str:
        """What is wrong and where in the file, without the name of the file."""
        return f"{self.place.removeprefix(', ')}: {self.problem}" if self.line else self.problem

    def read_at(self, commit: str, *, hint: str = "", path: str = "") -> "ConfigError":
        """Return this error about `path` with the words for the commit and a last sentence."""
        moved = ConfigError(
            self.problem, cause=self.cause, remedy=" ".join(filter(None, (self.remedy, hint))),
            path=path or self.path, commit=commit, line=self.line, column=self.column,
        )  # fmt: skip
        moved.more = tuple(each.read_at(commit, path=path) for each in self.more)
        return moved
