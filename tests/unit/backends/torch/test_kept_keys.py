"""Keys and values as rows come, grow and leave: what is there must be what was written, wherever it lies."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hfkit.backends.torch.kept_keys import KeptKeys

HEADS, SIZE, LAYERS = 2, 3, 2


def written(kept: KeptKeys, tokens: list[list[int]]) -> None:
    """Write tokens as a model would: every layer's keys and values tell token and layer apart."""
    with torch.inference_mode():
        for layer in range(LAYERS):
            states = torch.tensor(tokens, dtype=torch.float32)[:, None, :, None].expand(-1, HEADS, -1, SIZE)
            kept.cache.update(states + layer / 10, -states - layer / 10, layer)  # type: ignore[attr-defined]


def held(kept: KeptKeys) -> list[list[int]]:
    """Give the tokens of each row; all layers, heads and values must agree on them."""
    found = []
    for number, layer in enumerate(kept._layers):
        keys, values = (part.numpy() for part in layer._parts())
        np.testing.assert_array_equal(keys, keys[:, :1, :, :1].repeat(HEADS, 1).repeat(SIZE, 3))
        np.testing.assert_array_equal(keys, -values)
        found.append(np.rint(keys[:, 0, :, 0] - number / 10 * (keys[:, 0, :, 0] != 0)).astype(int).tolist())
    assert all(layer == found[0] for layer in found)
    first: list[list[int]] = found[0]
    return first


def read(*rows: list[int]) -> KeptKeys:
    kept = KeptKeys()
    written(kept, list(rows))
    return kept


@pytest.mark.parametrize("more", [1, 40])
@pytest.mark.parametrize("rows", [[0, 2], [2, 0], [1, 1, 0], [3], [0, 1, 3]])
def test_rows_leave_swap_and_fork_after_any_number_of_tokens(more: int, rows: list[int]) -> None:
    kept = KeptKeys()
    kept.join([read([1, 2], [3, 4], [5, 6], [7, 8])], [[0, 1, 2, 3]])
    for token in range(more):
        written(kept, [[100 * row + token + 10] for row in range(4)])
    before = held(kept)
    kept.keep(rows)
    assert held(kept) == [before[row] for row in rows]
    written(kept, [[9] for _ in rows])
    assert held(kept) == [[*before[row], 9] for row in rows]


@pytest.mark.parametrize("more", [0, 1, 40])
def test_rows_that_come_end_where_the_others_do(more: int) -> None:
    kept = KeptKeys()
    kept.join([read([1, 2, 3])], [[0]])
    for token in range(more):
        written(kept, [[token + 10]])
    (first,) = held(kept)
    kept.join([read([4, 5]), read([6], [7])], [[2], [1, 3]])
    width = max(len(first), 2)
    assert held(kept) == [[0] * (width - len(row)) + row for row in (first, [6], [4, 5], [7])]


def test_longer_rows_move_the_others() -> None:
    kept = KeptKeys()
    kept.join([read([1])], [[0]])
    kept.join([read([2, 3, 4])], [[1]])
    assert held(kept) == [[0, 0, 1], [2, 3, 4]]


def test_a_copy_goes_on_alone() -> None:
    shared = read([1, 2])
    copy = shared.forked(3, more=1)
    written(copy, [[3], [4], [5]])
    assert held(copy) == [[1, 2, 3], [1, 2, 4], [1, 2, 5]]
    assert held(shared) == [[1, 2]]


def test_columns_are_let_go_at_both_ends() -> None:
    kept = read([0, 1, 2, 3], [0, 0, 5, 6])
    kept.keep([1], start=2)
    assert held(kept) == [[5, 6]]
    written(kept, [[7]])
    kept.crop_to(2)
    assert held(kept) == [[5, 6]]
    assert kept.columns == 2
    assert kept.bytes == LAYERS * 2 * HEADS * 2 * SIZE * 4
