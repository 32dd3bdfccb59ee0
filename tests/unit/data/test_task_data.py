"""What may be given as a split, and what a task's data are once they are made."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import datasets
import pandas as pd
import pytest

import hfkit
from hfkit.errors import InputTypeError, SettingError

ROWS = [{"text": "a good film", "label": "good"}, {"text": "dull", "label": "bad"}]


@pytest.mark.parametrize(
    "given",
    [
        ROWS,
        tuple(ROWS),
        (row for row in ROWS),
        hfkit.Table.from_records(ROWS),
        datasets.Dataset.from_list(ROWS),
        pd.DataFrame(ROWS),
    ],
    ids=["list", "tuple", "generator", "table", "dataset", "frame"],
)
def test_rows_of_every_kind_become_a_table(given: Any) -> None:
    data = hfkit.Labelled(train=given)
    assert isinstance(data.train, hfkit.Table)
    assert list(data.train) == ROWS
    assert (data.validation, data.test) == (None, None)
    assert list(data.splits) == ["train"]


@pytest.mark.parametrize(
    "given",
    [
        7,
        "data.csv",
        b"data",
        {"train": ROWS},
        datasets.DatasetDict({"train": datasets.Dataset.from_list(ROWS)}),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_has_no_rows_is_refused(given: Any) -> None:
    with pytest.raises(InputTypeError) as caught:
        hfkit.Labelled(train=ROWS, test=given)
    assert caught.value.message == (
        f"test is a {type(given).__name__}, must be a Table, a datasets.Dataset, a DataFrame or a list of mappings"
    )
    assert caught.value.hint == (
        "read a file with test=hfkit.Table.load(path); of several splits give one, test=splits['test']"
    )


def test_a_stream_is_refused_with_a_way_to_take_some_of_it() -> None:
    stream: Any = hfkit.Table.from_records(ROWS).to_stream()
    with pytest.raises(InputTypeError) as caught:
        hfkit.Labelled(train=stream)
    assert (
        caught.value.message
        == "train is a TableStream, must be a Table: rows are counted, and read more than once"
    )
    taken = stream.take(1)
    assert list(hfkit.Labelled(train=hfkit.Table.from_records(taken)).train) == ROWS[:1]


def test_splits_are_given_one_by_one_or_by_their_names() -> None:
    splits: Any = hfkit.Splits(
        {"train": hfkit.Table.from_records(ROWS), "test": hfkit.Table.from_records(ROWS[:1])}
    )
    with pytest.raises(InputTypeError, match=r"^train is a Splits, must be a Table"):
        hfkit.Labelled(train=splits)
    assert hfkit.Labelled(**splits) == hfkit.Labelled(train=ROWS, test=ROWS[:1])


def test_there_is_nothing_to_learn_from_none() -> None:
    nothing: Any = None
    with pytest.raises(SettingError, match=r"^train is None, must be a table\n"):
        hfkit.Texts(train=nothing)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text": ""}, "text is empty, must be a name"),
        ({"label": 3}, "label is 3, must be str"),
        ({"second": ""}, "second is empty, must be a name"),
        ({"names": ["good"]}, "names is ['good'], must be a tuple of texts"),
        ({"names": ("good", "")}, "names holds an empty text, must hold texts to look for"),
    ],
)
def test_settings_of_another_type_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        hfkit.Labelled(train=ROWS, **settings)
    assert caught.value.message == message


def test_names_of_tags_are_a_tuple_too() -> None:
    names: Any = "O"
    with pytest.raises(SettingError, match=r"^names is 'O', must be a tuple of texts"):
        hfkit.Tagged(train=[{"tokens": ["a"], "ner_tags": ["O"]}], names=names)


def test_data_are_values() -> None:
    data = hfkit.Labelled(train=ROWS, test=ROWS[:1])
    assert data == hfkit.Labelled(train=hfkit.Table.from_records(ROWS), test=ROWS[:1])
    assert data != hfkit.Labelled(train=ROWS)
    assert dataclasses.replace(data, test=None) == hfkit.Labelled(train=ROWS)
    assert "train=<Table of 2 rows: text, label>" in repr(data)
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.text = "sentence"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(data)).text == "text"


def test_splits_keep_their_order_and_leave_out_what_is_not_there() -> None:
    data = hfkit.Texts(train=[{"text": "a"}], test=[{"text": "b"}])
    assert list(data.splits) == ["train", "test"]
    assert data.splits["test"] is data.test


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["b", "a", "b"], ("a", "b")),
        ([10, 2, 10], ("2", "10")),
        ([True, False, True], ("False", "True")),
        ([["b"], [], ["a", "b"]], ("a", "b")),
        ([["b"], None, [None, "c"]], ("b", "c")),
        ([None, "x", "y"], ("x", "y")),
    ],
)
def test_labels_have_names_from_the_data(labels: list[object], names: tuple[str, ...]) -> None:
    data = hfkit.Labelled(train=[{"text": "a", "label": label} for label in labels])
    assert data.label_names() == names


def test_classes_name_their_labels_and_given_names_come_first() -> None:
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
    )
    table = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, 1]}, features=features)
    assert hfkit.Labelled(train=table).label_names() == ("no", "yes")
    assert hfkit.Labelled(train=table, names=("yes", "no")).label_names() == ("yes", "no")


def test_a_scheme_says_whether_labels_exclude_each_other() -> None:
    single = hfkit.Labelled(train=ROWS).scheme()
    assert (single.names, single.problem) == (("bad", "good"), "single_label_classification")
    many = hfkit.Labelled(train=[{"text": "a", "label": ["x", "y"]}])
    assert many.multi_label
    assert many.scheme().problem == "multi_label_classification"


def test_tags_have_names_from_the_data() -> None:
    rows = [{"tokens": ["a", "b"], "ner_tags": ["O", "B-x"]}, {"tokens": ["a"], "ner_tags": None}]
    assert hfkit.Tagged(train=rows).tag_names() == ("B-x", "O")
    assert hfkit.Tagged(train=rows, names=("O", "B-x")).tag_names() == ("O", "B-x")
    features = datasets.Features(
        {
            "tokens": datasets.List(datasets.Value("string")),
            "ner_tags": datasets.List(datasets.ClassLabel(names=["O", "B-x", "I-x"])),
        }
    )
    table = datasets.Dataset.from_dict({"tokens": [["a"]], "ner_tags": [[1]]}, features=features)
    assert hfkit.Tagged(train=table).tag_names() == ("O", "B-x", "I-x")


def test_settings_are_all_but_the_tables() -> None:
    data = hfkit.Parallel(train=[{"a": "one", "target": "eins"}], source="a", languages=("en", "de"))
    assert dict(data.settings) == {
        "source": "a",
        "target": "target",
        "languages": ("en", "de"),
        "instruction": None,
    }
    assert list(hfkit.Labelled(train=ROWS).settings) == ["text", "second", "label", "names"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"languages": "en"}, "languages is 'en', must be a tuple of texts"),
        ({"languages": ("en", "")}, "languages holds an empty text, must hold texts to look for"),
        (
            {"languages": ("en",)},
            "languages are ('en',), must be that of the sources and that of the targets",
        ),
        ({"instruction": 7}, "instruction is 7, must be str"),
        ({"source": ""}, "source is empty, must be a name"),
    ],
)
def test_pairs_of_texts_name_two_languages(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        hfkit.Parallel(train=[{"source": "one", "target": "eins"}], **settings)
    assert caught.value.message == message


def test_no_words_are_an_instruction_too() -> None:
    assert hfkit.Parallel(train=[{"source": "one", "target": "eins"}], instruction="").instruction == ""
