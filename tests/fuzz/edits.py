"""Edits kept inputs, thousands a second, and makes what broke a target small again."""

import re
from collections.abc import Callable, Sequence
from random import Random

# What splits an input into the words of its language, at odd places, and what is between them.
_WORD = re.compile(rb'("(?:[^"\\\n]|\\.)*"|\w+|[^\w\s])')
_NUMBERS = (b"0", b"-1", b"1", b"2", b"1.5", b"1e9", b"4294967296", b"9" * 30)
_FEWEST = 3
_STRANGE = 0.3
_MOST_TRIES = 300
_LENGTHS = (0, 0, 0, 1, 1, 2, 8, 40, 200)


def _is_text(word: bytes) -> bool:
    return len(word) > 1 and word[:1] == word[-1:] == b'"'


class Edits:
    """Makes new inputs out of those of one target; the same ones for the same `random`."""

    def __init__(self, seeds: Sequence[bytes], words: Sequence[bytes]) -> None:
        self._seeds = [_WORD.split(seed) for seed in seeds]
        self._words = words
        self._texts = [word for word in words if _is_text(word)] or words

    def edited(self, random: Random) -> bytes:
        """Exchange some words; half of the time, cut, insert, repeat or splice pieces too."""
        parts = list(random.choice(self._seeds))
        for _ in range(random.choice((1, 1, 2, 3))):
            self._exchange(random, parts)
        data = b"".join(parts)
        for _ in range(random.choice((0, 0, 1, 2))):
            data = random.choice((self._inserted, self._repeated, self._spliced))(random, data)
        return data

    def _exchange(self, random: Random, parts: list[bytes]) -> None:
        """Put another word in the place of one; mostly one of its kind, so that little breaks."""
        other = random.choice(self._seeds)
        if len(parts) < _FEWEST or len(other) < _FEWEST:
            return
        place = random.randrange(1, len(parts), 2)
        if random.random() < _STRANGE:
            word = other[random.randrange(1, len(other), 2)]
            parts[place] = random.choice((random.choice(self._words), word, b""))
            return
        while place < len(parts) - 2 and not (parts[place].isalnum() or _is_text(parts[place])):
            place += 2
        alike = self._texts if _is_text(parts[place]) else self._words
        parts[place] = random.choice(_NUMBERS if parts[place].isdigit() else alike)

    def _inserted(self, random: Random, data: bytes) -> bytes:
        start = random.randint(0, len(data))
        piece = random.choice((random.choice(self._words), random.randbytes(random.randint(1, 3))))
        return data[:start] + piece + data[start + random.choice(_LENGTHS) :]

    def _repeated(self, random: Random, data: bytes) -> bytes:
        start = random.randint(0, len(data))
        piece = data[start : start + random.choice(_LENGTHS)]
        place = random.randint(0, len(data))
        return data[:place] + piece * random.choice((1, 1, 2, 20)) + data[place:]

    def _spliced(self, random: Random, data: bytes) -> bytes:
        parts = random.choice(self._seeds)
        rest = b"".join(parts[random.randrange(len(parts)) :])
        return data[: random.randint(0, len(data))] + rest


def smallest(data: bytes, breaks: Callable[[bytes], bool]) -> bytes:
    """Take pieces out, large ones first, as long as what is left still breaks."""
    length, tries = len(data) // 2, _MOST_TRIES
    while length and tries:
        start = 0
        while start < len(data) and tries:
            tries -= 1
            shorter = data[:start] + data[start + length :]
            if breaks(shorter):
                data = shorter
            else:
                start += length
        length //= 2
    return data
