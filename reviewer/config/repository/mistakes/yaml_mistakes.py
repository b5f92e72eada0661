"""Says what to write where the repository's file is no YAML."""

import difflib
import re
from collections.abc import Sequence

from reviewer.config.mistakes import word_mistakes
from reviewer.config.repository import yaml_lines
from reviewer.config.repository.mistakes import file_signs, quoting, value_mistakes
from reviewer.config.shapes import Switch, WordList, Words

_PROSE = "Write a text for the reviewer as `instructions: |`, and below it, indented by two blanks."
_STUCK = re.compile(r"[ ]*(?:- +)*(?P<key>[A-Za-z][\w-]*)(?::|[ ]*=[ ]*)(?P<value>[^\s:=][^:=]*)")
_TABS = re.compile(r"^[ ]*\t[ \t]*")
_BLOCK = "Write `{key}: |`, and the text in the lines below it, indented by two blanks."
_KEYS = (*value_mistakes.KINDS, "path-instructions", "path", "instructions")
# How like a known key another one must be to be taken for it, as difflib measures it.
_LIKE = 0.8


def advise(text: str, number: int, problem: str, began: int = 0) -> str:
    """Return what to write for a syntax error in line `number`, "" if nobody knows.

    `problem` is PyYAML's sentence; `began` is the line in which what it complains about begins.
    """
    lines = text.splitlines()
    if sign := file_signs.find(lines, number):
        return sign
    line, above = pick(lines, number), _find_above(lines, number)
    if _TABS.match(line) or "\\t" in problem:
        return _advise_blanks(line, above)
    return quoting.quote_line(line) or _advise_about(problem, line, above, began=began or number)


def _advise_about(problem: str, line: str, above: str, *, began: int) -> str:
    """Return what PyYAML's sentence usually means, in this line below that one."""
    advice = ""
    if "mapping values" in problem or "could not find expected ':'" in problem:
        advice = _advise_colon(line, above) or _advise_bare_key(line, above)
        advice = advice or _advise_item(line) or _advise_item(above)
    elif "expected <block end>" in problem:
        advice = _advise_place(line, above)
    elif "<document start>" in problem:
        advice = file_signs.explain_end(above) or _advise_first(above)
    elif "but got '['" in problem:
        advice = quoting.quote_items(line)
    elif "but got '<scalar>'" in problem:
        advice = "Write a comma between two entries."
    elif "escape" in problem:
        advice = "Write `/` between folders, and a backslash only in single quotes: '\\d'."
    elif "end of stream" in problem or "stream end" in problem or "expected ',' or" in problem:
        cut = quoting.quote_cut(line) or quoting.quote_cut(above)
        advice = cut or f"Close the quote or the bracket that opens in line {began}."
    return advice or quoting.requote(line) or _advise_stuck(above)


def _advise_place(line: str, above: str) -> str:
    """Advise about a line that begins in a column where nothing of its kind begins."""
    aligned = _align(line, above) or _advise_top(line)
    return aligned or quoting.requote(line) or _indent(line, above)


def advise_root(value: object, keys: Sequence[str]) -> str:
    """Return what to write for a file that is a text or a list, "" if nobody knows."""
    if isinstance(value, str):
        first = value.split(maxsplit=1)[0] if value.strip() else ""
        colon = f"Write a colon behind the key: `{first}:`." if first in keys else ""
        blank = file_signs.explain_blank(value.partition("\n")[0], 1)
        return _advise_stuck(value) or colon or blank or _PROSE * (" " in value)
    if isinstance(value, tuple) and all(isinstance(each, dict) for each in value):
        named = [key for each in value for key in each if key in keys]
        if named:
            return f"Write the keys without a dash: `{named[0]}: ...`."
    is_prose = isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    return _PROSE if is_prose else ""


def pick(lines: Sequence[str], number: int) -> str:
    """Return a line by its number, "" for one that is too long to advise about.

    Patterns with blanks in them can take quadratic time.
    """
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return line if len(line) <= quoting.LONGEST else ""


def _find_above(lines: Sequence[str], number: int) -> str:
    """Return the nearest line above that has something in it."""
    above = range(min(number - 1, len(lines)), 0, -1)
    return next((line for each in above if (line := pick(lines, each)).strip()), "")


def _advise_blanks(line: str, above: str) -> str:
    fixed = _TABS.sub(lambda tabs: tabs[0].replace("\t", "  "), line).rstrip()
    first = quoting.KEY.fullmatch(above)
    if first and first["dash"] and quoting.KEY.fullmatch(fixed):
        # The next key of an entry of a list.
        fixed = f"{' ' * len(first['blanks'] + first['dash'])}{fixed.strip()}"
    shown = fixed.strip() and yaml_lines.is_plain_line(fixed)
    return f"Indent with spaces, not with tabs{f': `{fixed}`' if shown else ''}."


def _advise_colon(line: str, above: str) -> str:
    """Advise about a colon in a text, or about a key that is indented too far."""
    found, parent = quoting.KEY.fullmatch(line), quoting.KEY.fullmatch(above)
    value = found["value"].rstrip() if found else ""
    if found and (": " in value or value.endswith(":")):
        return _quote_colon(found, value)
    if advice := _advise_stuck(above):
        return advice
    deeper = len(line) - len(line.lstrip()) > len(above) - len(above.lstrip())
    if parent and parent["dash"] and deeper and found and not found["dash"]:
        return _align(line, above)
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
    if key in value_mistakes.KINDS and not _takes(key, value):
        kind = value_mistakes.KINDS[key]
        advice = f"Write, for example, `{key}: {kind.example}`."
        if isinstance(kind.shape, Words | WordList | Switch):
            advice = word_mistakes.list_choices(key, kind.shape)
        return f"`{key}` takes {kind.allowed}. {advice}"
    meant = difflib.get_close_matches(key, _KEYS, 1, _LIKE)
    if key in _KEYS or not meant:
        return quoting.say(found, yaml_lines.quote(value), why)
    line = f"{found['dash']}{meant[0]}: {yaml_lines.quote(value)}"
    why = f"There is no key `{key}`, and a text with a colon and a blank must be in quotes."
    return f"{why} Write `{line}`." if yaml_lines.is_plain_line(line) else why


def _takes(key: str, value: str) -> bool:
    try:
        value_mistakes.KINDS[key].parse(value)
    except ValueError:
        return False
    return True


def _advise_stuck(line: str) -> str:
    """Advise about `key:value` and `key = value`."""
    if len(line) > quoting.LONGEST:
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
    found, first = quoting.KEY.fullmatch(line), quoting.KEY.fullmatch(above)
    if not (found and first and first["dash"]) or found["dash"]:
        return ""
    shown = f"{' ' * len(first['blanks'] + first['dash'])}{line.strip()}"
    again = f"Write `{shown}`, as far to the right as `{first['key']}` in the line above."
    return again if yaml_lines.is_plain_line(shown) else ""


def _indent(line: str, above: str) -> str:
    """Advise about a line that is indented a little less than the one above."""
    if not line.strip() or not above.strip() or not line.startswith(" "):
        return ""
    if bool(quoting.ITEM.fullmatch(line)) != bool(quoting.ITEM.fullmatch(above)):
        return ""
    shown = f"{' ' * (len(above) - len(above.lstrip()))}{line.strip()}"
    again = f"Write `{shown}`, as far to the right as the line above."
    return again if shown != line and yaml_lines.is_plain_line(shown) else ""


def _advise_first(above: str) -> str:
    """Advise about the first key of the file if it is indented and the next one is not."""
    shown = above.strip()
    if not above.startswith(" ") or not yaml_lines.is_plain_line(shown):
        return ""
    return f"All keys begin at the beginning of a line. Write `{shown}`."


def _advise_bare_key(*lines: str) -> str:
    """Advise about a key without a colon."""
    keys = (key for line in lines if (key := line.strip()) in _KEYS)
    return next((f"Write a colon and a value behind the key: `{key}: ...`." for key in keys), "")


def _advise_top(line: str) -> str:
    """Advise about a key of the file that is indented."""
    key = line.strip().partition(":")[0]
    if not line.startswith(" ") or key not in {*value_mistakes.KINDS, "path-instructions"}:
        return ""
    return f"Write `{key}:` at the beginning of the line."


def _read_number(text: str) -> object:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text
