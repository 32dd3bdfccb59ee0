"""What is written beside a smaller model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hfkit.jobs.quantizing.card import model_card

if TYPE_CHECKING:
    import hfkit


def test_a_card_names_the_model_and_what_was_measured(quantize_report: hfkit.QuantizeReport) -> None:
    assert model_card(quantize_report).splitlines() == [
        "---",
        "base_model: org/model",
        "base_model_relation: quantized",
        "tags:",
        "- quantized",
        "---",
        "",
        "# org/model as Int8()",
        "",
        "A smaller org/model for hfkit.Classify, made with hfkit.Quantize. It runs in the processor.",
        "",
        "|  | original | result |",
        "| --- | --- | --- |",
        "| runs in | torch, float32 | torch, float32 |",
        "| bytes of its files | 4,000 | 1,200 |",
        "| bytes of its weights in memory | 3,900 | 1,100 |",
        "| peak memory | 3 MiB | not known |",
        "| one text | 2.00 ms | 2.00 ms |",
        "| many | 1,000.0 texts/s | 1,000.0 texts/s |",
        "| changed by batching | 25.0% | 25.0% |",
        "| accuracy | 0.900 [0.850, 0.950] | 0.850 [0.800, 0.900] |",
        "",
        "- speed 2.00 times [1.50, 2.50] of many, 1.50 times [1.25, 1.75] of one",
        "- agreement 75.0% of 4 probes",
        "- change 0.12 on the mean, 0.5 at most",
        "- metric drops 0.050 [0.010, 0.090]",
        "- another note",
        "",
        "`quantizing.json` has all that was measured, and how.",
    ]


def test_a_folder_of_this_machine_is_named_by_its_last_part(quantize_report: hfkit.QuantizeReport) -> None:
    local = replace(quantize_report, plan=replace(quantize_report.plan, model="/home/somebody/models/mine"))
    card = model_card(local)
    assert card.startswith("---\ntags:\n- quantized\n---\n\n# mine as Int8()")
    assert "somebody" not in card
