"""What a type checker knows of Evaluate; mypy and pyright must both agree with every line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import assert_type

import hfkit

rows = [{"text": "a good film", "label": "good"}]
labelled = hfkit.Labelled(train=rows, test=rows)
squad = hfkit.Squad(train=rows)
tagged = hfkit.Tagged(train=rows)
texts = hfkit.Texts(train=rows)
parallel = hfkit.Parallel(train=rows)

evaluate = hfkit.Evaluate("org/model", split="validation", bootstrap=hfkit.Bootstrap(resamples=100))

assert_type(evaluate(labelled), hfkit.ClassificationReport)
assert_type(evaluate(squad), hfkit.AnswerReport)
assert_type(evaluate(tagged), hfkit.TagReport)
assert_type(evaluate(tagged).f1, hfkit.Estimate)
assert_type(evaluate(texts), hfkit.LanguageReport)
assert_type(evaluate(parallel), hfkit.TextReport)
assert_type(evaluate.label_sets(labelled), hfkit.MultiLabelReport)
assert_type(evaluate.with_(split="test"), hfkit.Evaluate)
assert_type(replace(evaluate, split="test"), hfkit.Evaluate)
assert_type(evaluate(labelled).accuracy, hfkit.Estimate)
assert_type(evaluate(labelled).accuracy.low, float)
assert_type(evaluate(squad).f1, hfkit.Estimate)
assert_type(evaluate(texts).perplexity, hfkit.Estimate)
assert_type(evaluate(parallel).chrf, hfkit.Estimate)
assert_type(evaluate(labelled).source, hfkit.Source)
assert_type(evaluate(labelled).mistakes[0].said, str)
assert_type(evaluate.label_sets(labelled).mistakes[0].said, tuple[str, ...])
assert_type(evaluate(labelled).plot_confusion("confusion.svg"), Path)

hfkit.Evaluate(hfkit.Classify("m"), labels={"LABEL_0": "no"})
hfkit.Evaluate(hfkit.Answer("m"))
hfkit.Evaluate(hfkit.Tag("m"))
hfkit.Evaluate(hfkit.Generate("m"))
hfkit.Evaluate(hfkit.Summarize("m"))
hfkit.Evaluate(hfkit.Translate("m"))
hfkit.Evaluate(Path("m"))

hfkit.Evaluate("m", split="dev")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
hfkit.Evaluate(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
evaluate.with_(splits="test")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
evaluate(labelled.train)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
evaluate.label_sets(squad)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
