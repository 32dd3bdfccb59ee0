"""Each family: its configuration has the dimensions that were asked for, and its tokenizer the same special ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer

from hfkit import Architecture, Chats, Labelled, Squad
from hfkit.errors import HubError
from hfkit.jobs.tuning.new_bases import is_new, new_base, training_texts
from hfkit.values.architecture import Family

if TYPE_CHECKING:
    from pathlib import Path

FAMILIES: tuple[Family, ...] = get_args(Family)
DATA = Labelled(
    train=[{"text": "one good text", "label": "x"}, {"text": "another", "label": "y"}],
    validation=[{"text": "hidden", "label": "x"}],
    test=[{"text": "concealed", "label": "x"}],
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def architecture(family: Family, **changes: Any) -> Architecture:
    sizes = {"layers": 3, "hidden": 48, "heads": 4, "intermediate": 56, "vocabulary": 300, "max_tokens": 40}
    return Architecture(family=family, **(sizes | changes))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_configuration_has_the_dimensions(family: Family) -> None:
    folder = new_base(architecture(family), DATA)
    config: Any = AutoConfig.from_pretrained(folder.path)
    assert (config.hidden_size, config.num_hidden_layers, config.num_attention_heads) == (48, 3, 4)
    model: Any = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
    shapes = {tuple(weight.shape) for weight in model.parameters()}
    assert shapes & {(56, 48), (48, 56), (112, 48)}  # two in one where one gates the other
    assert model.get_input_embeddings().weight.shape == (config.vocab_size, 48)
    for side in ("encoder", "decoder") if config.is_encoder_decoder else ():
        blocks = getattr(model, side)
        assert len(blocks.block if family == "t5" else blocks.layers) == 3


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_reads_as_many_tokens_as_asked_for(family: Family) -> None:
    folder = new_base(architecture(family), DATA)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder.path)
    assert tokenizer.model_max_length == 40
    model: Any = AutoModel.from_config(AutoConfig.from_pretrained(folder.path))  # type: ignore[no-untyped-call]
    given = tokenizer("text " * 99, truncation=True, return_tensors="pt")
    assert given["input_ids"].shape == (1, 40)
    given |= {"decoder_input_ids": given["input_ids"]} if family == "t5" else {}
    assert model.eval()(**given)[0].shape == (1, 40, 48)


@pytest.mark.parametrize("family", FAMILIES)
def test_special_ids_of_configuration_and_tokenizer_agree(family: Family) -> None:
    folder = new_base(architecture(family), DATA)
    config: Any = AutoConfig.from_pretrained(folder.path)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder.path)
    assert config.vocab_size == len(tokenizer)
    assert config.pad_token_id == tokenizer.pad_token_id is not None
    for role in ("bos", "eos", "cls", "sep", "mask"):
        named = getattr(config, f"{role}_token_id", None)
        own = getattr(tokenizer, f"{role}_token_id")
        if family == "modernbert" and own is None:
            own = {"bos": tokenizer.cls_token_id, "eos": tokenizer.sep_token_id}[role]
        assert named in (None, own), role
    if config.is_encoder_decoder:
        start = {"t5": tokenizer.pad_token_id, "bart": tokenizer.eos_token_id}
        assert config.decoder_start_token_id == start[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_transformers_reads_the_tokenizer_as_it_was_learned(family: Family) -> None:
    folder = new_base(architecture(family), DATA)
    learned = Tokenizer.from_file(str(folder.path / "tokenizer.json"))
    opened: Any = AutoTokenizer.from_pretrained(folder.path)
    for texts in (("one good text",), ("another", "Ä 世界, text 2")):
        assert opened(*texts)["input_ids"] == learned.encode(*texts).ids
    assert ("token_type_ids" in opened("one")) == (family in {"bert", "electra"})


def test_a_base_is_made_once_and_is_the_same_again(cache: Path) -> None:
    first = new_base(architecture("bert"), DATA)
    assert first.name == repr(architecture("bert"))
    assert is_new(first)
    assert new_base(architecture("bert"), DATA) == first
    assert [path.name for path in (cache / "architectures").iterdir()] == [first.path.name]
    assert new_base(architecture("bert", hidden=64), DATA).revision != first.revision
    other = Labelled(train=[{"text": "other words", "label": "x"}])
    assert new_base(architecture("bert"), other).path != first.path
    looked_at = Labelled(train=DATA.train, validation=other.train)
    assert new_base(architecture("bert"), looked_at) == first


def test_a_cache_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(HubError, match=r"the cache .*file cannot be written") as caught:
        new_base(architecture("bert"), DATA)
    assert caught.value.hint == "set HFKIT_CACHE to a folder that can"


def test_every_text_of_training_is_learned_from_and_no_other() -> None:
    assert list(training_texts(DATA)) == ["one good text", "another"]
    answers = {"text": ["b"], "answer_start": [2]}
    squad = Squad(train=[{"question": "what?", "context": "a b", "answers": answers}])
    assert list(training_texts(squad)) == ["what?", "a b"]
    turns = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Good day."}]
    assert list(training_texts(Chats(train=[{"messages": turns}]))) == ["Hello!", "Good day."]
