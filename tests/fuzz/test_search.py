"""Looks for inputs that break a target: the same ones every time, as far as the time goes."""

import os
from functools import partial
from itertools import count
from random import Random
from time import monotonic

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz import corpus, documents
from tests.fuzz.edits import Edits, smallest
from tests.fuzz.patience import HangError, limited
from tests.fuzz.targets import TARGETS
from tests.fuzz.words import WORDS

WORKERS = 2
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0")) * WORKERS / len(TARGETS)
FIRST = int(os.environ.get("FUZZ_SEED", "0"))
DOCUMENTS, EDITS = 10, 200
"""Inputs of one round, from Hypothesis and from edits of what is kept."""


@pytest.mark.fuzz
@pytest.mark.parametrize("target", TARGETS)
def test_no_input_breaks_a_target(target: str) -> None:
    end = monotonic() + SECONDS
    made = Edits(corpus.seeds(target), WORDS[target])
    for number in count(FIRST):
        _edit(target, made, Random(number))
        _draw(target, number)
        if monotonic() > end:
            print(f"{target}: {(1 + number - FIRST) * (DOCUMENTS + EDITS):,} inputs")
            break


def _edit(target: str, made: Edits, random: Random) -> None:
    for _ in range(EDITS):
        data = made.edited(random)
        try:
            _try(target, data)
        except HangError:
            _keep(target, data)
            raise
        except Exception as problem:
            _keep(target, smallest(data, partial(_breaks, target, type(problem))))
            raise


def _draw(target: str, number: int) -> None:
    broke: list[bytes] = []

    @seed(number)
    @settings(
        database=None,
        deadline=None,
        max_examples=DOCUMENTS,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(documents.of(target))
    def look(data: bytes) -> None:
        broke.append(data)
        _try(target, data)
        broke.pop()

    try:
        look()
    finally:
        # What Hypothesis tries last is the smallest input that breaks the target.
        for data in broke[-1:]:
            _keep(target, data)


def _try(target: str, data: bytes) -> None:
    with limited():
        TARGETS[target](data)


def _breaks(target: str, problem: type[Exception], data: bytes) -> bool:
    try:
        _try(target, data)
    except problem:
        return True
    except Exception:  # noqa: BLE001 - another defect, which a later search will find again
        return False
    return False


def _keep(target: str, data: bytes) -> None:
    print(f"kept as {corpus.keep(target, data)}")
