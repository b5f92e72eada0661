"""Finds the lines that a candidate quotes: the quote decides, the stated lines only choose."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from reviewer.changes.diff import ChangedFile, Hunk, Line, LineKind
from reviewer.finding import Candidate, Finding, Origin, Side, plain
from reviewer.review import worst_first

# What diff.numbered prints before a line's text, or a diff's bare marker.
_COLUMNS = re.compile(r"\s*(?:\d+(?: [+ ](?: |$)|$)|(?P<removed>-)|\+)")
# A part of a line as short as "return" says too little about which line is meant.
_SHORTEST_PART = 8

Quote: TypeAlias = tuple[str, ...]
_Numbered: TypeAlias = tuple[tuple[int, Line], ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """Lines of one version of the file that read like the quote."""

    side: Side
    start: int
    end: int
    changed: bool


class Places:
    """The lines of one file that candidates may be about, read once for all of them."""

    def __init__(self, file: ChangedFile, shown: Callable[[str], str] = str) -> None:
        """Take as `shown` what prompts do to a line's text, such as masking."""
        self._path = file.path
        self._names = (file.path, shown(file.path))
        self._texts = (_Text(file.hunks, str), _Text(file.hunks, shown))

    def place(self, candidate: Candidate) -> Finding | None:
        """Find the lines that the candidate quotes, or None when that cannot be decided.

        At the stated lines, any shown line of the new version will do. Elsewhere the quote must be
        the only one of its kind among the changed lines of the new version, or else among the
        removed ones. Indentation is not compared.
        """
        if candidate.path not in self._names:
            return None
        for text in self._texts:
            for quote in _readings(candidate.quote):
                if found := _search(quote, text, candidate):
                    return _finding(candidate, found, self._path)
        return None


def place(
    candidate: Candidate, file: ChangedFile, shown: Callable[[str], str] = str
) -> Finding | None:
    """Place a single candidate."""
    return Places(file, shown).place(candidate)


def _readings(quote: str) -> Iterator[Quote]:
    """Read the quote as code, then as code behind the columns of our prompt."""
    lines = [line.rstrip() for line in quote.split("\n")]
    columns = [_COLUMNS.match(line) for line in lines if line]
    yield from _meaningful(lines)
    if all(columns):
        behind = [(match["removed"], match.string[match.end() :]) for match in columns if match]
        kept = [text for removed, text in behind if not removed]
        yield from _meaningful(kept or [text for _, text in behind])


def _meaningful(lines: Iterable[str]) -> Iterator[Quote]:
    """Drop blank lines at both ends; a quote without a letter or digit fits anywhere."""
    text = "\n".join(line.strip() for line in lines).strip("\n")
    if any(character.isalnum() for character in text):
        yield tuple(text.split("\n"))


class _Text:
    """The text of a file's hunks, as it is compared with quotes."""

    def __init__(self, hunks: Iterable[Hunk], shown: Callable[[str], str]) -> None:
        """Read each line as it stands in a prompt, where CRLF is no more than the end of a line."""
        self._hunks = tuple(
            tuple((line, shown(line.text.removesuffix("\r"))) for line in hunk.lines)
            for hunk in hunks
        )
        self._sides = {side: tuple(self._of(side)) for side in Side}

    def _of(self, side: Side) -> Iterator[tuple[_Numbered, str]]:
        """Yield the lines of one version, hunk by hunk, and their text for searching."""
        for hunk in self._hunks:
            rows = [
                (number, line, text)
                for line, text in hunk
                if (number := _number(line, side)) is not None
            ]
            joined = "\n".join(("", *(text.strip() for _, _, text in rows), ""))
            yield tuple((number, line) for number, line, _ in rows), joined

    def matches(self, quote: Quote, side: Side) -> Iterator[_Match]:
        """Find the quote on neighbouring lines of one hunk."""
        sought = "\n".join(("", *quote, ""))
        for lines, text in self._sides[side]:
            first, seen, position = 0, 0, text.find(sought)
            while position >= 0:
                first += text.count("\n", seen, position)
                yield _match(side, lines[first : first + len(quote)])
                seen, position = position, text.find(sought, position + 1)

    def parts(self, quote: Quote) -> Iterator[_Match]:
        """Find a one-line quote within lines of the new version."""
        if len(quote) > 1 or len(quote[0]) < _SHORTEST_PART:
            return
        for hunk in self._hunks:
            for line, text in hunk:
                if line.new is not None and quote[0] in text:
                    yield _match(Side.NEW, ((line.new, line),))


def _number(line: Line, side: Side) -> int | None:
    return line.new if side is Side.NEW else line.old


def _match(side: Side, lines: Sequence[tuple[int, Line]]) -> _Match:
    changed = any(line.kind is not LineKind.CONTEXT for _, line in lines)
    return _Match(side, lines[0][0], lines[-1][0], changed)


def _search(quote: Quote, text: _Text, candidate: Candidate) -> _Match | None:
    """Try the places in the order of trust."""
    new = tuple(text.matches(quote, Side.NEW))
    if found := _stated(new, candidate):
        return found
    if changed := [match for match in new if match.changed]:
        return _only(changed)
    if removed := [match for match in text.matches(quote, Side.OLD) if match.changed]:
        return _only(removed)
    return _stated(text.parts(quote), candidate)


def _stated(matches: Iterable[_Match], candidate: Candidate) -> _Match | None:
    """Choose the match that the stated lines touch; of several, the one where they start."""
    first, last = sorted((candidate.start_line, candidate.end_line))
    near = [match for match in matches if match.start <= last and first <= match.end]
    return _only(near) or _only([match for match in near if match.start == first])


def _only(matches: Sequence[_Match]) -> _Match | None:
    return matches[0] if len(matches) == 1 else None


def _finding(candidate: Candidate, match: _Match, path: str) -> Finding:
    return Finding(
        candidate=replace(candidate, path=path),
        start_line=match.start,
        end_line=match.end,
        side=match.side,
    )


def dedupe(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], int]:
    """Keep the worst of the findings that say the same about the same lines; count the others.

    The same means overlapping lines, and the same title or quote but for letter case and spaces.
    What a rule has found always stays, and a model that says the same adds nothing.
    The result is ordered, the worst first, and does not depend on the order of `findings`.
    """
    kept: list[Finding] = []
    places: dict[tuple[str, ...], list[range]] = {}
    ordered = worst_first(sorted(findings, key=repr))
    for finding in sorted(ordered, key=lambda each: each.origin is not Origin.RULE):
        lines = range(finding.start_line, finding.end_line + 1)
        where = (finding.path, finding.side.value)
        topics = (
            (*where, "title", plain(finding.title)),
            (*where, "quote", plain(finding.quote)),
        )
        proven = finding.origin is Origin.RULE
        if proven or not any(_overlap(lines, it) for t in topics for it in places.get(t, [])):
            kept.append(finding)
            for topic in topics:
                places.setdefault(topic, []).append(lines)
    return worst_first(kept), len(ordered) - len(kept)


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop
