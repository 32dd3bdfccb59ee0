"""Which facade a model is for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hfkit.backends.torch import tasks
from hfkit.errors import ModelError
from hfkit.hub.folder import ModelFolder
from hfkit.jobs.quantizing.verbs import head_of, verb_of

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.backends.torch.tasks import Task


def folder(path: Path, **config: object) -> ModelFolder:
    path.mkdir(exist_ok=True)
    (path / "config.json").write_text(json.dumps(config))
    return ModelFolder(path.name, path, "sha256:1", stamp=())


@pytest.mark.parametrize(
    ("architecture", "verb", "head"),
    [
        ("BertForSequenceClassification", "Classify", tasks.SEQUENCE_CLASSIFICATION),
        ("DistilBertForQuestionAnswering", "Answer", tasks.QUESTION_ANSWERING),
        ("XLNetForQuestionAnsweringSimple", "Answer", tasks.QUESTION_ANSWERING),
        ("RobertaForTokenClassification", "Tag", tasks.TOKEN_CLASSIFICATION),
        ("LlamaForCausalLM", "Generate", tasks.CAUSAL_WRITING),
        ("GPT2LMHeadModel", "Generate", tasks.CAUSAL_WRITING),
    ],
)
def test_it_follows_from_the_class(architecture: str, verb: str, head: Task, tmp_path: Path) -> None:
    model = folder(tmp_path / "model", architectures=[architecture])
    found = verb_of(model)
    assert (found, head_of(model, found)) == (verb, head)


def test_a_writer_may_encode(tmp_path: Path) -> None:
    model = folder(tmp_path / "model", architectures=["T5ForConditionalGeneration"], is_encoder_decoder=True)
    assert (verb_of(model), head_of(model, "Generate")) == ("Generate", tasks.ENCODED_WRITING)


def test_an_adapter_without_a_class_has_that_of_its_base(tmp_path: Path) -> None:
    base = folder(tmp_path / "base", architectures=["BertForSequenceClassification"])
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    assert verb_of(ModelFolder("adapter", adapter, "sha256:2", stamp=(), base=base)) == "Classify"


@pytest.mark.parametrize("architecture", ["Qwen3ForCausalLM", "BertForMaskedLM", "MPNetModel"])
def test_what_sentence_transformers_pools_embeds(architecture: str, tmp_path: Path) -> None:
    model = folder(tmp_path / "model", architectures=[architecture])
    (model.path / "modules.json").write_text("[]")
    assert (verb_of(model), head_of(model, "Embed")) == ("Embed", tasks.TEXT_EMBEDDING)


def test_an_encoder_of_texts_without_a_head_embeds(tmp_path: Path) -> None:
    model = folder(tmp_path / "model", architectures=["BertModel"], vocab_size=9)
    (model.path / "vocab.txt").write_text("a")
    assert verb_of(model) == "Embed"


@pytest.mark.parametrize(
    "config", [{"vocab_size": 9, "is_encoder_decoder": True}, {"hidden_size": 9}], ids=["T5", "pictures"]
)
def test_what_has_no_head_and_encodes_no_texts_is_refused(config: dict[str, object], tmp_path: Path) -> None:
    model = folder(tmp_path / "model", architectures=["SomeModel"], **config)
    (model.path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"was saved as \['SomeModel'\]"):
        verb_of(model)


@pytest.mark.parametrize("config", [{}, {"architectures": None}, {"architectures": ["BertForMaskedLM"]}])
def test_others_are_refused(config: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="must be a model for Classify, Answer, Tag, Embed or Generate"):
        verb_of(folder(tmp_path / "model", **config))
