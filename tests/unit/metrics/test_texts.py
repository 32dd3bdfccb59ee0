from __future__ import annotations

import json
import re
import sys

import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu import corpus_bleu, corpus_chrf

from hfkit.errors import EmptyInputError, InputError, InputTypeError, MissingDependencyError, SettingError
from hfkit.metrics.texts import score_texts
from hfkit.values.bootstrap import Bootstrap

SAID = [
    "The cat sat on the mat, and the dog slept.",
    "A lighthouse was built in 1871 on the point.",
    "",
    "Ein Haus am Meer.",
]
EXPECTED = [
    "The cat sat on a mat while the dog slept.",
    "The lighthouse on the point was built in 1871.",
    "Nobody came.",
    "Ein Haus am See.",
]


def test_bleu_and_chrf_are_those_of_sacrebleu() -> None:
    scores = score_texts(SAID, EXPECTED)
    assert scores.bleu.value == pytest.approx(corpus_bleu(SAID, [EXPECTED]).score)
    assert scores.chrf.value == pytest.approx(corpus_chrf(SAID, [EXPECTED]).score)


def test_rouge_is_that_of_rouge_score() -> None:
    scores = score_texts(SAID, EXPECTED)
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], use_stemmer=True)
    rows = [scorer.score(expected, said) for said, expected in zip(SAID, EXPECTED, strict=True)]
    for name, found in (
        ("rouge1", scores.rouge1),
        ("rouge2", scores.rouge2),
        ("rougeL", scores.rouge_l),
        ("rougeLsum", scores.rouge_lsum),
    ):
        assert found.value == pytest.approx(sum(row[name].fmeasure for row in rows) / len(rows))


def test_intervals_hold_their_figures() -> None:
    scores = score_texts(SAID * 10, EXPECTED * 10, bootstrap=Bootstrap(resamples=100))
    for estimate in (scores.bleu, scores.chrf, scores.rouge1, scores.rouge_lsum):
        assert estimate.low < estimate.value < estimate.high


def test_a_signature_says_how_figures_were_made() -> None:
    signatures = dict(score_texts(["北京大学"], ["北京大学"], words="zh").signatures)
    assert "tok:zh" in signatures["bleu"]
    assert "nc:6" in signatures["chrf"]
    assert signatures["rouge"].startswith("F1|stemmer:porter|version:")


def test_chinese_is_cut_by_characters_where_asked() -> None:
    whole = score_texts(["我在北京大学学习中文"], ["我们在北京大学学习中文"])
    cut = score_texts(["我在北京大学学习中文"], ["我们在北京大学学习中文"], words="zh")
    assert whole.bleu.value == 0
    assert cut.bleu.value > 50


def test_scores_are_json() -> None:
    scores = score_texts(["a b c d"], ["a b c d"], bootstrap=Bootstrap(resamples=2)).to_dict()
    assert json.loads(json.dumps(scores))["bleu"]["value"] == pytest.approx(100)


def test_texts_are_texts() -> None:
    with pytest.raises(InputTypeError, match=r"^predictions\[1\] is None, must be a text\n"):
        score_texts(["a", None], ["a", "b"])  # type: ignore[list-item]  # that is the point


def test_there_are_as_many_of_both() -> None:
    with pytest.raises(
        InputError, match=r"^there are 1 predictions and 2 references, must be as many of both\n"
    ):
        score_texts(["a"], ["a", "b"])
    with pytest.raises(EmptyInputError):
        score_texts([], [])


def test_words_are_cut_in_one_of_four_ways() -> None:
    message = "words 'spm' is not one of ('13a', 'intl', 'zh', 'char')"
    with pytest.raises(SettingError, match=f"^{re.escape(message)}\n"):
        score_texts(["a"], ["a"], words="spm")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("module", "package"),
    [("sacrebleu.metrics.bleu", "sacrebleu"), ("rouge_score.rouge_scorer", "rouge-score")],
)
def test_a_library_that_is_not_there_is_named(
    module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match=rf"^{package} is not installed\n") as caught:
        score_texts(["a"], ["a"])
    assert caught.value.hint == "pip install 'hfkit[evaluate]'"
