"""A signal between two steps of a run in this process, at moments that no request marks."""

from collections.abc import Mapping

import pytest

from reviewer.adapters.files import report_files
from reviewer.errors import CancelledError
from tests.comment_texts import without_brief
from tests.faults import faults
from tests.runs.job import Job
from tests.runs.model_scripts import finds_a_problem


@faults("CC5")
def test_a_signal_after_the_last_answer_leaves_the_review_in_summary_and_comment(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.model.script = finds_a_problem
    came: list[int] = []

    def interrupt_writing(_workspace: str, _texts: Mapping[str, str]) -> dict[str, str]:
        if not came:
            came.append(2)
            raise CancelledError(2)
        return {}

    monkeypatch.setattr(report_files, "write", interrupt_writing)
    finished = job.run()
    (body,) = job.github.bodies
    assert finished.code == 130
    texts = map(without_brief, (body, finished.summary))
    assert [text.count("Sets the wrong value") for text in texts] == [1, 1]
    assert "under way" not in body
