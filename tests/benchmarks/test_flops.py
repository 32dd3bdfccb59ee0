"""What is counted from the shapes of a model is what torch counts as it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForSequenceClassification

from flops import Cost, cost_of
from gemm import gemm_rate, widest_layer
from hfkit.testing import TinyFamily, write_tiny_classifier

LENGTHS = (3, 17, 40)


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta"])
def test_the_count_is_torchs_own(tmp_path: Path, family: TinyFamily) -> None:
    folder = write_tiny_classifier(tmp_path, family=family)
    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager")
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        for length in LENGTHS:
            model(input_ids=torch.full((1, length), 5))
    counted = counter.get_total_flops()
    assert counted > 0
    # RoBERTa's head reads every first token alone, as the others do; nothing is left over.
    assert cost_of(model).of(LENGTHS) == counted


def test_costs_add_up_over_texts() -> None:
    assert Cost(per_text=100, per_token=10, per_pair=1).of([2, 3]) == (100 + 20 + 4) + (100 + 30 + 9)


def test_the_largest_layer_is_the_shape_that_the_limit_is_measured_at(tmp_path: Path) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(write_tiny_classifier(tmp_path))
    assert widest_layer(model) == (32, 64)
    assert gemm_rate(32, 64) > 0
