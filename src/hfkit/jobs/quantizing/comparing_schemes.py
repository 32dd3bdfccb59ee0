"""Try several schemes on one model, and see which of them nothing beats."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hfkit.errors import DeviceError, EmptyInputError, MissingDependencyError, ModelError
from hfkit.metrics.fronts import pareto_front
from hfkit.values.scheme_comparison import ComparedScheme, RefusedScheme, SchemeComparison

from .quantizing import quantize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.errors import HfkitError
    from hfkit.values.quantize_report import QuantizeReport
    from hfkit.values.quantizing import QuantizeSettings

    from .probes import GivenProbes

__all__ = ["compare_schemes"]


def compare_schemes(settings: Sequence[QuantizeSettings], probes: GivenProbes) -> SchemeComparison:
    """Make a model smaller by each scheme, measure it, and throw it away; see :func:`hfkit.facades.compare.compare`."""
    if not settings:
        raise EmptyInputError(
            "there are no schemes, must be at least one", hint="give hfkit.Int8(), for example"
        )
    reports: list[tuple[str, QuantizeReport]] = []
    refused: list[RefusedScheme] = []
    errors: list[HfkitError] = []
    with TemporaryDirectory(prefix="hfkit-compare-") as folder:
        for place, one in enumerate(settings):
            name = repr(one.scheme)
            try:
                reports.append((name, quantize(one, probes, Path(folder) / str(place))))
            except (DeviceError, MissingDependencyError, ModelError) as error:
                refused.append(RefusedScheme(name, error.message))
                errors.append(error)
    if not reports:
        raise errors[0]
    points = [_original(reports[0][1]), *(_figures(report) for _, report in reports)]
    front = set(pareto_front(points))
    return SchemeComparison(
        model=reports[0][1].plan.model,
        compared=tuple(
            ComparedScheme(name, report, on_front=place in front)
            for place, (name, report) in enumerate(reports, start=1)
        ),
        refused=tuple(refused),
        original_on_front=0 in front,
    )


def _original(report: QuantizeReport) -> tuple[float, ...]:
    return -report.original.bytes, 1.0, 0.0 if report.metric else 1.0


def _figures(report: QuantizeReport) -> tuple[float, ...]:
    good = -report.metric.drop.value if report.metric else report.agreement
    return -report.result.bytes, report.throughput.value, good
