"""Writes language models of less than a megabyte whose next token does not depend on the prompt.

A file in the format GGUF (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md) has the
tokens, then the weights. All weights are zero but those that give each token its own probability:
every position of such a Llama predicts the same. A grammar then decides what is left to say.
"""

import array
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

_WIDTH = 64
_HEADS = 4
_ALIGNMENT = 32
_BLANK = "\u2581"
# The types of tokens: https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h.
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
# The piece with the highest score is made first: whole words before their beginnings.
_WORD, _BEGINNING, _CHARACTER = -1.0, -50.0, -1_000.0
_NEVER = -20.0
_FLOAT = 0
# What the format calls numbers of 32 bits.
_UNSIGNED, _SIGNED = 4, 5
_TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}\n{% endfor %}<|assistant|>\n"
)
_CHATTER = {
    '"': 2.5, "}": 2.0, "]": 2.5, "</s>": 4.0, "{": 1.0, "[": 0.0, ",": 1.5, ":": 1.0,
    **dict.fromkeys("123456789", 0.5),
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyz-_", -1.0),
}  # fmt: skip

Value: TypeAlias = str | int | float | bool | list[str] | list[int] | list[float]


def write_chatter(path: Path, words: Iterable[str], *, context: int) -> None:
    """Write a model that says words in any order and soon comes to an end.

    `context` is the tokens that it says it was trained on.
    """
    known = tuple(words)
    _write(path, _CHATTER | dict.fromkeys((_BLANK + word for word in known), 1.0), known, context)


def write_reciter(
    path: Path, sentences: Iterable[str], words: Iterable[str], *, context: int
) -> None:
    """Write a model that says one of the sentences, each of which is one token, and stops.

    The words are those that it reads as one token each.
    """
    said = {sentence.replace(" ", _BLANK): 20.0 for sentence in sentences}
    _write(path, {"</s>": 10.0, **said}, tuple(words), context)


def _write(path: Path, logits: Mapping[str, float], words: Iterable[str], context: int) -> None:
    tokens = _tokenize(logits, words)
    described = _describe(tokens, context)
    weights = dict(_weigh([logits.get(text, _NEVER) for text, _, _ in tokens]))
    offset, table, data = 0, b"", b""
    for name, (shape, values) in weights.items():
        table += _text(name) + struct.pack("<I", len(shape))
        table += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", _FLOAT, offset)
        raw = _pad(_little_endian(values))
        data += raw
        offset += len(raw)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(weights), len(described))
    head += b"".join(_text(name) + _value(value) for name, value in described.items())
    path.write_bytes(_pad(head + table) + data)


def _tokenize(logits: Mapping[str, float], words: Iterable[str]) -> list[tuple[str, int, float]]:
    """Return the tokens with their types and scores; each text is there once."""
    tokens = [("<unk>", _UNKNOWN, 0.0), ("<s>", _CONTROL, 0.0), ("</s>", _CONTROL, 0.0)]
    tokens += [(f"<0x{byte:02X}>", _BYTE, 0.0) for byte in range(256)]
    pieces = dict.fromkeys((*map(chr, range(33, 127)), _BLANK), _CHARACTER)
    spelled = [_BLANK + word for word in words]
    pieces |= dict.fromkeys(spelled, _WORD)
    for text in spelled:
        # Pieces are put together from left to right, so the beginnings are pieces too.
        for end in range(2, len(text)):
            pieces.setdefault(text[:end], _BEGINNING - end)
    for text in logits.keys() - {"</s>"}:
        pieces.setdefault(text, _CHARACTER)
    return tokens + [(text, _NORMAL, score) for text, score in pieces.items()]


def _describe(tokens: list[tuple[str, int, float]], context: int) -> dict[str, Value]:
    return {
        "general.architecture": "llama",
        "general.name": "tiny",
        "general.file_type": _FLOAT,
        "llama.context_length": context,
        "llama.embedding_length": _WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": _WIDTH,
        "llama.attention.head_count": _HEADS,
        "llama.attention.head_count_kv": _HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": _WIDTH // _HEADS,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": [text for text, _, _ in tokens],
        "tokenizer.ggml.scores": [score for _, _, score in tokens],
        "tokenizer.ggml.token_type": [kind for _, kind, _ in tokens],
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.chat_template": _TEMPLATE,
    }


def _weigh(logits: list[float]) -> Iterator[tuple[str, tuple[tuple[int, ...], list[float]]]]:
    """Yield each tensor: its name, its sizes with that of a row first, and its values.

    Every token is the same vector, which the last norm makes sqrt(width) long.
    """
    count, ones = len(logits), [1.0] * _WIDTH
    nothing = [0.0] * (_WIDTH * _WIDTH)
    first = [1.0] + [0.0] * (_WIDTH - 1)
    yield "token_embd.weight", ((_WIDTH, count), first * count)
    output = [value for logit in logits for value in (logit / _WIDTH**0.5, *first[1:])]
    yield "output.weight", ((_WIDTH, count), output)
    yield "output_norm.weight", ((_WIDTH,), ones)
    for name in ("attn_norm", "ffn_norm"):
        yield f"blk.0.{name}.weight", ((_WIDTH,), ones)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        yield f"blk.0.{name}.weight", ((_WIDTH, _WIDTH), nothing)


def _little_endian(values: list[float]) -> bytes:
    packed = array.array("f", values)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _pad(raw: bytes) -> bytes:
    return raw + b"\0" * (-len(raw) % _ALIGNMENT)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Value) -> bytes:
    """Return a value with its type in front: see "gguf_metadata_value_type" of the format."""
    if isinstance(value, list):
        kind, _ = _scalar(value[0])
        # The types of tokens are signed numbers; all others are not.
        kind = _SIGNED if kind == _UNSIGNED else kind
        items = b"".join(_scalar(item)[1] for item in value)
        return struct.pack("<IIQ", 9, kind, len(value)) + items
    kind, raw = _scalar(value)
    return struct.pack("<I", kind) + raw


def _scalar(value: str | float) -> tuple[int, bytes]:
    match value:
        case bool():
            return 7, struct.pack("<?", value)
        case str():
            return 8, _text(value)
        case int():
            return _UNSIGNED, struct.pack("<I", value)
        case float():
            return 6, struct.pack("<f", value)
