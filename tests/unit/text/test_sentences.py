from __future__ import annotations

import re

import pytest

from hfkit.errors import SettingError
from hfkit.text.sentences import sentence_around, sentences

# "|" marks where to cut.
MARKED = {
    "terminators": "One.| Two?| Three!| Four…| Five",
    "several terminators": "Really?!| Yes!!!| Wait...| What?",
    "titles": "Dr. Li met Mrs. Wu and Prof. St. John.| They left.",
    "initials": "J. R. R. Tolkien wrote it.| John C. Messenger read it.",
    "an initial at the end": "Take vitamin C.| The rest is free.",
    "abbreviations with periods": "It has e.g. Tea and i.e. Water.| He left at 5 p.m.| She stayed.",
    "a country": "The U.S. Army came.| He was born in the U.S.| In 1990 he left.",
    "companies": "Acme Inc. Limited sells it.| It belongs to Acme Inc.| The rest does not.",
    "numbers": "Pi is 3.14 or so.| No. 5 is on p. 12.| Version 1.2.3.| In Jan. 2001 it ended in 1999.| Good.",
    "signs of numbers": "It costs approx. $5 a day.| It is No. #5.| At approx. −5 it froze.| Pay approx. €5.",
    "no, not number": "He said no.| She said yes.",
    "small letters after": "It is made by Yahoo! for all.| He asked why? but left.| See approx. three.",
    "an ellipsis inside": "I… no.| So... well.| It was in recent years. ...| The reason is here.",
    "an ellipsis with blanks": 'He said, "I am here to . . . submit."| He did. . . .| Then he left.',
    "closing marks": 'He said "Stop!"| She left.| (It was late.)| “Yes.”| ‘No.’| Then.',
    "speech inside": '"What?" he asked.| "Go!", she said.| "No."| They left.',
    "references": "It is so.[1]| It was so.[12][13]| It will be.",
    "a closing mark, then another terminator": "It has (tea etc.).| He left.| Is it “so?”?| Yes.",
    "German numbers": "Die 3. Zeitachse (5. Rang) ist neu.| Es stand 7:2.| Vor kurzem auch.| Zum 3.–5. Mai.",
    "a word that begins after an ordinal": "Das ist die 12.| Der Rest fehlt.",
    "days of a month": "It was on March 21.| Nobody came.| They are over 18.| People say so.",
    "parts of words": "Il va à 160 km/h.| Jean est là.| It has oxygen-18.| Marine life.| J.-P. Sartre wrote.",
    "French marks": "« Il est là.\u00a0»| Jean dit : « Oui. »| Puis «\u202fNon.\u202f»| »Ende.«| »Neu.«",
    "German ordinals": "Am 3. Oktober 1990 kam er im 18. Jahrhundert an.| Die Stadt war klein.",
    "a number at the end, and a word that begins": "He is 9.| The rest is older.",
    "German abbreviations": "Sie kostet z. B. Geld, d.h. Gold und 3 Mio. Euro.| Gut.",
    "Russian": "А. С. Пушкин родился в 1799 г.| Он жил на ул. Ленина.| Да.",
    "Greek, Armenian, Ethiopic": "Τι είναι αυτό; Ναι.| Բարեւ։| Ինչպես։| ሰላም።",
    "Arabic": "هل أنت بخير؟| نعم.| جاء د. محمد.| ثم ذهب.",
    "Urdu": "کیا حال ہے؟| میں ٹھیک ہوں۔| شکریہ۔",
    "Hindi": "यह एक वाक्य है।| डॉ. सिंह और ए. पी. जे. अब्दुल कलाम आए।| ठीक॥",
    "no end without a blank": "Visit example.com and one.Two or a?b and a…b.| It is .NET here.",
    "nothing after": "It is. ",
    "not a word after": "It is.| 😀 It was!| - or not",
    "many blanks after": "It is.|                                        so it was",
    "Chinese": "你好！|再见？|他走了。|３．１４元。",
    "Chinese speech": "他说：“走吧。”|然后走了。|“好”，他说。|（对。）|真的。”，他说。",
    "straight quotation marks": '好。|"引用。"|后面。|"再来"',
    "quotation marks of another line": '好"\n好。|"引用。"',
    "Japanese": "「行く！」と言った。|そして帰った。|「はい。」|彼は答えた。",
    "wide periods": "これは本である．|しかし違う．|圣若望．玛达来了。",
    "wide signs and narrow ones": "真的?|是的!|好？！|走……了。",
    "Urdu numbers": "یہ ۳۔۵ ہے۔|جی",
    "Khmer, Myanmar, Tibetan": "ជំរាបសួរ។|បាទ។|ဟုတ်ကဲ့။|ကောင်း။|བཀྲ་ཤིས།|བདེ་ལེགས།",
    "Thai": "สวัสดี ครับ|  ผมชื่อ|\nก็ดี",
    "blank lines": "Title|\n\nOne\ntwo|\n \t\nthree|\r\n\r\nfour|\r\rfive|\fsix|\u2029seven|\n\u3000\neight",
    "lists": "Needed:|\n- tea|\n* milk|\n  • sugar|\n1. First|\n12) Last\n3.5 is a number",
}


@pytest.mark.parametrize("marked", MARKED.values(), ids=MARKED)
def test_sentences_end_where_a_reader_would_end_them(marked: str) -> None:
    text = marked.replace("|", "")
    assert [text[start:end] for start, end in sentences(text)] == [part.strip() for part in marked.split("|")]


def test_without_text_there_are_no_sentences() -> None:
    assert list(sentences("")) == []
    assert list(sentences(" \n\n ")) == []


def _lengths(text: str, longest: int) -> list[int]:
    return [end - start for start, end in sentences(text, longest=longest)]


def test_what_goes_on_and_on_is_cut_at_the_best_place_there_is() -> None:
    assert _lengths("word " * 40, 100) == [49, 49, 49, 49]
    assert _lengths(("a" * 29 + ", b" * 4 + " c" * 4) * 2, 100) == [39, 58]
    assert _lengths("line; of\n" + "words, " * 10, 100)[0] == 8


def test_without_any_place_it_is_cut_where_no_mark_is_parted() -> None:
    assert _lengths("a" * 120, 100) == [50, 50, 20]
    assert _lengths("a" * 49 + "e\u0301" + "a" * 69, 100) == [49, 51, 20]
    assert _lengths("a" * 49 + "\u200d" + "a" * 70, 100) == [48, 52, 20]
    assert _lengths("e" + "\u0301" * 119, 100) == [50, 50, 20]


def test_a_sentence_of_half_the_longest_with_the_blank_before_it_is_never_cut() -> None:
    for before in range(0, 100, 7):
        text = "x" * before + ". " + "Y" * 23 + " " + "z" * 24 + ". End"
        assert (before + 2, before + 51) in list(sentences(text, longest=100))


def test_the_sentence_around_a_span() -> None:
    text = "It is old. It was founded in 1985. Ask him. "
    assert sentence_around(text, 29, 33) == (11, 34)
    assert sentence_around(text, 8, 12) == (0, 34)
    assert sentence_around(text, 10, 12) == (11, 34)
    assert sentence_around(text, 0, len(text)) == (0, 43)


def test_an_empty_span_gives_the_sentence_that_it_is_in_or_before() -> None:
    text = "It is old. Ask him. "
    assert sentence_around(text, 3, 3) == (0, 10)
    assert sentence_around(text, 10, 10) == (11, 19)
    assert sentence_around(text, 20, 20) == (20, 20)
    assert sentence_around("", 0, 0) == (0, 0)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2), (0, 5)])
def test_a_span_lies_within_the_text(start: int, end: int) -> None:
    message = f"span is ({start}, {end}), must lie within a text of 4 characters"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        sentence_around("text", start, end)


def test_the_longest_sentence_has_some_room() -> None:
    with pytest.raises(SettingError, match="longest is 63, must be a whole number, at least 64"):
        list(sentences("text", longest=63))
