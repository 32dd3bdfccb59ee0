"""The first label of a fresh process: what cold_start.py starts, a program that does nothing else.

    python benchmarks/first_label.py pipeline|torch|onnx DTYPE FOLDER TEXT

It imports only what its way needs, prints the label, and waits until its input is closed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from hfkit.values.runtime import DType


def _label(way: str, dtype: DType, folder: str, text: str) -> str:
    if way == "pipeline":
        from transformers import pipeline

        answers = cast(
            "list[dict[str, object]]", pipeline("text-classification", model=folder, device="cpu")(text)
        )
        return str(answers[0]["label"])
    import hfkit

    runtime = hfkit.Runtime(backend=way, dtype=dtype, device="cpu", progress="never")
    return hfkit.Classify(folder, runtime=runtime)(text).label


if __name__ == "__main__":
    sys.stdout.write(f"{_label(sys.argv[1], cast('DType', sys.argv[2]), sys.argv[3], sys.argv[4])}\n")
    sys.stdout.flush()
    sys.stdin.read()  # whoever started this looks at its memory meanwhile
