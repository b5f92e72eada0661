"""The inputs of the workflow step: declared once, read strictly."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from reviewer.config import enums, option_types, options
from reviewer.config.options import declare
from reviewer.config.shard import Shard
from reviewer.config.workflow import input_types, model_inputs
from reviewer.config.workflow.own_inputs import OwnInputs
from reviewer.record import field, fields, record, replace

if TYPE_CHECKING:
    from decimal import Decimal

OPENAI = "https://api.openai.com/v1"
_OPENAI_HOST = "api.openai.com"
FALLBACK_MODEL = "gpt-6-luna"
REPORTS = "code-review-reports"


@record
class Inputs(OwnInputs):
    """The inputs as values, named with underscores; the workflow alone has those declared here."""

    github_token: str = declare(
        option_types.secret("${{ github.token }}"),
        "${{ github.token }}",
        "GitHub token that reads the pull request and writes the comment. It needs the "
        "permissions `contents: read` and `pull-requests: write`.",
    )
    api_key: str = declare(
        option_types.secret("${{ secrets.OPENAI_API_KEY }}"),
        "",
        "API key of the model server. OpenAI requires one; other servers may not.",
    )
    memory_key: str = declare(
        option_types.secret("${{ secrets.CODE_REVIEW_MEMORY_KEY }}"),
        "",
        "Any long random secret. It signs what a run remembers in its comment, so that the next "
        "run can believe it and review only what changed. Empty for `api-key`; without either, "
        "every run reviews all files.",
    )
    base_url: str = declare(
        option_types.line(r".+", "an https:// address", OPENAI),
        OPENAI,
        "Address of an OpenAI-compatible server. `http://` is accepted for localhost, and for "
        "other hosts with `allow-http: true`.",
    )
    model: str = declare(
        option_types.line(r"\S{1,200}", "a model name without blanks", "gpt-6.1-terra"),
        "gpt-6.1-terra",
        "Model that reviews the changes. Required if `base-url` is not OpenAI's.",
    )
    fallback_model: str = declare(
        option_types.line(
            r"\S{1,200}", "a model name, `auto`, or empty for none", FALLBACK_MODEL, blank=True
        ),
        "auto",
        f"Model to ask when the first one cannot answer. `auto`: {FALLBACK_MODEL} on OpenAI's "
        "servers, none on others. Empty for none.",
    )
    allow_http: bool = declare(
        option_types.flag("false"),
        "false",
        "Accept `http://` in `base-url` for hosts other than localhost. Everyone on the network "
        "path can then read the code and the API key.",
    )
    name: str = declare(
        option_types.line(
            r"[a-z0-9-]{1,40}", "1 to 40 of the characters a-z, 0-9 and hyphen", "security"
        ),
        "default",
        "Name of this reviewer. Each name keeps a comment of its own on a pull request.",
    )
    trigger: str = declare(
        option_types.line(
            r".{1,60}", "a word or phrase of 1 to 60 characters on one line", "/review"
        ),
        "/review",
        "Word or phrase, such as `flows review`, that starts a review when it is the first line of "
        "a comment. `/review` always does too.",
    )
    allowed_associations: tuple[str, ...] = declare(
        option_types.names("OWNER,MEMBER", enums.ASSOCIATIONS),
        "OWNER,MEMBER,COLLABORATOR",
        "Obey commands in comments of people with these associations: how a person belongs to the "
        "repository, in the words of GitHub's `author_association`.",
    )
    authors_may_dismiss: bool = declare(
        option_types.flag("false"),
        "false",
        "Let the author of a pull request dismiss its findings and pause its reviews although "
        "`fail-on` is set, if they may write to the repository.",
    )
    reviewed_associations: tuple[str, ...] = declare(
        option_types.names("OWNER,MEMBER,COLLABORATOR,CONTRIBUTOR", enums.ASSOCIATIONS),
        "",
        "Review pull requests of these authors automatically. Others wait until someone in "
        "`allowed-associations` comments `/review`. Empty for all authors.",
    )
    daily_limit: int | None = declare(
        option_types.optional(option_types.integer(1, 500, example=20)),
        "",
        "Within 24 hours, start at most this many reviews for outside contributors (not in "
        "`allowed-associations`). Each pull request that they open and each push that is reviewed "
        "uses one. Later ones wait for a `/review`.",
    )
    daily_limit_per_author: int | None = declare(
        option_types.optional(option_types.integer(1, 500, example=5)),
        "",
        "The same limit for each outside contributor.",
    )
    pr_number: int | enums.PullRequests | None = declare(
        input_types.number_or_open(),
        "",
        "Pull request to review if the event names none; `open`: all without a finished review.",
    )
    full: bool = declare(
        option_types.flag(),
        "false",
        "Review all files again, including those that an earlier run reviewed.",
    )
    plan_only: bool = declare(
        option_types.flag(),
        "false",
        "Ask no model and write nothing on the pull request: show in the job summary which "
        "requests a review would take, with their tokens and price. Needs no `api-key`.",
    )
    mode: enums.Mode = declare(
        option_types.choice(enums.Mode, "both"),
        "both",
        "`both`: review and publish. `review`: write a report only, nothing on the pull request. "
        "`publish`: publish existing reports.",
    )
    shard: Shard | None = declare(
        option_types.optional(option_types.share()),
        "",
        "Share of the files to review with `mode: review`, such as `2/8`. Start one run for each "
        "share, and one with `mode: publish` after them.",
    )
    reports: tuple[str, ...] = declare(
        option_types.never_empty(option_types.names("reports/1/report.json, more-reports")),
        REPORTS,
        "Reports to publish with `mode: publish`: files, and folders with `*.json` files, relative "
        "to the workspace. Set to another value with other modes, it names reports of earlier runs "
        "of the same pull request: files that they reviewed are not reviewed again.",
    )
    dry_run: bool = declare(
        option_types.flag(),
        "false",
        "Write nothing on the pull request; the review is in the job summary.",
    )
    timeout: int = declare(
        option_types.integer(60, 21_600, example=600, unit="seconds"),
        "900",
        "Seconds that the whole run may take. Files that are not reviewed by then are listed.",
    )
    max_cost: "Decimal | enums.NoLimit | None" = declare(
        option_types.ceiling(
            option_types.decimal(10_000, above=0, unit=" (US dollars)", example="0.50"),
            "5, if the prices of the models are known",
        ),
        "",
        "US dollars that one run may cost: 5 if you set nothing and the prices of the models are "
        "known. Files that are not reviewed by then are listed.",
    )
    max_cost_pull_request: "Decimal | None" = declare(
        option_types.optional(
            option_types.decimal(10_000, above=0, unit=" (US dollars)", example="5")
        ),
        "",
        "US dollars that all runs on one pull request may cost together. Files that are not "
        "reviewed by then are listed, and the comment names this limit. It needs the prices of the "
        "models, and `memory-key` or `api-key` to sign what was spent. Empty for no limit.",
    )
    max_tokens_total: "int | enums.NoLimit | None" = declare(
        option_types.ceiling(
            option_types.integer(1_000, 100_000_000, example=500_000),
            "3000000, if the price of a model is not known",
        ),
        "",
        "Tokens in prompts and replies that one run may use: 3,000,000 if you set nothing and the "
        "price of a model is not known. Files that are not reviewed by then are listed.",
    )
    price: "tuple[Decimal, Decimal, Decimal | None, Decimal | None] | None" = declare(
        option_types.optional(input_types.prices()),
        "",
        "Price of `model`, in US dollars per million input and output tokens, such as `1.00/5.00`. "
        "`1.00/5.00 cached=0.10 cache-write=1.25` states cached tokens too; without it they cost "
        "as much as the others. The action knows prices at OpenAI's own address only. The price "
        "applies to an unknown `fallback-model` or `small-model` too.",
    )
    on_error: enums.OnError = declare(
        option_types.choice(enums.OnError, "fail"),
        "fail",
        "`fail`: fail the step when a review could not be made or published. `warn`: only warn, "
        "unless `fail-on` is set. An invalid configuration always fails it.",
    )
    tools: enums.ToolsMode = declare(
        option_types.choice(enums.ToolsMode, "off"),
        "auto",
        "Let the model read and search the files of the reviewed commit. `auto`: except for pull "
        "requests from forks in runs that have secrets. `on`: except in runs of "
        "`pull_request_target`, `workflow_run` and `pr-number: open`. `always`: there too.",
    )
    check_run: bool = declare(
        option_types.flag(),
        "false",
        "Post a check run with annotations too. It needs the permission `checks: write`.",
    )
    secrets: tuple[str, ...] = field((), shown=False)
    """Every text that must be masked: the secrets as they came and as they are used."""

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "Inputs":
        """Read the inputs as the runner passes them; an empty one has its default.

        Raises InputError for an unknown input or one that cannot be used.
        """
        given = options.read_texts(environ, tuple(entry.name for entry in DECLARATIONS))
        read = options.parse_texts(given, DECLARATIONS)
        secret = [entry for entry in DECLARATIONS if entry.kind.secret]
        texts = [text for each in secret for text in (given.get(each.name), read.get(each.field))]
        inputs = cls(**read, secrets=tuple(dict.fromkeys(filter(None, texts))))
        if inputs.base_url == OPENAI:
            model_inputs.check_name(inputs.api_key and inputs.model, OPENAI, given.get("base-url"))
            return inputs
        # What only another server needs must not slow down every run.
        from reviewer.config.workflow import base_url as url

        inputs = replace(inputs, base_url=url.parse(inputs.base_url, allow_http=inputs.allow_http))
        if inputs.asks_openai:
            model_inputs.check_name(inputs.api_key and inputs.model, inputs.base_url, "set")
        # The default is a model of OpenAI's.
        return inputs if inputs.asks_openai or given.get("model") else replace(inputs, model="")

    @property
    def models(self) -> tuple[str, ...]:
        """The models to ask, the preferred one first."""
        # The runner passes a default as if somebody had written it, so that of this is no name.
        second = self.fallback_model
        if second == "auto":
            second = FALLBACK_MODEL if self.asks_openai else ""
        return tuple(dict.fromkeys(name for name in (self.model, second) if name))

    @property
    def every_model(self) -> tuple[str, ...]:
        """The models to ask, then the small one, which reads nothing but trivial changes."""
        return tuple(dict.fromkeys((*self.models, *filter(None, (self.small_model,)))))

    @property
    def uses_responses(self) -> bool:
        """Return True if requests use the Responses API."""
        return self.api is enums.Api.RESPONSES or (self.api is enums.Api.AUTO and self.asks_openai)

    @property
    def needs_key(self) -> bool:
        """Return True if no request can succeed for want of an api-key."""
        lacks = self.mode is not enums.Mode.PUBLISH and not (self.plan_only or self.api_key)
        if not lacks or self.asks_openai:
            return lacks
        from reviewer.config.workflow.base_url import requires_key

        return requires_key(self._host)

    @property
    def restores(self) -> bool:
        """Return True if reports of earlier runs are read as memory, instead of being published."""
        return self.mode is not enums.Mode.PUBLISH and self.reports != (REPORTS,)

    @property
    def silent(self) -> bool:
        """Return True if nothing is written to the pull request."""
        return self.dry_run or self.plan_only or self.mode is enums.Mode.REVIEW

    @property
    def asks_openai(self) -> bool:
        """Return True if the model server is OpenAI's own. Azure's servers are not."""
        return self.base_url == OPENAI or self.asks_openai_region or self._host == _OPENAI_HOST

    @property
    def asks_openai_region(self) -> bool:
        """Return True if requests go to one of OpenAI's regions, such as eu.api.openai.com."""
        return self.base_url != OPENAI and self._host.endswith(f".{_OPENAI_HOST}")

    @property
    def _host(self) -> str:
        from urllib.parse import urlsplit

        return urlsplit(self.base_url).hostname or ""


_EVERYTHING = options.declarations(Inputs)
_BORDERS = (0, *(len(fields(each)) for each in reversed(Inputs.__mro__[1:-1])), None)
DECLARATIONS = tuple(
    each for start, end in reversed([*pairwise(_BORDERS)]) for each in _EVERYTHING[start:end]
)
"""All inputs in the order in which people read them, the shared ones last."""
