"""Where and how a model runs, apart from what it answers."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hfkit.errors import SettingError

from .constraints import require_choice, require_kind, require_lock, require_text, require_whole

__all__ = ["DType", "Progress", "Runtime"]

DType: TypeAlias = Literal["auto", "float32", "bfloat16", "float16", "fastest", "int8"]
"""The number type of the weights; ``"auto"`` is float32, exact however the weights are stored, but for results of
Quantize: what was cast to 16 bits opens in them, and what is packed with the rest as it is stored.

``"fastest"`` is bfloat16 where a short measurement finds it clearly faster on the device, else float32.
``"int8"`` needs ``backend="onnx"``.
"""

Progress: TypeAlias = Literal["auto", "always", "never"]
"""When a progress bar is drawn; ``"auto"``: on work of over a second, if a terminal looks on."""

_TRUSTED = re.compile(r"[^/@\s]+/[^/@\s]+@[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Where and how a model runs.

    Attributes:
        backend: ``"auto"`` for the fastest exact backend that is ready for the model, which is onnx if it
            is exported, else torch; or a backend's name. ``"onnx"`` exports at the first opening.
        device: ``"auto"`` for an accelerator if there is one, else the processor; a model whose weights do
            not fit there is spread over all devices, the processor and the disk. A name such as ``"cpu"``,
            ``"cuda:1"``, ``"mps"`` means there and nowhere else.
        dtype: the number type of the weights while they run.
        threads: threads of one forward pass on the processor; None leaves the library's own choice, or
            shares the processor's cores out to the ``workers``.
        workers: forward passes at a time where texts are read; texts are written by one. None finds out on
            the processor: as many as there are cores if that measures faster than one of many threads; where
            ``threads`` are given, one.
        batch_tokens: the most tokens of one forward pass, padding included; a longer single
            sequence runs alone.
        cache_tokens: while text is written, the most tokens of all rows together whose keys and values are
            remembered, what pads them and their rows' logits included; None for what half of the free memory
            holds.
        offline: never ask the network; what is on this machine must do.
        lock: the file of a lock (:func:`hfkit.lock`): repositories of the hub are opened at its commits and with its
            bytes, or not at all; None for the one that the environment names (``HFKIT_LOCK``), if it does.
        progress: when a progress bar is drawn.
        max_memory: the most bytes that weights may take on a device, as pairs of a device's name and a
            number, with device ``"auto"`` only. A device that is not named may use what is free on it.
        trust_remote_code: repositories whose own code may run, each as ``"org/name@commit"`` with
            the full commit hash.

    Raises:
        SettingError: a value is out of its range.

    >>> Runtime(device="cpu", threads=1)
    Runtime(backend='auto', device='cpu', dtype='auto', threads=1, workers=None, batch_tokens=512, \
cache_tokens=None, offline=False, lock=None, progress='auto', max_memory=(), trust_remote_code=())
    """

    backend: str = "auto"
    device: str = "auto"
    dtype: DType = "auto"
    threads: int | None = None
    workers: int | None = None
    batch_tokens: int = 512
    cache_tokens: int | None = None
    offline: bool = False
    lock: str | os.PathLike[str] | None = None
    progress: Progress = "auto"
    max_memory: tuple[tuple[str, int], ...] = ()
    trust_remote_code: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_text("backend", self.backend)
        require_text("device", self.device)
        require_lock(self.lock)
        require_choice("dtype", self.dtype, get_args(DType))
        require_choice("progress", self.progress, get_args(Progress))
        require_whole("threads", self.threads, least=1)
        require_whole("workers", self.workers, least=1)
        require_whole("batch_tokens", self.batch_tokens, least=1)
        require_whole("cache_tokens", self.cache_tokens, least=1)
        _require_memory(self.max_memory, self.device)
        require_kind("trust_remote_code", self.trust_remote_code, (tuple,))
        for entry in self.trust_remote_code:
            if not _TRUSTED.fullmatch(entry):
                raise SettingError(
                    f"trust_remote_code names {entry!r}, must be 'org/name@' and the 40 digits of a commit",
                    hint="read the code at a commit, then trust that commit; a branch can change under you",
                )


def _require_memory(max_memory: object, device: str) -> None:
    require_kind("max_memory", max_memory, (tuple,))
    for entry in max_memory if isinstance(max_memory, tuple) else ():
        match entry:
            case (str(name), _) if name:
                require_whole(f"max_memory of {name!r}", entry[1], least=0, required=True)
            case _:
                raise SettingError(
                    f"max_memory holds {entry!r}, must be pairs of a device's name and a number of bytes",
                    hint="for example max_memory=(('cpu', 2 * 2**30),)",
                )
    names = [name for name, _ in max_memory] if isinstance(max_memory, tuple) else []
    if len(names) > len(set(names)):
        raise SettingError(f"max_memory names a device twice: {names}", hint="give each device one number")
    if max_memory and device != "auto":
        raise SettingError(
            f"max_memory is set with device {device!r}, must be with 'auto'",
            hint="leave out one of the two: a named device holds the whole model",
        )
