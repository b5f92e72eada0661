"""Looks for inputs that break a target: the same ones every time, as far as the time goes."""

import os
from itertools import count
from time import monotonic

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz import corpus, documents
from tests.fuzz.patience import limited
from tests.fuzz.targets import TARGETS

WORKERS = 2
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0")) * WORKERS / len(TARGETS)
FIRST = int(os.environ.get("FUZZ_SEED", "0"))
EXAMPLES = 100


@pytest.mark.fuzz
@pytest.mark.parametrize("target", TARGETS)
def test_no_input_breaks_a_target(target: str) -> None:
    end = monotonic() + SECONDS
    for number in count(FIRST):
        if monotonic() > end:
            break
        _search(target, number)


def _search(target: str, number: int) -> None:
    """Try so many inputs; of those that break the target, the smallest is kept."""
    broke: list[bytes] = []

    @seed(number)
    @settings(
        database=None,
        deadline=None,
        max_examples=EXAMPLES,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(documents.of(target))
    def look(data: bytes) -> None:
        broke.append(data)
        with limited():
            TARGETS[target](data)
        broke.pop()

    try:
        look()
    finally:
        # What Hypothesis tries last is the smallest input that breaks the target.
        for data in broke[-1:]:
            print(f"kept as {corpus.keep(target, data)}")
