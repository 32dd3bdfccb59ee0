"""Several schemes of one model, side by side."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hfkit._lazy import reach

from .jsonable import to_json_value
from .layout import aligned, counted
from .quantize_report import QuantizeReport

__all__ = ["ComparedScheme", "RefusedScheme", "SchemeComparison"]

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ComparedScheme:
    """What a scheme made of the model.

    Attributes:
        scheme: the scheme, as it is written.
        report: all that was measured of it.
        on_front: whether nothing else that was compared, the original included, is at least as small, as fast and as
            good, and better in one of them.
    """

    scheme: str
    report: QuantizeReport
    on_front: bool

    def to_dict(self) -> dict[str, object]:
        """Give the scheme as a dict of JSON values."""
        return {"scheme": self.scheme, "report": self.report.to_dict(), "on_front": self.on_front}


@dataclass(frozen=True, slots=True)
class RefusedScheme:
    """A scheme that could not be tried.

    Attributes:
        scheme: the scheme, as it is written.
        reason: why.
    """

    scheme: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeComparison:
    """What several schemes make of one model: size against speed against how good it still is.

    Good is the metric, where the probes have one, and else agreement with the original.

    Attributes:
        model: the repository's name, or the whole path of a folder.
        compared: the schemes, in the order in which they were given.
        refused: those that this machine, or this model, does not take.
        original_on_front: whether no scheme is at least as small, as fast and as good as the original.
    """

    model: str
    compared: tuple[ComparedScheme, ...]
    refused: tuple[RefusedScheme, ...]
    original_on_front: bool

    @property
    def front(self) -> tuple[str, ...]:
        """The schemes that nothing beats, smallest first."""
        found = [one for one in self.compared if one.on_front]
        return tuple(one.scheme for one in sorted(found, key=lambda one: one.report.result.bytes))

    def to_dict(self) -> dict[str, object]:
        """Give the comparison as a dict of JSON values."""
        return {
            "model": self.model,
            "compared": [one.to_dict() for one in self.compared],
            "refused": [to_json_value(one) for one in self.refused],
            "original_on_front": self.original_on_front,
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """Give the comparison as a JSON object, non-ASCII characters as they are.

        Args:
            indent: spaces per level; None for one line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def markdown(self) -> str:
        """Give the comparison as a table in Markdown; a star marks what nothing beats."""
        head, *rows = self._rows()
        lines = [head, tuple("---" for _ in head), *rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in lines)

    def plot(self, path: str | os.PathLike[str], /) -> Path:
        """Draw size against speed, and size against how good each is.

        Args:
            path: where to; ``.png`` or ``.svg`` says what is drawn.

        Returns:
            The file.

        Raises:
            SettingError: the file's name ends otherwise.
            MissingDependencyError: matplotlib is not installed.
        """
        draw = cast(
            "Callable[[SchemeComparison, Path], None]", reach("hfkit.interop.schemes_plot", "plot_schemes")
        )
        draw(self, Path(path))
        return Path(path)

    def __str__(self) -> str:
        probes = counted(self.compared[0].report.probes, "probe")
        lines = [f"{self.model} on {probes}", *aligned(self._rows())]
        return "\n".join([*lines, *(f"not tried: {one.scheme}: {one.reason}" for one in self.refused)])

    def _rows(self) -> list[tuple[str, ...]]:
        first = self.compared[0].report
        metric = first.metric
        rows: list[tuple[str, ...]] = [
            ("scheme", "MB", "bytes", "many", "one", metric.name if metric else "agreement", "front"),
            (
                "original",
                f"{first.original.bytes / _MEGABYTE:,.1f}",
                "100.0%",
                "1.00",
                "1.00",
                str(metric.before) if metric else "100.0%",
                "*" if self.original_on_front else "",
            ),
        ]
        for one in self.compared:
            report = one.report
            good = str(report.metric.after) if report.metric else f"{report.agreement:.1%}"
            rows.append(
                (
                    one.scheme,
                    f"{report.result.bytes / _MEGABYTE:,.1f}",
                    f"{report.result.bytes / report.original.bytes:.1%}",
                    f"{report.throughput.value:.2f}",
                    f"{report.latency.value:.2f}",
                    good,
                    "*" if one.on_front else "",
                )
            )
        return rows
