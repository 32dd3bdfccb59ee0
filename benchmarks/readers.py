"""Ways to answer questions with the same weights: hfkit.Answer and Haystack's extractive reader."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

import hfkit
from asking import ask_sentences
from cores import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from hfkit.values.runtime import DType
    from questions import Query

__all__ = [
    "BY_HAND",
    "EXPORTED",
    "HAYSTACK",
    "ONE_BY_ONE",
    "ROUNDED",
    "SUBJECT",
    "Found",
    "Reader",
    "find",
    "has_haystack",
    "open_answer",
    "open_readers",
    "without_types",
]

Found: TypeAlias = list[tuple[int, int, int]]
"""For each question its best answer: which text, its first character there, and the one after its last."""

SUBJECT = "Answer.batch"
EXPORTED = "Answer.batch, onnx"
ROUNDED = "Answer.batch, onnx int8"
BY_HAND = "a loop over windows, one at a time"
ONE_BY_ONE = "Answer, one by one"
HAYSTACK = "TransformersExtractiveReader.run"

_WINDOW = 384
_OVERLAP = 128
_LONGEST = 30

# Questions of the call on which hfkit finds out how many forward passes at a time are best.
_FIRST_CALL = 80


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to answer.

    Attributes:
        name: what the tables call it.
        prepare: from queries to the work that is timed; what a user holds anyway (hfkit's questions,
            Haystack's documents) is made before.
    """

    name: str
    prepare: Callable[[Sequence[Query]], Callable[[], Found]]


def has_haystack() -> bool:
    """Tell whether Haystack's reader is installed."""
    try:
        return find_spec("haystack_integrations.components.readers.transformers") is not None
    except ModuleNotFoundError:
        return False


def open_readers(folder: Path) -> list[Reader]:
    """Open a model on the processor, once in each library; in float32, but for the one in 8 bits."""
    answer = open_answer(folder, backend="torch")
    exported = open_answer(folder, backend="onnx")
    rounded = open_answer(folder, backend="onnx", dtype="int8")
    return [
        Reader(SUBJECT, partial(_prepare, answer.batch)),
        Reader(EXPORTED, partial(_prepare, exported.batch)),
        Reader(ROUNDED, partial(_prepare, rounded.batch)),
        Reader(ONE_BY_ONE, partial(_prepare, partial(map, answer))),
        _by_hand(folder),
        _haystack(folder),
    ]


def open_answer(folder: Path, *, backend: str, dtype: DType = "float32") -> hfkit.Answer:
    """Open a model in hfkit: the best answer, in windows of 384 tokens that share 128."""
    runtime = hfkit.Runtime(backend=backend, device="cpu", dtype=dtype, threads=threads(), progress="never")
    answer = hfkit.Answer(folder, top_k=1, window=_WINDOW, overlap=_OVERLAP, runtime=runtime).load()
    if runtime.threads is None:  # a first large call, on which hfkit finds out how the cores serve best
        answer.batch([hfkit.Question(one.question, one.context) for one in ask_sentences(_FIRST_CALL)])
    return answer


def find(answer: hfkit.Answer, queries: Sequence[Query]) -> Found:
    """Find the best answers with hfkit."""
    return _prepare(answer.batch, queries)()


def without_types(folder: Path, copy: Path) -> Path:
    """Copy a model so that its tokenizer gives no token types: Haystack's reader does not hand them on."""
    shutil.copytree(folder, copy)
    file = copy / "tokenizer_config.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["model_input_names"] = ["input_ids", "attention_mask"]
    file.write_text(json.dumps(content), encoding="utf-8")
    return copy


def _prepare(
    ask: Callable[[list[hfkit.Question]], Iterable[hfkit.Answers]], queries: Sequence[Query]
) -> Callable[[], Found]:
    """Ask about each text alone; of a query's texts the one with the highest logit has its answer."""
    questions = [hfkit.Question(query.question, text) for query in queries for text in query.texts]

    def run() -> Found:
        answers = iter(ask(questions))
        found = []
        for query in queries:
            best = [next(answers).spans[0] for _ in query.texts]
            text = max(range(len(best)), key=lambda each: best[each].logit)
            found.append((text, best[text].start, best[text].end))
        return found

    return run


def _by_hand(folder: Path) -> Reader:
    """Read window by window, as the pipeline did that transformers no longer has, with a vectorised search."""
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForQuestionAnswering.from_pretrained(folder, dtype=torch.float32).eval()

    def best_of(question: str, text: str) -> tuple[float, int, int]:
        encoded = tokenizer(
            question,
            text,
            truncation="only_second",
            max_length=_WINDOW,
            stride=_OVERLAP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        spans = []
        for window, ids in enumerate(encoded["input_ids"]):
            columns = {"input_ids": ids, "attention_mask": encoded["attention_mask"][window]}
            if "token_type_ids" in encoded:
                columns["token_type_ids"] = encoded["token_type_ids"][window]
            with torch.inference_mode():
                output = model(**{name: torch.tensor([column]) for name, column in columns.items()})
            inside = torch.tensor([each == 1 for each in encoded.sequence_ids(window)])
            sums = output.start_logits[0][:, None] + output.end_logits[0][None, :]
            band = torch.ones(len(ids), len(ids), dtype=torch.bool).triu().tril(_LONGEST - 1)
            sums[~(band & inside[:, None] & inside[None, :])] = -torch.inf
            place = int(sums.argmax())
            offsets = encoded["offset_mapping"][window]
            first, last = divmod(place, len(ids))
            spans.append((float(sums.flatten()[place]), offsets[first][0], offsets[last][1]))
        return max(spans, key=lambda span: span[0])

    def prepare(queries: Sequence[Query]) -> Callable[[], Found]:
        def run() -> Found:
            found = []
            for query in queries:
                spans = [best_of(query.question, text) for text in query.texts]
                text = max(range(len(spans)), key=lambda each: spans[each][0])
                found.append((text, *spans[text][1:]))
            return found

        return run

    return Reader(BY_HAND, prepare)


def _haystack(folder: Path) -> Reader:
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when it is imported
    from haystack import Document
    from haystack.utils import ComponentDevice
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    reader = TransformersExtractiveReader(
        model=str(folder),
        device=ComponentDevice.from_str("cpu"),
        token=None,
        top_k=1,
        answers_per_seq=1,
        no_answer=False,
        max_seq_length=_WINDOW,
        stride=_OVERLAP,
        model_kwargs={"dtype": torch.float32},
    )
    reader.warm_up()

    def prepare(queries: Sequence[Query]) -> Callable[[], Found]:
        documents = [[Document(content=text) for text in query.texts] for query in queries]

        def run() -> Found:
            found = []
            for query, given in zip(queries, documents, strict=True):
                best = reader.run(query=query.question, documents=given)["answers"][0]
                place = best.document_offset
                found.append((query.texts.index(best.document.content), place.start, place.end))
            return found

        return run

    return Reader(HAYSTACK, prepare)
