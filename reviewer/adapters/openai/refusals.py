"""What a model server's error response means: stop, use another model, shorten, or leave out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from httpx2 import Response

from reviewer.adapters.http import waiting
from reviewer.adapters.http.retry import TransientError
from reviewer.adapters.openai import error_bodies, refusal_texts
from reviewer.errors import (
    ContextTooLongError,
    ModelError,
    ModelNotFoundError,
    ModelRefusedError,
    ReplyError,
)
from reviewer.text import invisible, truncate

_LONGEST_QUOTE = 200
# A longer number is no count of tokens, and Python refuses to read one of thousands of digits.
_MOST_DIGITS = 9
# A server that fails gets fewer attempts than one that only asks to wait.
_ATTEMPTS_AT_FAILURE = 4
_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
# LiteLLM's 400 for a key that it does not know and no database to look it up in.
_NO_KEY = '"no_db_connection"'
_TOO_LONG = tuple(map(re.compile, refusal_texts.TOO_LONG))
_PROBABLY_TOO_LONG = re.compile("|".join(refusal_texts.PROBABLY_TOO_LONG))
_TOO_MANY_A_MINUTE = re.compile("|".join(refusal_texts.TOO_MANY_A_MINUTE))
# What a server says is at the beginning; it may repeat the prompt after that.
_SEARCHED = 10_000
_NO_TOOLS = re.compile("|".join(refusal_texts.NO_TOOLS))
_NO_MODEL = re.compile("|".join(refusal_texts.NO_MODEL))
# With these, the server has not looked at the prompt and its parameters.
_NOT_ABOUT_REQUEST = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
_PASSING = frozenset(
    {
        # An error in a response of this status that names no other.
        HTTPStatus.OK,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
# With other statuses, only a text of the table means that the prompt is too long.
_MAY_BE_TOO_LONG = frozenset(
    {HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error response, as far as it has OpenAI's shape or another usual one.

    `code` and `parameter` are OpenAI's "code" (or "type") and "param". `text` is the whole body in
    lower case, for searching, or the error of a response of status 200, which may hold a part of a
    reply beside it; `message` and `location`, where a redirect leads, may be shown.
    `wait` is in seconds, None when the server asks for none; `server` is its host and port.
    """

    status: int
    code: str
    parameter: str
    text: str
    message: str
    location: str
    wait: float | None
    server: str = ""


def read(response: Response, key: str, error: dict[str, object] | None = None) -> Refusal:
    """Read an error response; the API key is hidden wherever the server repeats it.

    `error` is what a response of status 200 holds instead of a completion; its status is the one
    that it names, or 200.
    """
    status = response.status_code if error is None else error_bodies.read_status(error)
    text = response.text if error is None else json.dumps(error, ensure_ascii=False)
    error = error_bodies.read_object(response) if error is None else error
    message = error_bodies.read_member(error, "message") or error_bodies.read_member(
        error, "detail"
    )
    message = message or error_bodies.find_title(response.text) or response.text
    return Refusal(
        status=status,
        code=error_bodies.read_member(error, "code") or error_bodies.read_member(error, "type"),
        parameter=error_bodies.read_member(error, "param"),
        text=text.lower(),
        message=clean(message.removeprefix(f"{status} "), key),
        location=clean(response.headers.get("location", ""), key),
        wait=waiting.asked_wait(response.headers, message),
    )


def refuses_tools(refusal: Refusal) -> bool:
    """Return True if the server or the model takes no tools, whatever the status is."""
    about_request = refusal.status not in _NOT_ABOUT_REQUEST
    return about_request and bool(_NO_TOOLS.search(refusal.text))


def clean(text: str, key: str) -> str:
    """Return a server's text on one line of at most 200 characters, without key and controls."""
    hidden = text.replace(key, "***") if key else text
    return truncate.line(invisible.drop(hidden), _LONGEST_QUOTE)


def wants_key(refusal: Refusal) -> bool:
    """Return True if the server refused the request because of the API key, perhaps its lack."""
    return refusal.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


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


def explain(refusal: Refusal, model: str) -> ModelError | TransientError:
    """Return the error for a refusal; what its text says goes before its status."""
    if problem := _explain_length(refusal, model):
        return problem
    if refusal.code in _QUOTA:
        return ModelRefusedError(
            f"The model server's quota is used up: {refusal.message}",
            cause="The account has no credit left, or reached its monthly limit.",
            remedy="Add credit or raise the limit, then run again.",
        )
    if _lacks_model(refusal):
        return not_found_error(refusal, model)
    if refusal.code == "json_validate_failed":
        # Groq's 400 for a reply that does not follow the schema: the request is not to blame.
        return ReplyError(f"The model's reply does not follow the schema: {refusal.message}")
    if refusal.status in _PASSING or refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _passing_error(refusal)
    return _lasting_error(refusal, model)


def _lasting_error(refusal: Refusal, model: str) -> ModelError:
    match HTTPStatus.UNAUTHORIZED if _NO_KEY in refusal.text[:_SEARCHED] else refusal.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN | HTTPStatus.PAYMENT_REQUIRED:
            return ModelRefusedError(
                f"The model server does not accept the API key ({refusal.status}): "
                f"{refusal.message}",
                cause="The key is wrong, expired or for another server, or may not use this model.",
                remedy="Check the secret behind the input api-key, and base-url."
                # OpenAI's "Missing scopes: api.responses.write" for a restricted key.
                + " Allow the key to use Responses, or set `api: chat`."
                * ("api.responses" in refusal.text),
            )
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return not_found_error(refusal, model)
        case status if status < HTTPStatus.BAD_REQUEST:
            return ModelRefusedError(
                f"The model server redirects ({status}) to {refusal.location or 'nowhere'}.",
                cause="base-url is not the server's own address. Prompts do not follow redirects.",
                remedy="Set base-url to the address that it redirects to, if you trust that one.",
            )
        case status:
            return ModelError(f"The model server refused the request ({status}): {refusal.message}")


def _passing_error(refusal: Refusal) -> TransientError:
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        found = ModelError(
            f"The model server limits requests (429): {refusal.message}",
            remedy="Lower the input concurrency, or run again later.",
        )
        return TransientError(found, wait=refusal.wait)
    found = ModelError(
        f"The model server{' at ' * bool(refusal.server)}{refusal.server} failed "
        f"({refusal.status}): {refusal.message}",
        cause="The server, or a proxy in front of it, is down or has too much to do.",
        remedy="Run again later, or tell those who run it."
        + " If it answers one request at a time, set `concurrency: 1`."
        * (refusal.status == HTTPStatus.SERVICE_UNAVAILABLE),
    )
    return TransientError(found, wait=refusal.wait, attempts=_ATTEMPTS_AT_FAILURE)


def _explain_length(refusal: Refusal, model: str) -> ModelError | TransientError | None:
    """Return the error if the prompt is too long, None if the refusal is about something else.

    A prompt with more tokens than the account may send in a minute is too long: waiting does not
    help. One that the account may send later is waited for.
    """
    text = refusal.text[:_SEARCHED]
    what = f"The prompt is too long for {model}: {refusal.message}"
    if found := _TOO_MANY_A_MINUTE.search(text):
        limit, counted = _read_number(found, "limit"), _read_number(found, "tokens")
        if limit and counted and counted <= limit:
            return _passing_error(replace(refusal, status=HTTPStatus.TOO_MANY_REQUESTS))
        cause = "It has more tokens than the account may send in a minute."
        return ContextTooLongError(what, cause=cause, limit=limit, counted=counted)
    if refusal.status in _NOT_ABOUT_REQUEST:
        return None
    for pattern in _TOO_LONG:
        if found := pattern.search(text):
            limit, counted = _read_number(found, "limit"), _read_number(found, "tokens")
            return ContextTooLongError(what, limit=limit, counted=counted)
    if refusal.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or (
        refusal.status in _MAY_BE_TOO_LONG and _PROBABLY_TOO_LONG.search(text)
    ):
        return ContextTooLongError(what)
    return None


def _read_number(found: re.Match[str], group: str) -> int | None:
    """Return the number in a group of a pattern, None if it names none."""
    digits = found.groupdict().get(group)
    return int(digits.replace(",", "")[:_MOST_DIGITS]) if digits else None


def not_found_error(refusal: Refusal, model: str) -> ModelNotFoundError:
    """Return the error for a model that the server does not have."""
    return ModelNotFoundError(
        f"The model server does not know {model} ({refusal.status}): {refusal.message}",
        cause="The name is misspelled, the model was retired, base-url lacks its path "
        "(it usually ends in /v1), or the server lacks the API that the input api names.",
        remedy="Check the inputs model, base-url and api.",
    )


def _lacks_model(refusal: Refusal) -> bool:
    """Return True if the server has no model of this name, by its code or its message.

    The rest of the body may repeat the prompt, which can say anything.
    """
    if refusal.code.lower() in refusal_texts.NO_MODEL_CODES:
        return True
    about_request = refusal.status not in _NOT_ABOUT_REQUEST
    return about_request and bool(_NO_MODEL.search(refusal.message.lower()))


def speaks_of_model(refusal: Refusal) -> bool:
    """Return True if the message is about a model, whatever it says of it."""
    return refusal.status not in _NOT_ABOUT_REQUEST and "model" in refusal.message.lower()


def find_refused(
    sent: Mapping[str, object], refusal: Refusal, optional_names: Mapping[str, tuple[str, ...]]
) -> str:
    """Return the sent parameter that a refusal is about, empty when it is about something else.

    Where the server names none in its own field, it is the one that its text mentions first.
    """
    optional = [name for name in optional_names if name in sent]
    culprit = refusal.parameter.split(".")[0]
    if culprit in optional:
        return culprit
    places = [
        (refusal.text.find(word), name)
        for name in optional
        for word in optional_names[name]
        if word in refusal.text
    ]
    return min(places)[1] if places else ""
