"""What a type checker knows of measure_agreement; mypy and pyright must both agree with every line."""

from __future__ import annotations

from typing import assert_type

import hfkit

classify, answer, tag = hfkit.Classify("org/model"), hfkit.Answer("org/reader"), hfkit.Tag("org/tagger")

assert_type(hfkit.measure_agreement(classify, classify, ["a", hfkit.Pair("a", "b")]), hfkit.Agreement)
assert_type(hfkit.measure_agreement(answer, answer, [hfkit.Question("a", context="b")]), hfkit.Agreement)
assert_type(hfkit.measure_agreement(tag, tag, ["a", hfkit.Words(["a", "b"])]), hfkit.Agreement)
