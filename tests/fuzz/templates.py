"""Whatever a template holds, it is used or refused with its place: also one of a pull request."""

from reviewer.config import template_parts

_MOST_WORDS = 1_000


def template(data: bytes) -> None:
    """Try a template in the place of each part, with all samples."""
    for name in template_parts.NAMES:
        problem = template_parts.check(name, data)
        if problem is None:
            continue
        # Jinja counts a carriage return as the end of a line too.
        assert 1 <= problem.line <= len(data) + 1
        assert 1 <= problem.column <= len(data) + 1
        assert 0 < len(problem.what) <= _MOST_WORDS
        str(problem).encode()
