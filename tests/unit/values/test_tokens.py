"""What Tokens tells, and what it cannot."""

from __future__ import annotations

import pytest

import hfkit
from hfkit.errors import TokenizerError


def test_offsets_that_nobody_knows_are_refused(source: hfkit.Source) -> None:
    tokens = hfkit.Tokens(
        texts=("good",),
        ids=(7,),
        tokens=("good",),
        attention_mask=(1,),
        type_ids=(0,),
        known_offsets=None,
        special_mask=(0,),
        word_ids=(None,),
        text_ids=(0,),
        coverage=hfkit.Coverage(read=4, total=4, windows=1),
        source=source,
    )
    with pytest.raises(TokenizerError, match="the tokenizer of org/model does not say where") as caught:
        _ = tokens.offsets
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("use a model with a tokenizer.json")
