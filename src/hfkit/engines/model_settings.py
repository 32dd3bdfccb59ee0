"""What a model's own files say about writing: where a text begins and ends, and what its authors advise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.hub.folder import ModelFolder

__all__ = ["ModelSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Settings of ``generation_config.json``, and of ``config.json`` where that says nothing.

    What says how a text is shaped holds always. Of what says how tokens are chosen, only the penalty and
    the rule against repeated runs count, where the caller leaves them to the model.

    Attributes:
        ends: the ids that end a text.
        begin: the id that a text begins with; None if there is none.
        opening: the id that a decoder with an encoder begins with; None if there is none.
        first: an id that has to come first; None for any.
        last: the id that has to come last where a text is cut; None for any.
        suppressed: ids that never come.
        suppressed_first: ids that do not come first.
        banned: runs of ids that never come.
        repetition_penalty: see :class:`hfkit.Greedy`.
        no_repeat_ngram_size: see there.
    """

    ends: tuple[int, ...] = ()
    begin: int | None = None
    opening: int | None = None
    first: int | None = None
    last: int | None = None
    suppressed: tuple[int, ...] = ()
    suppressed_first: tuple[int, ...] = ()
    banned: tuple[tuple[int, ...], ...] = ()
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0

    @staticmethod
    def read(folder: ModelFolder, *, begin: int | None = None, end: int | None = None) -> ModelSettings:
        """Read them from a model's folder, or from that of an adapter's base.

        Args:
            folder: the model.
            begin: the tokenizer's beginning token, for models that name none.
            end: the tokenizer's end token, for models that name none.

        Raises:
            CorruptModelError: a setting is of another type than it should be.
        """
        said: dict[str, object] = {}
        for owner in filter(None, (folder.base, folder)):
            config = owner.config
            nested = config.get("text_config")
            for settings in (nested, config, owner.read_json("generation_config.json")):
                if isinstance(settings, dict):
                    said |= {name: value for name, value in settings.items() if value is not None}
        opening = _number(said, "decoder_start_token_id")
        first = _number(said, "bos_token_id")
        first = begin if first is None else first
        return ModelSettings(
            ends=_numbers(said, "eos_token_id") or (() if end is None else (end,)),
            begin=first,
            opening=first if opening is None else opening,
            first=_number(said, "forced_bos_token_id"),
            last=next(iter(_numbers(said, "forced_eos_token_id")), None),
            suppressed=_numbers(said, "suppress_tokens"),
            suppressed_first=_numbers(said, "begin_suppress_tokens"),
            banned=_runs(said, "bad_words_ids"),
            repetition_penalty=_real(said, "repetition_penalty", 1.0),
            no_repeat_ngram_size=_number(said, "no_repeat_ngram_size") or 0,
        )


def _number(said: Mapping[str, object], name: str) -> int | None:
    return next(iter(_numbers(said, name)), None)


def _numbers(said: Mapping[str, object], name: str) -> tuple[int, ...]:
    value = said.get(name)
    numbers = value if isinstance(value, list) else [] if value is None else [value]
    if all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        return tuple(numbers)
    raise _unreadable(said, name)


def _runs(said: Mapping[str, object], name: str) -> tuple[tuple[int, ...], ...]:
    runs = said.get(name) or []
    if isinstance(runs, list) and all(isinstance(run, list) for run in runs):
        return tuple(tuple(run) for run in runs if run)
    raise _unreadable(said, name)


def _real(said: Mapping[str, object], name: str, default: float) -> float:
    value = said.get(name, default)
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return float(value)
    raise _unreadable(said, name)


def _unreadable(said: Mapping[str, object], name: str) -> CorruptModelError:
    return CorruptModelError(
        f"{name} of the model's settings is {said[name]!r}, which is no token id, list of them or number",
        hint="mend generation_config.json, or config.json if it stands there",
    )
