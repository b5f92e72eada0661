"""Says how to write values that YAML takes for something else: quotes, brackets, `#`, tags."""

import re
from collections.abc import Sequence

from reviewer.config.repository import yaml_lines
from reviewer.config.repository.mistakes import value_mistakes
from reviewer.config.shapes import Items, Shape, Text

KEY = re.compile(r"(?P<blanks>[ ]*)(?P<dash>(?:- +)*)(?P<key>[A-Za-z][\w-]*):[ ]+(?P<value>\S.*)")
# "#" behind a bracket, a comma or a blank begins a comment, also in a list on one line.
_CUT = re.compile(r"[\[,\s]#")
_TAG = re.compile(r"!![\w:./]+\s+")
ITEM = re.compile(r"(?P<blanks>[ ]*)(?P<dash>(?:- +)+)(?P<value>\S.*)")
# Characters that have a meaning for YAML at the beginning of a value.
_SPECIAL = "*&!@%`"
PLAIN = "Write switches as true or false, numbers in plain digits, and put texts in quotes."
LONGEST = 400
"""Characters of a line that is read to advise about it."""
QUOTES = "Text that starts with one of * & ! @ % ` must be in quotes, like '*.md'."


def quote_line(line: str) -> str:
    """Return how to write a line whose value begins with a character of YAML's own."""
    found = KEY.fullmatch(line) or ITEM.fullmatch(line)
    if not found:
        return ""
    value = re.sub(r"\s+#.*$", "", found["value"]).strip()
    if value.startswith("[") and value.endswith("]"):
        items = [each.strip() for each in value[1:-1].split(",")]
        if not any(each.startswith(tuple(_SPECIAL)) for each in items):
            return ""
        return say(found, _write_list(found, items), QUOTES)
    if not value.startswith(tuple(_SPECIAL)):
        return ""
    is_list = isinstance(_find_shape(found), Items)
    written = _write_list(found, (value,)) if is_list else yaml_lines.quote(value)
    more = yaml_lines.explain_exceptions(_find_key(found), value)
    return say(found, written, QUOTES) + more


def _find_key(found: re.Match[str]) -> str:
    """Return the key of a line, "" for an entry of a list."""
    return found.groupdict().get("key", "")


def _find_shape(found: re.Match[str]) -> Shape | None:
    """Return the shape that the key of a line takes, None for an unknown one and for an entry."""
    kind = value_mistakes.KINDS.get(_find_key(found))
    return kind.shape if kind else None


def _write_list(found: re.Match[str], items: Sequence[str]) -> str:
    """Return a list on one line; of patterns, those that were meant; "" for what are no logins."""
    bare = tuple(text for each in items if (text := each.strip(" \"'")))
    shape = _find_shape(found)
    meant: Sequence[object] | None = bare
    if isinstance(shape, Items) and shape.globs:
        meant = value_mistakes.read_globs(bare, selects=shape.selects)
    elif isinstance(shape, Items) and shape.logins:
        meant = value_mistakes.check_logins(bare)
    return yaml_lines.write_value(meant)


def explain_reference(lines: Sequence[str], name: str) -> str:
    """Return what to do about an anchor or an alias, "" for a text that only looks like one."""
    mark = re.escape(name)
    shown = [each[:LONGEST] for each in lines]
    used = any(re.search(rf"\*{mark}(?![\w-])", each) for each in shown)
    # A text cannot go on with a list, a mapping or the next line.
    whole = any(re.search(rf"&{mark}\s*(?:[\[{{]|$)", each) for each in shown)
    if not whole and not (used and any(f"&{name}" in each for each in shown)):
        return ""
    return f"Write the value itself in each place, without `&{name}` and `*{name}`." * (
        yaml_lines.is_plain_line(name)
    )


def remove_tag(line: str) -> str:
    """Return the line without a type such as `!!int`, "" for another kind of tag."""
    found = KEY.fullmatch(line) or ITEM.fullmatch(line)
    if not found or not _TAG.match(found["value"]):
        return ""
    key = f"{name}: " if (name := _find_key(found)) else ""
    shown = f"{found['dash']}{key}{_TAG.sub('', found['value'], count=1)}"
    why = "The type follows from how the value is written."
    return f"{why} Write `{shown}`." if yaml_lines.is_plain_line(shown) else why


def quote_cut_text(line: str, column: int, *, is_text: bool) -> str:
    """Return how to write a value that `#` cuts: `column` counts its characters before that.

    In a text for the model, only the number of an issue is no comment: "see #12".
    """
    found = KEY.fullmatch(line)
    cut = r" #[0-9]+\b" if is_text else r"\s+#\w"
    if not found or not re.match(cut, line[column:]):
        return ""
    why = "A blank and `#` begin a comment, so the value ends in front of it."
    text = found["value"].strip()
    is_list = isinstance(_find_shape(found), Items)
    return say(found, _write_list(found, (text,)) if is_list else yaml_lines.quote(text), why)


def quote_cut(line: str) -> str:
    """Advise about a list on one line of which `#` makes a comment."""
    found = KEY.fullmatch(line)
    value = found["value"].strip() if found else ""
    if not found or not (value.startswith("[") and value.endswith("]") and _CUT.search(value)):
        return ""
    why = "`#` begins a comment. Text that begins with it must be in quotes."
    return say(found, _write_list(found, value[1:-1].split(",")), why)


def say(found: re.Match[str], value: str, why: str) -> str:
    """Return the reason, and the line with another value; an example for a value of none.

    A line that is too odd is not repeated.
    """
    name = _find_key(found)
    if not value and name in value_mistakes.KINDS:
        return f"{why} {value_mistakes.give_example(name, value_mistakes.KINDS[name])}"
    line = f"{found['dash']}{name and f'{name}: '}{value}"
    return f"{why} Write `{line}`." if value and yaml_lines.is_plain_line(line) else why


def quote_items(line: str) -> str:
    """Advise about entries of a list that have brackets of their own."""
    found = KEY.fullmatch(line)
    value = found["value"].strip() if found else ""
    if not found or not (value.startswith("[") and value.endswith("]")):
        return ""
    written = _write_list(found, value[1:-1].split(","))
    return say(found, written, "Text with brackets must be in quotes.")


def advise_scalar(line: str, text: str) -> str:
    """Return how to write a value that YAML 1.1 and 1.2 read differently, such as `yes`."""
    found = KEY.fullmatch(line)
    if not found or found["value"].strip() != text:
        return PLAIN
    kind = value_mistakes.KINDS.get(found["key"])
    if kind and not isinstance(kind.shape, Text):
        return f"{PLAIN} {value_mistakes.advise_value(found['key'], kind, text)}"
    shown = f'{found["dash"]}{found["key"]}: "{text}"'
    return f"{PLAIN} Write `{shown}`." if yaml_lines.is_plain_line(shown) else PLAIN


def requote(line: str) -> str:
    """Advise about text behind a closing quote."""
    found = KEY.fullmatch(line) or ITEM.fullmatch(line)
    value = found["value"].strip() if found else ""
    if not found or value[:1] not in {'"', "'"}:
        return ""
    if isinstance(_find_shape(found), Items):
        return say(found, _write_list(found, value.split(",")), "A list has brackets around it.")
    why = "Quotes must be around the whole text."
    if value[0] == value[-1] == "'" and '"' not in value and "\\" not in value:
        return say(
            found, f'"{value[1:-1]}"', "A quote inside a text must not be the one around it."
        )
    return say(found, "'" + value.replace("'", "''") + "'", why)
