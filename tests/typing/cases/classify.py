"""What a type checker knows of Classify; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import assert_type

import hfkit

classify = hfkit.Classify("org/model", top_k=2, runtime=hfkit.Runtime(device="cpu"))

assert_type(classify("text"), hfkit.Classification)
assert_type(classify(hfkit.Pair("a", "b")), hfkit.Classification)
assert_type(classify.batch(["a", "b"]), hfkit.Batch[hfkit.Classification])
assert_type(classify.batch(text for text in ("a", "b")), hfkit.Batch[hfkit.Classification])
assert_type(classify.map(["a"]), Iterator[hfkit.Classification])
assert_type(classify.with_(top_k=3), hfkit.Classify)
assert_type(replace(classify, top_k=3), hfkit.Classify)
assert_type(classify.load(), hfkit.Classify)
assert_type(classify("text").label, str)
assert_type(classify("text").score, float)
assert_type(classify("text").scores, tuple[hfkit.LabelScore, ...])
assert_type(classify("text").source, hfkit.Source)
assert_type(classify.batch(["a"])[0], hfkit.Classification)
assert_type(classify.batch(["a"])[:1], hfkit.Batch[hfkit.Classification])
assert_type(classify.labels, tuple[str, ...])

with hfkit.Classify() as opened:
    assert_type(opened, hfkit.Classify)


def best(results: Sequence[hfkit.Classification]) -> str:
    """Take any sequence of results."""
    return max(results, key=lambda result: result.score).label


best(classify.batch(["a"]))  # a Batch is a Sequence, covariant in its results

classify.with_(topk=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
classify.with_(top_k="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
classify(b"text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
classify(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hfkit.Classify("m", overflow="cut")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hfkit.Classify("m", 3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
hfkit.Clasify()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
classify("text").label = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
