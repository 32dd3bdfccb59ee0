"""What a type checker knows of Summarize; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

import hfkit

summarize = hfkit.Summarize("org/model", max_new_tokens=60, decoding=hfkit.Beam(beams=4))

assert_type(summarize("A long text."), hfkit.Summary)
assert_type(summarize.batch(["A long text."]), hfkit.Batch[hfkit.Summary])
assert_type(summarize.map(iter(["A long text."])), Iterator[hfkit.Summary])
assert_type(summarize.with_(window=400, merge=False), hfkit.Summarize)
assert_type(summarize.load(), hfkit.Summarize)
assert_type(summarize("A long text.").text, str)
assert_type(summarize("A long text.").rounds, int)
assert_type(summarize("A long text.").passages, tuple[hfkit.Passage, ...])
assert_type(summarize("A long text.").passages[0].start, int)
assert_type(summarize("A long text.").coverage, hfkit.Coverage)

with hfkit.Summarize() as opened:
    assert_type(opened, hfkit.Summarize)

summarize(["A long text."])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
summarize.with_(max_length=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
