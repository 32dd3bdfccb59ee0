"""Questions and the windows of their contexts, as rows for a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

import numpy as np

from hfkit.errors import (
    EmptyInputError,
    InputError,
    InputTooLongError,
    QuestionTooLongError,
    SettingError,
)
from hfkit.text.offsets import characters_read
from hfkit.text.spans import character_extents
from hfkit.text.windows import Window, windows
from hfkit.values.provenance import Coverage

from .reading import require_few_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import IntArray
    from hfkit.text.templates import Row
    from hfkit.values.inputs import Question

    from .reading import Reading
    from .tokens import TextTokenizer, TokenizedText

__all__ = ["AskedQuestion", "QuestionReader"]


@dataclass(frozen=True, slots=True, eq=False)
class AskedQuestion:
    """A question beside each window of its context.

    Attributes:
        context: the context's own string.
        extents: the characters of each of its tokens, shape ``[tokens, 2]``; empty where no answer
            may begin or end.
        spans: which of these tokens each row holds.
        rows: what the model reads, one row for each window.
        start: the position in every row of the window's first token.
        nulls: for each row the position of the token that stands for no answer.
        coverage: how much of the context the rows hold.
    """

    context: str
    extents: IntArray
    spans: tuple[Window, ...]
    rows: tuple[Row, ...]
    start: int
    nulls: tuple[int, ...]
    coverage: Coverage


class QuestionReader:
    """Reads questions, a context of many of them once."""

    def __init__(self, tokenizer: TextTokenizer, reading: Reading, longest: int) -> None:
        """Say how to read.

        Args:
            tokenizer: the model's tokenizer.
            reading: the size and overlap of windows, and what to do with contexts that are longer.
            longest: the most tokens of an answer; every one of them lies whole in some window.
        """
        self._tokenizer = tokenizer
        self._reading = reading
        self._longest = longest
        self._contexts: dict[str, tuple[TokenizedText, IntArray]] = {}

    def read(
        self, questions: Sequence[Question], *, first_index: int | None
    ) -> tuple[list[AskedQuestion], InputError | None]:
        """Tokenize in bulk, but for contexts that the last call had too, and cut contexts into windows.

        Args:
            questions: questions that were checked.
            first_index: the position of the first among all, for errors; None for a single question.

        Returns:
            The questions up to the first that cannot be read, and the error of that one.
        """
        texts = dict.fromkeys(question.context for question in questions)
        encoded = self._tokenizer.encode_with_offsets([text for text in texts if text not in self._contexts])
        fresh = {one.text: (one, character_extents(one.text, one.offsets)) for one in encoded}
        self._contexts = {text: fresh.get(text) or self._contexts[text] for text in texts}
        asked: list[AskedQuestion] = []
        ids = self._tokenizer.encode([question.text for question in questions])
        for position, (question, tokens) in enumerate(zip(questions, ids, strict=True)):
            index = None if first_index is None else first_index + position
            try:
                asked.append(self._read(tokens, *self._contexts[question.context], index=index))
            except InputError as error:
                error.index = index
                return asked, error
        return asked, None

    def _read(
        self, question: IntArray, context: TokenizedText, extents: IntArray, *, index: int | None
    ) -> AskedQuestion:
        name = "question" if index is None else f"question {index}"
        if not len(question):
            raise EmptyInputError(
                f"{name}, its text, gives no tokens, must hold something to read",
                hint="the tokenizer drops control characters; drop such questions before the call",
            )
        if not (extents[:, 1] > extents[:, 0]).any():
            raise EmptyInputError(
                f"{name}, its context {context.text[:20]!r}, gives no tokens, must hold something to read",
                hint="the tokenizer drops control characters; drop such contexts before the call",
            )
        template = self._tokenizer.pair
        spans, coverage = self._cut(name, context, extents, asked=len(question))
        total = len(context.text)
        parts = [[question, context.ids[span.start : span.stop]] for span in spans]
        lengths = [[len(question), len(span)] for span in spans]
        return AskedQuestion(
            context=context.text,
            extents=extents[: spans[-1].stop],
            spans=spans,
            rows=tuple(template.assemble(part) for part in parts),
            start=template.content_start(1, lengths[0]),
            nulls=tuple(self._null_position(length) for length in lengths),
            coverage=Coverage(total if coverage is None else coverage, total, len(spans)),
        )

    def _null_position(self, lengths: list[int]) -> int:
        """Find the classification token, which stands for no answer; a row without one uses its first token."""
        position = None
        if self._tokenizer.cls_id is not None:
            position = self._tokenizer.pair.special_position(self._tokenizer.cls_id, lengths)
        return position or 0

    def _cut(
        self, name: str, context: TokenizedText, extents: IntArray, *, asked: int
    ) -> tuple[tuple[Window, ...], int | None]:
        """Give the windows of a context beside a question, and how many characters they hold if not all."""
        room = self._reading.size - self._tokenizer.pair.size - asked
        count = len(context.ids)
        if count <= room:
            return windows(count, size=room, overlap=0), None
        self._require_room(name, asked)
        match self._reading.overflow:
            case "window":
                # Less overlap than an answer is long would leave answers that no window holds whole.
                overlap = max(min(self._reading.overlap, room // 2), self._longest - 1)
                spans = windows(count, size=room, overlap=min(overlap, room - 1))
                require_few_windows(
                    name, len(spans), hint="use a larger window, or give the context in parts"
                )
                return spans, None
            case "truncate":
                first = int(np.argmax(extents[:, 1] > extents[:, 0]))  # no answer stands in the blanks ahead
                stop = min(first + room, count)
                read = characters_read(context.offsets, stop, total=len(context.text))
                return (Window(first, stop),), read
            case "error":
                raise InputTooLongError(
                    f"{name}, its context, has {count} tokens, at most {room} fit beside it",
                    hint="use overflow='window' to read all of it, or overflow='truncate' to read its beginning",
                )
            case _ as unreachable:
                assert_never(unreachable)

    def _require_room(self, name: str, asked: int) -> None:
        """Refuse a question, or a window, beside which too little of a longer context fits."""
        size, special = self._reading.size, self._tokenizer.pair.size
        # In windows the longest answer has to fit; what is cut is cut anyway.
        least = self._longest if self._reading.overflow == "window" else 1
        if size - special <= least:
            raise SettingError(
                f"a window of {size} tokens leaves {max(size - special - 1, 0)} beside {special} special tokens "
                f"and the shortest question, must leave at least {least}",
                hint="use a larger window, or a smaller max_answer_tokens",
            )
        room = size - special - asked
        if room < least:
            raise QuestionTooLongError(
                f"{name} has {asked} tokens, which leaves {max(room, 0)} of a window of {size} for its context, "
                f"must leave at least {least}",
                hint="shorten the question, use a larger window, or a smaller max_answer_tokens",
            )
