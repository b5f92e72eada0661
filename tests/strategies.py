"""Hypothesis strategies for values of ours; a new member of a class is tried without an edit."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reviewer.finding import Finding


def _place(finding: Finding, start: int, more: int, number: int) -> Finding:
    candidate = replace(finding.candidate, start_line=start, end_line=start + more)
    return replace(
        finding, candidate=candidate, start_line=start, end_line=start + more, number=number
    )


def findings() -> SearchStrategy[Finding]:
    """Make findings of any members, at the lines that their candidates state."""
    lines = st.integers(1, 10**6)
    return st.builds(_place, st.from_type(Finding), lines, st.integers(0, 50), st.integers(0, 999))
