"""Words with tags, texts, chats, and texts with what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import datasets

import hfkit

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.values.data_report import FindingKind

    Only = Callable[[hfkit.DataReport, FindingKind], hfkit.Finding]


def tagged(words: object, tags: object) -> dict[str, object]:
    return {"tokens": words, "ner_tags": tags}


FINE = tagged(["Ada", "Lovelace", "wrote"], ["B-person", "I-person", "O"])


def test_good_tags_have_no_findings() -> None:
    data = hfkit.Tagged(train=[FINE, tagged(["He", "left"], ["O", "O"])])
    report = data.check()
    assert report.findings == ()
    assert report.splits[0].lengths[1].total == 5


def test_words_and_tags_of_different_length_are_told(only: Only) -> None:
    finding = only(hfkit.Tagged(train=[FINE, tagged(["He", "left"], ["O"])]).check(), "uneven_tags")
    assert (finding.severity, finding.rows) == ("error", (1,))
    assert finding.message == "1 row with more words than tags, or fewer: 2 words and 1 tags"


def test_tags_that_break_the_rules_are_told(only: Only) -> None:
    finding = only(
        hfkit.Tagged(train=[FINE, tagged(["He", "left"], ["I-person", "O"])]).check(), "broken_tags"
    )
    assert finding.rows == (1,)
    assert finding.message.endswith("that are not IOB2: 'I-person' at word 0 goes on from 'O'")


def test_words_that_are_empty_are_told(only: Only) -> None:
    rows = [FINE, tagged(["He", ""], ["O", "O"]), tagged(["He", None], ["O", "O"]), tagged([], [])]
    report = hfkit.Tagged(train=rows).check()
    assert only(report, "empty_word").rows == (1, 2)
    assert only(report, "empty_word").message == "2 rows with a word in 'tokens' that is empty: word 1 is ''"
    assert only(report, "blank_text").rows == (3,)


def test_tags_that_are_missing_or_unknown_are_told(only: Only) -> None:
    rows = [
        FINE,
        tagged(["He"], [None]),
        tagged(["He"], ["B-place"]),
        tagged(["They"], None),
        tagged(None, ["O"]),
    ]
    report = hfkit.Tagged(train=rows, names=("O", "B-person", "I-person")).check()
    assert only(report, "unlabelled").rows == (1,)
    assert only(report, "unknown_label").rows == (2,)
    assert {finding.column: finding.rows for finding in report.of("missing_value")} == {
        "ner_tags": (3,),
        "tokens": (4,),
    }


def test_classes_of_tags_are_known_by_name(only: Only) -> None:
    features = datasets.Features(
        {
            "tokens": datasets.List(datasets.Value("string")),
            "ner_tags": datasets.List(datasets.ClassLabel(names=["O", "B-x", "I-x"])),
        }
    )
    rows = {"tokens": [["a", "b"], ["c", "d"]], "ner_tags": [[1, 2], [0, 2]]}
    report = hfkit.Tagged(train=datasets.Dataset.from_dict(rows, features=features)).check()
    assert only(report, "broken_tags").rows == (1,)
    assert report.splits[0].labels[0] == hfkit.LabelCount("I-x", 2)


def test_other_tags_than_those_of_entities_are_no_break() -> None:
    assert (
        hfkit.Tagged(train=[tagged(["He", "left"], ["PRON", "VERB"]), tagged(["Go"], ["VERB"])])
        .check()
        .findings
        == ()
    )


def test_the_same_words_with_other_tags_contradict(only: Only) -> None:
    report = hfkit.Tagged(train=[FINE, tagged(["Ada", "Lovelace", "wrote"], ["O", "O", "O"])]).check()
    assert only(report, "contradiction").rows == (1,)


def test_texts_are_checked_for_blanks_and_copies(only: Only) -> None:
    report = hfkit.Texts(train=[{"text": "a story"}, {"text": ""}, {"text": "A story."}]).check()
    assert only(report, "blank_text").rows == (1,)
    assert only(report, "exact_duplicates").rows == (2,)
    assert not report.of("contradiction")


def chat(*turns: tuple[str, str | None]) -> dict[str, object]:
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def test_chats_are_checked_turn_by_turn(only: Only) -> None:
    rows = [
        chat(("system", "Be brief."), ("user", "Hello!"), ("assistant", "Good day.")),
        chat(("user", "Hello!"), ("user", "Anybody?")),
        chat(("human", "Hi!"), ("assistant", "Hi.")),
        chat(("user", "Hey!"), ("assistant", "Yes?"), ("user", "Bye.")),
        chat(("user", "What?"), ("assistant", "")),
        chat(("user", "How?"), ("assistant", None)),
        {"messages": []},
        {"messages": None},
    ]
    report = hfkit.Chats(train=rows).check()
    found = {finding.kind: (finding.severity, finding.rows) for finding in report.findings}
    assert found == {
        "no_assistant_turn": ("error", (1,)),
        "repeated_role": ("warning", (1,)),
        "unknown_role": ("error", (2,)),
        "other_last_turn": ("warning", (3,)),
        "blank_text": ("warning", (4, 6)),
        "missing_value": ("error", (5, 7)),
    }
    assert only(report, "repeated_role").message == (
        "1 row where one side speaks twice in a row in 'messages': 'user' at turns 0 and 1"
    )
    assert report.splits[0].lengths[0].total == 24 + 14 + 6 + 12


def test_who_calls_a_tool_need_say_nothing() -> None:
    turns = [
        {"role": "user", "content": "Is it cold?", "tool_calls": None},
        {"role": "assistant", "content": "", "tool_calls": [{"name": "weather"}]},
        {"role": "tool", "content": "-4", "tool_calls": None},
        {"role": "tool", "content": "-5", "tool_calls": None},
        {"role": "assistant", "content": "It is.", "tool_calls": None},
    ]
    assert hfkit.Chats(train=[{"messages": turns}]).check().findings == ()


def pairs(*both: tuple[str | None, str | None]) -> list[dict[str, object]]:
    return [{"source": source, "target": target} for source, target in both]


def test_sides_that_are_equal_or_of_unlike_length_are_told(only: Only) -> None:
    usual = [
        (f"This is sentence number {number} of several", f"Dies ist Satz Nummer {number} von mehreren")
        for number in "123456"
    ]
    rows = pairs(
        *usual,
        ("Hello there", " Hello there"),
        ("A whole sentence with many words in it", "Ja."),
        ("a", None),
    )
    report = hfkit.Parallel(train=rows).check()
    assert only(report, "equal_sides").rows == (6,)
    ratio = only(report, "length_ratio")
    assert (ratio.severity, ratio.rows, ratio.column) == ("warning", (7,), "target")
    assert ratio.message == (
        "1 row whose 'target' is more than 3 times longer or shorter than usual, "
        "0.97 times 'source': 3 characters to 38"
    )
    assert only(report, "missing_value").rows == (8,)


def test_one_source_may_have_two_targets(only: Only) -> None:
    report = hfkit.Parallel(train=pairs(("Good day.", "Guten Tag."), ("good day", "Tag auch."))).check()
    assert only(report, "exact_duplicates").message == "1 row with the source of an earlier one"
    assert not report.of("contradiction")
