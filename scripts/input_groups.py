"""Which inputs README shows, and how docs/configuration.md groups all of them."""

from collections.abc import Mapping

IN_README = (
    "api-key",
    "base-url",
    "model",
    "exclude",
    "instructions",
    "inline",
    "fail-on",
    "max-cost",
)
"""The inputs that most people set."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Credentials": ("github-token", "api-key", "memory-key"),
    "The model server": (
        "base-url",
        "allow-http",
        "api",
        "model",
        "fallback-model",
        "small-model",
        "context-window",
        "concurrency",
        "request-timeout",
        "temperature",
        "reasoning-effort",
        "max-output-tokens",
    ),
    "Time and money": (
        "max-cost",
        "max-cost-pull-request",
        "max-tokens-total",
        "price",
        "timeout",
        "plan-only",
    ),
    "Which files are reviewed": ("include", "exclude", "max-files", "max-file-lines"),
    "How they are reviewed": (
        "instructions",
        "guidelines",
        "linked-issues",
        "sarif",
        "language",
        "effort",
        "verify",
        "tools",
        "batching",
        "full",
    ),
    "What is shown": (
        "min-severity",
        "min-confidence",
        "max-findings",
        "max-visible",
        "sections",
        "when-clean",
        "inline",
        "suggestions",
        "check-run",
        "templates",
        "name",
        "dry-run",
    ),
    "What fails the step": ("fail-on", "fail-on-incomplete", "on-error"),
    "Which pull requests are reviewed": (
        "review-drafts",
        "skip-labels",
        "skip-authors",
        "pr-number",
        "trigger",
        "allowed-associations",
        "authors-may-dismiss",
        "reviewed-associations",
        "daily-limit",
        "daily-limit-per-author",
    ),
    "Several runs for one review": ("mode", "shard", "reports"),
}
OTHERS = "Other inputs"
"""The group of an input that no other group names."""


def group(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the groups, each with those of its inputs that exist; what none names comes last."""
    grouped = {title: tuple(n for n in listed if n in names) for title, listed in GROUPS.items()}
    known = {name for listed in GROUPS.values() for name in listed}
    grouped[OTHERS] = tuple(name for name in names if name not in known)
    return {title: listed for title, listed in grouped.items() if listed}
