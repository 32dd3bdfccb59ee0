from __future__ import annotations

import re

import pytest

from hfkit.errors import DataError
from hfkit.text.learned_turns import LearnedChat, WrittenTurn, join_turns, learned_tokens


def learned(chat: LearnedChat, tokens: list[str], specials: set[str]) -> tuple[list[str], set[str]]:
    """Give the tokens that are learned, and those that end turns; blanks before a token are not in its offsets."""
    offsets, done = [], 0
    for token in tokens:
        start = chat.text.index(token.strip() or token, done)
        offsets.append((start, start + len(token.strip() or token)))
        done = offsets[-1][1]
    mask, ends = learned_tokens(
        chat, range(len(tokens)), offsets, is_special=lambda id_: tokens[id_] in specials
    )
    return [token for token, told in zip(tokens, mask, strict=True) if told], {tokens[id_] for id_ in ends}


def test_turns_of_a_chat_share_a_text() -> None:
    turns = [WrittenTurn("Q: a A:", "Q: a A: b."), WrittenTurn("Q: a A: b. Q: c A:", "Q: a A: b. Q: c A: d.")]
    (chat,) = join_turns(turns)
    assert [chat.text[start:stop] for start, stop in chat.spans] == [" b.", " d."]


def test_a_turn_that_later_texts_leave_out_has_a_text_of_its_own() -> None:
    turns = [
        WrittenTurn("Q: a A:", "Q: a A: (hm) b."),
        WrittenTurn("Q: a A: b. Q: c A:", "Q: a A: b. Q: c A: (so) d."),
    ]
    first, second = join_turns(turns)
    assert (first.text, first.spans) == ("Q: a A: (hm) b.", ((7, 15),))
    assert (second.text[slice(*second.spans[0])], len(second.spans)) == (" (so) d.", 1)


def test_a_turn_must_begin_as_it_is_opened() -> None:
    with pytest.raises(
        DataError, match=re.escape("opens the assistant's turn with 'Q: a A: <think>', and")
    ) as caught:
        join_turns([WrittenTurn("Q: a A: <think>", "Q: a A: b.")])
    assert caught.value.hint == (
        "begin the assistant's contents with what the template opens its turn with, or change the template in the "
        "base's folder"
    )


def test_what_stands_behind_the_end_of_a_turn_is_not_learned() -> None:
    chat = LearnedChat("Q?<end>\nA:yes<end>\nQ?", ((10, 19),))
    tokens = ["Q?", "<end>", "\n", "A:", "yes", "<end>", "\n", "Q?"]
    assert chat.text[10:19] == "yes<end>\n"
    assert learned(chat, tokens, {"<end>"}) == (["yes", "<end>"], {"<end>"})
    assert learned(chat, tokens, set()) == (["yes", "<end>", "\n"], set())


def test_a_special_token_within_a_turn_does_not_end_it() -> None:
    chat = LearnedChat("A:<think>hm</think>yes", ((2, 22),))
    tokens = ["A:", "<think>", "hm", "</think>", "yes"]
    assert learned(chat, tokens, {"<think>", "</think>"}) == (tokens[1:], set())


def test_a_token_across_the_border_is_the_prompts() -> None:
    chat = LearnedChat("A: yes", ((3, 6),))
    assert learned(chat, ["A:", " yes"], set()) == ([], set())  # its blank belongs to the prompt
    assert learned(chat, ["A:", " ", "yes"], set()) == (["yes"], set())
    assert learned(LearnedChat("A: yes", ((2, 6),)), ["A:", " yes"], set()) == ([" yes"], set())


def test_a_token_of_nothing_is_not_learned() -> None:
    chat = LearnedChat("A:yes", ((2, 5),))
    mask, _ = learned_tokens(chat, [0, 1, 2], [(0, 2), (2, 2), (2, 5)], is_special=lambda _: False)
    assert mask.tolist() == [False, False, True]
