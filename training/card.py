"""The model card: the figures of a build, poured into the text beside this file."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_card(folder: Path, name: str, figures: Mapping[str, object]) -> None:
    """Write the card of a starter as the folder's README.md; every gap in its text must be filled."""
    text = Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(Template(text).substitute(figures), encoding="utf-8")
