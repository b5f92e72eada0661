"""Writes `reviewer/text/unicode_tables.py` from the stored lines of the published Unicode data.

`python -m scripts.unicode_tables` writes the table again. For a new version of Unicode, give a
folder with its `DerivedCoreProperties.txt` and `confusables.txt`: `--from FOLDER` stores their
lines that the table needs in `tests/contracts/unicode`, and then writes the table. Both files are
published at https://www.unicode.org/Public/, under the Unicode License V3.
"""

import argparse
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
STORED = ROOT / "tests" / "contracts" / "unicode"
TABLES = ROOT / "reviewer" / "text" / "unicode_tables.py"
PROPERTIES, CONFUSABLES, LICENSE = "DerivedCoreProperties.txt", "confusables.txt", "LICENSE"
IGNORABLE = "; Default_Ignorable_Code_Point #"
# Latin letters below are those of alphabets that people write names in, such as þ.
FIRST_PHONETIC = "\u0250"
SMALL_CAPITAL = "LATIN LETTER SMALL CAPITAL "
# What the data maps the small capitals K and M to.
SAME_AS_SMALL_CAPITAL = {"LATIN SMALL LETTER KRA": "k", "LATIN SMALL LETTER TURNED W": "m"}

_MAPPING = re.compile(r"([0-9A-F]+) ;\t([0-9A-F]+) ;\tMA\t#.* \) (.+?) → (.+?)\t#")
_RANGE = re.compile(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;")


def store(folder: Path) -> None:
    """Copy the heads of both files and the lines that the table needs."""
    for name, needed in ((PROPERTIES, _is_ignorable), (CONFUSABLES, _is_look_alike)):
        lines = (folder / name).read_text("utf-8-sig").split("\n")
        head = [line.rstrip() for line in lines[:10]]
        note = "# Cut to the lines that scripts/unicode_tables.py needs."
        kept = [line.rstrip() for line in lines if needed(line)]
        (STORED / name).write_text("\n".join([*head, note, *kept, ""]), "utf-8")


def _is_ignorable(line: str) -> bool:
    return IGNORABLE in line


def _is_look_alike(line: str) -> bool:
    """Return True if a line maps a left-to-right letter or digit to ASCII, or to a small capital.

    A character with another NFKC form is left out: its form has a line of its own.
    """
    found = _MAPPING.match(line)
    if not found:
        return False
    char, target = chr(int(found[1], 16)), chr(int(found[2], 16))
    return (
        (unicodedata.category(char)[0] == "L" or unicodedata.category(char) == "Nd")
        and unicodedata.bidirectional(char) == "L"
        and unicodedata.normalize("NFKC", char) == char
        and (char >= FIRST_PHONETIC or not found[3].startswith("LATIN "))
        and ((target.isascii() and target.isalnum()) or _small_capital(found[4]) != "")
    )


def _small_capital(name: str) -> str:
    """Return "t" for the name of U+1D1B, the small capital T; "" for other names."""
    if name in SAME_AS_SMALL_CAPITAL:
        return SAME_AS_SMALL_CAPITAL[name]
    letter = name.removeprefix(SMALL_CAPITAL)
    return letter.lower() if len(letter) == 1 and name != letter else ""


def render() -> str:
    """Return the text of the module, unformatted."""
    properties = (STORED / PROPERTIES).read_text("utf-8").split("\n")
    mappings = (STORED / CONFUSABLES).read_text("utf-8").split("\n")
    version = next(line.split(": ")[1] for line in mappings if line.startswith("# Version"))
    if f"-{version}.txt" not in properties[0]:
        raise SystemExit(f"{PROPERTIES} is not of version {version}.")
    groups = _group(mappings)
    rows = [f"(0x{first:04X}, 0x{last:04X})," for first, last in _merge(properties)]
    return "\n".join(
        [
            f'"""What Unicode {version} says of characters; made by scripts/unicode_tables.py."""',
            "",
            *(f"# {line}".rstrip() for line in (STORED / LICENSE).read_text("utf-8").splitlines()),
            "",
            f'VERSION = "{version}"',
            "DEFAULT_IGNORABLE = (",
            *rows,
            ")",
            f'"""Default_Ignorable_Code_Point of {PROPERTIES}: first and last code points."""',
            *_table("LOOK_ALIKES", groups["foreign"]),
            '"""ASCII characters, and letters and digits of other scripts that look the same."""',
            *_table("PHONETIC_LOOK_ALIKES", groups["phonetic"]),
            '"""The same for phonetic Latin letters."""',
            *_table("SMALL_CAPITAL_LOOK_ALIKES", groups["small"]),
            '"""ASCII letters, and letters of other scripts that look like small capitals."""',
            "",
        ]
    )


def _merge(lines: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the lines, adjacent ones as one."""
    found = [match for line in lines if IGNORABLE in line and (match := _RANGE.match(line))]
    ranges = sorted((int(match[1], 16), int(match[2] or match[1], 16)) for match in found)
    start, end = ranges[0]
    for first, last in ranges[1:]:
        if first > end + 1:
            yield start, end
            start = first
        end = last
    yield start, end


def _group(lines: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Sort the look-alikes by their table, then by the ASCII character that they look like."""
    groups: dict[str, dict[str, list[str]]] = {"foreign": {}, "phonetic": {}, "small": {}}
    for found in filter(None, map(_MAPPING.match, lines)):
        char, target, name = chr(int(found[1], 16)), chr(int(found[2], 16)), found[3]
        # The data has "l" for both "I" and "l".
        look = "I" if target == "l" and " CAPITAL " in name else target
        if not target.isascii():
            if not name.startswith("LATIN "):
                groups["small"].setdefault(_small_capital(found[4]), []).append(char)
            continue
        group = "phonetic" if name.startswith("LATIN ") else "foreign"
        groups[group].setdefault(look, []).append(char)
    return groups


def _table(name: str, group: dict[str, list[str]]) -> Iterator[str]:
    yield f"{name} = {{"
    for look, chars in sorted(group.items()):
        escapes = ["".join(f"\\u{ord(c):04x}" if c < "\U00010000" else f"\\U{ord(c):08x}"
                           for c in sorted(chars)[at : at + 12])
                   for at in range(0, len(chars), 12)]  # fmt: skip
        yield f"{look!r}: " + " ".join(f'"{each}"' for each in escapes) + ","
    yield "}"


def formatted(text: str) -> str:
    """Return the module as the project's formatter leaves it."""
    command = [sys.executable, "-m", "ruff", "format", "-q", "--stdin-filename", TABLES.name, "-"]
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=True,
                          cwd=ROOT)  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="folder", type=Path)
    if folder := parser.parse_args().folder:
        store(folder)
    TABLES.write_text(formatted(render()), "utf-8")
