"""Messages and tools in the words of Chat Completions."""

from reviewer.ports import Message, Tool, ToolCall


def message(said: Message) -> dict[str, object]:
    """Write one message."""
    written: dict[str, object] = {"role": said.role, "content": said.text}
    if said.calls:
        written["tool_calls"] = [_call(each) for each in said.calls]
    if said.call_id:
        written["tool_call_id"] = said.call_id
    return written


def tool(offered: Tool) -> dict[str, object]:
    """Describe one tool."""
    function = {
        "name": offered.name,
        "description": offered.description,
        "parameters": offered.parameters,
    }
    return {"type": "function", "function": function}


def _call(call: ToolCall) -> dict[str, object]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}
