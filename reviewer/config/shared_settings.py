"""The settings that the workflow and the repository's file both have."""

from reviewer.config import option_types, tightening
from reviewer.config.enums import FailOn, Inline, LinkedIssues, Section, Verify, WhenClean
from reviewer.config.options import declare
from reviewer.config.tightening import KeptApart
from reviewer.record import record
from reviewer.severity import Confidence, Severity


@record
class SharedSettings:
    """Settings of the step's inputs that the repository's file may tighten.

    `Inputs` has the workflow's values, `Settings` those that apply.
    """

    max_files: int = declare(
        # GitHub lists no more changed files than these.
        option_types.integer(1, 3_000, example=100),
        "300",
        "Review at most this many files of a pull request.",
        file=tightening.smaller,
        in_fingerprint=False,
    )
    max_file_lines: int = declare(
        option_types.integer(1, 100_000, example=1_000),
        "3000",
        "Do not review files with more changed lines than this.",
        file=tightening.smaller,
        in_fingerprint=False,
    )
    max_findings: int = declare(
        option_types.integer(1, 200, example=20),
        "50",
        "Show at most this many findings, the most severe first.",
        file=tightening.smaller,
        in_fingerprint=False,
    )
    max_visible: int = declare(
        option_types.integer(1, 200, example=4),
        "6",
        "Show at most this many findings in full in the comment, the most severe first. The "
        "others, and those of low severity or low confidence, take one collapsed line each. A "
        "finding that fails the step (`fail-on`) is always shown in full. The job summary and the "
        "reports have all.",
        file=tightening.smaller,
        in_fingerprint=False,
    )
    min_severity: Severity = declare(
        option_types.choice(Severity, "medium"),
        "low",
        "Show only findings of this severity or a higher one.",
        file=tightening.higher,
        in_fingerprint=False,
    )
    min_confidence: Confidence = declare(
        option_types.choice(Confidence, "medium"),
        "low",
        "Show only findings of this confidence or a higher one.",
        file=tightening.higher,
        in_fingerprint=False,
    )
    language: str = declare(
        option_types.language(),
        "",
        "Language of the review. Empty for English.",
        file=tightening.workflow_first,
    )
    inline: Inline = declare(
        option_types.choice(Inline, "high"),
        "off",
        "Post findings as inline comments too. `off`: none. `high`: those of high or critical "
        "severity. `all`: all.",
        file=tightening.fewer_comments,
        in_fingerprint=False,
    )
    suggestions: bool = declare(
        option_types.flag(),
        "false",
        "Add replacement code to inline comments; it can be committed with a click.",
        file=tightening.both_on,
        in_fingerprint=False,
    )
    sections: tuple[Section, ...] = declare(
        option_types.choices(Section, alone=Section.NONE, example="overview, major-changes"),
        "overview, major-changes, files",
        "Show these parts in the comment. Findings, and files that were not reviewed or only in "
        "part, are always shown. The job summary and the reports have all parts.",
        file=tightening.fewer_sections,
        in_fingerprint=False,
    )
    when_clean: WhenClean = declare(
        option_types.choice(WhenClean, "one-line"),
        "full",
        "What the comment is when a complete review has no findings. `full`: as always. "
        "`one-line`: one line. `nothing`: no comment is made, and one that is there becomes one "
        "line; without a comment, the next run remembers nothing and reviews all files.",
        file=tightening.shorter,
        in_fingerprint=False,
    )
    verify: Verify = declare(
        option_types.choice(Verify, "on"),
        "on",
        "Check each finding with a second, sceptical request before it is shown.",
        file=tightening.either_on,
    )
    linked_issues: LinkedIssues = declare(
        option_types.choice(LinkedIssues, "on"),
        "on",
        "Compare the change with the issues of this repository that it closes: the comment says "
        "what they ask for and was not found, and what was done that nobody asked for.",
        file=tightening.both_compare,
        in_fingerprint=False,
    )
    guidelines: tuple[str, ...] = declare(
        option_types.globs("AGENTS.md, docs/style.md", selects=True),
        "AGENTS.md, CLAUDE.md, REVIEW.md, .github/copilot-instructions.md, "
        ".github/instructions/**/*.instructions.md, **/.cursor/rules/**/*.mdc",
        "Files of the repository with its coding guidelines, read at the base commit. A name "
        "without `/` is looked for in every folder, and such a file is about that folder.",
        file=tightening.file_first,
        in_fingerprint=False,
    )
    fail_on: tuple[FailOn, ...] = declare(
        option_types.choices(FailOn, alone=FailOn.NEVER),
        "never",
        "Fail the step when there is a finding of this severity or a higher one. `incomplete` "
        "fails it when something that should have been reviewed was not, `excluded` when one of "
        "the action's default rules left out a file. A list such as `high, excluded` is possible.",
        file=tightening.stricter_gate,
        in_fingerprint=False,
    )
    fail_on_incomplete: bool = declare(
        option_types.flag(),
        "true",
        "A severity in `fail-on` fails the step for an incomplete review too.",
        file=tightening.either_true,
        in_fingerprint=False,
    )
    review_drafts: bool = declare(
        option_types.flag(),
        "false",
        "Review draft pull requests too.",
        file=tightening.both_on,
        in_fingerprint=False,
    )
    skip_labels: tuple[str, ...] = declare(
        option_types.names("no-review"),
        "",
        "Skip pull requests with one of these labels.",
        file=tightening.both_lists,
        in_fingerprint=False,
    )
    skip_authors: tuple[str, ...] = declare(
        option_types.names("dependabot[bot], renovate[bot]", logins=True),
        "",
        "Skip pull requests of these authors. `name[bot]` is the app alone, `name` the app and a "
        "person of that name.",
        file=tightening.both_lists,
        in_fingerprint=False,
    )

    @property
    def gated(self) -> bool:
        """Return True if `fail-on` can fail the step, so that a merge may depend on the review."""
        return self.fail_on != (FailOn.NEVER,)


@record
class SeparateSettings(SharedSettings):
    """Settings of the step's inputs that the repository's file has too, and that are not combined.

    `Settings` has both values.
    """

    include: tuple[str, ...] = declare(
        option_types.globs("src/**, *.py", selects=True),
        "",
        "Review only files that match. Empty for all.",
        file=KeptApart("A file must be included by both."),
    )
    exclude: tuple[str, ...] = declare(
        option_types.globs("docs/**, *.md", selects=False),
        "",
        "Do not review files that match; only built-in rules read them. `!pattern` takes files "
        "back in, including those that are excluded by default.",
        file=KeptApart("A file that either excludes is not reviewed."),
    )
    instructions: str = declare(
        option_types.prose(),
        "",
        "What the reviewer should know about this code, or look for.",
        file=KeptApart("Both are given to the model."),
    )
