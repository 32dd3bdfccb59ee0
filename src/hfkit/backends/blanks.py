"""Which tokenizers read a text as they read its words, parted at blanks.

The rule is read off the tokenizer's parts, and only where it can be proven of them; all others stay whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tokenizers

__all__ = ["Parting", "find_parting"]

# Each changes a character, or a mark behind it, and leaves blanks alone: a word ends as no blank, and does not vanish.
_LOCAL = {"Lowercase", "NFC", "NFD", "NFKC", "NFKD"}

# Each may leave nothing of a word, or put blanks around it, which then meet those beside it.
_BLANKING = {"BertNormalizer", "StripAccents"}

# Each drops blanks, and looks at no character beyond one.
_DROP_BLANKS = {"BertPreTokenizer", "Whitespace", "WhitespaceSplit"}
_PART_WORDS = _DROP_BLANKS | {"Digits", "Punctuation"}

# No match goes on behind a blank, and none looks back: one begins at a blank between two other characters.
_HEAD, _TAIL = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
)
_BLANKS_LEAD = {
    _HEAD + digits + _TAIL for digits in (r"\p{N}", r"\p{N}{1,3}")
}  # Qwen's; Llama 3's and GPT-4's


@dataclass(frozen=True, slots=True)
class Parting:
    """How a text is parted into words that are read alike alone and beside each other.

    Attributes:
        leading: whether the blank before a word is read with it; else blanks are dropped.
        greedy: ids of the added tokens that take blanks beside them: with one of these a word is not alone.
    """

    leading: bool
    greedy: frozenset[int]


def find_parting(tokenizer: tokenizers.Tokenizer) -> Parting | None:
    """Say how texts may be parted at ``" "``; None if that is not known to leave every id as it is.

    A dropped blank parts texts of any kind. Where blanks lead, one parts a text only if a character
    that is no whitespace stands before it and behind it.
    """
    if getattr(tokenizer.model, "dropout", None):
        return None
    leading = _leading(_parts(tokenizer.pre_tokenizer, "pretokenizers"))
    normalizers = {part["type"] for part in _parts(tokenizer.normalizer, "normalizers")}
    if not normalizers <= (_LOCAL if leading else _LOCAL | _BLANKING):
        return None
    added = tokenizer.get_added_tokens_decoder()
    if leading is None or any(_holds_blank(tokenizer, token) for token in added.values()):
        return None
    greedy = frozenset(id_ for id_, token in added.items() if token.lstrip or token.rstrip)
    return Parting(leading, greedy if leading else frozenset())


def _parts(part: object, steps: str) -> Sequence[dict[str, object]]:
    """Give the settings of each step of a normalizer or pre-tokenizer, as it pickles them."""
    if part is None:
        return ()
    pickled = part.__getstate__()
    if not isinstance(pickled, bytes):
        return ({"type": type(part).__name__},)
    state: dict[str, object] = json.loads(pickled)
    inner = state.get(steps)
    return inner if isinstance(inner, list) else (state,)


def _leading(steps: Sequence[dict[str, object]]) -> bool | None:
    """Tell whether a blank belongs to the word after it, or to none; None if that is not known."""
    kinds = [step["type"] for step in steps]
    if kinds and kinds[0] in _DROP_BLANKS and set(kinds) <= _PART_WORDS:
        return False
    match steps:
        case [{"type": "ByteLevel", "use_regex": True}]:
            return True
        case [
            {"type": "Digits"},
            {"type": "ByteLevel", "use_regex": True, "add_prefix_space": False},
        ]:
            return True
        case [
            {"type": "Split", "pattern": {"Regex": str(regex)}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "use_regex": False, "add_prefix_space": False},
        ] if regex in _BLANKS_LEAD:
            return True
        case _:
            return None


def _holds_blank(tokenizer: tokenizers.Tokenizer, token: tokenizers.AddedToken) -> bool:
    """Tell whether a token may span words, as it is written or as it is looked for in normalized texts."""
    looked_for = token.content
    if token.normalized and tokenizer.normalizer is not None:
        looked_for += tokenizer.normalizer.normalize_str(token.content)
    return any(character.isspace() for character in looked_for)
