"""Reads candidates and finds the lines that they quote.

A finding is where its quote is. The line numbers that the model states only choose between several
matches.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.parts import CUT_MARK
from reviewer.finding import Candidate, Finding, Side

# What diff.numbered prints before a line's text, or a diff's bare marker.
_COLUMNS = re.compile(r"\s*(?:\d+(?: [+ ](?: |$)|$)|(?P<removed>-)|\+)")
# The same for a line of the new version that was copied whole, with its number.
_PRINTED = re.compile(r" {0,6}(\d{1,9}) [ +](?: (.*))?")
_CARRIAGE_RETURN = "[U+000D]"
# Characters; a shorter part of a line, such as "return", does not identify the line.
_SHORTEST_PART = 8

Quote: TypeAlias = tuple[str, ...]
_Numbered: TypeAlias = tuple[tuple[int, Line], ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """Lines of one version of the file that match the quote; `changed` if any of them changed."""

    side: Side
    start: int
    end: int
    changed: bool


class Places:
    """Places any number of candidates in the hunks of one file.

    Its lines, both as they are and as prompts show them, are indexed for the first candidate: most
    files have none.
    """

    def __init__(self, file: ChangedFile, as_prompt_text: Callable[[str], str] = str) -> None:
        """Keep the file; `as_prompt_text` returns a line as prompts show it."""
        self._file = file
        self._as_prompt_text = as_prompt_text

    @cached_property
    def _texts(self) -> "tuple[_HunkText, _HunkText]":
        hunks = self._file.hunks
        return _HunkText(hunks, str), _HunkText(hunks, self._as_prompt_text)

    @cached_property
    def _without_spaces(self) -> "_TextWithoutSpaces":
        return _TextWithoutSpaces(self._texts[-1].hunks)

    def place(self, candidate: Candidate) -> Finding | None:
        """Return the finding at the lines that the candidate quotes, or None if it has no place.

        At the stated lines, the quote may match any line of the hunks in the new version. Elsewhere
        it must match exactly once among the changed lines of the new version, or else exactly once
        among the removed lines. Indentation is not compared, nor is any white space in a quote that
        matches one place of the hunks only. The path of the candidate is ignored. A quote that was
        copied with the numbers of its lines is there if it is their text, whatever that is.
        """
        for text in self._texts:
            if found := text.find_printed(candidate.quote):
                return _make_finding(candidate, found, self._file.path)
        for text in self._texts:
            for quote in _read_printed(candidate.quote):
                if found := _search(quote, text, candidate):
                    return _make_finding(candidate, found, self._file.path)
        for quote in _read_quote(candidate.quote):
            if found := self._without_spaces.find_only(quote, candidate):
                return _make_finding(candidate, found, self._file.path)
        return None


def _read_printed(quote: str) -> Iterator[Quote]:
    """Yield the quote, then without the carriage return that a prompt shows at its very end.

    Elsewhere it belongs to a CRLF, and a prompt does not show it.
    """
    yield from _read_quote(quote)
    end = quote.rstrip()
    if end.endswith(_CARRIAGE_RETURN):
        yield from _read_quote(end.removesuffix(_CARRIAGE_RETURN))


def _read_quote(quote: str) -> Iterator[Quote]:
    """Yield the quote as code, then without the columns of our prompt, if it has them."""
    lines = [line.rstrip().removesuffix(CUT_MARK).rstrip() for line in quote.split("\n")]
    columns = [_COLUMNS.match(line) for line in lines if line]
    yield from _trim_quote(lines)
    if all(columns):
        behind = [(match["removed"], match.string[match.end() :]) for match in columns if match]
        kept = [text for removed, text in behind if not removed]
        yield from _trim_quote(kept or [text for _, text in behind])


def _trim_quote(lines: Iterable[str]) -> Iterator[Quote]:
    """Yield the lines without blank ones at both ends, if there is a letter or digit in them.

    A quote without any would match almost everywhere.
    """
    text = "\n".join(line.strip() for line in lines).strip("\n")
    if any(character.isalnum() for character in text):
        yield tuple(text.split("\n"))


def _without_mark(text: str) -> str:
    """Return the text of a line as it is compared: without the ends that a reply may lose."""
    return text.removesuffix(_CARRIAGE_RETURN).strip()


class _HunkText:
    """The text of a file's hunks, prepared for comparison with quotes."""

    def __init__(self, hunks: Iterable[Hunk], as_prompt_text: Callable[[str], str]) -> None:
        """Index each line as a prompt shows it, without the CR of a CRLF."""
        self.hunks = tuple(
            tuple((line, as_prompt_text(line.text.removesuffix("\r"))) for line in hunk.lines)
            for hunk in hunks
        )
        self._sides = {side: tuple(self._lines_of(side)) for side in Side}

    def _lines_of(self, side: Side) -> Iterator[tuple[_Numbered, str]]:
        """Yield the lines of one version for each hunk, and their text for searching."""
        for hunk in self.hunks:
            rows = [
                (number, line, text)
                for line, text in hunk
                if (number := _line_number(line, side)) is not None
            ]
            joined = "\n".join(("", *(text.strip() for _, _, text in rows), ""))
            yield tuple((number, line) for number, line, _ in rows), joined

    def find_printed(self, quote: str) -> _Match | None:
        """Return the lines of the new version whose numbers and texts the quote repeats."""
        printed = [_PRINTED.fullmatch(row.rstrip()) for row in quote.strip("\n").split("\n")]
        wanted = [(int(row[1]), _without_mark(row[2] or "")) for row in printed if row]
        if len(wanted) < len(printed):
            return None
        for hunk in self.hunks:
            rows = [(line.new, line, _without_mark(text)) for line, text in hunk if line.new]
            told = [(number, text) for number, _, text in rows]
            first = told.index(wanted[0]) if wanted[0] in told else len(told)
            if told[first : first + len(wanted)] == wanted:
                found = [(number, line) for number, line, _ in rows[first : first + len(wanted)]]
                return _make_match(Side.NEW, found)
        return None

    def matches(self, quote: Quote, side: Side) -> Iterator[_Match]:
        """Yield where the quote matches adjacent lines of one hunk."""
        sought = "\n".join(("", *quote, ""))
        for lines, text in self._sides[side]:
            first, seen, position = 0, 0, text.find(sought)
            while position >= 0:
                first += text.count("\n", seen, position)
                yield _make_match(side, lines[first : first + len(quote)])
                seen, position = position, text.find(sought, position + 1)

    def partial_matches(self, quote: Quote) -> Iterator[_Match]:
        """Yield where a one-line quote matches a part of a line in the new version."""
        if len(quote) > 1 or len(quote[0]) < _SHORTEST_PART:
            return
        for hunk in self.hunks:
            for line, text in hunk:
                if line.new is not None and quote[0] in text:
                    yield _make_match(Side.NEW, ((line.new, line),))


class _TextWithoutSpaces:
    """The text of a file's hunks without any white space, line breaks included."""

    def __init__(self, hunks: Sequence[Sequence[tuple[Line, str]]]) -> None:
        """Keep the lines of each version, hunk by hunk; each line comes with its text."""
        self._sides = {
            side: tuple(
                tuple(
                    (number, line, _squeeze(text))
                    for line, text in hunk
                    if (number := _line_number(line, side)) is not None
                )
                for hunk in hunks
            )
            for side in Side
        }

    def find_only(self, quote: Quote, candidate: Candidate) -> _Match | None:
        """Return the one place whose whole lines match; None if there are several.

        As with other quotes, context must be at the stated lines.
        """
        sought = _squeeze("".join(quote))
        new = tuple(self._matches(sought, Side.NEW))
        if new:
            only = _take_only(new)
            return only if only and (only.changed or _choose_stated(new, candidate)) else None
        return _take_only([match for match in self._matches(sought, Side.OLD) if match.changed])

    def _matches(self, sought: str, side: Side) -> Iterator[_Match]:
        for rows in self._sides[side]:
            texts = [text for _, _, text in rows]
            starts = tuple(accumulate(map(len, texts), initial=0))
            joined = "".join(texts)
            first = {place: at for at, place in enumerate(starts[:-1]) if texts[at]}
            last = {place: at for at, place in enumerate(starts[1:]) if texts[at]}
            position = joined.find(sought)
            while position >= 0:
                end = position + len(sought)
                if position in first and end in last:
                    lines = rows[first[position] : last[end] + 1]
                    yield _make_match(side, [(number, line) for number, line, _ in lines])
                position = joined.find(sought, position + 1)


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _line_number(line: Line, side: Side) -> int | None:
    return line.new if side is Side.NEW else line.old


def _make_match(side: Side, lines: Sequence[tuple[int, Line]]) -> _Match:
    changed = any(line.kind is not LineKind.CONTEXT for _, line in lines)
    return _Match(side, lines[0][0], lines[-1][0], changed)


def _search(quote: Quote, text: _HunkText, candidate: Candidate) -> _Match | None:
    """Return the match at the most trusted kind of place: stated, changed, removed, partial."""
    new = tuple(text.matches(quote, Side.NEW))
    if found := _choose_stated(new, candidate):
        return found
    if changed := [match for match in new if match.changed]:
        return _take_only(changed)
    if removed := [match for match in text.matches(quote, Side.OLD) if match.changed]:
        return _take_only(removed)
    return _choose_stated(text.partial_matches(quote), candidate)


def _choose_stated(matches: Iterable[_Match], candidate: Candidate) -> _Match | None:
    """Return the match that overlaps the stated lines; of several, the one that starts there."""
    first, last = sorted((candidate.start_line, candidate.end_line))
    near = [match for match in matches if match.start <= last and first <= match.end]
    return _take_only(near) or _take_only([match for match in near if match.start == first])


def _take_only(matches: Sequence[_Match]) -> _Match | None:
    return matches[0] if len(matches) == 1 else None


def _make_finding(candidate: Candidate, match: _Match, path: str) -> Finding:
    return Finding(
        candidate=replace(candidate, path=path),
        start_line=match.start,
        end_line=match.end,
        side=match.side,
    )
