"""The JSON of results, to the letter: other programs read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

import hfkit

GOLDEN = Path(__file__).parent / "classification.json"
GOLDEN_GENERATION = Path(__file__).parent / "generation.json"
GOLDEN_ANSWERS = Path(__file__).parent / "answers.json"
GOLDEN_TAGGING = Path(__file__).parent / "tagging.json"
GOLDEN_EMBEDDING = Path(__file__).parent / "embedding.json"
GOLDEN_SUMMARY = Path(__file__).parent / "summary.json"
GOLDEN_TRANSLATION = Path(__file__).parent / "translation.json"
GOLDEN_TOKENS = Path(__file__).parent / "tokens.json"

SOURCE = hfkit.Source(
    model="org/model",
    revision="0123456789abcdef0123456789abcdef01234567",
    tokenizer="sha256:ab",
    backend="torch",
    device="cpu",
    dtype="float32",
    versions=(("hfkit", "0.1.0"), ("torch", "2.13.0")),
    notes=("a note",),
)

RESULT = hfkit.Classification(
    scores=(hfkit.LabelScore("positive", 0.75), hfkit.LabelScore("négative", 0.25)),
    labels=("positive",),
    coverage=hfkit.Coverage(read=40, total=40, windows=1),
    source=SOURCE,
)


def test_a_classification_is_written_like_this() -> None:
    assert hfkit.Batch([RESULT]).to_json(indent=2) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_tokens_are_written_like_this() -> None:
    further = hfkit.Tokens(
        texts=("né ok",),
        ids=(2, 9, 3, 0),
        tokens=("[CLS]", "ok", "[SEP]", "[PAD]"),
        attention_mask=(1, 1, 1, 0),
        type_ids=(0, 0, 0, 0),
        known_offsets=((0, 0), (3, 5), (0, 0), (0, 0)),
        special_mask=(1, 0, 1, 1),
        word_ids=(None, 1, None, None),
        text_ids=(None, 0, None, None),
        coverage=hfkit.Coverage(read=5, total=5, windows=2),
        source=SOURCE,
    )
    first = replace(
        further,
        ids=(2, 7, 8, 3),
        tokens=("[CLS]", "n", "##é", "[SEP]"),
        attention_mask=(1, 1, 1, 1),
        known_offsets=((0, 0), (0, 1), (1, 2), (0, 0)),
        special_mask=(1, 0, 0, 1),
        word_ids=(None, 0, 0, None),
        text_ids=(None, 0, 0, None),
        rest=(further,),
    )
    assert hfkit.Batch([first]).to_json() + "\n" == GOLDEN_TOKENS.read_text(encoding="utf-8")


def test_answers_are_written_like_this() -> None:
    evidence = hfkit.Evidence("Zoë wrote it.", start=7, end=20)
    best = hfkit.AnswerSpan("Zoë", score=0.5, start=7, end=10, logit=9.5, evidence=evidence)
    found = hfkit.Answers(
        spans=(best,),
        answered=True,
        null_score=-2.5,
        null_probability=0.25,
        coverage=hfkit.Coverage(read=20, total=20, windows=1),
        source=SOURCE,
    )
    silent = replace(found, answered=False, null_score=1.5, null_probability=0.75)
    assert hfkit.Batch([found, silent]).to_json(indent=2) + "\n" == GOLDEN_ANSWERS.read_text(encoding="utf-8")


def test_a_tagging_is_written_like_this() -> None:
    words = (
        hfkit.TaggedSpan("Zoë", "B-person", score=0.75, start=0, end=3),
        hfkit.TaggedSpan("wrote", "O", score=0.5, start=4, end=9),
    )
    tagging = hfkit.Tagging(
        text="Zoë wrote",
        entities=(replace(words[0], label="person"),),
        words=words,
        coverage=hfkit.Coverage(read=9, total=9, windows=1),
        source=SOURCE,
    )
    written = hfkit.Batch([tagging]).to_json(indent=2) + "\n"
    assert written == GOLDEN_TAGGING.read_text(encoding="utf-8")


def test_an_embedding_is_written_like_this() -> None:
    embedding = hfkit.Embedding(
        vector=np.array([0.5, -0.25, 0.0], dtype=np.float32),
        coverage=hfkit.Coverage(read=9, total=9, windows=1),
        source=SOURCE,
    )
    written = hfkit.Batch([embedding]).to_json(indent=2) + "\n"
    assert written == GOLDEN_EMBEDDING.read_text(encoding="utf-8")


def test_a_generation_is_written_like_this() -> None:
    likely = hfkit.TopLogprob("né", id=7, logprob=-0.5)
    continuation = hfkit.Continuation(
        "né",
        "eos",
        (7, 2),
        score=-0.75,
        logprobs=(hfkit.TokenLogprob("né", id=7, logprob=-0.5, top=(likely,)),),
        tool_calls=(hfkit.ToolCall("look", {"at": [1, None]}),),
        parsed={"year": date(2020, 5, 3)},
    )
    result = hfkit.Generation(
        prompt="Ré",
        continuations=(continuation,),
        prompt_tokens=2,
        coverage=hfkit.Coverage(read=2, total=2, windows=1),
        source=SOURCE,
    )
    written = hfkit.Batch([result]).to_json(indent=2) + "\n"
    assert written == GOLDEN_GENERATION.read_text(encoding="utf-8")


def test_a_summary_is_written_like_this() -> None:
    passages = (hfkit.Passage(0, 20, "Zoë wrote.", "eos"), hfkit.Passage(21, 40, "It is old.", "length"))
    summary = hfkit.Summary(
        text="Zoë wrote it.",
        finish_reason="eos",
        passages=passages,
        rounds=2,
        coverage=hfkit.Coverage(read=40, total=40, windows=2),
        prompt_tokens=30,
        new_tokens=12,
        source=SOURCE,
    )
    assert hfkit.Batch([summary]).to_json(indent=2) + "\n" == GOLDEN_SUMMARY.read_text(encoding="utf-8")


def test_a_translation_is_written_like_this() -> None:
    translation = hfkit.Translation(
        text="Zoë schrieb es.",
        source_language="eng_Latn",
        target_language=None,
        passages=(hfkit.Passage(0, 13, "Zoë schrieb es.", "eos"),),
        finish_reason="eos",
        coverage=hfkit.Coverage(read=13, total=13, windows=1),
        prompt_tokens=8,
        new_tokens=7,
        source=SOURCE,
    )
    written = hfkit.Batch([translation]).to_json(indent=2) + "\n"
    assert written == GOLDEN_TRANSLATION.read_text(encoding="utf-8")
