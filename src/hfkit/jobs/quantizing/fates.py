"""What becomes of each weight under a scheme, from its name and shape."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from hfkit.values.schemes import BitsAndBytes, Cast, Int4, Int8, StaticInt8, Torchao

from .stored_weights import rest_of
from .verbs import head_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime
    from hfkit.values.schemes import Scheme

    from .linear_layers import LinearLayers
    from .stored_weights import StoredWeight
    from .verbs import Verb

__all__ = ["Fate", "fates_of"]

_NARROW = 16
_AXES = 2
_HALF, _FLOAT = 2, 4  # bytes
_BLOCK = 64  # weights of a writer that share a scale
_SMALL_BLOCK = 32  # the same, of 4 bits

# Of a weight that is packed: what is written beside its numbers and scales, in 4 bits two tables of values too.
_BESIDE, _TABLES = 400, 1500

_SMALL = "norms, biases and the like are small, and decide much"
_INTEGERS = "whole numbers"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a weight.

    Attributes:
        bytes: what it will take.
        stays: if it stays as it is, why.
    """

    bytes: int
    stays: str | None = None


def fates_of(
    folder: ModelFolder, scheme: Scheme, verb: Verb, runtime: Runtime
) -> Callable[[StoredWeight], Fate]:
    """Say what becomes of a model's weights.

    Args:
        folder: the model.
        scheme: how it is made smaller.
        verb: the facade that it is for.
        runtime: whose code is trusted.

    Returns:
        A function that tells the fate of one of its weights.
    """
    match scheme:
        case Cast():
            return _cast
        case Int8() | StaticInt8():
            return partial(_exported, folder=folder, verb=verb, four=False)
        case Int4():
            return partial(_exported, folder=folder, verb=verb, four=True)
        case Torchao() | BitsAndBytes():
            from .linear_layers import find_linear_layers

            layers = find_linear_layers(folder, head_of(folder, verb), scheme, runtime)
            size = _FLOAT if rest_of(folder, scheme) == "float32" else _HALF
            return partial(_packed, four=scheme.bits in {"nf4", "fp4"}, layers=layers, size=size)


def _cast(weight: StoredWeight) -> Fate:
    if not weight.floats:
        return Fate(weight.bytes, _INTEGERS)
    if weight.bytes <= _HALF * weight.numbers:
        return Fate(weight.bytes, "stored in 16 bits or fewer already")
    return Fate(_HALF * weight.numbers)


def _exported(weight: StoredWeight, *, folder: ModelFolder, verb: Verb, four: bool) -> Fate:
    """As hfkit's exports are rewritten, where the graph is seen: here are names and shapes alone."""
    if not weight.floats:
        return Fate(weight.bytes, _INTEGERS)
    whole = _FLOAT * weight.numbers
    if verb == "Embed" and "pooler." in weight.name:
        return Fate(0, "no vector comes of it: it is left out")
    if len(weight.shape) != _AXES:
        return Fate(whole, _SMALL)
    table = "embed" in weight.name
    if "position" in weight.name and table:
        return Fate(whole, "positions are few")
    if (weight.shape[1] if table else min(weight.shape)) < _NARROW:
        return Fate(whole, "narrower than 16: to round it saves nothing")
    labels = folder.config.get("id2label")
    if (
        verb in {"Classify", "Tag"}
        and not table
        and isinstance(labels, dict)
        and weight.shape[0] == len(labels)
    ):
        return Fate(whole, "it gives the logits")
    if four and not table and "lm_head" not in weight.name and weight.shape[1] % _SMALL_BLOCK == 0:
        return Fate(_four_bits(*weight.shape))
    if four:
        return Fate(weight.numbers + weight.numbers // _BLOCK)
    if verb == "Generate":
        return Fate(weight.numbers + _FLOAT * weight.numbers // _BLOCK)
    return Fate(weight.numbers + _FLOAT * weight.shape[0])


def _four_bits(rows: int, width: int) -> int:
    """Give the bytes of a matrix: pairs of whole numbers, the step of each block in one byte, zeros in half of one."""
    blocks = width // _SMALL_BLOCK
    blocks += -(-blocks // _SMALL_BLOCK)  # and what zeros leave over, a weight for each block
    return rows * (blocks * (_SMALL_BLOCK // 2 + 1) + -(-blocks // 2))


def _packed(weight: StoredWeight, *, four: bool, layers: LinearLayers, size: int) -> Fate:
    """As torchao and bitsandbytes do; what stays has a number type of ``size`` bytes."""
    if not weight.floats:
        return Fate(weight.bytes, _INTEGERS)
    packed, reason = layers.fate(weight.name)
    if packed and four:
        return Fate(weight.numbers // 2 + weight.numbers // _BLOCK + _TABLES)
    if packed:
        return Fate(weight.numbers + _FLOAT * weight.shape[0] + _BESIDE)
    small = len(weight.shape) < _AXES
    return Fate(
        size * weight.numbers, reason or (_SMALL if small else "it is looked up, not multiplied with")
    )
