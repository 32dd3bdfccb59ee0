"""How a model is trained: the settings of Tune."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, fields
from typing import Literal, TypeAlias, get_args

from hfkit.errors import SettingError

from .architecture import Architecture
from .constraints import require_choice, require_kind, require_number, require_whole
from .methods import Full, Lora, Method, QLora
from .publish_secrets import require_no_token
from .runtime import Runtime
from .shown import shown_settings

__all__ = ["Precision", "Schedule", "TuneSettings"]

Schedule: TypeAlias = Literal["linear", "cosine", "constant"]
"""How the learning rate falls after its warm-up."""

Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]
"""The number type of products while training; weights stay in float32. ``"auto"`` is bfloat16 where the device
computes in it, else float32."""

# Full training at more than this forgets what the base knows; small matrices need ten times as much.
_RATES = {Full: 5e-5, Lora: 5e-4, QLora: 5e-4}

# A model that knows nothing has nothing to forget.
_RATE_FROM_NOTHING = 5e-4


@dataclass(frozen=True, slots=True, repr=False)
class TuneSettings:
    """What to train, and how.

    Attributes:
        base: a folder, ``"org/name"`` or ``"org/name@revision"``; or an architecture, which is trained from nothing.
        method: which weights are trained.
        epochs: how often every example is seen; parts of a pass are allowed.
        steps: how many steps are made instead; None for as many as the epochs have.
        learning_rate: the highest; None for 5e-5 where all weights of a model are trained, and for 5e-4 with
            :class:`~hfkit.Lora`, with :class:`~hfkit.QLora`, and from nothing.
        schedule: how it falls to nothing after its warm-up; ``"constant"`` does not fall.
        warmup: the share of the steps over which it rises.
        weight_decay: how strongly weights are pulled to nothing; biases and norms are not.
        batch_size: examples of a step. They are shared out to forward passes as memory has room; the step is the same.
        max_tokens: the most tokens of an example; None for what the model reads. Of longer texts with labels, chats and
            pairs the beginning is read, and the plan says of how many; contexts of questions, words with tags, and
            texts alone, are read in windows. Of a pair of texts each may have as many.
        precision: the number type of products.
        class_weights: weights of labels in the loss, by name; ``"balanced"`` weighs each label by the inverse of its
            share; None for equal ones.
        label_smoothing: the share of certainty that is taken from what is right: the label of a text or word, or
            the token; answers that are places in a text take none.
        dropout: the share of activations that training leaves out, wherever the base's configuration names one; None
            for what it says. 0.0 spares the time of drawing them. That of :class:`~hfkit.Lora` is one of its own.
        evaluate_every: steps between two evaluations; None for one after every epoch.
        patience: training ends when so many evaluations in turn were no better than the best; None for never.
            It needs a validation split.
        gradient_checkpointing: compute anew what the backward pass needs instead of keeping it: less memory, and
            slower.
        max_gradient_norm: longer gradients are shortened to it.
        processes: how many are started to train together, each with its part of every step: on accelerators one for
            each of them, on the processor with its part of the threads. 1 under ``torchrun`` and ``accelerate launch``,
            which start them.
        seed: of the order of examples, of new weights and of dropout.
        overwrite: put the result in the place of another run's; of other files nothing is ever replaced.
        runtime: where it runs; ``threads``, ``device``, ``offline``, ``progress`` and ``trust_remote_code``
            are used.

    Raises:
        SettingError: a setting is out of its range.
    """

    base: str | os.PathLike[str] | Architecture
    _: KW_ONLY
    method: Method = Full()
    epochs: float = 3.0
    steps: int | None = None
    learning_rate: float | None = None
    schedule: Schedule = "linear"
    warmup: float = 0.06
    weight_decay: float = 0.01
    batch_size: int = 16
    max_tokens: int | None = None
    precision: Precision = "auto"
    class_weights: Mapping[str, float] | Literal["balanced"] | None = None
    label_smoothing: float = 0.0
    dropout: float | None = None
    evaluate_every: int | None = None
    patience: int | None = None
    gradient_checkpointing: bool = False
    max_gradient_norm: float = 1.0
    processes: int = 1
    seed: int = 0
    overwrite: bool = False
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_kind("base", self.base, (str, os.PathLike, Architecture))
        require_no_token("base", self.base)
        if not str(self.base):
            raise SettingError("base is empty, must be a folder or a repository", hint="name the model")
        require_kind("method", self.method, get_args(Method))
        if isinstance(self.base, Architecture) and not isinstance(self.method, Full):
            raise SettingError(
                f"method is {self.method!r}, must be Full() where the base is an architecture",
                hint="small matrices need a base that knows something: leave method out, or name a trained base",
            )
        require_kind("runtime", self.runtime, (Runtime,))
        self._require_numbers()
        require_choice("schedule", self.schedule, get_args(Schedule))
        require_choice("precision", self.precision, get_args(Precision))
        for name in ("steps", "max_tokens", "evaluate_every", "patience"):
            require_whole(name, getattr(self, name), least=1)
        for name in ("batch_size", "processes"):
            require_whole(name, getattr(self, name), least=1, required=True)
        if self.processes > self.batch_size:
            raise SettingError(
                f"processes is {self.processes} and batch_size is {self.batch_size}, each needs an example of a step",
                hint="use a larger batch_size, or fewer processes",
            )
        require_whole("seed", self.seed, least=0, required=True)
        for name in ("gradient_checkpointing", "overwrite"):
            require_kind(name, getattr(self, name), (bool,))
        if self.class_weights is not None and self.class_weights != "balanced":
            require_kind("class_weights", self.class_weights, (Mapping,))
            for label, weight in dict(self.class_weights).items():
                require_number(f"class_weights of {label!r}", weight, above=0)

    def _require_numbers(self) -> None:
        require_number("epochs", self.epochs, above=0)
        require_number("warmup", self.warmup, least=0, below=1)
        require_number("weight_decay", self.weight_decay, least=0)
        require_number("label_smoothing", self.label_smoothing, least=0, below=1)
        require_number("max_gradient_norm", self.max_gradient_norm, above=0)
        if self.dropout is not None:
            require_number("dropout", self.dropout, least=0, below=1)
        if self.learning_rate is not None:
            require_number("learning_rate", self.learning_rate, above=0, most=1)

    @property
    def rate(self) -> float:
        """The highest learning rate, that of the method or of the architecture where none was set."""
        if self.learning_rate is not None:
            return self.learning_rate
        return _RATE_FROM_NOTHING if isinstance(self.base, Architecture) else _RATES[type(self.method)]

    def without_runtime(self) -> TuneSettings:
        """Give the settings that decide on the result: not where it is computed, nor what it replaces."""
        base = self.base if isinstance(self.base, Architecture) else os.fspath(self.base)
        return TuneSettings(
            **{
                field.name: getattr(self, field.name)
                for field in fields(TuneSettings)
                if field.name not in ("runtime", "overwrite", "processes")
            }
            | {"base": base}
        )

    def __repr__(self) -> str:
        return shown_settings(self)
