"""Figures of matplotlib, drawn without a window and without pyplot's state, and written whole or not at all."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

from hfkit.errors import SettingError

from .records import missing

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = ["DARK", "LIGHT", "PALE", "begin_figure", "literal", "write_figure"]

DARK = "#0b3c6f"
LIGHT = "#5b9bd5"
PALE = "#e8eef5"

_ENDINGS = (".png", ".svg")
_DOTS_PER_INCH = 150


def begin_figure(path: Path, *, width: float, height: float) -> Figure:
    """Begin a figure for a file.

    Args:
        path: the file.
        width: in inches.
        height: in inches.

    Raises:
        SettingError: the file is neither a PNG nor an SVG, or its folder is not there.
        MissingDependencyError: matplotlib is not installed.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise SettingError(
            f"a plot's file is {path.name!r}, must end in {' or '.join(_ENDINGS)}",
            hint="name what is to be drawn",
        )
    if not path.parent.is_dir():
        raise SettingError(f"folder {str(path.parent)!r} is not there", hint="make it first")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise missing("matplotlib", "evaluate") from error
    return Figure(figsize=(width, height), layout="constrained")


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure beside its file, then move it into place."""
    from matplotlib import rc_context

    kind = path.suffix.lower().removeprefix(".")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with rc_context({"svg.hashsalt": "hfkit", "svg.fonttype": "path"}), warnings.catch_warnings():
        # A script that the font lacks is drawn as boxes; the figures stand.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        try:
            # Without a date, the same report gives the same file.
            figure.savefig(
                beside, format=kind, dpi=_DOTS_PER_INCH, metadata={"Date": None} if kind == "svg" else None
            )
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def literal(*texts: Text) -> None:
    """Draw texts as they are: a dollar sign in a label begins no formula."""
    for text in texts:
        text.set_parse_math(False)
