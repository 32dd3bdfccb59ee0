"""Large matrices in 4 bits, by bitsandbytes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

import torch
from safetensors import safe_open
from transformers import BitsAndBytesConfig

from hfkit.errors import MissingDependencyError
from hfkit.values.methods import QLora

from .targets import new_head

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.values.methods import FourBits, Method

__all__ = ["Packing", "count_numbers", "held_bytes", "packing_of"]


class _DrawsModels(Protocol):
    """One of transformers' Auto classes."""

    def from_config(self, config: PretrainedConfig, /, *, trust_remote_code: bool) -> PreTrainedModel: ...


@dataclass(frozen=True, slots=True)
class Packing:
    """How the large matrices of a base are held in 4 bits.

    Attributes:
        numbers: what 4 bits stand for.
        device: where they are.
    """

    numbers: FourBits
    device: torch.device

    def arguments(
        self, kind: _DrawsModels, config: PretrainedConfig, folder: Path, *, trusted: bool
    ) -> Mapping[str, object]:
        """Give the arguments of ``from_pretrained`` that pack a base; its head and what it lacks stay in float32.

        Args:
            kind: transformers' class that opens it.
            config: of the model.
            folder: where its weights lie.
            trusted: whether code that lies beside them may run.

        Raises:
            MissingDependencyError: bitsandbytes is not installed.
        """
        if find_spec("bitsandbytes") is None:
            raise MissingDependencyError(
                "4 bits are bitsandbytes', and bitsandbytes is not installed",
                hint="pip install 'hfkit[qlora]'",
            )
        with torch.device("meta"):
            empty = kind.from_config(deepcopy(config), trust_remote_code=trusted)
        packing = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type=self.numbers,
            bnb_4bit_use_double_quant=True,
            # What is narrower in training is so by autocast, as with the other methods; evaluation is in float32.
            bnb_4bit_compute_dtype=torch.float32,
            llm_int8_skip_modules=_kept_whole(empty, folder),
        )
        return {"quantization_config": packing, "device_map": {"": self.device}}


def packing_of(method: Method, device: torch.device) -> Packing | None:
    """Say how a method wants the base to be held; None for as it is."""
    return Packing(method.numbers, device) if isinstance(method, QLora) else None


def _kept_whole(empty: PreTrainedModel, folder: Path) -> list[str]:
    """Name the modules that stay as they are: the head, the output embeddings, and those that the files lack."""
    stored: set[str] = set()
    for file in folder.glob("model*.safetensors"):
        with safe_open(file, framework="numpy") as weights:
            stored.update(weights.keys())
    prefix = f"{empty.base_model_prefix}."
    lacking = {
        name.rpartition(".")[0]
        for name, _ in empty.named_parameters()
        if not {name, name.removeprefix(prefix)} & stored
    }
    output = empty.get_output_embeddings()  # type: ignore[no-untyped-call]
    named = {name for name, module in empty.named_modules() if module is output and output is not None}
    return sorted(lacking | named | set(new_head(empty)))


def count_numbers(parameter: torch.nn.Parameter) -> int:
    """Say how many numbers a weight has, also where two are packed into a byte."""
    packed = getattr(parameter, "quant_state", None)
    return parameter.numel() if packed is None else int(torch.Size(packed.shape).numel())


def held_bytes(parameter: torch.nn.Parameter) -> int:
    """Say how much memory a weight takes, with the scales of one that is packed."""
    packed = getattr(parameter, "quant_state", None)
    scales = () if packed is None else packed.as_dict().values()
    tensors = [parameter, *(scale for scale in scales if isinstance(scale, torch.Tensor))]
    return sum(tensor.untyped_storage().nbytes() for tensor in tensors)
