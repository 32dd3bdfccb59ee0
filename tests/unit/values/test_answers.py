from __future__ import annotations

import hfkit

SOURCE = hfkit.Source(
    model="org/model",
    revision="0" * 40,
    tokenizer="sha256:ab",
    backend="torch",
    device="cpu",
    dtype="float32",
    versions=(),
)
EVIDENCE = hfkit.Evidence("Ada wrote it.", start=0, end=13)
ADA = hfkit.AnswerSpan("Ada", score=0.75, start=0, end=3, logit=9.5, evidence=EVIDENCE)


def answers(*, answered: bool, null_probability: float = 0.0) -> hfkit.Answers:
    return hfkit.Answers(
        spans=(ADA,),
        answered=answered,
        null_score=-2.0,
        null_probability=null_probability,
        coverage=hfkit.Coverage(13, 13, 1),
        source=SOURCE,
    )


def test_the_best_span_is_the_answer() -> None:
    found = answers(answered=True)
    assert (found.best, found.text, found.score) == (ADA, "Ada", 0.75)


def test_without_an_answer_the_score_is_that_of_no_answer() -> None:
    found = answers(answered=False, null_probability=0.125)
    assert (found.best, found.text, found.score) == (None, "", 0.125)
    assert found.spans == (ADA,)


def test_a_dict_names_the_answer_and_all_spans() -> None:
    written = answers(answered=True).to_dict()
    assert written["text"] == "Ada"
    assert written["spans"] == [
        {
            "text": "Ada",
            "score": 0.75,
            "start": 0,
            "end": 3,
            "logit": 9.5,
            "evidence": {"text": "Ada wrote it.", "start": 0, "end": 13},
        }
    ]
