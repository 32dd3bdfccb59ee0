"""Answer on torch: what needs a real model and its tokenizer."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, get_args

import pytest

import hfkit
from hfkit import errors
from hfkit.testing import TinyFamily, write_tiny_reader
from hfkit.text.clusters import within_cluster

if TYPE_CHECKING:
    from pathlib import Path

CONTEXTS = {
    "German": "Der Film war gut, überaus lustig – und nie langweilig: „großartig“ für 12 € in Zürich.",
    "Chinese": "这部电影很好,世界著名。它于1998年在北京上映,票房12亿元!",
    "Arabic": "كان الفيلم جيدا جدا، وعرض عام ١٩٩٨ في القاهرة.",
    "Hebrew": "הסרט היה טוב מאוד, והוקרן בשנת 1998 בירושלים.",
    "accents apart": "Le cafe\u0301 de Jose\u0301, ouvert en 1998 : de\u0301licieux, n'est-ce pas?",
    "Hindi": "फ़िल्म अच्छी थी। साधु ने १९९८ में देखी।",
    "emoji": "A good movie 👩‍👩‍👧 and 👍🏽 for é in 🇩🇪, never dull.",
}


@pytest.fixture(scope="module", params=get_args(TinyFamily))
def answer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> hfkit.Answer:
    """A reader of each family in turn, with random weights."""
    folder = write_tiny_reader(tmp_path_factory.mktemp("reader") / "model", family=request.param)
    return hfkit.Answer(folder, top_k=10, runtime=hfkit.Runtime(offline=True, threads=1)).load()


@pytest.mark.parametrize("language", list(CONTEXTS))
def test_offsets_are_true_in_every_script(answer: hfkit.Answer, language: str) -> None:
    context = CONTEXTS[language] + " "
    for long in (context, context * 12):  # one window, and several
        found = answer(hfkit.Question("good?", long))
        assert found.coverage.complete
        for span in found.spans:
            assert span.text == long[span.start : span.end] == span.text.strip() != ""
            assert span.evidence.text == long[span.evidence.start : span.evidence.end]
            assert span.text in span.evidence.text
            assert not within_cluster(long, span.start)
            assert not within_cluster(long, span.end)


def test_blanks_ahead_of_a_context_that_is_cut_are_passed_over(answer: hfkit.Answer) -> None:
    questions = [hfkit.Question("Who?", blanks + "Ada wrote it. " * 40) for blanks in ("", "\n \n" * 200)]
    plain, behind_blanks = answer.with_(overflow="truncate").batch(questions)
    assert not behind_blanks.coverage.complete
    assert behind_blanks.best is not None
    assert behind_blanks.best.start >= 600
    assert plain.best is not None


def test_whole_words_leave_scripts_without_blanks_alone(answer: hfkit.Answer) -> None:
    question = hfkit.Question("好?", CONTEXTS["Chinese"])
    all_there_are = answer.with_(top_k=10_000, overlapping="keep")(question).spans
    plain = {(span.start, span.end) for span in all_there_are}
    for span in answer.with_(whole_words=True)(question).spans:
        if not any(character.isascii() for character in span.text):
            assert (span.start, span.end) in plain


def test_a_model_without_a_fast_tokenizer_says_so(tmp_path: Path, marian_folder: Path) -> None:
    folder = write_tiny_reader(tmp_path / "model")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    for file in marian_folder.iterdir():
        if file.name != "config.json":
            shutil.copy(file, folder)
    with pytest.raises(errors.TokenizerError, match="cannot run in the tokenizers library") as caught:
        hfkit.Answer(folder)(hfkit.Question("Who?", "Ada."))
    assert caught.value.hint == "save it as a fast tokenizer (tokenizer.json)"


def test_a_classifier_cannot_answer(tiny_bert: Path) -> None:
    with pytest.raises(errors.WrongHeadError):
        hfkit.Answer(tiny_bert)(hfkit.Question("Who?", "Ada."))
