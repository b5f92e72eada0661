"""A Mermaid flowchart of the folders that a pull request touches."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from reviewer.review import FileReport, Review

FEWEST_FOLDERS = 4
"""With fewer the table of files says it all."""
MOST_FOLDERS = 20
_LONGEST_LABEL = 60
# What may stand in a quoted label without meaning anything to Mermaid, Markdown or HTML.
_PLAIN = re.compile(r"[^\w ./+-]", re.ASCII)


def render(review: Review) -> str:
    """Draw each folder with its files and findings; empty when there are few folders."""
    folders: dict[str, list[FileReport]] = {}
    for row in review.files:
        folders.setdefault(_find_folder(row.path), []).append(row)
    if len(folders) < FEWEST_FOLDERS:
        return ""
    drawn = sorted(
        folders.items(), key=lambda item: (-_count_findings(item[1]), -len(item[1]), item[0])
    )
    lines = ["```mermaid", "flowchart LR", '  pull["pull request"]']
    for number, (folder, rows) in enumerate(drawn[:MOST_FOLDERS]):
        lines.append(f'  pull --> f{number}["{_make_label(folder)}<br>{_describe_counts(rows)}"]')
    if left := drawn[MOST_FOLDERS:]:
        lines.append(f'  pull --> more["{len(left)} other folders"]')
    return "\n".join((*lines, "```"))


def _find_folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _make_label(folder: str) -> str:
    # A path is a stranger's text: what is not plain becomes a dot, and nothing is cut in the middle
    # of an escape because there is none.
    plain = _PLAIN.sub("·", "root folder" if folder == "." else folder)
    return plain if len(plain) <= _LONGEST_LABEL else f"...{plain[-_LONGEST_LABEL:]}"


def _describe_counts(rows: Iterable[FileReport]) -> str:
    files = list(rows)
    said = f"{len(files)} file{'s' * (len(files) > 1)}"
    found = _count_findings(files)
    return f"{said}, {found} finding{'s' * (found > 1)}" if found else said


def _count_findings(rows: Iterable[FileReport]) -> int:
    return sum(len(row.findings) for row in rows)
