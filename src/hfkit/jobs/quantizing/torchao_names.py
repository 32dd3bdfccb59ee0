"""Which tensors a file says that torchao is to read: it fails over those that belong to a model itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["leave_out_bare_names"]

# A safetensors file begins with the length of its header.
_LENGTH = 8

_NAMES = "tensor_names"


def leave_out_bare_names(file: Path) -> None:
    """Take names without a dot out of what torchao is to read of a file.

    torchao 0.18 splits each name into that of a module and that of its weight, and fails over ``mask_emb`` of XLNet and
    ``final_logits_bias`` of BART. Such tensors are not packed, and transformers reads them by itself. The header keeps
    its length: blanks at its end are part of the format.

    Args:
        file: what torchao and transformers have saved.
    """
    with file.open("r+b") as stream:
        length = int.from_bytes(stream.read(_LENGTH), "little")
        header = json.loads(stream.read(length))
        said = header["__metadata__"]
        names: list[str] = json.loads(said[_NAMES])
        bare = [name for name in names if "." not in name]
        if not bare:
            return
        said[_NAMES] = json.dumps([name for name in names if "." in name])
        for name in bare:
            del said[name]
        stream.seek(_LENGTH)
        stream.write(json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode().ljust(length))
