"""Sentence embeddings: all-MiniLM-L6-v2 in CTranslate2, int8, without PyTorch.

The published safetensors are put into CTranslate2's public encoder specification once, quantised to int8 and kept in
the cache directory under a name made of the weights' size and time and the converter's version. 384 dimensions, unit
length.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voicebot.errors import ModelError

Vectors = npt.NDArray[np.float32]

#: Longer utterances are cut: a caller's wish is in the first sentences.
MAX_TOKENS = 96
_FORMAT = "1"


class SentenceEncoder:
    """Texts to unit vectors, `(n, 384)` float32. Thread-safe; one per process."""

    def __init__(self, model: Any, tokenizer: Any, name: str = "") -> None:
        self.name = name
        """Which weights these are, for caches."""
        self._model = model
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[str], batch: int = 32) -> Vectors:
        """Mean of the token vectors (padding left out), scaled to length one."""
        if not texts:
            return np.zeros((0, 384), np.float32)
        return np.concatenate([self._batch(texts[i : i + batch]) for i in range(0, len(texts), batch)])

    def _batch(self, texts: Sequence[str]) -> Vectors:
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        hidden = np.array(self._model.forward_batch(ids).last_hidden_state, dtype=np.float32)
        lengths = np.array([len(row) for row in ids])
        mask = (np.arange(hidden.shape[1])[None, :] < lengths[:, None]).astype(np.float32)[:, :, None]
        mean = (hidden * mask).sum(1) / mask.sum(1)
        norm = np.linalg.norm(mean, axis=1, keepdims=True)
        vectors: Vectors = (mean / np.maximum(norm, 1e-9)).astype(np.float32)
        return vectors


def open_encoder(folder: Path, cache_dir: Path, *, threads: int = 1) -> SentenceEncoder:
    """Load the encoder, converting the weights at the first use.

    Args:
        folder: holds `model.safetensors`, `tokenizer.json` and `config.json` of a BERT sentence model.
        cache_dir: where converted models are kept.
        threads: intra-op threads of one encoding.

    Raises:
        ModelError: a file is missing, corrupt or of another architecture.
    """
    import ctranslate2
    from tokenizers import Tokenizer

    target = cache_dir / f"minilm-{_fingerprint(folder)}"
    if not (target / "model.bin").exists():
        _convert(folder, target)
    try:
        model = ctranslate2.Encoder(str(target), compute_type="int8", intra_threads=threads, inter_threads=1)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:
        raise ModelError(
            "the sentence model cannot be loaded", where=str(target), fix="delete this folder and start again"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return SentenceEncoder(model, tokenizer, target.name)


def _fingerprint(folder: Path) -> str:
    weights = folder / "model.safetensors"
    try:
        stat = weights.stat()
    except OSError as error:
        raise ModelError(
            "the sentence model is missing", where=str(weights), fix="install the requirements again"
        ) from error
    return hashlib.sha256(f"{_FORMAT}:{stat.st_size}:{stat.st_mtime_ns}".encode()).hexdigest()[:16]


def _convert(folder: Path, target: Path) -> None:
    """Write the CTranslate2 model beside `target`, then move it into place, so that a crash leaves no half model."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".minilm-", dir=target.parent))
    try:
        spec = _filled_spec(folder)
        spec.validate()
        spec.optimize(quantization="int8")
        spec.save(str(scratch))
        with contextlib.suppress(OSError):  # another process was quicker: its copy is the same
            scratch.replace(target)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            "the sentence model cannot be converted", where=str(folder), fix="check that the model files are complete"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _filled_spec(folder: Path) -> Any:
    from ctranslate2.specs import common_spec, transformer_spec
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        raise ModelError("the sentence model is not a BERT encoder", where=str(folder), fix="use all-MiniLM-L6-v2")
    weights = load_file(str(folder / "model.safetensors"))
    encoder = transformer_spec.TransformerEncoderSpec(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = weights["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = weights["embeddings.position_embeddings.weight"]
    _norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        at = f"encoder.layer.{number}"
        qkv = [f"{at}.attention.self.{name}" for name in ("query", "key", "value")]
        layer.self_attention.linear[0].weight = np.concatenate([weights[f"{name}.weight"] for name in qkv])
        layer.self_attention.linear[0].bias = np.concatenate([weights[f"{name}.bias"] for name in qkv])
        _linear(layer.self_attention.linear[1], weights, f"{at}.attention.output.dense")
        _norm(layer.self_attention.layer_norm, weights, f"{at}.attention.output.LayerNorm")
        _linear(layer.ffn.linear_0, weights, f"{at}.intermediate.dense")
        _linear(layer.ffn.linear_1, weights, f"{at}.output.dense")
        _norm(layer.ffn.layer_norm, weights, f"{at}.output.LayerNorm")
    spec.config.layer_norm_epsilon = config["layer_norm_eps"]
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = "[UNK]", "[CLS]", "[SEP]"
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    spec.register_vocabulary(sorted(vocabulary, key=vocabulary.__getitem__))
    return spec


def _linear(spec: Any, weights: dict[str, Any], name: str) -> None:
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _norm(spec: Any, weights: dict[str, Any], name: str) -> None:
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]
