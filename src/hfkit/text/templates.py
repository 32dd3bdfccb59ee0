"""Special tokens around the tokens of one text or of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import IntArray

__all__ = ["Row", "Template"]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One sequence as a model reads it.

    Attributes:
        ids: token ids, shape ``[tokens]``, special tokens included.
        types: for each token the text it belongs to (``token_type_ids``), shape ``[tokens]``.
    """

    ids: IntArray
    types: IntArray

    def __len__(self) -> int:
        return len(self.ids)

    def key(self) -> bytes:
        """Give equal bytes for equal rows."""
        return self.ids.tobytes() + self.types.tobytes()


@dataclass(frozen=True, slots=True)
class Template:
    """What a tokenizer puts before, between and after texts.

    Attributes:
        specials: the special ids before the first text, between texts and after the last:
            one tuple more than there are texts.
        special_types: the type ids of ``specials``, in the same shape.
        content_types: the type id of each text's own tokens.

    >>> bert = Template(specials=((101,), (102,)), special_types=((0,), (0,)), content_types=(0,))
    >>> bert.assemble([np.array([7, 8])]).ids.tolist()
    [101, 7, 8, 102]
    """

    specials: tuple[tuple[int, ...], ...]
    special_types: tuple[tuple[int, ...], ...]
    content_types: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many special tokens a row holds."""
        return sum(len(part) for part in self.specials)

    def content_start(self, text: int, lengths: Sequence[int]) -> int:
        """Give the position in a row of the first token of one of its texts.

        Args:
            text: which text.
            lengths: tokens of each text in the row.
        """
        return sum(map(len, self.specials[: text + 1])) + sum(lengths[:text])

    def special_position(self, token: int, lengths: Sequence[int]) -> int | None:
        """Give the position in a row of the first special token with an id; None if there is none.

        Args:
            token: the id.
            lengths: tokens of each text in the row.

        >>> bert = Template(specials=((101,), (102,)), special_types=((0,), (0,)), content_types=(0,))
        >>> bert.special_position(102, [5])
        6
        """
        for part, specials in enumerate(self.specials):
            if token in specials:
                return sum(map(len, self.specials[:part])) + sum(lengths[:part]) + specials.index(token)
        return None

    def assemble(self, contents: Sequence[IntArray]) -> Row:
        """Put the tokens of one text, or of two, between their special tokens."""
        ids: list[IntArray] = [np.asarray(self.specials[0], dtype=np.int64)]
        types: list[IntArray] = [np.asarray(self.special_types[0], dtype=np.int64)]
        for content, content_type, special, special_type in zip(
            contents, self.content_types, self.specials[1:], self.special_types[1:], strict=True
        ):
            ids += [content, np.asarray(special, dtype=np.int64)]
            types += [np.full(len(content), content_type), np.asarray(special_type, dtype=np.int64)]
        return Row(np.concatenate(ids), np.concatenate(types))

    @staticmethod
    def probe(ids: Sequence[int], types: Sequence[int], sequences: Sequence[int | None]) -> Template:
        """Read a template off one encoded example.

        Args:
            ids: the example's ids, special tokens included.
            types: its type ids.
            sequences: for each token the index of its text, None for a special token. Every text
                of the example must have at least one token.
        """
        count = 1 + max(index for index in sequences if index is not None)
        specials: list[list[int]] = [[] for _ in range(count + 1)]
        special_types: list[list[int]] = [[] for _ in range(count + 1)]
        content_types = [0] * count
        part = 0
        for token, kind, sequence in zip(ids, types, sequences, strict=True):
            if sequence is None:
                specials[part].append(token)
                special_types[part].append(kind)
            else:
                content_types[sequence] = kind
                part = sequence + 1
        return Template(tuple(map(tuple, specials)), tuple(map(tuple, special_types)), tuple(content_types))
