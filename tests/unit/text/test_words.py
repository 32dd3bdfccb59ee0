from __future__ import annotations

import re

import pytest

from hfkit.text.words import extend_to_words

# The span is in brackets of this kind: ⟦ and ⟧.
WIDENED = {
    "a word": ("It was f⟦oun⟧ded.", "It was ⟦founded⟧."),
    "two words": ("It w⟦as fo⟧unded.", "It ⟦was founded⟧."),
    "a word already": ("It ⟦was⟧ founded.", "It ⟦was⟧ founded."),
    "blanks and marks around words": ("(⟦Denver⟧)", "(⟦Denver⟧)"),
    "blanks in the span": ("It⟦ was ⟧founded", "It⟦ was ⟧founded"),
    "nothing": ("fo⟦⟧und", "fo⟦⟧und"),
    "letters and digits": ("the 19⟦9⟧0s", "the ⟦1990s⟧"),
    "an underscore": ("foo⟦_⟧bar", "⟦foo_bar⟧"),
    "an apostrophe": ("I d⟦o⟧n't", "I ⟦don't⟧"),
    "a round apostrophe": ("l’e⟦au⟧ froide", "⟦l’eau⟧ froide"),
    "a span that ends with an apostrophe": ("I ⟦don'⟧t", "I ⟦don't⟧"),
    "an apostrophe after a word": ("the dog⟦s⟧' tail", "the ⟦dogs⟧' tail"),
    "an apostrophe before a number": ("the '⟦9⟧0s", "the '⟦90s⟧"),
    "several apostrophes": ("rock'⟦n⟧'roll", "⟦rock'n'roll⟧"),
    "a hyphen": ("a well-⟦known⟧ man", "a ⟦well-known⟧ man"),
    "a hyphen before a number": ("COVID-⟦1⟧9", "⟦COVID-19⟧"),
    "a hyphen after a number": ("⟦18⟧-year-old", "⟦18-year-old⟧"),
    "a span of years": ("19⟦1⟧4-1918", "⟦1914⟧-1918"),
    "a dash": ("no⟦n⟧--sense", "⟦non⟧--sense"),
    "a hyphen and nothing": ("pre⟦-⟧ and post", "pre⟦-⟧ and post"),
    "thousands and decimals": ("1,0⟦0⟧0.50.", "⟦1,000.50⟧."),
    "a comma after a number": ("in 1⟦9⟧90, he", "in ⟦1990⟧, he"),
    "letters with periods": ("the ⟦U⟧.S. Army", "the ⟦U⟧.S. Army"),
    "an accent after its letter": ("caf⟦e⟧\u0301s", "⟦cafe\u0301s⟧"),
    "an accent before an apostrophe": ("e\u0301'⟦a⟧", "⟦e\u0301'a⟧"),
    "an accent alone": (" \u0301⟦a⟧", " \u0301⟦a⟧"),
    "an accent after a blank": ("a ⟦b⟧ \u0301c", "a ⟦b⟧ \u0301c"),
    "a sign with an accent": ("a?⟦\u0301⟧b", "a⟦?\u0301⟧b"),
    "Hindi": ("क\u094d⟦ष⟧ि य", "⟦क\u094dषि⟧ य"),
    "Korean": ("한⟦국⟧어를 배운다", "⟦한국어를⟧ 배운다"),
    "Persian": ("می\u200cخ⟦وا⟧هم رفت", "⟦می\u200cخواهم⟧ رفت"),
    "Hebrew": ("צה⟦״⟧ל", "⟦צה״ל⟧"),
    "Chinese": ("北⟦京大⟧学", "北⟦京大⟧学"),
    "Japanese": ("カ⟦タカ⟧ナ", "カ⟦タカ⟧ナ"),
    "Thai": ("ภา⟦ษา⟧ไทย", "ภา⟦ษา⟧ไทย"),
    "a mark of Thai": ("น⟦น⟧\u0e49ำ", "น⟦น\u0e49⟧ำ"),
    "Latin letters in Chinese": ("用iP⟦hon⟧e手机", "用⟦iPhone⟧手机"),
    "from Latin letters into Chinese": ("iPho⟦ne手⟧机", "⟦iPhone手⟧机"),
    "a word that starts after a mark of Thai": ("น\u0e49⟦a⟧b", "น\u0e49⟦ab⟧"),
    "a sign before Chinese": ("a⟦-⟧京", "a⟦-⟧京"),
    "one emoji of several": ("👩\u200d⟦👩⟧\u200d👧 x", "⟦👩\u200d👩\u200d👧⟧ x"),
    "a flag": ("🇨🇭⟦🇩⟧🇪", "🇨🇭⟦🇩🇪⟧"),
    "one of two flags": ("⟦🇨🇭⟧🇩🇪", "⟦🇨🇭⟧🇩🇪"),
    "a color of skin": ("a ⟦👍⟧🏽b", "a ⟦👍🏽⟧b"),
    "100 characters": ("a" * 100 + "⟦b⟧", "⟦" + "a" * 100 + "b⟧"),
    "more characters before": ("a" * 101 + "⟦b⟧c", "a" * 101 + "⟦bc⟧"),
    "more characters after": ("c⟦b⟧" + "a" * 101, "⟦cb⟧" + "a" * 101),
    "more marks than a word has": ("⟦a⟧" + "\u0301" * 200, "⟦a⟧" + "\u0301" * 200),
    "marks from the beginning": ("\u0301\u0301⟦-⟧a", "\u0301\u0301⟦-⟧a"),
}


@pytest.mark.parametrize(("before", "after"), WIDENED.values(), ids=WIDENED)
def test_a_span_is_widened_to_words(before: str, after: str) -> None:
    start, end = before.index("⟦"), before.index("⟧") - 1
    text = before.replace("⟦", "").replace("⟧", "")
    first, last = extend_to_words(text, start, end)
    assert f"{text[:first]}⟦{text[first:last]}⟧{text[last:]}" == after


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2), (0, 5)])
def test_a_span_lies_within_the_text(start: int, end: int) -> None:
    message = f"span is ({start}, {end}), must lie within a text of 4 characters"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        extend_to_words("text", start, end)
