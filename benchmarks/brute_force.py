"""Answers by plain loops over every span: nothing of hfkit is used, so that Answer can be held against it.

Windows are those of transformers' own ``return_overflowing_tokens``, each read alone and without padding.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import regex  # type: ignore[import-untyped]  # it ships no types
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["BruteForce", "Overlapping", "Search", "Span"]

Span: TypeAlias = tuple[int, int]
"""The first character in the context, and the one after the last."""

Overlapping: TypeAlias = Literal["merge", "keep"]


@dataclass(frozen=True, slots=True)
class Search:
    """Every span that may be the answer to one question.

    Attributes:
        logits: the raw logit of each span, the best of all windows that hold it.
        null: the lowest logit of no answer of all windows.
        windows: how many there were.
    """

    logits: dict[Span, float]
    null: float
    windows: int

    def best(self, count: int, *, overlapping: Overlapping) -> list[Span]:
        """Rank the spans: of equal ones the earlier first, then the shorter."""
        chosen: list[Span] = []
        for span in sorted(self.logits, key=lambda each: (-self.logits[each], each)):
            if overlapping == "keep" or not _touches(span, chosen):
                chosen.append(span)
            if len(chosen) == count:
                break
        return chosen

    def allows(
        self, spans: Sequence[Span], count: int, *, overlapping: Overlapping, tolerance: float
    ) -> bool:
        """Say whether a ranking is right but for spans that are as good as equal.

        Each span must come within the tolerance of the best that is left when its turn comes, and the
        list may end early only where none is left.
        """
        left = dict(self.logits)
        for span in spans:
            if left.get(span, -inf) < max(left.values(), default=inf) - tolerance:
                return False
            taken = [span]
            left = {
                other: logit
                for other, logit in left.items()
                if other != span and (overlapping == "keep" or not _touches(other, taken))
            }
        return len(spans) == count or (len(spans) < count and not left)


class BruteForce:
    """An open model and the rules of a search."""

    def __init__(self, folder: Path, *, window: int, overlap: int, longest: int) -> None:
        """Open a model in float32 on the processor.

        Args:
            folder: the model.
            window: tokens of a window, the question and special tokens included.
            overlap: tokens that neighboring windows share.
            longest: the most tokens of an answer.
        """
        disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self._model: Any = AutoModelForQuestionAnswering.from_pretrained(folder, dtype=torch.float32).eval()
        self._inputs = set(inspect.signature(self._model.forward).parameters)
        self._window, self._overlap, self._longest = window, overlap, longest

    def search(self, question: str, context: str) -> Search:
        """Score every span of a context.

        Raises:
            ValueError: the windows would have another overlap in hfkit, which takes at most half of what
                the question leaves, and at least what keeps every answer whole in some window.
        """
        asked = len(self._tokenizer(question, add_special_tokens=False)["input_ids"])
        room = self._window - self._tokenizer.num_special_tokens_to_add(pair=True) - asked
        if not self._longest - 1 <= self._overlap <= room // 2:
            raise ValueError(
                f"overlap is {self._overlap}, must be from {self._longest - 1} to {room // 2}: a question of "
                f"{asked} tokens leaves {room}"
            )
        encoded = self._tokenizer(
            question,
            context,
            truncation="only_second",
            max_length=self._window,
            stride=self._overlap,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        logits: dict[Span, float] = {}
        nulls = []
        clusters = [
            match.span() for match in regex.finditer(r"\s|\X", context) for _ in range(len(match.group()))
        ]
        for number, ids in enumerate(encoded["input_ids"]):
            row = {name: torch.tensor([encoded[name][number]]) for name in self._inputs.intersection(encoded)}
            with torch.inference_mode():
                output = self._model(**row)
            starts, ends = output.start_logits[0].tolist(), output.end_logits[0].tolist()
            null = ids.index(self._tokenizer.cls_token_id) if self._tokenizer.cls_token_id in ids else 0
            nulls.append(starts[null] + ends[null])
            edges = [
                _whole(clusters, *_trim(context, *offset)) if sequence == 1 else (0, 0)
                for offset, sequence in zip(
                    encoded["offset_mapping"][number], encoded.sequence_ids(number), strict=True
                )
            ]
            self._score(edges, starts, ends, logits)
        return Search(logits, min(nulls), len(nulls))

    def _score(
        self, edges: Sequence[Span], starts: Sequence[float], ends: Sequence[float], logits: dict[Span, float]
    ) -> None:
        """Add the spans of one window; of those that are there already the better logit stays."""
        for first, (start, stop) in enumerate(edges):
            if start == stop:
                continue
            for last in range(first, min(first + self._longest, len(edges))):
                if edges[last][0] == edges[last][1]:
                    continue
                span = start, edges[last][1]
                logits[span] = max(logits.get(span, -inf), starts[first] + ends[last])


def _trim(context: str, start: int, end: int) -> Span:
    """Leave out the blanks at both ends of a token; one of nothing else comes out empty."""
    while start < end and context[start].isspace():
        start += 1
    while start < end and context[end - 1].isspace():
        end -= 1
    return start, end


def _whole(clusters: Sequence[Span], start: int, end: int) -> Span:
    """Take in the rest of what a reader takes for one character, where a token begins or ends inside of it."""
    return (clusters[start][0], clusters[end - 1][1]) if start < end else (start, end)


def _touches(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
