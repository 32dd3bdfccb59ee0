"""What type checkers know of Tune."""

from __future__ import annotations

from typing import assert_type

import hfkit

data = hfkit.Labelled(train=[{"text": "a", "label": "b"}])
tune = hfkit.Tune("org/model", method=hfkit.Lora(rank=8), epochs=2)
assert_type(tune.plan(data), hfkit.TunePlan)
assert_type(tune(data, "out"), hfkit.TuneReport)
assert_type(tune.with_(seed=1), hfkit.Tune)
assert_type(tune.rate, float)
