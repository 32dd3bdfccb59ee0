"""Tune: train a model on your own examples."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack, cast, get_args

from hfkit._lazy import reach
from hfkit.data.chats import Chats
from hfkit.data.labelled import Labelled
from hfkit.data.parallel import Parallel
from hfkit.data.squad import Squad
from hfkit.data.tagged import Tagged
from hfkit.data.texts import Texts
from hfkit.errors import InputTypeError
from hfkit.values.tuning import TuneSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal, Self

    from hfkit.values.architecture import Architecture
    from hfkit.values.methods import Method
    from hfkit.values.runtime import Runtime
    from hfkit.values.tune_plan import TunePlan
    from hfkit.values.tune_report import TuneReport
    from hfkit.values.tuning import Precision, Schedule

__all__ = ["Tune", "TuneChanges", "TuneData"]

TuneData: TypeAlias = Labelled | Squad | Tagged | Texts | Chats | Parallel
"""What a model can be trained on."""


class TuneChanges(TypedDict, total=False):
    """The settings of Tune, for ``with_``."""

    base: str | os.PathLike[str] | Architecture
    method: Method
    epochs: float
    steps: int | None
    learning_rate: float | None
    schedule: Schedule
    warmup: float
    weight_decay: float
    batch_size: int
    max_tokens: int | None
    precision: Precision
    class_weights: Mapping[str, float] | Literal["balanced"] | None
    label_smoothing: float
    dropout: float | None
    evaluate_every: int | None
    patience: int | None
    gradient_checkpointing: bool
    max_gradient_norm: float
    processes: int
    seed: int
    overwrite: bool
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Tune(TuneSettings):
    """Train a model on your own examples, or small matrices beside one.

    What is trained follows from the type of the data: ``Labelled`` gives a model for Classify, ``Squad`` one for
    Answer, ``Chats`` one for Generate, ``Parallel`` one for Summarize or Translate, ``Tagged`` one for Tag.
    ``Texts`` give a model for Generate, or an encoder that knows the field's language, as the base is. The work is
    done by ``transformers.Trainer`` and peft.

    A call that was interrupted, at whatever moment, goes on where it was when it is made again, and ends with
    the same weights. Its work lies beside the output folder, in ``.NAME.tuning``, until it is done.

    Raises:
        SettingError: a setting is out of its range.

    >>> tune = Tune("org/model", epochs=2)
    >>> tune.with_(seed=1)
    Tune('org/model', epochs=2, seed=1)
    """

    def plan(self, data: TuneData, /) -> TunePlan:
        """Say what would be trained, what it would cost, and what is wrong with the data; three steps are measured.

        Raises:
            InputTypeError: the data are of no such type.
            DataError: a row cannot be learned from; a subclass says why.
            ModelError: the base cannot be opened; a subclass says why.
            HubError: the base is not here and cannot be fetched; a subclass says why.
            SettingError: a setting does not fit the base or the data.
            MissingDependencyError: a package that training needs is not installed.
        """
        _require_data(data)
        plan = cast(
            "Callable[[TuneSettings, TuneData], TunePlan]",
            reach("hfkit.jobs.tuning.beginning", "plan_tuning"),
        )
        return plan(self, data)

    def __call__(self, data: TuneData, output: str | os.PathLike[str], /) -> TuneReport:
        """Train, and write the model into a folder.

        Args:
            data: what to learn from. With a validation split, the state that is best there is kept, by macro F1
                for labels, by F1 for answers and for entities, and by the loss of a token for texts, chats and pairs of
                texts; else the last.
            output: the folder, new or empty.

        Raises:
            OutputError: the folder has files, or another run is under way there.
            FaultyDataError: the check of the data finds errors.
            TrainingError: the loss is no number.
            OutOfMemoryError: the memory is too small for a single example.
            HfkitError: what :meth:`plan` raises.
        """
        _require_data(data)
        train = cast(
            "Callable[[TuneSettings, TuneData, Path], TuneReport]",
            reach("hfkit.jobs.tuning.beginning", "tune_model"),
        )
        return train(self, data, Path(output))

    def with_(self, **changes: Unpack[TuneChanges]) -> Self:
        """Give a Tune with some settings changed."""
        return replace(self, **changes)


def _require_data(data: object) -> None:
    kinds = get_args(TuneData)
    if not isinstance(data, kinds):
        *others, last = (kind.__name__ for kind in kinds)
        raise InputTypeError(
            f"the data are {type(data).__name__}, must be {', '.join(others)} or {last}",
            hint="for example hfkit.Labelled(train=hfkit.Table.load('train.csv'))",
        )
