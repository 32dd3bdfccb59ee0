"""What a model learns of a chat: the assistant's turns, as it would write them itself.

A turn is learned behind the very text that the model has before it when it writes one: the chat up to there, with the
words that open the model's turn. Where that ends is seen by how a template writes the chat with the turn and without
it; few templates mark it otherwise. Most write a chat such that its beginning stays as it was when turns are added;
then one text holds all turns. Some leave earlier thoughts out of later texts: those turns have texts of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from .arrays import IntArray

__all__ = ["LearnedChat", "WrittenTurn", "join_turns", "learned_tokens"]


@dataclass(frozen=True, slots=True)
class WrittenTurn:
    """A turn of the assistant as a template writes it.

    Attributes:
        before: the chat up to the turn, with the words that open it.
        after: the chat with the turn.
    """

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LearnedChat:
    """A chat, or its beginning, as a model reads it.

    Attributes:
        text: what a template made of it.
        spans: the characters of each turn that is learned, first and past-the-last, in their order.
    """

    text: str
    spans: tuple[tuple[int, int], ...]


def join_turns(turns: Sequence[WrittenTurn]) -> tuple[LearnedChat, ...]:
    """Find the assistant's turns in as few texts as hold all of them.

    Args:
        turns: in the order of the chat.

    Raises:
        DataError: a turn does not begin with the words that open it, so that what is learned would not be what
            the model is asked for.

    >>> join_turns([WrittenTurn("u:a b:", "u:a b:c."), WrittenTurn("u:a b:c.u:d b:", "u:a b:c.u:d b:e.")])
    (LearnedChat(text='u:a b:c.u:d b:e.', spans=((6, 8), (14, 16))),)
    """
    joined: list[LearnedChat] = []
    for turn in turns:
        if not turn.after.startswith(turn.before):
            raise DataError(
                f"the chat template opens the assistant's turn with {_end(turn)!r}, and writes the turn otherwise",
                hint="begin the assistant's contents with what the template opens its turn with, or change the "
                "template in the base's folder",
            )
        earlier: tuple[tuple[int, int], ...] = ()
        if joined and turn.before.startswith(joined[-1].text):
            earlier = joined.pop().spans
        joined.append(LearnedChat(turn.after, (*earlier, (len(turn.before), len(turn.after)))))
    return tuple(joined)


def learned_tokens(
    chat: LearnedChat,
    ids: Sequence[int],
    offsets: Sequence[tuple[int, int]],
    *,
    is_special: Callable[[int], bool],
) -> tuple[npt.NDArray[np.bool_], frozenset[int]]:
    """Tell which tokens are learned: those of a turn, up to the one that ends it.

    A token across the border of a turn is the prompt's. Blanks that a template writes behind the special token that
    ends a turn are not learned: nobody will ever ask the model for them.

    Args:
        chat: the text and its spans.
        ids: of the tokens.
        offsets: for each token its first character and the one after its last, rising. Blanks that no token
            claims belong to the token behind them: some tokenizers leave them out of the offsets.
        is_special: tells whether an id is that of a special token.

    Returns:
        Which tokens are learned, shape ``[tokens]``, and the special ones that end turns.

    >>> chat = LearnedChat("b: yes. c: no.", ((3, 7),))
    >>> offsets = [(0, 2), (2, 6), (6, 7), (8, 10), (11, 13), (13, 14)]
    >>> learned, ends = learned_tokens(chat, range(6), offsets, is_special={2}.__contains__)
    >>> learned.tolist(), set(ends)
    ([False, False, True, False, False, False], {2})
    """
    firsts, stops = _extents(chat.text, offsets)
    learned = np.zeros(len(ids), dtype=np.bool_)
    ends = set()
    for begin, end in chat.spans:
        within = np.flatnonzero((begin <= firsts) & (stops <= end) & (firsts < stops)).tolist()
        last = next((place for place in reversed(within) if is_special(ids[place])), None)
        if last is not None and not chat.text[stops[last] : end].strip():
            ends.add(ids[last])
            within = [place for place in within if place <= last]
        learned[within] = True
    return learned, frozenset(ends)


def _extents(text: str, offsets: Sequence[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    """Give where tokens begin and end, blanks before them included."""
    firsts, stops, done = [], [], 0
    for start, stop in offsets:
        firsts.append(done if done < start and text[done:start].isspace() else start)
        stops.append(stop)
        done = max(done, stop)
    return np.array(firsts, dtype=np.int64), np.array(stops, dtype=np.int64)


def _end(turn: WrittenTurn) -> str:
    return turn.before[-20:]
