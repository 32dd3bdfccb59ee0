"""What is put around a source, and how it is written down for who opens the result."""

from __future__ import annotations

from hfkit.jobs.tuning.source_words import taught_words
from hfkit.text.translation import TranslationPlan

TASKS = {
    "summarization": {"prefix": "summarize: ", "min_length": 3},
    "translation_en_to_de": {"prefix": "translate English to German: ", "num_beams": 4},
}


def test_what_was_taught_before_is_left_out() -> None:
    config = {"task_specific_params": TASKS}
    assert taught_words(config, TranslationPlan(prefix="x: ")) == {
        "task_specific_params": {"summarization": {"prefix": "x: ", "min_length": 3}}
    }
    assert taught_words(config, TranslationPlan("en", "de", prefix="x: ")) == {
        "task_specific_params": {"translation_en_to_de": {"prefix": "x: ", "num_beams": 4}}
    }
    assert taught_words(config, TranslationPlan()) == {
        "task_specific_params": {"summarization": {"prefix": "", "min_length": 3}}
    }


def test_a_new_pair_is_written_so_that_translate_reads_it() -> None:
    assert taught_words({}, TranslationPlan("en", "pt-BR")) == {
        "task_specific_params": {"translation_en_to_pt_BR": {"prefix": ""}}
    }


def test_where_nothing_is_taught_nothing_is_written() -> None:
    assert taught_words({"task_specific_params": None}, TranslationPlan()) == {}
    assert taught_words({"model_type": "marian"}, TranslationPlan("en", "de", prefix=">>de<< ")) == {}
