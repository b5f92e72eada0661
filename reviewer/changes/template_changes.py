"""Checks the templates that a pull request brings; they apply only after the merge."""

from collections.abc import Iterator, Mapping, Sequence

from reviewer.config import template_parts
from reviewer.config.settings import Settings
from reviewer.config.template_parts import TemplateProblem
from reviewer.errors import NotFoundError
from reviewer.finding import Finding
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.severity import Severity

_TITLE = "After the merge, no pull request can be reviewed: {path} cannot be used"
_BODY = (
    "Every run reads the templates in {folder} at the base commit, and ends with an error (exit "
    "code 2) as long as one is like this. This review does not use it: the templates of the base "
    "commit apply."
)
MOST_FINDINGS = len(template_parts.NAMES)
"""Misspelt names could be as many as a pull request has files."""
_MOST_NAMED = 3


def find_touched(rows: Sequence[ListedFile], config: Settings) -> dict[str, bool]:
    """Return the paths of templates that a pull request changes, and if the head has each."""
    prefix = template_parts.find_prefix(config.template_folder)
    return {
        path: path == row.path and row.status != "removed"
        for row in rows
        for path in (row.previous_path, row.path)
        if path and template_parts.belongs(path, prefix)
    }


def note(touched: Mapping[str, bool], config: Settings) -> Iterator[str]:
    """Yield notes for the comment: when the change takes effect, and if no template is left."""
    yield from _note_change(touched, config)
    yield from _note_end(touched, config, template_parts.find_prefix(config.template_folder))


def find(forge: Forge, pull: PullRequest, path: str, folder: str) -> Iterator[Finding]:
    """Yield a finding for a template that cannot be used at the head commit; sends a request."""
    text: bytes | None = None
    if template_parts.has_known_name(path):
        try:
            text = forge.content(path, pull.head_sha)
        except NotFoundError:
            # No plain file, which is a problem too.
            pass
        else:
            if text is None:
                return
    if problem := template_parts.check(path, text):
        yield _make_finding(problem, folder)


def _make_finding(problem: TemplateProblem, folder: str) -> Finding:
    return Finding.of_rule(
        problem.path,
        problem.line,
        # A line of a template can hold anything, a secret too, so it is never quoted.
        quote=f"line {problem.line}",
        severity=Severity.CRITICAL,
        title=_TITLE.format(path=problem.path),
        body=f"L{problem.reason[1:]}. {_BODY.format(folder=folder)}",
    )


def _note_change(touched: Mapping[str, bool], config: Settings) -> Iterator[str]:
    named = [path for path in touched if path not in config.repaired]
    if not named:
        return
    more = len(named) - _MOST_NAMED
    others = f" and {more:,} more" if more > 0 else ""
    yield (
        f"the change of {', '.join(named[:_MOST_NAMED])}{others} takes effect after merging: the "
        "base commit's templates apply"
    )


def _note_end(touched: Mapping[str, bool], config: Settings, prefix: str) -> Iterator[str]:
    """Warn if no template is left; a workflow of the base branch may lose the input as well."""
    parts = (*config.prompt_parts, *config.comment_parts)
    broken = (path for path in config.repaired if template_parts.belongs(path, prefix))
    before = {*broken, *(f"{prefix}{name}" for name, _ in parts)}
    if any(touched.get(path, True) for path in {*before, *touched}):
        return
    if before & touched.keys():
        yield (
            f"this pull request removes all templates of {config.template_folder}: remove the "
            "input `templates` from the workflow too, or no pull request can be reviewed after it"
        )
