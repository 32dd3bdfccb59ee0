"""Compare what several schemes make of one model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from hfkit._lazy import reach
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.quantizing import QuantizeSettings
from hfkit.values.runtime import Runtime
from hfkit.values.scheme_comparison import SchemeComparison
from hfkit.values.schemes import Scheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.data.labelled import Labelled
    from hfkit.data.squad import Squad
    from hfkit.data.tagged import Tagged
    from hfkit.data.texts import Texts
    from hfkit.values.inputs import Question, TagInput, TextInput

__all__ = ["compare"]


def compare(
    model: str | os.PathLike[str],
    schemes: Sequence[Scheme],
    probes: Sequence[TextInput]
    | Sequence[Question]
    | Sequence[TagInput]
    | Labelled
    | Squad
    | Tagged
    | Texts
    | None,
    /,
    *,
    rounds: int = 5,
    bootstrap: Bootstrap = Bootstrap(),
    runtime: Runtime = Runtime(),
) -> SchemeComparison:
    """Make a model smaller in several ways, measure each as :class:`hfkit.Quantize` does, and keep none.

    Each scheme takes as long as Quantize does, one after the other. Speeds are those against the original, timed in
    turns with it, so they can be compared with each other.

    Args:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``, for Classify, Answer, Tag,
            Embed or Generate.
        schemes: what to try.
        probes: as of Quantize.
        rounds: how often each is timed in turns with the original, at least 1.
        bootstrap: how confidence intervals are drawn.
        runtime: where and how the original runs.

    Returns:
        The schemes side by side; one that this machine or this model does not take is told as refused.

    Raises:
        EmptyInputError: there are no schemes.
        HfkitError: what Quantize raises; of what keeps a scheme from being tried, the first if it keeps all.
    """
    settings = [
        QuantizeSettings(
            model,
            scheme=scheme,
            max_metric_drop=None,
            min_agreement=None,
            rounds=rounds,
            bootstrap=bootstrap,
            runtime=runtime,
        )
        for scheme in schemes
    ]
    try_all = cast(
        "Callable[[Sequence[QuantizeSettings], object], SchemeComparison]",
        reach("hfkit.jobs.quantizing.comparing_schemes", "compare_schemes"),
    )
    return try_all(settings, probes)
