"""Train a model to make one text of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.torch.tasks import ENCODED_WRITING
from hfkit.engines.model_settings import ModelSettings
from hfkit.engines.open_tokenizing import open_tokenizing
from hfkit.engines.tokenizing import TokenizingPolicy
from hfkit.errors import SettingError
from hfkit.values.padding import NoPadding
from hfkit.values.truncation import NoTruncation, Truncate

from .batches import TargetText
from .class_weights import require_unweighed
from .examples import Example, Examples
from .faulty_rows import faulty_row, unreadable_row
from .losses import TokenLoss
from .source_words import plan_words, taught_words
from .target_texts import TargetTokenizer
from .tasks import Goal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hfkit.backends.torch.tasks import Task
    from hfkit.data.parallel import Parallel
    from hfkit.data.table import Table
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import IntArray
    from hfkit.values.runtime import Runtime
    from hfkit.values.truncation import Truncation
    from hfkit.values.tuning import TuneSettings

    from .batches import LabelShape
    from .losses import Loss
    from .tasks import Forward

__all__ = ["ParallelTask"]

# Sources that are tokenized at a time.
_CHUNK = 1024


class ParallelTask:
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`.

    A source is read with what Summarize or Translate will put around it, a target is written as it stands, without the
    blanks around it, and ended. Of what is longer than the window the beginning is kept; a target that was cut is not
    ended, so that no model learns to break off.

    Args:
        data: the texts and what is to be made of them.
        folder: the base.
        window: the most tokens of a source, and of a target.
        runtime: whose code may run.

    Raises:
        SettingError: the base is no encoder-decoder, or does not know the languages.
    """

    def __init__(self, data: Parallel, folder: ModelFolder, *, window: int, runtime: Runtime) -> None:
        self._data = data
        self._config = folder.config
        if not self._config.get("is_encoder_decoder"):
            raise SettingError(
                f"{folder.name} does not read one text and write another, as Parallel data want it",
                hint="use an encoder-decoder, such as a T5, BART or Marian",
            )
        self._tokenizer = open_tokenizing(folder, runtime)
        special = self._tokenizer.special_tokens()
        settings = ModelSettings.read(
            folder,
            begin=None if special.bos is None else special.bos.id,
            end=None if special.eos is None else special.eos.id,
        )
        self._plan = plan_words(
            folder, self._tokenizer.vocabulary, languages=data.languages, instruction=data.instruction
        )
        opening = settings.opening if self._plan.opening is None else self._plan.opening
        if opening is None:
            raise SettingError(
                f"{folder.name} does not say what its decoder begins with",
                hint="set decoder_start_token_id in its config.json",
            )
        self._opening = opening
        self._targets = TargetTokenizer(folder, self._plan, ends=settings.ends, runtime=runtime)
        before, behind = self._plan.around or ((), ())
        self._before, self._behind = np.array(before, dtype=np.int64), np.array(behind, dtype=np.int64)
        self._window = window
        # What stands around every source: one of more tokens than that is not empty.
        self._around = len(self._source_ids([""], NoTruncation())[0][0])
        if self._around >= window:
            raise SettingError(
                f"a window of {window} tokens leaves no room beside {self._around} around a source",
                hint="use more max_tokens, or a shorter instruction",
            )

    @property
    def head(self) -> Task:
        """Text to text generation."""
        return ENCODED_WRITING

    @property
    def goal(self) -> Goal:
        """The mean loss of a token of the targets."""
        return Goal("loss", higher=False)

    @property
    def labels(self) -> LabelShape:
        """The tokens of the target."""
        return TargetText(self._opening)

    @property
    def config(self) -> Mapping[str, object]:
        """The words that stand before sources, where Summarize and Translate look for them."""
        return taught_words(self._config, self._plan)

    def examples(self, table: Table, /) -> Examples:
        """Tokenize sources and targets of a split; what is longer than the window is cut.

        Raises:
            DataError: a row has no source or no target.
        """
        pairs = self._pairs(table)
        targets = self._targets.ids([target for _, target in pairs])
        examples, cut = [], 0
        sources = self._sources([source for source, _ in pairs])
        for number, ((source, _), (ids, whole), target) in enumerate(
            zip(pairs, sources, targets, strict=True)
        ):
            if len(ids) <= self._around and not self._tokenizer.ids_of(source):
                raise unreadable_row(number, f"its {self._data.source!r} gives no tokens")
            if self._targets.is_empty(target):
                raise unreadable_row(number, f"its {self._data.target!r} gives no tokens")
            kept = target[: self._window]
            cut += not whole or len(kept) < len(target)
            examples.append(Example(ids, None, {"labels": kept}, written=len(kept)))
        return Examples(examples, cut=cut)

    def loss(self, settings: TuneSettings, train: Table, /) -> Loss:  # noqa: ARG002  # as for the other tasks
        """Give the cross entropy of the tokens of targets.

        Raises:
            SettingError: labels are to be weighed, and there are none.
        """
        require_unweighed(settings, self._data)
        return TokenLoss(smoothing=settings.label_smoothing)

    def figures(
        self,
        table: Table,  # noqa: ARG002  # the targets are in the examples
        examples: Examples,
        forward: Forward,
        /,
    ) -> Mapping[str, float]:
        """Give the mean loss of a token, its end counted, in nats, and the perplexity that it makes."""
        sums = forward.loss_sums(examples, TokenLoss())
        loss = float(sums.sum()) / sum(example.written for example in examples.examples)
        return {"loss": loss, "perplexity": float(np.exp(loss))}

    def _pairs(self, table: Table) -> list[tuple[str, str]]:
        """Give the source and the target of each row, without blanks around: Summarize and Translate leave them out."""
        pairs = []
        for number, reading in enumerate(self._data.readings(table)):
            if not reading.inputs:
                raise faulty_row(number, reading.faults[0])
            source, target = cast("tuple[str, str]", reading.inputs)
            pairs.append((source.strip(), target.strip()))
        return pairs

    def _sources(self, texts: Sequence[str]) -> Iterator[tuple[IntArray, bool]]:
        """Give the ids of each source, and whether all of it is there."""
        truncation = Truncate(self._window - len(self._before) - len(self._behind), side="right")
        for start in range(0, len(texts), _CHUNK):
            yield from self._source_ids(texts[start : start + _CHUNK], truncation)

    def _source_ids(self, texts: Sequence[str], truncation: Truncation) -> list[tuple[IntArray, bool]]:
        policy = TokenizingPolicy(
            padding=NoPadding(),
            truncation=truncation,
            special_tokens=self._plan.around is None,
            template=None,
            generation_prompt=False,
        )
        found = self._tokenizer.tokens([self._plan.prefix + text for text in texts], policy, first_index=0)
        return [
            (
                np.concatenate((self._before, np.array(one.ids, dtype=np.int64), self._behind)),
                one.coverage.complete,
            )
            for one in found
        ]
