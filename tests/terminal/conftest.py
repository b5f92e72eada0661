from pathlib import Path

import pytest


@pytest.fixture
def scratch(tmp_path: Path) -> str:
    """An empty folder for the repository that a review reads."""
    (tmp_path / "scratch").mkdir()
    return str(tmp_path / "scratch")
