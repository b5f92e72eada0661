"""A model behind any server that offers one of OpenAI's two APIs."""

import logging
import threading
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

import httpx2
from openai import APIConnectionError, APIStatusError

from reviewer.adapters.http.retry import (
    Deadline,
    DeadlineError,
    NotStartedError,
    Policy,
    TransientError,
    call_with_retries,
    call_within,
)
from reviewer.adapters.openai import chat, model_list
from reviewer.adapters.openai.capacity import FIRST_LEVEL, Capacity, Slot
from reviewer.adapters.openai.connection import OPENAI, Connection
from reviewer.adapters.openai.errors import (
    account,
    addresses,
    error_bodies,
    refusals,
    silence,
)
from reviewer.adapters.openai.errors.error_bodies import Refusal
from reviewer.adapters.openai.request_socket import RequestSocket
from reviewer.adapters.openai.wire import Dialect, Options, Wire
from reviewer.errors import ModelError, ModelNotFoundError, ReplyError
from reviewer.prompt import ListedModel, Prompt, Reply

log = logging.getLogger(__name__)

# Rate limits are per minute: the waits between eight attempts add up to more than that.
_POLICY = Policy(attempts=8)
_ATTEMPTS_WHEN_SLOW = 2
# Servers that are full for a moment say 503, or 529 as Anthropic does. 504, and 524 of Cloudflare,
# are what a proxy says that does not wait as long as we do: https://github.com/ollama/ollama/issues/9006
_LIMITED = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
        524,
        529,
    }
)
_NO_OPTIONS = Options()
_SECONDS_TO_LIST = 10.0
# The request was sent, so that its reply may have been made and paid for.
_LOST = (httpx2.ReadTimeout, httpx2.ReadError, httpx2.RemoteProtocolError)


class ModelServer:
    """One model; usable from any thread. Prompts go to `base_url` and nowhere else."""

    def __init__(
        self,
        *,
        model: str,
        api_key: str,
        base_url: str,
        deadline: Deadline,
        capacity: Capacity,
        policy: Policy = _POLICY,
        options: Options = _NO_OPTIONS,
        responses: bool = False,
    ) -> None:
        """Open a client; an empty `base_url` is OpenAI's own, an empty `api_key` sends none.

        `capacity` is that of the server, for all its models; every request ends by the deadline.
        Requests use the Responses API if `responses` is true, else Chat Completions.
        Raises InputError when the address, a proxy or the certificates cannot be used.
        """
        self.name = model
        self._key = api_key
        self._base_url = base_url
        self._deadline = deadline
        self._policy = policy
        self._options = options
        self._wire = _choose_wire(responses=responses)
        self._capacity = capacity
        self._dialect = Dialect()
        self._lock = threading.Lock()
        self._listing = threading.Lock()
        self._listed: ListedModel | None = None
        self._connection = Connection(base_url, api_key)

    @property
    def capacity(self) -> int:
        """The requests that the server takes at a time; see `ports.Model.capacity`."""
        return self._capacity.level

    def complete(self, prompt: Prompt) -> Reply:
        """Send a prompt; see `ports.Model.complete`.

        A parameter that the server refuses is left out from then on.
        """
        tries = _Tries()
        while True:
            dialect = self._dialect
            sent = prompt.without_tools() if prompt.tools and dialect.tools_refusal else prompt
            try:
                reply = call_with_retries(
                    partial(self._attempt, sent, dialect, tries),
                    what=f"Asking {self.name} ({prompt.purpose})",
                    deadline=self._deadline,
                    policy=self._policy,
                )
            except _UnsupportedError as refused:
                self._give_up(refused)
            except ModelError as problem:
                problem.lost = tries.lost
                raise
            else:
                refusal = dialect.tools_refusal if prompt.tools else ""
                return replace(reply, tools_refusal=refusal, lost=tries.lost)

    def read_list(self) -> ListedModel:
        """Ask the server for its list of models, once; see `ports.Model.read_list`."""
        with self._listing:
            self._listed = self._listed or self._request_list()
            return self._listed

    def _request_list(self) -> ListedModel:
        socket = RequestSocket()
        ask = partial(self._connection.get, "/models", _SECONDS_TO_LIST, socket)
        seconds = min(_SECONDS_TO_LIST, self._deadline.remaining())
        try:
            response = call_within(ask, seconds, give_up=socket.give_up)
        except (APIStatusError, APIConnectionError, DeadlineError) as unknown:
            log.debug("The list of models was not read: %s", type(unknown).__name__)
            return ListedModel()
        return model_list.find(response.text, self.name)

    def _attempt(self, prompt: Prompt, dialect: Dialect, tries: "_Tries") -> Reply:
        """Send the prompt once; count the failure in `tries` if the server may have replied."""
        parameters = self._wire.request(prompt, self.name, self._options, dialect)
        try:
            with self._capacity.send(self._deadline, tries.seconds) as slot:
                return self._read(self._send(parameters, slot, tries), parameters, slot)
        except NotStartedError:
            raise ModelError(
                f"There was no time left to ask {self.name}.",
                cause="The run has used up its time.",
                remedy="Raise the input timeout, or review fewer files.",
            ) from None

    def _send(self, parameters: dict[str, object], slot: Slot, tries: "_Tries") -> httpx2.Response:
        """Send a request and return its response, whatever that is."""
        seconds = self._remaining(slot)
        # The connection itself may last longer: the replies to others may be awaited first.
        turns = max(slot.ahead + 1, FIRST_LEVEL)
        longest = min(slot.seconds * turns, self._deadline.remaining())
        socket = RequestSocket()
        send = partial(self._connection.post, self._wire.PATH, parameters, longest, socket)
        try:
            return call_within(
                send, seconds, more=lambda: self._remaining(slot), give_up=socket.give_up
            )
        except APIStatusError as error:
            raise self._refuse(error.response, parameters, slot) from None
        except APIConnectionError as error:
            tries.lost += isinstance(error.__cause__, _LOST)
            if isinstance(error.__cause__, httpx2.ReadTimeout):
                raise self._run_out(slot, tries, seconds) from None
            raise silence.explain(error, self.name, self._base_url, self._key) from None
        except NotStartedError:
            raise
        except DeadlineError:
            tries.lost += 1
            raise self._run_out(slot, tries, seconds) from None

    def _read(self, response: httpx2.Response, sent: dict[str, object], slot: Slot) -> Reply:
        """Read a response of status 200; only a reply shows that the server has room for more."""
        if (found := self._wire.find_error(response)) is not None:
            raise self._refuse(response, sent, slot, found)
        try:
            reply = self._wire.parse(response, self.name)
        except ReplyError:
            self._capacity.end_without_use(slot)
            raise
        self._capacity.reply(slot)
        return reply

    def _remaining(self, slot: Slot) -> float:
        return min(self._capacity.remaining(slot), self._deadline.remaining())

    def _run_out(self, slot: Slot, tries: "_Tries", seconds: float) -> TransientError:
        """Return the error for a request that got no response in time; it may have more later."""
        tries.seconds = self._capacity.run_out(slot)
        late = ModelError(
            f"{self.name} did not answer within {seconds:.3g} seconds.",
            cause="The server is slow or has too much to do.",
            remedy="Raise the input request-timeout, or lower context-window for smaller requests. "
            "If the server answers one request at a time, set `concurrency: 1`.",
        )
        return TransientError(late, attempts=_ATTEMPTS_WHEN_SLOW)

    def _refuse(
        self,
        response: httpx2.Response,
        sent: dict[str, object],
        slot: Slot,
        found: dict[str, object] | None = None,
    ) -> "ModelError | TransientError | _UnsupportedError":
        """Return the error for an error response; `found` is one in a response of status 200."""
        refusal = error_bodies.read(response, self._key, found)
        if refusal.status in _LIMITED:
            self._capacity.limit(slot)
        return self._explain_refusal(refusal, sent)

    def _explain_refusal(
        self, refusal: Refusal, sent: dict[str, object]
    ) -> "ModelError | TransientError | _UnsupportedError":
        refusal = replace(refusal, base_url=self._base_url or OPENAI, path=self._wire.PATH)
        if "tools" in sent and refusals.refuses_tools(refusal):
            return _UnsupportedError("tools", refusal.message)
        if not self._key and account.wants_key(refusal):
            return account.explain_empty_key(refusal)
        problem = refusals.explain(refusal, self.name, sent)
        parameter = refusals.find_refused(sent, refusal, self._wire.OPTIONAL)
        if type(problem) is ModelError and parameter:
            return _UnsupportedError(parameter, refusal.message)
        if type(problem) is ModelError and self._lacks_model(refusal):
            problem = refusals.not_found_error(refusal, self.name)
        if isinstance(problem, ModelNotFoundError) and refusals.concerns_list(refusal):
            listed = self.read_list()
            about_model = refusals.speaks_of_model(refusal)
            if not (listed.names or about_model) and addresses.names_host_alone(refusal):
                return addresses.no_endpoint_error(refusal)
            model_list.explain_missing(problem, self.name, listed)
        return problem

    def _lacks_model(self, refusal: Refusal) -> bool:
        """Return True for a refusal about the model, in words of no known server, by the list."""
        if not (refusals.speaks_of_model(refusal) and refusals.concerns_list(refusal)):
            return False
        return model_list.lacks(self.read_list(), self.name)

    def _give_up(self, refused: "_UnsupportedError") -> None:
        log.warning("%s does not take %s: %s", self.name, refused.parameter, refused.message)
        with self._lock:
            self._dialect = self._dialect.without(refused.parameter, refused.message)


def _choose_wire(*, responses: bool) -> Wire:
    if responses:
        # Its shapes take a few milliseconds, which the other API does not need.
        from reviewer.adapters.openai import responses as responses_api

        return responses_api
    return chat


@dataclass(slots=True)
class _Tries:
    """What became of the attempts at one prompt.

    `lost` counts those to which the server may have made a reply that did not come. The next one
    gets at least so many `seconds`.
    """

    lost: int = 0
    seconds: float = 0.0


class _UnsupportedError(Exception):
    """The server does not take a parameter; the request may succeed without it."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.message = message
