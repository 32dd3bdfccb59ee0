"""Gaps in a text for a model to fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import IntArray

__all__ = ["mask_tokens"]

_SHARE = 0.15
_HIDDEN = 0.8  # of the chosen ones; half of the others become any token, half stay as they are
_REPLACED = 0.1


def mask_tokens(
    ids: IntArray,
    own: npt.NDArray[np.bool_],
    *,
    mask_id: int,
    vocabulary: int,
    chance: np.random.Generator,
) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Choose tokens for a model to tell, and hide most of them.

    Of a text's own tokens 15 %, rounded and at least one, are chosen. Of these 80 % are hidden behind the mask, 10 %
    are another token by chance and 10 % stay: what a model reads elsewhere has no masks in it.

    Args:
        ids: of a sequence, shape ``[tokens]``.
        own: which of them are the text's own, shape ``[tokens]``, at least one.
        mask_id: the id of the mask.
        vocabulary: how many ids there are.
        chance: what draws.

    Returns:
        The ids that the model reads, and which tokens it is to tell, both of shape ``[tokens]``.

    Source: Devlin et al. 2018, arXiv:1810.04805, and ``create_pretraining_data.py`` beside it.

    >>> ids, own = np.arange(10), np.arange(10) > 0
    >>> read, told = mask_tokens(ids, own, mask_id=99, vocabulary=50, chance=np.random.default_rng(0))
    >>> read.tolist(), told.nonzero()[0].tolist()
    ([0, 1, 2, 3, 4, 99, 6, 7, 8, 9], [5])
    """
    places = np.flatnonzero(own)
    chosen = chance.permutation(places)[: max(1, round(_SHARE * len(places)))]
    fates = chance.random(len(chosen))
    others = chance.integers(vocabulary, size=len(chosen))
    read = ids.copy()
    read[chosen[fates < _HIDDEN]] = mask_id
    replaced = fates >= 1 - _REPLACED
    read[chosen[replaced]] = others[replaced]
    told = np.zeros(len(ids), dtype=np.bool_)
    told[chosen] = True
    return read, told
