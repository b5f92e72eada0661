"""Lays out findings and the head and foot of the comment by the repository's own templates."""

import logging
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.config import template_parts
from reviewer.finding import CATEGORIES, Finding, Side
from reviewer.review.result import Review, Status
from reviewer.severity import Severity
from reviewer.text import markdown
from reviewer.text.own_templates import OwnTemplate
from reviewer.text.template_language import TemplateError, Value, Word
from reviewer.text.templates import SafeText

log = logging.getLogger(__name__)

# Inside of a list or a quote too.
_FENCE = re.compile(r"(?:[ \t>]|[-+*] |\d{1,9}[.)] )*(?:```|~~~)")
# Tags that begin a block, whose end is no part of its first line.
_BLOCK = re.compile(r"<(?!/?(?:a|b|br|code|em|i|img|kbd|small|span|strong|sub|sup)\b)")
_DELIMITERS = re.compile(r"[ |:]*-[-|: ]*")
_DEFINITION = re.compile(r" *\[[^\]]*\]:")


@dataclass(frozen=True, slots=True)
class OwnLayout:
    """The templates of the comment that a repository replaces, by the names of their files."""

    templates: Mapping[str, OwnTemplate] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Iterable[tuple[str, str]]) -> "OwnLayout":
        """Return the layout of templates that were checked before."""
        return cls(template_parts.parse_all(parts))

    def list_parts(
        self, review: Review, findings: Sequence[Finding], *, quotes: bool
    ) -> dict[Finding | str, SafeText]:
        """Return the text of each finding, and those of `header` and `footer`; "" for ours."""
        made = self.list_around(review)
        for each in findings:
            made[each] = self.list_finding(each, review.inline, quotes=quotes)
        return made

    def list_around(self, review: Review) -> dict[Finding | str, SafeText]:
        """Return the texts of `header` and `footer`; "" for one that there is not."""
        return {name: self._render_around(name, review) for name in ("header", "footer")}

    def list_finding(self, finding: Finding, inline: Container[int], *, quotes: bool) -> SafeText:
        """Return a finding for the comment's list; "" if the layout is ours.

        Its number is at the end of the first line, or above a first line that shows none there.
        `inline` are the numbers of the findings that an inline comment explains.
        """
        has_comment = {"has_comment": finding.number in inline}
        text = self._render(
            "finding.md.j2", _describe_finding(finding, quotes=quotes) | has_comment
        )
        return SafeText(_add_number(text, finding.number)) if text else text

    def render_inline(self, finding: Finding) -> SafeText:
        """Return the text of an inline comment; "" if the layout is ours."""
        return self._render("inline.md.j2", _describe_finding(finding, quotes=True))

    def _render_around(self, name: str, review: Review) -> SafeText:
        return self._render(f"{name}{template_parts.SUFFIX}", _describe_review(review))

    def _render(self, name: str, values: Mapping[str, Value]) -> SafeText:
        template = self.templates.get(name)
        if template is None:
            return SafeText()
        try:
            return SafeText(template.render(values, markdown.line, template_parts.COMMENT_FILTERS))
        except TemplateError as problem:
            # It was fine with all samples: ours is better than no finding.
            log.warning("The template %s was not used: %s", name, problem.what)
            return SafeText()


def _add_number(text: str, number: int) -> str:
    first, line_feed, rest = text.partition("\n")
    is_table = "|" in first and _DELIMITERS.fullmatch(rest.partition("\n")[0])
    if is_table or _FENCE.match(first) or _BLOCK.search(first) or _DEFINITION.match(first):
        return f"[F{number}]\n\n{text}"
    return f"{first} [F{number}]{line_feed}{rest}"


def _describe_finding(finding: Finding, *, quotes: bool) -> dict[str, Value]:
    lines = f"{finding.start_line}"
    if finding.end_line != finding.start_line:
        lines += f"-{finding.end_line}"
    removed = " (removed)" if finding.side is Side.OLD else ""
    candidate = finding.candidate
    return {
        "number": finding.number,
        "severity": Word(finding.severity.label),
        "confidence": Word(finding.confidence.label),
        "category": Word(finding.category) if finding.category in CATEGORIES else "",
        "title": finding.title,
        "body": finding.body,
        "rule": finding.rule,
        "place": f"{finding.path}:{lines}{removed}",
        "path": finding.path,
        "start_line": finding.start_line,
        "end_line": finding.end_line,
        "quote": candidate.quote if quotes else "",
        "suggestion": (candidate.suggestion or "") if quotes else "",
        "also": finding.also,
        "tools": finding.tools,
    }


def _describe_review(review: Review) -> dict[str, Value]:
    counts = review.severities
    return {
        "headline": review.headline,
        "findings": sum(counts.values()),
        "critical": counts[Severity.CRITICAL],
        "high": counts[Severity.HIGH],
        "medium": counts[Severity.MEDIUM],
        "low": counts[Severity.LOW],
        "complete": review.complete,
        "reviewed_files": len(review.files_with(Status.REVIEWED)),
        "changed_files": len(review.files),
        "head": Word(review.head_sha[:7]),
    }
