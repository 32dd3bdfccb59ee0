"""The life of a batch, lived by a model that gives away what it has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from hfkit.backends.onnx.writing_trial import TrialReading, live

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import FloatArray, IntArray

VOCABULARY = 90


class Remembering:
    """A batch whose logits name all that was read, as a number."""

    def __init__(self) -> None:
        self.rows: list[TrialReading] = []
        self.shared: list[int] = []

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        self.shared.append(shared)
        assert all(np.array_equal(row[:shared], rows[0][:shared]) and len(row) > shared for row in rows)
        new = [TrialReading(row) if opening is None else TrialReading(opening, row) for row in rows]
        self.rows += new
        return np.stack([named(row) for row in new])

    def write(self, tokens: IntArray, /) -> FloatArray:
        found = []
        for column in tokens.T:
            self.rows = [
                TrialReading(np.append(row.text, token), row.source)
                for row, token in zip(self.rows, column, strict=True)
            ]
            found.append(np.stack([named(row) for row in self.rows]))
        return np.stack(found, axis=1)

    def keep(self, rows: IntArray, /) -> None:
        self.rows = [self.rows[row] for row in rows]

    def forget(self, tokens: int, /) -> None:
        self.rows = [TrialReading(row.text[:-tokens], row.source) for row in self.rows]


def named(reading: TrialReading) -> FloatArray:
    source = () if reading.source is None else tuple(reading.source.tolist())
    return np.array([hash((tuple(reading.text.tolist()), source)) % 1_000_003], dtype=np.float32)


@pytest.mark.parametrize("encodes", [False, True])
@pytest.mark.parametrize("longest", [18, 80])
def test_readings_say_after_what_logits_were_given(*, encodes: bool, longest: int) -> None:
    batch = Remembering()
    logits, readings = live(batch, vocabulary=VOCABULARY, longest=longest, encodes=encodes)
    np.testing.assert_array_equal(logits, np.stack([named(reading) for reading in readings]))
    assert max(len(reading.source if encodes else reading.text) for reading in readings) <= longest  # type: ignore[arg-type]
    lengths = {len(reading.text) for reading in readings}
    assert len(lengths) > 3
    assert any(batch.shared) is not encodes
    ids = np.concatenate([reading.text for reading in readings])
    assert ids.min() >= VOCABULARY // 3
    assert ids.max() < VOCABULARY * 2 // 3


def test_it_is_the_same_each_time() -> None:
    one, other = (live(Remembering(), vocabulary=VOCABULARY, longest=40, encodes=False)[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)
