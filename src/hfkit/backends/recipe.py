"""How a tokenizer is put together, so that the next to open it needs no transformers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from hfkit.values.padding import Side

__all__ = ["NamedToken", "Recipe"]

NamedToken: TypeAlias = tuple[str, str, int]
"""A special token: the name of its part (``"cls_token"``), how it is written, its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that transformers knows of a tokenizer.

    Attributes:
        runs_in: ``"tokenizers"`` if that library alone gives what transformers gives, else ``"transformers"``.
        definition: the content of the ``tokenizer.json`` to use; None for the file as it lies there.
        kind: the name of transformers' class; empty if transformers was not asked.
        named: special tokens with a part of their own.
        extra: other special tokens, each with its id.
        pad_type_id: the type id of padding.
        padding_side: where padding goes.
        truncation_side: the end that truncation drops.
        input_names: what the model's forward wants.
        max_tokens: the longest sequence that the model takes; None if it is not said.
        cleans_spaces: whether decoding takes out spaces before punctuation.
        splits_specials: whether special tokens written in a text are read as text.
        notes: what a careful reader should know.
    """

    runs_in: Literal["tokenizers", "transformers"] = "tokenizers"
    definition: str | None = None
    kind: str = ""
    named: tuple[NamedToken, ...] = ()
    extra: tuple[tuple[str, int], ...] = ()
    pad_type_id: int = 0
    padding_side: Side = "right"
    truncation_side: Side = "right"
    input_names: tuple[str, ...] = ("input_ids", "attention_mask")
    max_tokens: int | None = None
    cleans_spaces: bool = False
    splits_specials: bool = False
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the recipe as a dict of JSON values."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @staticmethod
    def from_dict(plain: dict[str, object]) -> Recipe:
        """Read what :meth:`to_dict` gave, through JSON or not.

        Raises:
            ValueError: it is something else.
        """
        if plain.keys() != {field.name for field in fields(Recipe)}:
            raise ValueError(f"a recipe has other parts than {sorted(plain)}")
        return Recipe(**{name: _frozen(value) for name, value in plain.items()})  # type: ignore[arg-type]  # written by to_dict


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
