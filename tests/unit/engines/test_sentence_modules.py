"""What a folder says of pooling, in the forms that sentence-transformers has written over the years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hfkit.engines.sentence_modules import EmbeddingRecipe, copy_modules, read_embedding_recipe
from hfkit.errors import CorruptModelError, ModelError
from hfkit.hub.resolve import resolve
from hfkit.testing import write_fake_embedder

if TYPE_CHECKING:
    from pathlib import Path

OLD = "sentence_transformers.models."
NEW = "sentence_transformers.sentence_transformer.modules.pooling."


def modules(*kinds: str, path: str = "") -> list[dict[str, object]]:
    return [
        {
            "idx": number,
            "name": str(number),
            "path": path if number == 0 else f"{number}_{kind}",
            "type": kind_of,
        }
        for number, kind_of in enumerate(kinds)
        for kind in [kind_of.rpartition(".")[2]]
    ]


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_fake_embedder(tmp_path / "model")


def read(folder: Path) -> EmbeddingRecipe:
    return read_embedding_recipe(resolve(folder, offline=True))


def test_a_bare_encoder_is_pooled_by_the_mean_and_a_note_says_so(model: Path) -> None:
    note = "the model's folder has no modules.json: vectors are means over its tokens, and not normalized"
    assert read(model) == EmbeddingRecipe(("mean",), normalizes=False, max_tokens=None, notes=(note,))


def test_the_earlier_form(model: Path) -> None:
    flags = {"word_embedding_dimension": 8, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    write(
        model,
        {
            "modules.json": modules(f"{OLD}Transformer", f"{OLD}Pooling", f"{OLD}Normalize"),
            "1_Pooling/config.json": flags,
            "sentence_roberta_config.json": {"max_seq_length": 24, "do_lower_case": False},
        },
    )
    assert read(model) == EmbeddingRecipe(("cls",), normalizes=True, max_tokens=24)


def test_the_newer_form(model: Path) -> None:
    write(
        model,
        {
            "modules.json": modules(
                "sentence_transformers.base.modules.transformer.Transformer",
                f"{NEW}Pooling",
                "sentence_transformers.sentence_transformer.modules.dropout.Dropout",
            ),
            "1_Pooling/config.json": {
                "embedding_dimension": 8,
                "pooling_mode": "lasttoken",
                "include_prompt": True,
            },
            "sentence_bert_config.json": {
                "transformer_task": "feature-extraction",
                "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            },
            "config_sentence_transformers.json": {"prompts": {"query": "", "document": ""}},
        },
    )
    assert read(model) == EmbeddingRecipe(("lasttoken",))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"pooling_mode": ["cls", "mean"]}, ("cls", "mean")),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}, ("max", "mean")),
        ({"pooling_mode_weightedmean_tokens": True}, ("weightedmean",)),
        ({}, ("mean",)),
    ],
    ids=str,
)
def test_several_poolings_and_none(
    model: Path, settings: dict[str, object], expected: tuple[str, ...]
) -> None:
    found = modules(f"{OLD}Transformer", f"{OLD}Pooling")
    write(model, {"modules.json": found, "1_Pooling/config.json": settings})
    assert read(model).poolings == expected


def test_prompts_are_told(model: Path) -> None:
    prompts = {
        "prompts": {"query": "query: ", "passage": "passage: ", "none": ""},
        "default_prompt_name": "query",
    }
    found = modules(f"{OLD}Transformer", f"{OLD}Pooling")
    write(model, {"modules.json": found, "config_sentence_transformers.json": prompts})
    assert read(model).notes == (
        (
            "the model was trained with prompts (query: 'query: ', passage: 'passage: '); sentence-transformers writes "
            "that of 'query' where none is named. Embed writes none: put them before your texts"
        ),
    )
    write(model, {"config_sentence_transformers.json": prompts | {"default_prompt_name": None}})
    assert "sentence-transformers" not in read(model).notes[0]


TWO = modules(f"{OLD}Transformer", f"{OLD}Pooling")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"modules.json": modules(f"{OLD}Transformer", f"{OLD}Pooling", f"{OLD}Dense", f"{OLD}Normalize")},
            (
                " computes Transformer > Pooling > Dense > Normalize, must be Transformer > Pooling, "
                "or Transformer > Pooling > Normalize"
            ),
        ),
        ({"modules.json": []}, " computes nothing, must be Transformer > Pooling"),
        (
            {"modules.json": modules(f"{OLD}Transformer", f"{OLD}Pooling", path="0_Transformer")},
            " has its transformer in '0_Transformer', must have it beside modules.json",
        ),
        (
            {"modules.json": TWO, "1_Pooling/config.json": {"pooling_mode": "attention"}},
            " pools by 'attention', must be of ['mean', 'cls', 'max', ",
        ),
        (
            {"modules.json": TWO, "1_Pooling/config.json": {"pooling_mode": []}},
            " pools by [], must be of ",
        ),
        (
            {"modules.json": TWO, "1_Pooling/config.json": {"include_prompt": False}},
            " leaves the tokens of a prompt out of its vectors, which Embed cannot",
        ),
        (
            {
                "modules.json": TWO,
                "sentence_bert_config.json": {"modality_config": {"text": {"method_output_name": "pooled"}}},
            },
            " pools 'pooled', must pool 'last_hidden_state'",
        ),
        (
            {
                "modules.json": TWO,
                "sentence_bert_config.json": {"do_lower_case": True},
                "tokenizer_config.json": {"do_lower_case": False},
            },
            " wants its texts in small letters, which its tokenizer leaves as they are",
        ),
    ],
)
def test_what_is_not_supported_is_refused(model: Path, files: dict[str, object], message: str) -> None:
    write(model, files)
    with pytest.raises(ModelError) as caught:
        read(model)
    assert message in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("path", ["../1_Pooling", "1_Pooling/../..", "/1_Pooling", "..\\1_Pooling"])
def test_a_module_outside_of_the_folder_is_refused(model: Path, path: str) -> None:
    entries = [{"type": "models.Transformer", "path": ""}, {"type": "models.Pooling", "path": path}]
    write(model, {"modules.json": entries})
    with pytest.raises(CorruptModelError, match=r"names a module in .*, must be a folder below it"):
        read(model)


@pytest.mark.parametrize("content", ["{", "7", '[{"idx": 0}]', '["a"]'])
def test_a_damaged_list_of_modules_is_named(model: Path, content: str) -> None:
    write(model, {"modules.json": content})
    with pytest.raises(CorruptModelError, match=r"modules\.json is no list of modules: "):
        read(model)


def test_another_pooling_is_another_revision(model: Path) -> None:
    write(model, {"modules.json": TWO, "1_Pooling/config.json": {"pooling_mode": "mean"}})
    first = resolve(model, offline=True)
    write(model, {"1_Pooling/config.json": {"pooling_mode": "cls"}})
    assert resolve(model, offline=True).revision != first.revision
    assert first.is_rewritten()


def test_what_is_said_of_pooling_goes_with_a_copy(model: Path, tmp_path: Path) -> None:
    write(
        model,
        {
            "modules.json": modules(f"{OLD}Transformer", f"{OLD}Pooling", f"{OLD}Normalize"),
            "1_Pooling/config.json": {"pooling_mode": "max"},
            "sentence_bert_config.json": {"max_seq_length": 24},
            "config_sentence_transformers.json": {"prompts": {"query": "query: "}},
        },
    )
    copy = write_fake_embedder(tmp_path / "copy")
    copy_modules(resolve(model, offline=True), copy)
    assert read(copy) == read(model)
    assert read(copy).poolings == ("max",)


def test_a_bare_encoder_has_nothing_to_copy(model: Path, tmp_path: Path) -> None:
    copy_modules(resolve(model, offline=True), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
