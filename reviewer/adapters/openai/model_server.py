"""A model behind any server that offers one of OpenAI's two APIs."""

import logging
import threading
from dataclasses import replace
from functools import partial

import httpx2
from openai import APIConnectionError, APIStatusError, DefaultHttpxClient, OpenAI

from reviewer.adapters.http.retry import (
    Deadline,
    DeadlineError,
    Policy,
    TransientError,
    call_with_retries,
    call_within,
)
from reviewer.adapters.openai import chat, model_list, refusals, response_limit
from reviewer.adapters.openai.refusals import Refusal
from reviewer.adapters.openai.wire import Dialect, Options, Wire
from reviewer.errors import InputError, ModelError, ModelUnreachableError, ReplyError
from reviewer.prompt import ListedModel, Prompt, Reply

log = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"

# Rate limits are per minute: the waits between eight attempts add up to more than that.
_POLICY = Policy(attempts=8)
_ATTEMPTS_TO_CONNECT = 4
_ATTEMPTS_WHEN_SLOW = 2
_SECONDS_TO_CONNECT = 10.0
_NO_OPTIONS = Options()
_SECONDS_TO_LIST = 10.0
# The SDK requires a key; ours is set by _keep_our_headers when a request leaves.
_NO_KEY = "none"
# The request was sent, so that its reply may have been made and paid for.
_LOST = (httpx2.ReadTimeout, httpx2.ReadError, httpx2.RemoteProtocolError)
# Headers that a request may carry. The SDK adds others: from variables such as
# OPENAI_CUSTOM_HEADERS or OPENAI_ORG_ID, cookies, and a description of the machine.
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


class ModelServer:
    """One model; usable from any thread. Prompts go to `base_url` and nowhere else."""

    def __init__(
        self,
        *,
        model: str,
        api_key: str,
        base_url: str,
        deadline: Deadline,
        policy: Policy = _POLICY,
        options: Options = _NO_OPTIONS,
        responses: bool = False,
        request_timeout: float = 300.0,
    ) -> None:
        """Open a client; an empty `base_url` is OpenAI's own, an empty `api_key` sends none.

        A request may take `request_timeout` seconds with its whole response, and ends by the
        deadline. Requests use the Responses API if `responses` is true, else Chat Completions.
        Raises InputError when the address, a proxy or the certificates cannot be used.
        """
        self.name = model
        self._key = api_key
        self._deadline = deadline
        self._policy = policy
        self._options = options
        self._wire = _choose_wire(responses=responses)
        self._timeout = request_timeout
        self._dialect = Dialect()
        self._lock = threading.Lock()
        self._listing = threading.Lock()
        self._listed: ListedModel | None = None
        self._client = self._connect(base_url or OPENAI)

    def _connect(self, base_url: str) -> OpenAI:
        """Open a client; the environment names proxies and certificates."""
        timeout = httpx2.Timeout(self._timeout, connect=_SECONDS_TO_CONNECT)
        try:
            client = DefaultHttpxClient(
                follow_redirects=False,
                event_hooks={
                    "request": [self._keep_our_headers],
                    "response": [response_limit.restrict],
                },
            )
            return OpenAI(
                api_key=_NO_KEY,
                base_url=base_url,
                max_retries=0,
                timeout=timeout,
                http_client=client,
            )
        except (ImportError, OSError, ValueError, httpx2.InvalidURL) as refused:
            # Only the name of the error: its text may hold the password of a proxy.
            raise InputError(
                f"No connection to the model server can be set up ({type(refused).__name__}).",
                cause="One of base-url, HTTPS_PROXY, ALL_PROXY and NO_PROXY is invalid or names a "
                "SOCKS proxy, or the file in SSL_CERT_FILE holds no certificates.",
                remedy="Correct that value; proxies must start with http:// or https://.",
            ) from None

    @property
    def capacity(self) -> int:
        """The requests that the server takes at a time; see `ports.Model.capacity`."""
        return 8

    def complete(self, prompt: Prompt) -> Reply:
        """Send a prompt; see `ports.Model.complete`.

        A parameter that the server refuses is left out from then on.
        """
        lost: list[TransientError] = []
        while True:
            dialect = self._dialect
            sent = prompt.without_tools() if prompt.tools and dialect.tools_refusal else prompt
            try:
                reply = call_with_retries(
                    partial(self._attempt, sent, dialect, lost),
                    what=f"Asking {self.name} ({prompt.purpose})",
                    deadline=self._deadline,
                    policy=self._policy,
                )
            except _UnsupportedError as refused:
                self._give_up(refused)
            except ModelError as problem:
                problem.lost = len(lost)
                raise
            else:
                refusal = dialect.tools_refusal if prompt.tools else ""
                return replace(reply, tools_refusal=refusal, lost=len(lost))

    def read_list(self) -> ListedModel:
        """Ask the server for its list of models, once; see `ports.Model.read_list`."""
        with self._listing:
            self._listed = self._listed or self._request_list()
            return self._listed

    def _request_list(self) -> ListedModel:
        ask = partial(self._client.get, "/models", cast_to=httpx2.Response)
        try:
            response = self._deadline.call(ask, at_most=_SECONDS_TO_LIST)
        except (APIStatusError, APIConnectionError, DeadlineError) as unknown:
            log.debug("The list of models was not read: %s", type(unknown).__name__)
            return ListedModel()
        return model_list.find(response.text, self.name)

    def close(self) -> None:
        """Close the connections once `read_list` has ended; nothing can be sent afterwards."""
        with self._listing:
            self._client.close()

    def _attempt(self, prompt: Prompt, dialect: Dialect, lost: list[TransientError]) -> Reply:
        """Send the prompt once; add the failure to `lost` if the server may have replied."""
        parameters = self._wire.request(prompt, self.name, self._options, dialect)
        # Our own code reads the response: the SDK would take anything for one, and import more.
        send = partial(self._client.post, self._wire.PATH, cast_to=httpx2.Response, body=parameters)
        seconds = min(self._timeout, self._deadline.remaining())
        if not seconds:
            raise ModelError(
                f"There was no time left to ask {self.name}.",
                cause="The run has used up its time.",
                remedy="Raise the input timeout, or review fewer files.",
            )
        try:
            response = call_within(send, seconds)
        except APIStatusError as error:
            refusal = refusals.read(error.response, self._key)
            raise self._explain_refusal(refusal, parameters) from None
        except APIConnectionError as error:
            silence = self._explain_silence(error, seconds)
            if isinstance(silence, TransientError) and isinstance(error.__cause__, _LOST):
                lost.append(silence)
            raise silence from None
        except DeadlineError:
            late = TransientError(self._late_error(seconds), attempts=_ATTEMPTS_WHEN_SLOW)
            lost.append(late)
            raise late from None
        if (found := self._wire.find_error(response)) is not None:
            raise self._explain_refusal(refusals.read(response, self._key, found), parameters)
        return self._wire.parse(response, self.name)

    def _explain_refusal(
        self, refusal: Refusal, sent: dict[str, object]
    ) -> "ModelError | TransientError | _UnsupportedError":
        if "tools" in sent and refusals.refuses_tools(refusal):
            return _UnsupportedError("tools", refusal.message)
        problem = refusals.explain(refusal, self.name)
        parameter = refusals.find_refused(sent, refusal, self._wire.OPTIONAL)
        if type(problem) is ModelError and parameter:
            return _UnsupportedError(parameter, refusal.message)
        return problem

    def _late_error(self, seconds: float) -> ModelError:
        return ModelError(f"{self.name} did not answer within {seconds:.3g} seconds.")

    def _explain_silence(
        self, error: APIConnectionError, seconds: float
    ) -> ReplyError | TransientError:
        if isinstance(error.__cause__, httpx2.ReadTimeout):
            return TransientError(self._late_error(seconds), attempts=_ATTEMPTS_WHEN_SLOW)
        if isinstance(error.__cause__, response_limit.TooLargeError):
            return ReplyError(
                f"The response of {self.name} is larger than {response_limit.LARGEST:,} bytes."
            )
        connected = not isinstance(error.__cause__, httpx2.ConnectError)
        kind = ModelError if connected else ModelUnreachableError
        problem = kind(
            f"The model server cannot be reached: {self._describe_cause(error)}.",
            cause="It is down, base-url is wrong, or the network does not allow the connection.",
            remedy="Check base-url and the network of the runner. If your company's own authority "
            "signed the server's certificate, set SSL_CERT_FILE to the file with the certificate "
            "of that authority.",
        )
        return TransientError(problem, attempts=_ATTEMPTS_TO_CONNECT)

    def _describe_cause(self, error: APIConnectionError) -> str:
        """Return why there is no connection, or only the name: other texts may hold headers."""
        cause = error.__cause__
        if isinstance(cause, httpx2.ConnectError):
            return refusals.clean(str(cause), self._key)
        return type(cause or error).__name__

    def _give_up(self, refused: "_UnsupportedError") -> None:
        log.warning("%s does not take %s: %s", self.name, refused.parameter, refused.message)
        with self._lock:
            self._dialect = self._dialect.without(refused.parameter, refused.message)

    def _keep_our_headers(self, request: httpx2.Request) -> None:
        """Send the API key, and no header that the SDK adds by itself."""
        for name in set(request.headers) - _HEADERS:
            del request.headers[name]
        # A small compressed response may unpack to one that fills the memory.
        request.headers["Accept-Encoding"] = "identity"
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"


def _choose_wire(*, responses: bool) -> Wire:
    if responses:
        # Its shapes take a few milliseconds, which the other API does not need.
        from reviewer.adapters.openai import responses as responses_api

        return responses_api
    return chat


class _UnsupportedError(Exception):
    """The server does not take a parameter; the request may succeed without it."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.message = message
