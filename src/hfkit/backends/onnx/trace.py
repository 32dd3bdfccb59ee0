"""Trace a transformers model to ONNX with torch."""

from __future__ import annotations

import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from transformers import PreTrainedModel

    from hfkit.backends.protocols import TokenBatch

__all__ = ["trace", "write_onnx"]

# The oldest with a layer norm of its own, which more versions of ONNX Runtime read than read the newest.
_OPSET = 17


class _Positional(torch.nn.Module):
    """A model that takes its inputs by position and gives only the outputs that are wanted."""

    def __init__(self, model: PreTrainedModel, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        super().__init__()
        self._model = model
        self._inputs = inputs
        self._outputs = outputs

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        given = self._model(**dict(zip(self._inputs, tensors, strict=True)))
        return tuple(given[name] for name in self._outputs)


@contextmanager
def _without_graphs() -> Iterator[None]:
    """Keep torch (2.13) from printing the whole graph of a model that it cannot export.

    It means to ask whether that is wanted, and does not; there is no public way.
    """
    core, name = torch._C, "_jit_onnx_log"  # noqa: SLF001
    log = getattr(core, name, None)
    setattr(core, name, lambda *_: None)
    try:
        yield
    finally:
        setattr(core, name, log)


def trace(
    model: PreTrainedModel, batch: TokenBatch, target: Path, *, inputs: Sequence[str], outputs: Sequence[str]
) -> None:
    """Write a model as ONNX, for any number of rows and of tokens.

    torch's exporter by tracing is used, of which every model that was tried came out right, in a tenth of the
    time that the exporter of transformers takes, and without further packages. Whoever calls this compares the
    outcome with the model: a trace holds what one batch went through.

    Args:
        model: ready to run; its attention is left in its plainest implementation.
        batch: what to trace it with; rows of several lengths, so that the mask is in use.
        target: the file.
        inputs: which of ``input_ids``, ``attention_mask`` and ``token_type_ids`` the model takes.
        outputs: the names of the model's outputs that are wanted.
    """
    arrays = {"input_ids": batch.ids, "attention_mask": batch.mask, "token_type_ids": batch.types}
    with suppress(ValueError, AttributeError):  # some have one implementation only
        model.set_attn_implementation("eager")
    # In training mode the exporter would leave it so.
    wrapped = _Positional(model, inputs, outputs).eval()
    write_onnx(
        wrapped,
        {name: torch.from_numpy(arrays[name]) for name in inputs},
        target,
        outputs=outputs,
        axes={name: {0: "rows", 1: "tokens"} for name in inputs} | {name: {0: "rows"} for name in outputs},
    )


def write_onnx(
    module: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    target: Path,
    *,
    outputs: Sequence[str],
    axes: Mapping[str, Mapping[int, str]],
) -> None:
    """Trace a module that takes its inputs by position and gives its outputs as a tuple.

    Args:
        module: ready to run.
        inputs: what to trace it with, by the names they are to have.
        target: the file.
        outputs: the names of what it gives.
        axes: of inputs and outputs, which axes may be of any length, and what these are called.
    """
    with warnings.catch_warnings(), _without_graphs():
        warnings.simplefilter("ignore")  # of every branch on a shape; the comparison tells which matter
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(target),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
