"""Publishes the reply to a command: where it goes, and if there is one already."""

from reviewer.comments import answer as answer_comment
from reviewer.errors import ConversationClosedError
from reviewer.events.activity import Commenter
from reviewer.operations import CreateComment, Operation, ReplyToThread
from reviewer.pull_request import ReviewThread, Snapshot
from reviewer.run.run import TITLE, Run


def find_thread(snapshot: Snapshot, first: int | None) -> ReviewThread | None:
    """Return the review thread that begins with a comment, None without one."""
    for thread in snapshot.conversation.threads:
        if first in {comment.id for comment in thread.comments}:
            return thread
    return None


def is_answered(run: Run, comment_id: int, snapshot: Snapshot, thread: ReviewThread | None) -> bool:
    """Return True if a run has replied to the comment before."""
    comments = thread.comments if thread else snapshot.conversation.comments
    answered = (answer_comment.read_question_id(c.body, run.seal) for c in comments if c.mine)
    return comment_id in answered


def finish(run: Run, report: str) -> int:
    """Write the job summary of a command, set the verdict, and return the exit code."""
    run.runner.summary(f"{report}\n")
    run.runner.output("verdict", "skipped")
    return 0


def skip(run: Run, reason: str) -> int:
    """Report that a command needs nothing, and return the exit code."""
    run.runner.notice(f"Nothing to do: {reason}.", title=TITLE)
    return finish(run, f"Code review: nothing to do: {reason}.")


def publish(run: Run, commenter: Commenter, text: str, thread: ReviewThread | None) -> int:
    """Write the reply to the job summary and to the pull request; return the exit code."""
    code = finish(run, text)
    if run.inputs.silent:
        return code
    try:
        run.forge.apply(_plan_write(run, commenter.comment_id, text, thread))
    except ConversationClosedError as closed:
        why = closed.what.rstrip(".")
        run.runner.notice(f"{why}: the answer is in the job summary.", title=TITLE)
    return code


def _plan_write(run: Run, comment_id: int, text: str, thread: ReviewThread | None) -> Operation:
    marker = answer_comment.answer_marker(run.seal, comment_id, text)
    if thread is None:
        return CreateComment(run.wanted.number, f"{marker}\n{text}\n", marker)
    # GitHub takes replies to the first comment of a thread only.
    return ReplyToThread(run.wanted.number, thread.comments[0].id, f"{text}\n\n{marker}", marker)
