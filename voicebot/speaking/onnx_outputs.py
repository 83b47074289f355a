"""Make an inner tensor of an ONNX model an output, on the serialised bytes alone.

Piper's phoneme durations are the output of the model's only `Ceil` node, and not exported. Concatenating two serialised
protocol-buffer messages merges them (repeated fields are appended, embedded messages merged), so a model whose graph
has one more output is the model's bytes followed by those of a `ModelProto` that holds nothing but that output:
neither the `onnx` package nor a copy of the model on disk is needed.

Field numbers are those of onnx.proto3: ModelProto.graph 7; GraphProto.node 1, .output 12; NodeProto.output 2,
.op_type 4; ValueInfoProto.name 1. Wire format: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator

_GRAPH, _NODE, _GRAPH_OUTPUT, _NODE_OUTPUT, _OP_TYPE, _NAME = 7, 1, 12, 2, 4, 1
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_SKIP = {_FIXED64: 8, _FIXED32: 4}


def expose(model: bytes, op_type: str) -> bytes:
    """The model with the output of its single `op_type` node added to the graph's outputs.

    Returns the bytes unchanged when there is no such node, more than one, or its tensor is an output already.

    Raises:
        ValueError: the bytes are not a serialised protocol buffer.
    """
    tensors: list[bytes] = []
    outputs: list[bytes] = []
    for start, end in _submessages(model, 0, len(model), _GRAPH):
        outputs += [model[a:b] for s, e in _submessages(model, start, end, _GRAPH_OUTPUT)
                    for a, b in _submessages(model, s, e, _NAME)]  # fmt: skip
        for node_start, node_end in _submessages(model, start, end, _NODE):
            kinds = [model[a:b] for a, b in _submessages(model, node_start, node_end, _OP_TYPE)]
            if kinds == [op_type.encode()]:
                tensors += [model[a:b] for a, b in _submessages(model, node_start, node_end, _NODE_OUTPUT)]
    if len(tensors) != 1 or tensors[0] in outputs:
        return model
    return model + _message(_GRAPH, _message(_GRAPH_OUTPUT, _message(_NAME, tensors[0])))


def _submessages(data: bytes, start: int, end: int, number: int) -> Iterator[tuple[int, int]]:
    """Spans of the length-delimited fields of that number."""
    at = start
    while at < end:
        tag, at = _varint(data, at, end)
        wire = tag & 7
        if wire == _LENGTH:
            size, at = _varint(data, at, end)
            if at + size > end:
                raise ValueError("truncated protocol buffer")
            if tag >> 3 == number:
                yield at, at + size
            at += size
        elif wire == _VARINT:
            _, at = _varint(data, at, end)
        elif wire in _SKIP:
            at += _SKIP[wire]
        else:
            raise ValueError(f"unknown wire type {wire}")


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("truncated protocol buffer")


def _message(number: int, body: bytes) -> bytes:
    return _encode(number << 3 | _LENGTH) + _encode(len(body)) + body


def _encode(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
