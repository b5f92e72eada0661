"""Says what to write where the repository's file is no YAML."""

import difflib
import re
from collections.abc import Sequence

from reviewer.config import word_mistakes
from reviewer.config.repository import yaml_lines
from reviewer.config.shapes import Bounds, Items, Switch, WordList, Words
from reviewer.config.workflow import inputs

_KEY = re.compile(r"(?P<blanks>[ ]*)(?P<dash>(?:- +)*)(?P<key>[A-Za-z][\w-]*):[ ]+(?P<value>\S.*)")
_ITEM = re.compile(r"(?P<blanks>[ ]*)(?P<dash>(?:- +)+)(?P<value>\S.*)")
_STUCK = re.compile(r"[ ]*(?:- +)*(?P<key>[A-Za-z][\w-]*)(?::|[ ]*=[ ]*)(?P<value>[^\s:=][^:=]*)")
# Characters that have a meaning for YAML at the beginning of a value.
_SPECIAL = "*&!@%`"
_TABS = re.compile(r"^[ ]*\t[ \t]*")
_BLOCK = "Write `{key}: |`, and the text in the lines below it, indented by two blanks."
PLAIN = "Write switches as true or false, numbers in plain digits, and put texts in quotes."
_KINDS = {declared.name: declared.kind.shape for declared in inputs.DECLARATIONS if declared.file}
_TYPES = {declared.name: declared.kind for declared in inputs.DECLARATIONS if declared.file}
_KEYS = (*_TYPES, "path-instructions", "path", "instructions")
# How like a known key another one must be to be taken for it, as difflib measures it.
_LIKE = 0.8
_CONFLICT = ("<<<<<<< ", ">>>>>>> ")
_LONGEST = 400
"""Characters of a line that is read to advise about it."""
QUOTES = "Text that starts with one of * & ! @ % ` must be in quotes, like '*.md'."


def advise(text: str, number: int, problem: str, began: int = 0) -> str:
    """Return what to write for a syntax error in line `number`, "" if nobody knows.

    `problem` is PyYAML's sentence; `began` is the line in which what it complains about begins.
    """
    lines = text.splitlines()
    if marked := [n for n, each in enumerate(lines, 1) if each.startswith(_CONFLICT)]:
        return (
            f"Lines {marked[0]} to {marked[-1]} have the marks of a merge conflict: keep one side, "
            "and remove the marks."
        )
    line = pick(lines, number)
    if _TABS.match(line) or "\\t" in problem:
        return _advise_blanks(line)
    return quote_line(line) or _advise_about(
        problem, line, _find_above(lines, number), began=began or number
    )


def _advise_about(problem: str, line: str, above: str, *, began: int) -> str:
    """Return what PyYAML's sentence usually means, in this line below that one."""
    advice = ""
    if "mapping values" in problem or "could not find expected ':'" in problem:
        advice = _advise_colon(line, above) or _advise_item(line) or _advise_item(above)
    elif "expected <block end>" in problem:
        advice = _align(line, above) or _advise_top(line)
    elif "but got '['" in problem:
        advice = _quote_items(line)
    elif "but got '<scalar>'" in problem:
        advice = "Write a comma between two entries."
    elif "escape" in problem:
        advice = "Write `/` between folders, and a backslash only in single quotes: '\\d'."
    elif "unexpected end of stream" in problem or "expected ',' or" in problem:
        advice = f"Close the quote or the bracket that opens in line {began}."
    return advice or _requote(line) or _advise_stuck(above)


def advise_root(value: object, keys: Sequence[str]) -> str:
    """Return what to write for a file that is a text or a list, "" if nobody knows."""
    if isinstance(value, str):
        first = value.split(maxsplit=1)[0] if value.strip() else ""
        colon = f"Write a colon behind the key: `{first}:`." if first in keys else ""
        return _advise_stuck(value) or colon
    if isinstance(value, tuple) and all(isinstance(each, dict) for each in value):
        named = [key for each in value for key in each if key in keys]
        if named:
            return f"Write the keys without a dash: `{named[0]}: ...`."
    return ""


def quote_line(line: str) -> str:
    """Return how to write a line whose value begins with a character of YAML's own."""
    found = _KEY.fullmatch(line) or _ITEM.fullmatch(line)
    if not found:
        return ""
    value = re.sub(r"\s+#.*$", "", found["value"]).strip()
    if value.startswith("[") and value.endswith("]"):
        items = [each.strip() for each in value[1:-1].split(",")]
        if not any(each.startswith(tuple(_SPECIAL)) for each in items):
            return ""
        bare = tuple(each.strip("\"'") for each in items if each)
        return _say(found, yaml_lines.write_value(bare), QUOTES)
    if not value.startswith(tuple(_SPECIAL)):
        return ""
    is_list = isinstance(_KINDS.get(found.groupdict().get("key", "")), Items)
    written = yaml_lines.write_value((value,)) if is_list else yaml_lines.quote(value)
    more = yaml_lines.explain_exceptions(found.groupdict().get("key", ""), value)
    return _say(found, written, QUOTES) + more


def _say(found: re.Match[str], value: str, why: str) -> str:
    key = f"{found['key']}: " if "key" in found.groupdict() else ""
    line = f"{found['dash']}{key}{value}"
    return f"{why} Write `{line}`." if value and yaml_lines.is_plain_line(line) else why


def pick(lines: Sequence[str], number: int) -> str:
    """Return a line by its number, "" for one that is too long to advise about.

    Patterns with blanks in them can take quadratic time.
    """
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return line if len(line) <= _LONGEST else ""


def _find_above(lines: Sequence[str], number: int) -> str:
    """Return the nearest line above that has something in it."""
    above = range(min(number - 1, len(lines)), 0, -1)
    return next((line for each in above if (line := pick(lines, each)).strip()), "")


def _advise_blanks(line: str) -> str:
    fixed = _TABS.sub(lambda tabs: tabs[0].replace("\t", "  "), line).rstrip()
    shown = fixed.strip() and yaml_lines.is_plain_line(fixed)
    return f"Indent with spaces, not with tabs{f': `{fixed}`' if shown else ''}."


def _advise_colon(line: str, above: str) -> str:
    """Advise about a colon in a text, or about a key that is indented too far."""
    found, parent = _KEY.fullmatch(line), _KEY.fullmatch(above)
    value = found["value"].rstrip() if found else ""
    if found and (": " in value or value.endswith(":")):
        return _quote_colon(found, value)
    if advice := _advise_stuck(above):
        return advice
    deeper = len(line) - len(line.lstrip()) > len(above) - len(above.lstrip())
    if parent and deeper and "-" not in parent["dash"]:
        if found and found["key"].islower() and " " not in value:
            shown = f"{parent['blanks']}{found['key']}: {value}"
            again = f"Write `{shown}`, as far to the left as the line above."
            return again if yaml_lines.is_plain_line(shown) else ""
        return _BLOCK.format(key=parent["key"])
    return ""


def _quote_colon(found: re.Match[str], value: str) -> str:
    """Return how to write a text with a colon, if the key takes one."""
    why, key = "A text with a colon and a blank in it must be in quotes.", found["key"]
    if key in _TYPES and not _takes(key, value):
        kind = _TYPES[key]
        advice = f"Write, for example, `{key}: {kind.example}`."
        if isinstance(kind.shape, Words | WordList | Switch):
            advice = word_mistakes.list_choices(key, kind.shape)
        return f"`{key}` takes {kind.allowed}. {advice}"
    meant = difflib.get_close_matches(key, _KEYS, 1, _LIKE)
    if key in _KEYS or not meant:
        return _say(found, yaml_lines.quote(value), why)
    line = f"{found['dash']}{meant[0]}: {yaml_lines.quote(value)}"
    why = f"There is no key `{key}`, and a text with a colon and a blank must be in quotes."
    return f"{why} Write `{line}`." if yaml_lines.is_plain_line(line) else why


def _takes(key: str, value: str) -> bool:
    try:
        _TYPES[key].parse(value)
    except ValueError:
        return False
    return True


def _advise_stuck(line: str) -> str:
    """Advise about `key:value` and `key = value`."""
    if len(line) > _LONGEST:
        return ""
    found = _STUCK.fullmatch(line.rstrip())
    if not found:
        return ""
    key = found["key"].replace("_", "-")
    key = key if key in _KEYS else found["key"]
    shown = yaml_lines.write(key, _read_number(found["value"].strip().strip("\"'")))
    return f"A colon and a blank follow the key: write `{shown}`." if shown else ""


def _advise_item(line: str) -> str:
    """Advise about an entry of a list without its dash, or without the blank behind that."""
    text = line.strip()
    if not text or ": " in text or text.startswith(("- ", "#")):
        return ""
    if not line.startswith((" ", "-")):
        return "Text that belongs to a key above is indented by two blanks."
    shown = f"- {yaml_lines.quote(text.removeprefix('-').strip(chr(34)))}"
    return f"An entry of a list begins with a dash and a blank: write `{shown}`." * (
        yaml_lines.is_plain_line(shown)
    )


def _align(line: str, above: str) -> str:
    """Advise about the second key of an entry that is indented like its dash."""
    found, first = _KEY.fullmatch(line), _KEY.fullmatch(above)
    if not (found and first and first["dash"]) or found["dash"]:
        return ""
    shown = f"{' ' * len(first['blanks'] + first['dash'])}{line.strip()}"
    again = f"Write `{shown}`, as far to the right as `{first['key']}` in the line above."
    return again if yaml_lines.is_plain_line(shown) else ""


def _advise_top(line: str) -> str:
    """Advise about a key of the file that is indented."""
    key = line.strip().partition(":")[0]
    if not line.startswith(" ") or key not in {*_KINDS, "path-instructions"}:
        return ""
    return f"Write `{key}:` at the beginning of the line."


def _quote_items(line: str) -> str:
    """Advise about entries of a list that have brackets of their own."""
    found = _KEY.fullmatch(line)
    value = found["value"].strip() if found else ""
    if not found or not (value.startswith("[") and value.endswith("]")):
        return ""
    items = tuple(each.strip(" \"'") for each in value[1:-1].split(","))
    return _say(found, yaml_lines.write_value(items), "Text with brackets must be in quotes.")


def advise_scalar(line: str, text: str) -> str:
    """Return how to write a value that YAML 1.1 and 1.2 read differently, such as `yes`."""
    found = _KEY.fullmatch(line)
    kind = _KINDS.get(found["key"]) if found else None
    meant: object = text
    if isinstance(kind, Switch) and text.casefold() in {"yes", "no", "y", "n"}:
        meant = text.casefold().startswith("y")
    elif isinstance(kind, Bounds) and (digits := re.sub(r"_", "", text)).isdecimal():
        meant = int(digits)
    if not found or found["value"].strip() != text:
        return PLAIN
    shown = f"{found['dash']}{found['key']}: "
    shown += yaml_lines.write_value(meant) if meant is not text else f'"{text}"'
    return f"{PLAIN} Write `{shown}`." if yaml_lines.is_plain_line(shown) else PLAIN


def _read_number(text: str) -> object:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def _requote(line: str) -> str:
    """Advise about text behind a closing quote."""
    found = _KEY.fullmatch(line) or _ITEM.fullmatch(line)
    value = found["value"].strip() if found else ""
    if not found or value[:1] not in {'"', "'"}:
        return ""
    if isinstance(_KINDS.get(found.groupdict().get("key", "")), Items):
        items = tuple(each.strip(" \"'") for each in value.split(","))
        return _say(found, yaml_lines.write_value(items), "A list has brackets around it.")
    why = "Quotes must be around the whole text."
    return _say(found, "'" + value.replace("'", "''") + "'", why)
