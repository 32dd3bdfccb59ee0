"""Tag words with an open token classification model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import finalize

from hfkit.errors import InputError
from hfkit.text.batching import cut_by_weight
from hfkit.text.entity_tags import entity_marks
from hfkit.values.inputs import Words

from .ahead import read_chunks
from .cut_texts import cut_text
from .inputs import name_of
from .progress import shares
from .running import RowRunner
from .tagged_words import WordReader
from .taggings import OUTSIDE, tagging_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.backends.protocols import ScorerCard
    from hfkit.backends.taggers import Tagger
    from hfkit.values.inputs import TagInput
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.statistics import Statistics
    from hfkit.values.tagging import Tagging

    from .cut_texts import CutText
    from .reading import Overflow
    from .tagged_words import ReadWords
    from .tokens import TextTokenizer

__all__ = ["TaggingSession"]

# Of all texts that are read at a time: some 4,000 windows.
_MOST_CHARACTERS = 4_000_000


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
        self._tokenizer = tokenizer
        self._runner = RowRunner(tagger, source, runtime)
        self._marks = entity_marks(tagger.card.labels.names)
        self.card: ScorerCard = tagger.card
        self.source: Source = source
        self.window_limit: int = window_limit
        finalize(self, tagger.close)

    def run(
        self,
        chunks: Iterable[Sequence[TagInput]],
        *,
        window: int,
        overflow: Overflow,
        budget: int,
        advance: Callable[[float], None],
        single: bool,
    ) -> Iterator[tuple[list[Tagging], Statistics]]:
        """Tag texts chunk by chunk: each word has the label of its first token, as BERT was evaluated.

        The model reads the words with blanks between them; what is longer than it reads, in windows that overlap by
        half, and each word's label is that of the window which shows most around it. A word that somebody cut and
        that gives no token, such as one of a control character, is outside of all entities.

        Args:
            chunks: inputs that were checked.
            window: the most tokens of a window.
            overflow: what to do with longer texts.
            budget: the most tokens of one forward pass.
            advance: is told how many texts were done, in parts of one.
            single: there is only one text, and errors need no position.

        Yields:
            A chunk's results. Before a text that cannot be read, those of the texts ahead of it.

        Source: Devlin et al. 2019, arXiv:1810.04805, section 5.3.
        """
        reader = WordReader(self._tokenizer, window=window, overflow=overflow)

        def read(
            chunk: Sequence[TagInput], index: int
        ) -> tuple[list[tuple[CutText, ReadWords]], InputError | None]:
            cut = [cut_text(item) for item in chunk]
            found, error = reader.read_checked(
                [one.words for one in cut], first_index=None if single else index
            )
            texts = list(zip(cut, found, strict=False))
            for place, (one, words) in enumerate(texts):
                refused = self._refused(one, words, None if single else index + place)
                if refused is not None:
                    return texts[:place], refused
            return texts, error

        beside = not single and self.card.device != "cpu"
        for count, (texts, error) in read_chunks(_cut(chunks), read, beside=beside):
            if texts:
                logits, statistics = self._runner.run(
                    [row for _, words in texts for row in words.rows],
                    self._tagger.tag,
                    budget=budget,
                    advance=shares(advance, count),
                    per_token=True,
                )
                rest = iter(logits)
                results = [
                    tagging_of(
                        one,
                        words,
                        [next(rest) for _ in words.rows],
                        labels=self.card.labels.names,
                        marks=self._marks,
                        source=self.source,
                    )
                    for one, words in texts
                ]
                yield results, replace(statistics, inputs=len(texts))
            if error is not None:
                raise error

    def _refused(self, one: CutText, words: ReadWords, index: int | None) -> InputError | None:
        """Give the error of a word that the model has no label for."""
        if not one.given or None not in words.places or OUTSIDE in self.card.labels.names:
            return None
        error = InputError(
            f"{name_of(index)}, word {words.places.index(None)}, gives no token, and {self.source.model} has no label "
            f"{OUTSIDE!r}",
            hint="drop such words",
        )
        error.index = index
        return error


def _cut(chunks: Iterable[Sequence[TagInput]]) -> Iterator[list[TagInput]]:
    """Bound the memory of a chunk: it is its windows that take it, not its texts."""
    for chunk in chunks:
        yield from cut_by_weight(chunk, _characters, most=_MOST_CHARACTERS)


def _characters(item: TagInput) -> int:
    return sum(map(len, item.words)) if isinstance(item, Words) else len(item)
