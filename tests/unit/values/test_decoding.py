from __future__ import annotations

from typing import Any

import pytest

from hfkit import Beam, Greedy, Sample
from hfkit.errors import SettingError


def test_decodings_are_values() -> None:
    assert Sample(seed=1, top_p=0.9) == Sample(top_p=0.9, seed=1)
    assert len({Greedy(), Sample(), Beam(), Greedy(alternatives=2)}) == 4


@pytest.mark.parametrize(
    ("decoding", "settings", "message", "hint"),
    [
        (
            Sample,
            {"temperature": 0},
            "temperature is 0, must be above 0",
            "Greedy() takes the likeliest token",
        ),
        (
            Sample,
            {"temperature": "hot"},
            "temperature is 'hot', must be an int or a float",
            "leave it out for",
        ),
        (Sample, {"top_k": 0}, "top_k is 0, must be a whole number, at least 1", "leave it out for"),
        (Sample, {"top_p": 0}, "top_p is 0, must be above 0 and at most 1", "leave it out for"),
        (Sample, {"min_p": 1}, "min_p is 1, must be at least 0 and below 1", "leave it out for"),
        (Sample, {"typical_p": 1.5}, "typical_p is 1.5, must be above 0 and at most 1", "leave it out for"),
        (Sample, {"seed": -1}, "seed is -1, must be a whole number, at least 0", "leave it out for"),
        (Beam, {"beams": 1}, "beams is 1, must be a whole number, at least 2", "Greedy() follows one"),
        (Beam, {"alternatives": 5}, "alternatives is 5, must be at most 4", "follow as many beams, or more"),
        (Beam, {"early_stopping": True}, "early_stopping True is not one of", "name one of them"),
        (Greedy, {"alternatives": 0}, "alternatives is 0, must be a whole number", "leave it out for"),
        (Greedy, {"repetition_penalty": 0}, "repetition_penalty is 0, must be above 0", "leave it out for"),
        (Greedy, {"no_repeat_ngram_size": -1}, "no_repeat_ngram_size is -1", "leave it out for"),
    ],
)
def test_a_bad_setting_is_refused_where_it_is_written(
    decoding: Any, settings: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(SettingError) as caught:
        decoding(**settings)
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)


def test_settings_of_another_way_cannot_be_written() -> None:
    mixed: Any = Greedy
    with pytest.raises(TypeError, match="temperature"):
        mixed(temperature=0.5)
