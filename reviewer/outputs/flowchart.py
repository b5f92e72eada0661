"""Draws the changed folders as a flowchart for the job summary."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from reviewer.review.result import FileReport, Review

FEWEST_FOLDERS = 4
"""With fewer folders, the table of files is enough."""
MOST_FOLDERS = 20
_LONGEST_LABEL = 60
# All but these have, or may have, a meaning in a quoted label of Mermaid, in Markdown or in HTML.
_PLAIN = re.compile(r"[^\w ./+-]", re.ASCII)


def render(review: Review) -> str:
    """Return a Mermaid flowchart of the changed folders, "" if there are fewer than FEWEST_FOLDERS.

    At most MOST_FOLDERS are drawn, those with most findings first.
    """
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
    # A path is untrusted: other characters become dots. Without escapes, cutting it is safe.
    plain = _PLAIN.sub("·", "root folder" if folder == "." else folder)
    return plain if len(plain) <= _LONGEST_LABEL else f"...{plain[-_LONGEST_LABEL:]}"


def _describe_counts(rows: Iterable[FileReport]) -> str:
    files = list(rows)
    count = f"{len(files)} file{'s' * (len(files) > 1)}"
    findings = _count_findings(files)
    return f"{count}, {findings} finding{'s' * (findings > 1)}" if findings else count


def _count_findings(rows: Iterable[FileReport]) -> int:
    return sum(len(row.findings) for row in rows)
