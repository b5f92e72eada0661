"""The inputs of the workflow step that say how the model is asked."""

from reviewer.config import enums, option_types
from reviewer.config.options import declare, show
from reviewer.config.shared_settings import SeparateSettings
from reviewer.errors import InputError
from reviewer.record import record

LEAST_WINDOW = 4_000
"""Tokens; a smaller window has no room for the instructions and a change."""

_OPENAI_NAMES = (
    "gpt-",
    "chatgpt-",
    "codex-",
    "computer-use-",
    "ft:",
    *(f"o{n}" for n in range(10)),
)


@record
class ModelInputs(SeparateSettings):
    """How the model is asked, which belongs to the workflow alone."""

    api: enums.Api = declare(
        option_types.choice(enums.Api, "chat"),
        "auto",
        "API of the model server. `responses`: OpenAI's Responses API, the only one on which "
        "OpenAI's newer models take tools. `chat`: Chat Completions. `auto`: `responses` where "
        "`base-url` is OpenAI's, `chat` elsewhere.",
    )
    batching: enums.Batching = declare(
        option_types.choice(enums.Batching, "change"),
        "change",
        "`change`: one request to the model holds as many changed files as fit, related ones "
        "together. `file`: one request for each file.",
    )
    effort: enums.Effort = declare(
        option_types.choice(enums.Effort, "low"),
        "medium",
        "`medium`: one pass over the change, then the verification. `low`: the same, but "
        "`small-model` verifies, or else `fallback-model`, if one of them is set. `high`: two "
        "independent passes with different questions, and one verification of what both found.",
    )
    small_model: str = declare(
        option_types.line(
            r"\S{1,200}", "a model name, or empty for none", "gpt-6-luna", blank=True
        ),
        "",
        "Cheap model on the same server for trivial changes. It reads the files whose change is "
        "trivial by proof: only white space, comments, moved definitions, or small version bumps "
        "of dependencies. If it reports anything in a file, `model` reviews that file. Empty: "
        "`model` reviews all files.",
    )
    concurrency: int = declare(
        option_types.integer(1, 64, example=16),
        "32",
        "Send at most this many requests to the model at the same time. A run starts with 8, and "
        "sends fewer where the server limits requests or answers one at a time.",
    )
    request_timeout: int = declare(
        option_types.integer(10, 3_600, example=600, unit="seconds"),
        "300",
        "Seconds that the model server may work on one request. Raise it for a server that is "
        "slow. Time that a request waits behind earlier ones of this run is left out.",
    )
    context_window: int | None = declare(
        option_types.optional(option_types.integer(LEAST_WINDOW, 10_000_000, example=128_000)),
        "",
        "Size of the model's context window in tokens. Set it where neither the action nor the "
        "model server's list of models says it, or to make requests smaller.",
    )
    temperature: float | None = declare(
        option_types.optional(option_types.fraction(2, "0.2")),
        "",
        "Sampling temperature. Empty for the model's default; reasoning models accept no other.",
    )
    reasoning_effort: enums.ReasoningEffort | None = declare(
        option_types.optional(
            option_types.choice(enums.ReasoningEffort, "low"), "the model's default"
        ),
        "",
        "How much a reasoning model thinks before it replies. Empty for the model's default. A "
        "server that refuses it is asked without it.",
    )
    max_output_tokens: int | None = declare(
        option_types.optional(option_types.integer(256, 1_000_000, example=16_000)),
        "",
        "Tokens that one reply may have. Empty for the model's default.",
    )


def check_name(model: str, address: str, given: str | None) -> None:
    """Raise InputError for a model that OpenAI cannot have; `address` is OpenAI's.

    An empty `model` is one to which nothing is sent, for want of a key.

    `given` is the input base-url as it was set. It may be empty by mistake, because a variable has
    another name; then one server's code and key would go to another.
    """
    # Anybody can have gpt-oss.
    known = model.startswith(_OPENAI_NAMES) and not model.startswith("gpt-oss")
    empty = not (given or "").strip()
    if not model or ("/" not in model and (known or not empty)):
        return
    raise InputError(
        f"{show(model)} is no model of OpenAI's, and code and key would be sent to OpenAI: "
        f"the input base-url is {'empty' if empty else address}.",
        cause="In a workflow, `${{ vars.NAME }}` is empty where no variable has exactly this name."
        * empty,
        remedy="Set base-url to the address of the server that has the model."
        + f" If OpenAI has it, write `base-url: {address}`." * ("/" not in model),
    )
