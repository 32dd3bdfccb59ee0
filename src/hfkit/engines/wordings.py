"""How a passage is put to a model: with a sentence before it, as a chat, or between marks of languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import SettingError
from hfkit.values.chat import Message
from hfkit.values.padding import NoPadding
from hfkit.values.provenance import Coverage
from hfkit.values.truncation import NoTruncation

from .prompts import ReadPrompt
from .tokenizing import TokenizingPolicy

if TYPE_CHECKING:
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import IntArray
    from hfkit.values.chat import TokenInput

    from .tokenizing import TokenizingSession
    from .writing import WritingSession

__all__ = ["Wording", "require_room", "words_for_summaries"]

# For models without a limit, such as T5: what they were trained on.
_USUAL = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What stands around a passage.

    Attributes:
        tokenizer: the model's.
        prefix: text that stands before it.
        chat: whether it is one side of a chat, written with a template.
        template: a chat template, or the name of one of the model's; None for its default.
        around: ids to put before its own and behind them; None for the tokenizer's own special tokens.
    """

    tokenizer: TokenizingSession
    prefix: str = ""
    chat: bool = False
    template: str | None = None
    around: tuple[tuple[int, ...], tuple[int, ...]] | None = None

    def ids(self, passage: str) -> IntArray:
        """Give the ids of a passage with all that stands around it, shape ``[tokens]``."""
        text = self.prefix + passage
        item: TokenInput = [Message("user", text)] if self.chat else text
        own = self.tokenizer.ids(item, self._policy())
        if self.around is None:
            return own
        before, behind = (np.array(ids, dtype=np.int64) for ids in self.around)
        return np.concatenate([before, own, behind])

    def prompt(self, passage: str) -> ReadPrompt:
        """Make a passage a prompt."""
        return ReadPrompt(
            self.prefix + passage, self.ids(passage), Coverage(len(passage), len(passage), windows=1)
        )

    def _policy(self) -> TokenizingPolicy:
        return TokenizingPolicy(
            padding=NoPadding(),
            truncation=NoTruncation(),
            special_tokens=self.around is None,
            template=self.template,
            generation_prompt=True,
        )


def words_for_summaries(folder: ModelFolder) -> str:
    """Read what a model was taught to summarize with, such as T5's "summarize: "; empty if it says nothing."""
    for owner in filter(None, (folder, folder.base)):
        tasks = owner.config.get("task_specific_params")
        settings: object = tasks.get("summarization") if isinstance(tasks, dict) else None
        prefix = settings.get("prefix") if isinstance(settings, dict) else None
        if isinstance(prefix, str):
            return prefix
    return ""


def require_room(
    session: WritingSession, wording: Wording, *, max_new_tokens: int, window: int | None
) -> int:
    """Count the tokens of a passage that the model has room for, beside the wording and what it is to write.

    Raises:
        SettingError: there is none, or less than the window.
    """
    known = [session.card.max_tokens]
    if session.card.encodes:
        known.append(session.tokenizer.recipe.max_tokens)
    limit = min([size for size in known if size is not None], default=_USUAL)
    around = len(wording.ids(""))
    written = 0 if session.card.encodes else max_new_tokens
    room = limit - around - written
    if room < 1:
        raise SettingError(
            f"{session.source.model} reads {limit:,} tokens, and {around:,} around a passage"
            + (f" and {written:,} to be written" if written else "")
            + " leave no room for one",
            hint="use a shorter instruction, or fewer new tokens",
        )
    if window is not None and window > room:
        raise SettingError(
            f"window is {window:,}, and {session.source.model} has room for {room:,} tokens of a passage",
            hint="use a smaller window, or leave it out",
        )
    return room
