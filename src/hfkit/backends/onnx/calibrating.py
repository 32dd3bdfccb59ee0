"""Find out how large the numbers are that a model's matrices are multiplied with, on given rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper

from .eight_bits import multiplied_values
from .forward import input_arrays, input_kinds
from .open_session import OpenSession

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.backends.protocols import TokenBatch

__all__ = ["MeasuredRanges", "calibrate"]


@dataclass(frozen=True, slots=True)
class MeasuredRanges:
    """What was measured of the numbers that matrices are multiplied with.

    Attributes:
        ranges: by name the largest one, without its sign.
        texts: on how many texts.
    """

    ranges: Mapping[str, float]
    texts: int

    @property
    def note(self) -> str:
        """What a careful reader of the model's answers should know."""
        return f"what is multiplied is rounded in steps of a fixed size, measured on {self.texts} texts"


def calibrate(file: Path, batches: Sequence[TokenBatch], *, name: str) -> MeasuredRanges:
    """Run a model in float32 on rows, and note the largest numbers.

    Args:
        file: the export.
        batches: what to run it with, a text each.
        name: what the model is called in a message.

    Raises:
        BackendError: it fails; a subclass says how.
    """
    model = onnx.load(file)
    names = multiplied_values(model.graph)
    model.graph.output.extend(
        helper.make_tensor_value_info(value, TensorProto.FLOAT, None)
        for value in names
        if value not in {given.name for given in model.graph.output}
    )
    largest = np.zeros(len(names))
    with TemporaryDirectory(prefix="hfkit-calibrate-") as folder:
        told = Path(folder) / file.name
        onnx.save(model, told, save_as_external_data=True, location=f"{file.name}.data")
        opened = OpenSession(told, name=name, threads=1)
        session = opened.get()
        kinds = input_kinds(session)
        try:
            for batch in batches:
                with opened.computing(batch.ids, vocabulary=None):
                    found = session.run(names, input_arrays(kinds, batch))
                largest = np.maximum(largest, [np.abs(numbers).max() for numbers in found])
        finally:
            del session
            opened.close()
    return MeasuredRanges(dict(zip(names, map(float, largest), strict=True)), len(batches))
