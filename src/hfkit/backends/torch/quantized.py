"""Models whose files hold packed weights: which library packed them, and what it takes to keep them right."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, get_args

import torch

from hfkit.errors import MissingDependencyError, SettingError
from hfkit.values.schemes import HalfType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hfkit.values.runtime import DType

__all__ = ["Packed", "leaf_tensors", "never_repack", "packed_as", "require_packed"]

# The class that torchao writes down for each of its ways, and what hfkit calls it.
_TORCHAO = {
    "Int8WeightOnlyConfig": "int8",
    "Int8DynamicActivationInt8WeightConfig": "int8_dynamic",
    "Float8WeightOnlyConfig": "float8",
}


@dataclass(frozen=True, slots=True)
class Packed:
    """How a model's weights are packed.

    Attributes:
        bits: what is stored, such as ``"nf4"``.
        library: what packed them and unpacks them.
        rest: the number type of all else.
    """

    bits: str
    library: str
    rest: DType = "float32"

    @property
    def version(self) -> tuple[str, str]:
        """The library, with its version here."""
        return self.library, version(self.library)

    @property
    def note(self) -> str:
        """What a careful reader of the model's answers should know."""
        return f"the weights of its linear layers are {self.bits}, packed by {self.library}"


def packed_as(config: Mapping[str, object]) -> Packed | None:
    """Say how a model is packed, by the content of its ``config.json``.

    Args:
        config: the content.

    Returns:
        How; None if it is not, or by a library that hfkit does not know.
    """
    said = config.get("quantization_config")
    if not isinstance(said, dict):
        return None
    stored = config.get("dtype", config.get("torch_dtype"))
    rest: DType = next((name for name in get_args(HalfType) if name == stored), "float32")
    if said.get("quant_method") == "torchao":
        kind = said.get("quant_type")
        default = kind.get("default") if isinstance(kind, dict) else None
        name = default.get("_type") if isinstance(default, dict) else kind
        return Packed(_TORCHAO.get(str(name), str(name)), "torchao", rest)
    if said.get("quant_method") == "bitsandbytes":
        four = said.get("load_in_4bit")
        return Packed(str(said.get("bnb_4bit_quant_type")) if four else "int8", "bitsandbytes", rest)
    return None


def require_packed(packed: Packed, name: str, dtype: DType) -> None:
    """See that packed weights can be opened as is asked.

    Args:
        packed: how they are packed.
        name: of the model.
        dtype: the number type that is asked for.

    Raises:
        MissingDependencyError: the library is not installed.
        SettingError: a number type is asked for.
    """
    if find_spec(packed.library) is None:
        raise MissingDependencyError(
            f"the weights of {name} are {packed.bits} by {packed.library}, which is not installed",
            hint=f"pip install 'hfkit[{packed.library}]'",
        )
    if dtype not in {"auto", packed.rest}:
        raise SettingError(
            f"dtype is {dtype!r} and the weights of {name} are {packed.bits}, must be 'auto' then",
            hint="leave dtype='auto', or give the model that it was made from",
        )


def never_repack(model: torch.nn.Module) -> None:
    """Keep a model's 4-bit weights as they are.

    On processors with AVX512-BF16, bitsandbytes 0.50 would lay them out anew in the first forward pass: rounded, of no
    use for gradients, and without a way back; what is saved of them then is wrong.
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False  # type: ignore[assignment]  # torch takes it for a module


def leaf_tensors(model: torch.nn.Module) -> Iterator[torch.Tensor]:
    """Give all tensors that hold numbers of a model, those inside of packed weights too."""
    for tensor in (*model.parameters(), *model.buffers()):
        if hasattr(tensor, "__tensor_flatten__"):  # torchao's, which are no more than what is inside
            yield from (getattr(tensor, name) for name in tensor.__tensor_flatten__()[0])
            continue
        yield tensor
        state = getattr(tensor, "quant_state", None)  # of bitsandbytes' 4 bits
        held = [getattr(tensor, name, None) for name in ("CB", "SCB")]  # and of its 8 bits
        for part in (state, getattr(state, "state2", None)):
            held += [] if part is None else vars(part).values()
        yield from (inner for inner in held if isinstance(inner, torch.Tensor))
