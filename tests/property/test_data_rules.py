"""Laws of what single rows must be: tags, turns, labels, readable texts, files of SQuAD."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.conversations import ROLES, turn_faults
from hfkit.text.entity_tags import first_break
from hfkit.text.label_names import label_name, label_names
from hfkit.text.readability import why_unreadable
from hfkit.text.squad_files import squad_rows

KINDS = st.sampled_from(["person", "place"])
ENTITY = st.tuples(KINDS, st.integers(1, 3))
ANSWERS = st.lists(st.tuples(texts(), st.integers(0, 50)), max_size=3)
QUESTIONS = st.lists(st.tuples(texts(), ANSWERS), max_size=3)
ARTICLES = st.lists(st.lists(st.tuples(texts(), QUESTIONS), max_size=3), max_size=3)


@given(st.lists(st.none() | ENTITY, max_size=8))
def test_tags_of_entities_keep_the_rules(entities: list[tuple[str, int] | None]) -> None:
    """What writes entities one after the other by the rules is never broken."""
    tags: list[str] = []
    for entity in entities:
        tags += ["O"] if entity is None else [f"B-{entity[0]}", *[f"I-{entity[0]}"] * (entity[1] - 1)]
    assert first_break(tags) is None


@given(st.lists(st.sampled_from(["O", "B-person", "I-person", "B-place", "I-place"]), max_size=8))
def test_a_break_is_an_inside_without_its_like_before_it(tags: list[str]) -> None:
    """Of tags of the right form, just those are broken in which ``I-`` follows no tag of its kind."""
    before = ["O", *tags]
    broken = [word for word, tag in enumerate(tags) if tag[:2] == "I-" and before[word][2:] != tag[2:]]
    found = first_break(tags)
    assert (found is None) == (not broken)
    if found is not None:
        assert f"at word {broken[0]} goes on from {before[broken[0]]!r}" in found


@given(st.lists(st.tuples(st.just("user"), st.just("assistant")), min_size=1, max_size=4), st.integers(0, 1))
def test_turns_that_alternate_have_no_faults(turns: list[tuple[str, str]], system: int) -> None:
    """A question and its answer, any number of times, with or without a system's word before."""
    roles = ["system"] * system + [role for pair in turns for role in pair]
    assert turn_faults(roles) == {}


@given(st.lists(st.sampled_from([*ROLES, "bot"]), min_size=1, max_size=6))
def test_faults_of_turns_are_those_that_their_names_say(roles: list[str]) -> None:
    """Each fault is there just if a look at all turns says so."""
    faults = turn_faults(roles)
    assert ("unknown_role" in faults) == ("bot" in roles)
    assert ("no_assistant_turn" in faults) == ("assistant" not in roles)
    assert ("other_last_turn" in faults) == ("assistant" in roles[:-1] and roles[-1] != "assistant")
    twice = any(one == other != "tool" for one, other in pairwise(roles))
    assert ("repeated_role" in faults) == twice


@given(st.lists(st.integers(-3, 20) | st.sampled_from(["a", "b", "10", "9"]), max_size=10))
def test_every_label_of_a_column_has_a_name_among_its_names(values: list[int | str]) -> None:
    """Names are distinct, and that of each value is one of them."""
    names = label_names(values)
    assert len(set(names)) == len(names)
    assert {label_name(value, None) for value in values} == set(names)


@given(st.lists(texts(), max_size=5, unique=True), st.integers(-3, 8))
def test_a_number_names_the_label_at_its_place(names: list[str], number: int) -> None:
    """Numbers count from 0; there is none before the first or after the last."""
    name = label_name(number, names)
    assert name == (names[number] if number in range(len(names)) else None)
    assert all(label_name(each, names) == each for each in names)


@given(texts())
def test_a_text_is_readable_just_if_it_has_a_character_and_can_be_written(text: str) -> None:
    """What cannot be written in UTF-8, or is blank, is unreadable; all else is not."""
    if not text.strip():
        assert why_unreadable(text) == "blank"
    else:
        assert (why_unreadable(text) is None) == (text == text.encode("utf-8", "replace").decode())


@given(ARTICLES)
def test_a_file_has_a_row_for_each_question(
    articles: list[list[tuple[str, list[tuple[str, list[tuple[str, int]]]]]]],
) -> None:
    """Each question stands in its own row, in order, with its context and its answers."""
    document = {
        "data": [
            {
                "paragraphs": [
                    {
                        "context": context,
                        "qas": [
                            {
                                "question": question,
                                "answers": [{"text": text, "answer_start": start} for text, start in answers],
                            }
                            for question, answers in questions
                        ],
                    }
                    for context, questions in paragraphs
                ]
            }
            for paragraphs in articles
        ]
    }
    flat = [
        (str(number), context, question, [text for text, _ in answers], [start for _, start in answers])
        for number, (context, question, answers) in enumerate(
            (context, question, answers)
            for paragraphs in articles
            for context, questions in paragraphs
            for question, answers in questions
        )
    ]
    rows = [
        (row["id"], row["context"], row["question"], row["answers"]["text"], row["answers"]["answer_start"])
        for row in squad_rows(document)
    ]
    assert rows == flat
