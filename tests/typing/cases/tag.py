"""What a type checker knows of Tag; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_type

import hfkit

tag = hfkit.Tag("org/model", window=128)
words = hfkit.Words(["Marie", "Curie"])

assert_type(tag("Marie Curie"), hfkit.Tagging)
assert_type(tag(words), hfkit.Tagging)
assert_type(tag.batch(["Marie Curie", words]), hfkit.Batch[hfkit.Tagging])
assert_type(tag.batch(map(hfkit.Words, [["Marie"]])), hfkit.Batch[hfkit.Tagging])
assert_type(tag.map([words]), Iterator[hfkit.Tagging])
assert_type(tag.with_(overflow="error"), hfkit.Tag)
assert_type(replace(tag, window=None), hfkit.Tag)
assert_type(tag.load(), hfkit.Tag)
assert_type(tag.labels, tuple[str, ...])
assert_type(tag(words).labels, tuple[str, ...])
assert_type(tag(words).entities, tuple[hfkit.TaggedSpan, ...])
assert_type(tag(words).words[0].score, float)
assert_type(tag(words).coverage, hfkit.Coverage)
assert_type(words.words, tuple[str, ...])

with hfkit.Tag("m") as opened:
    assert_type(opened, hfkit.Tag)

tag(["Marie", "Curie"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
tag(hfkit.Pair("a", "b"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
tag.with_(overlap=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
hfkit.Tag()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
