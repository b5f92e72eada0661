"""What servers' lists say of a model: when it ends, and how large its context window is."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.adapters.openai import model_list
from reviewer.prompt import ListedModel
from tests.adapters.openai.connect import Connect
from tests.faults import faults
from tests.loopback.failures import Hang, Instead
from tests.loopback.messages import Response, as_json
from tests.loopback.model import MODEL, LoopbackModel

LIST = "GET /v1/models"


def listed(*rows: object, model: str = "m") -> ListedModel:
    return model_list.find(json.dumps({"object": "list", "data": rows}), model)


def test_the_list_shows_the_last_day_of_the_model_that_is_asked_for() -> None:
    rows: tuple[dict[str, object], ...] = (
        {"id": "other", "shutdown_date": "2026-01-01"},
        {"id": "m", "shutdown_date": "2026-12-11"},
    )
    assert listed(*rows).ends == date(2026, 12, 11)
    assert listed(*rows, model="missing").ends is None
    assert listed({"id": "m", "shutdown_date": "soon"}).ends is None


@faults("LL22")
@pytest.mark.parametrize(
    "row",
    [
        # vLLM, https://github.com/modal-labs/modal-examples/issues/843
        {"owned_by": "vllm", "root": "m", "max_model_len": 8096},
        # llama.cpp, https://github.com/NousResearch/hermes-agent/pull/78212
        {"owned_by": "llamacpp", "meta": {"n_ctx": 8096, "n_ctx_train": 262_144}},
        # Anthropic, https://docs.rs/claude-api/0.5.2/claude_api/models
        {"type": "model", "max_input_tokens": 8096},
        # OpenRouter, https://github.com/anomalyco/models.dev/issues/2796
        {"context_length": 1_048_576, "top_provider": {"context_length": 8096}},
        # Groq, https://rdrr.io/cran/tidyllm/man/groq_list_models.html
        {"owned_by": "Meta", "context_window": 8096},
        # LM Studio, https://github.com/zed-industries/zed/issues/33938
        {"max_context_length": 131_072, "loaded_context_length": 8096},
        # Gemini's own, LiteLLM's and DeepInfra's.
        {"inputTokenLimit": 8096},
        {"model_info": {"max_input_tokens": 8096}},
        {"metadata": {"context_length": 8096}},
    ],
)
def test_each_server_s_name_for_the_window_is_read(row: dict[str, object]) -> None:
    assert listed({"id": "other"}, {"id": "m", **row}).context_window == 8096


@faults("LL22")
def test_the_only_model_of_a_local_server_is_meant_by_any_name() -> None:
    row: dict[str, object] = {"id": "/models/qwen.gguf", "meta": {"n_ctx": 4096}}
    assert listed(row).context_window == 4096
    assert listed({"id": "other"}, row).context_window is None
    assert listed({"id": "other"}, {**row, "aliases": ["m"]}).context_window == 4096


@pytest.mark.parametrize("size", [True, 0, -1, 10**30, "8096", 8096.0, None, [8096]])
def test_a_value_that_is_no_number_of_tokens_is_no_window(size: object) -> None:
    assert listed({"id": "m", "max_model_len": size}) == ListedModel(names=("m",))


def test_a_list_without_anything_around_it_is_read() -> None:
    # Together, https://docs.together.ai/reference/models-1
    rows = [{"id": "other"}, {"id": "m", "context_length": 8096}]
    assert model_list.find(json.dumps(rows), "m").context_window == 8096


def test_the_prefix_of_gemini_s_names_makes_no_difference() -> None:
    row = {"id": "models/gemini-3-pro", "inputTokenLimit": 8096}
    assert listed({"id": "other"}, row, model="gemini-3-pro").context_window == 8096


def test_the_names_are_those_of_all_rows_that_have_one() -> None:
    rows = [{"id": "b"}, {"id": None}, {}, 5, {"id": "a"}, {"id": "x" * 200}]
    assert listed(*rows).names == ("b", "a", "x" * 99 + "…")


@given(st.text() | st.sampled_from(["[]", '{"data": 1}', '{"data": [1, {"id": 5}]}', "[" * 99_999]))
def test_any_other_list_says_nothing(text: str) -> None:
    assert model_list.find(text, "m") == ListedModel()


@faults("LL22")
def test_the_list_is_asked_for_once(model: Connect, model_server: LoopbackModel) -> None:
    row = {"id": MODEL, "max_model_len": 8096}
    model_server.fail(LIST, Instead(as_json(200, {"object": "list", "data": [row]})))
    asked = model(model_server)
    assert [asked.read_list().context_window for _ in range(2)] == [8096, 8096]
    assert len(model_server.sent(LIST)) == 1


@faults("LL22")
@pytest.mark.parametrize(
    "failure", [Instead(Response(500, b"", "text/html")), Instead(as_json(404, {})), Hang(0.1)]
)
def test_a_server_without_a_list_says_nothing(
    model: Connect, model_server: LoopbackModel, failure: Hang | Instead
) -> None:
    model_server.fail(LIST, failure)
    assert model(model_server).read_list() == ListedModel()
