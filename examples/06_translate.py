"""Translate a text sentence by sentence; blanks and blank lines stay where they are.

Run it as ``python examples/06_translate.py MODEL SOURCE TARGET TEXT``, for example with the model
``facebook/nllb-200-distilled-600M``. Without arguments it writes a tiny model with the languages of NLLB and random
weights, which is told what to do like a trained one, and writes nonsense.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import hfkit
from hfkit.testing import write_tiny_translator

TEXT = "The film was good. I liked it!\n\nIt is a sad story, and it never ends."


def main(model: str, source: str, target: str, text: str) -> None:
    with hfkit.Translate(model, source=source, target=target, max_new_tokens=64) as translate:
        translation = translate(text)

    print(f"from {translation.source_language} into {translation.target_language}")
    for passage in translation.passages:
        print(f"  {text[passage.start : passage.end]!r}\n  {passage.text!r} ({passage.finish_reason})")
    print(translation.text)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(*sys.argv[1:])
    else:
        with TemporaryDirectory() as folder:
            main(str(write_tiny_translator(Path(folder))), "en", "de", TEXT)
