from __future__ import annotations

import pytest

from voicebot.speaking.onnx_outputs import expose


def field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2, len(body)]) + body


def node(op_type: bytes, output: bytes) -> bytes:
    return field(1, field(1, b"in") + field(2, output) + field(4, op_type))


VERSION = bytes([1 << 3, 8])  # a varint field
FLOAT = bytes([9 << 3 | 5]) + bytes(4)


def model(*graph: bytes) -> bytes:
    return VERSION + field(7, b"".join(graph) + FLOAT)


def output(name: bytes) -> bytes:
    return field(12, field(1, name))


def test_the_tensor_becomes_an_output_by_appending() -> None:
    original = model(node(b"Conv", b"c"), node(b"Ceil", b"w"), output(b"y"))
    assert expose(original, "Ceil") == original + field(7, output(b"w"))


@pytest.mark.parametrize(
    "original",
    [
        model(node(b"Conv", b"c"), output(b"y")),
        model(node(b"Ceil", b"v"), node(b"Ceil", b"w"), output(b"y")),
        model(node(b"Ceil", b"w"), output(b"y"), output(b"w")),
    ],
    ids=["none", "several", "exposed already"],
)
def test_other_models_stay_as_they_are(original: bytes) -> None:
    assert expose(original, "Ceil") == original


@pytest.mark.parametrize("damaged", [b"\x3a\x7f\x01", b"\xff" * 20, b"\x3b"], ids=["truncated", "endless", "wire type"])
def test_damaged_models_are_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError):
        expose(damaged, "Ceil")
