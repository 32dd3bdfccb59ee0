"""What a type checker knows of Embed; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_type

import numpy as np

import hfkit

embed = hfkit.Embed("org/model", window=128)

assert_type(embed("a text"), hfkit.Embedding)
assert_type(embed.batch(["a text", "another"]), hfkit.Batch[hfkit.Embedding])
assert_type(embed.batch(["a text"]).to_numpy(), np.ndarray[tuple[int, int], np.dtype[np.float32]])
assert_type(embed.map(["a text"]), Iterator[hfkit.Embedding])
assert_type(embed.with_(overflow="error"), hfkit.Embed)
assert_type(replace(embed, window=None), hfkit.Embed)
assert_type(embed.load(), hfkit.Embed)
assert_type(embed.size, int)
assert_type(embed("a text").coverage, hfkit.Coverage)

with hfkit.Embed("m") as opened:
    assert_type(opened, hfkit.Embed)

embed(["a", "b"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
embed(hfkit.Pair("a", "b"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
embed.with_(overlap=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
hfkit.Embed()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
hfkit.Classify().batch(["a"]).to_numpy()  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
