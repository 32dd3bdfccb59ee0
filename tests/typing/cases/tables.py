"""What a type checker knows of tables; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

import hfkit

table = hfkit.Table.load("reviews.csv", delimiter=";", columns=["text", "label"], skip_unreadable=True)

assert_type(table, hfkit.Table)
assert_type(hfkit.Table.load("org/name@v1", split="train", config="german", offline=True), hfkit.Table)
assert_type(hfkit.Table.from_records([{"text": "a", "label": 1}]), hfkit.Table)
assert_type(hfkit.Table.from_columns({"text": ["a"], "label": (1,)}), hfkit.Table)
assert_type(hfkit.Table.open(Path("folder")), hfkit.Table)
assert_type(table[0], dict[str, object])
assert_type(table[0]["text"], object)
assert_type(table[:3], hfkit.Table)
assert_type(len(table), int)
assert_type(iter(table), Iterator[dict[str, object]])
assert_type(table.columns, tuple[str, ...])
assert_type(table.notes, tuple[str, ...])
assert_type(table.fingerprint, str)
assert_type(table.column("text"), list[object])
assert_type(table.class_names("label"), tuple[str, ...] | None)
assert_type(table.filter(lambda row: row["label"] == 1), hfkit.Table)
assert_type(table.map(lambda row: {"length": len(str(row["text"]))}, remove=["text"]), hfkit.Table)
assert_type(table.select([1, 2]), hfkit.Table)
assert_type(table.select(range(3)), hfkit.Table)
assert_type(table.select_columns(["text"]), hfkit.Table)
assert_type(table.rename({"text": "premise"}), hfkit.Table)
assert_type(table.shuffle(seed=1), hfkit.Table)
assert_type(table.cast({"label": hfkit.Classes(), "text": "text"}), hfkit.Table)
assert_type(table.with_format("numpy", columns=["label"]), hfkit.Table)
assert_type(table.split(test=0.1, validation=100, stratify="label", seed=1), hfkit.Splits)
assert_type(table.save("folder", overwrite=True), Path)
assert_type(table.to_stream(), hfkit.TableStream)

splits = table.split()
assert_type(hfkit.Splits.load({"train": "a.csv", "test": Path("b.csv")}), hfkit.Splits)
assert_type(hfkit.Splits.load("folder"), hfkit.Splits)
assert_type(hfkit.Splits({"train": table}), hfkit.Splits)
assert_type(splits["train"], hfkit.Table)
assert_type(splits.train, hfkit.Table)
assert_type(splits.get("test"), hfkit.Table | None)
assert_type(splits.cast({"label": hfkit.Classes(("bad", "good"))}).test, hfkit.Table)
assert_type(splits.save("folder"), Path)

stream = hfkit.Table.stream("reviews.jsonl")
assert_type(stream, hfkit.TableStream)
assert_type(stream.filter(lambda row: bool(row["text"])).take(3), hfkit.TableStream)
assert_type(iter(stream.shuffle(buffer=10, seed=1)), Iterator[dict[str, object]])
assert_type(stream.columns, tuple[str, ...] | None)
assert_type(stream.resume(stream.state()), hfkit.TableStream)

table.shuffle()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
table.shuffle(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
table.split(0.1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
table.with_format("pandas")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
table.cast({"label": hfkit.Classes(["a"])})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
table.map(print)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
table.columns = ()  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
splits["train"] = table  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
hfkit.Splits({"train": [1]})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
