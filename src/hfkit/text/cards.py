"""A model card as its text: what a person wrote, and what lies between hfkit's marks.

hfkit owns a few lines of the metadata, and one section of the text. All else is the person's, and comes out as it
went in, character by character.
"""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["card_difference", "has_metadata", "merge_card", "own_keys"]

_BEGIN, _END = (
    "<!-- hfkit: begin. Written by hfkit; what is outside of these marks is kept. -->",
    "<!-- hfkit: end -->",
)
_BEGIN_METADATA, _END_METADATA = "# hfkit: begin; lines outside of these marks are kept", "# hfkit: end"

# The hub's own rule for what is metadata; some editors begin a file with a mark of its encoding, which it overlooks.
_METADATA = re.compile(r"\A(\ufeff?\s*---[\r\n]+)([\S\s]*?)([\r\n]+---(?:\r\n|\n|\s*\Z))")

# A mark that lost its counterpart is the person's text: no region reaches over another beginning.
_REGION = re.compile(r"<!-- hfkit: begin\b(?:(?!<!-- hfkit: begin\b)[\S\s])*?<!-- hfkit: end -->")
_METADATA_REGION = re.compile(
    r"^# hfkit: begin\b(?:(?!^# hfkit: begin\b)[\S\s])*?^# hfkit: end[^\S\r\n]*(?=[\r\n]|\Z)", re.MULTILINE
)

_KEY = re.compile(r"^([\w-]+|\"[^\"\n]+\"|'[^'\n]+')[^\S\n]*:", re.MULTILINE)


def own_keys(card: str) -> frozenset[str]:
    r"""Give the names that a person wrote into the metadata; hfkit leaves those alone.

    >>> own_keys("---\nlicense: mit\n# hfkit: begin\nlibrary_name: peft\n# hfkit: end\n---\n# A model\n")
    frozenset({'license'})
    """
    found = _METADATA.match(card)
    if found is None:
        return frozenset()
    lines = _METADATA_REGION.sub("", found[2], count=1)
    return frozenset(name.strip("\"'") for name in _KEY.findall(lines))


def has_metadata(card: str) -> bool:
    r"""Say whether a card begins with metadata.

    >>> has_metadata("---\nlicense: mit\n---\n# A model\n"), has_metadata("# A model\n")
    (True, False)
    """
    return _METADATA.match(card) is not None


def merge_card(card: str, *, title: str, metadata: Mapping[str, str], section: str) -> str:
    r"""Write hfkit's parts into a card, and leave the rest as it is.

    Args:
        card: the card as it is; empty for a new one.
        title: the heading of a new one.
        metadata: YAML lines by the name that they set, each with its own line's end.
        section: Markdown.

    >>> print(merge_card("# Mine\n", title="", metadata={"license": "license: mit\n"}, section="Text."))
    ---
    # hfkit: begin; lines outside of these marks are kept
    license: mit
    # hfkit: end
    ---
    # Mine
    <BLANKLINE>
    <!-- hfkit: begin. Written by hfkit; what is outside of these marks is kept. -->
    Text.
    <!-- hfkit: end -->
    <BLANKLINE>
    """
    kept = own_keys(card)
    lines = "".join(text for name, text in metadata.items() if name not in kept)
    above = f"{_BEGIN_METADATA}\n{lines}{_END_METADATA}"
    region = f"{_BEGIN}\n{section.strip()}\n{_END}"
    if not card.strip():
        return f"---\n{above}\n---\n\n# {title}\n\n{region}\n"
    end = _line_end(card)
    above, region = above.replace("\n", end), region.replace("\n", end)
    return _with_region(_with_metadata(card, above, end), region, end)


def card_difference(before: str, after: str) -> str:
    r"""Say what changes in a card, as a unified diff.

    >>> print(card_difference("# A\nold\n", "# A\nnew\n"), end="")
    --- README.md
    +++ README.md
    @@ -1,2 +1,2 @@
     # A
    -old
    +new
    """
    lines = unified_diff(before.splitlines(), after.splitlines(), "README.md", "README.md", lineterm="")
    return "".join(f"{line}\n" for line in lines)


def _line_end(card: str) -> str:
    """Say how the lines of a card end; behind a return that ends the text, a new line makes one end of both."""
    return "\r\n" if "\r\n" in card or card.endswith("\r") else "\n"


def _with_region(card: str, region: str, end: str) -> str:
    metadata = _METADATA.match(card)
    start = metadata.end() if metadata else 0
    head, text = card[:start], card[start:]
    if _REGION.search(text):
        return head + _REGION.sub(lambda _: region, text, count=1)
    if text:
        between = "" if text.endswith(end * 2) else end if text.endswith(end) else end * 2
    else:
        between = "" if head.endswith(end) else end  # what ends the metadata stands alone in its line
    return f"{card}{between}{region}{end}"


def _with_metadata(card: str, above: str, end: str) -> str:
    found = _METADATA.match(card)
    if found is None:
        return f"---{end}{above}{end}---{end}{card}"
    opening, lines, closing = found.groups()
    if _METADATA_REGION.search(lines):
        lines = _METADATA_REGION.sub(lambda _: above, lines, count=1)
    else:
        lines = f"{above}{end}{lines}"
    return f"{opening}{lines}{closing}{card[found.end() :]}"
