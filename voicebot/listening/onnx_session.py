"""ONNX sessions as the ears use them: one core each, and no thread that spins while it waits."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

from voicebot.errors import ModelError


def open_session(path: Path, *, model: str, fix: str) -> onnxruntime.InferenceSession:
    """Load a model for one CPU thread.

    Args:
        model: what it is, for the error ("turn model").
        fix: what to do when it cannot be loaded.

    Raises:
        ModelError: it cannot be loaded.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as exc:
        raise ModelError(f"the {model} cannot be loaded: {exc}", where=str(path), fix=fix) from exc
