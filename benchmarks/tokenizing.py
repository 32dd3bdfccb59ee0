"""Tokenize.arrays against transformers' tokenizer: the same arrays, from the same files.

    python benchmarks/tokenizing.py [--count N] [--rounds N]

Not named after the facade: a ``tokenize.py`` beside scripts would stand before Python's own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer
from transformers import AutoTokenizer

import hfkit
from corpus import SENTENCES, read_corpus
from mixture import mixed_lengths, mixed_texts
from rounds import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Ways = dict[str, Callable[[], object]]

__all__ = ["COUNT", "ROUNDS", "Race", "measure_tokenizing", "tokenizing_section"]

COUNT = 2000
ROUNDS = 9

_BASELINE = 'tokenizer(texts, padding=True, return_tensors="np")'
_FIRST = "Tokenize.arrays(texts).inputs(), first call"
_LONGEST = 510
_PIECES = 8_192
_SPECIALS = {
    "bert": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    "roberta": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
}


@dataclass(frozen=True, slots=True)
class Race:
    """What was measured of one way to tokenize.

    Attributes:
        family: the tokenizer's.
        texts: what was tokenized.
        way: the call.
        wall: seconds on the clock.
        wall_ratio: how many times faster than transformers in the same round.
        cpu_ratio: the same by processor time, over all threads.
    """

    family: str
    texts: str
    way: str
    wall: Spread
    wall_ratio: Spread
    cpu_ratio: Spread


def measure_tokenizing(*, count: int, rounds: int) -> list[Race]:
    """Race on texts of mixed length and on plain sentences, with WordPiece and with byte-level BPE.

    Raises:
        SystemExit: the arrays differ.
    """
    sentences = read_corpus(SENTENCES).texts
    races = []
    with tempfile.TemporaryDirectory() as scratch:
        for family, write in {"WordPiece": _write_word_pieces, "byte-level BPE": _write_byte_pairs}.items():
            folder = Path(scratch) / family
            folder.mkdir()
            write(folder, sentences)
            tokenize = hfkit.Tokenize(folder).load()
            bare = tokenize.with_(add_special_tokens=False)
            lengths = mixed_lengths(count, longest=_LONGEST)
            mixed = mixed_texts(sentences, lengths, partial(_tokens_of, bare))
            bare.close()  # or it would hold what it has met
            for name, texts in {"mixed lengths": mixed, "sentences": list(sentences[:count])}.items():
                races += _race(family, name, folder, tokenize, texts=texts, rounds=rounds)
    return races


def _tokens_of(tokenize: hfkit.Tokenize, words: list[str]) -> list[int]:
    counts: list[int] = tokenize.arrays(words).lengths.tolist()
    return counts


def _race(
    family: str, name: str, folder: Path, tokenize: hfkit.Tokenize, *, texts: Sequence[str], rounds: int
) -> list[Race]:
    reference: Any = AutoTokenizer.from_pretrained(folder)
    ways: Ways = {
        _BASELINE: lambda: reference(texts, padding=True, return_tensors="np"),
        _FIRST: lambda: tokenize.arrays(texts).inputs(),
        "Tokenize.arrays(texts).inputs()": lambda: tokenize.arrays(texts).inputs(),
        "Tokenize.arrays(texts)": lambda: tokenize.arrays(texts),
    }
    expected = cast("dict[str, Any]", ways[_BASELINE]())
    tokenize.close()  # so that the first of these knows no words
    for given in (tokenize.arrays(texts).inputs(), tokenize.arrays(texts).inputs()):
        if set(expected) != set(given) or any(not np.array_equal(expected[key], given[key]) for key in given):
            raise SystemExit(f"{family}, {name}: the arrays differ")
    walls: dict[str, list[float]] = {way: [] for way in ways}
    cpus: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, run in ways.items():
            if way == _FIRST:
                tokenize.close()
                tokenize.load()
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            walls[way].append(time.perf_counter() - wall)
            cpus[way].append(time.process_time() - cpu)
    return [
        Race(family, name, way, Spread.of(walls[way]), _ratio(walls, way), _ratio(cpus, way)) for way in ways
    ]


def _ratio(seconds: dict[str, list[float]], way: str) -> Spread:
    return Spread.of([base / own for base, own in zip(seconds[_BASELINE], seconds[way], strict=True)])


def tokenizing_section(races: Sequence[Race], *, count: int, rounds: int) -> str:
    """Lay out the races."""
    lines = [
        "| tokenizer | texts | call | seconds | times | times, processor |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {race.family} | {race.texts} | `{race.way}` | {race.wall.show(3)} | {race.wall_ratio.show(2)} "
        f"| {race.cpu_ratio.show(2)} |"
        for race in races
    ]
    return (
        "## Tokenize\n\n"
        f"{count:,} texts of mixed length (median 27 tokens, longest {_LONGEST}) and as many plain sentences; "
        f"{rounds} rounds, the ways in turns, equal arrays. transformers pads every text inside the library and "
        "copies all of it through lists, so the gain grows with the padding. hfkit remembers the words that it has "
        "met: the first call starts with an empty memory, the others meet no word that is new; real texts lie "
        "between the two. transformers' tokenizer is the same in all rounds, and its library remembers words of BPE "
        f"too.\n\n{chr(10).join(lines)}\n"
    )


def _write_word_pieces(folder: Path, sentences: Iterable[str]) -> None:
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    specials = _SPECIALS["bert"]
    tokenizer.train_from_iterator(sentences, vocab_size=_PIECES, special_tokens=specials, show_progress=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_config(folder, {"tokenizer_class": "BertTokenizer", "do_lower_case": True})


def _write_byte_pairs(folder: Path, sentences: Iterable[str]) -> None:
    tokenizer = ByteLevelBPETokenizer()
    specials = _SPECIALS["roberta"]
    tokenizer.train_from_iterator(sentences, vocab_size=_PIECES, special_tokens=specials, show_progress=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_config(folder, {"tokenizer_class": "RobertaTokenizer"})


def _write_config(folder: Path, content: dict[str, object]) -> None:
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps(content | {"model_max_length": 10**6}), encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=COUNT, help="texts (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each way (default: %(default)s)")
    options = parser.parse_args()
    races = measure_tokenizing(count=options.count, rounds=options.rounds)
    sys.stdout.write(tokenizing_section(races, count=options.count, rounds=options.rounds))


if __name__ == "__main__":
    main()
