"""What a type checker knows of Tokenize; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import assert_type

import hfkit

tokenize = hfkit.Tokenize("org/model", truncation=hfkit.Windows(128, overlap=16))
chat = [hfkit.Message("user", "Hello!")]

assert_type(tokenize("text"), hfkit.Tokens)
assert_type(tokenize(hfkit.Pair("a", "b")), hfkit.Tokens)
assert_type(tokenize(chat), hfkit.Tokens)
assert_type(tokenize(tuple(chat)), hfkit.Tokens)
assert_type(tokenize.batch(["a", hfkit.Pair("a", "b"), chat]), hfkit.Batch[hfkit.Tokens])
assert_type(tokenize.map(text for text in ("a", "b")), Iterator[hfkit.Tokens])
assert_type(tokenize.arrays(["a"]), hfkit.TokenArrays)
assert_type(tokenize.count("a"), int)
assert_type(tokenize.decode([1, 2], skip_special_tokens=True), str)
assert_type(tokenize.vocabulary, Mapping[str, int])
assert_type(tokenize.special_tokens, hfkit.SpecialTokens)
assert_type(tokenize.special_tokens.pad, hfkit.SpecialToken | None)
assert_type(tokenize.max_tokens, int | None)
assert_type(tokenize.source, hfkit.Source)
assert_type(tokenize.pin("folder"), Path)
assert_type(tokenize.with_(padding=hfkit.PadToLongest(multiple_of=8)), hfkit.Tokenize)
assert_type(replace(tokenize, padding=hfkit.PadToLength(64)), hfkit.Tokenize)
assert_type(tokenize("text").ids, tuple[int, ...])
assert_type(tokenize("text").tokens, tuple[str, ...])
assert_type(tokenize("text").offsets, tuple[tuple[int, int], ...])
assert_type(tokenize("text").word_ids, tuple[int | None, ...])
assert_type(tokenize("text").windows, tuple[hfkit.Tokens, ...])
assert_type(tokenize("text").coverage, hfkit.Coverage)
assert_type(tokenize.arrays(["a"]).cut, tuple[int, ...])

with hfkit.Tokenize() as opened:
    assert_type(opened, hfkit.Tokenize)

tokenize(b"text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
tokenize(["text"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
tokenize.batch([None])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
tokenize.decode([1], True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # noqa: FBT003
hfkit.Tokenize("m", padding=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hfkit.Tokenize("m", max_length=9)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
hfkit.Truncate(9, side="up")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
