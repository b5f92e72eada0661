"""What model servers say when they refuse something, in lower case, with where that was seen."""

NO_TOOLS = (
    # vLLM without its tool flags: https://github.com/vllm-project/vllm/issues/9986
    r"--enable-auto-tool-choice",
    # llama.cpp, with status 500: https://github.com/defilantech/LLMKube/issues/126, and before it
    # knew tools https://github.com/ggml-org/llama.cpp/issues/10920
    r"tools param requires",
    r"unsupported param: tools",
    # Ollama: https://github.com/ollama/ollama/issues/11131
    r"does not support tools",
    # OpenRouter, with status 404: https://github.com/evalstate/fast-agent/issues/122, and for a
    # tool_choice https://github.com/zed-industries/zed/issues/36094
    r"no endpoints found that support (?:tool use|the provided 'tool_choice')",
    # LiteLLM: https://github.com/BerriAI/litellm/issues/7785
    r"does not support parameters: [\[{]'tool",
    # Groq: "`tools` is not supported with this model", https://github.com/agno-agi/agno/issues/137
    r"`tool(?:s| calling| use)` is not supported",
    # Bedrock: https://github.com/langchain-ai/langchain-aws/issues/447
    r"(?:doesn't|doesn\\u0027t|does not) support tool use",
    # Gemini: https://github.com/BerriAI/litellm/issues/10313
    r"function calling is not enabled",
    # OpenAI on Chat Completions: https://github.com/openai/openai-openapi/issues/541. It says so
    # without a reasoning_effort too: https://github.com/BerriAI/litellm/pull/34569
    r"function tools with reasoning_effort are not supported",
)
"""Patterns of texts that mean: no tools here, whatever the status is."""

TOOLS = ("tools", "tool use", "function call", "tool call", "tool choice")
SCHEMA = ("response_format", "response_schema", "json_schema", "structured output")
# "think value" is Ollama's: https://github.com/ollama/ollama/issues/12561
EFFORT = ("reasoning_effort", "reasoning effort", "reasoning.effort", "think value")
