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

_NAME = r"[`'\"]?[^\s`'\"]{1,200}[`'\"]?"
NO_MODEL = (
    # OpenAI, vLLM and Groq, and LlamaEdge with status 500:
    # https://github.com/LlamaEdge/LlamaEdge/blob/main/crates/llama-core/src/chat/mod.rs
    rf"model {_NAME} does not exist",
    # Ollama: https://github.com/netease-youdao/QAnything/issues/555
    rf"model {_NAME} (?:is |was )?not found",
    # Fireworks, xAI and others
    r"model not found",
    # DeepSeek, with status 400: https://github.com/langbot-app/LangBot/issues/1643
    r"model not exist",
    # LiteLLM, with status 400: https://github.com/BerriAI/litellm/issues/9663, and without its
    # proxy https://github.com/BerriAI/litellm/issues/6343
    r"invalid model name passed in",
    r"llm provider not provided",
    # OpenRouter, with status 400:
    # https://github.com/OpenRouterTeam/openrouter-examples/issues/74, and with 404
    # https://github.com/vyancharuk/nodejs-api-boilerplate/issues/16
    r"is not a valid model id",
    rf"no endpoints found for {_NAME}\.?$",
    # Mistral, with status 400: https://github.com/tmc/langchaingo/issues/1233, and Perplexity:
    # https://github.com/BerriAI/litellm/issues/37761
    rf"invalid model:? {_NAME}",
    # Gemini: https://github.com/piersolenski/wtf.nvim/issues/64
    r"is not found for api version",
    # GitHub Models
    rf"unknown model:? {_NAME}",
)
"""Patterns of texts that mean: the server has no model of this name, whatever the status is."""
NO_MODEL_CODES = frozenset({"model_not_found", "invalid_model", "unknown_model"})
"""The codes and types of such errors, in lower case."""
NO_DEPLOYMENT = (
    # Azure: https://github.com/Azure/openai-at-scale/issues/48
    r"api deployment for this resource does not exist",
)
"""Patterns of texts that mean: no deployment has this name."""
NO_ACCESS = (
    # OpenAI, with code model_not_found: https://github.com/openai/openai-go/issues/565 and, for a
    # project, with status 403 https://github.com/cursor/cursor/issues/2953
    r"organization must be verified",
    rf"project {_NAME} does not have access to model",
    # OpenRouter, with status 404: https://github.com/dnakov/anon-kode/issues/13 and
    # https://github.com/truefoundry/models/pull/826
    r"no endpoints (?:found|available) matching your",
)
"""Patterns of texts that mean: this account may not use the model."""
NO_CREDIT = (
    # DeepSeek, with status 402: https://github.com/Aider-AI/aider/issues/4851, where LiteLLM
    # passes it on with 400
    r"insufficient balance",
    # Anthropic, with status 400: https://github.com/anthropics/claude-quickstarts/issues/83
    r"credit balance is too low",
    # LiteLLM, with status 400: https://github.com/BerriAI/litellm/issues/4208, and with 429 for a
    # budget of one model or deployment: https://github.com/BerriAI/litellm/issues/14144
    r"budget has been exceeded",
    r"exceeded budget for",
)
"""Patterns of texts that mean: the account has no credit, or has reached its limit."""
WRONG_KEY = (
    # Gemini, with status 400: https://github.com/continuedev/continue/issues/10290,
    # https://github.com/google-gemini/gemini-cli/issues/25198
    r"api key not (?:valid|found)\. please pass a valid api key",
    # xAI, with status 400: https://github.com/continuedev/continue/issues/10778
    r"incorrect api key provided",
)
"""Patterns of texts that mean: the key is wrong, whatever the status is."""
NOT_LOADED = (
    # LM Studio. No thread with a whole response was found, so the words are kept general.
    r"no models? (?:is |are )?(?:currently )?loaded",
)
"""Patterns of texts that mean: the server runs, and somebody has to load a model first."""
HTTPS_ONLY = (
    # Servers in Go: https://github.com/gophish/gophish/issues/2427
    r"client sent an http request to an https server",
    # nginx: https://github.com/yaroncon/c-sharp-http-client/issues/5
    r"plain http request was sent to https port",
)
"""Patterns of texts that mean: the server takes only https at this port."""
NO_ENDPOINT = (
    # LM Studio, with status 200: https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618
    r"unexpected endpoint or method",
)
"""Patterns of texts that mean: the server has nothing at this path."""

TOOLS = ("tools", "tool use", "function call", "tool call", "tool choice")
SCHEMA = ("response_format", "response_schema", "json_schema", "structured output")
# "think value" is Ollama's: https://github.com/ollama/ollama/issues/12561
EFFORT = ("reasoning_effort", "reasoning effort", "reasoning.effort", "think value")

_LIMIT = r"(?P<limit>\d[\d,]*)"
_TOKENS = r"(?P<tokens>\d[\d,]*)"
# JSON may write > as an escape.
_ABOVE = r"(?:>|\\u003e)"
# What is between the limit and the tokens of the prompt; a total with the reply is passed over.
_ASKED = (
    r"(?:your messages resulted in |you requested (?:about )?)"
    r"(?:\d+ tokens \(|\d+ output tokens and your prompt contains (?:at least )?)?"
)
_LLAMA = rf'"n_prompt_tokens": ?{_TOKENS}, ?"n_ctx": ?{_LIMIT}'

TOO_MANY_A_MINUTE = (
    # OpenAI, with status 429: https://github.com/Aider-AI/aider/issues/1880, and Groq, with 413:
    # https://github.com/continuedev/continue/issues/10218
    rf"request too large for .{{0,200}}\(tpm\)(?:: limit {_LIMIT}, requested {_TOKENS})?",
)
"""Patterns of texts that mean: the prompt has more tokens than the account may send in a minute."""

TOO_LONG = (
    # OpenAI (https://github.com/truskovskiyk/pr-reviewer/issues/4), DeepSeek
    # (https://github.com/FoundationAgents/OpenManus/issues/79), Azure
    # (https://github.com/Azure/azure-sdk-for-net/issues/41892), OpenRouter
    # (https://github.com/OpenHands/OpenHands/issues/9937), vLLM
    # (https://github.com/vllm-project/vllm/issues/20409, and since it stops counting early
    # https://github.com/AIDotNet/OpenCowork/issues/82)
    rf"maximum context length is {_LIMIT}(?: tokens)?[.,] however,? {_ASKED}{_TOKENS}",
    rf"maximum context length is {_LIMIT}",
    # OpenAI's gpt-5: https://github.com/cline/cline/issues/5474
    rf"exceed the configured limit of {_LIMIT} tokens\. your messages resulted in {_TOKENS}",
    # OpenAI's Responses: https://github.com/anomalyco/opencode/issues/6071
    r"exceeds the context window of this model",
    # Groq: https://github.com/OpenHands/OpenHands/issues/1902, and Cerebras, with numbers:
    # https://github.com/cline/cline/issues/5140
    rf"of the messages or completion(?:\. current length is {_TOKENS} while limit is {_LIMIT})?",
    # Gemini: https://github.com/google-gemini/gemini-cli/issues/6678, and without the count
    # https://github.com/arkavo-org/arkavo-edge/issues/371
    rf"token count(?: \({_TOKENS}\))? exceeds the maximum number of tokens allowed \({_LIMIT}",
    # Bedrock: https://github.com/aws-samples/bedrock-chat/issues/95, and in characters:
    # https://github.com/ryanadoty/Amazon-Bedrock-Amazon-RDS-POC/issues/9
    r"input is too long for requested model",
    r"malformed input request: expected maxlength",
    # TGI, with status 422: https://github.com/bytedance/UI-TARS-desktop/issues/626 and
    # https://github.com/huggingface/text-generation-inference/issues/695
    rf"`inputs` tokens \+ `max_new_tokens` must be (?:<|\\u003c)= {_LIMIT}\. given: {_TOKENS}",
    rf"`inputs` must have less than {_LIMIT} tokens\. given: {_TOKENS}",
    # vLLM: https://github.com/xorbitsai/inference/issues/3785 and
    # https://github.com/vllm-project/vllm/issues/12165
    rf"prompt \(length {_TOKENS}\) is longer than the maximum model length of {_LIMIT}",
    rf"\(total length {_TOKENS}\) is too long to fit into the model \(context length {_LIMIT}",
    # SGLang: https://github.com/QwenLM/Qwen3/issues/1321 and
    # https://github.com/sgl-project/sglang/issues/4048
    rf"input \({_TOKENS} tokens\) is longer than the model.{{1,3}}s context length \({_LIMIT}",
    rf"input length \({_TOKENS} tokens\) exceeds the maximum allowed length \({_LIMIT}",
    # llama.cpp: https://github.com/ggml-org/llama.cpp/pull/15780, and with numbers in the text
    # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-context.cpp
    rf"request \({_TOKENS} tokens\) exceeds the available context size \({_LIMIT}",
    rf"exceeds the available context size.{{0,200}}{_LLAMA}",
    r"exceed_context_size_error",
    # llama-cpp-python: https://github.com/rllm-team/rllm/issues/55
    rf"requested tokens \({_TOKENS}\) exceed context window of {_LIMIT}",
    # Mistral, as other clients match it:
    # https://github.com/earendil-works/pi/blob/main/packages/ai/src/utils/overflow.ts
    rf"prompt contains {_TOKENS} tokens.{{0,100}}too large for model with {_LIMIT} maximum context",
    # Ollama Cloud: https://github.com/dyad-sh/dyad/issues/3498
    r"exceeded max context length by",
    # Anthropic: https://github.com/anthropics/claude-code/issues/12186, and with the reply
    # https://github.com/docker/docker-agent/issues/569; LiteLLM's proxy passes both on:
    # https://github.com/OpenHands/OpenHands/issues/5350
    rf"prompt is too long: {_TOKENS} tokens {_ABOVE} {_LIMIT} maximum",
    rf"exceed context limit: {_TOKENS} \+ \d+ {_ABOVE} {_LIMIT}",
    # LiteLLM, for whatever the provider said: https://github.com/BerriAI/litellm/issues/10431
    r"contextwindowexceedederror",
    # xAI: https://github.com/cline/cline/issues/3120
    rf"maximum prompt length is {_LIMIT} but the request contains {_TOKENS}",
    # GitHub: https://github.com/opencode-ai/opencode/issues/305
    rf"prompt token count of {_TOKENS} exceeds the limit of {_LIMIT}",
    # LM Studio: https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/546,
    # https://github.com/Gitlawb/openclaude/issues/353 and
    # https://github.com/anomalyco/opencode/issues/11141
    rf"keep the first {_TOKENS} tokens.{{0,100}}context length of only {_LIMIT}",
    rf"n_keep:? \(?{_TOKENS}\)? ?{_ABOVE}= n_ctx:? \(?{_LIMIT}",
    # LiteLLM for itself, Poolside and Kimi, as the same client matches them
    rf"length \(?{_TOKENS}\)? exceeds (?:the )?model's maximum context length \({_LIMIT}",
    rf"exceeds (?:the )?model's maximum context length of {_LIMIT}",
    rf"length {_TOKENS} exceeds the maximum allowed input length of {_LIMIT}",
    rf"exceeded model token limit: {_LIMIT} \(requested: {_TOKENS}",
    # DashScope: https://github.com/QwenLM/qwen-code/issues/98
    rf"range of input length should be \[\d+, ?{_LIMIT}\]",
    # Z.ai: https://github.com/NousResearch/hermes-agent/pull/1877
    r"prompt exceeds max length",
    # oMLX: https://github.com/ValueCell-ai/ClawX/issues/658
    rf"prompt too long: {_TOKENS} tokens exceeds max context window of {_LIMIT}",
)
"""Patterns of texts that mean: the prompt is too long, with the numbers that they name."""

PROBABLY_TOO_LONG = (
    r"context_length_exceeded",
    r"context (?:length|window|size)",
    r"prompt (?:is )?too long",
    # Bedrock says "Too many tokens, please wait before trying again" of a rate limit:
    # https://github.com/anthropics/claude-code/issues/236
    r"too many tokens(?!,? please wait| per )",
    r"request too large",
)
"""What servers that are not in the table say of a prompt that is too long."""
