"""Reads the JSON object in a model's reply as what was asked for; a reply is untrusted."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import unquote

from reviewer.errors import ReplyError
from reviewer.findings import candidates
from reviewer.findings.candidates import FileCandidates
from reviewer.findings.ranking import Verdict
from reviewer.llm import reply_objects
from reviewer.llm.reply_objects import Found
from reviewer.llm.reply_schemas import (
    AnswerReply,
    ChangeReply,
    ComparedReply,
    GapReply,
    OverviewReply,
    SectionReply,
    VerdictReply,
    VerificationReply,
)
from reviewer.prompt import Reply, Usage
from reviewer.review.promise import PromiseGap
from reviewer.review.result import Overview, Withheld
from reviewer.severity import Severity
from reviewer.text import json_members
from reviewer.text.json_members import UnusableError

# What is around a path where a model writes more than the path.
_BETWEEN = re.compile(r"[\s`'\"(),:;<>|#!\u2026]+")

Shape = TypeVar("Shape", bound=Hashable)


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What a reply says about each file of a batch, by path, and about the whole change.

    A file without a section is not among the `sections`; the overview is empty where none was
    asked for. `usage` is that of the prompt that the model replied to.
    """

    sections: dict[str, FileCandidates]
    overview: Overview = field(default_factory=Overview)
    usage: Usage | None = None


def parse_review(
    reply: Reply, names: Mapping[str, str], gate: Severity = Severity.MEDIUM
) -> BatchReply:
    """Return what a reply to REVIEW_SCHEMA or CHANGE_SCHEMA says; it may follow them only roughly.

    `names` maps the paths as the prompt shows them, and old paths of renamed files, to the paths.
    Where one file was asked about, a section with findings is about that file, whatever its path,
    because the quotes decide. One without findings is about it only if it names the file or has no
    path. Of a reply that was cut off, the complete findings are kept. An unknown severity becomes
    `gate`. Raises ReplyError if the reply is about none of the files.
    """
    found = parse_change(reply, names, gate)
    if not found.sections:
        raise ReplyError(
            "The model's reply has no section about any of the files.",
            cause="Models that are too small for the task reply so.",
            remedy="Set the input model to a larger one.",
        )
    return found


def parse_change(
    reply: Reply, names: Mapping[str, str], gate: Severity = Severity.MEDIUM
) -> BatchReply:
    """Return what `parse_review` does, also of a reply that is about none of the files."""
    found = _find_sections(reply, alone=_is_alone(names))
    review = _read(ComparedReply, found.value)
    sections, foreign = _assign_sections(review.files, names)
    read = {path: _read_section(path, rows, gate) for path, rows in sections.items()}
    for number, (path, section) in enumerate(read.items(), 1):
        # It is not known what findings about other files mean: the first file must not look clean.
        strays = Withheld(malformed=foreign if number == 1 else 0)
        read[path] = replace(
            section,
            dropped=section.dropped + strays,
            truncated=found.truncated and number == len(read),
            ambiguous=found.ambiguous,
        )
    gaps = tuple(_read_gaps(review.compared))
    overview = Overview(review.overview, review.major_changes, gaps).shorten()
    return BatchReply(read, overview, reply.usage)


def _read_gaps(rows: Iterable[object]) -> Iterator[PromiseGap]:
    """Yield the differences from linked issues, whose quotes nobody has looked for yet."""
    for row in rows:
        try:
            gap = json_members.read(GapReply, row)
        except UnusableError:
            continue
        if gap.kind:
            yield PromiseGap(gap.issue, gap.kind, gap.quote, gap.text, gap.path.strip())


def _find_sections(reply: Reply, *, alone: bool) -> Found:
    """Return the object with the sections; a model may leave out the list around a single one."""
    try:
        return reply_objects.find(reply, "files", ChangeReply, SectionReply)
    except ReplyError:
        if not alone:
            raise
        found = reply_objects.find(reply, "findings", SectionReply)
        return replace(found, value={"files": [found.value]})


def _assign_sections(
    rows: Sequence[object], names: Mapping[str, str]
) -> tuple[dict[str, list[SectionReply]], int]:
    """Return the sections by path, the last one last, and the number of findings in others."""
    found: dict[str, list[SectionReply]] = {}
    foreign = 0
    for row in rows:
        try:
            section = json_members.read(SectionReply, row)
        except UnusableError:
            continue
        if path := _find_path(section, names):
            found[path] = [*found.pop(path, []), section]
        else:
            foreign += len(section.findings)
    return found, foreign


def _read_section(path: str, sections: Sequence[SectionReply], gate: Severity) -> FileCandidates:
    rows = [row for section in sections for row in section.findings]
    summary = " ".join(section.summary for section in sections)
    return candidates.collect_candidates(rows, path=path, summary=summary, gate=gate)


def _is_alone(names: Mapping[str, str]) -> bool:
    """Return True if one file was asked about; it may have an old path too."""
    return len({*names.values()}) == 1


def _find_path(section: SectionReply, names: Mapping[str, str]) -> str:
    """Return the path that a section is about, "" if it is unknown."""
    if _is_alone(names) and (section.findings or section.path is None):
        return next(iter(names.values()))
    stated = (section.path or "").strip()
    if stated in names:
        return names[stated]
    # The first name of a path is its own; an old one applies where no file has such a name now.
    own: dict[str, str] = {}
    for shown, path in names.items():
        own.setdefault(path, shown)
    found = {path for path, shown in own.items() if _mentions(stated, shown)}
    found = found or {path for shown, path in names.items() if _mentions(stated, shown)}
    return found.pop() if len(found) == 1 else ""


def _mentions(stated: str, shown: str) -> bool:
    """Return True if a path, as a section states it, may be that of a file.

    A model may write it as `app.py`, `/repo/src/app.py`, `src/app.py:3` or `**src/app.py**`.
    Another path, or a blank one, is a sign of a model that did not read the file.
    """
    if stated and stated == shown.strip():
        return True
    path, whole = _plain(shown).strip(), _plain(stated).strip()
    if path and re.search(rf"(?<![\w.-]){re.escape(path)}(?![\w-]|[./]\w)", whole):
        return True
    words = (word.strip("*[]").removeprefix("./").rstrip(".") for word in _BETWEEN.split(whole))
    return any(f"/{path}".endswith(f"/{word}") for word in words if word)


def _plain(path: str) -> str:
    """Return a path without the escapes of Markdown and addresses, and without its letter case."""
    unescaped = re.sub(r"\\(?=[^\w\s]|_)", "", unquote(path)).replace("\\", "/")
    return unicodedata.normalize("NFC", unescaped).casefold()


def parse_overview(reply: Reply) -> Overview:
    """Return the overview in a reply to OVERVIEW_SCHEMA, within its limits.

    Raises ReplyError if there is none.
    """
    overview = _read(OverviewReply, reply_objects.find(reply, "overview", OverviewReply).value)
    return Overview(overview.overview, overview.major_changes).shorten()


def parse_verdicts(reply: Reply, count: int) -> tuple[Verdict, ...]:
    """Return the verdicts in a reply about `count` findings; raises ReplyError without a list.

    Of several verdicts on one finding, the first applies. Verdicts on other numbers are ignored.
    """
    first: dict[int, Verdict] = {}
    found = reply_objects.find(reply, "verdicts", VerificationReply).value
    for row in _read(VerificationReply, found).verdicts:
        try:
            verdict = json_members.read(VerdictReply, row)
        except UnusableError:
            continue
        if 1 <= verdict.finding <= count:
            first.setdefault(
                verdict.finding,
                Verdict(
                    verdict.finding,
                    verdict.verdict,
                    verdict.severity,
                    verdict.reason,
                    verdict.ground,
                    verdict.evidence,
                    verdict.same_as,
                ),
            )
    return tuple(first.values())


def parse_answer(reply: Reply) -> str:
    """Return the answer in a reply to ANSWER_SCHEMA; raises ReplyError if it is empty."""
    return _read(AnswerReply, reply_objects.find(reply, "answer", AnswerReply).value).answer


def _read(shape: type[Shape], found: object) -> Shape:
    try:
        return json_members.read(shape, found)
    except UnusableError as problem:
        raise ReplyError(f"The model's reply does not follow the schema: {problem}.") from None
