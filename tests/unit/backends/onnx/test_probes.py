"""What exports are compared on."""

from __future__ import annotations

import numpy as np
import pytest

from hfkit.backends.onnx.probes import difference, probe_batch, probes
from hfkit.backends.protocols import ModelCard

CARD = ModelCard(max_tokens=512, pad_id=0, device="cpu", dtype="float32")


def test_batches_are_of_many_shapes_and_mixed_lengths() -> None:
    batches = probes(CARD, vocabulary=100, types=True)
    assert len({batch.ids.shape[0] for batch in batches}) > 3
    assert len({int(length) for batch in batches for length in batch.mask.sum(axis=1)}) > 10
    assert any(batch.mask.min() == 0 for batch in batches)
    assert any(batch.types.max() == 1 for batch in batches)


def test_a_short_model_is_not_asked_for_more() -> None:
    card = ModelCard(max_tokens=8, pad_id=0, device="cpu", dtype="float32")
    assert max(batch.ids.shape[1] for batch in probes(card, vocabulary=100, types=False)) == 8


def test_what_cannot_be_padded_is_not() -> None:
    card = ModelCard(max_tokens=None, pad_id=0, device="cpu", dtype="float32", pads=False)
    assert all(batch.mask.min() == 1 for batch in probes(card, vocabulary=100, types=False))


@pytest.mark.parametrize("vocabulary", [1, 2, 3, 30_000])
def test_ids_are_in_the_vocabulary(vocabulary: int) -> None:
    batches = probes(CARD, vocabulary=vocabulary, types=False)
    assert all(0 <= batch.ids.min() <= batch.ids.max() < vocabulary for batch in batches)


def test_a_difference_is_in_parts_of_large_outputs() -> None:
    batch = probe_batch(CARD, (3, 3), vocabulary=9, types=False)
    large = np.array([[50.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    assert difference(large, large + np.float32(1), batch) == pytest.approx(0.02)
    small = large / np.float32(100)
    assert difference(small, small + np.float32(1), batch) == pytest.approx(1.0)


def test_what_stands_at_padding_does_not_differ() -> None:
    batch = probe_batch(CARD, (3, 1), vocabulary=9, types=False)
    one, other = np.zeros((2, 3, 2), dtype=np.float32), np.zeros((2, 3, 2), dtype=np.float32)
    other[1, 2] = 7
    assert difference(one, other, batch) == 0
    other[1, 0] = 0.5
    assert difference(one, other, batch) == 0.5


@pytest.mark.parametrize("other", [np.zeros((2, 3)), np.full((2, 2), np.nan), np.full((2, 2), np.inf)])
def test_another_shape_or_no_number_is_as_far_as_can_be(other: np.ndarray[tuple[int, int]]) -> None:
    batch = probe_batch(CARD, (3, 3), vocabulary=9, types=False)
    assert difference(np.zeros((2, 2), dtype=np.float32), other.astype(np.float32), batch) == float("inf")
