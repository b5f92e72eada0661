"""Tells the jobs of a repository's workflows apart, which all comment as the same bot."""

from collections.abc import Mapping
from dataclasses import dataclass

_FRESH = 3_600
"""Seconds; two jobs that start for the same push have both reviewed it by then."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """The job that wrote a review: its workflow file, its id, and "run.attempt".

    Jobs of one matrix share all three, so `process` distinguishes them. `automatic` is
    False if a person asked for the review. `at` is when its run began, in Unix seconds. All are
    empty outside of a workflow.
    """

    workflow: str = ""
    job: str = ""
    run: str = ""
    process: str = ""
    automatic: bool = False
    at: int = 0

    @classmethod
    def of(
        cls, environ: Mapping[str, str], *, process: str, automatic: bool, at: int
    ) -> "JobIdentity":
        """Return the identity of this job from the runner's variables."""
        # An older server has no reference, but the name.
        file = _read_reference(environ)[1] or environ.get("GITHUB_WORKFLOW", "")
        number, attempt = (environ.get(f"GITHUB_RUN_{each}", "") for each in ("ID", "ATTEMPT"))
        job = environ.get("GITHUB_JOB", "")
        if not job:
            return cls()
        run = f"{number}.{attempt}" if number else ""
        return cls(file[:_LONGEST], job[:_LONGEST], run[:_LONGEST], process, automatic, at)

    def competes_with(self, other: "JobIdentity") -> bool:
        """Return True if two jobs review each push, at about the same time.

        A review that a person asked for may come from another workflow, on purpose.
        """
        automatic = self.automatic and other.automatic and bool(self.job and other.job)
        return automatic and self._is_another(other) and abs(self.at - other.at) < _FRESH

    def _is_another(self, other: "JobIdentity") -> bool:
        if (self.workflow, self.job) != (other.workflow, other.job):
            return True
        # A re-run has another attempt.
        return bool(self.run) and self.run == other.run and self.process != other.process

    @property
    def text(self) -> str:
        """The job as a message names it; untrusted text."""
        return f"job {self.job} of {self.workflow}"


def find_workflow(environ: Mapping[str, str]) -> str:
    """Return the path of the workflow of this job, "" if it is of another repository."""
    repository, path = _read_reference(environ)
    return path if repository == environ.get("GITHUB_REPOSITORY") else ""


def _read_reference(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return "owner/name" and the path of the workflow file, both "" without a reference."""
    # "octo/shop/.github/workflows/review.yml@refs/heads/main"
    owner, _, rest = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0].partition("/")
    name, _, path = rest.partition("/")
    return (f"{owner}/{name}", path) if path else ("", "")
