"""Tune on chats with tiny models: what is learned is what the model would write, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from transformers import AutoTokenizer

import hfkit
from hfkit import errors
from hfkit.jobs.tuning.batches import IGNORED
from hfkit.jobs.tuning.preparing import Prepared, prepare
from hfkit.testing import write_tiny_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.jobs.tuning.examples import Example

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")

MARKED = (
    "{% for m in messages %}{{ '<|begin_of_text|>' + m.role + '\n' }}"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content }}"
    "{% for call in m.tool_calls or [] %}{{ call.function | tojson }}{% endfor %}<|eot_id|>{% endgeneration %}"
    "{% else %}{{ m.content }}<|eot_id|>{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|begin_of_text|>assistant\n' }}{% endif %}"
)
"""ChatML's kind, with marks for transformers."""

FORGETFUL = (
    "{% for m in messages %}{{ '<|begin_of_text|>' + m.role + '\n' }}"
    "{{ m.content if loop.last else m.content.split('</think>')[-1] }}<|eot_id|>{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|begin_of_text|>assistant\n' }}{% endif %}"
)
"""Leaves out what was thought in earlier turns."""

THOUGHTFUL = (
    "{% for m in messages %}{{ m.role + ': ' + m.content }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}assistant: <think>{% endif %}"
)
"""Opens the assistant's turn with more than it writes of it."""

PLAIN = (
    "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
"""No special tokens at all."""


def chat(*turns: str) -> dict[str, object]:
    """Make a row; turns are given as ``"role: content"``."""
    return {"messages": [dict(zip(("role", "content"), turn.split(": ", 1), strict=True)) for turn in turns]}


WORDS = ("good", "dull", "funny", "sad", "great", "poor")
ROWS = [
    chat(
        "system: about movies",
        f"user: the {word} plot",
        f"assistant: {word}",
        "user: and ?",
        f"assistant: very {word}",
    )
    for word in WORDS
]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def _write(template: str, *, family: str = "llama", limit: int = 128) -> Path:
        return write_tiny_writer(tmp_path / "base", family=family, limit=limit, chat_template=template)  # type: ignore[arg-type]

    return _write


def prepared_of(base: Path, rows: Sequence[dict[str, object]], **settings: object) -> Prepared:
    tune = hfkit.Tune(base, runtime=RUNTIME, **settings)  # type: ignore[arg-type]
    return prepare(tune, hfkit.Chats(train=rows))


def told(base: Path, example: Example) -> str:
    """Give the text of what is learned of an example, turns apart."""
    tokenizer: Any = AutoTokenizer.from_pretrained(base)
    marks = example.labels["labels"] != IGNORED
    runs: list[list[int]] = []
    for place, id_ in enumerate(example.ids.tolist()):
        if marks[place]:
            if not marks[place - 1]:
                runs.append([])
            runs[-1].append(id_)
    return "|".join(tokenizer.decode(run) for run in runs)


def test_what_is_learned_is_what_transformers_marks(write: Callable[..., Path]) -> None:
    """With ``{% generation %}`` in the template: the same tokens, and the same mask."""
    base = write(MARKED)
    tokenizer: Any = AutoTokenizer.from_pretrained(base)
    rows = [*ROWS, chat("assistant: hello", "user: ÄÖÜ 世界 👍 ?", "assistant: 👍👍  é\n\nß ")]
    train = prepared_of(base, rows).train
    assert len(train) == len(rows)
    for row, example in zip(rows, train.examples, strict=True):
        marked = tokenizer.apply_chat_template(
            row["messages"], return_assistant_tokens_mask=True, return_dict=True
        )
        size = len(example.ids)
        assert example.ids.tolist() == marked["input_ids"][:size]
        assert (example.labels["labels"] != IGNORED).tolist() == [
            bool(mark) for mark in marked["assistant_masks"][:size]
        ]
        assert not any(marked["assistant_masks"][size:])


def test_the_turns_are_learned_to_their_end(write: Callable[..., Path]) -> None:
    base = write(MARKED)
    train = prepared_of(base, ROWS).train
    assert told(base, train[0]) == "good<|eot_id|>|very good<|eot_id|>"


def test_calls_of_tools_are_learned(write: Callable[..., Path]) -> None:
    base = write(MARKED)
    call = {"function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    messages: list[dict[str, object]] = [
        {"role": "user", "content": "cold ?", "tool_calls": None},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "-4", "tool_calls": None},
        {"role": "assistant", "content": "yes", "tool_calls": None},
    ]
    train = prepared_of(base, [{"messages": messages}]).train
    assert told(base, train[0]) == (
        '{"name": "weather", "arguments": {"city": "Oslo"}}<|eot_id|>|yes<|eot_id|>'
    )


def test_what_later_texts_leave_out_is_learned_where_it_is_written(write: Callable[..., Path]) -> None:
    base = write(FORGETFUL)
    row = chat("user: a", "assistant: hm</think>b", "user: c", "assistant: so</think>d", "user: thanks")
    train = prepared_of(base, [row]).train
    assert [told(base, example) for example in train.examples] == [
        "hm</think>b<|eot_id|>",
        "so</think>d<|eot_id|>",
    ]
    tokenizer: Any = AutoTokenizer.from_pretrained(base)
    for number, example in ((2, train[0]), (4, train[1])):
        asked = tokenizer.apply_chat_template(
            row["messages"][: number - 1],  # type: ignore[index]
            add_generation_prompt=True,
        )["input_ids"]
        assert example.ids.tolist()[: len(asked)] == asked


def test_a_template_that_opens_turns_otherwise_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(
        errors.DataError, match=r"^row 0 cannot be learned from: the chat template opens .*<think>'"
    ):
        prepared_of(write(THOUGHTFUL), ROWS)


def test_a_template_without_special_tokens_is_learned_whole(write: Callable[..., Path]) -> None:
    """Its new line ends the turn. The blank before the content is one token with its first letter: the prompt's."""
    base = write(PLAIN)
    train = prepared_of(base, [chat("user: a", "assistant: good")]).train
    assert told(base, train[0]) == "ood\n"
    assert prepared_of(base, [chat("user: a", "assistant: good")]).task.config == {}


def test_the_beginning_of_a_long_chat_is_read(write: Callable[..., Path]) -> None:
    base = write(MARKED)
    prepared = prepared_of(base, [*ROWS, chat("user: " + "the plot " * 40, "assistant: no")], max_tokens=64)
    assert prepared.train.cut == 7
    assert len(prepared.train) == 6  # of the last one no answer is left
    assert {len(example.ids) for example in prepared.train.examples} == {64}
    assert told(base, prepared.train[0]).startswith("good<|eot_id|>")
    with pytest.raises(errors.DataError, match="none of the Chats holds a token that can be learned"):
        prepared_of(base, ROWS, max_tokens=8)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [*ROWS, chat("user: a", "user: b")],
            "row 6 cannot be learned from: no turn of 2 is the assistant's",
        ),
        (
            [*ROWS, chat("user:  ", "assistant: b")],
            "row 6 cannot be learned from: column 'messages': blank_text",
        ),
    ],
)
def test_chats_that_nothing_can_be_learned_from_are_refused(
    write: Callable[..., Path], rows: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(errors.DataError, match=f"^{message}"):
        prepared_of(write(MARKED), rows)
    found = {finding.kind for finding in hfkit.Chats(train=rows).check().findings}
    assert found & {"no_assistant_turn", "blank_text"}


def test_a_chat_that_the_template_refuses_is_named(write: Callable[..., Path]) -> None:
    strict = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system here') }}{% endif %}" + MARKED
    )
    with pytest.raises(errors.DataError, match=r"^row 0 cannot be learned from: .*no system here"):
        prepared_of(write(strict), ROWS)


@pytest.mark.parametrize("method", [hfkit.Full(), hfkit.Lora(rank=8), hfkit.Lora(rank=8, merge=True)])
def test_a_tuned_model_chats(
    write: Callable[..., Path], tmp_path: Path, method: hfkit.Full | hfkit.Lora
) -> None:
    base = write(MARKED)
    data = hfkit.Chats(train=ROWS * 6, validation=ROWS)
    tune = hfkit.Tune(
        base,
        epochs=16 if method == hfkit.Full() else 8,  # the texts are compared, on any processor
        batch_size=6,
        learning_rate=1e-2 if method == hfkit.Full() else 3e-2,
        method=method,
        precision="float32",
        runtime=RUNTIME,
    )
    report = tune(data, tmp_path / "out")
    assert report.best is not None
    assert report.best.figure("loss") < 0.3 * report.losses[0][1]
    assert report.plan.padding == 0
    generate = hfkit.Generate(tmp_path / "out", max_new_tokens=12, runtime=RUNTIME)
    results = [
        generate([hfkit.Message("system", "about movies"), hfkit.Message("user", f"the {word} plot")])
        for word in WORDS
    ]
    assert {result.finish_reason for result in results} == {"eos"}
    if method == hfkit.Full():
        assert [result.text for result in results] == list(WORDS)
    assert json.loads((tmp_path / "out" / "tokenizer_config.json").read_text())["chat_template"] == MARKED


@pytest.mark.parametrize("method", [hfkit.Full(), hfkit.Lora(rank=8)])
def test_what_ends_turns_ends_texts(
    write: Callable[..., Path], tmp_path: Path, method: hfkit.Full | hfkit.Lora
) -> None:
    """A base that was made for texts alone does not stop at the end of a turn; once it has learned to chat, it does."""
    base = write(MARKED)
    for name in ("config.json", "generation_config.json"):
        settings = json.loads((base / name).read_text()) | {"eos_token_id": 1}
        (base / name).write_text(json.dumps(settings))
    rate = 1e-2 if method == hfkit.Full() else 3e-2
    tune = hfkit.Tune(base, epochs=30, batch_size=6, learning_rate=rate, method=method, runtime=RUNTIME)
    tune(hfkit.Chats(train=ROWS), tmp_path / "out")
    generate = hfkit.Generate(tmp_path / "out", max_new_tokens=20, runtime=RUNTIME)
    result = generate([hfkit.Message("system", "about movies"), hfkit.Message("user", "the good plot")])
    assert result.finish_reason == "eos"
    assert "<|eot_id|>" not in result.text


def test_all_templates_of_a_base_are_copied(write: Callable[..., Path], tmp_path: Path) -> None:
    base = write(MARKED)
    (base / "additional_chat_templates").mkdir()
    (base / "additional_chat_templates" / "short.jinja").write_text(PLAIN)
    (base / "chat_template.jinja").write_text(MARKED)
    tune = hfkit.Tune(base, steps=1, batch_size=2, runtime=RUNTIME)
    tune(hfkit.Chats(train=ROWS), tmp_path / "out")
    assert (tmp_path / "out" / "additional_chat_templates" / "short.jinja").read_text() == PLAIN
    tokenize = hfkit.Tokenize(tmp_path / "out", template="short")
    assert tokenize([hfkit.Message("user", "hi")]).texts == ("user: hi\nassistant: ",)
