"""Examples side by side, their labels padded as a loss leaves them out."""

from __future__ import annotations

import numpy as np
import pytest

from hfkit.jobs.tuning.batches import IGNORED, Collate, LabelShape, TargetText, count_tokens
from hfkit.jobs.tuning.examples import Example, Examples


def example(ids: list[int], labels: list[int], *, written: int = 0) -> Example:
    return Example(np.array(ids), None, {"labels": np.array(labels)}, written=written)


@pytest.mark.parametrize(
    ("shape", "labels", "expected"),
    [
        ("row", [[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        ("tokens", [[1, 2, 3], [4]], [[1, 2, 3], [4, IGNORED, IGNORED]]),
    ],
)
def test_labels_of_examples_and_of_tokens(
    shape: LabelShape, labels: list[list[int]], expected: list[list[int]]
) -> None:
    batch = Collate(pad_id=9, labels=shape)([example([5, 6, 7], labels[0]), example([8], labels[1])])
    assert batch["input_ids"].tolist() == [[5, 6, 7], [8, 9, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch["labels"].tolist() == expected
    assert "decoder_input_ids" not in batch


def test_a_decoder_reads_what_it_has_said_behind_its_opening() -> None:
    rows = [example([5], [1, 2, 3], written=3), example([6, 7], [4], written=1)]
    batch = Collate(pad_id=9, labels=TargetText(opening=8))(rows)
    assert batch["labels"].tolist() == [[1, 2, 3], [4, IGNORED, IGNORED]]
    assert batch["decoder_input_ids"].tolist() == [[8, 1, 2], [8, 9, 9]]
    wide = Collate(pad_id=9, labels=TargetText(opening=8), multiple=8)(rows)
    assert [part.shape for part in wide.values()] == [(2, 8)] * 4


def test_what_is_written_counts_as_length() -> None:
    assert Examples([example([5], [1, 2, 3], written=3), example([6, 7], [4])]).lengths.tolist() == [4, 2]


def test_padding_is_not_counted() -> None:
    rows = [example([5], [1, 2, 3], written=3), example([6, 7], [4], written=1)]
    assert count_tokens(Collate(pad_id=9, labels=TargetText(opening=8))(rows)) == 7
    labelled = [example([5], [1]), example([6, 7], [4, 4])]
    assert count_tokens(Collate(pad_id=9, labels="tokens")(labelled)) == 3
