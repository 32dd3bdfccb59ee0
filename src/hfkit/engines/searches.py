"""From logits to continuations: one line that goes on, several beside each other, or the best of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, assert_never

import numpy as np

from hfkit.errors import BackendError
from hfkit.text.logits import log_softmax, top_tokens
from hfkit.text.sampling import draw, kept_probabilities
from hfkit.values.decoding import Beam, Greedy, Sample

from .lines import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.decoding import Decoding

    from .guides import TextGuide
    from .lines import LineRules

__all__ = ["Next", "TokenSearch", "begin_search"]

Next: TypeAlias = tuple[int, int]
"""A row that goes on: the row it goes on from, and its next token."""


class TokenSearch(Protocol):
    """The continuations of one prompt."""

    @property
    def rows(self) -> int:
        """The most rows that it takes."""
        ...

    @property
    def leading(self) -> Line | None:
        """The line whose text is shown while it comes; None where it is only known at the end which that is."""
        ...

    def advance(self, logits: FloatArray, /) -> list[Next]:
        """Choose what comes next.

        Args:
            logits: of the prompt at first, shape ``[1, vocabulary]``; then of the rows that went on.

        Returns:
            The rows that go on; none when it is done.
        """
        ...

    def found(self) -> list[tuple[Line, float]]:
        """Give the continuations with their scores, best first, when it is done."""
        ...


def begin_search(
    decoding: Decoding,
    rules: LineRules,
    prompt: IntArray,
    guide: Callable[[], TextGuide] | None,
    *,
    room: int,
) -> TokenSearch:
    """Begin the search that a way of decoding stands for.

    Args:
        decoding: the way.
        rules: what holds for every line.
        prompt: ids, shape ``[tokens]``.
        guide: makes what keeps a line to a shape; None for any text.
        room: tokens that fit into the context behind the prompt.
    """
    line = Line(rules, prompt, None if guide is None else guide(), room=room)
    match decoding:
        case Greedy():
            return _Lines(line, decoding.alternatives, None)
        case Sample():
            return _Lines(line, decoding.alternatives, decoding)
        case Beam():
            return _Beams(line, decoding, ends=len(rules.settings.ends))
        case _ as unreachable:
            assert_never(unreachable)


class _Lines:
    """Lines that do not know of each other: one, or several that part at the first token."""

    def __init__(self, line: Line, count: int, sample: Sample | None) -> None:
        self.rows = count
        self._sample = sample
        self._lines = [line, *(line.copy() for _ in range(count - 1))]
        self._going: list[int] = []  # the line of each row
        seed = None if sample is None else sample.seed
        self._chances = [
            np.random.default_rng(seed if seed is None or not number else (seed, number))
            for number in range(count)
        ]

    @property
    def leading(self) -> Line | None:
        return self._lines[0] if self._sample is None or self.rows == 1 else None

    def advance(self, logits: FloatArray, /) -> list[Next]:
        if not self._going:
            chosen = self._first(logits[0])
            parents = [0] * len(chosen)
            self._lines = self._lines[: len(chosen)]
            self._going = list(range(len(chosen)))
        else:
            chosen = [self._choose(number, row) for number, row in zip(self._going, logits, strict=True)]
            parents = list(range(len(chosen)))
        following, going = [], []
        for number, parent, token in zip(self._going, parents, chosen, strict=True):
            line = self._lines[number]
            line.add(token, logits[parent])
            if line.finish is None:
                following.append((parent, token))
                going.append(number)
        self._going = going
        return following

    def found(self) -> list[tuple[Line, float]]:
        scored = [(line, line.score) for line in self._lines]
        return scored if self._sample is None else sorted(scored, key=lambda entry: -entry[1])

    def _first(self, logits: FloatArray) -> list[int]:
        if self._sample is not None or self.rows == 1:
            return [self._choose(number, logits) for number in range(self.rows)]
        scores = self._lines[0].scores(logits)
        tokens = top_tokens(scores, int((scores > -np.inf).sum()) if self._lines[0].bans else self.rows)
        allowed = [int(token) for token in tokens if scores[token] > -np.inf]
        first = [token for token in allowed if not self._lines[0].shows_banned(token)][: self.rows]
        if not first:
            raise _nothing_left()
        return first

    def _choose(self, number: int, logits: FloatArray) -> int:
        line, sample = self._lines[number], self._sample
        scores = line.scores(logits)
        while True:
            if sample is None:
                token = int(scores.argmax())
            else:
                if scores.max() == -np.inf:
                    raise _nothing_left()
                ids, probabilities = kept_probabilities(
                    scores,
                    temperature=sample.temperature,
                    top_k=sample.top_k,
                    top_p=sample.top_p,
                    min_p=sample.min_p,
                    typical_p=sample.typical_p,
                )
                token = draw(ids, probabilities, self._chances[number].random())
            if scores[token] == -np.inf:
                raise _nothing_left()
            if not line.shows_banned(token):
                return token
            scores[token] = -np.inf


class _Beams:
    """The likeliest continuations of several that are followed at a time.

    Source: the beam search of transformers 5, ``GenerationMixin._beam_search``, with which it agrees.
    """

    def __init__(self, line: Line, beam: Beam, *, ends: int) -> None:
        self.rows = beam.beams
        self._beam = beam
        # So many are looked at that enough go on if every one of them may end.
        self._looked_at = max(2, 1 + ends) * beam.beams
        self._following: list[tuple[Line, float]] = [(line, 0.0)]
        self._done: list[tuple[Line, float]] = []
        self._improves = True
        self._most = line.most

    @property
    def leading(self) -> Line | None:
        return None

    def advance(self, logits: FloatArray, /) -> list[Next]:
        totals = np.concatenate(
            [
                line.scores(log_softmax(row).astype(np.float32)) + np.float32(score)
                for (line, score), row in zip(self._following, logits, strict=True)
            ]
        )
        vocabulary = logits.shape[1]
        going: list[tuple[Line, float, int, int]] = []
        ended: list[tuple[Line, float]] = []
        looked_at = 0
        for place in top_tokens(totals, self._looked_at if not self._following[0][0].bans else len(totals)):
            if totals[place] == -np.inf or looked_at == self._looked_at:
                break
            parent, token = divmod(int(place), vocabulary)
            if self._following[parent][0].shows_banned(token):
                continue
            line = self._following[parent][0].copy()
            line.add(token, logits[parent])
            if line.finish is None:
                going.append((line, float(totals[place]), parent, token))
            elif looked_at < self.rows:
                ended.append((line, float(totals[place]) / len(line.tokens) ** self._beam.length_penalty))
            looked_at += 1
        if not looked_at and not self._done:
            raise _nothing_left()
        self._finish(ended)
        going = going[: self.rows]
        length = len(self._following[0][0].tokens) + 1
        self._following = [(line, score) for line, score, *_ in going]
        if not going or not self._may_improve(length):
            return []
        return [(parent, token) for *_, parent, token in going]

    def found(self) -> list[tuple[Line, float]]:
        return self._done[: self._beam.alternatives]

    def _finish(self, ended: list[tuple[Line, float]]) -> None:
        if not self._improves or (self._beam.early_stopping == "always" and len(self._done) == self.rows):
            return
        self._done = sorted((*self._done, *ended), key=lambda entry: -entry[1])[: self.rows]

    def _may_improve(self, length: int) -> bool:
        """Tell whether what is followed may still be better than what is done."""
        if len(self._done) < self.rows:
            return True
        if self._beam.early_stopping == "always":
            return False
        if self._beam.early_stopping == "never" and self._beam.length_penalty > 0:
            length = self._most
        best = self._following[0][1] / length**self._beam.length_penalty
        self._improves = self._improves and best > self._done[-1][1]
        return self._improves


def _nothing_left() -> BackendError:
    return BackendError(
        "no token is left that might come next: banned strings, biases and the model's own rules leave none",
        hint="ban less, or bias less",
    )
