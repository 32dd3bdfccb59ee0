"""Texts that a model is to write, as the tokens that it is to write them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.backends.torch.tokenizer import open_transformers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import IntArray
    from hfkit.text.translation import TranslationPlan
    from hfkit.values.runtime import Runtime

__all__ = ["TargetTokenizer"]

_CHUNK = 1024


class TargetTokenizer:
    """Reads targets as transformers does for training: Marian cuts them otherwise than sources, NLLB marks them.

    Args:
        folder: the base.
        plan: the languages, as the base calls them.
        ends: the ids that end a text, for tokenizers that put none there.
        runtime: whose code may run.
    """

    def __init__(
        self, folder: ModelFolder, plan: TranslationPlan, *, ends: Sequence[int], runtime: Runtime
    ) -> None:
        self._ends = ends
        with quiet_transformers():
            self._tokenizer = cast("Any", open_transformers(folder, runtime))
            if plan.first is not None or plan.opening is not None:
                self._tokenizer.src_lang, self._tokenizer.tgt_lang = plan.source, plan.target
        self._around = len(self.ids([""])[0])

    def ids(self, texts: Sequence[str]) -> list[IntArray]:
        """Give the ids of each text with what stands around it and with its end, each of shape ``[tokens]``."""
        found: list[IntArray] = []
        with quiet_transformers():
            for start in range(0, len(texts), _CHUNK):
                given = self._tokenizer(text_target=list(texts[start : start + _CHUNK]))
                found += [self._ended(ids) for ids in cast("list[list[int]]", given["input_ids"])]
        return found

    def is_empty(self, ids: IntArray) -> bool:
        """Tell whether nothing is left of a text but what stands around it."""
        return len(ids) <= self._around

    def _ended(self, ids: list[int]) -> IntArray:
        ended = set(ids[-2:]) & set(self._ends)  # the first mBART puts the language behind the end
        return np.array(ids if ended or not self._ends else [*ids, self._ends[0]], dtype=np.int64)
