"""Finds the lines that a candidate quotes: the quote decides, the stated lines only choose."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
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

    def __init__(self, file: ChangedFile, as_prompt_text: Callable[[str], str] = str) -> None:
        """Take as `shown` what prompts do to a line's text, such as masking."""
        self._path = file.path
        self._names = (file.path, as_prompt_text(file.path))
        self._texts = (_HunkText(file.hunks, str), _HunkText(file.hunks, as_prompt_text))

    def place(self, candidate: Candidate) -> Finding | None:
        """Find the lines that the candidate quotes, or None when that cannot be decided.

        At the stated lines, any shown line of the new version will do. Elsewhere the quote must be
        the only one of its kind among the changed lines of the new version, or else among the
        removed ones. Indentation is not compared.
        """
        if candidate.path not in self._names:
            return None
        for text in self._texts:
            for quote in _read_quote(candidate.quote):
                if found := _search(quote, text, candidate):
                    return _finding(candidate, found, self._path)
        return None


def place(
    candidate: Candidate, file: ChangedFile, as_prompt_text: Callable[[str], str] = str
) -> Finding | None:
    """Place a single candidate."""
    return Places(file, as_prompt_text).place(candidate)


def _read_quote(quote: str) -> Iterator[Quote]:
    """Read the quote as code, then as code behind the columns of our prompt."""
    lines = [line.rstrip() for line in quote.split("\n")]
    columns = [_COLUMNS.match(line) for line in lines if line]
    yield from _trim_quote(lines)
    if all(columns):
        behind = [(match["removed"], match.string[match.end() :]) for match in columns if match]
        kept = [text for removed, text in behind if not removed]
        yield from _trim_quote(kept or [text for _, text in behind])


def _trim_quote(lines: Iterable[str]) -> Iterator[Quote]:
    """Drop blank lines at both ends; a quote without a letter or digit fits anywhere."""
    text = "\n".join(line.strip() for line in lines).strip("\n")
    if any(character.isalnum() for character in text):
        yield tuple(text.split("\n"))


class _HunkText:
    """The text of a file's hunks, as it is compared with quotes."""

    def __init__(self, hunks: Iterable[Hunk], as_prompt_text: Callable[[str], str]) -> None:
        """Read each line as it stands in a prompt, where CRLF is no more than the end of a line."""
        self._hunks = tuple(
            tuple((line, as_prompt_text(line.text.removesuffix("\r"))) for line in hunk.lines)
            for hunk in hunks
        )
        self._sides = {side: tuple(self._lines_of(side)) for side in Side}

    def _lines_of(self, side: Side) -> Iterator[tuple[_Numbered, str]]:
        """Yield the lines of one version, hunk by hunk, and their text for searching."""
        for hunk in self._hunks:
            rows = [
                (number, line, text)
                for line, text in hunk
                if (number := _line_number(line, side)) is not None
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
                yield _make_match(side, lines[first : first + len(quote)])
                seen, position = position, text.find(sought, position + 1)

    def partial_matches(self, quote: Quote) -> Iterator[_Match]:
        """Find a one-line quote within lines of the new version."""
        if len(quote) > 1 or len(quote[0]) < _SHORTEST_PART:
            return
        for hunk in self._hunks:
            for line, text in hunk:
                if line.new is not None and quote[0] in text:
                    yield _make_match(Side.NEW, ((line.new, line),))


def _line_number(line: Line, side: Side) -> int | None:
    return line.new if side is Side.NEW else line.old


def _make_match(side: Side, lines: Sequence[tuple[int, Line]]) -> _Match:
    changed = any(line.kind is not LineKind.CONTEXT for _, line in lines)
    return _Match(side, lines[0][0], lines[-1][0], changed)


def _search(quote: Quote, text: _HunkText, candidate: Candidate) -> _Match | None:
    """Try the places in the order of trust."""
    new = tuple(text.matches(quote, Side.NEW))
    if found := _choose_stated(new, candidate):
        return found
    if changed := [match for match in new if match.changed]:
        return _single(changed)
    if removed := [match for match in text.matches(quote, Side.OLD) if match.changed]:
        return _single(removed)
    return _choose_stated(text.partial_matches(quote), candidate)


def _choose_stated(matches: Iterable[_Match], candidate: Candidate) -> _Match | None:
    """Choose the match that the stated lines touch; of several, the one where they start."""
    first, last = sorted((candidate.start_line, candidate.end_line))
    near = [match for match in matches if match.start <= last and first <= match.end]
    return _single(near) or _single([match for match in near if match.start == first])


def _single(matches: Sequence[_Match]) -> _Match | None:
    return matches[0] if len(matches) == 1 else None


def _finding(candidate: Candidate, match: _Match, path: str) -> Finding:
    return Finding(
        path=path,
        start_line=match.start,
        end_line=match.end,
        side=match.side,
        quote=candidate.quote,
        severity=candidate.severity,
        confidence=candidate.confidence,
        category=candidate.category,
        title=candidate.title,
        body=candidate.body,
        suggestion=candidate.suggestion,
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
        if proven or not any(
            _ranges_overlap(lines, it) for t in topics for it in places.get(t, [])
        ):
            kept.append(finding)
            for topic in topics:
                places.setdefault(topic, []).append(lines)
    return worst_first(kept), len(ordered) - len(kept)


def _ranges_overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop
