"""Puts together what several passes and sections of a reply found in the same files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from reviewer.changes.diff import ChangedFile
from reviewer.finding import Candidate, Finding, normalize
from reviewer.findings.candidates import FileCandidates
from reviewer.findings.placement import Places
from reviewer.findings.ranking import overlap
from reviewer.review.result import worst_first


def join_passes(
    first: Iterable[Finding], second: Iterable[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings of two passes over one file, and those of them that both have.

    Both have a finding if their lines overlap and the category, the title or the quote is the same.
    The worse one of the two is kept.
    """
    joined = list(first)
    agreed: list[Finding] = []
    for finding in second:
        same = next((n for n, each in enumerate(joined) if _is_same(each, finding)), None)
        if same is None:
            joined.append(finding)
            continue
        joined[same] = worst_first((joined[same], finding))[0]
        agreed.append(joined[same])
    return tuple(joined), tuple(each for each in agreed if each in joined)


def _is_same(one: Finding, other: Finding) -> bool:
    topics = (
        (one.category, other.category),
        (normalize(one.title), normalize(other.title)),
        (normalize(one.quote), normalize(other.quote)),
    )
    alike = any(mine == theirs for mine, theirs in topics)
    return one.side is other.side and alike and overlap(one, other)


def move_to_quoted(
    sections: Mapping[str, FileCandidates],
    files: Sequence[ChangedFile],
    as_prompt_text: Callable[[str], str],
) -> dict[str, FileCandidates]:
    """Move each candidate whose quote is not in its own file to the only file that has it."""
    if len(files) == 1:
        return dict(sections)
    places = {file.path: Places(file, as_prompt_text) for file in files}
    kept: dict[str, list[Candidate]] = {path: [] for path in sections}
    for path, section in sections.items():
        for candidate in section.candidates:
            home = _find_home(candidate, path, places)
            # A file without a section is asked about again, as a whole.
            home = home if home in kept else path
            kept[home].append(replace(candidate, path=home))
    return {
        path: replace(section, candidates=tuple(kept[path])) for path, section in sections.items()
    }


def _find_home(candidate: Candidate, path: str, places: Mapping[str, Places]) -> str:
    own = places.get(path)
    if own is None or own.place(candidate):
        return path
    found = [
        other for other, place in places.items() if place.place(replace(candidate, path=other))
    ]
    return found[0] if len(found) == 1 else path
