from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hfkit.engines.generations import make_generation
from hfkit.engines.prompts import ReadPrompt
from hfkit.engines.writing import Order, Written
from hfkit.text.shapes import Shape, choice_grammar
from hfkit.values.decoding import Greedy
from hfkit.values.provenance import Coverage

PROMPT = ReadPrompt("p", np.array([1]), Coverage(1, 1, 1))
SHAPE: Shape[object] = Shape(choice_grammar(("47", "4711")), int)


@dataclass
class Guide:
    complete: bool
    text: str = "47"


@pytest.mark.parametrize(
    ("complete", "finish", "whole"),
    [(True, "stop", True), (True, "eos", True), (False, "length", False), (True, "length", False)],
)
def test_a_text_that_was_cut_has_no_value_though_it_might_end_there(
    *, complete: bool, finish: str, whole: bool
) -> None:
    line: Any = SimpleNamespace(
        text="47", finish=finish, tokens=[5], logprobs=[], guide=Guide(complete), stopped=False
    )
    session: Any = SimpleNamespace(source=None)
    order = Order(decoding=Greedy(), max_new_tokens=1, shape=SHAPE)
    result = make_generation(Written(PROMPT, ((line, 0.0),)), order, session)
    assert result.has_value is whole
    assert result.continuations[0].parsed == (47 if whole else None)
