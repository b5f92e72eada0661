"""What a reply or a report says of a file is read within limits, whatever its author."""

from dataclasses import replace

import pytest
from hypothesis import given

from reviewer.finding import Candidate, Finding
from reviewer.findings import candidates
from reviewer.findings.candidates import FileCandidates
from reviewer.review.result import Withheld
from reviewer.severity import Confidence, Severity
from tests import builders, strategies

CANDIDATE = builders.candidate(severity=Severity.LOW, confidence=Confidence.LOW)


def collect(*rows: Candidate, summary: str = "Pays.") -> FileCandidates:
    """Read candidates that are values already, as those of a report are."""
    members = [row.members for row in rows]
    return candidates.collect_candidates(members, path="src/pay.py", summary=summary)


def test_a_candidate_within_its_limits_is_read_as_it_is() -> None:
    assert collect(CANDIDATE) == FileCandidates("Pays.", (CANDIDATE,))


@pytest.mark.parametrize("member", ["quote", "title", "body"])
def test_a_candidate_that_lacks_its_words_is_left_out_and_counted(member: str) -> None:
    blank = replace(CANDIDATE, **{member: " \n"})  # type: ignore[arg-type]
    assert collect(blank, CANDIDATE) == FileCandidates("Pays.", (CANDIDATE,), Withheld(malformed=1))


def test_texts_of_a_candidate_are_cut_and_an_unknown_category_is_other() -> None:
    long = "word " * 10_000
    (found,) = collect(
        replace(CANDIDATE, title=long, body=long, quote=long, suggestion=long, category="mine"),
        summary=long,
    ).candidates
    assert max(map(len, found.texts)) <= 4_000
    assert (len(found.title) <= 200, found.category, found.suggestion) == (True, "other", None)
    assert len(collect(summary=long).summary) <= 500


def test_the_worst_are_kept_and_equal_ones_once() -> None:
    rows = [replace(CANDIDATE, title=f"T{n}") for n in range(candidates.MOST_CANDIDATES)]
    worse = replace(CANDIDATE, title="Worse", severity=Severity.HIGH)
    found = collect(*rows, worse, worse)
    assert len(found.candidates) == candidates.MOST_CANDIDATES
    assert worse in found.candidates
    assert found.dropped == Withheld(over_limit=1, duplicate=1)


@given(strategies.findings())
def test_what_was_read_once_is_within_the_limits(finding: Finding) -> None:
    for read in collect(finding.candidate).candidates:
        assert collect(read).candidates == (read,)
