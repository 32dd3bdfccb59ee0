"""What becomes of each weight under a scheme, from its name and shape."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hfkit.values.schemes import BitsAndBytes, Cast, Int4, Int8, StaticInt8, Torchao

from .export_sizes import ExportSizes
from .fate import FLOAT, HALF, SMALL, WHOLE_NUMBERS, Fate
from .packed_sizes import entry, packed_bytes, plain_bytes
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

__all__ = ["fates_of"]

_AXES = 2


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
        case Int8() | StaticInt8() | Int4():
            return ExportSizes(folder, verb, scheme).fate
        case Torchao() | BitsAndBytes():
            from .linear_layers import find_linear_layers

            layers = find_linear_layers(folder, head_of(folder, verb), scheme, runtime)
            size = FLOAT if rest_of(folder, scheme) == "float32" else HALF
            return partial(_packed, scheme=scheme, layers=layers, size=size)


def _cast(weight: StoredWeight) -> Fate:
    if not weight.floats:
        return Fate(weight.bytes, WHOLE_NUMBERS)
    if weight.bytes <= HALF * weight.numbers:
        return Fate(weight.bytes + entry(weight), "stored in 16 bits or fewer already")
    return Fate(HALF * weight.numbers + entry(weight))


def _packed(weight: StoredWeight, *, scheme: Torchao | BitsAndBytes, layers: LinearLayers, size: int) -> Fate:
    """As torchao and bitsandbytes do; what stays has a number type of ``size`` bytes."""
    if not weight.floats:
        return Fate(weight.bytes, WHOLE_NUMBERS)
    packed, reason = layers.fate(weight.name)
    if packed:
        return Fate(packed_bytes(weight, scheme))
    small = len(weight.shape) < _AXES
    return Fate(
        plain_bytes(weight, scheme, size),
        reason or (SMALL if small else "it is looked up, not multiplied with"),
    )
