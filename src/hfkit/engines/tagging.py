"""Tag words with an open token classification model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import finalize

from hfkit.errors import InputError

from .progress import shares
from .running import RowRunner
from .tagged_words import WordReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.backends.protocols import ScorerCard
    from hfkit.backends.taggers import Tagger
    from hfkit.text.arrays import FloatArray
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.statistics import Statistics

    from .tagged_words import ReadWords
    from .tokens import TextTokenizer

__all__ = ["TaggingSession"]

# The label of what is outside of all entities.
_OUTSIDE = "O"


class TaggingSession:
    """An open model with its tokenizer.

    Attributes:
        card: what the model says of itself.
        source: what its results will carry.
        window_limit: the most tokens of a window, special tokens included.
    """

    def __init__(
        self, tagger: Tagger, tokenizer: TextTokenizer, source: Source, runtime: Runtime, *, window_limit: int
    ) -> None:
        self._tagger = tagger
        self._reader = WordReader(tokenizer, window=window_limit)
        self._runner = RowRunner(tagger, source, runtime)
        self.card: ScorerCard = tagger.card
        self.source: Source = source
        self.window_limit: int = window_limit
        finalize(self, tagger.close)

    def tag(
        self,
        sentences: Sequence[Sequence[str]],
        *,
        budget: int,
        advance: Callable[[float], None],
        first_index: int = 0,
    ) -> tuple[list[tuple[str, ...]], Statistics]:
        """Give each word the label of its first token, as BERT was evaluated.

        The model reads the words with blanks between them; what is longer than it reads, in windows that overlap, and
        each word's label is that of the window which shows most around it. A word without any token, such as one of a
        control character, is outside of all entities.

        Args:
            sentences: the words of each text.
            budget: the most tokens of one forward pass.
            advance: is told how many texts were done, in parts of one.
            first_index: the position of the first text, for errors.

        Raises:
            InputError: a text cannot be read.

        Source: Devlin et al. 2019, arXiv:1810.04805, section 5.3.
        """
        read = self._reader.read(sentences, first_index=first_index)
        logits, statistics = self._runner.run(
            [row for one in read for row in one.rows],
            self._tagger.tag,
            budget=budget,
            advance=shares(advance, len(read)),
            per_token=True,
        )
        rest = iter(logits)
        tags = [
            self._tags(one, [next(rest) for _ in one.rows], first_index + place)
            for place, one in enumerate(read)
        ]
        return tags, replace(statistics, inputs=len(read))

    def _tags(self, words: ReadWords, logits: Sequence[FloatArray], index: int) -> tuple[str, ...]:
        names = self.card.labels.names
        return tuple(
            self._outside(number, index) if place is None else names[int(logits[place[0]][place[1]].argmax())]
            for number, place in enumerate(words.places)
        )

    def _outside(self, place: int, index: int) -> str:
        if _OUTSIDE not in self.card.labels.names:
            error = InputError(
                f"input {index}, word {place}, gives no token, and {self.source.model} has no label {_OUTSIDE!r}",
                hint="drop such words",
            )
            error.index = index
            raise error
        return _OUTSIDE
