"""The demo, started as `make demo` does, on a machine without a way out."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts import comment_picture
from tests.e2e.process import ROOT

pytestmark = pytest.mark.process

# A proxy at which nothing listens, so that nothing leaves this machine.
NO_WAY_OUT = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def screen() -> str:
    """What the demo prints when no model is named."""
    named = ("CODE_REVIEW_API_KEY", "CODE_REVIEW_BASE_URL", "CODE_REVIEW_MODEL")
    environ = {name: value for name, value in os.environ.items() if name not in named}
    proxies = {"HTTPS_PROXY": NO_WAY_OUT, "https_proxy": NO_WAY_OUT}
    done = subprocess.run(
        [sys.executable, str(ROOT / "demo" / "run.py")],
        env={**environ, **proxies, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_demo_says_that_its_answers_are_recorded(screen: str) -> None:
    said = " ".join(screen.split())

    assert re.search(r"answers recorded on \d{4}-\d\d-\d\d from a language model", said)
    assert "No model is asked now" in said


def test_the_demo_shows_a_comment_with_findings_and_every_file(screen: str) -> None:
    comment = screen.partition("<!-- code-review-action name=default")[2]

    assert "### Hidden risks" in comment
    assert "`src/humanize/filesize.py:97`" in comment
    assert "Reviewed 11 of 13 changed files" in comment
    assert "skipped: binary" in comment
    assert "excluded by .github/code-review.yml" in comment


def test_the_pictures_of_readme_show_the_comment_of_today(screen: str) -> None:
    assert "Reviewed" in screen
    comment = (comment_picture.BUILD / "comment.md").read_text("utf-8")

    shown = comment_picture.SHOWN.read_text("utf-8")
    assert comment_picture.without_what_varies(comment) == shown, "run `make picture`"


def test_the_demo_asks_nothing_again_for_the_same_event(screen: str) -> None:
    second = screen.partition("The same event once more")[2]

    assert "model     0 questions" in second
    assert "0 of them writes" in second


def test_the_demo_leaves_a_page_that_shows_the_comment(screen: str) -> None:
    address = re.search(r"^file://\S+$", screen, re.MULTILINE)
    assert address
    page = Path(urlsplit(address[0]).path).read_text("utf-8")

    assert "<h3>Hidden risks</h3>" in page
    assert "<table>" in page
    assert "answers recorded on" in page
