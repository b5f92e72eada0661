"""Many files of which GitHub shows no lines: few requests, and the same words as one by one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults import faults
from tests.loopback import failures
from tests.loopback.state import Entry, Symlink
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

TARBALL, CONTENT, BLOB = "GET .*/tarball/", "GET .*/contents/src/", "GET .*/git/blobs/"
Files = dict[str, tuple[str | Entry | None, str | Entry | None]]
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
HIDDEN = "a = 1\n".encode("utf-16")


def without_lines() -> Files:
    """Sixty files that git calls binary: pictures, programs, texts with a NUL, other encodings."""
    files: Files = {}
    for n in range(10):
        files |= {
            f"src/added_{n}.png": (None, PNG),
            f"src/changed_{n}.png": (PNG, PNG + b"more"),
            f"src/false_{n}.js": (b"a = 1\n", PNG + bytes([n])),
            f"src/nul_{n}.js": (f"a = {n}\n".encode(), f"a = {n}\nb = 2 // \0\n".encode()),
            f"src/wide_{n}.js": (HIDDEN, f"a = 1\nb = {n}\n".encode("utf-16")),
            f"src/still_{n}.js": (f"a\0{n}\n".encode(), f"a\0{n}\nnew\n".encode()),
        }
    return files


@pytest.fixture
def job(job: Job, tmp_path: Path) -> Job:
    """A job whose reports are found."""
    job.workspace = str(tmp_path)
    job.inputs |= {"max-files": "200", "max-findings": "50"}
    job.model.script = lambda body: review_reply(prompted_path(body))
    return job


def review(job: Job, code: int = 0) -> tuple[Mapping[str, Any], int]:
    """Return what the report says of each file, and the number of requests."""
    before = len(job.github.requests)
    finished = job.run(full=True)
    assert finished.code == code, finished.log
    report = json.loads(Path(job.workspace, finished.outputs["report-path"]).read_text("utf-8"))
    return {row["path"]: row for row in report["files"]}, len(job.github.requests) - before


def prompted(job: Job) -> list[str]:
    return sorted(filter(None, map(prompted_path, job.model.bodies)))


def refuse_to_read_together(job: Job) -> None:
    job.github.fail(TARBALL, failures.status(404, {"message": "Not Found"}), forever=True)
    job.github.site.hides_files = True


@faults("HD3")
def test_sixty_files_take_few_requests_and_get_the_review_of_single_reads(job: Job) -> None:
    job.github.add_pull(NUMBER, without_lines())
    together, requests = review(job)
    asked = prompted(job)
    # The queries return no text with a NUL: a few of these are read before the archive is.
    assert (len(job.github.sent(CONTENT)), len(job.github.sent(TARBALL))) == (4, 2)
    assert requests <= 25
    refuse_to_read_together(job)
    alone, many = review(job)
    assert together == alone
    assert prompted(job) == sorted([*asked, *asked])
    assert many > 90
    said = {(row["status"], row["reason"]) for row in together.values()}
    assert {status for status, _ in said} == {"reviewed", "skipped", "not reviewed"}


@faults("HD3")
def test_texts_of_the_base_are_read_with_queries(job: Job) -> None:
    files = {path: pair for path, pair in without_lines().items() if "nul_" in path}
    job.github.add_pull(NUMBER, files)
    rows, _ = review(job)
    assert {row["status"] for row in rows.values()} == {"reviewed"}
    assert job.github.sent(CONTENT) == []
    assert len(job.github.sent(TARBALL)) == 1
    shown = [body["messages"][-1]["content"] for body in job.model.bodies if prompted_path(body)]
    # The line that was there before is none of the changed ones.
    assert all("+ b = 2 // " in text and "+ a = " not in text for text in shown)


def test_a_few_files_are_read_one_by_one(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"src/{n}.png": (None, PNG) for n in range(3)})
    review(job)
    assert (len(job.github.sent(CONTENT)), len(job.github.sent(TARBALL))) == (3, 0)


@faults("HD3")
def test_large_files_and_links_are_read_as_before(job: Job) -> None:
    large = PNG + bytes(2_000_000)
    files: Files = {f"src/{n}.png": (PNG, PNG + bytes([n])) for n in range(6)}
    files |= {"src/large.png": (PNG, large), "src/huge.js": (b"a\n", b"a\n" * 600_000 + b"\0")}
    files |= {"src/was_link.js": (Symlink("0.png"), b"a = 1 \0\n")}
    job.github.add_pull(NUMBER, files)
    together, _ = review(job)
    assert len(job.github.sent(BLOB)) == 2
    refuse_to_read_together(job)
    alone, _ = review(job)
    assert together == alone
    assert "its text has more than 1 MiB" in together["src/huge.js"]["reason"]


@faults("HA5")
def test_what_the_archive_changes_is_read_from_the_commit(job: Job) -> None:
    """Attributes in a repository can change what its archive holds, or leave it out."""
    job.github.add_pull(NUMBER, without_lines())
    together, _ = review(job)
    pull = job.github.repository.pulls[NUMBER]
    honest = dict(pull.head_tree)

    def lie() -> None:
        pull.head_tree.update({p: b"nothing\n" for p in honest if "nul_" in p})

    def tell_the_truth() -> None:
        pull.head_tree.update(honest)

    job.github.fail(
        "GET /_codeload/", failures.Around(before=lie, after=tell_the_truth), forever=True
    )
    changed, _ = review(job)
    assert changed == together
