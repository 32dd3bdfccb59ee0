"""Train a model to go on from texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.torch.tasks import CAUSAL_WRITING
from hfkit.engines.tokenizing import TokenizingPolicy
from hfkit.errors import SettingError
from hfkit.text.strides import foreseen_windows
from hfkit.values.padding import NoPadding
from hfkit.values.truncation import NoTruncation

from .examples import Example, Examples
from .language import LanguageTask, label_tokens

if TYPE_CHECKING:
    from hfkit.backends.torch.tasks import Task
    from hfkit.data.table import Table
    from hfkit.data.texts import Texts
    from hfkit.engines.tokenizing import TokenizingSession
    from hfkit.text.arrays import IntArray

__all__ = ["ForeseenTextsTask"]

_PLAIN = TokenizingPolicy(
    NoPadding(), NoTruncation(), special_tokens=True, template=None, generation_prompt=False
)

_LEAST_WINDOW = 2


class ForeseenTextsTask(LanguageTask):
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`.

    A text is read as the tokenizer reads it, and learned to its end, with the token that ends texts. Every token is
    foreseen once but a text's first, which nothing stands before. A text that is longer than the window goes on in the
    next one, which begins with the last token of the one before. In evaluation windows overlap by half, and
    nothing is put behind a text: the figures are those of Evaluate.

    Args:
        data: the texts.
        tokenizer: of the model.
        window: the most tokens that it is to read at a time.
        packs: whether it keeps texts apart that lie in one row.

    Raises:
        SettingError: a window holds a single token, which nothing stands before.
    """

    def __init__(self, data: Texts, tokenizer: TokenizingSession, *, window: int, packs: bool) -> None:
        super().__init__(data, shifted=True)
        if window < _LEAST_WINDOW:
            raise SettingError(
                f"max_tokens is {window}, must be at least {_LEAST_WINDOW} for Texts",
                hint="each token is foreseen from those before it",
            )
        self._tokenizer = tokenizer
        self._window = window
        self._packs = packs

    @property
    def head(self) -> Task:
        """A model that writes."""
        return CAUSAL_WRITING

    def examples(self, table: Table, /) -> Examples:
        """Cut texts into windows, in which each token is learned once.

        Raises:
            DataError: a row has no text, or no text has a token to be foreseen.
        """
        end = self._tokenizer.special_tokens().eos
        ids = self._ids(table)
        if end is not None:
            ids = [own if own[-1:] == end.id else np.append(own, end.id) for own in ids]
        return Examples(self._windows(ids, stride=self._window - 1), packs=self._packs)

    def evaluated(self, table: Table, /) -> Examples:
        """Cut texts into windows that overlap, as Evaluate does: each token is foreseen from half a window at least."""
        return Examples(self._windows(self._ids(table), stride=max(1, self._window // 2)))

    def _ids(self, table: Table) -> list[IntArray]:
        texts = [cast("str", reading.inputs[0]) for _, reading in self._readable(table)]
        return self._tokenizer.each_ids(texts, _PLAIN)

    def _windows(self, ids: list[IntArray], *, stride: int) -> list[Example]:
        examples = [
            Example(
                own[seen.start : seen.stop],
                None,
                label_tokens(own[seen.start : seen.stop], np.arange(seen.first, seen.stop) - seen.start),
            )
            for own in ids
            for seen in foreseen_windows(len(own), window=self._window, stride=stride)
        ]
        self._require_some(examples)
        return examples
