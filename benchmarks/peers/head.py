"""A classification head in numpy, for engines that run the encoder alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

    from variants import Probabilities

__all__ = ["head_of", "softmax"]

Floats: TypeAlias = npt.NDArray[np.floating[Any]]


def head_of(model: Any) -> Callable[[Floats], Probabilities]:  # noqa: ANN401  # transformers' own
    """Take the head off a model: from the first token's output, ``[texts, hidden]``, to probabilities.

    Raises:
        ValueError: the head is not one of BERT's or DistilBERT's.
    """
    match model.config.model_type:
        case "distilbert":
            inner, activation = model.pre_classifier, _relu
        case "bert":
            inner, activation = model.bert.pooler.dense, _tanh
        case other:
            raise ValueError(
                f"the head of a {other} model is not written by hand here, only BERT's and DistilBERT's"
            )
    first, first_bias = _weights(inner)
    second, second_bias = _weights(model.classifier)

    def run(pooled: Floats) -> Probabilities:
        return softmax(activation(pooled @ first.T + first_bias) @ second.T + second_bias)

    return run


def softmax(logits: Floats) -> Probabilities:
    """Turn logits into probabilities."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True), dtype=np.float64)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _relu(values: Floats) -> Floats:
    return np.maximum(values, 0)


def _tanh(values: Floats) -> Floats:
    return np.tanh(values)


def _weights(linear: Any) -> tuple[Floats, Floats]:  # noqa: ANN401  # torch's attributes are of any type
    return linear.weight.detach().numpy(), linear.bias.detach().numpy()
