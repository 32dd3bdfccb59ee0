"""What a model is made of once it is smaller: one small class for each scheme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from .constraints import require_choice

__all__ = ["Cast", "HalfType", "Int8", "Scheme"]

HalfType: TypeAlias = Literal["bfloat16", "float16"]
"""A number type of 16 bits: ``"bfloat16"`` has the range of float32 and 8 bits of precision, ``"float16"`` 11 bits of
precision and nothing above 65504."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Int8:
    """Embeddings and matrices in 8 bits, for ONNX Runtime on the processor.

    What is multiplied with a matrix is rounded to 8 bits on the way, with a scale for each token, so that no text
    depends on the others of its batch. Norms, biases and a head's last matrix stay in float32. The result is a quarter
    of float32, and opens without torch. To make it takes ``pip install 'hfkit[export]'``.
    """


@dataclass(frozen=True, slots=True)
class Cast:
    """All weights in a number type of 16 bits, as a folder of safetensors like any other.

    The result is half of float32 on the disk, and runs wherever torch does. In memory it is half as well where it is
    opened with ``Runtime(dtype=...)`` of the same type; ``dtype="auto"`` computes in float32, with the rounded weights.

    Attributes:
        dtype: the number type.

    Raises:
        SettingError: it is another one.
    """

    dtype: HalfType = "bfloat16"

    def __post_init__(self) -> None:
        require_choice("dtype", self.dtype, get_args(HalfType))


Scheme: TypeAlias = Int8 | Cast
"""A way to make a model smaller."""
