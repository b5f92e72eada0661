"""Knows at which path of a model server the OpenAI-compatible API begins."""

import re

# What is sent to and added to the address: it cannot be the end of one.
_ENDPOINT = re.compile(r"/(?:(?:chat/)?completions|responses|(?<=/v1/)(?:messages|models))/?$")
_GEMINI = "generativelanguage.googleapis.com"
_PATHS = {
    "api.openai.com": "/v1",
    "api.anthropic.com": "/v1",
    "api.mistral.ai": "/v1",
    "api.groq.com": "/openai/v1",
    _GEMINI: "/v1beta/openai",
    "openrouter.ai": "/api/v1",
}
# Azure has had this path since August 2025; the older one wants an api-version with each request:
# https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle.
_AZURE_PATH = "/openai/v1"
AZURE_DOMAINS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
# Foundry's own client asks here, with the token of a project:
# https://learn.microsoft.com/python/api/azure-ai-projects/azure.ai.projects.aiprojectclient.
_AZURE_PROJECT = re.compile(r"/api/projects/[^/]+/openai/v1")
_DEPLOYMENT = re.compile(r"/deployments/([\w.-]{1,64})")
# The APIs that Gemini and Ollama have beside the compatible one.
_OF_GEMINI = re.compile(r"/v1[a-z]*/models(?:/([\w.-]{1,64})(?::\w+)?)?")
_OF_OLLAMA = re.compile(r"/api/(?:chat|generate)$")


def find(host: str, path: str) -> str:
    """Return the right path; `path` itself, without a slash at its end, where it may be right."""
    right = _ENDPOINT.sub("", path)
    if host.endswith(AZURE_DOMAINS):
        return right if _AZURE_PROJECT.fullmatch(right) else _AZURE_PATH
    known = _PATHS.get(host, "")
    right = _OF_OLLAMA.sub("/v1", right)
    wrong = right == "/v1" or (host == _GEMINI and _OF_GEMINI.fullmatch(right))
    return known if known and (wrong or known.startswith(right)) else right


def name_model(host: str, path: str) -> str:
    """Return the input that names the model of a path, empty if it has none."""
    if host.endswith(AZURE_DOMAINS) and (found := _DEPLOYMENT.search(path)):
        return f"`model: {found[1]}`, the name of the deployment"
    if host == _GEMINI and (found := _OF_GEMINI.fullmatch(path)) and found[1]:
        return f"`model: {found[1]}`"
    return ""
