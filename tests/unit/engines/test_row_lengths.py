"""The tokens of a task's rows, as its model counts them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import transformers  # noqa: F401  # loaded here, so that no test waits for a process that loads it

import hfkit
from hfkit import errors
from hfkit.engines.row_lengths import open_row_lengths
from hfkit.testing.tokenizers import write_word_pieces

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.chat import TokenInput

TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}"
    "{{ m.role }} {{ m.content }} [SEP]{% endfor %}"
)
CHAT = [hfkit.Message("a", "good film"), hfkit.Message("the", "dull")]
OFFLINE = hfkit.Runtime(offline=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    write_word_pieces(tmp_path / "m", limit=8)
    return tmp_path / "m"


def add(file: Path, **entries: object) -> None:
    old = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    file.write_text(json.dumps(old | entries), encoding="utf-8")


def test_rows_are_counted_as_tokenize_counts_them(folder: Path) -> None:
    items: list[TokenInput] = ["the film is dull", hfkit.Pair("a good film", "dull"), "", "never"]
    lengths = open_row_lengths(folder, OFFLINE)
    tokenize = hfkit.Tokenize(folder)
    assert lengths.count(items) == [tokenize.count(item) for item in items] == [6, 7, 2, 3]
    assert lengths.count([]) == []


def test_a_window_is_what_tokenizer_and_config_allow(folder: Path) -> None:
    assert open_row_lengths(folder, OFFLINE).window == 8
    add(folder / "config.json", model_type="bert", max_position_embeddings=6)
    assert open_row_lengths(folder, OFFLINE).window == 6
    (folder / "config.json").unlink()
    add(folder / "tokenizer_config.json", model_max_length=int(1e30))
    assert open_row_lengths(folder, OFFLINE).window is None


def test_a_chat_is_counted_as_its_template_writes_it(folder: Path) -> None:
    add(folder / "tokenizer_config.json", chat_template=TEMPLATE)
    assert open_row_lengths(folder, OFFLINE).count([CHAT]) == [
        len(["a", "good", "film", "[SEP]", "the", "dull", "[SEP]"])
    ]


def test_a_chat_that_the_template_refuses_is_counted_by_its_contents(folder: Path) -> None:
    bare = open_row_lengths(folder, OFFLINE)
    assert bare.count([CHAT, "dull"]) == [5, 3]
    add(folder / "tokenizer_config.json", chat_template=TEMPLATE)
    refused = [*CHAT, hfkit.Message("tool", "never")]
    assert open_row_lengths(folder, OFFLINE).count([refused, CHAT]) == [6, 7]


def test_a_text_that_cannot_be_counted_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = open_row_lengths(folder, OFFLINE)

    def refuse(*_: object) -> list[int]:
        raise errors.TokenizerError("no", hint="none")

    monkeypatch.setattr(lengths._session, "lengths", refuse)
    monkeypatch.setattr(lengths._session, "count", refuse)
    with pytest.raises(errors.TokenizerError):
        lengths.count(["a"])


def test_a_check_with_a_model_counts_tokens_and_what_its_window_cuts(folder: Path) -> None:
    rows = [{"text": "dull", "label": 0}, {"text": "the film is not good and never was it", "label": 1}]
    report = hfkit.Labelled(train=rows).check(folder)
    (summary,) = report.splits[0].lengths
    assert (report.model, summary.unit, summary.window) == (str(folder), "tokens", 8)
    assert (summary.p50, summary.longest, summary.total) == (3, 11, 14)
    assert (summary.cut_rows, summary.cut_share) == (1, 3 / 14)
    (finding,) = report.findings
    assert (finding.kind, finding.severity, finding.rows, finding.column) == (
        "longer_than_window",
        "warning",
        (1,),
        "text",
    )
    assert finding.message == (
        "1 row longer than the window of 8 tokens in 'text': 21.43% of all tokens lie beyond, which is lost"
    )
    assert hfkit.Labelled(train=rows).check(folder, window=11).findings == ()


def test_what_is_read_in_windows_is_only_noted(folder: Path) -> None:
    context = "the film is not good and never was it"
    answers = {"text": ["film"], "answer_start": [4]}
    data = hfkit.Squad(train=[{"question": "is it", "context": context, "answers": answers}])
    (finding,) = data.check(folder).findings
    assert (finding.kind, finding.severity, finding.column) == (
        "longer_than_window",
        "note",
        "question + context",
    )


def test_both_sides_of_parallel_texts_are_counted(folder: Path) -> None:
    rows = [{"source": "the film is not good and never was it", "target": "dull"}] * 2
    report = hfkit.Parallel(train=rows).check(folder)
    assert [(each.column, each.unit, each.longest) for each in report.splits[0].lengths] == [
        ("source", "tokens", 11),
        ("target", "tokens", 3),
        ("source", "characters", 37),
        ("target", "characters", 4),
    ]


def test_a_folder_without_a_tokenizer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(errors.ModelError):
        hfkit.Texts(train=[{"text": "a"}]).check(tmp_path)


def test_a_report_names_the_very_model(folder: Path) -> None:
    report = hfkit.Texts(train=[{"text": "good film"}]).check(folder, runtime=OFFLINE)
    source = hfkit.Tokenize(folder, runtime=OFFLINE).source
    assert (report.model, report.revision) == (str(folder), source.revision)
    assert hfkit.Texts(train=[{"text": "good film"}]).check().revision is None
