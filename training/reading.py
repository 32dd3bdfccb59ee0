"""Questions and contexts as windows of tokens, and a reader's answers from its logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizers import Tokenizer

from hfkit.text.spans import best_spans, character_extents, span_band
from hfkit.text.squad import SquadExample, answer_tokens, label_window
from hfkit.text.windows import Window, windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from transformers import BertForQuestionAnswering

    from scoring import Floats
    from tuning import Row

MAX_TOKENS = 384
OVERLAP = 128

_ANSWER_TOKENS = 30
_CLS_PLACE = 0  # BERT's sequences begin with it


@dataclass(frozen=True, slots=True)
class View:
    """One window of a context behind its question, ready for a BERT-like reader.

    Attributes:
        ids: the whole sequence.
        before: how many of them stand before the context's.
        window: the context's tokens that it shows.
        offsets: of all the context's tokens.
    """

    ids: list[int]
    before: int
    window: Window
    offsets: list[tuple[int, int]]

    @property
    def types(self) -> list[int]:
        """0 for the question, 1 for the context."""
        return [0] * self.before + [1] * (len(self.ids) - self.before)


def open_tokenizer(base: Path) -> Tokenizer:
    """Open the base's tokenizer, its own cutting and padding off."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def views(tokenizer: Tokenizer, question: str, context: str) -> list[View]:
    """Lay a context out in windows of at most 384 tokens, the question with them."""
    head = tokenizer.encode(question).ids
    read = tokenizer.encode(context, add_special_tokens=False)
    size = MAX_TOKENS - len(head) - 1
    return [
        View(head + read.ids[window.start : window.stop] + head[-1:], len(head), window, read.offsets)
        for window in windows(len(read.ids), size=size, overlap=OVERLAP)
    ]


def rows(tokenizer: Tokenizer, examples: Iterable[SquadExample]) -> list[Row]:
    """Turn examples into rows to learn from, one for each window."""
    learned: list[Row] = []
    for example in examples:
        for view in views(tokenizer, example.question, example.context):
            answers = answer_tokens(example, view.offsets)
            label = label_window(answers, view.window, before=view.before, null=_CLS_PLACE)
            learned.append(
                {
                    "input_ids": view.ids,
                    "token_type_ids": view.types,
                    "start_positions": label.start,
                    "end_positions": label.end,
                }
            )
    return learned


def read(
    model: BertForQuestionAnswering, tokenizer: Tokenizer, examples: Sequence[SquadExample]
) -> list[str]:
    """Answer questions: the span of the highest start and end logit over all windows."""
    model.eval()  # type: ignore[no-untyped-call]
    return [_answer(model, views(tokenizer, each.question, each.context), each.context) for each in examples]


def span_logits(model: BertForQuestionAnswering, view: View) -> tuple[Floats, Floats]:
    """Compute the logits of a window's own tokens: of being an answer's first, and its last."""
    with torch.inference_mode():
        logits = model(
            input_ids=torch.tensor([view.ids]),
            attention_mask=torch.ones(1, len(view.ids), dtype=torch.long),
            token_type_ids=torch.tensor([view.types]),
        )
    shown = slice(view.before, view.before + len(view.window))
    return logits.start_logits[0, shown].numpy(), logits.end_logits[0, shown].numpy()


def _answer(model: BertForQuestionAnswering, windowed: Sequence[View], context: str) -> str:
    """Read one context whole."""
    extents = character_extents(context, windowed[0].offsets)
    logits = [np.stack(span_logits(model, view), axis=1) for view in windowed]
    shown = [view.window for view in windowed]
    band = span_band(shown, logits, extents=extents, longest=_ANSWER_TOKENS)
    best = next(best_spans(band, extents, overlapping="merge"))
    return context[extents[best.first, 0] : extents[best.last, 1]]
