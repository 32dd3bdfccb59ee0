from __future__ import annotations

from typing import Any

import pytest

import hfkit
from hfkit.errors import SettingError


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"tools": (print,)}, "tools is (<built-in", "Tool.from_function(function) describes"),
        ({"tools": [hfkit.Tool("a", "b")]}, "tools is [Tool(", "Tool.from_function(function) describes"),
        (
            {"bias": {"a": 1}},
            "bias is {'a': 1}, must be a tuple of pairs",
            "for example bias=((' perhaps', -5.0),)",
        ),
        ({"bias": (("a", 1, 2),)}, "bias is (('a', 1, 2),), must be a tuple of pairs", "for example"),
        ({"bias": ((1.5, 1),)}, "a token of bias is 1.5, must be str or int", "leave it out"),
        ({"bias": (("a", "b"),)}, "a number of bias is 'b', must be an int or a float", "leave it out"),
        ({"stop": "x"}, "stop is 'x', must be a tuple of texts", "for example stop=('one', 'two')"),
        ({"stop": ("",)}, "stop holds an empty text", "leave it out"),
        ({"banned": ["x"]}, "banned is ['x'], must be a tuple of texts", "for example banned="),
        ({"max_new_tokens": 0}, "max_new_tokens is 0, must be a whole number, at least 1", "leave it out"),
        ({"min_new_tokens": 300}, "min_new_tokens is 300, must be at most 256", "leave it out"),
        ({"logprobs": True}, "logprobs is True, must be a whole number, at least 0", "leave it out"),
        ({"decoding": "greedy"}, "decoding is 'greedy', must be Greedy or Sample or Beam", "leave it out"),
        ({"overflow": "cut"}, "overflow 'cut' is not one of ('error', 'keep_end')", "name one of them"),
        ({"template": 1}, "template is 1, must be str or None", "leave it out"),
        ({"model": ""}, "model is empty", "leave it out for the starter"),
    ],
)
def test_a_bad_setting_is_refused_where_it_is_written(settings: Any, message: str, hint: str) -> None:
    with pytest.raises(SettingError) as caught:
        hfkit.Generate(**settings)
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)
