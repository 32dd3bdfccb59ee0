"""What a type checker knows of the data of tasks; mypy and pyright must both agree with every line."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

import hfkit

if TYPE_CHECKING:
    from collections.abc import Mapping

rows: list[dict[str, object]] = [{"text": "a", "label": "b"}]
table = hfkit.Table.from_records(rows)

data = hfkit.Labelled(train=rows, validation=table, text="text", names=("a", "b"))
assert_type(data.train, hfkit.Table)
assert_type(data.validation, hfkit.Table | None)
assert_type(data.second, str | None)
assert_type(data.label_names(), tuple[str, ...])
assert_type(data.multi_label, bool)


def splits() -> Mapping[str, hfkit.Table]:
    return hfkit.Texts(train=[{"text": "a"}]).splits


report = data.check("org/model", window=128)
assert_type(report, hfkit.DataReport)
assert_type(report.errors, tuple[hfkit.Finding, ...])
assert_type(report.of("leakage"), tuple[hfkit.Finding, ...])
assert_type(report.splits[0].labels, tuple[hfkit.LabelCount, ...])
assert_type(report.splits[0].lengths[0].window, int | None)
assert_type(hfkit.Squad.load("train.json", test="dev.json"), hfkit.Squad)

report.of("leek")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hfkit.Labelled(rows)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
data.text = "sentence"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
