"""Tag words with an open token classification model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import finalize

from hfkit.errors import EmptyInputError, InputError
from hfkit.text.windows import windows
from hfkit.text.word_tokens import clearest_windows, tokens_of_words

from .inputs import check_document
from .progress import shares
from .reading import require_few_windows
from .running import RowRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.backends.protocols import ScorerCard
    from hfkit.backends.taggers import Tagger
    from hfkit.text.arrays import FloatArray
    from hfkit.text.templates import Row
    from hfkit.text.windows import Window
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.statistics import Statistics

    from .tokens import TextTokenizer, TokenizedText

__all__ = ["TaggingSession"]

# The label of what is outside of all entities.
_OUTSIDE = "O"


@dataclass(frozen=True, slots=True, eq=False)
class _Sentence:
    """Words as a model reads them.

    Attributes:
        firsts: the first token of each word; None for a word without any.
        spans: which tokens each row holds.
        rows: what the model reads, one row for each window.
    """

    firsts: tuple[int | None, ...]
    spans: tuple[Window, ...]
    rows: tuple[Row, ...]


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
        texts = [
            check_document(" ".join(words), max_characters=None, index=first_index + place)
            for place, words in enumerate(sentences)
        ]
        read = [
            self._read(words, encoded, first_index + place)
            for place, (words, encoded) in enumerate(
                zip(sentences, self._tokenizer.encode_with_offsets(texts), strict=True)
            )
        ]
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

    def _read(self, words: Sequence[str], encoded: TokenizedText, index: int) -> _Sentence:
        count, template = len(encoded.ids), self._tokenizer.single
        if not count:
            error = EmptyInputError(
                f"input {index} gives no tokens, must hold something to read",
                hint="the tokenizer drops control characters; drop such texts before the call",
            )
            error.index = index
            raise error
        room = self.window_limit - template.size
        spans = windows(count, size=room, overlap=room // 2)
        require_few_windows(f"input {index}", len(spans), hint="give the text in parts")
        return _Sentence(
            tokens_of_words(words, encoded.offsets),
            spans,
            tuple(template.assemble([encoded.ids[span.start : span.stop]]) for span in spans),
        )

    def _tags(self, sentence: _Sentence, logits: Sequence[FloatArray], index: int) -> tuple[str, ...]:
        names, start = self.card.labels.names, self._tokenizer.single.content_start(0, [])
        clearest = clearest_windows(sentence.spans)
        tags = []
        for place, token in enumerate(sentence.firsts):
            if token is None:
                tags.append(self._outside(place, index))
                continue
            window = int(clearest[token])
            row = logits[window][start + token - sentence.spans[window].start]
            tags.append(names[int(row.argmax())])
        return tuple(tags)

    def _outside(self, place: int, index: int) -> str:
        if _OUTSIDE not in self.card.labels.names:
            error = InputError(
                f"input {index}, word {place}, gives no token, and {self.source.model} has no label {_OUTSIDE!r}",
                hint="drop such words",
            )
            error.index = index
            raise error
        return _OUTSIDE
