"""How the next token is chosen: one small class for each way, so that a wrong mix cannot be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .constraints import require_choice, require_kind, require_number, require_whole

__all__ = ["Beam", "Decoding", "Greedy", "Sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Greedy:
    """Always the likeliest token.

    Attributes:
        repetition_penalty: logits of tokens that are there already are divided by it where they are positive,
            multiplied where they are negative; 1.0 for none, None for what the model's own settings say.
            Source: Keskar et al. 2019, arXiv:1909.05858.
        no_repeat_ngram_size: no run of so many tokens comes twice; 0 for no such rule, None for what the
            model's own settings say. Source: Paulus et al. 2017, arXiv:1705.04304.
        alternatives: how many continuations to give; beside the likeliest, those that begin with the
            next likeliest first tokens. Source: Wang and Zhou 2024, arXiv:2402.10200.

    Raises:
        SettingError: a value is out of its range.
    """

    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    alternatives: int = 1

    def __post_init__(self) -> None:
        _require_common(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A token drawn by its probability, after unlikely ones were left out.

    The settings apply in the order in which they are listed here, which is that of transformers.

    Attributes:
        temperature: logits are divided by it; below 1 the likely become likelier. More than 0: what 0 is
            often used for is :class:`Greedy`.
        top_k: only so many of the likeliest tokens; None for all. Source: Fan et al. 2018, arXiv:1805.04833.
        top_p: only the likeliest tokens that together have this probability; from above 0 to 1.
            Source: Holtzman et al. 2020, arXiv:1904.09751.
        min_p: only tokens that are at least this likely compared with the likeliest; from 0 to below 1.
            Source: Nguyen et al. 2024, arXiv:2407.01082.
        typical_p: only tokens whose surprise is closest to what is expected, with this probability together;
            from above 0 to 1. Source: Meister et al. 2022, arXiv:2202.00666.
        seed: makes the draws repeatable. It belongs to the request: the same prompt gives the same text alone,
            in a batch, and in any order; equal prompts of a batch give equal texts. None for other draws
            each time.
        repetition_penalty: see :class:`Greedy`.
        no_repeat_ngram_size: see :class:`Greedy`.
        alternatives: how many continuations to draw, each from draws of its own.

    Raises:
        SettingError: a value is out of its range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    seed: int | None = None
    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    alternatives: int = 1

    def __post_init__(self) -> None:
        require_number("temperature", self.temperature, above=0, hint="Greedy() takes the likeliest token")
        require_whole("top_k", self.top_k, least=1)
        require_number("top_p", self.top_p, above=0, most=1)
        require_number("min_p", self.min_p, least=0, below=1)
        require_number("typical_p", self.typical_p, above=0, most=1)
        require_whole("seed", self.seed, least=0)
        _require_common(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """The likeliest of several continuations that are followed at a time.

    Attributes:
        beams: how many are followed.
        length_penalty: a finished continuation's log probability is divided by its number of new tokens to this power:
            above 0 favors long ones, below 0 short ones.
        early_stopping: ``"heuristic"`` stops where the best that is followed would not be better at its present
            length; ``"always"`` as soon as there are ``beams`` finished ones; ``"never"`` when none
            that is followed can get better. In transformers: False, True and ``"never"``.
        repetition_penalty: see :class:`Greedy`.
        no_repeat_ngram_size: see :class:`Greedy`.
        alternatives: how many of the best continuations to give, at most ``beams``.

    Raises:
        SettingError: a value is out of its range.
    """

    beams: int = 4
    length_penalty: float = 1.0
    early_stopping: Literal["heuristic", "always", "never"] = "heuristic"
    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    alternatives: int = 1

    def __post_init__(self) -> None:
        require_kind("beams", self.beams, (int,))
        require_whole("beams", self.beams, least=2, hint="Greedy() follows one continuation")
        require_number("length_penalty", self.length_penalty)
        require_choice("early_stopping", self.early_stopping, ("heuristic", "always", "never"))
        _require_common(self)
        require_whole(
            "alternatives", self.alternatives, least=1, most=self.beams, hint="follow as many beams, or more"
        )


Decoding: TypeAlias = Greedy | Sample | Beam
"""A way to choose the next token."""


def _require_common(decoding: Greedy | Sample | Beam) -> None:
    if decoding.repetition_penalty is not None:
        require_number("repetition_penalty", decoding.repetition_penalty, above=0)
    require_whole("no_repeat_ngram_size", decoding.no_repeat_ngram_size, least=0)
    require_kind("alternatives", decoding.alternatives, (int,))
    require_whole("alternatives", decoding.alternatives, least=1)
