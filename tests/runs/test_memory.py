"""What a run remembers in its comment: who may write it, and what a later run believes of it."""

import json
import re
from pathlib import Path

from reviewer.memory import state
from tests.faults import faults
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


def report_finding(job: Job) -> None:
    job.model.script = lambda body: review_reply(prompted_path(body), {})


@faults("ST3")
def test_every_identity_that_a_run_leaves_has_256_bits(job: Job, tmp_path: Path) -> None:
    job.workspace = str(tmp_path)
    report_finding(job)
    done = job.run(inline="all")
    (thread,) = job.github.repository.pulls[NUMBER].threads
    marked = re.search(r"code-review-action:finding .* id=(\w+)", thread.comments[0].body)
    report = json.loads((tmp_path / done.outputs["report-path"]).read_text("utf-8"))
    sarif = json.loads((tmp_path / done.outputs["sarif-path"]).read_text("utf-8"))
    known = state.decode(job.github.bodies[0])
    assert marked
    assert known
    identities = {
        marked[1],
        report["findings"][0]["fingerprint"],
        *sarif["runs"][0]["results"][0]["partialFingerprints"].values(),
        *(unit.key for unit in known.units),
    }
    assert len(identities) == 2
    assert all(map(HEXADECIMAL.fullmatch, identities))
