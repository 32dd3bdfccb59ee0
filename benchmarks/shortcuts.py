"""What each shortcut of the torch backend is worth: the same model opened without, with some, and with all of them.

    python benchmarks/shortcuts.py [--rounds N] [--threads N]

Processor time of whole calls, tokenizing included, the ways in turns; the model of Classify has
DistilBERT's dimensions and random weights, that of Answer is the starter reader.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import hfkit
from asking import ask_mixed, ask_pages, ask_sentences
from corpus import SENTENCES, read_corpus
from hfkit.backends.torch import pooling, shortcuts
from hfkit.starter import starter_folder
from lengths import TokenCounter
from mixture import mixed_lengths, mixed_texts
from rounds import Spread
from standin import write_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROUNDS = 5
_TEXTS = 128
_QUESTIONS = 60
_SEARCHED = 50
_LONG = 5_000

_NO_PREPACKING = (shortcuts, "can_prepack", lambda: False)
_NO_PACKING = (shortcuts, "_LARGEST_WINDOW", -1)
_WHOLE_LAYERS = (shortcuts, "pooling_places", lambda model: pooling.pooling_places(model)[-1:])
_WAYS = {
    "plain": (_NO_PREPACKING, _NO_PACKING),
    "prepacked": (_NO_PACKING,),
    "packed": (_NO_PREPACKING, _WHOLE_LAYERS),
    "packed, prepacked": (_WHOLE_LAYERS,),
    "all": (),
}


def open_each_way(make: Callable[[Path], hfkit.Classify | hfkit.Answer], folder: Path, scratch: Path) -> dict[str, ...]:
    """Open a model in every way; each has a folder of its own, or they would share a session."""
