"""Proposes a learning: as a pull request where the token may, else as lines to paste."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from reviewer.comments import learned
from reviewer.comments.learned import LearnedReply
from reviewer.comments.upsert import OwnComment
from reviewer.config.config_error import ConfigError
from reviewer.config.repository import learnings_file, new_learning
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.learnings import Learning
from reviewer.errors import (
    CommandRefusedError,
    ForbiddenError,
    ForgeError,
    NotFoundError,
    SecretRepeatedError,
)
from reviewer.events.activity import ProposeLearning
from reviewer.finding import Dismissal
from reviewer.operations import BranchTakenError, OpenPull, PushFile, Subject
from reviewer.pull_request import OpenedPull, PullRequest, ReviewThread, Snapshot
from reviewer.redaction.scan import SecretMask, mask_advice
from reviewer.run.admission.rights import require_write
from reviewer.run.commands import responses
from reviewer.run.run import Run

log = logging.getLogger(__name__)

_FORBIDDEN = (
    "This workflow may not open a pull request with the learning: that needs the permissions "
    "`contents: write` and `pull-requests: write`, and in the settings of the repository that "
    "GitHub Actions may create pull requests."
)
_SILENT = "This run writes nothing."


def propose(run: Run, wanted: ProposeLearning, snapshot: Snapshot) -> int:
    """Propose a learning, reply where it was asked for, and return the exit code.

    Raises CommandRefusedError for a person who may not write to the repository, and for a text
    that can be no learning, or none about its file alone.
    """
    require_write(run, "/learn", wanted.commenter.login)
    thread = responses.find_thread(snapshot, wanted.thread) if wanted.thread else None
    if responses.is_answered(run, wanted.commenter.comment_id, snapshot, thread):
        return responses.skip(run, "the comment was answered before")
    words, path = _find_text(run, wanted, snapshot, thread)
    learning = _make(run, wanted, words, path)
    reply = _propose(run, wanted, snapshot.pull, learning)
    # Rendering may have joined the parts of a secret.
    text = run.runner.secrets.conceal(reply.render())
    return responses.publish(run, wanted.commenter, text, thread)


def propose_reason(run: Run, pull: PullRequest, dismissed: Iterable[Dismissal]) -> str:
    """Propose the reason of the `/ignore` that started the run, as `/learn` with its number does.

    Returns what became of it as Markdown, "" for nothing: without a reason, and where it can be no
    learning. No review fails for it. The caller has checked that the person may ignore findings.
    """
    ignored, commenter = run.wanted.ignore, run.wanted.commenter
    if not (ignored and commenter and new_learning.clean(ignored.reason)):
        return ""
    paths = {each.finding.number: each.finding.path for each in dismissed}
    if ignored.number not in paths:
        return ""
    wanted = ProposeLearning(pull.number, ignored.reason, commenter, ignored.number)
    try:
        learning = _make(run, wanted, wanted.text, paths[ignored.number])
        return run.runner.secrets.conceal(
            _propose(run, wanted, pull, learning).render(as_foot=True).strip()
        )
    except (CommandRefusedError, ForgeError, SecretRepeatedError) as refused:
        log.info("The reason is no learning: %s", refused)
        return ""


def _find_text(
    run: Run, wanted: ProposeLearning, snapshot: Snapshot, thread: ReviewThread | None
) -> tuple[str, str]:
    """Return the text, and the file that it is about, "" for all files."""
    path = _find_file(run, wanted.finding, snapshot) if wanted.finding else ""
    if path:
        return wanted.text, path
    if wanted.finding and not wanted.whole:
        raise CommandRefusedError(f"/learn was refused: there is no finding F{wanted.finding}")
    if wanted.thread and not thread:
        raise CommandRefusedError("/learn was refused: the review thread was not found")
    return wanted.whole or wanted.text, thread.path if thread else ""


def _find_file(run: Run, number: int, snapshot: Snapshot) -> str:
    """Return the file of a finding, "" if there is no such finding."""
    state = OwnComment.find(snapshot, run.seal).state
    findings = (*state.findings, *(each.finding for each in state.dismissed))
    return next((each.path for each in findings if each.number == number), "")


def _make(run: Run, wanted: ProposeLearning, words: str, path: str) -> Learning:
    mask = SecretMask.of(run.runner.secrets, ())
    text = new_learning.clean(mask(words))
    # What is proposed cannot be taken back.
    if run.runner.secrets.leaked_in(text):
        raise CommandRefusedError(
            "/learn was refused: the text contains all or part of a secret of this run; replace "
            "it, for the comment shows it"
        )
    most = learnings_file.LONGEST_TEXT
    if not 0 < len(text) <= most:
        what = f"has {len(text):,} characters, and at most {most:,} are allowed"
        raise CommandRefusedError(f"/learn was refused: the text {what}")
    paths = new_learning.match_only(path) if path else ()
    if path and not paths:
        raise CommandRefusedError("/learn was refused: no pattern can name the file alone")
    return Learning(text, paths, _name_origin(run, wanted))


def _name_origin(run: Run, wanted: ProposeLearning) -> str:
    """Return the address of the comment, or the number of the pull request."""
    at_lines = wanted.commenter.subject is Subject.REVIEW_COMMENT
    anchor = "discussion_r" if at_lines else "issuecomment-"
    address = f"{run.repository_url}/pull/{wanted.number}#{anchor}{wanted.commenter.comment_id}"
    short = run.repository_url and len(address) <= learnings_file.LONGEST_ORIGIN
    return address if short else f"#{wanted.number}"


def _propose(
    run: Run, wanted: ProposeLearning, pull: PullRequest, learning: Learning
) -> LearnedReply:
    # What cannot be read, such as a link or a large file, exists too.
    before: bytes | None = b""
    branch = f"code-review/learning-{wanted.commenter.subject.value}-{wanted.commenter.comment_id}"

    def reply(why: str = "", opened: int = 0, pushed: str = "") -> LearnedReply:
        url, exists = run.repository_url, before is not None
        return LearnedReply(learning, pull.base_ref, url, opened, why, pushed, exists)

    try:
        # The tip of the branch: an earlier learning may have been merged after the last push.
        before = run.forge.content(LEARNINGS_FILE, pull.base_ref)
        if learning.is_in(learnings_file.parse(before or b"")):
            raise CommandRefusedError("/learn was refused: the file has this learning already")
        after = new_learning.add(before, learning)
    except (ConfigError, NotFoundError) as unfit:
        why = mask_advice(str(unfit), run.runner.secrets)
        return replace(reply(why), unfit=True)
    if run.inputs.silent:
        return reply(_SILENT)
    try:
        push = PushFile(pull.base_ref, branch, LEARNINGS_FILE, before, after, learned.TITLE)
        _push(run, push, learning)
    except ForgeError as refused:
        return reply(_explain(refused))
    ignored = run.wanted.ignore.number if run.wanted.ignore else 0
    body = learned.render_pull(learning, wanted.commenter.login, wanted.number, ignored)
    body = run.runner.secrets.conceal(body)
    try:
        opened = run.forge.apply(OpenPull(pull.base_ref, branch, learned.TITLE, body))
    except ForgeError as refused:
        return reply(_explain(refused), pushed=branch)
    return reply(opened=opened.number if isinstance(opened, OpenedPull) else 0)


def _push(run: Run, push: PushFile, learning: Learning) -> None:
    try:
        run.forge.apply(push)
    except BranchTakenError:
        # An earlier run may have added the learning to the file as it was then.
        if not _is_on_branch(run, push.branch, learning):
            raise


def _is_on_branch(run: Run, branch: str, learning: Learning) -> bool:
    try:
        found = run.forge.content(LEARNINGS_FILE, branch)
        return learning.is_in(learnings_file.parse(found or b""))
    except (ConfigError, ForgeError):
        return False


def _explain(refused: ForgeError) -> str:
    log.warning("The learning could not be proposed as a pull request: %s", refused)
    return _FORBIDDEN if isinstance(refused, ForbiddenError) else refused.what
