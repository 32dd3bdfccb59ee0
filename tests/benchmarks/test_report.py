"""From runs to the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from comparison import Comparison
from layout import bullets, code, mebibytes, table
from lineup import BASELINE, REFERENCE, SUBJECT
from report import comparison_section
from rounds import Spread, Trial, run_rounds
from scaling import Growth, scaling_section
from variants import Missing, Outcome, Run, Variant

TEXTS, LENGTHS = ("short", "long"), (2, 6)


def _answers(*, shift: float = 0.0, computed: int = 8) -> Run:
    def run(texts: Sequence[str]) -> Outcome:
        return Outcome(np.array([[0.2 + shift, 0.8 - shift]] * len(texts)), computed)

    return run


def _trials(*others: Variant[Run], least_seconds: float = 1e-9) -> list[Trial]:
    variants = [
        Variant(SUBJECT, _answers()),
        Variant(REFERENCE, _answers()),
        Variant(BASELINE, _answers(computed=12)),
        *others,
    ]
    return run_rounds(variants, TEXTS, LENGTHS, rounds=3, least_seconds=lambda: least_seconds)


def test_computed_tokens_are_for_each_token_read() -> None:
    computed = {trial.name: trial.computed for trial in _trials()}
    assert computed == {SUBJECT: 1.0, REFERENCE: 1.0, BASELINE: 1.5}


def test_the_share_is_of_the_seconds_taken() -> None:
    trial = _trials(least_seconds=1e-7)[0]
    assert trial.share.low == pytest.approx(1e-7 / trial.wall.high)
    assert trial.share.high == pytest.approx(1e-7 / trial.wall.low)


def test_other_answers_end_the_run() -> None:
    with pytest.raises(SystemExit, match="peer does not agree with pipeline, one by one"):
        _trials(Variant("peer", _answers(shift=0.01)))


def test_other_answers_of_one_that_need_not_be_exact_are_told() -> None:
    trial = _trials(Variant("8 bits", _answers(shift=0.01), exact=False))[-1]
    assert trial.difference.largest == pytest.approx(0.01)


def test_a_missing_peer_has_a_row_that_says_why() -> None:
    comparison = Comparison(
        "Texts",
        LENGTHS,
        3,
        tuple(_trials()),
        (Missing("peer", "not installed"),),
        Spread(1e11, 9e10, 2e11),
        {},
    )
    lines = comparison_section([comparison]).splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert "2 texts, tokens: median 4" in "\n".join(lines)
    assert "limit 100 (90-200) GFLOP/s" in "\n".join(lines)
    assert len(rows) == 2 + 3 + 1
    assert rows[-1].startswith("| peer | not installed |")
    assert {row.count("|") for row in rows} == {rows[0].count("|")}


@pytest.mark.parametrize(("last", "said"), [(60.0, "20 MiB more"), (10.0, "0 MiB more"), (61.0, "missed")])
def test_the_growth_says_whether_memory_stays(last: float, said: str) -> None:
    growths = [Growth("map", 1_000, 1.0, 1.0, 40.0), Growth("map", 100_000, 100.0, 100.0, last)]
    assert said in scaling_section(growths)


def test_growth_without_memory_says_nothing_of_it() -> None:
    section = scaling_section(
        [Growth("map", 1_000, 1.0, 1.0, None), Growth("map", 100_000, 100.0, 100.0, None)]
    )
    assert "goal" not in section
    assert "| `map` | 1,000 | 1.00 | 1.00 | 1.00 | ? |" in section


def test_markdown() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"
    assert bullets(["word " * 30]).splitlines()[1].startswith("  word")
    assert (code("a.b"), code("a b"), mebibytes(None), mebibytes(3.6)) == ("`a.b`", "a b", "?", "4")
    assert Spread(0.5, 0.4, 0.6).percent() == "50 (40-60)"
