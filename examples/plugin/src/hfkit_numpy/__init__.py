"""BERT for sequence classification in plain numpy, as a backend of hfkit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file

from hfkit.backends.protocols import ScorerCard
from hfkit.errors import DeviceError, ModelError, SessionClosedError, WrongHeadError
from hfkit.text.labels import LabelScheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit import Runtime
    from hfkit.backends.protocols import TokenBatch
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray

__all__ = ["NumpyBackend"]

_erf = np.vectorize(math.erf, otypes=[np.float32])


class NumpyBackend:
    """Opens BERT classifiers; needs numpy alone."""

    name = "numpy"

    def missing(self) -> str | None:
        """Nothing is missing where hfkit is installed."""
        return None

    def open_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> NumpyScorer:
        """Read the weights into numpy arrays."""
        if runtime.device not in ("auto", "cpu"):
            raise DeviceError(
                f"device {runtime.device!r} is not one of ['auto', 'cpu']", hint="numpy knows no other"
            )
        if folder.config.get("model_type") != "bert":
            raise ModelError(
                f"model_type is {folder.config.get('model_type')!r}, must be 'bert'", hint="use torch"
            )
        folder.require_weights()
        weights = load_file(folder.path / "model.safetensors")
        if "classifier.weight" not in weights:
            raise WrongHeadError(
                f"{folder.name} lacks classifier.weight", hint="open it with the verb it was made for"
            )
        return NumpyScorer(weights, folder.config)


@dataclass(frozen=True, slots=True)
class _Sizes:
    layers: int
    heads: int
    epsilon: float


class NumpyScorer:
    """An open BERT classifier."""

    def __init__(self, weights: dict[str, FloatArray], config: Mapping[str, object]) -> None:
        self._weights: dict[str, FloatArray] | None = weights
        numbers = {name: value for name, value in config.items() if isinstance(value, int | float)}
        self._sizes = _Sizes(
            layers=int(numbers["num_hidden_layers"]),
            heads=int(numbers["num_attention_heads"]),
            epsilon=numbers["layer_norm_eps"],
        )
        self.card = ScorerCard(
            labels=LabelScheme.from_config(config),
            max_tokens=int(numbers["max_position_embeddings"]),
            pad_id=int(numbers.get("pad_token_id", 0)),
            device="cpu",
            dtype="float32",
            versions=(("numpy", np.__version__),),
        )

    def score(self, batch: TokenBatch, /) -> FloatArray:
        """Give a row of logits for each sequence."""
        if self._weights is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        model = _Bert(self._weights, self._sizes)
        return model.logits(batch)

    def close(self) -> None:
        """Let go of the weights."""
        self._weights = None


@dataclass(frozen=True, slots=True)
class _Bert:
    """The forward pass of Devlin et al. 2018, arXiv:1810.04805, as transformers computes it."""

    weights: dict[str, FloatArray]
    sizes: _Sizes

    def logits(self, batch: TokenBatch) -> FloatArray:
        w = self.weights
        table = "bert.embeddings."
        hidden = w[f"{table}word_embeddings.weight"][batch.ids]
        hidden = hidden + w[f"{table}token_type_embeddings.weight"][batch.types]
        hidden = hidden + w[f"{table}position_embeddings.weight"][: batch.ids.shape[1]]
        hidden = self._norm(hidden, f"{table}LayerNorm")
        blocked = np.where(batch.mask[:, None, None, :] == 1, 0, -np.inf).astype(np.float32)
        for layer in range(self.sizes.layers):
            name = f"bert.encoder.layer.{layer}."
            attended = self._attend(hidden, blocked, f"{name}attention.")
            wide = self._linear(attended, f"{name}intermediate.dense")
            wide = wide * (1 + _erf(wide / np.float32(math.sqrt(2)))) / 2
            hidden = self._norm(
                attended + self._linear(wide, f"{name}output.dense"), f"{name}output.LayerNorm"
            )
        pooled = np.tanh(self._linear(hidden[:, 0], "bert.pooler.dense"))
        return self._linear(pooled, "classifier")

    def _attend(self, hidden: FloatArray, blocked: FloatArray, name: str) -> FloatArray:
        rows, tokens, width = hidden.shape
        shape = rows, tokens, self.sizes.heads, width // self.sizes.heads
        query, key, value = (
            self._linear(hidden, f"{name}self.{part}").reshape(shape).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(math.sqrt(shape[-1])) + blocked
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(hidden.shape)
        return self._norm(hidden + self._linear(mixed, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, inputs: FloatArray, name: str) -> FloatArray:
        result: FloatArray = inputs @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return result

    def _norm(self, inputs: FloatArray, name: str) -> FloatArray:
        centered = inputs - inputs.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + np.float32(self.sizes.epsilon))
        result: FloatArray = centered / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return result
