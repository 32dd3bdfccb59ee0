"""What type checkers know of Quantize."""

from __future__ import annotations

from typing import assert_type

import hfkit

quantize = hfkit.Quantize("org/model", scheme=hfkit.Cast("float16"), max_bytes=1_000_000)
assert_type(quantize.plan(), hfkit.QuantizePlan)
assert_type(quantize(None, "out"), hfkit.QuantizeReport)
assert_type(quantize(["a text", "another"], "out"), hfkit.QuantizeReport)
assert_type(quantize([hfkit.Question("who?", context="she did")], "out"), hfkit.QuantizeReport)
assert_type(quantize([hfkit.Words(["a", "text"])], "out"), hfkit.QuantizeReport)
assert_type(quantize(hfkit.Tagged(train=[]), "out"), hfkit.QuantizeReport)
assert_type(quantize.with_(min_speedup=2.0), hfkit.Quantize)
quantize.with_(scheme=hfkit.Torchao("float8"))
assert_type(hfkit.compare("org/model", [hfkit.Int8(), hfkit.Int4()], ["a text"]), hfkit.SchemeComparison)
quantize.with_(scheme=hfkit.BitsAndBytes("fp4"))
hfkit.BitsAndBytes("int4")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hfkit.Cast("int8")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
