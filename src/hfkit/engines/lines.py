"""One continuation while it is written: its tokens, its text, and what may come next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hfkit.text.logits import RepeatedRuns, forbid, log_softmax, only, penalize, top_tokens
from hfkit.text.pieces import TextPieces
from hfkit.text.stopping import StopWatch
from hfkit.values.generation import TokenLogprob, TopLogprob

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.generation import FinishReason

    from .guides import TextGuide
    from .model_settings import ModelSettings

__all__ = ["Line", "LineRules"]

# Tokens of a prompt that tell how the first token behind it is written.
_CONTEXT = 8


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LineRules:
    """What holds for all continuations of one call.

    Attributes:
        settings: the model's own.
        repetition_penalty: see :class:`hfkit.Greedy`.
        no_repeat_ngram_size: see there.
        most: the most new tokens.
        least: the end may not come before so many.
        stops: strings at which a text ends.
        banned: strings that no text may hold.
        bias: ids and what is added to their logits.
        first: an id that has to come first; None for any.
        logprobs: how many likely tokens to tell of at each place; None for no log probabilities.
        scored: whether the sum of log probabilities is wanted.
        decode: gives the text of ids.
        encodes: whether the prompt is read apart, and is no part of what is written.
    """

    settings: ModelSettings
    repetition_penalty: float
    no_repeat_ngram_size: int
    most: int
    least: int
    stops: tuple[str, ...]
    banned: tuple[str, ...]
    bias: tuple[tuple[int, float], ...]
    first: int | None
    logprobs: int | None
    scored: bool
    decode: Callable[[Sequence[int]], str]
    encodes: bool


class Line:
    """A continuation.

    Attributes:
        tokens: ids that were written.
        text: what of its text is known to stand.
        finish: why it ended; None while it goes on.
        logprobs: for each token how likely it was, if that is wanted.
        score: the sum of the log probabilities, if that is wanted.
        guide: keeps the text to a grammar; None for any text.
    """

    def __init__(self, rules: LineRules, prompt: IntArray, guide: TextGuide | None, *, room: int) -> None:
        """Begin behind a prompt.

        Args:
            rules: what holds for all.
            prompt: its ids, shape ``[tokens]``.
            guide: at its beginning.
            room: tokens that fit into the context behind the prompt.
        """
        before = [] if rules.encodes else prompt.tolist()
        self._rules = rules
        self._most = min(rules.most, room)
        self._pieces = TextPieces(rules.decode, before[-_CONTEXT:])
        self._watch = StopWatch(rules.stops)
        opening = [] if rules.settings.opening is None else [rules.settings.opening]
        seen = np.array(opening if rules.encodes else before, dtype=np.int64)
        self._seen = seen if rules.repetition_penalty != 1 else np.empty(0, dtype=np.int64)
        self._runs = (
            RepeatedRuns(rules.no_repeat_ngram_size, seen.tolist()) if rules.no_repeat_ngram_size else None
        )
        self._tail = ""  # as much of the text as a banned string may begin in
        self.tokens: list[int] = []
        self.text: str = ""
        self.finish: FinishReason | None = None
        self.logprobs: list[TokenLogprob] = []
        self.score: float = 0.0
        self.guide = guide

    @property
    def most(self) -> int:
        """The most tokens that it may get."""
        return self._most

    @property
    def stopped(self) -> bool:
        """Whether it ended at a stop string."""
        return self._watch.stopped

    @property
    def bans(self) -> bool:
        """Whether there are strings that its text may not hold."""
        return bool(self._rules.banned)

    def scores(self, logits: FloatArray) -> FloatArray:
        """Give the logits of what may come next, shape ``[vocabulary]``, in memory of their own."""
        rules, settings, scores = self._rules, self._rules.settings, logits.copy()
        for token, bias in rules.bias:
            scores[token] += np.float32(bias)
        if rules.repetition_penalty != 1:
            penalize(
                scores,
                np.concatenate((self._seen, np.array(self.tokens, dtype=np.int64))),
                rules.repetition_penalty,
            )
        if self._runs is not None:
            forbid(scores, self._runs.completing())
        for run in settings.banned:
            if len(run) == 1 or tuple(self.tokens[-len(run) + 1 :]) == run[:-1]:
                forbid(scores, run[-1:])
        if len(self.tokens) < rules.least and self.guide is None:
            forbid(scores, settings.ends)
        if self.guide is not None:
            only(scores, self.guide.allowed())
        forbid(scores, settings.suppressed)
        first = not self.tokens
        if first:
            forbid(scores, settings.suppressed_first)
        forced = rules.first if first else settings.last if len(self.tokens) == self._most - 1 else None
        if forced is not None and self.guide is None:
            scores[:] = -np.inf
            scores[forced] = 0
        return scores

    def shows_banned(self, token: int) -> bool:
        """Tell whether with this token the text would hold a string that it may not."""
        if not self._rules.banned:
            return False
        piece = self._pieces.copy().push(token)
        return bool(piece) and any(string in self._tail + piece for string in self._rules.banned)

    def add(self, token: int, logits: FloatArray) -> None:
        """Take the next token.

        Args:
            token: its id.
            logits: the model's own, from which it was chosen, shape ``[vocabulary]``.
        """
        rules = self._rules
        if rules.logprobs is not None or rules.scored:
            self._note(token, logits)
        self.tokens.append(token)
        if self._runs is not None:
            self._runs.add(token)
        forced = len(self.tokens) == self._most and token == rules.settings.last
        if token in rules.settings.ends:
            self._end("length" if forced and np.argmax(logits) != token else "eos")
            return
        if self.guide is not None:
            self.guide.accept(token)
        self._show(self._pieces.push(token))
        if self._watch.stopped:
            self.finish = "stop"
        elif self.guide is not None and self.guide.ended:
            self._end("stop")
        elif len(self.tokens) == self._most:
            self._end("length")

    def copy(self) -> Line:
        """Give another that goes on from the same tokens."""
        twin = object.__new__(Line)
        twin._rules, twin._most, twin._seen, twin._tail = self._rules, self._most, self._seen, self._tail
        twin._pieces, twin._watch = self._pieces.copy(), self._watch.copy()
        twin._runs = None if self._runs is None else self._runs.copy()
        twin.tokens, twin.text, twin.finish = list(self.tokens), self.text, self.finish
        twin.logprobs, twin.score = list(self.logprobs), self.score
        twin.guide = None if self.guide is None else self.guide.copy()
        return twin

    def _end(self, finish: FinishReason) -> None:
        """Show what is held back; a stop string may still be in it."""
        self._show(self._pieces.finish())
        self.text += self._watch.finish()
        self.finish = "stop" if self._watch.stopped else finish

    def _show(self, piece: str) -> None:
        self.text += self._watch.push(piece)
        if self._rules.banned:
            longest = max(map(len, self._rules.banned))
            self._tail = (self._tail + piece)[-longest + 1 :] if longest > 1 else ""

    def _note(self, token: int, logits: FloatArray) -> None:
        logprobs = log_softmax(logits)
        self.score += float(logprobs[token])
        if self._rules.logprobs is None:
            return
        top = top_tokens(logits, self._rules.logprobs) if self._rules.logprobs else ()
        self.logprobs.append(
            TokenLogprob(
                self._rules.decode([token]),
                token,
                float(logprobs[token]),
                tuple(
                    TopLogprob(self._rules.decode([int(id_)]), int(id_), float(logprobs[id_])) for id_ in top
                ),
            )
        )
