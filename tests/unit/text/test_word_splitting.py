from __future__ import annotations

import pytest

from hfkit.text.word_splitting import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("EU rejects German call.", "EU rejects German call ."),
        ("(Paris,\tLyon)", "( Paris , Lyon )"),
        # as the data of CoNLL-2003 have them
        ('"We don\'t see any grounds for it,"', '" We do n\'t see any grounds for it , "'),
        ("the Commission's chief spokesman", "the Commission 's chief spokesman"),
        ("BRUSSELS 1996-08-22", "BRUSSELS 1996-08-22"),
        ("a three-year, $1,000.50 deal at 10:30", "a three-year , $ 1,000.50 deal at 10:30"),
        ("AT&T and/or O'Brien's l’eau", "AT&T and/or O'Brien 's l’eau"),
        (
            "the U.S. and U.S.-led forces, e.g. J.-P. Sartre",
            "the U.S. and U.S.-led forces , e.g. J.-P. Sartre",
        ),
        ("Dr. Who met J. Smith. Plan b.", "Dr. Who met J. Smith . Plan b ."),
        ("No. 5 said no. Then Acme Inc. won.", "No. 5 said no . Then Acme Inc. won ."),
        ("Germany 's they’re 's", "Germany 's they ’re 's"),
        ("wait... what?! -- no!!", "wait ... what ? ! -- no !!"),
        ("ada.b@x.org, https://x.org/a?b=1).", "ada.b@x.org , https://x.org/a?b=1 ) ."),
        ("东京tower。京.com", "东 京 tower 。 京 . com"),
        ("नमस्ते दुनिया 👩‍👩‍👧!", "नमस्ते दुनिया 👩‍👩‍👧 !"),
        ("naïve, É.T. cafe\u0301.", "naïve , É.T. cafe\u0301 ."),
    ],
)
def test_a_text_is_cut_as_taggers_learn_it(text: str, words: str) -> None:
    assert [text[start:end] for start, end in split_words(text)] == words.split()


@pytest.mark.parametrize("unit", ["a.", "a@", "'s", "Dr.", "http://", "-", "é", "1,"])
def test_a_text_without_blanks_takes_no_longer(unit: str) -> None:
    text = unit * 20_000
    assert "".join(text[start:end] for start, end in split_words(text)) == text
