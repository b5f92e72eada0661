"""One function per request to the model; the words stand in templates/prompts."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.changes import diff
from reviewer.changes.batches import Batch
from reviewer.finding import Finding
from reviewer.llm import replies
from reviewer.ports import Message, Prompt, Tool
from reviewer.pull_request import PullRequest, ReviewComment, ReviewThread
from reviewer.review import FileReport
from reviewer.text import invisible
from reviewer.text.templates import Rendered, Templates
from reviewer.text.truncate import shorten

# Raised whenever a changed prompt should make an unchanged pull request be reviewed anew.
VERSION = 2

DESCRIPTION_CHARACTERS = 4_000
LISTED_FILES = 300
LISTED_SIBLINGS = 60
LISTED_COMMITS = 20
# What strangers write as long as they like must not take the room of the change.
PATH_CHARACTERS = 200
SUMMARY_CHARACTERS = 500
COMMENT_CHARACTERS = 1_000
THREAD_CHARACTERS = 8_000
_MARK = "[mark]"
_WITH_TOOLS = ("review", "verify")


@dataclass(frozen=True, slots=True)
class Material:
    """What one review request is made of.

    `context` holds numbered lines around the hunks, `related` what other changed files have to do
    with it, `notes` what of both was left out. `siblings` lists the paths of the pull request's
    other files, `guidelines` paths and texts of the base commit, `earlier` what was found in the
    file before and still stands.
    """

    batch: Batch
    instructions: tuple[str, ...] = ()
    context: str = ""
    threads: tuple[ReviewThread, ...] = ()
    siblings: tuple[str, ...] = ()
    related: str = ""
    notes: tuple[str, ...] = ()
    guidelines: tuple[tuple[str, str], ...] = ()
    earlier: tuple[Finding, ...] = ()


class Prompts:
    """The prompts of one run on one pull request.

    `nonce` fences untrusted text and must be unpredictable to its authors; `mask` hides the
    secrets that the process knows; `language` is empty for English.
    """

    def __init__(
        self,
        pull: PullRequest,
        *,
        nonce: str,
        language: str,
        mask: Callable[[str], str],
        tools: tuple[Tool, ...] = (),
    ) -> None:
        """Bind what all prompts of the run share; `tools` are offered where code is judged."""
        self._pull = pull
        self._tools = tools
        self._shared = {"nonce": Rendered(nonce), "language": language}
        self._mask = mask
        self._templates = Templates("prompts", self.shown, {})

    def shown(self, text: str) -> str:
        """Return text as the model gets to see it, without the mark that would end its fence.

        Nobody can foresee the mark, but a model that was talked into it can repeat it.
        """
        return self._mask(invisible.show(text)).replace(self._shared["nonce"], _MARK)

    def fenced(self, text: str) -> str:
        """Return untrusted text as the templates show it."""
        nonce = self._shared["nonce"]
        return f"<<{nonce}\n{self.shown(text)}\n{nonce}>>"

    def review(self, material: Material) -> Prompt:
        """Ask for the findings in one batch."""
        return self._prompt(
            "review",
            replies.REVIEW_SCHEMA,
            **_seen(material),
            instructions=material.instructions,
            guidelines=material.guidelines,
            threads=tuple(self._heard(material.threads)),
            earlier=material.earlier,
            siblings=tuple(map(_named, material.siblings[:LISTED_SIBLINGS])),
            more=max(0, len(material.siblings) - LISTED_SIBLINGS),
        )

    def verify(self, material: Material, findings: Sequence[Finding]) -> Prompt:
        """Ask what speaks against each finding in one file."""
        return self._prompt(
            "verify", replies.VERIFY_SCHEMA, **_seen(material), findings=tuple(findings)
        )

    def answer(
        self,
        question: str,
        changes: str,
        findings: Sequence[Finding],
        thread: Sequence[ReviewComment] = (),
        cuts: Sequence[str] = (),
    ) -> Prompt:
        """Ask what a maintainer asks, of the numbered `changes`; `cuts` says what they lack."""
        return self._prompt(
            "answer",
            replies.ANSWER_SCHEMA,
            question=question,
            changes=changes,
            findings=tuple(findings),
            thread=tuple(thread),
            cuts=tuple(cuts),
        )

    def overview(self, reports: Sequence[FileReport]) -> Prompt:
        """Ask what the whole change does."""
        return self._prompt(
            "overview",
            replies.OVERVIEW_SCHEMA,
            files=tuple(map(_listed, reports[:LISTED_FILES])),
            more=max(0, len(reports) - LISTED_FILES),
        )

    def _prompt(self, purpose: str, schema: Mapping[str, object], **values: object) -> Prompt:
        # What is cut in the middle of a secret would show its beginning: nothing knows it then.
        body = self.shown(self._pull.body)
        offered = self._tools if purpose in _WITH_TOOLS else ()
        system = self._templates.render(
            "system.md.j2", schema=json.dumps(schema), tools=bool(offered), **self._shared
        )
        user = self._templates.render(
            f"{purpose}.md.j2",
            pull=self._pull,
            description=body[:DESCRIPTION_CHARACTERS],
            description_cut=DESCRIPTION_CHARACTERS if len(body) > DESCRIPTION_CHARACTERS else 0,
            commits=tuple(map(_named, _telling(self._pull)[:LISTED_COMMITS])),
            more_commits=max(0, len(self._pull.commits) - LISTED_COMMITS),
            issues=tuple(map(_named, self._pull.issues)),
            **self._shared,
            **values,
        )
        messages = (Message("system", system), Message("user", user))
        return Prompt(purpose, messages, schema_name=purpose, schema=schema, tools=offered)

    def _heard(self, threads: Iterable[ReviewThread]) -> Iterator[ReviewThread]:
        """Shorten each comment, and stop at the thread that would take too much room."""
        room = THREAD_CHARACTERS
        for thread in threads:
            comments = tuple(map(self._shortened, thread.comments))
            room -= sum(len(remark.body) for remark in comments)
            if room < 0:
                return
            yield replace(thread, comments=comments)

    def _shortened(self, remark: ReviewComment) -> ReviewComment:
        said = self.shown(_unmarked(remark.body))
        return replace(remark, body=shorten(said, COMMENT_CHARACTERS))


def _telling(pull: PullRequest) -> tuple[str, ...]:
    """List the subjects of the commits; a single one is often the title once more."""
    return () if pull.commits == (pull.title,) else pull.commits


def _seen(material: Material) -> dict[str, object]:
    """Return what both looks at a file show of it."""
    return {
        "batch": material.batch,
        "changes": diff.numbered(material.batch.hunks),
        "context": material.context,
        "related": material.related,
        "notes": material.notes,
    }


def _unmarked(body: str) -> str:
    """Leave out the hidden last line of what we have said ourselves."""
    return body.partition("\n<!-- code-review-action")[0]


def _named(path: str) -> str:
    return shorten(path, PATH_CHARACTERS)


def _listed(report: FileReport) -> FileReport:
    summary = shorten(report.summary, SUMMARY_CHARACTERS)
    return replace(report, path=_named(report.path), summary=summary)
