"""Train a model to answer in chats: on the assistant's turns alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.torch.tasks import CAUSAL_WRITING
from hfkit.engines.model_settings import ModelSettings
from hfkit.engines.tokenizing import TokenizingPolicy
from hfkit.errors import DataError, InputError
from hfkit.text.learned_turns import WrittenTurn, join_turns, learned_tokens
from hfkit.values.padding import NoPadding
from hfkit.values.truncation import NoTruncation

from .examples import Example, Examples
from .language import LanguageTask, label_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.backends.torch.tasks import Task
    from hfkit.data.chats import Chats
    from hfkit.data.table import Table
    from hfkit.engines.tokenizing import TokenizingSession
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.learned_turns import LearnedChat
    from hfkit.values.chat import Message

__all__ = ["ChatsTask"]

_WRITTEN = TokenizingPolicy(
    NoPadding(), NoTruncation(), special_tokens=False, template=None, generation_prompt=False
)
_ASKED = replace(_WRITTEN, generation_prompt=True)


class ChatsTask(LanguageTask):
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`.

    A chat is written with the model's own template, as Generate writes it. What is learned are the assistant's turns:
    what the template writes behind the words that open them, up to the token that ends them. Of a chat that is longer
    than the window the beginning is read; one without a token to learn there is left out.

    Args:
        data: the chats.
        tokenizer: of the model.
        folder: of the model.
        window: the most tokens that it is to read of a chat.
        packs: whether it keeps texts apart that lie in one row.
    """

    def __init__(
        self, data: Chats, tokenizer: TokenizingSession, folder: ModelFolder, *, window: int, packs: bool
    ) -> None:
        super().__init__(data, shifted=True)
        self._chats = data
        self._tokenizer = tokenizer
        self._window = window
        self._packs = packs
        special = tokenizer.special_tokens()
        self._ends = ModelSettings.read(folder, end=None if special.eos is None else special.eos.id).ends
        self._found: frozenset[int] = frozenset()

    @property
    def head(self) -> Task:
        """A model that writes."""
        return CAUSAL_WRITING

    @property
    def config(self) -> Mapping[str, object]:
        """The tokens that end a text: where the base knows none that ends a turn, it learned to write one in vain."""
        missing = sorted(self._found - set(self._ends))
        return {"eos_token_id": [*self._ends, *missing]} if missing else {}

    def examples(self, table: Table, /) -> Examples:
        """Write chats with the model's template and find the tokens to learn.

        Raises:
            DataError: a chat has no turn to learn from, or the template refuses it or its turns.
            TokenizerError: there is no template, or it fails.
        """
        examples, cut = [], 0
        for number, (_, messages) in enumerate(
            zip(self._readable(table), self._chats.messages_of(table), strict=True)
        ):
            longest = 0
            for chat in self._learned(messages, number):
                (tokens,) = self._tokenizer.tokens([chat.text], _WRITTEN, first_index=number)
                learned, ends = learned_tokens(chat, tokens.ids, tokens.offsets, is_special=self._is_special)
                self._found |= ends
                longest = max(longest, len(learned))
                learned[:1] = False  # nothing stands before it
                told = np.flatnonzero(learned[: self._window])
                if len(told):
                    ids = np.array(tokens.ids[: self._window], dtype=np.int64)
                    examples.append(Example(ids, None, label_tokens(ids, told)))
            cut += longest > self._window
        self._require_some(examples)
        return Examples(examples, cut=cut, packs=self._packs)

    def _is_special(self, id_: int) -> bool:
        shown, hidden = (self._tokenizer.text_of([id_], special_tokens=also) for also in (True, False))
        return id_ in self._ends or shown != hidden

    def _learned(self, messages: Sequence[Message], number: int) -> Sequence[LearnedChat]:
        """Write a chat as it is before and after each turn of the assistant."""
        places = [place for place, message in enumerate(messages) if message.role == "assistant"]
        if not places:
            raise DataError(
                f"row {number} cannot be learned from: no turn of {len(messages)} is the assistant's",
                hint="data.check() tells of all such rows; leave them out with table.filter(...)",
            )
        try:
            return join_turns(
                [
                    WrittenTurn(
                        self._tokenizer.render(messages[:place], _ASKED),
                        self._tokenizer.render(messages[: place + 1], _WRITTEN),
                    )
                    for place in places
                ]
            )
        except (InputError, DataError) as error:
            raise DataError(
                f"row {number} cannot be learned from: {error.message}", hint=error.hint
            ) from error
