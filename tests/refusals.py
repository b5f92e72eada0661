"""What a check says against its input."""

from collections.abc import Callable


def refusal(check: Callable[[], object], kind: type[BaseException]) -> str:
    """Return the text of the error that a check raises, "" if it accepts its input."""
    try:
        check()
    except kind as problem:
        return str(problem) or repr(problem)
    return ""
