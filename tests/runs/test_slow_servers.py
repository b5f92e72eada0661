"""Model servers that take few requests at a time: nothing is lost in their queues."""

import threading
from collections import deque
from dataclasses import dataclass, field

from tests.faults import faults
from tests.loopback.failures import Hang
from tests.loopback.messages import Request, Response
from tests.loopback.model import CHAT
from tests.runs.job import NUMBER, Job

# One request may wait for all others, but takes a fifth of its own time.
SECONDS = 0.3
PATIENCE = 1.5


@dataclass
class OneSlot:
    """A server that works on one request at a time, in the order in which they came.

    As llama.cpp does, it stops to work on a request whose client has gone.
    """

    job: Job
    seconds: float = SECONDS
    waiting: list[int] = field(default_factory=list)
    stopped: int = 0
    _queue: deque[int] = field(default_factory=deque)
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def install(self) -> "OneSlot":
        plain = self.job.model.answer

        def answer(request: Request) -> Response:
            if request.path == CHAT:
                self._work()
            return plain(request)

        self.job.model.answer = answer  # type: ignore[method-assign]
        return self

    def _work(self) -> None:
        me = threading.get_ident()
        with self._turn:
            self._queue.append(me)
            self.waiting.append(len(self._queue))
            self._turn.wait_for(lambda: self._queue[0] == me)
        try:
            self.job.model.work(self.seconds)
        except ConnectionAbortedError:
            self.stopped += 1
            raise
        finally:
            with self._turn:
                self._queue.popleft()
                self._turn.notify_all()


@faults("LL5")
def test_no_file_is_lost_in_the_queue_of_a_server_with_one_slot(job: Job) -> None:
    job.github.push(NUMBER, {f"f{n}.py": "x = 1\n" for n in range(10)})
    server = OneSlot(job).install()
    job.per_question = PATIENCE
    finished = job.run()
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    # Eight waited for more than the time of one request, and nothing was asked twice.
    assert max(server.waiting) > PATIENCE / SECONDS
    assert len(job.model.bodies) == 11 + 1


@faults("LL5")
def test_no_file_is_lost_where_every_reply_of_one_slot_takes_more_than_the_time(job: Job) -> None:
    job.github.push(NUMBER, {f"f{n}.py": "x = 1\n" for n in range(7)})
    server = OneSlot(job, seconds=4 * SECONDS).install()
    job.per_question = 3 * SECONDS
    finished = job.run()
    assert (finished.code, finished.outputs["complete"]) == (0, "true")
    # The eight that ran out together were all closed, and not sent together again.
    assert max(server.waiting[:8]) == 8
    assert server.stopped >= 8
    assert max(server.waiting[8:]) < 8


@faults("LL5")
def test_a_request_that_ran_out_of_time_gets_more_of_it(job: Job) -> None:
    job.model.fail(f"POST {CHAT}", Hang(0.5, processed=True))
    job.per_question = 0.3
    job.model.latency = 0.0
    finished = job.run()
    assert finished.outputs["complete"] == "true"


@faults("LL5")
def test_a_server_that_never_answers_is_asked_twice(job: Job) -> None:
    job.model.fail(f"POST {CHAT}", Hang(20), forever=True)
    job.per_question = 0.2
    finished = job.run()
    assert finished.code == 1
    assert len(job.model.bodies) == 2
    assert "did not answer within 0.4 seconds" in finished.log
    assert "request-timeout" in finished.log
