"""Number types by name, and which of them is the fastest here."""

from __future__ import annotations

from functools import lru_cache
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import torch

from hfkit.errors import SettingError

from .threads import limited_threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.values.runtime import DType

__all__ = ["choose_dtype", "time_product"]

# How many times as fast bfloat16 has to be: for less, float32 is worth more.
_MARGIN = 1.3

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@lru_cache(maxsize=64)
def time_product(dtype: torch.dtype, device: torch.device, threads: int | None) -> float:
    """Time a matrix product as in a layer of a model, in seconds; measured once in a process.

    Args:
        dtype: of the matrices.
        device: what computes.
        threads: of the processor; None leaves torch's own choice.
    """
    rows, repeats = (64, 1) if device.type == "cpu" else (4096, 20)  # small ones measure the launch only
    first, second = (torch.ones(shape, dtype=dtype, device=device) for shape in ((rows, 768), (768, 768)))
    product = torch.empty((rows, 768), dtype=dtype, device=device)
    seconds = []
    with torch.inference_mode(), limited_threads(threads):
        for _ in range(6):
            start = perf_counter()
            for _ in range(repeats):
                torch.matmul(first, second, out=product)
            product[0, 0].item()  # an accelerator answers when it is done
            seconds.append(perf_counter() - start)
    return median(seconds[1:])  # the first also sets up


def choose_dtype(
    name: DType,
    device: torch.device,
    *,
    threads: int | None = None,
    time: Callable[[torch.dtype, torch.device, int | None], float] = time_product,
) -> tuple[torch.dtype, str | None]:
    """Turn a number type's name into torch's; ``"auto"`` is float32.

    Args:
        name: the name.
        device: where it is to be fast.
        threads: of the processor.
        time: measures a number type, in seconds.

    Returns:
        The number type, and for ``"fastest"`` how it was chosen.

    Raises:
        SettingError: torch does not run in it.
    """
    if name == "int8":
        raise SettingError(
            f"dtype 'int8' is not one of {['auto', *_DTYPES, 'fastest']} that backend 'torch' runs in",
            hint="use Runtime(backend='onnx', dtype='int8'), which makes the model's 8-bit export at first use",
        )
    if name == "auto":
        return torch.float32, None
    if name != "fastest":
        return _DTYPES[name], None
    ratio = time(torch.float32, device, threads) / time(torch.bfloat16, device, threads)
    faster = ratio >= _MARGIN
    speed = f"bfloat16 is {ratio:.2g} times as fast as float32 on {device}, measured on a matrix product"
    return (
        torch.bfloat16 if faster else torch.float32
    ), f"{'bfloat16' if faster else 'float32'} chosen: {speed}"
