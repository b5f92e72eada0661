"""What a request about a batch of changes contains, before it is put into words."""

import enum
from dataclasses import dataclass, field

from reviewer.changes import diff
from reviewer.changes.parts import Part
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.context.collect import PartContext
from reviewer.context.discussion import Discussion
from reviewer.context.guidelines import Guideline
from reviewer.context.learnings import ShownLearnings
from reviewer.context.repository.repository_code import RepositoryCode
from reviewer.finding import Finding
from reviewer.findings.other_tools import tool_matches

# Bounds of the findings that one request asks for. With at most six, a model found as many problems
# in the recorded changes as without a limit, and reported half as many that nobody acts on.
FEWEST_FINDINGS = 5
MOST_FINDINGS = 10
CHARACTERS_PER_FINDING = 12_000


@dataclass(frozen=True, slots=True)
class TeamRules:
    """What a request shows of the team's rules.

    `instructions` apply to every file. `by_path` holds patterns and the instructions for the files
    that match. `cuts` names what is left out of the guidelines. `linters` are the names of tools
    that check the repository. `learned` are the learnings about its files, None without any.
    """

    instructions: tuple[str, ...] = ()
    by_path: tuple[tuple[str, str], ...] = ()
    guidelines: tuple[Guideline, ...] = ()
    cuts: tuple[str, ...] = ()
    linters: tuple[str, ...] = ()
    learned: ShownLearnings | None = None

    def names(self, rule: str) -> bool:
        """Return True if a rule is said to be in a file that is shown, by path or by name."""
        paths = [each.path for each in self.guidelines]
        if self.learned and self.learned.given:
            paths.append(LEARNINGS_FILE)
        return any(path.rpartition("/")[2] in rule for path in paths)


@dataclass(frozen=True, slots=True)
class PartRequest:
    """What a request contains about one part of a file.

    `instructions` are those of the maintainers for this path. `threads` are the review threads on
    the file. `earlier` holds the findings of earlier reviews whose code is still in it, `reported`
    what other tools found in its lines.
    """

    part: Part
    context: PartContext = field(default_factory=PartContext)
    instructions: tuple[str, ...] = ()
    threads: tuple[Discussion, ...] = ()
    earlier: tuple[Finding, ...] = ()
    reported: tuple[Finding, ...] = ()

    @property
    def changes(self) -> str:
        """The hunks as a prompt shows them."""
        return diff.render_hunks(self.part.hunks)


class Focus(enum.Enum):
    """What a pass over the changes asks of them."""

    ALL = "all"
    LINES = "lines"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What a request about a batch contains.

    `rules` are those of the team; instructions for a path are in its part. `siblings` lists the
    paths of the pull request's other files. `whole` asks for the overview too, because no other
    request sees more. `focus` is what this pass asks. `repository` is unchanged code that the
    changes use or that uses them.
    """

    parts: tuple[PartRequest, ...]
    rules: TeamRules = field(default_factory=TeamRules)
    siblings: tuple[str, ...] = ()
    whole: bool = False
    focus: Focus = Focus.ALL
    repository: RepositoryCode = field(default_factory=RepositoryCode)

    @property
    def paths(self) -> tuple[str, ...]:
        """The path of each part's file."""
        return tuple(request.part.file.path for request in self.parts)

    def shows(self, rule: str) -> bool:
        """Return True if a finding may call this its rule; instructions have no name to check."""
        instructed = self.rules.instructions or any(each.instructions for each in self.parts)
        reported = any(
            each.reported and tool_matches.names_one(rule, each.reported) for each in self.parts
        )
        return bool(rule) and (bool(instructed) or reported or self.rules.names(rule))

    @property
    def most_findings(self) -> int:
        """The number of findings that are asked for at most; it grows slowly with the changes."""
        size = sum(request.part.size for request in self.parts)
        return min(MOST_FINDINGS, FEWEST_FINDINGS + size // CHARACTERS_PER_FINDING)
