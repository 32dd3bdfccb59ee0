"""Plan what would become of a model, or make it smaller, prove it, and put it in place."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hfkit.backends.torch.tasks import CAUSAL_WRITING
from hfkit.engines.locating import locate_weights
from hfkit.errors import FailedProofError, OutputError, SettingError
from hfkit.hub.folder import QUANTIZE_FILE
from hfkit.values.schemes import BitsAndBytes, Cast, Int4, Int8, StaticInt8, Torchao

from .beside import Beside
from .card import model_card
from .comparing import Contestant, measure_both
from .making import make_smaller
from .planning import files_of, plan_quantizing
from .probes import read_probes
from .verbs import head_of, verb_of
from .work_folder import WorkFolder

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.quantize_plan import QuantizePlan
    from hfkit.values.quantize_report import QuantizeReport
    from hfkit.values.quantizing import QuantizeSettings
    from hfkit.values.runtime import Runtime

    from .probes import GivenProbes, Probes

__all__ = ["plan_smaller", "quantize"]


def plan_smaller(settings: QuantizeSettings) -> QuantizePlan:
    """Say what would be done; see :meth:`hfkit.facades.quantize.Quantize.plan`."""
    folder = locate_weights(settings.model, settings.runtime)
    return plan_quantizing(folder, settings.scheme, settings.runtime)


def quantize(settings: QuantizeSettings, given: GivenProbes, output: Path) -> QuantizeReport:
    """Make a model smaller; see :class:`hfkit.facades.quantize.Quantize`."""
    folder = locate_weights(settings.model, settings.runtime)
    planned = plan_quantizing(folder, settings.scheme, settings.runtime)
    verb = verb_of(folder)
    probes = read_probes(given, verb, foreseen=head_of(folder, verb) is CAUSAL_WRITING)
    if settings.max_metric_drop not in {None, "auto"} and not probes.measured and verb != "Embed":
        raise SettingError(
            f"max_metric_drop is {settings.max_metric_drop} and the probes have no right answers, must be None then",
            hint="give probes with answers, such as hfkit.Labelled(...), or bound min_agreement alone",
        )
    models = [one.path for one in (folder, folder.base) if one]
    with WorkFolder(output, overwrite=settings.overwrite, models=models) as work:
        report = _prove(settings, planned, folder, probes, work)
        failures = settings.failures(report)
        if failures:
            error = FailedProofError(
                f"the smaller {folder.name} is not kept: {'; '.join(failures)}",
                hint="print(error.report) shows what was measured; take another scheme, or other bounds",
            )
            error.report = report
            raise error
        _write(report.to_json(indent=2) + "\n", work.draft / QUANTIZE_FILE)
        _write(model_card(report), work.draft / "README.md")
        work.finish()
    return report


def _prove(
    settings: QuantizeSettings,
    planned: QuantizePlan,
    folder: ModelFolder,
    probes: Probes,
    work: WorkFolder,
) -> QuantizeReport:
    """Make the result, and compare it with the model."""
    verb = verb_of(folder)
    runtime = replace(settings.runtime, progress="never")
    # Nothing of a result that may be thrown away is left in the user's.
    own_cache = {"HFKIT_CACHE": str(work.path / "cache")}
    making = partial(make_smaller, folder, verb, settings.scheme, runtime, work.draft)
    with Beside(making, words=work.path / "making.txt", environment=own_cache) as maker:
        maker.ready()
    result = Contestant(
        str(work.draft),
        sum(file.stat().st_size for file in work.draft.rglob("*") if file.is_file()),
        _runtime_of_result(settings, runtime),
        own_cache,
    )
    # Files of a commit have no stamp: they never change.
    name = str(folder.path) if folder.stamp else f"{folder.name}@{folder.revision}"
    original = Contestant(name, files_of(folder), runtime, {})
    return measure_both(
        settings, planned, verb, probes, (original, result), output=work.output, scratch=work.path
    )


def _runtime_of_result(settings: QuantizeSettings, runtime: Runtime) -> Runtime:
    match settings.scheme:
        case Int8() | StaticInt8() | Int4():
            return replace(runtime, backend="onnx", device="auto", dtype="auto", max_memory=())
        case Cast(dtype=dtype):
            return replace(runtime, backend="torch", dtype=dtype)
        case Torchao() | BitsAndBytes():
            return replace(runtime, backend="torch", dtype="auto")


def _write(text: str, file: Path) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"{file.name} cannot be written: {error.strerror}", hint="make room on the disk"
        ) from error
