"""How tokenizers are opened without torch, and what is remembered of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from transformers import AutoTokenizer, ByT5Tokenizer, CanineTokenizer, CodeLlamaTokenizer, PerceiverTokenizer

import hfkit
from hfkit import errors
from hfkit.backends.recipe import Recipe
from hfkit.engines import recipes
from hfkit.testing.sentencepieces import write_t5
from hfkit.testing.tokenizers import write_byte_pairs, write_unigrams, write_word_pieces

TEXT = "The Naïve film, 世界 don't [SEP] 123!"

FRESH = """
import sys
import hfkit
facade = hfkit.Tokenize(sys.argv[1], truncation=hfkit.Windows(8, 2))
result = facade(sys.argv[2])
facade.arrays([sys.argv[2]]).inputs()
facade.decode(result.ids)
heavy = {"torch", "transformers", "sentencepiece"} & set(sys.modules)
assert not heavy, heavy
print(list(facade.with_(truncation=hfkit.NoTruncation())(sys.argv[2]).ids))
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(cache: Path) -> Path:
    write_word_pieces(cache.parent / "m")
    return cache.parent / "m"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokenizers that transformers was asked for."""
    names: list[str] = []
    real = recipes._ask_here

    def count(owner: Any, runtime: Any) -> Recipe:
        names.append(owner.name)
        return real(owner, runtime)

    monkeypatch.setattr(recipes, "_ask_here", count)
    return names


def ids(model: Path) -> list[int]:
    with hfkit.Tokenize(model) as tokenize:
        return list(tokenize(TEXT).ids)


def edit(folder: Path, **settings: object) -> None:
    """Change settings beside a tokenizer."""
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | settings), encoding="utf-8")


def entries(cache: Path) -> list[Path]:
    return sorted((cache / "tokenizers").iterdir())


@pytest.mark.parametrize(
    "write", [write_word_pieces, write_byte_pairs, write_t5], ids=["same", "rebuilt", "spm"]
)
def test_a_fresh_process_imports_nothing_heavy_first_or_second(
    write: Callable[[Path], object], tmp_path: Path, cache: Path
) -> None:
    write(tmp_path / "m")
    expected = str(AutoTokenizer.from_pretrained(tmp_path / "m")(TEXT)["input_ids"])
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", FRESH, tmp_path / "m", TEXT],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"HFKIT_CACHE": str(cache)},
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == expected
        assert len(entries(cache)) == 1


@pytest.mark.parametrize("lower", [True, False])
def test_what_the_settings_override_is_followed(lower: object, folder: Path) -> None:
    edit(folder, do_lower_case=lower, strip_accents=not lower)
    expected = AutoTokenizer.from_pretrained(folder)
    assert ids(folder) == expected(TEXT)["input_ids"]
    notes = hfkit.Tokenize(folder).source.notes
    assert notes == ("built as transformers' BertTokenizer builds it, which is not what tokenizer.json says",)


def test_cutting_and_padding_of_the_file_are_not_followed(folder: Path) -> None:
    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    whole = ids(folder)
    content["truncation"] = {"direction": "Right", "max_length": 4, "strategy": "OnlySecond", "stride": 0}
    content["padding"] = {
        "strategy": {"Fixed": 128},
        "direction": "Left",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    (folder / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    assert ids(folder) == whole
    assert hfkit.Tokenize(folder, padding=hfkit.PadToLength(6))("a").tokens[0] == "[PAD]"  # the side is


def test_transformers_is_asked_once(folder: Path, cache: Path, asked: list[str]) -> None:
    assert ids(folder) == ids(folder)
    assert len(asked) == 1
    assert len(entries(cache)) == 1


def test_a_changed_tokenizer_is_asked_for_again(folder: Path, cache: Path, asked: list[str]) -> None:
    before = ids(folder)
    edit(folder, do_lower_case=False)
    assert ids(folder) != before
    assert len(asked) == 2
    assert len(entries(cache)) == 2


@pytest.mark.parametrize("damage", ["", "{}", "half", "flipped"])
def test_a_damaged_entry_is_made_again(damage: str, folder: Path, cache: Path, asked: list[str]) -> None:
    edit(folder, do_lower_case=False)
    expected = ids(folder)
    (entry,) = entries(cache)
    whole = entry.read_text(encoding="utf-8")
    replaced = {
        "half": whole[: len(whole) // 2],
        "flipped": whole.replace("Replacement", "X").replace("film", "flim"),
    }
    entry.write_text(replaced.get(damage, damage), encoding="utf-8")
    assert ids(folder) == expected
    assert len(asked) == 2
    assert entry.read_text(encoding="utf-8") == whole


def test_an_unwritable_cache_still_works(
    folder: Path, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "file" / "cache"))
    assert ids(folder) == ids(folder)
    assert len(asked) == 2


def test_a_child_that_cannot_be_had_is_done_without(
    folder: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.delitem(sys.modules, "transformers")
    owner = hfkit.Tokenize(folder)
    assert owner("film").tokens == ("[CLS]", "film", "[SEP]")
    assert len(asked) == 1


def test_what_a_child_refuses_is_our_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "transformers")
    with pytest.raises(errors.TokenizerError, match="transformers cannot open the tokenizer"):
        hfkit.Tokenize(folder).load()


def write_closed_words(folder: Path) -> None:
    """Write words without a token for any other, as small models of science have them."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel({"good": 0, "film": 1}))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')


@pytest.mark.parametrize("loaded", [True, False], ids=["here", "in a child"])
@pytest.mark.parametrize(
    "settings", [{"model_max_length": "512"}, {"model_max_length": [1]}], ids=["text", "list"]
)
def test_whatever_transformers_raises_is_our_error(
    loaded: bool,  # noqa: FBT001
    settings: dict[str, object],
    folder: Path,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edit(folder, **settings)
    if not loaded:
        monkeypatch.delitem(sys.modules, "transformers")
    with pytest.raises(
        errors.TokenizerError, match=r"transformers cannot run the tokenizer in .* not supported between"
    ):
        hfkit.Tokenize(folder).load()
    assert len(asked) == loaded  # what failed in the child is not tried again, with torch, in this process


@pytest.mark.parametrize("transformers", [True, False], ids=["with transformers", "without"])
def test_a_tokenizer_that_fails_at_the_fixed_text_opens_for_others(
    cache: Path,
    request: pytest.FixtureRequest,
    transformers: bool,  # noqa: FBT001
) -> None:
    if not transformers:
        request.getfixturevalue("alone")
    write_closed_words(cache.parent / "closed")
    tokenize = hfkit.Tokenize(cache.parent / "closed")
    assert tokenize("good film").ids == (0, 1)
    assert tokenize.arrays(["film", "good"]).ids.tolist() == [[1], [0]]
    with pytest.raises(errors.TokenizerError, match="fails: WordLevel error: Missing"):
        tokenize("bad film")


@pytest.mark.parametrize("kind", [ByT5Tokenizer, CanineTokenizer, PerceiverTokenizer])
def test_a_tokenizer_without_vocabulary_opens(kind: Any, cache: Path) -> None:
    model = cache.parent / "bytes"
    kind().save_pretrained(model)
    assert ids(model) == kind.from_pretrained(model)(TEXT)["input_ids"]


def test_what_transformers_reads_in_another_way_within_a_list_is_noted(cache: Path) -> None:
    model = cache.parent / "llama"
    CodeLlamaTokenizer().save_pretrained(model)
    (note,) = hfkit.Tokenize(model).source.notes
    assert note == "a text with <FILL_ME> is read as transformers reads it in a list of texts"


def test_a_folder_without_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "config.json").write_text("{}")
    with pytest.raises(errors.TokenizerError, match="holds no tokenizer"):
        hfkit.Tokenize(folder).load()


def test_sentencepiece_is_an_extra(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hfkit.backends.torch import tokenizer

    model = write_t5(cache.parent / "t5")
    monkeypatch.setattr(tokenizer, "find_spec", lambda _: None)
    with pytest.raises(errors.MissingDependencyError, match="sentencepiece is not installed") as caught:
        hfkit.Tokenize(model).load()
    assert caught.value.hint == "pip install 'hfkit[sentencepiece]'"


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if transformers were not installed."""
    monkeypatch.setattr(recipes, "find_spec", lambda _: None)


def write_in_older_file(folder: Path) -> None:
    """Write special tokens where transformers before 5 kept them."""
    write_word_pieces(folder)
    content = {"additional_special_tokens": ["film", "don't"]}
    (folder / "special_tokens_map.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("write", "settings"),
    [
        (write_word_pieces, {}),
        (
            write_word_pieces,
            {"do_lower_case": False, "strip_accents": True, "clean_up_tokenization_spaces": True},
        ),
        (write_word_pieces, {"extra_special_tokens": ["don't"], "padding_side": "left"}),
        (write_word_pieces, {"tokenize_chinese_chars": False}),
        (write_byte_pairs, {"tokenizer_class": "PreTrainedTokenizerFast"}),
        (write_byte_pairs, {"add_prefix_space": True}),
        (write_unigrams, {"extra_special_tokens": ["<new>"]}),
        (write_in_older_file, {}),
    ],
)
def test_without_transformers_known_settings_are_followed(
    write: Callable[[Path], object], settings: dict[str, object], tmp_path: Path, cache: Path
) -> None:
    write(tmp_path / "m")
    edit(tmp_path / "m", **settings)
    reference = AutoTokenizer.from_pretrained(tmp_path / "m")
    tokenize = hfkit.Tokenize(tmp_path / "m", padding=hfkit.PadToLength(60))
    result = tokenize(TEXT)
    expected = reference(TEXT, padding="max_length", max_length=60)
    assert list(result.ids) == expected["input_ids"]
    assert tokenize.decode(result.ids) == reference.decode(list(result.ids))
    assert list(tokenize.arrays([TEXT]).inputs()) == list(expected)
    assert tokenize.source.notes[0].endswith("not compared with transformers, which is not installed")
    assert not cache.exists()


@pytest.mark.usefixtures("alone")
def test_without_transformers_unknown_settings_are_refused(folder: Path) -> None:
    named = {"extra_special_tokens": {"image_token": "film"}}
    for settings in ({"legacy_behaviour": True}, {"add_prefix_space": True}, named):
        shutil.copyfile(folder / "tokenizer_config.json", folder / "kept")
        edit(folder, **settings)
        with pytest.raises(errors.MissingDependencyError, match=next(iter(settings))) as caught:
            hfkit.Tokenize(folder).load()
        assert caught.value.hint == "pip install 'hfkit[torch]'"
        shutil.move(folder / "kept", folder / "tokenizer_config.json")


@pytest.mark.usefixtures("alone")
def test_without_transformers_there_must_be_a_tokenizer_json(marian_folder: Path) -> None:
    with pytest.raises(errors.MissingDependencyError, match=r"holds no tokenizer.json, and transformers"):
        hfkit.Tokenize(marian_folder).load()


def test_a_recipe_survives_json() -> None:
    recipe = Recipe(named=(("cls_token", "[CLS]", 2),), extra=(("<a>", 7),), notes=("é",), max_tokens=3)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    with pytest.raises(ValueError, match="other parts"):
        Recipe.from_dict({"runs_in": "tokenizers"})
