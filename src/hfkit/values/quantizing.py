"""How a model is made smaller, and what it must still be able to do: the settings of Quantize."""

from __future__ import annotations

import os
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from hfkit.errors import SettingError

from .bootstrap import Bootstrap
from .constraints import require_kind, require_number, require_whole
from .publish_secrets import require_no_token
from .runtime import Runtime
from .schemes import Int8, Scheme
from .shown import shown_settings

if TYPE_CHECKING:
    from .quantize_report import QuantizeReport

__all__ = ["Bound", "QuantizeSettings"]

Bound: TypeAlias = float | Literal["auto"] | None
"""A bound of how much worse a result may be; ``"auto"`` for hfkit's own, None for none."""

# What "auto" means: the decisions are bounded, but not where they are narrow. The next token turns over where two are
# about as likely, and the nearest text where two are about as near; so there a metric is.
_LEAST_AGREEMENT = 0.95
_MOST = {"perplexity": 0.1, "rank correlation": 0.02}


@dataclass(frozen=True, slots=True, repr=False)
class QuantizeSettings:
    """What is made smaller, how, and from when on the result is refused.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``, for Classify, Answer, Tag,
            Embed or Generate.
        scheme: what it is made of afterwards.
        max_metric_drop: by how much the metric may get worse: on labelled probes accuracy and F1, from 0 to 1, by
            their difference; perplexity, of a model that writes, by its growth, 0.01 for one percent; of a model
            that embeds, the rank correlation of its cosines, which was 1. ``"auto"`` bounds perplexity by 0.1, rank
            correlation by 0.02, and nothing else. None for no bound.
        min_agreement: the least share of probes on which the result decides as the original does, from 0 to 1;
            ``"auto"`` is 0.95, and none where ``max_metric_drop`` has a bound of its own. None for no bound.
        min_speedup: how many times as fast as the original many probes must at least be read; None for no bound.
        max_bytes: the most bytes of the result's files; None for no bound.
        rounds: how often the two are timed, in turns, at least 1.
        bootstrap: how confidence intervals are drawn.
        overwrite: put the result in the place of another one of Quantize; of other files nothing is ever replaced.
        runtime: where and how the original runs; the result is measured with the same, but in its own number type.

    Raises:
        SettingError: a setting is out of its range.
    """

    model: str | os.PathLike[str]
    _: KW_ONLY
    scheme: Scheme = Int8()
    max_metric_drop: Bound = "auto"
    min_agreement: Bound = "auto"
    min_speedup: float | None = None
    max_bytes: int | None = None
    rounds: int = 5
    bootstrap: Bootstrap = Bootstrap()
    overwrite: bool = False
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_kind("model", self.model, (str, os.PathLike))
        require_no_token("model", self.model)
        if not str(self.model):
            raise SettingError("model is empty, must be a folder or a repository", hint="name the model")
        require_kind("scheme", self.scheme, get_args(Scheme))
        require_kind("bootstrap", self.bootstrap, (Bootstrap,))
        require_kind("runtime", self.runtime, (Runtime,))
        require_kind("overwrite", self.overwrite, (bool,))
        if self.max_metric_drop not in {None, "auto"}:
            require_number("max_metric_drop", self.max_metric_drop, least=0)
        if self.min_agreement not in {None, "auto"}:
            require_number("min_agreement", self.min_agreement, least=0, most=1)
        if self.min_speedup is not None:
            require_number("min_speedup", self.min_speedup, above=0)
        require_whole("max_bytes", self.max_bytes, least=1)
        require_whole("rounds", self.rounds, least=1, required=True)

    def failures(self, report: QuantizeReport) -> tuple[str, ...]:
        """Say which bounds a result does not keep, each with what was measured."""
        found = []
        metric, agreement, speedup = report.metric, report.agreement, report.throughput.value
        most, least = self.max_metric_drop, self.min_agreement
        own = None if metric is None else _MOST.get(metric.name)
        if most == "auto":
            most = own
        if least == "auto":
            least = _LEAST_AGREEMENT if own is None else None
        if most is not None and metric is None:  # asked for, and never seen to be kept
            found.append(f"no metric can be measured on these probes, and may drop by at most {most:g}")
        if most is not None and metric is not None and metric.drop.value > most:
            how = "grows" if metric.name == "perplexity" else "drops"
            found.append(f"{metric.name} {how} by {metric.drop.value:.4g}, at most {most:g}")
        if least is not None and agreement < least:
            found.append(f"agreement is {agreement:.4g}, at least {least:g}")
        if self.min_speedup is not None and speedup < self.min_speedup:
            found.append(f"it is {speedup:.3g} times as fast, at least {self.min_speedup:g}")
        if self.max_bytes is not None and report.result.bytes > self.max_bytes:
            found.append(f"it takes {report.result.bytes:,} bytes, at most {self.max_bytes:,}")
        return tuple(found)

    def __repr__(self) -> str:
        return shown_settings(self)
