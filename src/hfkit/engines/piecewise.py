"""Write to long documents passage by passage, to all passages of many documents together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from hfkit.text.passages import passages
from hfkit.values.passages import Passage

from .reading import require_few_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.values.statistics import Statistics

    from .wordings import Wording
    from .writing import Order, WritingSession

__all__ = ["Piecewise", "WrittenDocument"]

_MOST_PASSAGES = 8192


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A document, and what was written to its passages.

    Attributes:
        text: the document.
        passages: in their order.
        prompt_tokens: how many tokens were read.
        new_tokens: how many were written.
    """

    text: str
    passages: tuple[Passage, ...]
    prompt_tokens: int
    new_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piecewise:
    """How documents are written to.

    Attributes:
        session: the open model.
        wording: what stands around a passage.
        order: what is to be written.
        room: the most tokens of a passage, the wording left out.
        together: whether a passage may hold several sentences.
        budget: the most tokens to be remembered at a time; None for what the memory allows.
    """

    session: WritingSession
    wording: Wording
    order: Order
    room: int
    together: bool
    budget: int | None

    def spans(self, text: str, name: str) -> list[tuple[int, int]]:
        """Give the passages of a document, each as its first character and the one after its last.

        Raises:
            InputTooLongError: they are so many that nobody would wait for them.
        """
        around = len(self.wording.ids(""))

        def count(part: str) -> int:
            return max(0, len(self.wording.ids(part)) - around)

        found = passages(text, budget=self.room, count=count, together=self.together)
        spans = list(islice(found, _MOST_PASSAGES + 1))
        require_few_windows(name, len(spans), hint="split the document before the call")
        return spans

    def write(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        *,
        advance: Callable[[float], None],
    ) -> tuple[list[WrittenDocument], Statistics]:
        """Write to all passages of documents.

        Args:
            texts: the documents, at least one.
            spans: the passages of each, at least one.
            advance: is told which share of the documents was done.
        """
        prompts = [
            self.wording.prompt(text[start:end])
            for text, parts in zip(texts, spans, strict=True)
            for start, end in parts
        ]
        share = len(texts) / len(prompts)
        written, statistics = self.session.write(
            prompts, self.order, budget=self.budget, advance=lambda done: advance(done * share)
        )
        following = iter(written)
        documents = []
        for text, parts in zip(texts, spans, strict=True):
            own = list(islice(following, len(parts)))
            lines = [one.lines[0][0] for one in own]
            documents.append(
                WrittenDocument(
                    text,
                    tuple(
                        Passage(start, end, line.text.strip(), line.finish or "length")
                        for (start, end), line in zip(parts, lines, strict=True)
                    ),
                    prompt_tokens=sum(len(one.prompt.ids) for one in own),
                    new_tokens=sum(len(line.tokens) for line in lines),
                )
            )
        return documents, replace(statistics, inputs=len(texts))
