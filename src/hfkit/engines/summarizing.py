"""Summarize: passages to summaries, and summaries to one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hfkit.values.provenance import Coverage
from hfkit.values.summaries import Summary

from .inputs import name_of
from .piecewise import Piecewise
from .wordings import Wording, require_room, words_for_summaries
from .writing import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.values.decoding import Decoding
    from hfkit.values.statistics import Statistics

    from .piecewise import WrittenDocument
    from .writing import WritingSession

__all__ = ["SummaryOrder", "summarize"]

# Of four that were tried on the starter the one that it copies from least and makes up least to.
_INSTRUCTION = "Summarize this text in one or two sentences:"
# What is left of the bar for the rounds after the first, of which nobody knows yet how many there are.
_LATER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryOrder:
    """How documents are summarized.

    Attributes:
        decoding: how tokens are chosen.
        max_new_tokens: the most tokens of a summary.
        min_new_tokens: the model may not end a summary before so many.
        instruction: what stands before a passage; None for the model's own words, or hfkit's in a chat.
        template: a chat template, or the name of one of the model's; None for its default.
        window: the most tokens of a passage; None for what the model has room for.
        merge: whether the summaries of passages are summarized in turn, until there is one.
    """

    decoding: Decoding
    max_new_tokens: int
    min_new_tokens: int
    instruction: str | None
    template: str | None
    window: int | None
    merge: bool


def summarize(
    chunks: Iterable[Sequence[str]],
    session: WritingSession,
    order: SummaryOrder,
    *,
    budget: int | None,
    advance: Callable[[float], None],
    single: bool,
) -> Iterator[tuple[list[Summary], Statistics]]:
    """Summarize documents chunk by chunk.

    Args:
        chunks: documents that were checked.
        session: the open model.
        order: how.
        budget: the most tokens to be remembered at a time; None for what the memory allows.
        advance: is told how many documents were done.
        single: there is only one document, and errors need no position.

    Yields:
        The summaries of a chunk, and what they cost.

    Raises:
        SettingError: there is no room beside the instruction, or ``window`` is more than the model has room for.
        InputTooLongError: a document has too many passages.
    """
    writing = _plan(session, order, budget)
    index = 0
    for chunk in chunks:
        spans = [
            writing.spans(text, name_of(None if single else index + place))
            for place, text in enumerate(chunk)
        ]
        index += len(chunk)
        yield _summarize(chunk, spans, writing, merge=order.merge, advance=advance)


def _plan(session: WritingSession, order: SummaryOrder, budget: int | None) -> Piecewise:
    prefix = words_for_summaries(session.folder) if order.instruction is None else order.instruction
    chat = not session.card.encodes
    wording = Wording(
        tokenizer=session.tokenizer,
        prefix=f"{prefix or _INSTRUCTION}\n\n" if chat else prefix,
        chat=chat,
        template=order.template,
    )
    room = require_room(session, wording, max_new_tokens=order.max_new_tokens, window=order.window)
    return Piecewise(
        session=session,
        wording=wording,
        order=Order(
            decoding=order.decoding,
            max_new_tokens=order.max_new_tokens,
            min_new_tokens=order.min_new_tokens,
        ),
        room=order.window or room,
        together=True,
        budget=budget,
    )


def _summarize(
    texts: Sequence[str],
    spans: Sequence[Sequence[tuple[int, int]]],
    writing: Piecewise,
    *,
    merge: bool,
    advance: Callable[[float], None],
) -> tuple[list[Summary], Statistics]:
    later = _LATER if merge and any(len(parts) > 1 for parts in spans) else 0.0
    first, statistics = writing.write(texts, spans, advance=lambda done: advance(done * (1 - later)))
    rounds: list[list[WrittenDocument]] = [[document] for document in first]
    waiting = [place for place, parts in enumerate(spans) if len(parts) > 1] if merge else []
    while waiting:
        joined = {place: _joined(rounds[place][-1]) for place in waiting}
        parts = {place: writing.spans(text, name_of(place)) for place, text in joined.items()}
        # Summaries that are no shorter than what they are of would go on for ever.
        waiting = [place for place in waiting if 0 < len(parts[place]) < len(rounds[place][-1].passages)]
        if not waiting:
            break
        merged, cost = writing.write(
            [joined[place] for place in waiting],
            [parts[place] for place in waiting],
            advance=lambda _: None,
        )
        statistics += replace(cost, inputs=0)
        for place, document in zip(waiting, merged, strict=True):
            rounds[place].append(document)
        waiting = [place for place in waiting if len(parts[place]) > 1]
    if later:
        advance(later * len(texts))
    return [_result(done, writing.session) for done in rounds], statistics


def _joined(document: WrittenDocument) -> str:
    return "\n\n".join(passage.text for passage in document.passages if passage.text)


def _result(rounds: Sequence[WrittenDocument], session: WritingSession) -> Summary:
    first, last = rounds[0], rounds[-1]
    cut = any(passage.finish_reason == "length" for passage in last.passages)
    return Summary(
        text=_joined(last),
        finish_reason="length" if cut else last.passages[-1].finish_reason,
        passages=first.passages,
        rounds=len(rounds),
        coverage=Coverage(len(first.text), len(first.text), len(first.passages)),
        prompt_tokens=sum(done.prompt_tokens for done in rounds),
        new_tokens=sum(done.new_tokens for done in rounds),
        source=session.source,
    )
