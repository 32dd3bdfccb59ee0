"""Read texts with a model's own tokenizer to find out how large its numbers get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.onnx.calibrating import calibrate
from hfkit.backends.protocols import TokenBatch
from hfkit.backends.torch.backend import TorchBackend
from hfkit.engines.tokens import plain_tokenizer
from hfkit.text.templates import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.backends.onnx.calibrating import MeasuredRanges
    from hfkit.backends.onnx.export_folder import ExportFolder
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["calibrate_export"]

# Of a model without a limit of its own.
_LONGEST = 512


def calibrate_export(
    folder: ModelFolder, export: ExportFolder, runtime: Runtime, texts: Sequence[str]
) -> MeasuredRanges:
    """Measure the ranges of an export in float32 on texts, each read alone and as far as the model reads at once.

    Args:
        folder: the model.
        export: its export, hfkit's own.
        runtime: whose code is trusted.
        texts: at least one.

    Raises:
        TokenizerError: the tokenizer cannot be opened.
        BackendError: the model fails; a subclass says how.
    """
    tokenizer = plain_tokenizer(TorchBackend(), folder, runtime)
    card = export.card
    tokenizer.enable_truncation(min(_LONGEST, card.max_tokens or _LONGEST) if card else _LONGEST)
    tokenizer.no_padding()
    rows = [
        Row(np.array(encoding.ids, dtype=np.int64), np.array(encoding.type_ids, dtype=np.int64))
        for encoding in tokenizer.encode_batch(list(texts))
    ]
    batches = [TokenBatch.from_rows([row], pad_id=0) for row in rows if len(row.ids)]
    return calibrate(export.model, batches, name=folder.name)
