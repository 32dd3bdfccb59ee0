"""What a model is made of once it is smaller: one small class for each scheme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hfkit.errors import SettingError

from .constraints import require_choice, require_texts
from .layout import counted

__all__ = [
    "BitsAndBytes",
    "Cast",
    "HalfType",
    "Int4",
    "Int8",
    "PackedBits",
    "Scheme",
    "StaticInt8",
    "Torchao",
    "TorchaoBits",
]

HalfType: TypeAlias = Literal["bfloat16", "float16"]
"""A number type of 16 bits: ``"bfloat16"`` has the range of float32 and 8 bits of precision, ``"float16"`` 11 bits of
precision and nothing above 65504."""

TorchaoBits: TypeAlias = Literal["int8", "int8_dynamic", "float8"]
"""What torchao stores: ``"int8"`` and ``"float8"`` are of the weights alone, which are multiplied in float32; with
``"int8_dynamic"`` what is multiplied with them is rounded to 8 bits too, with a scale for each token."""

PackedBits: TypeAlias = Literal["int8", "nf4", "fp4"]
"""What bitsandbytes stores: 8 bits, with what is multiplied rounded too; 4 bits that stand for values of a normal
distribution, which is what weights are nearly drawn from; or 4 bits with a sign, an exponent and a fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Int8:
    """Embeddings and matrices in 8 bits, for ONNX Runtime on the processor.

    What is multiplied with a matrix is rounded to 8 bits on the way, with a scale for each token, so that no text
    depends on the others of its batch. Norms, biases and a head's last matrix stay in float32. The result is a quarter
    of float32, and opens without torch. To make it takes ``pip install 'hfkit[export]'``.
    """


@dataclass(frozen=True, slots=True, repr=False)
class StaticInt8:
    """As :class:`Int8`, but what is multiplied is rounded in steps of a fixed size, measured on texts.

    For models that read: Classify, Answer, Tag and Embed. The steps are found once, so each forward pass does less; but
    one step has to do for all tokens, and what is larger than anything in the texts is cut off. Give some hundred texts
    like those that the model will meet, and see by the proof whether it is worth it.

    Attributes:
        texts: what the sizes are measured on, at least one.

    Raises:
        SettingError: they are no texts, or there are none.

    >>> StaticInt8(("a text", "another"))
    StaticInt8(2 texts)
    """

    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        require_texts("texts", self.texts)
        if not self.texts:
            raise SettingError("there are no texts, must be at least one", hint="give some hundred")

    def __repr__(self) -> str:
        return f"StaticInt8({counted(len(self.texts), 'text')})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Int4:
    """Matrices in 4 bits and embeddings in 8, for ONNX Runtime on the processor.

    32 weights share a step, and begin wherever they fit best: both are chosen for the least squared error. What they
    are multiplied with is rounded to 8 bits on the way, in blocks of as many. A matrix that gives logits has 8 bits,
    and so has one whose rows are no multiple of 32. Meant for models that write, where memory is short. The result
    opens without torch. To make it takes ``pip install 'hfkit[export]'``.
    """


@dataclass(frozen=True, slots=True)
class Cast:
    """All weights in a number type of 16 bits, as a folder of safetensors like any other.

    The result is half of float32 on the disk and in memory, and runs wherever torch does. ``Runtime(dtype="auto")``
    opens it in this number type, which is the one that it was proved in.

    Attributes:
        dtype: the number type.

    Raises:
        SettingError: it is another one.
    """

    dtype: HalfType = "bfloat16"

    def __post_init__(self) -> None:
        require_choice("dtype", self.dtype, get_args(HalfType))


@dataclass(frozen=True, slots=True)
class Torchao:
    """The linear layers in 8 bits by torchao, for torch.

    Each row of a matrix has a scale of its own. Embeddings, the head, norms and biases stay in the number type that
    they are stored in, so a model that is mostly embeddings shrinks little; in bfloat16 instead of float16, which
    products with ``"int8"`` and ``"int8_dynamic"`` would leave. It and the result take
    ``pip install 'hfkit[torchao]'``.

    Attributes:
        bits: what is stored.

    Raises:
        SettingError: it is another one.
    """

    bits: TorchaoBits = "int8"

    def __post_init__(self) -> None:
        require_choice("bits", self.bits, get_args(TorchaoBits))


@dataclass(frozen=True, slots=True)
class BitsAndBytes:
    """The linear layers in 8 or 4 bits by bitsandbytes, for torch.

    Of 4 bits, 64 weights share a scale, and the scales are stored in 8 bits themselves. Embeddings, the head, norms and
    biases stay in the number type that they are stored in. It and the result take
    ``pip install 'hfkit[bitsandbytes]'``.

    Attributes:
        bits: what is stored.

    Raises:
        SettingError: it is another one.

    Source: Dettmers et al., LLM.int8() (2022) and QLoRA (2023).
    """

    bits: PackedBits = "nf4"

    def __post_init__(self) -> None:
        require_choice("bits", self.bits, get_args(PackedBits))


Scheme: TypeAlias = Int8 | StaticInt8 | Int4 | Cast | Torchao | BitsAndBytes
"""A way to make a model smaller."""
