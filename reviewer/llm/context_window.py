"""How much fits into one request: the context window, as it is set, listed, known or learned."""

import logging
import re
import threading

from reviewer.config.workflow import model_inputs
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import ContextTooLongError
from reviewer.llm import model_catalog
from reviewer.prompt import Prompt, Usage

log = logging.getLogger(__name__)

UNKNOWN_WINDOW = 32_000
"""Tokens that are assumed where nobody says how large the window is."""
LEAST_WINDOW = 500
"""Tokens; no model that reviews has fewer, so a smaller number is not the size of a window."""
# What a server of one's own can be set to, where its window is too small for a review.
_ENOUGH = 8_192
# The changes' share of a window; the rest is for instructions and the reply.
_SHARE = 0.5
# Code has three characters per token or more; what a refusal counts can only lower this.
_CHARACTERS_PER_TOKEN = 3.0
_LEAST_RATIO = 1.0
# Tokens that are kept for the reply where the workflow does not limit it, and their largest share.
_REPLY = 8_000
_REPLY_SHARE = 4
# The share of a window that is full: servers cut at the end of a line or a message.
_FULL = 0.97
# What tokenizers keep apart from each other: letters, also with an apostrophe between them.
_NAMES = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


class ContextWindow:
    """The context window of a run's models; safe to share between threads.

    It is what the workflow sets, or else the smaller one of what we know and what the server lists.
    A refusal that names a smaller limit applies to all later requests.
    """

    def __init__(self, model: str = "", limit: int | None = None, reply: int | None = None) -> None:
        """Take the window that is set and the largest reply, both in tokens, None if not set."""
        facts = model_catalog.lookup(model)
        self._set = limit
        self._tokens = limit or (facts.context_window if facts else None)
        self._reply = reply or _REPLY
        self._ratio = _CHARACTERS_PER_TOKEN
        self._learned = False
        self._cut: int | None = None
        self._refused: int | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, inputs: Inputs) -> "ContextWindow":
        """Return the window of a run as far as its inputs and our catalogue say it."""
        return cls(inputs.model, inputs.context_window, inputs.max_output_tokens)

    @property
    def is_known(self) -> bool:
        """True if its size is more than a guess."""
        return self._tokens is not None

    @property
    def room(self) -> int:
        """The room for changes and their context, in characters."""
        return int((self._tokens or UNKNOWN_WINDOW) * _SHARE * self._ratio)

    @property
    def most(self) -> int | None:
        """The characters of the largest prompt that leaves room for a reply; None if unknown."""
        tokens = self._tokens
        if tokens is None:
            return None
        return int((tokens - min(self._reply, tokens // _REPLY_SHARE)) * self._ratio)

    @property
    def refused(self) -> int | None:
        """The characters of the shortest prompt that was refused without naming a limit."""
        return self._refused

    @property
    def has_cut(self) -> bool:
        """True once the server has cut a prompt."""
        return self._cut is not None

    @property
    def note(self) -> str:
        """A note for the job summary on a limit that a request ran into, else ""."""
        if not self._learned:
            return self._note_refusal()
        cure = f"set `context-window: {self._tokens}`"
        if self._tokens and self._tokens < model_inputs.LEAST_WINDOW:
            cure = "raise its limit"
        return (
            f"the model server takes {self._tokens:,} tokens in one request, less than was "
            f"assumed, so requests were made smaller; {cure}"
        )

    def _note_refusal(self) -> str:
        if self._refused is None:
            return ""
        cure = "set `context-window: N` with the tokens that it takes"
        if self._refused < _ENOUGH * self._ratio:
            cure = f"its window is small for reviews: raise it to {_ENOUGH:,} tokens or more"
        elif self._set:
            cure = _raise_or_lower(self._set)
        return (
            f"the model server refused a request of {self._refused:,} characters as too long and "
            f"named no limit, so requests were made smaller; {cure}"
        )

    def state(self, tokens: int | None) -> None:
        """Use the window that the server lists, if none is set and none that is smaller is known.

        None is a list that does not say.
        """
        if tokens is None or tokens < LEAST_WINDOW or self._set:
            return
        with self._lock:
            self._tokens = min(tokens, self._tokens or tokens)

    def learn(self, refusal: ContextTooLongError, characters: int) -> None:
        """Use the limit of a refusal, which was about a prompt of so many characters."""
        with self._lock:
            if refusal.counted and refusal.counted >= LEAST_WINDOW:
                ratio = max(characters / refusal.counted, _LEAST_RATIO)
                self._ratio = min(self._ratio, ratio)
            limit = refusal.limit
            if limit is None or limit < LEAST_WINDOW:
                self._refused = min(characters, self._refused or characters)
            elif limit < (self._tokens or limit + 1):
                log.info("The model server takes %d tokens in one request", limit)
                self._tokens = limit
                self._learned = True
        refusal.remedy = self._advise(refusal) or refusal.remedy

    def _advise(self, refusal: ContextTooLongError) -> str:
        """Return what to do about a refusal, "" if only its own words are known."""
        limit = refusal.limit
        if limit and LEAST_WINDOW <= limit < model_inputs.LEAST_WINDOW:
            return (
                f"A review needs at least {model_inputs.LEAST_WINDOW:,}. Raise the context window "
                f"of the server (Ollama: OLLAMA_CONTEXT_LENGTH={_ENOUGH}), restart it, and set "
                f"`context-window: {_ENOUGH}`."
            )
        if self._set and (limit is None or self._set <= limit):
            return f"{_raise_or_lower(self._set).capitalize()}."
        if limit and limit >= model_inputs.LEAST_WINDOW:
            return f"Set `context-window: {limit}`, or raise the limit of the server."
        return ""

    def find_cut(
        self, prompt: Prompt, usage: Usage | None, model: str
    ) -> ContextTooLongError | None:
        """Return an error if the model saw only a part of the prompt, because the server cut it.

        Some servers do so without a word, such as Ollama
        (https://github.com/ollama/ollama/issues/17427), and report the tokens of what they left.
        A prompt that lost less than about half has more tokens than words, so its cut is missed.
        Once a server has cut, whatever fills its window was cut too. A number under LEAST_WINDOW
        counts nothing: some servers report a constant.
        """
        if usage is None or usage.input_tokens < LEAST_WINDOW:
            return None
        seen = _count_seen(usage)
        least = sum(_count_least(message.text) for message in prompt.messages)
        if seen >= least and (self._cut is None or seen < self._cut * _FULL):
            return None
        with self._lock:
            self._cut = min(seen, self._cut or seen)
        return _make_cut_error(seen, model)

    def find_late_cut(self, usage: Usage | None, model: str) -> ContextTooLongError | None:
        """Return an error for a prompt that filled the window before a cut showed how large it is.

        A server that took much more than that had not cut it.
        """
        cut = self._cut
        if usage is None or cut is None or not cut * _FULL <= _count_seen(usage) <= cut / _FULL:
            return None
        problem = _make_cut_error(cut, model)
        problem.remedy = self._advise(problem)
        return problem


def _make_cut_error(tokens: int, model: str) -> ContextTooLongError:
    return ContextTooLongError(
        f"The model server cut the prompt to {tokens:,} tokens.",
        cause=f"The context window of {model} is set to less than the model can take.",
        limit=tokens,
    )


def _count_seen(usage: Usage) -> int:
    # A proxy may leave cached tokens out of the prompt's without showing it.
    return usage.input_tokens + usage.cached_tokens + usage.written_tokens


def _count_least(text: str) -> int:
    """Return a number of tokens of which every tokenizer in use makes more, however it splits.

    None has a token for two words with white space between them, however often a character repeats.
    Nearly all split names at dots and brackets too, of which code without white space is full; a
    quarter is allowed for those tokens that span one.
    """
    return max(len(text.split()), len(_NAMES.findall(text)) * 3 // 4)


def _raise_or_lower(tokens: int) -> str:
    """Return what to do where a server takes less than the window that is set."""
    if tokens <= _ENOUGH:
        return f"raise the limit of the server to {_ENOUGH:,} tokens or more"
    return f"raise the limit of the server, or set `context-window` to less than {tokens}"
