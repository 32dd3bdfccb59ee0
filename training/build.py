"""Rebuild one of hfkit's starter models: a LoRA adapter over all-MiniLM-L6-v2.

    python training/build.py sentiment --data FOLDER --base FOLDER --output FOLDER
    python training/build.py reader --data FOLDER --base FOLDER --output FOLDER

`--data` holds the texts (for `sentiment`: `sentence_polarity/train.csv` and
`vader/tweets_GroundTruth.txt`; for `reader`: `qamr/` and `xquad/xquad.en.json`), `--base` the files of
sentence-transformers/all-MiniLM-L6-v2. With `--work FOLDER` what Tune wrote is kept there; a call that was
stopped goes on from it.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from pathlib import Path

import torch

import hfkit
import reader
import sentiment


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Rebuild one of hfkit's starter models.")
    parser.add_argument("name", choices=("sentiment", "reader"), help="which one")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training texts")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the adapter to")
    parser.add_argument("--work", type=Path, help="folder to keep what Tune wrote in")
    arguments = parser.parse_args()
    # One thread: sums of another order would be other bits.
    torch.set_num_threads(1)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with tempfile.TemporaryDirectory() as scratch:
        work = arguments.work or Path(scratch)
        script = sentiment if arguments.name == "sentiment" else reader
        script.build(arguments.data, arguments.base, arguments.output, work)
    hfkit.Tokenize(arguments.base).pin(arguments.output)


if __name__ == "__main__":
    main()
