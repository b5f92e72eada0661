"""A model behind any server that speaks OpenAI's Chat Completions."""

import logging
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial

import httpx2
from openai import APIConnectionError, APIStatusError, DefaultHttpxClient, OpenAI

from reviewer.adapters.http.deadline import Deadline, DeadlineError, bounded
from reviewer.adapters.http.retry import Policy, TransientError, patiently
from reviewer.adapters.openai import model_list, refusals, wire
from reviewer.adapters.openai.wire import Dialect
from reviewer.errors import InputError, ModelError, ModelUnreachableError, ReplyError
from reviewer.ports import Prompt, Reply

log = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"

# Limits count per minute: the waits between eight attempts add up to more than one.
_POLICY = Policy(attempts=8)
_ATTEMPTS_TO_CONNECT = 4
_ATTEMPTS_WHEN_SLOW = 2
_SECONDS_TO_CONNECT = 10.0
# Nothing waits for the list of models but a warning.
_SECONDS_TO_LIST = 10.0
# Several times the longest reply that is read; a server could send until the memory is full.
_LARGEST_ANSWER = 8 << 20
# The SDK insists on a key; ours is set on the way out, in _only_ours.
_NO_KEY = "none"
# What a request may carry. Everything else comes from the SDK's own habits: from variables such as
# OPENAI_CUSTOM_HEADERS or OPENAI_ORG_ID, cookies, and a description of this machine.
_HEADERS = frozenset(
    {
        "accept",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)


class ChatCompletions:
    """One model; safe to share between threads. Prompts go to `base_url` and nowhere else."""

    def __init__(  # one keyword for each input of the workflow
        self,
        *,
        model: str,
        api_key: str,
        base_url: str,
        deadline: Deadline,
        policy: Policy = _POLICY,
        temperature: float | None = None,
        max_output_tokens: int | None = None,
        request_timeout: float = 300.0,
    ) -> None:
        """Take an empty `base_url` for OpenAI's own, and an empty `api_key` for none.

        A request may take `request_timeout` seconds in all, and never longer than `deadline`.
        """
        self.name = model
        self._key = api_key
        self._deadline = deadline
        self._policy = policy
        self._temperature = temperature
        self._max_output_tokens = max_output_tokens
        self._timeout = request_timeout
        self._dialect = Dialect()
        self._lock = threading.Lock()
        self._client = self._connected(base_url or OPENAI)

    def _connected(self, base_url: str) -> OpenAI:
        """Open a client; proxies and certificates are what the environment says."""
        timeout = httpx2.Timeout(self._timeout, connect=_SECONDS_TO_CONNECT)
        try:
            client = DefaultHttpxClient(
                follow_redirects=False,
                event_hooks={"request": [self._only_ours], "response": [_restrain]},
            )
            return OpenAI(
                api_key=_NO_KEY,
                base_url=base_url,
                max_retries=0,
                timeout=timeout,
                http_client=client,
            )
        except (ImportError, OSError, ValueError, httpx2.InvalidURL) as refused:
            # Only its name: the text may hold the password of a proxy.
            raise InputError(
                f"The way to the model server cannot be used ({type(refused).__name__}).",
                cause="base-url, HTTPS_PROXY, ALL_PROXY, NO_PROXY or SSL_CERT_FILE has a value "
                "that is no address, a SOCKS proxy, or a file that holds no certificates.",
                remedy="Correct it; proxies must start with http:// or https://.",
            ) from None

    def complete(self, prompt: Prompt) -> Reply:
        """Ask once, retrying what passes by itself.

        A parameter that the server refuses is left out from then on. Raises ModelError.
        """
        while True:
            spoken = self._dialect
            attempt = partial(self._attempt, prompt, spoken)
            try:
                return patiently(
                    attempt,
                    what=f"Asking {self.name} ({prompt.purpose})",
                    deadline=self._deadline,
                    policy=self._policy,
                )
            except _UnsupportedError as refused:
                self._give_up(refused)

    def shutdown_date(self) -> date | None:
        """Ask the server, once, for the day on which the model ends; None when it does not say."""
        ask = partial(self._client.get, "/models", cast_to=httpx2.Response)
        try:
            response = bounded(ask, min(_SECONDS_TO_LIST, self._deadline.remaining()))
        except (APIStatusError, APIConnectionError, DeadlineError) as unknown:
            log.debug("The list of models was not read: %s", type(unknown).__name__)
            return None
        return model_list.shutdown_date(response.text, self.name)

    def close(self) -> None:
        """Close the connections; nothing can be asked afterwards."""
        self._client.close()

    def _attempt(self, prompt: Prompt, spoken: Dialect) -> Reply:
        parameters = self._parameters(prompt, spoken)
        # The answer comes as it is: the SDK's own reading of it takes anything for a completion.
        send = partial(
            self._client.post, "/chat/completions", cast_to=httpx2.Response, body=parameters
        )
        seconds = min(self._timeout, self._deadline.remaining())
        if not seconds:
            raise ModelError(
                f"There was no time left to ask {self.name}.",
                cause="The run has used up its time.",
                remedy="Raise the input timeout, or review fewer files.",
            )
        try:
            response = bounded(send, seconds)
        except APIStatusError as error:
            raise self._problem(error.response, parameters) from None
        except APIConnectionError as error:
            raise self._unanswered(error, seconds) from None
        except DeadlineError:
            raise TransientError(
                self._late(seconds),
                attempts=_ATTEMPTS_WHEN_SLOW,
            ) from None
        return wire.parse(response, self.name)

    def _parameters(self, prompt: Prompt, spoken: Dialect) -> dict[str, object]:
        parameters: dict[str, object] = {
            "model": self.name,
            "messages": [wire.message(each) for each in prompt.messages],
        }
        if spoken.tools and prompt.tools:
            parameters["tools"] = [wire.tool(each) for each in prompt.tools]
            if prompt.closing:
                parameters["tool_choice"] = "none"
        if spoken.response_format:
            shape = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
            parameters["response_format"] = {"type": "json_schema", "json_schema": shape}
        if spoken.temperature and self._temperature is not None:
            parameters["temperature"] = self._temperature
        if spoken.limit and self._max_output_tokens is not None:
            parameters[spoken.limit] = self._max_output_tokens
        return parameters

    def _problem(
        self, response: httpx2.Response, sent: dict[str, object]
    ) -> "ModelError | TransientError | _UnsupportedError":
        refusal = refusals.read(response, self._key)
        found = refusals.problem(refusal, self.name)
        parameter = wire.refused(sent, refusal)
        if type(found) is ModelError and parameter:
            return _UnsupportedError(parameter, refusal.said)
        return found

    def _late(self, seconds: float) -> ModelError:
        return ModelError(f"{self.name} did not answer within {seconds:.3g} seconds.")

    def _unanswered(self, error: APIConnectionError, seconds: float) -> ReplyError | TransientError:
        if isinstance(error.__cause__, httpx2.ReadTimeout):
            return TransientError(self._late(seconds), attempts=_ATTEMPTS_WHEN_SLOW)
        if isinstance(error.__cause__, _TooLargeError):
            return ReplyError(
                f"The answer of {self.name} is larger than {_LARGEST_ANSWER:,} bytes."
            )
        connected = not isinstance(error.__cause__, httpx2.ConnectError)
        kind = ModelError if connected else ModelUnreachableError
        problem = kind(
            f"The model server cannot be reached: {self._reason(error)}.",
            cause="It is down, base-url is wrong, or the network does not allow it.",
            remedy="If its certificate is of a company's own authority, have SSL_CERT_FILE "
            "name that authority's certificate.",
        )
        return TransientError(problem, attempts=_ATTEMPTS_TO_CONNECT)

    def _reason(self, error: APIConnectionError) -> str:
        """Say why there is no connection; other errors' texts may hold headers, so only a name."""
        cause = error.__cause__
        if isinstance(cause, httpx2.ConnectError):
            return refusals.harmless(str(cause), self._key)
        return type(cause or error).__name__

    def _give_up(self, refused: "_UnsupportedError") -> None:
        log.warning("%s does not take %s: %s", self.name, refused.parameter, refused.said)
        with self._lock:
            self._dialect = self._dialect.without(refused.parameter)

    def _only_ours(self, request: httpx2.Request) -> None:
        """Send the key that we were given, and nothing that we did not mean to send."""
        for name in set(request.headers) - _HEADERS:
            del request.headers[name]
        # A small compressed answer may stand for one that fills the memory.
        request.headers["Accept-Encoding"] = "identity"
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"


def _restrain(response: httpx2.Response) -> None:
    """Take an answer as UTF-8, uncompressed and of limited size, whatever its headers say."""
    response.encoding = "utf-8"
    response.headers.pop("content-encoding", None)
    assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101  # tells the type checker
    response.stream = _Capped(response.stream)


class _TooLargeError(httpx2.RequestError):
    """The server sent more than anybody asked for."""


class _Capped(httpx2.SyncByteStream):
    """The body of an answer, up to _LARGEST_ANSWER bytes of it."""

    def __init__(self, body: httpx2.SyncByteStream) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for chunk in self._body:
            taken += len(chunk)
            if taken > _LARGEST_ANSWER:
                raise _TooLargeError("too large")
            yield chunk

    def close(self) -> None:
        self._body.close()


class _UnsupportedError(Exception):
    """The server does not take a parameter; asking again without it may succeed."""

    def __init__(self, parameter: str, said: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.said = said
