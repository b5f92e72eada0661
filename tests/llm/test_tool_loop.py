"""How long the model may go on calling tools before it has to answer."""

from reviewer.llm.ask import (
    CALLS_USED_UP,
    LARGEST_CONVERSATION,
    MOST_CALLS,
    MOST_TURNS,
    run_tool_loop,
)
from reviewer.prompt import Message, Prompt, Reply, Tool, ToolCall
from tests.faults import faults

TOOLS = (Tool("read_file", "Reads a file.", {}),)
PROMPT = Prompt("review", (Message("user", "Look."),), "review", {}, tools=TOOLS)
ANSWER = Reply("done", "m", truncated=False, usage=None)


def reply_with_calls(count: int = 1) -> Reply:
    calls = tuple(ToolCall(f"c{n}", "read_file", "{}") for n in range(count))
    return Reply("", "m", truncated=False, usage=None, calls=calls)


class Model:
    """Says one thing after the other, the last one for ever, and keeps what it was asked."""

    def __init__(self, *said: Reply) -> None:
        self.said = list(said)
        self.asked: list[Prompt] = []

    def __call__(self, prompt: Prompt) -> Reply:
        self.asked.append(prompt)
        return self.said.pop(0) if len(self.said) > 1 else self.said[0]


def test_an_answer_without_calls_is_the_end() -> None:
    model = Model(ANSWER)
    assert run_tool_loop(PROMPT, model, lambda _: "") is ANSWER
    assert model.asked == [PROMPT]


def test_a_call_is_answered_in_a_message_that_names_it() -> None:
    model = Model(reply_with_calls(2), ANSWER)
    assert run_tool_loop(PROMPT, model, lambda call: f"for {call.id}") is ANSWER
    said = model.asked[-1].messages
    assert [message.role for message in said] == ["user", "assistant", "tool", "tool"]
    assert [(m.call_id, m.text) for m in said[2:]] == [("c0", "for c0"), ("c1", "for c1")]
    assert said[1].calls == reply_with_calls(2).calls


@faults("SE9")
def test_a_model_that_never_stops_calling_is_asked_to_close_and_then_without_tools() -> None:
    model = Model(reply_with_calls())
    reply = run_tool_loop(PROMPT, model, lambda _: "what it has read")
    *before, last = model.asked
    assert [prompt.closing for prompt in before] == [False] * (MOST_TURNS - 1) + [True]
    assert not last.tools
    # What it has read was paid for, and is not read again.
    assert last.messages[-1].text.count("what it has read") == 1
    assert (reply.text, reply.calls) == ("\n{}", ())


@faults("SE9")
def test_calls_beyond_the_limit_are_not_carried_out() -> None:
    model = Model(reply_with_calls(50), ANSWER)
    done: list[str] = []

    def answer(call: ToolCall) -> str:
        done.append(call.id)
        return "x"

    run_tool_loop(PROMPT, model, answer)
    assert len(done) == MOST_CALLS
    assert model.asked[-1].closing
    assert [m.text for m in model.asked[-1].messages[-30:]] == [CALLS_USED_UP] * 30


def test_answers_that_fill_the_window_end_the_conversation() -> None:
    model = Model(reply_with_calls(), ANSWER)
    run_tool_loop(PROMPT, model, lambda _: "x" * LARGEST_CONVERSATION)
    assert model.asked[-1].closing
