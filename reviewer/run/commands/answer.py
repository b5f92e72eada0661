"""Carries out the commands other than reviews: answers a question, pauses reviews, shows help."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from reviewer.changes.selection import Selection, read_changes
from reviewer.comments import answer as answer_comment
from reviewer.comments import bills, summary, threads, upsert
from reviewer.comments.answer import AnswerText
from reviewer.comments.upsert import OwnComment
from reviewer.config.globs import Patterns
from reviewer.config.settings import Settings
from reviewer.context import for_questions, guideline_files
from reviewer.context.discussion import Remark, Speakers
from reviewer.context.guidelines import Guidelines
from reviewer.errors import ContextTooLongError, ForgeError
from reviewer.events.activity import (
    AnswerQuestion,
    CommandRequest,
    PauseReviews,
    ProposeLearning,
    ShowHelp,
)
from reviewer.finding import Finding
from reviewer.llm import replies
from reviewer.llm.ask import ModelClient
from reviewer.llm.batch_request import TeamRules
from reviewer.llm.context_window import ContextWindow
from reviewer.llm.own_wording import OwnWording
from reviewer.llm.prompts import Prompts
from reviewer.llm.tools import OFFERED
from reviewer.memory import state_line
from reviewer.operations import CreateComment
from reviewer.pipeline import batch_requests
from reviewer.pipeline.worker_pool import start_in_thread
from reviewer.ports import Model
from reviewer.prompt import Prompt
from reviewer.pull_request import ReviewThread, Snapshot
from reviewer.redaction.scan import SecretMask
from reviewer.run import base_settings, known_review
from reviewer.run.admission import eligibility
from reviewer.run.admission.rights import Rights
from reviewer.run.asking import model_tools
from reviewer.run.commands import learn, responses
from reviewer.run.commands.reactions import acknowledge
from reviewer.run.run import Run

log = logging.getLogger(__name__)

# If the changes are too long for the model, a third of them is sent, down to so many characters.
_SMALLER_BY = 3
_SMALLEST_ROOM = 1_000
# Findings shown with a question, the worst; more would leave too little room for the changes.
_MOST_FINDINGS = 50


def carry_out(run: Run, wanted: CommandRequest, snapshot: Snapshot) -> int:
    """Carry out a command on the pull request of `snapshot`, and return the exit code.

    Raises ReviewerError if the command could not be carried out.
    """
    match wanted:
        case AnswerQuestion():
            return _answer(run, wanted, snapshot)
        case ProposeLearning():
            return _acknowledge(run, wanted, lambda: learn.propose(run, wanted, snapshot))
        case PauseReviews():
            return _acknowledge(run, wanted, lambda: _pause(run, wanted, snapshot))
        case ShowHelp():
            return _acknowledge(run, wanted, lambda: _show_help(run, wanted, snapshot))


def _acknowledge(run: Run, wanted: CommandRequest, command: Callable[[], int]) -> int:
    understood = not (isinstance(wanted, ShowHelp) and wanted.unknown)
    return acknowledge(run, wanted.commenter, command, understood=understood)


def _pause(run: Run, wanted: PauseReviews, snapshot: Snapshot) -> int:
    own, login = OwnComment.find(snapshot, run.seal), wanted.commenter.login
    settings = base_settings.load(run, snapshot.pull)
    Rights(run, snapshot.pull, settings).require("/pause", login)
    status = (
        summary.skip_status(eligibility.pause_reason(login), own.state.head_sha)
        if run.seal.key
        else "`/pause` has no effect: what is remembered can pause reviews only if it is signed. "
        "It needs a secret as the input `memory-key`."
    )

    def compose(now: OwnComment) -> str:
        text = summary.with_status(now.body or summary.placeholder(now.name, ""), status)
        if not run.seal.key:
            return text
        paused = replace(now.state, paused=login, moment=now.state.moment + 1)
        return state_line.put_into(text, paused, run.seal)

    if not run.inputs.silent:
        upsert.publish(run.forge, own, compose)
    return responses.finish(run, f"Code review: {status}")


def _show_help(run: Run, wanted: ShowHelp, snapshot: Snapshot) -> int:
    marker = answer_comment.help_marker(run.seal)
    text = answer_comment.render_help(run.inputs.trigger, wanted.unknown)
    shown = any(c.mine and c.body.startswith(marker) for c in snapshot.conversation.comments)
    if not (shown or run.inputs.silent):
        body = f"{marker}\n{run.runner.secrets.mask(text)}\n"
        run.forge.apply(CreateComment(wanted.number, body, marker))
    return responses.finish(run, text)


def _answer(run: Run, wanted: AnswerQuestion, snapshot: Snapshot) -> int:
    """Answer once, and in a thread only if it is ours."""
    thread = _find_thread(run, wanted, snapshot)
    if wanted.thread and thread is None:
        return responses.skip(run, "the reply is in a thread that this review did not start")
    if responses.is_answered(run, wanted.commenter.comment_id, snapshot, thread):
        return responses.skip(run, "the comment was answered before")

    def answer() -> int:
        try:
            return _publish(run, wanted, _ask_model(run, wanted, snapshot, thread), thread)
        finally:
            _remember_cost(run, wanted.number)

    return _acknowledge(run, wanted, answer)


def _remember_cost(run: Run, number: int) -> None:
    """Write to the summary comment what the answer has cost, if the pull request has a limit."""
    if run.inputs.max_cost_pull_request is None or run.inputs.silent:
        return
    try:
        own = OwnComment.find(run.forge.snapshot(number), run.seal)
        upsert.publish(
            run.forge, own, lambda now: bills.add(run.bill, now, now.body) if now.body else None
        )
    except ForgeError as problem:
        log.warning("The cost of the answer could not be written to the comment: %s", problem)


def _find_thread(run: Run, wanted: AnswerQuestion, snapshot: Snapshot) -> ReviewThread | None:
    """Return the thread of the question if this instance started it."""
    thread = responses.find_thread(snapshot, wanted.thread) if wanted.thread else None
    # Other workflows comment as the same bot.
    return thread if thread and threads.is_ours(thread, thread.comments[0], run.seal) else None


def _ask_model(
    run: Run, wanted: AnswerQuestion, snapshot: Snapshot, thread: ReviewThread | None
) -> AnswerText:
    pull = snapshot.pull
    eligibility.check_inputs(run.inputs, run.models)
    window = ContextWindow.of(run.inputs)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="models") as pool:
        # Slow, because it imports the models' client: done while GitHub responds.
        models = pool.submit(_open_models, run, window)
        with run.runner.group("Read the changes"):
            settings = base_settings.load(run, pull)
            head = model_tools.open_head(run, pull)
            selection = read_changes(run.forge, pull, settings, head=head)
    head.want(file.path for file in selection.files)
    workspace = head if model_tools.offers_tools(run, pull, head) else None
    prompts = Prompts(
        pull,
        nonce=secrets.token_hex(8),
        language=settings.language,
        mask=SecretMask.of(run.runner.secrets, selection.with_lines),
        tools=OFFERED if workspace else (),
        parts=OwnWording.of(settings.prompt_parts) if settings.prompt_parts else None,
    )
    if workspace:
        start_in_thread(head.load)
    known_review.limit_pull(run, OwnComment.find(snapshot, run.seal).state)
    run_tool = model_tools.make_runner(run, workspace, prompts.fence)
    client = ModelClient(models.result(), run.budget, run_tool, prompts.as_prompt_text, window)
    known = guideline_files.find(
        run.forge, settings.guidelines, pull, selection, prompts.as_prompt_text
    )
    findings = _worst_findings(OwnComment.find(snapshot, run.seal))
    with run.runner.group("Answer"):
        before = _read_conversation(run, wanted, pull.author, thread) if thread else ()
        first = thread.path if thread else ""

        def make_prompt(room: int) -> Prompt:
            shown = for_questions.render_changes(selection, room, first=first)
            rules = _select_rules(settings, known, selection, first, room)
            return prompts.answer(wanted.question, shown.text, findings, before, shown.cuts, rules)

        answer = _ask(client, make_prompt)
    return AnswerText("" if thread else wanted.question, answer, run.budget.spent(), run.run_url)


def _open_models(run: Run, window: ContextWindow) -> tuple[Model, ...]:
    """Return the models; the server is asked for the context window if nobody else says it."""
    models = tuple(model for model in run.models() if model.name in run.inputs.models)
    if not window.is_known:
        window.state(models[0].read_list().context_window)
    return models


def _read_conversation(
    run: Run, wanted: AnswerQuestion, author: str, thread: ReviewThread
) -> tuple[Remark, ...]:
    """Return the comments of the thread before the question, with who wrote each."""
    speakers = Speakers(author, run.forge.may_write, partial(threads.is_ours, seal=run.seal))
    before = for_questions.earlier_comments(thread, wanted.commenter.comment_id)
    return speakers.describe(thread, before).remarks


def _worst_findings(own: OwnComment) -> tuple[Finding, ...]:
    worst_first = sorted(own.state.findings, key=lambda finding: -finding.severity)
    return tuple(worst_first[:_MOST_FINDINGS])


def _ask(client: ModelClient, make_prompt: Callable[[int], Prompt]) -> str:
    """Return the model's answer to a prompt whose changes fit into a number of characters.

    While the model finds the prompt too long, ask again with fewer.
    """
    room = client.window.room
    while True:
        try:
            return client.ask(make_prompt(room), replies.parse_answer)
        except ContextTooLongError as problem:
            if room < _SMALLEST_ROOM:
                raise
            room = min(client.window.room, room // _SMALLER_BY)
            log.warning("Asking again with fewer files: %s", problem)


def _select_rules(
    settings: Settings, known: Guidelines, selection: Selection, first: str, room: int
) -> TeamRules:
    """Return the team's rules for the file `first`, for all changed files where it is empty."""
    paths = (first,) if first else tuple(file.path for file in selection.files)
    by_path = (
        (each.path, each.instructions)
        for each in settings.path_instructions
        if any(map(Patterns((each.path,)).verdict, paths))
    )
    return replace(
        batch_requests.select_rules(settings, known, paths, room), by_path=tuple(by_path)
    )


def _publish(
    run: Run, wanted: AnswerQuestion, answer: AnswerText, thread: ReviewThread | None
) -> int:
    known_secrets = run.runner.secrets
    # Checked before rendering, which may change how a secret is written, and after it, which may
    # join the parts of one.
    known_secrets.withhold((answer.answer,))
    answer = replace(answer, question=known_secrets.conceal(answer.question))
    text = answer_comment.render_answer(answer)
    known_secrets.withhold((text,))
    code = responses.publish(run, wanted.commenter, text, thread)
    log.info("Answered comment %d", wanted.commenter.comment_id)
    return code
