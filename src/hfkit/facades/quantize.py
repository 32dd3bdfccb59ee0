"""Quantize: make a model smaller and faster, with proof before anything is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from hfkit._lazy import reach
from hfkit.values.quantizing import Bound, QuantizeSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from hfkit.data.labelled import Labelled
    from hfkit.data.squad import Squad
    from hfkit.data.tagged import Tagged
    from hfkit.data.texts import Texts
    from hfkit.values.bootstrap import Bootstrap
    from hfkit.values.inputs import Question, TagInput, TextInput
    from hfkit.values.quantize_plan import QuantizePlan
    from hfkit.values.quantize_report import QuantizeReport
    from hfkit.values.runtime import Runtime
    from hfkit.values.schemes import Scheme

__all__ = ["Quantize", "QuantizeChanges"]


class QuantizeChanges(TypedDict, total=False):
    """The settings of Quantize, for ``with_``."""

    model: str | os.PathLike[str]
    scheme: Scheme
    max_metric_drop: Bound
    min_agreement: Bound
    min_speedup: float | None
    max_bytes: int | None
    rounds: int
    bootstrap: Bootstrap
    overwrite: bool
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Quantize(QuantizeSettings):
    """Make a model smaller, compare it with the original, and keep it only if it is good enough.

    The result is written beside the output folder, in ``.NAME.quantizing``, read back by a process of its own, and
    compared with the original in another. Where a bound is not kept, nothing is left behind.

    Raises:
        SettingError: a setting is out of its range.

    >>> quantize = Quantize("org/model", min_agreement=0.98)
    >>> quantize.with_(max_bytes=25_000_000)
    Quantize('org/model', min_agreement=0.98, max_bytes=25000000)
    """

    def plan(self) -> QuantizePlan:
        """Say what would be changed and what would come of it; opens no weights and writes nothing.

        Raises:
            ModelError: the model is quantized already, or of a kind that is not taken; a subclass says what else is
                wrong with its files.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the scheme needs is not installed.
        """
        plan = cast(
            "Callable[[QuantizeSettings], QuantizePlan]",
            reach("hfkit.jobs.quantizing.quantizing", "plan_smaller"),
        )
        return plan(self)

    def __call__(
        self,
        probes: Sequence[TextInput]
        | Sequence[Question]
        | Sequence[TagInput]
        | Labelled
        | Squad
        | Tagged
        | Texts
        | None,
        output: str | os.PathLike[str],
        /,
    ) -> QuantizeReport:
        """Make the model smaller, prove it, and put it into a folder.

        Args:
            probes: inputs like those that the model will meet, or the data of a task, whose last split that is there
                (test, validation, train) is read with its right answers; None for a few texts of hfkit's own.
            output: the folder, new or empty.

        Raises:
            FailedProofError: a bound is not kept; ``error.report`` has all that was measured.
            OutputError: the folder has files, or the disk is full.
            InputError: a probe cannot be read, or they are for another verb; a subclass says why.
            SettingError: ``max_metric_drop`` is set and the probes have no right answers.
            BackendError: a process that held a model failed; a subclass says why.
            HfkitError: what :meth:`plan` raises.
        """
        quantize = cast(
            "Callable[[QuantizeSettings, object, Path], QuantizeReport]",
            reach("hfkit.jobs.quantizing.quantizing", "quantize"),
        )
        return quantize(self, probes, Path(output))

    def with_(self, **changes: Unpack[QuantizeChanges]) -> Self:
        """Give a Quantize with some settings changed."""
        return replace(self, **changes)
