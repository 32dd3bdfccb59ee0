"""How many tokens rows have, for the check of data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import InputError, MissingDependencyError, SettingError, TokenizerError
from hfkit.hub.tokenizer_files import tokenizer_owner
from hfkit.values.inputs import Pair
from hfkit.values.padding import NoPadding
from hfkit.values.truncation import NoTruncation

from .locating import locate_tokenizer
from .open_tokenizing import open_tokenizing
from .pins import check_pin
from .tokenizing import TokenizingPolicy

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.chat import TokenInput
    from hfkit.values.runtime import Runtime

    from .tokenizing import TokenizingSession

__all__ = ["RowLengths", "open_row_lengths"]

_POLICY = TokenizingPolicy(
    NoPadding(), NoTruncation(), special_tokens=True, template=None, generation_prompt=False
)

# What is raised where a chat cannot be written with the model's template.
_REFUSALS = (InputError, SettingError, TokenizerError, MissingDependencyError)

# What configurations call the most positions that a model has.
_LIMITS = ("max_position_embeddings", "n_positions", "n_ctx")


class RowLengths:
    """The open tokenizer of a model.

    Attributes:
        window: the most tokens that the model reads at a time; None if neither its tokenizer nor its config says so.
        revision: the commit of its repository, or ``sha256:`` and the hash of its files in a folder.
    """

    def __init__(self, session: TokenizingSession, folder: ModelFolder) -> None:
        self._session = session
        self.revision: str = session.source.revision
        config = folder.read_json("config.json")
        limits = [session.recipe.max_tokens, *(config.get(name) for name in _LIMITS)]
        self.window: int | None = min((limit for limit in limits if isinstance(limit, int)), default=None)

    def count(self, items: Sequence[TokenInput], /) -> list[int]:
        """Count the tokens of readable inputs, special tokens included; nothing is cut.

        A chat is counted as the model's template writes it; one that there is no template for, or that the template
        refuses, by its contents alone.
        """
        try:
            return self._session.lengths(items, _POLICY)
        except _REFUSALS:
            return [self._count_one(item) for item in items]

    def _count_one(self, item: TokenInput) -> int:
        try:
            return self._session.count(item, _POLICY)
        except _REFUSALS:
            if isinstance(item, str | Pair):
                raise
            return self._session.count("\n".join(message.content for message in item), _POLICY)


def open_row_lengths(model: str | os.PathLike[str], runtime: Runtime) -> RowLengths:
    """Open the tokenizer of a model, to count with.

    Raises:
        ModelError: it cannot be opened; a subclass says why.
        HubError: its files are not here and cannot be fetched; a subclass says why.
    """
    folder = locate_tokenizer(model, runtime)
    session = open_tokenizing(folder, runtime)
    check_pin(folder, session.source.tokenizer)
    return RowLengths(session, tokenizer_owner(folder))
