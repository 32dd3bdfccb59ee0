"""Translations and summaries of tiny models of each family, against the models as transformers runs them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import hfkit
from hfkit.testing.tiny_writers import write_tiny_writer
from hfkit.testing.translators import write_tiny_translator

TEXT = "The good film is dull. It was a sad story,\nand the actor was very bad!\n\nNever the best."
SENTENCES = [
    "The good film is dull.",
    "It was a sad story,\nand the actor was very bad!",
    "Never the best.",
]
CHAT = "{% for m in messages %}<|eot_id|>{{ m.role }} {{ m.content }}{% endfor %}<|eot_id|>"
NEW = 24


@dataclass(frozen=True, slots=True)
class Case:
    """A model, two languages, and how transformers is told of them."""

    family: str
    source: str | None
    target: str
    own_source: str | None
    own_target: str


CASES = [
    Case("nllb", "en", "de", "eng_Latn", "deu_Latn"),
    Case("nllb", "zh-Hant", "nob_Latn", "zho_Hant", "nob_Latn"),
    Case("m2m100", "en", "fra", "en", "fr"),
    Case("mbart50", "en", "zh", "en_XX", "zh_CN"),
    Case("mbart", "en", "ro", "en_XX", "ro_RO"),
    Case("marian", "en", "de", "en", "de"),
    Case("groups", "en", "fr", "en", "fra"),
    Case("t5", "en", "ro", "en", "ro"),
]


def _add(file: Path, **content: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | content))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    made = {
        "nllb": write_tiny_translator(root / "nllb", family="nllb"),
        "m2m100": write_tiny_translator(root / "m2m100", family="m2m100"),
        "mbart50": write_tiny_translator(root / "mbart50", family="mbart50"),
        "mbart": write_tiny_translator(root / "mbart", family="mbart"),
        "marian": write_tiny_writer(root / "marian", family="marian"),
        "groups": write_tiny_writer(root / "groups", family="marian"),
        "t5": write_tiny_writer(root / "t5", family="t5", limit=128),
        "bart": write_tiny_writer(root / "bart", family="bart"),
        "llama": write_tiny_writer(root / "llama", family="llama", limit=256, chat_template=CHAT),
    }
    # A mark in place of a word that nobody writes.
    words = json.loads((made["groups"] / "vocab.json").read_text())
    seldom = max((word for word in words if "<" not in word), key=lambda word: words[word])
    marked = {">>fra<<" if word == seldom else word: number for word, number in words.items()}
    (made["groups"] / "vocab.json").write_text(json.dumps(marked))
    _add(made["groups"] / "tokenizer_config.json", target_lang="ROMANCE")
    tasks = {
        "summarization": {"prefix": "summarize: "},
        "translation_en_to_ro": {"prefix": "translate English to Romanian: "},
    }
    _add(made["t5"] / "config.json", task_specific_params=tasks)
    return made


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


class Reference:
    """A model and its tokenizer as transformers runs them."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        kind: Any = AutoModelForCausalLM if folder.name == "llama" else AutoModelForSeq2SeqLM
        self.model: Any = kind.from_pretrained(folder)

    def write(self, text: str, *, special_tokens: bool = True, **settings: object) -> str:
        inputs = self.tokenizer(text, return_tensors="pt", add_special_tokens=special_tokens)
        ids = self.model.generate(
            input_ids=inputs.input_ids,
            attention_mask=inputs.attention_mask,
            max_new_tokens=NEW,
            do_sample=False,
            **{"num_beams": 1} | settings,
        )[0]
        if not self.model.config.is_encoder_decoder:
            ids = ids[inputs.input_ids.shape[1] :]
        return str(self.tokenizer.decode(ids, skip_special_tokens=True)).strip()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family} {case.target}")
def test_a_translation_is_that_of_transformers(case: Case, models: dict[str, Path]) -> None:
    folder = models[case.family]
    facade = hfkit.Translate(
        folder,
        source=case.source,
        target=case.target,
        max_new_tokens=NEW,
        window=40,
        runtime=hfkit.Runtime(offline=True, progress="never"),
    )
    translation = facade(TEXT)
    assert (translation.source_language, translation.target_language) == (case.own_source, case.own_target)
    assert [TEXT[passage.start : passage.end] for passage in translation.passages] == SENTENCES
    reference = Reference(folder)
    settings: dict[str, Any] = {}
    prefix = {"groups": ">>fra<< ", "t5": "translate English to Romanian: "}.get(case.family, "")
    if case.family in ("nllb", "m2m100", "mbart50", "mbart"):
        reference.tokenizer.src_lang = case.own_source
        mark = f"__{case.own_target}__" if case.family == "m2m100" else case.own_target
        name = "decoder_start_token_id" if case.family == "mbart" else "forced_bos_token_id"
        settings[name] = reference.tokenizer.convert_tokens_to_ids(mark)
    expected = [reference.write(prefix + sentence, **settings) for sentence in SENTENCES]
    assert [passage.text for passage in translation.passages] == expected
    assert len(set(expected)) > 1
    assert translation.text == f"{expected[0]} {expected[1]}\n\n{expected[2]}"


def test_beams_are_those_of_transformers(models: dict[str, Path]) -> None:
    facade = hfkit.Translate(
        models["nllb"],
        source="en",
        target="de",
        decoding=hfkit.Beam(beams=3),
        max_new_tokens=NEW,
        window=40,
        runtime=hfkit.Runtime(offline=True, progress="never"),
    )
    reference = Reference(models["nllb"])
    reference.tokenizer.src_lang = "eng_Latn"
    first = reference.tokenizer.convert_tokens_to_ids("deu_Latn")
    for sentence in SENTENCES:
        expected = reference.write(sentence, forced_bos_token_id=first, num_beams=3)
        assert facade(sentence).text == expected


@pytest.mark.parametrize("family", ["t5", "bart", "marian"])
def test_a_summary_is_that_of_transformers(family: str, models: dict[str, Path]) -> None:
    summarize = hfkit.Summarize(
        models[family],
        max_new_tokens=NEW,
        merge=False,
        window=24,
        runtime=hfkit.Runtime(offline=True, progress="never"),
    )
    summary = summarize(TEXT)
    reference = Reference(models[family])
    prefix = "summarize: " if family == "t5" else ""
    expected = [reference.write(prefix + TEXT[part.start : part.end]) for part in summary.passages]
    assert [part.text for part in summary.passages] == expected
    assert len(expected) > 1
    assert summary.text == "\n\n".join(expected)
    merged = summarize.with_(merge=True)(TEXT)
    assert merged.text == summarize.with_(merge=True)(summary.text).text or merged.rounds == 1


def test_a_chat_s_summary_and_translation_are_those_of_transformers(models: dict[str, Path]) -> None:
    runtime = hfkit.Runtime(offline=True, progress="never")
    reference = Reference(models["llama"])
    asked: dict[hfkit.Summarize | hfkit.Translate, str] = {
        hfkit.Summarize(models["llama"], max_new_tokens=NEW, runtime=runtime): (
            "Summarize this text in one or two sentences:"
        ),
        hfkit.Translate(
            models["llama"], source="en", target="de", max_new_tokens=NEW, window=60, runtime=runtime
        ): ("Translate the following text from English into German. Answer with the translation only."),
    }
    for facade, instruction in asked.items():
        result = facade(TEXT)
        chat = [{"role": "user", "content": f"{instruction}\n\n{TEXT}"}]
        prompt = reference.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        expected = reference.write(prompt, special_tokens=False)
        assert len(result.passages) == 1
        assert result.text == expected
