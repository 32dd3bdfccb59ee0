"""An answering session over a scorer that gives what the test asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

import hfkit
from hfkit.backends.protocols import ModelCard
from hfkit.engines.answering import AnsweringSession, Search
from hfkit.engines.contexts import QuestionReader
from hfkit.engines.progress import ignore_progress
from hfkit.engines.reading import Reading
from hfkit.engines.tokens import TextTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray

CARD = ModelCard(max_tokens=100, pad_id=0, device="cpu", dtype="float32", versions=())
SOURCE = hfkit.Source("m", "r", "t", "b", "cpu", "float32", ())


class Scripted:
    """Gives what a function makes of a batch."""

    card = CARD

    def __init__(self, logits: Callable[[TokenBatch], FloatArray]) -> None:
        self._logits = logits

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        return self._logits(batch)

    def close(self) -> None:
        """Hold nothing."""


def tokenizer(*, pair: str = "[CLS] $A [SEP] $B:1 [SEP]:1", cls_token: str = "[CLS]") -> TextTokenizer:  # noqa: S107
    """A tokenizer that gives each number an id of its own."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *map(str, range(100))]
    plain = Tokenizer(models.WordLevel({word: id_ for id_, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    plain.post_processor = processors.TemplateProcessing(
        single="[CLS] $A", pair=pair, special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return TextTokenizer(plain, name="the test's", cls_token=cls_token)


def answer(
    logits: Callable[[TokenBatch], FloatArray], *questions: hfkit.Question, window: int
) -> list[hfkit.Answers]:
    """Answer over windows of so many tokens."""
    session = AnsweringSession(Scripted(logits), tokenizer(), SOURCE, hfkit.Runtime(), window_limit=100)
    search = Search(top_k=1, longest=2, overlapping="merge", whole_words=False, null_threshold=0.0)
    chunks = session.run(
        [questions], Reading(window, 1, "window"), search, budget=512, advance=ignore_progress, single=False
    )
    return [found for answers, _ in chunks for found in answers]


def test_the_null_score_is_that_of_the_window_that_most_expects_an_answer() -> None:
    def logits(batch: TokenBatch) -> FloatArray:
        found = np.zeros((*batch.ids.shape, 2), dtype=np.float32)
        found[:, 0, 0] = batch.ids[:, 3]  # the first token of the window, which differs
        found[batch.ids == 4 + 9] = 1.0  # the number 9
        return found

    (found,) = answer(logits, hfkit.Question("50", "5 6 7 8 9"), window=6)
    assert found.coverage.windows == 4
    assert found.spans[0].text == "9"
    assert found.null_score == (4 + 5) - 2.0
    assert not found.answered


def test_what_a_model_gives_for_padding_is_nobodys_business() -> None:
    def logits(batch: TokenBatch) -> FloatArray:
        found = np.where(batch.mask == 1, batch.ids, np.nan).astype(np.float32)
        return np.stack([found, found], axis=-1)

    short, long = answer(logits, hfkit.Question("50", "9"), hfkit.Question("50", "7 8 9 2"), window=20)
    assert (short.text, long.text) == ("9", "9")
    assert short.null_score == long.null_score == 2 * 2 - 2 * (4 + 9)


@pytest.mark.parametrize(
    ("pair", "cls_token", "null"),
    [
        ("[CLS] $A [SEP] $B [SEP]", "[CLS]", 0),
        ("$A [SEP] $B [SEP] [CLS]", "[CLS]", 6),  # XLNet's
        ("$A [SEP] $B [SEP]", "[CLS]", 0),  # none in the row: its first token
    ],
    ids=["first", "last", "none"],
)
def test_no_answer_stands_where_the_classification_token_does(pair: str, cls_token: str, null: int) -> None:
    reader = QuestionReader(tokenizer(pair=pair, cls_token=cls_token), Reading(20, 0, "window"), 2)
    (asked,), _ = reader.read([hfkit.Question("50 51", "7 8")], first_index=None)
    assert asked.nulls == (null,)
