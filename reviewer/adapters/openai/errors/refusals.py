"""What a model server's error response means: stop, use another model, shorten, or leave out."""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from reviewer.adapters.http import network
from reviewer.adapters.http.retry import TransientError
from reviewer.adapters.openai.errors import account, addresses, refusal_texts
from reviewer.adapters.openai.errors.error_bodies import Refusal
from reviewer.errors import (
    ContextTooLongError,
    ModelError,
    ModelNotFoundError,
    ModelRefusedError,
    ReplyError,
)

# A longer number is no count of tokens, and Python refuses to read one of thousands of digits.
_MOST_DIGITS = 9
# A server that fails gets fewer attempts than one that only asks to wait.
_ATTEMPTS_AT_FAILURE = 4
_TOO_LONG = tuple(map(re.compile, refusal_texts.TOO_LONG))
_PROBABLY_TOO_LONG = re.compile("|".join(refusal_texts.PROBABLY_TOO_LONG))
_TOO_MANY_A_MINUTE = re.compile("|".join(refusal_texts.TOO_MANY_A_MINUTE))
# What servers call the parameter that the input max-output-tokens sets.
_LONGEST_REPLY = ("max_tokens", "max_completion_tokens", "max_output_tokens")
# What a server says is at the beginning; it may repeat the prompt after that.
_SEARCHED = 10_000
_NO_TOOLS = re.compile("|".join(refusal_texts.NO_TOOLS))
_NO_MODEL = re.compile("|".join(refusal_texts.NO_MODEL))
_NO_DEPLOYMENT = re.compile("|".join(refusal_texts.NO_DEPLOYMENT))
_NO_ENDPOINT = re.compile("|".join(refusal_texts.NO_ENDPOINT))
_NOT_LOADED = re.compile("|".join(refusal_texts.NOT_LOADED))
_HTTPS_ONLY = re.compile("|".join(refusal_texts.HTTPS_ONLY))
# With these, the server has not looked at the prompt and its parameters.
_NOT_ABOUT_REQUEST = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
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


def refuses_tools(refusal: Refusal) -> bool:
    """Return True if the server or the model takes no tools, whatever the status is."""
    about_request = refusal.status not in _NOT_ABOUT_REQUEST
    return about_request and bool(_NO_TOOLS.search(refusal.text))


def explain(
    refusal: Refusal, model: str, sent: Mapping[str, object]
) -> ModelError | TransientError:
    """Return the error for a refusal of what was sent; its text goes before its status."""
    problem = _explain_length(refusal, model) or account.explain(refusal, model)
    if problem := problem or _explain_words(refusal, model):
        return problem
    if account.wants_key(refusal):
        return account.explain_key(refusal)
    if _passes(refusal):
        return _passing_error(refusal)
    return _lasting_error(refusal, model, sent)


def _passes(refusal: Refusal) -> bool:
    """Return True if, by its status, a later request may succeed."""
    return refusal.status in _PASSING or refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _explain_words(refusal: Refusal, model: str) -> ModelError | None:
    """Return the error for a refusal whose code or words say more than its status."""
    message = refusal.message.lower()
    if _NO_ENDPOINT.search(message):
        return addresses.no_endpoint_error(refusal)
    if _HTTPS_ONLY.search(message) and refusal.base_url.startswith("http://"):
        return addresses.https_error(refusal)
    if is_not_loaded(refusal):
        return ModelNotFoundError(
            f"The model server refused the request ({refusal.status}): {refusal.message}",
            cause="The server runs, and no model is loaded in it.",
            remedy=f"Load {model} there, then run again.",
        )
    if _lacks_model(refusal):
        return not_found_error(refusal, model)
    if refusal.code == "json_validate_failed":
        # Groq's 400 for a reply that does not follow the schema: the request is not to blame.
        return ReplyError(f"The model's reply does not follow the schema: {refusal.message}")
    return None


def _lasting_error(refusal: Refusal, model: str, sent: Mapping[str, object]) -> ModelError:
    match refusal.status:
        case HTTPStatus.FORBIDDEN | HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return _explain_proxy(refusal)
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return not_found_error(refusal, model)
        case HTTPStatus.METHOD_NOT_ALLOWED:
            if refusal.is_page and not addresses.names_host_alone(refusal):
                return _explain_proxy(refusal)
            return addresses.no_endpoint_error(refusal)
        case status if status < HTTPStatus.BAD_REQUEST:
            return addresses.redirect_error(refusal)
        case status:
            return ModelError(
                f"The model server refused the request ({status}): {refusal.message}",
                remedy=_name_input(refusal, sent),
            )


def _name_input(refusal: Refusal, sent: Mapping[str, object]) -> str:
    """Return what to do about a refused limit of the reply, "" if it was not sent.

    A server that uses the name under which it was sent gets no limit instead.
    """
    message = refusal.message.lower()
    if any(name in sent for name in _LONGEST_REPLY) and any(
        name in message for name in _LONGEST_REPLY
    ):
        return (
            "The input max-output-tokens sets this. Write a value that the server takes, or leave "
            "it out."
        )
    return ""


def _explain_proxy(refusal: Refusal) -> ModelRefusedError:
    """Return the error for an answer of a proxy: 407, or a page with 403 or 405."""
    if refusal.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        variable = network.name_proxy(urlsplit(refusal.base_url).scheme)
        cause, remedy = network.advise_on_proxy(refusal.status, variable, refusal.host)
        return ModelRefusedError(
            f"The proxy in {variable} answered 407: {refusal.message}", cause=cause, remedy=remedy
        )
    return ModelRefusedError(
        f"A web page answered in the place of the model server ({refusal.status}): "
        f"{refusal.message}",
        cause="A proxy or a firewall in front of the server does not let the request through.",
        remedy=f"Ask those who run the network for access to {refusal.host}.",
    )


def is_not_loaded(refusal: Refusal) -> bool:
    """Return True for a server in which somebody has to load the model, which it may list.

    One that loads it now says so with a status that passes.
    """
    return not _passes(refusal) and bool(_NOT_LOADED.search(refusal.message.lower()))


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
        cause = "A proxy in front of the server limits requests, as client_max_body_size of nginx."
        return ContextTooLongError(what, cause=cause * refusal.is_page)
    return None


def _read_number(found: re.Match[str], group: str) -> int | None:
    """Return the number in a group of a pattern, None if it names none."""
    digits = found.groupdict().get(group)
    return int(digits.replace(",", "")[:_MOST_DIGITS]) if digits else None


def not_found_error(refusal: Refusal, model: str) -> ModelNotFoundError:
    """Return the error for a model that the server does not have."""
    what = f"The model server does not know {model} ({refusal.status}): {refusal.message}"
    if is_about_deployment(refusal):
        return ModelNotFoundError(
            what,
            cause="Azure calls a model by the name of its deployment. Its list has other names.",
            remedy="Set the input model to the name of a deployment of this resource.",
        )
    return ModelNotFoundError(
        what,
        cause="The name is misspelled, the model was retired, base-url lacks its path "
        "(it usually ends in /v1), or the server lacks the API that the input api names.",
        remedy="Check the inputs model, base-url and api.",
    )


def is_about_deployment(refusal: Refusal) -> bool:
    """Return True for an Azure resource without a deployment of the model's name."""
    by_code = refusal.code.lower() == "deploymentnotfound"
    return by_code or bool(_NO_DEPLOYMENT.search(refusal.message.lower()))


def concerns_list(refusal: Refusal) -> bool:
    """Return True if the server's list of models may explain a refusal about the model.

    Azure lists models, and not the deployments of a resource
    (https://learn.microsoft.com/azure/ai-foundry/openai/reference). Other lists have what the
    account may not use too.
    """
    on_azure = is_about_deployment(refusal) or refusal.host.endswith(".azure.com")
    return not (on_azure or account.denies_model(refusal) or is_not_loaded(refusal))


def _lacks_model(refusal: Refusal) -> bool:
    """Return True if the server has no model of this name, by its code or its message.

    The rest of the body may repeat the prompt, which can say anything.
    """
    if refusal.code.lower() in refusal_texts.NO_MODEL_CODES or is_about_deployment(refusal):
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
