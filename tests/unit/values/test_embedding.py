from __future__ import annotations

import numpy as np
import pytest

import hfkit

SOURCE = hfkit.Source("m", "r", "t", "fake", "cpu", "float32", ())


def embedding(*numbers: float, windows: int = 1) -> hfkit.Embedding:
    return hfkit.Embedding(np.array(numbers, dtype=np.float32), hfkit.Coverage(4, 4, windows=windows), SOURCE)


def test_embeddings_are_equal_by_their_numbers() -> None:
    one, same, other = embedding(1, 2), embedding(1, 2), embedding(1, 3)
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != embedding(1, 2, windows=2)
    assert one != "a text"


def test_a_long_vector_is_printed_short() -> None:
    assert repr(embedding(0.25, -1)) == "<Embedding of 2 numbers: 0.250, -1.000>"
    assert repr(embedding(*range(384))) == "<Embedding of 384 numbers: 0.000, 1.000, 2.000, ...>"


def test_a_batch_of_embeddings_is_one_array() -> None:
    matrix = hfkit.Batch([embedding(1, 2), embedding(3, 4), embedding(5, 6)]).to_numpy()
    assert matrix.dtype == np.float32
    assert matrix.tolist() == [[1, 2], [3, 4], [5, 6]]
    empty: hfkit.Batch[hfkit.Embedding] = hfkit.Batch(())
    assert empty.to_numpy().shape == (0, 0)


def test_an_embedding_is_json_ready() -> None:
    written = embedding(0.5, 1).to_dict()
    assert written["vector"] == [0.5, 1]
    assert written["coverage"] == {"read": 4, "total": 4, "windows": 1}
    frame = hfkit.Batch([embedding(0.5, 1)]).to_pandas()
    assert frame["vector"][0] == pytest.approx([0.5, 1])
