"""The inputs of the workflow step: declared once, read strictly."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reviewer.config import option_types, options
from reviewer.config.enums import ASSOCIATIONS, FailOn, Inline, Mode, OnError, Tools, Verify
from reviewer.config.option_types import Bounds
from reviewer.config.options import Declaration, declare
from reviewer.config.shard import Shard
from reviewer.finding import Confidence, Severity
from reviewer.record import field, record, replace

if TYPE_CHECKING:
    from decimal import Decimal

OPENAI = "https://api.openai.com/v1"
MAX_FILES = Bounds(1, 3_000)
"""GitHub lists no more changed files than 3,000."""
MAX_FILE_LINES = Bounds(1, 100_000)
MAX_FINDINGS = Bounds(1, 200)
_A_DAY = Bounds(1, 500)


@record
class Inputs:
    """The inputs as values; each is named like its input, with underscores for hyphens."""

    github_token: str = declare(
        option_types.secret("${{ github.token }}"),
        "",
        "Token that reads the pull request and writes the comment. It needs the permissions "
        "`contents: read` and `pull-requests: write`.",
        expression="${{ github.token }}",
    )
    api_key: str = declare(
        option_types.secret("${{ secrets.OPENAI_API_KEY }}"),
        "",
        "Key of the model server. Needed for OpenAI; other servers may do without.",
    )
    base_url: str = declare(
        option_types.line(r".+", "an https:// address", OPENAI),
        OPENAI,
        "Address of an OpenAI-compatible server. `http://` is accepted for the machine itself, "
        "and for others with `allow-http: true`.",
    )
    model: str = declare(
        option_types.line(r"\S{1,200}", "a model name without blanks", "gpt-6.1-terra"),
        "gpt-6.1-terra",
        "Model that reviews.",
    )
    fallback_model: str = declare(
        option_types.line(
            r"\S{1,200}", "a model name, or empty for none", "gpt-6-luna", blank=True
        ),
        "gpt-6-luna",
        "Model that is asked when the first one cannot answer. Empty for none.",
    )
    allow_http: bool = declare(
        option_types.flag(),
        "false",
        "Whether `base-url` may be `http://` for another machine: everyone on the way can read "
        "the code and the key.",
    )
    name: str = declare(
        option_types.line(
            r"[a-z0-9-]{1,40}", "1 to 40 of the characters a-z, 0-9 and hyphen", "security"
        ),
        "default",
        "Name of this instance. Each name keeps a comment of its own on a pull request.",
    )
    trigger: str = declare(
        option_types.line(
            r".{1,60}", "a word or phrase of 1 to 60 characters on one line", "/review"
        ),
        "/review",
        "What a comment must say, alone on a line, to start a review; a phrase such as "
        "`flows review` works too. `/review` always does.",
    )
    allowed_associations: tuple[str, ...] = declare(
        option_types.names("OWNER,MEMBER", ASSOCIATIONS),
        "OWNER,MEMBER,COLLABORATOR",
        "Whose comments are obeyed, in GitHub's words for how a person belongs to the repository.",
    )
    reviewed_associations: tuple[str, ...] = declare(
        option_types.names("OWNER,MEMBER,COLLABORATOR,CONTRIBUTOR", ASSOCIATIONS),
        "",
        "Whose pull requests are reviewed unasked, in the same words; others wait for a comment "
        "of `allowed-associations`. Empty for everyone's.",
    )
    daily_limit: int | None = declare(
        option_types.optional(option_types.whole(_A_DAY, 20)),
        "",
        "How many pull requests that people outside of `allowed-associations` open within 24 "
        "hours are reviewed unasked; the later ones wait for a comment.",
    )
    daily_limit_per_author: int | None = declare(
        option_types.optional(option_types.whole(_A_DAY, 5)),
        "",
        "The same for the pull requests of each one.",
    )
    pr_number: int | None = declare(
        option_types.optional(option_types.whole(Bounds(1, 2**31 - 1), 7)),
        "",
        "Pull request to review when the event names none: manual and scheduled runs.",
    )
    full: bool = declare(
        option_types.flag(), "false", "Whether to review anew what an earlier run already reviewed."
    )
    mode: Mode = declare(
        option_types.choice(Mode),
        "both",
        "Whether to make the review and publish it (`both`), to `review` and leave a report "
        "without writing to the pull request, or to `publish` the reports of such runs.",
    )
    shard: Shard | None = declare(
        option_types.optional(option_types.share()),
        "",
        "Which share of the files a run with `mode: review` reviews, such as `2/8`; one run for "
        "each share, and one with `mode: publish` after them.",
    )
    reports: tuple[str, ...] = declare(
        option_types.needed(option_types.names("reports/1/report.json, more-reports")),
        "code-review-reports",
        "Files, and folders with files `*.json`, that `mode: publish` publishes, relative to the "
        "workspace.",
    )
    dry_run: bool = declare(
        option_types.flag(),
        "false",
        "Whether to write nothing on the pull request: the review stands in the job summary.",
    )
    timeout: int = declare(
        option_types.whole(Bounds(60, 21_600), 600),
        "900",
        "Seconds that the whole run may take. What is not reviewed by then is listed.",
    )
    concurrency: int = declare(
        option_types.whole(Bounds(1, 64), 16), "8", "How many requests to the model run at a time."
    )
    max_cost: "Decimal | None" = declare(
        option_types.optional(
            option_types.decimal(10_000, above=0, unit=" (US dollars)", example="0.50")
        ),
        "",
        "US dollars that one run may cost. What is not reviewed by then is listed.",
    )
    max_tokens_total: int | None = declare(
        option_types.optional(option_types.whole(Bounds(1_000, 100_000_000), 500_000)),
        "",
        "Tokens, read and written, that one run may use. What is not reviewed by then is listed.",
    )
    context_window: int | None = declare(
        option_types.optional(option_types.whole(Bounds(4_000, 10_000_000), 128_000)),
        "",
        "Tokens that the model can take in; set it for a model that the action does not know.",
    )
    temperature: float | None = declare(
        option_types.optional(option_types.fraction(2, "0.2")),
        "",
        "Sampling temperature. Empty leaves it to the model; reasoning models accept no other.",
    )
    max_output_tokens: int | None = declare(
        option_types.optional(option_types.whole(Bounds(256, 1_000_000), 16_000)),
        "",
        "Tokens that one answer may have. Empty leaves it to the model.",
    )
    on_error: OnError = declare(
        option_types.choice(OnError),
        "fail",
        "Whether a review that could not be made or published fails the step. A wrong "
        "configuration always does.",
    )
    include: tuple[str, ...] = declare(
        option_types.globs(), "", "Only files that match are reviewed. Empty for all."
    )
    exclude: tuple[str, ...] = declare(
        option_types.globs(),
        "",
        "Files that match are not reviewed; `!pattern` takes some of them, or some that are "
        "excluded by default, back in.",
    )
    max_files: int = declare(
        option_types.whole(MAX_FILES, 100), "300", "How many files of a pull request are reviewed."
    )
    max_file_lines: int = declare(
        option_types.whole(MAX_FILE_LINES, 1_000),
        "3000",
        "Changed lines from which a file is too large to be reviewed.",
    )
    max_findings: int = declare(
        option_types.whole(MAX_FINDINGS, 20), "50", "How many findings are shown, the worst first."
    )
    min_severity: Severity = declare(
        option_types.choice(Severity), "low", "Findings less severe than this are not shown."
    )
    min_confidence: Confidence = declare(
        option_types.choice(Confidence), "low", "Findings less certain than this are not shown."
    )
    language: str = declare(
        option_types.language(), "", "Language of the review. Empty for English."
    )
    instructions: str = declare(
        option_types.prose(), "", "What the reviewer should know about this code, or look at."
    )
    inline: Inline = declare(
        option_types.choice(Inline),
        "off",
        "Which findings are also told at their lines of the diff: none, those of high or critical "
        "severity, or all.",
    )
    suggestions: bool = declare(
        option_types.flag(),
        "false",
        "Whether inline comments may hold replacement code that can be committed with a click.",
    )
    verify: Verify = declare(
        option_types.choice(Verify),
        "on",
        "Whether each finding must survive a second, sceptical request before it is shown.",
    )
    guidelines: tuple[str, ...] = declare(
        option_types.names("AGENTS.md, docs/style.md"),
        "AGENTS.md, CLAUDE.md",
        "Files of the repository that say how its code should look, read at the base commit.",
    )
    tools: Tools = declare(
        option_types.choice(Tools),
        "off",
        "Whether the model may read and search the files of the reviewed commit. With `on`, not in "
        "runs of `pull_request_target` and `workflow_run`; with `always`, there too.",
    )
    check_run: bool = declare(
        option_types.flag(),
        "false",
        "Whether to post a check run with annotations too; it needs `checks: write`.",
    )
    fail_on: FailOn = declare(
        option_types.choice(FailOn),
        "never",
        "What makes the step fail: a finding of this severity or a worse one; `incomplete` is "
        "about what was not reviewed.",
    )
    review_drafts: bool = declare(
        option_types.flag(), "false", "Whether draft pull requests are reviewed too."
    )
    skip_labels: tuple[str, ...] = declare(
        option_types.names("no-review"),
        "",
        "Pull requests with one of these labels are left alone.",
    )
    skip_authors: tuple[str, ...] = declare(
        option_types.names("dependabot[bot], renovate[bot]"),
        "",
        "Pull requests of these authors are left alone.",
    )
    secrets: tuple[str, ...] = field((), shown=False)
    """Every text that must be masked: the secrets as they came and as they are used."""

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "Inputs":
        """Read the inputs as the runner passes them; an empty one has its default.

        Raises InputError for an unknown input or one that cannot be used.
        """
        declared = declarations()
        given = options.given(environ, tuple(entry.name for entry in declared))
        read: dict[str, Any] = {
            entry.field: entry.parse(given[entry.name]) for entry in declared if entry.name in given
        }
        secret = [entry for entry in declared if entry.kind.secret]
        texts = [given.get(entry.name) for entry in secret]
        texts += [read.get(entry.field) for entry in secret]
        inputs = cls(**read, secrets=tuple(dict.fromkeys(filter(None, texts))))
        if inputs.base_url == OPENAI:
            return inputs
        # What only another server needs must not slow down every run.
        from reviewer.config import base_url as endpoint

        base_url = endpoint.parse(inputs.base_url, allow_http=inputs.allow_http)
        return replace(inputs, base_url=base_url)

    @property
    def models(self) -> tuple[str, ...]:
        """The models to ask, the preferred one first.

        Our default for the second one is OpenAI's, so it is left out on another server.
        """
        second = self.fallback_model
        if second == Inputs().fallback_model and not self._asks_openai:
            second = ""
        return tuple(dict.fromkeys(name for name in (self.model, second) if name))

    @property
    def needs_key(self) -> bool:
        """Whether no request can succeed for want of an api-key."""
        return not self.api_key and self._asks_openai and self.mode is not Mode.PUBLISH

    @property
    def silent(self) -> bool:
        """Whether nothing is written to the pull request."""
        return self.dry_run or self.mode is Mode.REVIEW

    @property
    def _asks_openai(self) -> bool:
        if self.base_url == OPENAI:
            return True
        # What only another address needs must not slow down every run.
        from urllib.parse import urlsplit

        return urlsplit(self.base_url).hostname == urlsplit(OPENAI).hostname


def declarations() -> tuple[Declaration, ...]:
    """List what is declared, in the order in which people read it."""
    return options.of(Inputs)
