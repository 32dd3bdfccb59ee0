"""What a type checker knows of Answer; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

import hfkit
from hfkit.values.answer_scores import NoAnswerThreshold

answer = hfkit.Answer("org/model", top_k=2, no_answer=True)
question = hfkit.Question("Who?", context="Ada.")

assert_type(answer(question), hfkit.Answers)
assert_type(answer.batch([question]), hfkit.Batch[hfkit.Answers])
assert_type(answer.batch(map(hfkit.Question, ["Who?"], ["Ada."])), hfkit.Batch[hfkit.Answers])
assert_type(answer.map([question]), Iterator[hfkit.Answers])
assert_type(answer.with_(top_k=3, overlapping="keep"), hfkit.Answer)
assert_type(answer.load(), hfkit.Answer)
assert_type(answer(question).best, hfkit.AnswerSpan | None)
assert_type(answer(question).text, str)
assert_type(answer(question).score, float)
assert_type(answer(question).spans, tuple[hfkit.AnswerSpan, ...])
assert_type(answer(question).spans[0].evidence, hfkit.Evidence)
assert_type(answer(question).spans[0].evidence.start, int)
assert_type(answer.find_threshold([question], [["Ada"]]), NoAnswerThreshold)
assert_type(answer.find_threshold([question], [["Ada"]], metric="f1", style="cmrc").threshold, float)

with hfkit.Answer() as opened:
    assert_type(opened, hfkit.Answer)

answer("Who?")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
answer.with_(topk=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
answer.with_(overlapping="drop")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
