"""Finds what looks like a secret, line by line, and replaces it by a mark with its kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import re2

from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import Line
from reviewer.redaction import patterns
from reviewer.redaction.run_secrets import Secrets
from reviewer.text import invisible
from reviewer.text.invisible import replace_surrogates

PRIVATE_KEY = "private-key"
LONGEST_KEY = 400
"""Lines; a 16,384-bit RSA key has 200. A forged key must not hide a whole file."""
# Characters; all lines of a key but the last are at least this wide.
_WIDE = 40
# Adjacent tokens are found one after the other; a line with thousands of them is an attack.
_PASSES = 4
_MARK = "[REDACTED:"

_HEADER = re2.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_FOOTER = re2.compile(r"-----END [A-Z0-9 ]{0,40}-----")
# What may precede base64 on its line: number and marker of our prompts, quotes and operators of a
# language, a comment sign. Any mixture matches, so that a prompt's columns make no difference.
_LEAD = r"^(?:[ \t\"'`#*|>]|\d+[ \t]|(?:[+-]|//)[ \t])*"
_BODY = re2.compile(
    _LEAD + r"([A-Za-z0-9+/]{4,}={0,2})(?:\\[nr])*[\"'`]?[ \t,;+.\\]*(?:\r|\[U\+000D\])?$"
)
# What may come between a header and its base64: nothing, or "Proc-Type: 4,ENCRYPTED".
_BETWEEN = re2.compile(
    _LEAD + r"(?:[A-Z][A-Za-z-]{2,20}: [^\"]{1,200})?(?:\\[nr])*[\"'` +,;\\]*(?:\r|\[U\+000D\])?$"
)
# All patterns together need a small part of this; RE2's own default is 8 MB for each.
_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret on one line; `start` and `end` count characters of the line from 0."""

    kind: str
    value: str
    start: int
    end: int


class Redaction:
    """Masks what looks like a secret as [REDACTED:kind:n]; one per run, shared by all threads.

    Equal values get equal numbers, counted per kind in order of appearance. A line is masked the
    same way alone and within a text. A mask is never masked again.
    """

    __slots__ = ("_keys", "_lock", "_numbers")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Read the run's texts in order, to assign numbers and to learn private keys.

        Pass multi-line text whole, here or to `mask`, before masking single lines of it: the lines
        of a private key are recognised only once the whole key was seen.
        """
        self._lock = Lock()
        self._keys: dict[str, int] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        for text in texts:
            self.mask(text)

    def mask(self, text: str) -> str:
        """Return the text with each secret replaced by its mark; the number of lines stays."""
        self._learn_keys(text)
        if not self._keys and not _keyword_search().search(replace_surrogates(text)):
            return text
        return "\n".join(map(self._mask_line, text.split("\n")))

    def find_secrets(self, line: str) -> tuple[Secret, ...]:
        """List the secrets on one line, in order and without overlap.

        Lines of a private key are found only after `mask` has read the whole key.
        """
        return tuple(_merge_overlapping((*_match_patterns(line), *self._find_key_line(line)), line))

    def __repr__(self) -> str:
        """Show the number of values and none of them."""
        return f"Redaction({sum(map(len, self._numbers.values()))} values)"

    def _mask_line(self, line: str) -> str:
        # What follows a secret may match only once that secret is replaced.
        for _ in range(_PASSES):
            secrets = self.find_secrets(line)
            if not secrets:
                return line
            line = self._replace(line, secrets)
        return self._mask_rest(line, self.find_secrets(line))

    def _replace(self, line: str, secrets: Iterable[Secret]) -> str:
        pieces, end = [], 0
        for secret in secrets:
            pieces += [line[end : secret.start], _format_mark(secret.kind, self.number_of(secret))]
            end = secret.end
        return "".join((*pieces, line[end:]))

    def _mask_rest(self, line: str, left: Sequence[Secret]) -> str:
        """Mask the rest of a line that still holds secrets, from the first of them on."""
        if not left:
            return line
        start = min(left[0].start, line.find(_MARK))
        rest = line[start:]
        return line[:start] + _format_mark(left[0].kind, self._number_by_value(left[0].kind, rest))

    def number_of(self, secret: Secret) -> int:
        """Return the number in the secret's mark; all lines of a private key share one."""
        if secret.kind == PRIVATE_KEY and secret.value in self._keys:
            return self._keys[secret.value]
        return self._number_by_value(secret.kind, secret.value)

    def _number_by_value(self, kind: str, value: str) -> int:
        with self._lock:
            numbers = self._numbers.setdefault(kind, {})
            return numbers.setdefault(value, len(numbers) + 1)

    def _learn_keys(self, text: str) -> None:
        """Remember the lines of the private keys in a text."""
        if "PRIVATE KEY" not in text:
            return
        for block in filter(None, _key_blocks(text.split("\n"))):
            number = self._keys.get(block[0]) or self._number_by_value(PRIVATE_KEY, block[0])
            for value in block:
                self._keys.setdefault(value, number)

    def _find_key_line(self, line: str) -> Iterator[Secret]:
        found = _BODY.search(replace_surrogates(line)) if self._keys else None
        if found and found[1] in self._keys:
            yield Secret(PRIVATE_KEY, found[1], found.start(1), found.end(1))


def _format_mark(kind: str, number: int) -> str:
    return f"{_MARK}{kind}:{number}]"


def _key_blocks(lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the base64 lines of each private key in a text, reading every line once.

    A key ends with its footer or before a line that cannot be part of it. In a hunk it may begin
    after its header. Each line must look like base64 of random bytes: otherwise an attacker could
    put lines of code into a forged key, to hide them from the review wherever they occur.
    """
    body: list[str] = []
    inside = False
    for line in map(replace_surrogates, lines):
        named = "PRIVATE KEY" in line
        header = named and _HEADER.search(line)
        footer = named and _FOOTER.search(line)
        if header or not _extend_key(line, body):
            if inside or (footer and not header):
                yield tuple(body)
            body, inside = [], bool(header and not footer)
    if inside:
        yield tuple(body)


def _extend_key(line: str, body: list[str]) -> bool:
    """Append a line's base64 to `body`; return False when the line cannot belong to the key."""
    if len(body) >= LONGEST_KEY:
        return False
    found = _BODY.search(line)
    if found and _is_random(found[1]):
        body.append(found[1])
        return True
    return bool(found and len(found[1]) >= _WIDE) or bool(_BETWEEN.search(line))


def _is_random(value: str) -> bool:
    varied = (
        any(char.isupper() for char in value)
        and any(char.islower() for char in value)
        and any(char.isdigit() or char in "+/" for char in value)
    )
    return varied if len(value) >= _WIDE else varied or value.endswith("=")


def _is_mixed(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _match_patterns(line: str) -> Iterator[Secret]:
    readable = replace_surrogates(line)
    if not _keyword_search().search(readable):
        return
    lowered = readable.lower()
    for pattern, regex in _compiled_patterns():
        if any(word in lowered for word in pattern.keywords):
            for match in regex.finditer(readable):
                value = match[1]
                if not pattern.mixed or _is_mixed(value):
                    yield Secret(pattern.kind, value, match.start(1), match.end(1))


def _merge_overlapping(secrets: Iterable[Secret], line: str) -> Iterator[Secret]:
    """Merge overlapping secrets; the result has the kind of the one that starts first."""
    last: Secret | None = None
    for secret in sorted(secrets, key=lambda each: (each.start, -each.end)):
        if last and secret.start < last.end:
            end = max(last.end, secret.end)
            last = Secret(last.kind, line[last.start : end], last.start, end)
            continue
        if last:
            yield last
        last = secret
    if last:
        yield last


@dataclass(frozen=True, slots=True)
class SecretMask:
    """A function from text to masked text.

    `own` masks the secrets of the run; `redaction` masks, after it, what looks like a secret.
    """

    own: Secrets
    redaction: Redaction

    @classmethod
    def of(cls, own: Secrets, files: Iterable[ChangedFile]) -> "SecretMask":
        """Read all changes first, so that a secret has the same number wherever it is masked."""
        return cls(own, Redaction(map(own.mask, hunk_texts(files))))

    def __call__(self, text: str) -> str:
        """Return the text with every secret replaced by a mask."""
        return self.redaction.mask(self.own.mask(text))


def mask_advice(text: str, own: Secrets) -> str:
    """Return an error about the repository's file, which repeats lines of it, without secrets."""
    return SecretMask.of(own, ())(text)


def hunk_texts(files: Iterable[ChangedFile]) -> Iterator[str]:
    """Yield each hunk as one text; a Redaction must read it before it masks single lines."""
    for file in files:
        for hunk in file.hunks:
            yield "\n".join(map(line_for_prompt, hunk.lines))


def line_for_prompt(line: Line) -> str:
    """Return the text of a line as quotes are compared with it: without the CR of a CRLF."""
    return invisible.show(line.text.removesuffix("\r"))


@cache
def _compiled_patterns() -> tuple[tuple[patterns.Pattern, Any], ...]:
    """Return every pattern with its compiled regular expression; groups count from 1."""
    return tuple((pattern, _compile(pattern.regex)) for pattern in patterns.PATTERNS)


@cache
def _keyword_search() -> Any:  # noqa: ANN401 - re2 has no types
    """Return one regular expression that matches every text that can hold a secret."""
    words = sorted({word for pattern in patterns.PATTERNS for word in pattern.keywords})
    return _compile("(?i)" + "|".join(map(re2.escape, words)))


def _compile(regex: str) -> Any:  # noqa: ANN401 - re2 has no types
    """Compile one of our regular expressions; texts must hold no lone surrogates."""
    options = re2.Options()
    options.max_mem = _BYTES
    options.log_errors = False
    return re2.compile(regex, options)
