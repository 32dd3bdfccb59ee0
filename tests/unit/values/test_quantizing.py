"""Settings, plans and reports of making a model smaller."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import hfkit
from hfkit.errors import SettingError

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.facades.quantize import QuantizeChanges


@pytest.fixture
def report(quantize_report: hfkit.QuantizeReport) -> hfkit.QuantizeReport:
    return quantize_report


def test_a_plan_says_what_changes_and_what_stays(report: hfkit.QuantizeReport) -> None:
    assert str(report.plan).splitlines() == [
        "model     org/model (aaaaaaaaaaaa), for Classify",
        "scheme    Int8()",
        "changed   2 weights",
        "as it is  bias: small",
        "as it is  5 weights: narrow",
        "bytes     4,000 now, then about 1,000 (25%)",
        "runs on   the processor",
        "note      a note",
    ]
    assert report.plan.to_dict()["skipped"] == [
        {"reason": "small", "names": ["bias"], "numbers": 4},
        {"reason": "narrow", "names": list("abcde"), "numbers": 50},
    ]


def test_a_report_fits_on_a_screen(report: hfkit.QuantizeReport) -> None:
    assert str(report).splitlines() == [
        "out: org/model as Int8(), 30.0% of the bytes",
        "                                            original                result",
        "runs in                               torch, float32        torch, float32",
        "bytes of its files                             4,000                 1,200",
        "bytes of its weights in memory                 3,900                 1,100",
        "peak memory                                    3 MiB             not known",
        "one text                                     2.00 ms               2.00 ms",
        "many                                 1,000.0 texts/s       1,000.0 texts/s",
        "changed by batching                            25.0%                 25.0%",
        "accuracy                        0.900 [0.850, 0.950]  0.850 [0.800, 0.900]",
        "speed         2.00 times [1.50, 2.50] of many, 1.50 times [1.25, 1.75] of one",
        "agreement     75.0% of 4 probes",
        "change        0.12 on the mean, 0.5 at most",
        "metric drops  0.050 [0.010, 0.090]",
        "note: another note",
    ]


def test_a_report_without_a_metric_has_no_lines_of_it(report: hfkit.QuantizeReport) -> None:
    lines = str(replace(report, metric=None)).splitlines()
    assert not [line for line in lines if line.startswith(("accuracy", "metric"))]


def test_a_report_is_drawn(report: hfkit.QuantizeReport, tmp_path: Path) -> None:
    assert report.plot(tmp_path / "report.svg").read_text().startswith("<?xml")
    plain = replace(report, metric=None)
    assert plain.plot(str(tmp_path / "report.png")).read_bytes().startswith(b"\x89PNG")
    assert [line for line in plain.markdown().splitlines() if "metric" in line] == []


def test_a_report_is_json(report: hfkit.QuantizeReport) -> None:
    plain = json.loads(report.to_json(indent=2))
    assert plain == report.to_dict()
    assert plain["result"]["bytes"] == 1200
    assert plain["original"]["source"]["versions"] == {"torch": "2"}
    assert plain["metric"]["drop"] == {"value": 0.05, "low": 0.01, "high": 0.09}
    assert plain["plan"]["changed"] == ["one", "two"]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"min_agreement": None}, ()),
        ({"min_agreement": 0.75, "max_metric_drop": 0.05, "min_speedup": 2.0, "max_bytes": 1200}, ()),
        ({}, ("agreement is 0.75, at least 0.95",)),
        (
            {"min_agreement": None, "max_metric_drop": 0.01},
            ("accuracy drops by 0.05, at most 0.01",),
        ),
        ({"min_agreement": None, "min_speedup": 3}, ("it is 2 times as fast, at least 3",)),
        ({"min_agreement": None, "max_bytes": 1199}, ("it takes 1,200 bytes, at most 1,199",)),
    ],
)
def test_bounds_that_are_not_kept_are_told_with_what_was_measured(
    report: hfkit.QuantizeReport, bounds: QuantizeChanges, expected: tuple[str, ...]
) -> None:
    assert hfkit.Quantize("org/model").with_(**bounds).failures(report) == expected


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, ("perplexity grows by 0.25, at most 0.1",)),
        ({"max_metric_drop": None}, ()),
        (
            {"max_metric_drop": 0.2, "min_agreement": 0.95},
            ("perplexity grows by 0.25, at most 0.2", "agreement is 0.75, at least 0.95"),
        ),
    ],
)
def test_of_models_that_write_perplexity_is_bounded(
    report: hfkit.QuantizeReport, bounds: QuantizeChanges, expected: tuple[str, ...]
) -> None:
    perplexity = hfkit.MetricChange(
        name="perplexity",
        before=hfkit.Estimate(80.0, 70.0, 90.0),
        after=hfkit.Estimate(100.0, 90.0, 110.0),
        drop=hfkit.Estimate(0.25, 0.2, 0.3),
    )
    writer = replace(report, metric=perplexity)
    assert hfkit.Quantize("org/model").with_(**bounds).failures(writer) == expected


@pytest.mark.parametrize(
    ("drop", "bounds", "expected"),
    [
        (0.007, {}, ()),
        (0.025, {}, ("rank correlation drops by 0.025, at most 0.02",)),
        (0.025, {"max_metric_drop": 0.03}, ()),
        (0.025, {"max_metric_drop": None, "min_agreement": 0.9}, ("agreement is 0.75, at least 0.9",)),
    ],
)
def test_of_models_that_embed_the_order_of_texts_is_bounded(
    report: hfkit.QuantizeReport, drop: float, bounds: QuantizeChanges, expected: tuple[str, ...]
) -> None:
    order = hfkit.MetricChange(
        name="rank correlation",
        before=hfkit.Estimate(1.0, 1.0, 1.0),
        after=hfkit.Estimate(1 - drop, 0.9, 1.0),
        drop=hfkit.Estimate(drop, 0.0, 0.1),
    )
    embedder = replace(report, metric=order)
    assert hfkit.Quantize("org/model").with_(**bounds).failures(embedder) == expected


def test_a_bound_of_a_metric_that_is_not_there_is_not_kept(report: hfkit.QuantizeReport) -> None:
    """Of a writer whose probes have one token each, or an embedder with two probes."""
    bare = replace(report, metric=None)
    quantize = hfkit.Quantize("org/model", min_agreement=None, max_metric_drop=0.0)
    assert quantize.failures(bare) == (
        "no metric can be measured on these probes, and may drop by at most 0",
    )
    for own in ("auto", None):
        assert quantize.with_(max_metric_drop=own).failures(bare) == ()


@pytest.fixture
def comparison(report: hfkit.QuantizeReport) -> hfkit.SchemeComparison:
    small = replace(
        report, result=replace(report.result, bytes=900), throughput=hfkit.Speedup(1.25, low=1, high=2)
    )
    return hfkit.SchemeComparison(
        model="org/model",
        compared=(
            hfkit.ComparedScheme("Int8()", report, on_front=True),
            hfkit.ComparedScheme("Int4()", small, on_front=True),
            hfkit.ComparedScheme(
                "Cast()", replace(report, result=replace(report.result, bytes=2000)), on_front=False
            ),
        ),
        refused=(hfkit.RefusedScheme("Torchao(bits='int8')", "not installed"),),
        original_on_front=True,
    )


def test_schemes_stand_side_by_side(comparison: hfkit.SchemeComparison) -> None:
    assert comparison.front == ("Int4()", "Int8()")
    assert str(comparison).splitlines() == [
        "org/model on 4 probes",
        "scheme     MB   bytes  many   one              accuracy  front",
        "original  0.0  100.0%  1.00  1.00  0.900 [0.850, 0.950]      *",
        "Int8()    0.0   30.0%  2.00  1.50  0.850 [0.800, 0.900]      *",
        "Int4()    0.0   22.5%  1.25  1.50  0.850 [0.800, 0.900]      *",
        "Cast()    0.0   50.0%  2.00  1.50  0.850 [0.800, 0.900]",
        "not tried: Torchao(bits='int8'): not installed",
    ]
    assert comparison.markdown().splitlines()[:3] == [
        "| scheme | MB | bytes | many | one | accuracy | front |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| original | 0.0 | 100.0% | 1.00 | 1.00 | 0.900 [0.850, 0.950] | * |",
    ]


def test_schemes_without_a_metric_are_compared_by_agreement(comparison: hfkit.SchemeComparison) -> None:
    plain = replace(
        comparison,
        compared=tuple(
            replace(one, report=replace(one.report, metric=None)) for one in comparison.compared[:1]
        ),
        original_on_front=False,
    )
    assert plain.markdown().splitlines() == [
        "| scheme | MB | bytes | many | one | agreement | front |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| original | 0.0 | 100.0% | 1.00 | 1.00 | 100.0% |  |",
        "| Int8() | 0.0 | 30.0% | 2.00 | 1.50 | 75.0% | * |",
    ]


def test_a_comparison_is_json(comparison: hfkit.SchemeComparison) -> None:
    plain = json.loads(comparison.to_json(indent=2))
    assert plain == comparison.to_dict()
    assert plain["compared"][1]["report"]["result"]["bytes"] == 900
    assert plain["refused"] == [{"scheme": "Torchao(bits='int8')", "reason": "not installed"}]


def test_a_comparison_is_drawn(comparison: hfkit.SchemeComparison, tmp_path: Path) -> None:
    plain = replace(
        comparison,
        compared=tuple(replace(one, report=replace(one.report, metric=None)) for one in comparison.compared),
    )
    assert comparison.plot(tmp_path / "schemes.svg").read_text().startswith("<?xml")
    assert plain.plot(str(tmp_path / "plain.png")).read_bytes().startswith(b"\x89PNG")
    one = comparison.compared[0].report
    assert one.metric is not None
    perplexity = replace(one, metric=replace(one.metric, name="perplexity"))
    compared = (replace(comparison.compared[0], report=perplexity),)
    replace(comparison, compared=compared).plot(tmp_path / "perplexity.png")
    with pytest.raises(SettingError, match="must end in"):
        comparison.plot(tmp_path / "schemes.pdf")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": ""}, "model is empty, must be a folder or a repository"),
        ({"model": None}, "model is None, must be str or PathLike"),
        (
            {"scheme": "int8"},
            "scheme is 'int8', must be Int8 or StaticInt8 or Int4 or Cast or Torchao or BitsAndBytes",
        ),
        ({"max_metric_drop": -0.1}, "max_metric_drop is -0.1, must be at least 0"),
        ({"min_agreement": 1.5}, "min_agreement is 1.5, must be at least 0 and at most 1"),
        ({"min_speedup": 0}, "min_speedup is 0, must be above 0"),
        ({"max_bytes": 0}, "max_bytes is 0, must be a whole number, at least 1"),
        ({"max_bytes": 0.5}, "max_bytes is 0.5, must be a whole number, at least 1"),
        ({"rounds": 0}, "rounds is 0, must be a whole number, at least 1"),
        ({"overwrite": 1}, "overwrite is 1, must be bool"),
        ({"runtime": "cpu"}, "runtime is 'cpu', must be Runtime"),
        ({"bootstrap": 1000}, "bootstrap is 1000, must be Bootstrap"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        hfkit.Quantize(**({"model": "org/model"} | settings))  # type: ignore[arg-type]  # on purpose
    assert caught.value.message == message


def test_a_number_type_of_16_bits_it_is() -> None:
    assert hfkit.Cast() == hfkit.Cast("bfloat16")
    with pytest.raises(SettingError, match="dtype 'int8' is not one of"):
        hfkit.Cast("int8")  # type: ignore[arg-type]


def test_bits_are_those_of_the_library() -> None:
    assert (hfkit.Torchao(), hfkit.BitsAndBytes()) == (hfkit.Torchao("int8"), hfkit.BitsAndBytes("nf4"))
    with pytest.raises(SettingError, match="bits 'int4' is not one of"):
        hfkit.Torchao("int4")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="bits 'float8' is not one of"):
        hfkit.BitsAndBytes("float8")  # type: ignore[arg-type]


def test_texts_that_steps_are_measured_on() -> None:
    assert repr(hfkit.StaticInt8(("one",))) == "StaticInt8(1 text)"
    with pytest.raises(SettingError, match="there are no texts, must be at least one"):
        hfkit.StaticInt8(())
    with pytest.raises(SettingError, match="texts holds an empty text"):
        hfkit.StaticInt8(("one", ""))
    with pytest.raises(SettingError, match=r"texts is \['one'\], must be a tuple of texts"):
        hfkit.StaticInt8(["one"])  # type: ignore[arg-type]


def test_settings_are_written_as_they_would_be_typed() -> None:
    quantize = hfkit.Quantize("org/model", scheme=hfkit.Cast("float16"), max_bytes=9)
    assert repr(quantize) == "Quantize('org/model', scheme=Cast(dtype='float16'), max_bytes=9)"
