"""Write with an open model: prompts to texts, many at a time or one in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING
from weakref import finalize

import numpy as np

from hfkit.errors import CorruptModelError, InputError, SettingError
from hfkit.text.batching import distinct
from hfkit.values.decoding import Sample
from hfkit.values.statistics import Statistics

from .batch_scheduler import BatchScheduler, PromptTask
from .lines import LineRules
from .prompts import PromptRules, read_prompts
from .searches import begin_search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.backends.writers import RunningBatch, Writer, WriterCard
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.shapes import Shape
    from hfkit.values.chat import Prompt
    from hfkit.values.decoding import Decoding
    from hfkit.values.provenance import Source
    from hfkit.values.tools import Tool

    from .guides import Guides
    from .lines import Line
    from .model_settings import ModelSettings
    from .prompts import PromptOverflow, ReadPrompt
    from .searches import TokenSearch
    from .tokenizing import TokenizingSession

__all__ = ["Order", "WritingSession", "Written"]

# Of what is free: the rest is for what a forward pass computes, and for others.
_USABLE = 0.5

# Shapes that are kept for the next call.
_SHAPES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be written.

    Attributes:
        decoding: how tokens are chosen.
        max_new_tokens: the most of them.
        min_new_tokens: the end may not come before so many.
        stop: strings at which a text ends.
        banned: strings that no text may hold.
        bias: tokens, or their ids, and what is added to their logits.
        logprobs: how many likely tokens to tell of at each place; None for no log probabilities.
        overflow: what becomes of a prompt that is too long.
        template: a chat template, or the name of one of the model's; None for its default.
        tools: what templates are shown.
        first: an id that has to come first; None for what the model's own settings say.
        opening: the id that a decoder with an encoder begins with; None for what the model's own settings say.
        shape: what the text is to hold; None for any text.
        prompt_lookup: so many tokens are guessed at a time where one prompt is written alone.
    """

    decoding: Decoding
    max_new_tokens: int
    min_new_tokens: int = 0
    stop: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    bias: tuple[tuple[str | int, float], ...] = ()
    logprobs: int | None = None
    overflow: PromptOverflow = "error"
    template: str | None = None
    tools: tuple[Tool, ...] = ()
    first: int | None = None
    opening: int | None = None
    shape: Shape[object] | None = None
    prompt_lookup: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What was written to one prompt.

    Attributes:
        prompt: as it was read.
        lines: the continuations with their scores, best first.
    """

    prompt: ReadPrompt
    lines: tuple[tuple[Line, float], ...]


class WritingSession:
    """An open model with its tokenizer.

    Attributes:
        folder: the model's files.
        card: what the model says of itself.
        source: what its results will carry.
        tokenizer: the model's.
        settings: what its files say about writing.
    """

    def __init__(
        self,
        writer: Writer,
        tokenizer: TokenizingSession,
        settings: ModelSettings,
        source: Source,
        *,
        folder: ModelFolder,
        memory: Callable[[], int],
        guides: Callable[[], Guides],
    ) -> None:
        self._writer = writer
        self._memory = memory
        self._guides = cache(guides)
        self._shapes: dict[int, tuple[object, Shape[object]]] = {}
        self.folder = folder
        self.tokenizer = tokenizer
        self.settings = settings
        self.card: WriterCard = writer.card
        self.source: Source = source
        finalize(self, writer.close)

    def begin(self) -> RunningBatch:
        """Begin an empty batch of the model, for who reads its logits and writes nothing.

        Raises:
            SessionClosedError: the model was closed.
        """
        return self._writer.begin()

    def run(
        self,
        chunks: Iterable[Sequence[Prompt]],
        order: Order,
        *,
        budget: int | None,
        advance: Callable[[float], None],
        single: bool,
    ) -> Iterator[tuple[list[Written], Statistics]]:
        """Write to prompts chunk by chunk; within a chunk, as many at a time as there is memory for.

        Args:
            chunks: prompts that were checked.
            order: what is to be written.
            budget: the most tokens to be remembered at a time; None for what the memory allows.
            advance: is told how many prompts were done.
            single: there is only one prompt, and errors need no position.

        Yields:
            What was written to a chunk, and what it cost. Before a prompt that cannot be read, what was
            written to those ahead of it.
        """
        index = 0
        for chunk in chunks:
            prompts, error = self._read(chunk, order, None if single else index)
            index += len(chunk)
            if prompts:
                yield self.write(prompts, order, budget=budget, advance=advance)
            if error is not None:
                raise error

    def shape(self, form: object) -> Shape[object]:
        """Give the shape of a type form or a value that describes one.

        Raises:
            SettingError: it cannot be held to.
        """
        from hfkit.text.forms import shape_of

        known = self._shapes.get(
            id(form)
        )  # by identity: date | str equals str | date, and is read in another order
        if known is None:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            known = self._shapes[id(form)] = (
                form,
                shape_of(form),
            )  # holds the form, so that no other gets its number
        return known[1]

    def stream(self, prompt: Prompt, order: Order) -> Iterator[str]:
        """Write to one prompt, and give its text piece by piece; all together they are what :meth:`run` gives."""
        read, error = self._read([prompt], order, None)
        if error is not None:
            raise error
        task = self._task(read[0], order, self._rules(order))
        scheduler = BatchScheduler(
            self._writer, self.source.model, budget=task.columns, guesses=order.prompt_lookup
        )
        shown = 0
        for _ in scheduler.run([task]):
            line = task.search.leading
            if line is not None and len(line.text) > shown:
                yield line.text[shown:]
                shown = len(line.text)
        text = task.search.found()[0][0].text
        if len(text) > shown:
            yield text[shown:]

    def _read(
        self, prompts: Sequence[Prompt], order: Order, first_index: int | None
    ) -> tuple[list[ReadPrompt], InputError | None]:
        limit = self.card.max_tokens
        most = kept = limit
        if limit is not None and not self.card.encodes:
            # Room for what is to be written, but never so much that of the prompt little is left.
            most, kept = limit - 1, max(limit // 2, limit - order.max_new_tokens)
        rules = PromptRules(
            most=most,
            kept=kept,
            overflow=order.overflow,
            begin=self.settings.begin,
            template=order.template,
            tools=order.tools,
        )
        return read_prompts(prompts, self.tokenizer, rules, first_index=first_index)

    def write(
        self,
        prompts: Sequence[ReadPrompt],
        order: Order,
        *,
        budget: int | None,
        advance: Callable[[float], None],
    ) -> tuple[list[Written], Statistics]:
        """Write to prompts that were read, at least one; equal ones once.

        Args:
            prompts: none longer than the model reads.
            order: what is to be written.
            budget: the most tokens to be remembered at a time; None for what the memory allows.
            advance: is told how many prompts were done.
        """
        repeatable = not (isinstance(order.decoding, Sample) and order.decoding.seed is None)
        keys = [
            prompt.ids.tobytes() if repeatable else str(place).encode()
            for place, prompt in enumerate(prompts)
        ]
        first, inverse = distinct(keys)
        rules = self._rules(order)
        tasks = [self._task(prompts[place], order, rules) for place in first]
        scheduler = BatchScheduler(
            self._writer, self.source.model, budget=budget or self._budget(), guesses=order.prompt_lookup
        )
        share = len(prompts) / len(tasks)
        for done in scheduler.run(tasks):
            if done:
                advance(share * len(done))
        found = [tuple(task.search.found()) for task in tasks]
        written = [Written(prompt, found[place]) for prompt, place in zip(prompts, inverse, strict=True)]
        return written, Statistics(
            inputs=len(prompts),
            windows=len(prompts),
            duplicates=len(prompts) - len(tasks),
            forwards=scheduler.forwards,
            tokens=scheduler.tokens,
            padded_tokens=scheduler.tokens,
            splits=scheduler.splits,
        )

    def _task(self, prompt: ReadPrompt, order: Order, rules: LineRules) -> PromptTask:
        limit = self.card.max_tokens
        used = 1 if self.card.encodes else len(prompt.ids)
        room = order.max_new_tokens if limit is None else limit - used

        guide = None if order.shape is None else partial(self._guides().start, order.shape)

        def begin() -> TokenSearch:
            return begin_search(order.decoding, rules, prompt.ids, guide, room=room)

        opening = np.array([self._opening(order)], dtype=np.int64) if self.card.encodes else None
        return PromptTask(prompt.ids, opening, min(room, order.max_new_tokens), begin, begin())

    def _rules(self, order: Order) -> LineRules:
        decoding, settings = order.decoding, self.settings
        penalty, size = decoding.repetition_penalty, decoding.no_repeat_ngram_size
        return LineRules(
            settings=settings,
            repetition_penalty=settings.repetition_penalty if penalty is None else penalty,
            no_repeat_ngram_size=settings.no_repeat_ngram_size if size is None else size,
            most=order.max_new_tokens,
            least=order.min_new_tokens,
            stops=order.stop,
            banned=order.banned,
            bias=tuple((self._token(token), bias) for token, bias in order.bias),
            first=settings.first if order.first is None else order.first,
            logprobs=order.logprobs,
            scored=decoding.alternatives > 1,
            decode=self.tokenizer.text_of,
            encodes=self.card.encodes,
        )

    def _opening(self, order: Order) -> int:
        if order.opening is not None:
            return order.opening
        if self.settings.opening is None:
            raise CorruptModelError(
                f"{self.source.model} does not say what its decoder begins with",
                hint="set decoder_start_token_id in generation_config.json",
            )
        return self.settings.opening

    def _token(self, token: str | int) -> int:
        """Give the id of a token that a bias is for.

        Raises:
            SettingError: there is no such token, or a text is more than one.
        """
        if isinstance(token, int):
            if not 0 <= token < self.card.vocabulary:
                raise SettingError(
                    f"bias names the id {token}, must be below {self.card.vocabulary:,}",
                    hint="give an id of the model's vocabulary",
                )
            return token
        ids = self.tokenizer.ids_of(token)
        if len(ids) != 1:
            raise SettingError(
                f"bias names {token!r}, which is {len(ids)} tokens of {self.source.model}, must be one",
                hint="a word within a text mostly begins with its blank: ' word'; for longer ones use banned",
            )
        return ids[0]

    def _budget(self) -> int:
        """Say how many tokens may be remembered at a time."""
        return max(1, int(self._memory() * _USABLE) // max(1, self.card.token_bytes))
