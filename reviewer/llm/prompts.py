"""Builds the prompts, one method for each kind of request; the texts are in reviewer/templates."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from reviewer.context.discussion import Discussion, Remark
from reviewer.context.promises import Promises
from reviewer.context.whole_change import WholeChange
from reviewer.finding import Finding
from reviewer.llm import reply_schemas
from reviewer.llm.batch_request import BatchRequest, PartRequest, TeamRules
from reviewer.llm.own_wording import OURS, OwnWording
from reviewer.prompt import Message, Prompt, Tool
from reviewer.pull_request import PullRequest
from reviewer.review.result import FileReport
from reviewer.text import invisible
from reviewer.text.templates import SafeText, Templates
from reviewer.text.truncate import shorten, shorten_name

VERSION = 7
"""Part of the cache key: raise it when unchanged files must be reviewed with a changed prompt."""

# Authors choose the length of all these; the change itself must keep its room.
DESCRIPTION_CHARACTERS = 4_000
LISTED_FILES = 300
LISTED_SIBLINGS = 60
LISTED_COMMITS = 20
SUMMARY_CHARACTERS = 500
COMMENT_CHARACTERS = 1_000
THREAD_CHARACTERS = 8_000
"""Characters of all review threads of a request together."""
_NONCE_REMOVED = "[mark]"
_NO_RULES = TeamRules()
_NO_PROMISES = Promises()
_PURPOSES_WITH_TOOLS = ("review", "whole", "verify", "answer")
_PURPOSES_WITH_CHANGES = ("review", "whole", "verify", "trivial")
# Their changes are in no later request that begins alike.
_PURPOSES_ASKED_ONCE = ("whole", "trivial")
_KEYS = 16
"""OpenAI's cache serves about 15 requests a minute for a key, so a run uses several.
https://developers.openai.com/api/docs/guides/prompt-caching"""


class Prompts:
    """The prompts of one run on one pull request; safe to share between threads.

    Every prompt has two messages. The system message holds our instructions, and no text of the
    pull request. It begins alike in all runs; the nonce follows. The user message holds untrusted
    text between two lines with the nonce; all of it has invisible characters shown and secrets
    masked. What the review and the verification of a batch show is in front of their tasks, so
    that a server can serve it from its cache.
    """

    def __init__(
        self,
        pull: PullRequest,
        *,
        nonce: str,
        language: str,
        mask: Callable[[str], str],
        tools: tuple[Tool, ...] = (),
        verifies: bool = True,
        promises: Promises = _NO_PROMISES,
        parts: OwnWording | None = None,
    ) -> None:
        """Set what all prompts of the run share.

        `nonce` must be unpredictable to the authors of untrusted text. `language` is the name of
        the language of replies, "" for English. `mask` replaces secrets in any text. `tools` are
        offered in `review` and `verify`. `verifies` says that a verification is likely to follow
        a review. Where a request sees the whole change, it is compared with `promises`.
        `parts` is the wording of the repository's own templates.
        """
        self._pull = pull
        self._own = parts
        self._verifies = verifies
        self._tools = tools
        self._shared = {"nonce": SafeText(nonce), "language": language}
        self._mask = mask
        self._templates = Templates("prompts", self.as_prompt_text, {})
        self._rules = self._templates.render("system.md.j2", own=self._word({}))
        self.promises = promises
        self._promised = promises.show(self.as_prompt_text)
        self._shared_schema = reply_schemas.for_all(compared=bool(self._promised))

    def as_prompt_text(self, text: str) -> str:
        """Return text as a prompt shows it: invisible characters shown, secrets masked, no nonce.

        Nobody can predict the nonce, but a manipulated model can repeat it.
        """
        return self._mask(invisible.show(text)).replace(self._shared["nonce"], _NONCE_REMOVED)

    def fence(self, text: str) -> str:
        """Return untrusted text between the lines that mark it as data, as the templates do."""
        nonce = self._shared["nonce"]
        return f"<<{nonce}\n{self.as_prompt_text(text)}\n{nonce}>>"

    def review(self, request: BatchRequest) -> Prompt:
        """Return the request for the findings in a batch; the reply follows REVIEW_SCHEMA.

        With `request.whole` it follows CHANGE_SCHEMA, which has the overview too. At most
        LISTED_SIBLINGS other files are listed and the rest is counted. Comments of threads are cut
        at COMMENT_CHARACTERS. Threads that do not fit into THREAD_CHARACTERS are left out, those of
        people without write access first.
        """
        promised = self._promised if request.whole else ()
        change_schema = reply_schemas.for_change(compared=bool(promised))
        return self._render(
            "review",
            change_schema if request.whole else reply_schemas.REVIEW_SCHEMA,
            parts=self._fit_threads(request.parts),
            rules=request.rules,
            request=request,
            siblings=tuple(map(shorten_name, request.siblings[:LISTED_SIBLINGS])),
            more=max(0, len(request.siblings) - LISTED_SIBLINGS),
            promised=promised,
        )

    def trivial(self, request: BatchRequest, proofs: Sequence[str]) -> Prompt:
        """Return the request about a batch of trivial changes; the reply is that of `review`.

        `proofs` say for each part in which way its change is trivial. No tools are offered.
        """
        return self._render(
            "trivial",
            reply_schemas.CHANGE_SCHEMA if request.whole else reply_schemas.REVIEW_SCHEMA,
            parts=request.parts,
            rules=request.rules,
            request=request,
            proofs=tuple(zip(map(shorten_name, request.paths), proofs, strict=True)),
        )

    def whole(self, request: BatchRequest, change: WholeChange) -> Prompt:
        """Return the request for the overview and for what needs two files to see.

        The reply follows CHANGE_SCHEMA, or COMPARED_SCHEMA where all of the change is shown and
        there are promises. `request` holds the parts of `change`.
        """
        promised = self._promised if change.is_complete else ()
        return self._render(
            "whole",
            reply_schemas.for_change(compared=bool(promised)),
            parts=self._fit_threads(request.parts),
            rules=request.rules,
            request=request,
            outlines=change.outlines,
            unlisted=change.unlisted,
            promised=promised,
        )

    def verify(
        self,
        request: BatchRequest,
        findings: Sequence[Finding],
        agreed: Collection[Finding] = (),
    ) -> Prompt:
        """Return the request to verify findings in a batch; the reply follows VERIFY_SCHEMA.

        The findings are numbered from 1. `agreed` are those that two passes reported.
        """
        return self._render(
            "verify",
            reply_schemas.VERIFY_SCHEMA,
            parts=self._fit_threads(request.parts),
            rules=request.rules,
            request=request,
            findings=tuple((finding, finding in agreed) for finding in findings),
        )

    def answer(
        self,
        question: str,
        changes: str,
        findings: Sequence[Finding],
        thread: Sequence[Remark] = (),
        cuts: Sequence[str] = (),
        rules: TeamRules = _NO_RULES,
    ) -> Prompt:
        """Return the request to answer a maintainer; the reply follows ANSWER_SCHEMA.

        `changes` is what `for_questions.render_changes` returns, and `cuts` names what it lacks, in
        our own words only. `findings` are those of the last review, `thread` the comments before
        the question, which are cut at COMMENT_CHARACTERS. `rules` are the team's for the changed
        files. The caller limits the rest.
        """
        return self._render(
            "answer",
            reply_schemas.ANSWER_SCHEMA,
            question=question,
            changes=changes,
            findings=tuple(findings),
            thread=tuple(map(self._shorten_remark, thread)),
            cuts=tuple(cuts),
            rules=rules,
        )

    def overview(self, reports: Sequence[FileReport]) -> Prompt:
        """Return the request for an overview of the change; the reply follows OVERVIEW_SCHEMA.

        It shows the path and the summary, or the reason, of at most LISTED_FILES reports, and
        counts the rest. Summaries are cut at SUMMARY_CHARACTERS.
        """
        return self._render(
            "overview",
            reply_schemas.OVERVIEW_SCHEMA,
            files=tuple(map(_shorten_report, reports[:LISTED_FILES])),
            more=max(0, len(reports) - LISTED_FILES),
        )

    def _render(self, purpose: str, schema: Mapping[str, object], **values: object) -> Prompt:
        offered = self._tools if purpose in _PURPOSES_WITH_TOOLS else ()
        values |= self._shared | self._describe_pull() | {"tools": bool(offered)}
        values["own"] = self._word(values)
        shown = purpose in _PURPOSES_WITH_CHANGES
        changes = self._templates.render("change.md.j2", **values) if shown else ""
        # What is marked costs more than it does unmarked, unless another request begins alike.
        is_repeated = purpose not in _PURPOSES_ASKED_ONCE and self._verifies
        return Prompt(
            purpose,
            (
                Message(
                    "system",
                    self._rules + self._templates.render("run.md.j2", **values),
                    reused=len(self._rules),
                ),
                Message(
                    "user",
                    changes + self._templates.render(f"{purpose}.md.j2", **values),
                    reused=len(changes) if is_repeated else 0,
                ),
            ),
            schema_name=purpose,
            schema=schema,
            tools=offered,
            shared_schema=None if purpose == "answer" else self._shared_schema,
            cache_key=_choose_key(values.get("request")),
        )

    def _word(self, values: Mapping[str, object]) -> Mapping[str, SafeText]:
        return self._own.render(values) if self._own else OURS

    def _describe_pull(self) -> dict[str, object]:
        # Masked before it is cut: a secret cut in the middle would no longer be recognised.
        body = self.as_prompt_text(self._pull.body)
        return {
            "pull": self._pull,
            "description": body[:DESCRIPTION_CHARACTERS],
            "description_cut": DESCRIPTION_CHARACTERS if len(body) > DESCRIPTION_CHARACTERS else 0,
            "commits": tuple(map(shorten_name, _commit_subjects(self._pull)[:LISTED_COMMITS])),
            "more_commits": max(0, len(self._pull.commits) - LISTED_COMMITS),
            "issues": tuple(map(shorten_name, self._pull.issues)),
        }

    def _fit_threads(self, parts: Sequence[PartRequest]) -> tuple[PartRequest, ...]:
        """Return the parts with the threads that fit, their comments shortened.

        Those that are already reported are taken first.
        """
        room = THREAD_CHARACTERS
        fitting: list[tuple[Discussion, ...]] = [()] * len(parts)
        threads = [(n, thread) for n, each in enumerate(parts) for thread in each.threads]
        for n, thread in sorted(threads, key=lambda each: not each[1].reported):
            remarks = tuple(map(self._shorten_remark, thread.remarks))
            length = sum(len(remark.body) for remark in remarks)
            if length <= room:
                room -= length
                fitting[n] += (replace(thread, remarks=remarks),)
        pairs = zip(parts, fitting, strict=True)
        return tuple(replace(part, threads=shown) for part, shown in pairs)

    def _shorten_remark(self, remark: Remark) -> Remark:
        # Without the hidden last line of our own ones; masked before it is cut, as the description.
        text = self.as_prompt_text(remark.body.partition("\n<!-- code-review-action")[0])
        return replace(remark, body=shorten(text, COMMENT_CHARACTERS))


def _choose_key(request: object) -> str:
    """Return the cache key of a request, the same for the review and the verification of a batch.

    It also stays the same across pushes, unless another file comes first.
    """
    paths = request.paths if isinstance(request, BatchRequest) else ()
    first = paths[0] if paths else ""
    number = hashlib.sha256(first.encode(errors="replace")).digest()[0] % _KEYS
    return f"code-review-{VERSION}-{number}"


def _commit_subjects(pull: PullRequest) -> tuple[str, ...]:
    """Return the subjects of the commits, or () when the only one repeats the title."""
    return () if pull.commits == (pull.title,) else pull.commits


def _shorten_report(report: FileReport) -> FileReport:
    summary = shorten(report.summary, SUMMARY_CHARACTERS)
    return replace(report, path=shorten_name(report.path), summary=summary)
