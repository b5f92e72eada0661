"""Renders learnings: those of a review, and what `/learn` and `/ignore` reply and propose."""

from dataclasses import dataclass
from urllib.parse import quote

from reviewer.config.repository import new_learning
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.learnings import Learning
from reviewer.review.result import Review
from reviewer.text import markdown, truncate
from reviewer.text.templates import Templates

TITLE = "Add a learning for the code review"
# Characters; the file has the whole text.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class LearnedReply:
    """A learning, and what became of it; its texts are untrusted.

    `pull` is the number of the pull request that proposes it, 0 for none, and then `why` says the
    reason. `pushed` is the branch that has the entry all the same, "" for none. `exists` says that
    the repository has a file with learnings. `unfit` says that it takes no entry as it is.
    """

    learning: Learning
    base_ref: str
    repository_url: str
    pull: int = 0
    why: str = ""
    pushed: str = ""
    exists: bool = False
    unfit: bool = False

    def render(self, *, as_foot: bool = False) -> str:
        """Return the reply as Markdown without marker.

        `as_foot` is for the reason of an `/ignore`, below the review: one line, or a folded block.
        """
        return _TEMPLATES.render(
            "reason.md.j2" if as_foot else "learned.md.j2",
            pull=self.pull,
            about=self.learning.paths,
            text=self.learning.text,
            why=self.why,
            unfit=self.unfit,
            compare=self._compare if self.pushed else "",
            pushed=self.pushed,
            edit=self._edit,
            file=LEARNINGS_FILE,
            branch=self.base_ref,
            entry=new_learning.render(self.learning),
        )

    @property
    def _edit(self) -> str:
        """The address at which people edit or make the file, "" where nobody knows it."""
        base = quote(self.base_ref, safe="/")
        if not self.repository_url:
            return ""
        if self.exists:
            return f"{self.repository_url}/edit/{base}/{LEARNINGS_FILE}"
        return f"{self.repository_url}/new/{base}?filename={LEARNINGS_FILE}"

    @property
    def _compare(self) -> str:
        if not self.repository_url:
            return ""
        refs = f"{quote(self.base_ref, safe='/')}...{quote(self.pushed, safe='/')}"
        return f"{self.repository_url}/compare/{refs}?expand=1"


def render_pull(learning: Learning, login: str, number: int, ignored: int = 0) -> str:
    """Return the description of the pull request that proposes a learning.

    `ignored` is the number of the finding that was ignored for this reason, 0 after `/learn`.
    """
    return _TEMPLATES.render(
        "learning_pull.md.j2",
        ignored=ignored,
        login=login,
        number=number,
        text=learning.text,
        origin=learning.origin,
        about=learning.paths,
        file=LEARNINGS_FILE,
    )


_TEMPLATES = Templates(
    "comments",
    markdown.line,
    {
        "span": markdown.span,
        "yaml": lambda text: markdown.code(text, "yaml"),
        # Only for addresses that are made of our own fields.
        "trusted": str,
    },
)


def list_given(review: Review, most: int) -> list[str]:
    """Return a line for each of the first learnings of a review; its texts are untrusted."""
    lines = []
    for each in review.learnings[:most]:
        files = "1 file" if each.files == 1 else f"{each.files:,} files"
        origin = (markdown.line(each.origin),) if each.origin else ()
        text = markdown.line(truncate.line(each.text, _LONGEST))
        lines.append(" · ".join((text, *origin, files)))
    more = len(review.learnings) - len(lines)
    return [*lines, f"and {more} more, which the job summary lists"] if lines and more else lines
