"""What makes a model faster on the processor and leaves its answers alone, each kept only if the numbers say so.

Nothing is chosen by a model's name: a few sequences are read in the plain way and in the faster one,
and every logit must agree.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.probe import probe_row
from hfkit.backends.protocols import TokenBatch

from .linears import can_prepack, prepack_linears, restore_linears
from .packing import PACKED_ATTENTION
from .pooling import pooling_places
from .quiet import quiet_transformers

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.text.arrays import FloatArray

    from .forward import TorchModel

__all__ = ["largest_window", "take_shortcuts"]

# Tokens of the sequences that are compared; the last is made longer than any window that the model names.
_LENGTHS = (3, 11, 32)
_BEYOND_WINDOW = 16

# A model with a larger window is not packed: to read beyond it would take seconds at every opening.
_LARGEST_WINDOW = 256

_TOLERANCE = 1e-4


def take_shortcuts(model: TorchModel, module: PreTrainedModel, *, per_token: bool) -> None:
    """Have a model read sequences end to end, and prepack its linear layers, where that is right.

    Args:
        model: runs ``module``, in the plain way so far.
        module: is changed.
        per_token: whether its head gives logits for each token, not for each sequence.
    """
    if model.device not in {"cpu", "cpu+disk"} or model.dtype != "float32":
        return
    try:
        trial = _Trial(model)
    except Exception:  # noqa: BLE001  # a model that cannot read the probe may still read texts
        return
    if trial.tells_windows and "position_ids" in inspect.signature(module.forward).parameters:
        model.packs = True
        with quiet_transformers():
            model.packs = _pack(module, trial.agrees, per_token=per_token)
    if model.device == "cpu" and can_prepack():  # weights on the disk come and go
        prepack_linears(module, trial.run)
        if not trial.agrees():
            restore_linears(module)


def _pack(module: PreTrainedModel, agrees: Callable[[], bool], *, per_token: bool) -> bool:
    """Have a model attend within sequences, and pool each if its head pools; undo it if numbers change."""
    plain = _attention(module)
    module.set_attn_implementation(PACKED_ATTENTION)
    if _attention(module) == PACKED_ATTENTION:
        if per_token and agrees():
            return True
        for pool in () if per_token else pooling_places(module):
            handle = pool()
            if agrees():
                return True
            handle.remove()
    module.set_attn_implementation(plain)
    return False


def _attention(module: PreTrainedModel) -> str:
    """Name the attention of a model; transformers has no public way to ask."""
    return str(getattr(module.config, "_attn_implementation"))  # noqa: B009


class _Trial:
    """A few sequences with the logits that the model gave them in the plain way, one at a time.

    Attributes:
        tells_windows: whether one of them is longer than any window of attention that the model names.
    """

    def __init__(self, model: TorchModel) -> None:
        window = largest_window(model.config)
        self.tells_windows = window <= _LARGEST_WINDOW
        longest = max(_LENGTHS[-1], window + _BEYOND_WINDOW) if self.tells_windows else _LENGTHS[-1]
        most = model.max_tokens or longest
        rows = [
            probe_row(
                min(length, most),
                vocabulary=getattr(model.config, "vocab_size", None),
                end=getattr(model.config, "eos_token_id", None),
            )
            for length in (*_LENGTHS[:-1], longest)
        ]
        self._model = model
        self._together = TokenBatch.from_rows(rows, pad_id=0)
        self._alone = [TokenBatch.from_rows([row], pad_id=0) for row in rows]
        self._expected = self._run()

    def run(self) -> int:
        """Run the model; give how many tokens it was given last."""
        self._run()
        return int((self._together if self._model.packs else self._alone[-1]).mask.sum())

    def agrees(self) -> bool:
        """Tell whether the model now gives the same logits and the same decisions."""
        try:
            found = self._run()
        except Exception:  # noqa: BLE001  # whatever the model does not bear, it does without
            return False
        return len(found) == len(self._expected) and all(map(_alike, self._expected, found))

    def _run(self) -> list[FloatArray]:
        if self._model.packs:
            return list(self._model.run(self._together))
        return [self._model.run(batch)[0] for batch in self._alone]


def _alike(expected: FloatArray, found: FloatArray) -> bool:
    """Compare the logits of one sequence; those of tokens may have padding behind them."""
    found = found[: len(expected)]
    return (
        found.shape == expected.shape
        and bool((np.abs(found - expected) <= _TOLERANCE).all())
        and bool((found.argmax(axis=0) == expected.argmax(axis=0)).all())
    )


def largest_window(config: PretrainedConfig) -> int:
    """Find the largest of what a configuration calls local, a window or a chunk; 0 if nothing is."""
    named = [
        value
        for name, value in config.to_dict().items()
        if any(part in name for part in ("chunk", "local", "window")) and name != "max_window_layers"
    ]
    numbers = [number for value in named for number in (value if isinstance(value, list) else [value])]
    return max((number for number in numbers if isinstance(number, int)), default=0)
