"""Train a model to fill gaps in texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.torch.tasks import MASKED_LANGUAGE
from hfkit.errors import SettingError
from hfkit.text.masking import mask_tokens
from hfkit.text.windows import windows

from .batches import IGNORED
from .examples import Example, Examples
from .language import LanguageTask, label_tokens

if TYPE_CHECKING:
    from hfkit.backends.torch.tasks import Task
    from hfkit.data.table import Table
    from hfkit.data.texts import Texts
    from hfkit.engines.tokens import TextTokenizer

__all__ = ["MaskedTextsTask", "Masks"]

# Gaps in evaluation are those of no epoch, and of no run: figures of two runs are of the same gaps.
_EVALUATED = 0


@dataclass(frozen=True, slots=True)
class Masks:
    """Draws the gaps of an example, others in each epoch.

    Attributes:
        mask_id: the id of the mask.
        vocabulary: how many ids there are.
        seed: of the run.
    """

    mask_id: int
    vocabulary: int
    seed: int

    def __call__(self, example: Example, /, *, position: int, epoch: int) -> Example:
        """See :class:`~hfkit.jobs.tuning.examples.Draw`."""
        own = example.labels["labels"] != IGNORED
        read, told = mask_tokens(
            example.ids,
            own,
            mask_id=self.mask_id,
            vocabulary=self.vocabulary,
            chance=np.random.default_rng([self.seed, epoch, position]),
        )
        return Example(read, example.types, label_tokens(example.ids, np.flatnonzero(told)))


class MaskedTextsTask(LanguageTask):
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`.

    A text that is longer than the window is read in several, so that every token comes once. Which tokens are hidden is
    drawn anew in every epoch, for each window by its own numbers: neighbors in a batch change nothing.

    Args:
        data: the texts.
        tokenizer: of the model.
        masks: draws the gaps.
        window: the most tokens that the model is to read at a time, special tokens included.
        reads_types: whether the model tells two texts apart by types.

    Raises:
        SettingError: a window has no room between special tokens.
    """

    def __init__(
        self, data: Texts, tokenizer: TextTokenizer, masks: Masks, *, window: int, reads_types: bool
    ) -> None:
        super().__init__(data, shifted=False)
        self._tokenizer = tokenizer
        self._masks = masks
        self._room = window - tokenizer.single.size
        self._reads_types = reads_types
        if self._room < 1:
            raise SettingError(
                f"max_tokens is {window}, must be more than the {tokenizer.single.size} special tokens of a text",
                hint="leave max_tokens=None for the model's own limit",
            )

    @property
    def head(self) -> Task:
        """A model that tells what is hidden."""
        return MASKED_LANGUAGE

    def examples(self, table: Table, /) -> Examples:
        """Cut texts into windows.

        Raises:
            DataError: a row has no text, or there are no tokens in them.
        """
        return Examples(self._windows(table), draw=self._masks)

    def evaluated(self, table: Table, /) -> Examples:
        """Cut texts into windows, with gaps that stay the same."""
        masks = Masks(self._masks.mask_id, self._masks.vocabulary, _EVALUATED)
        read = [
            masks(example, position=position, epoch=0)
            for position, example in enumerate(self._windows(table))
        ]
        return Examples(read)

    def _windows(self, table: Table) -> list[Example]:
        texts = [cast("str", reading.inputs[0]) for _, reading in self._readable(table)]
        examples = []
        for content in self._tokenizer.encode(texts):
            if not len(content):
                continue
            for window in windows(len(content), size=self._room, overlap=0):
                row = self._tokenizer.single.assemble([content[window.start : window.stop]])
                first = self._tokenizer.single.content_start(0, [len(window)])
                told = np.arange(first, first + len(window))
                types = row.types if self._reads_types else None
                examples.append(Example(row.ids, types, label_tokens(row.ids, told)))
        self._require_some(examples)
        return examples
