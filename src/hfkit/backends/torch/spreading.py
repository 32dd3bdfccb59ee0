"""Spread a model that no single device holds over accelerators, processor and disk.

Where each part goes, and how it gets to where it is computed, is the work of transformers and accelerate.
Weights for the disk stay in the files that they are in.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError, ModelError, OutOfMemoryError
from hfkit.hub.folder import fingerprint_files

from .memory import memory_limit, memory_limits, weigh_modules
from .scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import torch
    from transformers import PreTrainedModel

    from hfkit.hub.folder import ModelFolder, Stamp
    from hfkit.values.runtime import Runtime

    from .memory import Limits

__all__ = ["Spread", "plan_spread"]

_WEIGHTS = ("model*.safetensors",)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How a model is to be spread, and what has to stay as it is while it is open.

    Attributes:
        limits: bytes of weights by device.
        accelerator: what accelerators are called here, such as ``"cuda"``; ``"cpu"`` if there is none.
        path: the model's folder.
        stamp: of its weights; parts of the model are read from them again for every batch.
        scratch: where weights go that the library has to convert before it can leave them on the disk.
    """

    limits: Limits
    accelerator: str
    path: Path
    stamp: Stamp
    scratch: Scratch = field(default_factory=Scratch)
    _turn: Lock = field(default_factory=Lock)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold off other threads for a forward pass: weights come and go with it.

        Raises:
            CorruptModelError: the weights' files were written again, or moved away, since the model was opened.
        """
        with self._turn:
            if fingerprint_files(self.path, _WEIGHTS) != self.stamp:
                raise CorruptModelError(
                    f"the weights in {self.path} were changed while a model was reading them from there",
                    hint="close the model and load it again; write new weights to another folder",
                )
            yield

    def places(self, model: PreTrainedModel) -> dict[str, int]:
        """Add up the bytes of a spread model's weights by place, in the order in which they are filled.

        Raises:
            ModelError: weights were to stay on the disk, and nothing would ever fetch them.
        """
        chosen: dict[str, int | str] = getattr(model, "hf_device_map", {})
        found: dict[str, int] = {}
        for name, weight in model.named_parameters():
            inside = [part for part in chosen if not part or name == part or name.startswith(f"{part}.")]
            place = _name(chosen[max(inside, key=len)], self.accelerator) if inside else str(weight.device)
            if place == "disk" and not weight.is_meta:
                # accelerate 1.15 fetches weights with the modules that they are in, and plans for each weight
                # of a module that it splits: what it left of XLNet's attention was memory never written.
                raise ModelError(
                    f"{name} would be left on the disk while other weights of its module are not",
                    hint="allow more or less in Runtime(max_memory=...), or name a device",
                )
            found[place] = found.get(place, 0) + weight.numel() * weight.element_size()
        if found.keys() == {"disk"}:
            found["cpu"] = 0  # holds no weights, and computes
        order = [*sorted(found.keys() - {"cpu", "disk"}), "cpu", "disk"]
        return {place: found[place] for place in order if place in found}


def plan_spread(
    folder: ModelFolder, runtime: Runtime, device: torch.device, dtype: torch.dtype
) -> Spread | None:
    """Say how to spread a model; None if the device holds it, or is the one that was named.

    Args:
        folder: the model, or an adapter with its base.
        runtime: its device and limits.
        device: where the model would run as a whole.
        dtype: the number type of its weights.

    Raises:
        DeviceError: a limit is for a device that is not there.
        OutOfMemoryError: one layer is too large for any device.
        ModelError: the model is an adapter, which has to be merged into a base in memory.
    """
    if runtime.device != "auto":
        return None
    source = folder.base or folder
    source.require_weights()
    modules = weigh_modules(source.path, dtype)
    need, room = sum(modules.values()), memory_limit(runtime, device)
    if need <= room:
        return None
    if folder.base:
        raise ModelError(
            f"{folder.name} is an adapter, and its base of {need:,} bytes does not fit the {room:,} of {device}",
            hint="merge it into its base and save that, or use Runtime(dtype='bfloat16') or a named device",
        )
    limits = {place: size for place, size in memory_limits(runtime).items() if size or place == "cpu"}
    largest = max(modules, key=modules.__getitem__)
    widest = max(limits, key=limits.__getitem__)
    if modules[largest] > limits[widest]:
        place = _name(widest, device.type)
        raise OutOfMemoryError(
            f"{largest} of {folder.name} takes {modules[largest]:,} bytes, and {place} has {limits[widest]:,}",
            hint="each layer has to fit on a device: allow more in Runtime(max_memory=...), or use a smaller dtype",
        )
    stamp = fingerprint_files(source.path, _WEIGHTS)
    return Spread(limits, device.type, source.path, stamp)


def _name(place: int | str, accelerator: str) -> str:
    return f"{accelerator}:{place}" if isinstance(place, int) else place
