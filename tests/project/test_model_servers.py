"""The page about model servers: each block can be pasted, and says what the action accepts."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from reviewer.run.admission import eligibility

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "model-servers.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
JOBS = [block for block in BLOCKS if block.startswith("jobs:")]
SERVERS = (
    "OpenAI", "Azure OpenAI", "Anthropic", "Gemini", "OpenRouter", "Mistral", "DeepSeek", "Groq",
    "LiteLLM", "llama.cpp", "Ollama", "vLLM", "LlamaEdge",
)  # fmt: skip


def steps(block: str) -> Iterator[Mapping[str, Any]]:
    """Yield the inputs of our step, as a block alone or in a job."""
    written = yaml.safe_load(block)
    if "jobs" not in written:
        yield written["with"]
        return
    for job in written["jobs"].values():
        yield from (
            step["with"] for step in job["steps"] if "code-review-action" in step.get("uses", "")
        )


def load(inputs: Mapping[str, Any]) -> Inputs:
    """Read inputs as the runner passes them, with a secret for each expression."""
    texts = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in inputs.items()
    }
    secret = "sk-0123456789abcdef"
    return Inputs.load(
        {
            f"INPUT_{name.upper()}": secret if text.startswith("${{") else text
            for name, text in texts.items()
        }
    )


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: str(BLOCKS.index(block)))
def test_the_action_accepts_each_block(block: str) -> None:
    (inputs,) = steps(block)
    loaded = load(inputs)
    eligibility.check_inputs(loaded)
    assert loaded.timeout > loaded.request_timeout or loaded.request_timeout == 300


@pytest.mark.parametrize("server", SERVERS)
def test_each_server_has_a_section_with_a_block_and_its_limits(server: str) -> None:
    section = PAGE.partition(f"\n### {server}\n")[2].partition("\n### ")[0]
    assert len(re.findall(r"^```yaml$", section, re.MULTILINE)) == 1
    assert re.search(r"^- ", section, re.MULTILINE)
    anchor = re.sub(r"[^a-z -]", "", server.lower()).replace(" ", "-")
    assert f"| [{server}](#{anchor}) |" in PAGE


@pytest.mark.parametrize("block", JOBS, ids=["llama.cpp", "Ollama"])
def test_a_service_is_called_by_its_name_over_http(block: str) -> None:
    (job,) = yaml.safe_load(block)["jobs"].values()
    (inputs,) = steps(block)
    (service,) = job["services"]
    assert inputs["base-url"].startswith(f"http://{service}:")
    assert inputs["allow-http"] is True
    assert job["timeout-minutes"] * 60 > inputs["timeout"]


def test_a_block_with_the_trap_would_fail() -> None:
    (inputs,) = steps(JOBS[0])
    with pytest.raises(InputError, match="allow-http"):
        load({**inputs, "allow-http": False})


@pytest.mark.process
@pytest.mark.parametrize("block", JOBS, ids=["llama.cpp", "Ollama"])
def test_a_job_of_the_page_follows_githubs_schema(block: str, tmp_path: Path) -> None:
    workflow = tmp_path / "workflow.yml"
    workflow.write_text(f"on: pull_request\n{block}", "utf-8")
    tool = Path(sys.executable).parent / "check-jsonschema"
    command = [str(tool), "--builtin-schema", "vendor.github-workflows", str(workflow)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
