from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer

from grammars import ENGINES
from hfkit.testing.tokenizers import write_byte_pairs
from hfkit.testing.wandering import Wanderer
from structured import judge

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = [
    {
        "description": "kept by all",
        "schema": {"type": "array", "items": {"type": "integer"}, "maxItems": 2},
        "tests": [{"data": [1, 2], "valid": True}, {"data": [1, 2, 3], "valid": False}],
    },
    {"description": "refused", "schema": {"not": {}}, "tests": [{"data": 1, "valid": False}]},
]


@pytest.mark.parametrize("engine", ["hfkit", "llguidance"])
def test_what_an_engine_takes_and_keeps_is_counted(tmp_path: Path, engine: str) -> None:
    folder = tmp_path / "tests" / "draft7"
    folder.mkdir(parents=True)
    (folder / "all.json").write_text(json.dumps(GROUPS), encoding="utf-8")
    write_byte_pairs(tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    wanderer = Wanderer(tokenizer, vocabulary=tokenizer.get_vocab_size(), ends=[2])
    verdict = judge(
        engine,
        ENGINES[engine](tokenizer, 2),
        "draft 7",
        tmp_path,
        wanderer=wanderer,
        tokenizer=tokenizer,
        walks=20,
    )
    counts = verdict.counts
    assert (counts["schemas"], counts["taken"]) == (2, 1)
    assert (counts["valid passed"], counts["valid"]) == (1, 1)
    assert (counts["invalid passed"], counts["invalid"]) == (0, 1)
    assert (counts["walks valid"], counts["walks invalid"]) == (20, 0)
    assert verdict.row().startswith(f"| draft 7 | {engine} | 1 of 2 | 1 of 1 | 0 of 1 | 0 of 20 |")
