"""Lets the model call tools until it answers, or has called for enough."""

from collections.abc import Callable
from dataclasses import replace

from reviewer.errors import ReplyError
from reviewer.ports import Message, Prompt, Reply, ToolCall

MOST_CALLS = 20
"""Calls of one question; a look at the neighbours, not a tour of the repository."""
MOST_TURNS = 8
ENOUGH = "Refused: this question has had its calls; answer now."
LARGEST_TALK = 60_000
"""Characters that the answers to one question may have in all: no more than a batch of changes."""


def converse(
    prompt: Prompt, complete: Callable[[Prompt], Reply], answer: Callable[[ToolCall], str]
) -> Reply:
    """Ask, answer the calls, and ask again, until the reply calls for nothing.

    When a limit is reached the model is told to close. Raises ReplyError when it goes on calling
    then, and what `complete` raises.
    """
    calls = room = 0
    for turn in range(MOST_TURNS):
        reply = complete(prompt)
        if not reply.calls:
            return reply
        if prompt.closing:
            break
        said = [
            Message("tool", answer(call) if calls + n < MOST_CALLS else ENOUGH, call_id=call.id)
            for n, call in enumerate(reply.calls)
        ]
        calls += len(said)
        room += sum(len(message.text) for message in said)
        asked = Message("assistant", reply.text, calls=reply.calls)
        over = calls >= MOST_CALLS or room >= LARGEST_TALK or turn == MOST_TURNS - 2
        prompt = replace(prompt, messages=(*prompt.messages, asked, *said), closing=over)
    raise ReplyError("The model goes on calling tools instead of answering.")
