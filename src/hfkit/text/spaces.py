"""Spaces that a decoder puts where nobody writes them."""

from __future__ import annotations

__all__ = ["without_token_spaces"]

_REPLACED = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)


def without_token_spaces(text: str) -> str:
    """Take out spaces before punctuation and inside of English contractions.

    Source: ``clean_up_tokenization`` of transformers 5.23, replacement by replacement.

    >>> without_token_spaces("it is n't over , is it ?")
    "it isn't over, is it?"
    """
    for spaced, plain in _REPLACED:
        text = text.replace(spaced, plain)
    return text
