"""A signal between two steps of a run in this process, at moments that no request marks."""

from reviewer.adapters.runner.actions import Runner
from reviewer.errors import CancelledError
from tests.comment_texts import without_brief
from tests.faults import faults
from tests.runs.job import Job
from tests.runs.model_scripts import finds_a_problem


class InterruptedRunner(Runner):
    """A signal comes just before the job summary is written for the first time."""

    interrupted = False

    def summary(self, markdown: str) -> None:
        if not self.interrupted:
            self.interrupted = True
            raise CancelledError(2)
        super().summary(markdown)


@faults("CC5")
def test_a_signal_after_the_last_answer_leaves_the_review_in_summary_and_comment(job: Job) -> None:
    job.model.script = finds_a_problem
    job.runner = InterruptedRunner
    finished = job.run()
    (body,) = job.github.bodies
    assert finished.code == 130
    texts = map(without_brief, (body, finished.summary))
    assert [text.count("Sets the wrong value") for text in texts] == [1, 1]
    assert "under way" not in body
