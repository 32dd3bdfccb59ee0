"""What several folders of unit tests look at."""

from __future__ import annotations

import pytest

import hfkit

SOURCE = hfkit.Source(
    model="org/model",
    revision="abc",
    tokenizer="sha256:1",
    backend="torch",
    device="cpu",
    dtype="float32",
    versions=(("torch", "2"),),
)


def measured(size: int, *, peak: int | None) -> hfkit.MeasuredModel:
    return hfkit.MeasuredModel(
        source=SOURCE,
        bytes=size,
        weight_bytes=size - 100,
        peak_memory=peak,
        seconds_per_text=0.002,
        texts_per_second=1000.0,
        changed_by_batching=0.25,
    )


@pytest.fixture
def quantize_report() -> hfkit.QuantizeReport:
    """A model in 8 bits, with every figure known but one."""
    plan = hfkit.QuantizePlan(
        model="org/model",
        revision="sha256:" + "a" * 64,
        verb="Classify",
        scheme="Int8()",
        changed=("one", "two"),
        skipped=(
            hfkit.SkippedWeights("small", ("bias",), 4),
            hfkit.SkippedWeights("narrow", tuple("abcde"), 50),
        ),
        bytes=4000,
        expected_bytes=1000,
        runs_on="the processor",
        notes=("a note",),
    )
    return hfkit.QuantizeReport(
        output="out",
        plan=plan,
        settings="Quantize('org/model')",
        original=measured(4000, peak=3 << 20),
        result=measured(1200, peak=None),
        probes=4,
        agreement=0.75,
        differing=(2,),
        largest_change=0.5,
        mean_change=0.125,
        metric=hfkit.MetricChange(
            name="accuracy",
            before=hfkit.Estimate(0.9, 0.85, 0.95),
            after=hfkit.Estimate(0.85, 0.8, 0.9),
            drop=hfkit.Estimate(0.05, 0.01, 0.09),
        ),
        latency=hfkit.Speedup(1.5, low=1.25, high=1.75),
        throughput=hfkit.Speedup(2.0, low=1.5, high=2.5),
        notes=("another note",),
    )
