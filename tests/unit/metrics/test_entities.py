from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hfkit.errors import EmptyInputError, InputError, InputTypeError, SettingError
from hfkit.metrics.entities import find_entities, score_entities, tag_scheme
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.tag_scores import Entity

CASES = [
    ("B-PER I-PER O B-LOC", [(0, 2, "PER"), (3, 4, "LOC")], [(0, 2, "PER"), (3, 4, "LOC")]),
    ("I-PER I-PER", [(0, 2, "PER")], []),
    ("B-PER I-LOC", [(0, 1, "PER"), (1, 2, "LOC")], [(0, 1, "PER")]),
    ("B-PER I-LOC I-PER", [(0, 1, "PER"), (1, 2, "LOC"), (2, 3, "PER")], [(0, 1, "PER")]),
    ("B-PER B-PER", [(0, 1, "PER"), (1, 2, "PER")], [(0, 1, "PER"), (1, 2, "PER")]),
    ("O I-PER B-PER", [(1, 2, "PER"), (2, 3, "PER")], [(2, 3, "PER")]),
    ("B I O I", [(0, 2, "_"), (3, 4, "_")], [(0, 2, "_")]),
    ("B-a-b I-a-b", [(0, 2, "a-b")], [(0, 2, "a-b")]),
    ("B-PER- I-PER", [(0, 1, "PER-"), (1, 2, "PER")], [(0, 2, "PER")]),
    ("O O", [], []),
    ("", [], []),
]


@pytest.mark.parametrize(("tags", "lenient", "strict"), CASES)
def test_entities(tags: str, lenient: list[tuple[int, int, str]], strict: list[tuple[int, int, str]]) -> None:
    assert find_entities(tags.split()) == tuple(Entity(*entity) for entity in lenient)
    assert find_entities(tags.split(), scheme="IOB2") == tuple(Entity(*entity) for entity in strict)


def test_ends_and_singles_are_known_to_the_lenient_rules() -> None:
    tags = "B-x I-x E-x E-x S-x I-x S-x".split()  # noqa: SIM905
    assert [(entity.start, entity.end) for entity in find_entities(tags)] == [
        (0, 3),
        (3, 4),
        (4, 5),
        (5, 6),
        (6, 7),
    ]


def test_a_span_counts_only_whole_and_of_its_type() -> None:
    said = [["B-PER", "I-PER", "O"], ["B-LOC", "O"]]
    expected = [["B-PER", "I-PER", "I-PER"], ["B-LOC", "B-PER"]]
    scores = score_entities(said, expected)
    loc, per = scores.types
    assert (loc.label, loc.f1.value, loc.support) == ("LOC", 1.0, 1)
    assert (per.label, per.precision.value, per.recall.value, per.support) == ("PER", 0.0, 0.0, 2)
    assert scores.averages.micro.f1.value == pytest.approx(2 / 5)
    assert scores.averages.macro.f1.value == 0.5
    assert scores.accuracy.value == 0.6
    assert scores.rows == 2


def test_rows_without_entities_and_without_words_have_figures_of_0() -> None:
    assert score_entities([["O"], []], [["O"], []]).averages.micro.f1.value == 0.0
    assert score_entities([[]], [[]]).accuracy.value == 0.0


def test_words_alone_are_entities_of_their_tags() -> None:
    assert find_entities(["NOUN", "VERB"], scheme="words") == (Entity(0, 1, "NOUN"), Entity(1, 2, "VERB"))
    scores = score_entities([["NOUN", "VERB"]], [["NOUN", "NOUN"]], scheme="words")
    assert scores.averages.micro.f1.value == scores.accuracy.value == 0.5


def test_scores_are_json() -> None:
    scores = score_entities([["B-x"]], [["B-x"]], bootstrap=Bootstrap(resamples=2)).to_dict()
    assert json.loads(json.dumps(scores))["types"][0]["label"] == "x"


@pytest.mark.parametrize(
    ("tags", "scheme", "message"),
    [
        (["B-x", "NP"], "conll", "tags[1] is 'NP', must be O or begin with one of B, I, E, S and a hyphen"),
        (["E-x"], "IOB2", "tags[0] is 'E-x', must be O or begin with one of B, I and a hyphen"),
        ([""], "conll", "tags[0] is '', must be O or begin with one of B, I, E, S and a hyphen"),
        (["BPER"], "conll", "tags[0] is 'BPER', must be O or begin with one of B, I, E, S and a hyphen"),
    ],
)
def test_a_tag_is_one_of_the_scheme(tags: list[str], scheme: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n"):
        find_entities(tags, scheme=scheme)


@pytest.mark.parametrize("tags", ["B-x", None, {"B-x"}])
def test_tags_are_a_sequence(tags: Any) -> None:
    with pytest.raises(InputTypeError, match=r"^tags are .*, must be a sequence of tags\n"):
        find_entities(tags)


def test_tags_have_names() -> None:
    with pytest.raises(InputTypeError, match=r"^references\[0\]\[1\] is 3, must be a tag\n"):
        score_entities([["O", "O"]], [["O", 3]])  # type: ignore[list-item]  # that is the point


def test_each_word_has_a_tag() -> None:
    message = "predictions[1] has 1 tags and references[1] 2, must be as many of both"
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n"):
        score_entities([["O"], ["O"]], [["O"], ["O", "O"]])


def test_no_rows_have_no_scores() -> None:
    with pytest.raises(EmptyInputError, match=r"^there are no predictions, must be at least one\n"):
        score_entities([], [])


def test_a_scheme_is_one_of_two() -> None:
    with pytest.raises(SettingError, match=r"^scheme 'BILOU' is not one of \('conll', 'IOB2', 'words'\)\n"):
        find_entities([], scheme="BILOU")  # type: ignore[arg-type]  # that is the point


def test_tags_that_mark_entities_are_told_from_others() -> None:
    assert tag_scheme(["O", "I-PER"]) == "conll"
    assert tag_scheme(["O", "B-PER"]) == "conll"
    assert tag_scheme(["NOUN", "O"]) == "words"
