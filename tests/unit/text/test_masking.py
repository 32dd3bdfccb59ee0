from __future__ import annotations

import numpy as np
import pytest

from hfkit.text.masking import mask_tokens


def test_most_are_hidden_some_replaced_some_left() -> None:
    ids = np.arange(100_000) % 1000
    read, told = mask_tokens(
        ids, np.ones(len(ids), bool), mask_id=-1, vocabulary=1000, chance=np.random.default_rng(5)
    )
    hidden, left = read[told] == -1, read[told] == ids[told]
    assert hidden.mean() == pytest.approx(0.8, abs=0.01)
    assert left.mean() == pytest.approx(0.1, abs=0.01)
    assert len(set(read[told][~hidden & ~left].tolist())) > 500
    assert (ids == np.arange(100_000) % 1000).all()  # the original stays as it is
