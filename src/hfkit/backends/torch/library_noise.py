"""What libraries log that nobody asked for, some as soon as they are imported: transformers imports what it finds.

torchao 0.18 warns of kernels for other machines, and has torch 2.13 warn of how it registers a type; bitsandbytes 0.50
warns of how it multiplies, at every product. None of it is anything that a user could mend.
"""

from __future__ import annotations

from logging import getLogger
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import LogRecord

__all__ = ["drop_library_noise"]

_NOISE = {
    "bitsandbytes.autograd._functions": "MatMul8bitLt: inputs will be cast",
    "torch.utils._pytree": "%s is an Enum subclass and is now natively supported",
    "torchao": "Failed to load ",
}


def _tells_something(record: LogRecord) -> bool:
    return not str(record.msg).startswith(_NOISE[record.name])


def drop_library_noise() -> None:
    """Drop these messages from now on, and no others."""
    for name in _NOISE:
        getLogger(name).addFilter(_tells_something)  # which is there once, however often it is added
