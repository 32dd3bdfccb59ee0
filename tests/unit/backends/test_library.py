"""What the tokenizers library gives quickly is what it gives in full."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from hfkit.backends.encoding import Room
from hfkit.backends.library import LibraryEncoder


@pytest.mark.parametrize("single", ["$A:3 [SEP]:3", "$A:1 [SEP]:2", "[SEP] $A"])
@pytest.mark.parametrize("special_tokens", [True, False])
@pytest.mark.parametrize("further", [True, False])
def test_types_are_those_of_each_window(single: str, *, special_tokens: bool, further: bool) -> None:
    library = Tokenizer(models.WordLevel({"[UNK]": 0, "[SEP]": 1}, unk_token="[UNK]"))  # noqa: S106
    library.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    library.post_processor = processors.TemplateProcessing(
        single=single, pair="$A [SEP] $B", special_tokens=[("[SEP]", 1)]
    )
    encoder = LibraryEncoder(library, name="the test's", cleans_spaces=False)
    room = Room(4, 1, "longest_first", "right", further=further)
    given: list[tuple[str, ...]] = [("a b c d e f g",), ("a",)]
    flat = encoder.flat(given, special_tokens=special_tokens, room=room)
    encoded = encoder.encode(given, special_tokens=special_tokens, room=room)
    kept = [window for windows in encoded for window in (windows if further else windows[:1])]
    types = [flat.type_ids] * len(flat.ids) if isinstance(flat.type_ids, int) else flat.type_ids.tolist()
    assert types == [type_id for window in kept for type_id in window.type_ids]
    assert flat.ids.tolist() == [id_ for window in kept for id_ in window.ids]


def test_types_of_texts_are_not_those_of_special_tokens() -> None:
    library = Tokenizer(models.BPE({"я": 0, "[SEP]": 1}, []))  # no tokens for what it does not know
    library.post_processor = processors.TemplateProcessing(
        single="$A:1 [SEP]:2", pair="$A [SEP] $B", special_tokens=[("[SEP]", 1)]
    )
    encoder = LibraryEncoder(library, name="the test's", cleans_spaces=False)
    flat = encoder.flat([("яя",), ("a",)], special_tokens=True, room=None)
    assert not isinstance(flat.type_ids, int)
    assert flat.type_ids.tolist() == [1, 1, 2, 2]
