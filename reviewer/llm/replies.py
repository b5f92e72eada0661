"""Finds the JSON object in a model's reply and reads it; a reply is untrusted."""

import json
import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic_core import from_json

from reviewer.errors import ReplyError
from reviewer.findings import placement
from reviewer.findings.placement import FileCandidates
from reviewer.findings.ranking import Verdict
from reviewer.llm.reply_schemas import (
    AnswerReply,
    ChangeReply,
    OverviewReply,
    SectionReply,
    VerdictReply,
    VerificationReply,
)
from reviewer.ports import Reply
from reviewer.review import Overview
from reviewer.text import json_members
from reviewer.text.json_members import UnusableError

_LONGEST_REPLY = 1_000_000
"""Characters of a reply that are read."""

Shape = TypeVar("Shape", bound=Hashable)
# In prose, a brace is rarely followed by a quoted name. An object without members is useless.
_OBJECT = re.compile(r'\{\s*"')
_THINKING = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
# No number in our schemas has more digits. Converting a long number takes quadratic time.
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What a reply says about each file of a batch, by path, and about the whole change.

    A file without a section is not among the `sections`; the overview is empty where none was
    asked for.
    """

    sections: dict[str, FileCandidates]
    overview: Overview = field(default_factory=Overview)


def parse_review(reply: Reply, names: Mapping[str, str]) -> BatchReply:
    """Return what a reply to REVIEW_SCHEMA or CHANGE_SCHEMA says; it may follow them only roughly.

    `names` maps the paths as the prompt shows them to the paths. Where one file was asked about,
    its path in the reply decides nothing. Of a reply that was cut off, the complete findings are
    kept. Raises ReplyError if the reply is about none of the files.
    """
    found = parse_change(reply, names)
    if not found.sections:
        raise ReplyError("The model's reply has no section about any of the files.")
    return found


def parse_change(reply: Reply, names: Mapping[str, str]) -> BatchReply:
    """Return what `parse_review` does, also of a reply that is about none of the files."""
    found, truncated = _find_object(reply, ("files", "findings"))
    # A model that was asked about one file may leave out the list around its section.
    review = _read(ChangeReply, {"files": [found], **found})
    sections = _read_sections(review.files, names, truncated=truncated)
    return BatchReply(sections, Overview(review.overview, review.major_changes).shorten())


def _read_sections(
    rows: Sequence[object], names: Mapping[str, str], *, truncated: bool
) -> dict[str, FileCandidates]:
    """Return the sections by path; several about one file are joined."""
    found: dict[str, list[SectionReply]] = {}
    last = ""
    for row in rows:
        try:
            section = json_members.read(SectionReply, row)
        except UnusableError:
            continue
        if path := _find_path(section.path, names):
            found.setdefault(path, []).append(section)
            last = path
    return {
        path: _join_sections(path, sections, truncated=truncated and path == last)
        for path, sections in found.items()
    }


def _join_sections(
    path: str, sections: Sequence[SectionReply], *, truncated: bool
) -> FileCandidates:
    rows = [row for section in sections for row in section.findings]
    summary = " ".join(section.summary for section in sections)
    found = placement.collect_candidates(rows, path=path, summary=summary, truncated=truncated)
    return replace(found, candidates=tuple(replace(each, path=path) for each in found.candidates))


def _find_path(stated: str, names: Mapping[str, str]) -> str:
    """Return the path that a section is about, "" if it cannot be told."""
    if len(names) == 1:
        return next(iter(names.values()))
    name = stated.strip().strip("`'\"").strip()
    if name in names:
        return names[name]
    tail = "/" + name.removeprefix("./")
    same = [path for shown, path in names.items() if ("/" + shown).endswith(tail)]
    return same[0] if name and len(same) == 1 else ""


def parse_overview(reply: Reply) -> Overview:
    """Return the overview in a reply to OVERVIEW_SCHEMA, within its limits.

    Raises ReplyError if there is none.
    """
    overview = _read(OverviewReply, _find_object(reply, ("overview",))[0])
    return Overview(overview.overview, overview.major_changes).shorten()


def parse_verdicts(reply: Reply, count: int) -> tuple[Verdict, ...]:
    """Return the verdicts in a reply about `count` findings; raises ReplyError without a list.

    Of several verdicts on one finding, the first applies. Verdicts on other numbers are ignored.
    """
    first: dict[int, Verdict] = {}
    for row in _read(VerificationReply, _find_object(reply, ("verdicts",))[0]).verdicts:
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
    return _read(AnswerReply, _find_object(reply, ("answer",))[0]).answer


def _find_object(reply: Reply, keys: tuple[str, ...]) -> tuple[dict[str, object], bool]:
    """Return the object in a reply that has one of the keys, and True if it was cut off."""
    text = reply.text[:_LONGEST_REPLY]
    try:
        return parse_object(text, *keys), False
    except ReplyError:
        if not reply.truncated and len(reply.text) <= _LONGEST_REPLY:
            raise
        return salvage_object(text, *keys), True


def _read(shape: type[Shape], found: object) -> Shape:
    try:
        return json_members.read(shape, found)
    except UnusableError as problem:
        raise ReplyError(f"The model's reply does not follow the schema: {problem}.") from None


def parse_object(text: str, *keys: str) -> dict[str, object]:
    """Return the first complete object with a member of `keys`; text around it is ignored.

    Raises ReplyError if there is none, and for what strict JSON forbids: trailing commas, NaN,
    repeated names, numbers out of range and nesting that is too deep.
    """
    try:
        for candidate in _decode_objects(_without_thinking(text)):
            if not candidate.keys().isdisjoint(keys):
                return candidate
    except json.JSONDecodeError as error:
        raise ReplyError(
            f"The model's reply is not valid JSON: {error.msg} at character {error.pos:,}."
        ) from None
    except ValueError as error:
        raise ReplyError(f"The model's reply is not valid JSON: {error}.") from None
    except RecursionError:
        raise ReplyError("The model's reply is not valid JSON: nested too deeply.") from None
    raise ReplyError(f'The model\'s reply has no JSON object with the member "{keys[0]}".')


def salvage_object(text: str, *keys: str) -> dict[str, object]:
    """Return the complete members of an object that was cut off.

    Raises ReplyError if there is no object, it is not valid JSON, or none of `keys` is among them.
    """
    content = _without_thinking(text)
    start = _OBJECT.search(content)
    if not start:
        raise ReplyError("The model's reply was cut off before its JSON object.")
    try:
        found = from_json(
            _encode(content[start.start() :]), allow_partial=True, allow_inf_nan=False
        )
    except ValueError:
        raise ReplyError("The model's reply was cut off and is not valid JSON.") from None
    if not isinstance(found, dict) or found.keys().isdisjoint(keys):
        raise ReplyError(f'The model\'s reply was cut off before the member "{keys[0]}".')
    return found


def _without_thinking(text: str) -> str:
    """Return the text after `<think>…</think>`, which may hold drafts of the reply."""
    return text[thought.end() :] if (thought := _THINKING.match(text)) else text


def _encode(text: str) -> bytes:
    """Encode text that may hold lone surrogates, which UTF-8 cannot encode."""
    return text.encode(errors="replace")


def _decode_objects(text: str) -> Iterator[dict[str, object]]:
    """Yield the objects in a text, one after the other."""
    end = 0
    while start := _OBJECT.search(text, end):
        found, end = _DECODER.raw_decode(text, start.start())
        yield found


def _build_object(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("an object has two members of the same name")
    return found


def _parse_integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("a number is out of range")
    return int(digits)


def _parse_fraction(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError("a number is out of range")
    return number


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_int=_parse_integer,
    parse_float=_parse_fraction,
    parse_constant=_reject_constant,
)
