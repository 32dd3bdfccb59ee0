from __future__ import annotations

import pytest
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES as MANY
from transformers.models.mbart50.tokenization_mbart50 import FAIRSEQ_LANGUAGE_CODES as MBART
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as FLORES

from hfkit.errors import SettingError
from hfkit.text.language_table import LANGUAGES
from hfkit.text.languages import find_language, is_language, language_name

M2M100 = MANY["m2m100"]
MARIAN = ("fra", "pt_br", "por", "cmn", "cmn_Hans", "cmn_Hant", "nob", "zh_CN", "eng")


def find(code: str, known: list[str] | tuple[str, ...]) -> str:
    return find_language(code, known, setting="target", model="m")


@pytest.mark.parametrize("code", sorted({*FLORES, *M2M100, *MBART}))
def test_every_code_of_a_known_model_has_a_name(code: str) -> None:
    assert is_language(code)


@pytest.mark.parametrize("known", [FLORES, M2M100, MBART], ids=["flores", "m2m100", "mbart50"])
def test_a_model_s_own_codes_are_found(known: list[str]) -> None:
    for code in known:
        assert find(code, known) == code
        assert find(code.upper(), known) == code
        assert find(code.replace("_", "-"), known) == code


def test_the_table_has_each_code_once() -> None:
    rows = [line.split(maxsplit=2) for line in LANGUAGES.strip().splitlines()]
    for column in (
        [short for short, _, _ in rows if short != "-"],
        [codes.split(",")[0] for _, codes, _ in rows],
    ):
        assert len(set(column)) == len(column)
    assert all(name.strip() for _, _, name in rows)


def test_codes_of_two_letters_are_those_of_flores() -> None:
    """All but those of several scripts or languages, and those that FLORES-200 does not have."""
    open_ones: set[str] = set()
    missing: set[str] = set()
    for code in M2M100:
        try:
            found = find(code, FLORES)
        except SettingError as error:
            (open_ones if "could be any of" in error.message else missing).add(code)
        else:
            assert language_name(found.partition("_")[0]) == language_name(code)
    assert open_ones == {"no", "zh"}
    assert missing == {"br", "fy"}


def test_what_mbart_knows_is_found_in_the_others() -> None:
    for code in MBART:
        assert find(code, FLORES) == {"zh_CN": "zho_Hans"}.get(
            code, find(code[:2], FLORES) if code != "zh_CN" else ""
        )
        if code[:2] != "te":
            assert find(code, M2M100) == code[:2]


@pytest.mark.parametrize(
    ("code", "known", "expected"),
    [
        ("en", FLORES, "eng_Latn"),
        ("eng", FLORES, "eng_Latn"),
        ("ENG-latn", FLORES, "eng_Latn"),
        ("ar", FLORES, "arb_Arab"),
        ("arz", FLORES, "arz_Arab"),
        ("zh-Hans", FLORES, "zho_Hans"),
        ("zh-TW", FLORES, "zho_Hant"),
        ("zh_CN", FLORES, "zho_Hans"),
        ("cmn_Hant", FLORES, "zho_Hant"),
        ("nb", FLORES, "nob_Latn"),
        ("iw", FLORES, "heb_Hebr"),
        ("de-AT", FLORES, "deu_Latn"),
        ("eng_Latn", M2M100, "en"),
        ("zho_Hant", M2M100, "zh"),
        ("nb", M2M100, "no"),
        ("nso", M2M100, "ns"),
        ("en", MBART, "en_XX"),
        ("en-US", MBART, "en_XX"),
        ("de-AT", MBART, "de_DE"),  # the only German there is
        ("zh", MBART, "zh_CN"),
        ("fr", MARIAN, "fra"),
        ("pt", MARIAN, "por"),
        ("pt-BR", MARIAN, "pt_br"),
        ("zh-Hant", MARIAN, "cmn_Hant"),
        ("zh-TW", MARIAN, "cmn_Hant"),
        ("zh", MARIAN, "cmn"),
    ],
)
def test_a_code_means_what_has_the_same_language(code: str, known: list[str], expected: str) -> None:
    assert find(code, known) == expected


@pytest.mark.parametrize(
    ("code", "known", "message", "hint"),
    [
        ("zh", FLORES, "target 'zh' could be any of ['zho_Hans', 'zho_Hant'] of m", "name one of them"),
        ("no", FLORES, "target 'no' could be any of ['nno_Latn', 'nob_Latn'] of m", "name one of them"),
        ("ku", FLORES, "target 'ku' could be any of ['ckb_Arab', 'kmr_Latn'] of m", "name one of them"),
        ("zh-TW", MBART[:3], "target 'zh-TW' is no language of m, which knows ar_AR, cs_CZ, de_DE", None),
        ("zh-TW", ("zh_CN",), "target 'zh-TW' is no language of m, which knows zh_CN", None),
        ("sr-Latn", FLORES, None, None),
        ("German", M2M100, None, "write the language's code, 'de'"),
        ("eng_Latin", FLORES, None, "did you mean 'eng_Latn'?"),
        ("", M2M100, None, "name one of these, or use a model that knows it"),
    ],
)
def test_others_are_refused(code: str, known: list[str], message: str | None, hint: str | None) -> None:
    with pytest.raises(SettingError) as caught:
        find(code, known)
    assert message is None or caught.value.message == message
    assert hint is None or caught.value.hint == hint
    assert "more" in caught.value.message or message is not None


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("de", "German"),
        ("deu", "German"),
        ("de_DE", "German (DE)"),
        ("en_XX", "English"),
        ("nb", "Norwegian Bokmål"),
        ("no", "Norwegian"),
        ("zh-CN", "Chinese (CN)"),
        ("zho_Hant", "Chinese (Hant)"),
        ("uz-Cyrl-UZ", "Uzbek (Cyrl, UZ)"),
        ("mul", None),
        ("ROMANCE", None),
        ("roa", None),
        ("", None),
    ],
)
def test_languages_have_names_and_groups_have_none(code: str, name: str | None) -> None:
    assert language_name(code) == name
