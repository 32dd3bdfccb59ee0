"""Examples side by side, and end to end."""

from __future__ import annotations

import numpy as np
import pytest

from hfkit.jobs.tuning.batches import IGNORED, Collate, count_tokens
from hfkit.jobs.tuning.examples import Example


def example(*ids: int) -> Example:
    labels = np.array(ids)
    labels[0] = IGNORED
    return Example(np.array(ids), None, {"labels": labels})


EXAMPLES = [example(1, 2), example(3, 4, 5, 6), example(7, 8, 9)]


def test_examples_lie_end_to_end_each_with_positions_of_its_own() -> None:
    batch = Collate(pad_id=0, labels="tokens", packed=6)(EXAMPLES)
    assert batch["input_ids"].tolist() == [[3, 4, 5, 6, 0], [7, 8, 9, 1, 2]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 3, 0], [0, 1, 2, 0, 1]]
    assert batch["labels"].tolist() == [[IGNORED, 4, 5, 6, IGNORED], [IGNORED, 8, 9, IGNORED, 2]]
    assert batch.keys() == {"input_ids", "position_ids", "labels"}


@pytest.mark.parametrize("packed", [None, 6, 64])
@pytest.mark.parametrize("multiple", [1, 8])
def test_padding_is_not_counted(packed: int | None, multiple: int) -> None:
    collate = Collate(pad_id=0, labels="tokens", packed=packed, multiple=multiple)
    batch = collate(EXAMPLES)
    assert count_tokens(batch) == 9
    assert batch["input_ids"].shape[1] % multiple == 0
    if multiple == 1:
        assert batch["input_ids"].numel() == collate.computed(np.array([2, 4, 3]))
