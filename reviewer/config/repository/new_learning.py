"""Writes a new entry for the file with learnings, and adds it to what is there already."""

import json
import re

from reviewer import project
from reviewer.config.config_error import ConfigError
from reviewer.config.globs import Patterns
from reviewer.config.repository import learnings_file, strict_yaml
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.learnings import Learning
from reviewer.text import invisible

_HEAD = f"""\
# yaml-language-server: $schema={project.LEARNINGS_SCHEMA}
# What the code review is to know of this repository. It is read at the base commit of a pull
# request, so a change applies after it is merged.
"""
_DASH = re.compile(r"^( *)-(?: |$)", re.MULTILINE)
# What PyYAML does not read, not even inside of quotes.
_UNPRINTABLE = re.compile("[^\t -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile(r"[*?\[]")


def clean(text: str) -> str:
    """Return untrusted text on one line, without invisible characters; "" if nothing is left."""
    visible = invisible.drop(" ".join(text.split()))
    return " ".join(_UNPRINTABLE.sub("\ufffd", visible).split())


def match_only(path: str) -> tuple[str, ...]:
    """Return a pattern for one file, none if its name cannot be written as one."""
    inside = _SPECIAL.sub(lambda found: f"[{found[0]}]", path)
    # A sign in front would take files out, or begin a comment.
    plain = "/" in path and path[0] not in "!#"
    pattern = inside if plain else f"/{inside}"
    try:
        matched = Patterns.parse((pattern,)).verdict(path)
        learnings_file.parse(render(Learning("-", (pattern,))))
    except (ValueError, ConfigError):
        return ()
    return (pattern,) if matched and pattern == clean(pattern) else ()


def render(learning: Learning, indent: str = "") -> str:
    """Return an entry as lines of the file."""
    lines = [f"- text: {_quote(learning.text)}"]
    if learning.paths:
        lines.append(f"  paths: [{', '.join(map(_quote, learning.paths))}]")
    if learning.origin:
        lines.append(f"  origin: {_quote(learning.origin)}")
    return "".join(f"{indent}{line}\n" for line in lines)


def _quote(text: str) -> str:
    # On one line, without control characters, JSON's strings are YAML's.
    return json.dumps(text, ensure_ascii=False)


def add(before: bytes | None, learning: Learning) -> bytes:
    """Return the file with a new entry at its end; the rest stays as it is, byte for byte.

    None is a file that does not exist. Raises ConfigError for a file that is not valid, for a full
    one, and for one that has another form than a list of one entry below the other.
    """
    known = learnings_file.parse(before or b"")
    text = (before or _HEAD.encode()).decode()
    ends = "\r\n" if "\r\n" in text else "\n"
    dash = _DASH.search(text)
    entry = render(learning, dash[1] if dash else "").replace("\n", ends)
    joined = f"{text}{'' if text.endswith(ends) else ends}{entry}".encode()
    if len(known) >= learnings_file.MOST_ENTRIES or len(joined) > strict_yaml.LARGEST:
        raise ConfigError(
            "there is no room for one more entry.",
            cause=f"The file takes at most {learnings_file.MOST_ENTRIES} entries and 64 KB.",
            remedy="Delete those that you do not need.",
            path=LEARNINGS_FILE,
        )
    if _read(joined) != (*known, learning):
        raise ConfigError(
            "an entry at its end would change the others.",
            cause="The file is not written as one entry below the other.",
            path=LEARNINGS_FILE,
        )
    return joined


def _read(joined: bytes) -> tuple[Learning, ...]:
    """Return the entries, none if there is an error: its place is in lines that nobody wrote."""
    try:
        return learnings_file.parse(joined)
    except ConfigError:
        return ()
