from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.masking import mask_tokens

MASK, VOCABULARY = 999, 50
sequences = st.lists(st.tuples(st.integers(0, 49), st.booleans()), min_size=1, max_size=200).filter(
    lambda tokens: any(own for _, own in tokens)
)


def draw(tokens: list[tuple[int, bool]], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    ids, own = np.array([id_ for id_, _ in tokens]), np.array([own for _, own in tokens])
    chance = np.random.default_rng(seed)
    return ids, own, *mask_tokens(ids, own, mask_id=MASK, vocabulary=VOCABULARY, chance=chance)


@given(sequences, st.integers(0, 99))
def test_only_chosen_tokens_change(tokens: list[tuple[int, bool]], seed: int) -> None:
    """What is not told is read as it stands, special tokens above all; ids are masks or of the vocabulary."""
    ids, own, read, told = draw(tokens, seed)
    assert (read[~told] == ids[~told]).all()
    assert not (told & ~own).any()
    assert ((read == MASK) | ((read >= 0) & (read < VOCABULARY))).all()


@given(sequences, st.integers(0, 99))
def test_the_share_is_kept(tokens: list[tuple[int, bool]], seed: int) -> None:
    """15 % of a text's own tokens are told, and one at least: no text teaches nothing."""
    _, own, _, told = draw(tokens, seed)
    assert told.sum() == max(1, round(0.15 * own.sum()))


@given(sequences, st.integers(0, 99))
def test_the_same_seed_draws_the_same(tokens: list[tuple[int, bool]], seed: int) -> None:
    """A run that goes on hides the same tokens."""
    *_, read, told = draw(tokens, seed)
    *_, again, told_again = draw(tokens, seed)
    assert (read == again).all()
    assert (told == told_again).all()
