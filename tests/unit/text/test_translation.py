"""What models of translation want around a text, against what transformers puts there."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any, get_args

import pytest

from hfkit.errors import SettingError, TokenizerError
from hfkit.testing.translators import TinyTranslatorFamily, write_language_tokenizer
from hfkit.text.translation import TranslationPlan, plan_translation

TEXT = "the good film"
T5 = {
    "model_type": "t5",
    "task_specific_params": {
        "summarization": {"prefix": "summarize: ", "max_length": 200},
        "translation_en_to_de": {"prefix": "translate English to German: ", "num_beams": 4},
        "translation_en_to_fr": {"prefix": "translate English to French: ", "num_beams": 4},
        "translation_en_to_ro": {"prefix": "translate English to Romanian: ", "num_beams": 4},
    },
}


@pytest.fixture(scope="module", params=get_args(TinyTranslatorFamily))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("languages") / request.param
    write_language_tokenizer(made, family=request.param)
    return made


@pytest.fixture(scope="module")
def reference(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def plan(
    folder: Path, reference: Any, source: str | None, target: str | None, **more: object
) -> TranslationPlan:
    return plan_translation(
        model="m",
        config=json.loads((folder / "config.json").read_text()),
        tokenizer=json.loads((folder / "tokenizer_config.json").read_text()) | more,
        vocabulary=reference.get_vocab(),
        source=source,
        target=target,
    )


def around(found: TranslationPlan, reference: Any) -> list[int]:
    assert found.around is not None
    before, behind = found.around
    return [*before, *reference(TEXT, add_special_tokens=False).input_ids, *behind]


def codes(reference: Any) -> list[str]:
    if hasattr(reference, "lang_code_to_id"):
        return list(reference.lang_code_to_id)
    from transformers.models.mbart import tokenization_mbart
    from transformers.models.nllb import tokenization_nllb

    module = tokenization_nllb if type(reference).__name__ == "NllbTokenizer" else tokenization_mbart
    return list(module.FAIRSEQ_LANGUAGE_CODES)


def test_each_language_is_marked_as_transformers_marks_it(folder: Path, reference: Any) -> None:
    own = codes(reference)
    assert len(own) >= 25
    for source, target in zip(own, reversed(own), strict=True):
        found = plan(folder, reference, source, target)
        assert (found.source, found.target, found.prefix) == (source, target, "")
        reference.src_lang = source
        assert around(found, reference) == reference(TEXT).input_ids
        name = f"__{target}__" if folder.name == "m2m100" else target
        first = found.opening if folder.name == "mbart" else found.first
        assert first == reference.convert_tokens_to_ids(name)
        if folder.name == "m2m100":
            assert first == reference.get_lang_id(target)
        assert (found.opening is None) != (found.first is None)


def test_what_transformers_forces_is_what_comes_first(folder: Path, reference: Any) -> None:
    source, target = codes(reference)[3], codes(reference)[1]
    inputs = reference._build_translation_inputs(
        [TEXT], return_tensors=None, src_lang=source, tgt_lang=target
    )
    found = plan(folder, reference, source, target)
    assert around(found, reference) == inputs["input_ids"][0]
    # The first mBART was trained to begin with the language, and transformers' documentation has it so.
    assert inputs["forced_bos_token_id"] == (found.opening if folder.name == "mbart" else found.first)


def test_the_older_way_of_nllb_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    from transformers import NllbTokenizer

    write_language_tokenizer(tmp_path, family="nllb")
    older = NllbTokenizer.from_pretrained(tmp_path, legacy_behaviour=True)
    older.src_lang = "fra_Latn"
    found = plan(tmp_path, older, "fr", "de", legacy_behaviour=True)
    assert around(found, older) == older(TEXT).input_ids
    assert found.around is not None
    assert found.around[0] == ()


def test_languages_must_be_named_and_known(folder: Path, reference: Any) -> None:
    known = len(codes(reference))
    first = min(codes(reference))
    with pytest.raises(SettingError) as caught:
        plan(folder, reference, None, "de")
    assert caught.value.message == f"m knows {known} languages, and source names none"
    assert caught.value.hint == f"give source=, for example {first!r}"
    with pytest.raises(SettingError, match=r"^m knows .* and target names none"):
        plan(folder, reference, "fr", None)
    with pytest.raises(SettingError, match=r"^target 'tlh' is no language of m, which knows "):
        plan(folder, reference, "fr", "tlh")


def test_a_tokenizer_without_marks_says_so() -> None:
    for vocabulary, lack in (({"</s>": 2}, "languages"), ({"__en__": 3}, "an end")):
        with pytest.raises(TokenizerError, match=rf"^the tokenizer of m has no tokens for {lack}\n"):
            plan_translation(
                model="m",
                config={"model_type": "m2m_100"},
                tokenizer={},
                vocabulary=vocabulary,
                source="en",
                target="en",
            )


def marian(
    source: str | None, target: str | None, *marks: str, own: tuple[str, str] = ("eng", "deu")
) -> TranslationPlan:
    return plan_translation(
        model="m",
        config={"model_type": "marian"},
        tokenizer={"source_lang": own[0], "target_lang": own[1]},
        vocabulary={"</s>": 0, **{f">>{mark}<<": number for number, mark in enumerate(marks, 1)}},
        source=source,
        target=target,
    )


def test_marian_knows_two_languages() -> None:
    assert marian(None, None) == marian("en", "de") == TranslationPlan("eng", "deu")
    with pytest.raises(SettingError, match=r"^source 'fr' is no language of m, which knows eng\n"):
        marian("fr", "de")
    with pytest.raises(SettingError, match=r"^target 'en' is no language of m, which knows deu\n"):
        marian("en", "en")


def test_marian_into_several_languages_wants_a_mark() -> None:
    groups = ("mul", "ROMANCE")
    assert marian("en", "fr", "fra", "ita", own=groups) == TranslationPlan("en", "fra", prefix=">>fra<< ")
    assert marian(None, "it", "fra", "ita", own=groups) == TranslationPlan("mul", "ita", prefix=">>ita<< ")
    with pytest.raises(SettingError, match=r"^m knows 2 languages, and target names none"):
        marian("en", None, "fra", "ita", own=groups)


def test_marian_s_mark_is_one_token_and_no_part_of_the_text(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from hfkit.testing.sentencepieces import write_marian

    write_marian(tmp_path)
    words = json.loads((tmp_path / "vocab.json").read_text())
    (tmp_path / "vocab.json").write_text(json.dumps(words | {">>fra<<": len(words)}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it recommends a package
        reference: Any = AutoTokenizer.from_pretrained(tmp_path)
    found = plan(tmp_path, reference, "en", "fr")
    ids = reference(found.prefix + TEXT).input_ids
    assert ids == [len(words), *reference(TEXT).input_ids]


def t5(source: str | None, target: str | None) -> TranslationPlan:
    return plan_translation(model="m", config=T5, tokenizer={}, vocabulary={}, source=source, target=target)


def test_t5_is_told_in_words() -> None:
    expected = TranslationPlan("en", "de", prefix="translate English to German: ")
    assert t5("en", "de") == t5(None, "deu_Latn") == expected
    with pytest.raises(SettingError, match=r"^source 'de' is no language of m, which knows en\n"):
        t5("de", "en")
    with pytest.raises(SettingError, match=r"^target 'es' is no language of m, which knows de, fr, ro\n"):
        t5("en", "es")
    with pytest.raises(SettingError, match=r"^m knows 3 languages, and target names none"):
        t5("en", None)


def test_a_model_that_says_nothing_of_languages_is_asked_nothing() -> None:
    def bart(source: str | None, target: str | None) -> TranslationPlan:
        config = {"model_type": "bart", "task_specific_params": {"summarization": {"max_length": 142}}}
        return plan_translation(
            model="m", config=config, tokenizer={}, vocabulary={"fr": 1}, source=source, target=target
        )

    assert bart(None, None) == TranslationPlan()
    with pytest.raises(SettingError, match=r"^target is 'de', and m does not say which languages it knows"):
        bart(None, "de")
