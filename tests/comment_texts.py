"""Parts of a comment that tests look at by themselves."""

import re

_BRIEF = re.compile(r"<details><summary>For coding agents</summary>\n.*?\n</details>\n", re.DOTALL)


def without_brief(text: str) -> str:
    """Return a comment without its block for coding agents, which repeats the findings."""
    return _BRIEF.sub("", text)
