"""What a refusal says of the account: its key, its credit, and the models that it may use."""

import re
from http import HTTPStatus

from reviewer.adapters.openai.errors import refusal_texts
from reviewer.adapters.openai.errors.error_bodies import Refusal
from reviewer.errors import ModelError, ModelNotFoundError, ModelRefusedError

_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_NO_CREDIT = re.compile("|".join(refusal_texts.NO_CREDIT))
_NO_ACCESS = re.compile("|".join(refusal_texts.NO_ACCESS))
_WRONG_KEY = re.compile("|".join(refusal_texts.WRONG_KEY))
# LiteLLM's 400 for a key that it does not know and no database to look it up in.
_NO_KEY = '"no_db_connection"'
# What a server says is at the beginning; it may repeat the prompt after that.
_SEARCHED = 10_000


def explain(refusal: Refusal, model: str) -> ModelError | None:
    """Return the error for an account without credit, or one that may not use the model."""
    message = refusal.message.lower()
    used_up = refusal.code in _QUOTA or refusal.status == HTTPStatus.PAYMENT_REQUIRED
    if used_up or _NO_CREDIT.search(message):
        return ModelRefusedError(
            f"The model server's quota is used up: {refusal.message}",
            cause="The account has no credit left, or reached its limit.",
            remedy="Add credit or raise the limit, then run again."
            # OpenRouter reserves what the longest reply would cost.
            + " Or set the input max-output-tokens to what the account can pay for."
            * ("max_tokens" in message),
        )
    if denies_model(refusal):
        return ModelNotFoundError(
            f"The account may not use {model} ({refusal.status}): {refusal.message}",
            cause="The server has the model, and the settings of the account exclude it.",
            remedy="Change them at the address in the server's message, or set the input model to "
            "another one.",
        )
    return None


def denies_model(refusal: Refusal) -> bool:
    """Return True if the account may not use the model, which the server has."""
    return bool(_NO_ACCESS.search(refusal.message.lower()))


def wants_key(refusal: Refusal) -> bool:
    """Return True if the server refused the request because of the API key, perhaps its lack."""
    if _NO_KEY in refusal.text[:_SEARCHED] or _WRONG_KEY.search(refusal.message.lower()):
        return True
    # A page with 403 is one of a proxy or a firewall: it knows no keys.
    by_server = refusal.status == HTTPStatus.FORBIDDEN and not refusal.is_page
    return by_server or refusal.status == HTTPStatus.UNAUTHORIZED


def explain_key(refusal: Refusal) -> ModelRefusedError:
    """Return the error for a key that the server does not accept."""
    return ModelRefusedError(
        f"The model server does not accept the API key ({refusal.status}): {refusal.message}",
        cause="The key is wrong, expired or for another server, or may not be used for this model "
        "or from this network.",
        remedy="Check the secret behind the input api-key, and base-url."
        # OpenAI's "Missing scopes: api.responses.write" for a restricted key.
        + " Allow the key to use Responses, or set `api: chat`."
        * ("api.responses" in refusal.text),
    )


def explain_empty_key(refusal: Refusal) -> ModelRefusedError:
    """Return the error for a server that wants a key, where the input is empty."""
    return ModelRefusedError(
        f"The input api-key is empty, and the model server wants one ({refusal.status}): "
        f"{refusal.message}",
        cause="`${{ secrets.NAME }}` is empty where no secret has exactly this name, and in runs "
        "for forks and Dependabot, to which GitHub gives no secrets of the repository.",
        remedy="Add the secret under Settings > Secrets and variables > Actions, and its name to "
        "the step: `with: {api-key: ${{ secrets.NAME }}}`.",
    )
