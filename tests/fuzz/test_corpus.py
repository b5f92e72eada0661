from pathlib import Path

import pytest

from tests.fuzz import corpus
from tests.fuzz.patience import limited
from tests.fuzz.targets import TARGETS
from tests.fuzz.words import WORDS

KEPT = [
    pytest.param(target, path, id=f"{target}-{path.name}")
    for target in TARGETS
    for path in corpus.files(target)
]


@pytest.mark.parametrize(("target", "path"), KEPT)
def test_no_kept_input_breaks_its_target(target: str, path: Path) -> None:
    with limited():
        TARGETS[target](path.read_bytes())


def test_every_target_has_its_corpus_and_its_words() -> None:
    assert {path.name for path in corpus.FOLDER.iterdir()} == set(TARGETS) == set(WORDS)
