"""Decides who may dismiss findings and pause reviews: people who may write, at a gate no author."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from reviewer import logins
from reviewer.config.settings import Settings
from reviewer.errors import CommandRefusedError
from reviewer.events.activity import ReviewPullRequest
from reviewer.finding import Dismissal
from reviewer.pull_request import PullRequest
from reviewer.run.run import Run


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may take findings away from one pull request, or stop its reviews.

    GitHub is asked each time: `author_association` says MEMBER of people who may only read. The
    author of a commit is not known, so the author of a change is the pull request's.
    """

    run: Run
    pull: PullRequest
    settings: Settings

    def may_dismiss(self, login: str) -> bool:
        """Return True if the person may dismiss findings and pause reviews; sends a request."""
        return not self._find_objection(login)

    def filter_dismissals(self, dismissed: Sequence[Dismissal]) -> tuple[Dismissal, ...]:
        """Return the remembered dismissals that apply; at a gate, sends a request for each person.

        They may be older than the gate, or come from another workflow without one.
        """
        if not self.settings.gated:
            return tuple(dismissed)
        may_dismiss = cache(self.may_dismiss)
        return tuple(each for each in dismissed if may_dismiss(each.by))

    def pause_holds(self, login: str) -> bool:
        """Return True if the pause by this person applies; at a gate, sends a request."""
        return not self.settings.gated or self.may_dismiss(login)

    def require(self, command: str, login: str) -> None:
        """Raise CommandRefusedError if this person may not give such a command: "/pause"."""
        if command == "/resume":
            require_write(self.run, command, login)
        elif objection := self._find_objection(login):
            raise CommandRefusedError(f"{command} was refused: {objection}")

    def require_for(self, wanted: ReviewPullRequest) -> None:
        """Raise CommandRefusedError if the run was started by a command that is refused."""
        if wanted.commenter is None:
            return
        if wanted.ignore:
            self.require("/ignore", wanted.commenter.login)
        if wanted.resume:
            self.require("/resume", wanted.commenter.login)

    def _find_objection(self, login: str) -> str:
        gated = self.settings.gated and not self.run.inputs.authors_may_dismiss
        # Who resolved a thread is listed without [bot]: an app's name is enough to refuse.
        if gated and logins.may_be_same(login, self.pull.author):
            return (
                f"{login} is the author of the pull request, and fail-on is set "
                "(authors-may-dismiss)"
            )
        return _find_lack(self.run, login)


def require_write(run: Run, command: str, login: str) -> None:
    """Raise CommandRefusedError if this person may not write to the repository."""
    if lack := _find_lack(run, login):
        raise CommandRefusedError(f"{command} was refused: {lack}")


def _find_lack(run: Run, login: str) -> str:
    if run.forge.may_write(login):
        return ""
    return f"{login} may not write to this repository"
