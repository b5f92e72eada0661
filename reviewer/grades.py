"""Reads the words and numbers by which models and people grade a finding."""

import re
from collections.abc import Mapping
from typing import TypeVar

from reviewer.severity import Confidence, Severity
from reviewer.text import json_members

Grade = TypeVar("Grade", Severity, Confidence)

# A severity or a confidence is a word or a short phrase.
_LONGEST_GRADE = 100
_LARGEST_MARK = 10
# What models and people call a severity; other words in the same text do not matter.
_SEVERITIES = Severity.by_label() | {
    **dict.fromkeys(
        ("blocker", "blocking", "fatal", "p0", "s0", "sev0", "s1", "sev1"), Severity.CRITICAL
    ),
    **dict.fromkeys(("major", "severe", "serious", "error", "p1", "s2", "sev2"), Severity.HIGH),
    **dict.fromkeys(("moderate", "warning", "normal", "p2", "s3", "sev3"), Severity.MEDIUM),
    **dict.fromkeys(
        ("minor", "trivial", "info", "informational", "nit", "note", "p3", "p4", "s4", "sev4"),
        Severity.LOW,
    ),
}
_CONFIDENCES = Confidence.by_label() | {
    **dict.fromkeys(("certain", "sure", "definite"), Confidence.HIGH),
    **dict.fromkeys(("moderate", "likely", "probable"), Confidence.MEDIUM),
    **dict.fromkeys(("uncertain", "unsure", "unlikely"), Confidence.LOW),
}
# "not critical" is no severity that we know.
_NEGATIONS = frozenset({"not", "no", "non", "none", "never"})
_PERCENT = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*(%?)\s*")
# A probability from which on a model is sure, and from which on it is rather sure.
_SURE, _RATHER_SURE = 0.8, 0.5


def read_severity(value: object) -> Severity | None:
    """Return the severity that a value names, None if it is unknown.

    Of several words, the worst one applies.
    """
    return _read_grade(value, _SEVERITIES)


def read_least_severity(text: str) -> Severity | None:
    """Return the least of the severities that a text names, None if it names none.

    Where a setting takes a severity and all that are worse, this one includes the others.
    """
    named = json_members.words_in(text[:_LONGEST_GRADE])
    found = [_SEVERITIES[each] for each in named if each in _SEVERITIES]
    return min(found, default=None) if read_severity(text) else None


def read_confidence(value: object) -> Confidence:
    """Return the confidence that a word or a probability means; MEDIUM if it is unknown.

    A probability is a number from 0 to 1 or in percent.
    """
    written = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    number = float(written[1]) if written else value
    if isinstance(number, bool | Confidence) or not isinstance(number, int | float):
        return _read_grade(value, _CONFIDENCES) or Confidence.MEDIUM
    # 2 to 10 may be a mark on any scale.
    if (written and written[2]) or number > _LARGEST_MARK:
        number /= 100
    if not 0 <= number <= 1:
        return Confidence.MEDIUM
    if number >= _SURE:
        return Confidence.HIGH
    return Confidence.MEDIUM if number >= _RATHER_SURE else Confidence.LOW


def _read_grade(value: object, words: Mapping[str, Grade]) -> Grade | None:
    if not isinstance(value, str):
        return next((each for each in words.values() if each is value), None)
    named = json_members.words_in(value[:_LONGEST_GRADE])
    if not _NEGATIONS.isdisjoint(named):
        return None
    return max((words[each] for each in named if each in words), default=None)
