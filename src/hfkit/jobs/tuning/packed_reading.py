"""Whether a model keeps texts apart that lie in one row: found by trying, whatever its family is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.backends.torch.tasks import CAUSAL_WRITING
from hfkit.text.packing import pack

from .bases import open_base
from .batches import Collate
from .examples import Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["keeps_apart", "reads_packed"]

# Tokens of the texts that it is tried with: two rows, and padding behind one of them.
_LENGTHS = (23, 17, 9, 5, 3)
_ROW = 32

# Of the largest logit: what another order of sums may change in float32.
_TOLERANCE = 1e-4


@lru_cache(maxsize=16)
def reads_packed(folder: ModelFolder, runtime: Runtime) -> bool:
    """Open a model that goes on from texts, and tell whether it keeps texts apart that lie in one row.

    Raises:
        ModelError: it cannot be opened; a subclass says why.
    """
    return keeps_apart(open_base(folder, runtime, CAUSAL_WRITING, {}, seed=0).model)


def keeps_apart(model: PreTrainedModel) -> bool:
    """Tell whether the logits of texts that lie in one row are those of each text alone."""
    chance = np.random.default_rng(0)
    vocabulary = model.config.get_text_config().vocab_size
    texts = [chance.integers(vocabulary, size=length) for length in _LENGTHS]
    model.eval()  # type: ignore[no-untyped-call]
    try:
        with torch.inference_mode(), quiet_transformers():
            together = _together(model, texts)
            alone = [model(input_ids=torch.from_numpy(text)[None])["logits"][0] for text in texts]
    except Exception:  # noqa: BLE001  # a model that takes no positions says so in its own way
        return False
    return all(
        bool((one - other).abs().max() <= _TOLERANCE * other.abs().max().clamp(min=1))
        for one, other in zip(together, alone, strict=True)
    )


def _together(model: PreTrainedModel, texts: Sequence[np.ndarray]) -> list[torch.Tensor]:
    """Give the logits of each text, all read in one batch."""
    collate = Collate(pad_id=0, labels="tokens", packed=_ROW)
    batch = collate([Example(text, None, {"labels": text}) for text in texts])
    del batch["labels"]
    logits = model(**batch)["logits"]
    found = {}
    for number, row in enumerate(pack(np.array([len(text) for text in texts]), most=_ROW)):
        start = 0
        for place in row.tolist():
            found[place] = logits[number, start : start + len(texts[place])]
            start += len(texts[place])
    return [found[place] for place in range(len(texts))]
