"""Which engine keeps a JSON schema: the JSON-Schema-Test-Suite, texts of random tokens, and the time of a mask.

    python benchmarks/structured.py --suite FOLDER [--tokenizer FILE] [--walks N]

FOLDER is a checkout of https://github.com/json-schema-org/JSON-Schema-Test-Suite. xgrammar is measured where it is
installed; ``pip install --no-deps xgrammar apache-tvm-ffi`` takes no other torch.

Of each schema that an engine takes, its valid instances should pass and its invalid ones must not, written both with
and without a blank after commas and colons. What an engine refuses by name is no error: what it takes and does not keep
is one, for then a text that was promised to be valid is not.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

import jsonschema
import numpy as np
from referencing.exceptions import Unresolvable
from tokenizers import Tokenizer

from grammars import ENGINES
from hfkit.starter import starter_folder
from hfkit.testing.wandering import Wanderer
from rounds import Spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grammars import Compiles

WALKS = 5
_LONGEST = 300
_ROUNDS = 5
_END = "<|im_end|>"
_PARTS = {
    "draft 2020-12": ("draft2020-12", "*.json", jsonschema.Draft202012Validator),
    "draft 7": ("draft7", "*.json", jsonschema.Draft7Validator),
    "formats": ("draft2020-12", "optional/format/*.json", jsonschema.Draft202012Validator),
}
_INVOICE = {
    "type": "object",
    "properties": {
        "vendor": {"type": "string"},
        "date": {"type": "string", "format": "date"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "what": {"type": "string"},
                    "count": {"type": "integer"},
                    "price": {"type": "number"},
                },
                "required": ["what", "count", "price"],
                "additionalProperties": False,
            },
        },
        "paid": {"type": "boolean"},
    },
    "required": ["vendor", "date", "lines", "paid"],
    "additionalProperties": False,
}
_INVOICE_TEXT = (
    '{"vendor": "Möbel Schmidt & Söhne", "date": "2024-03-05", "lines": [{"what": "chair, oak, \\"natural\\"", '
    '"count": 2, "price": 80.5}, {"what": "table", "count": 1, "price": 319.99}], "paid": false}'
)


class _Validator(Protocol):
    def is_valid(self, instance: object, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one engine did on one part of the suite.

    Attributes:
        engine: its name.
        part: the part's.
        counts: what was counted.
    """

    engine: str
    part: str
    counts: Counter[str]

    def row(self) -> str:
        """Write a line of a table."""
        counts = self.counts
        return (
            f"| {self.part} | {self.engine} | {counts['taken']} of {counts['schemas']} "
            f"| {counts['valid passed']} of {counts['valid']} | {counts['invalid passed']} of {counts['invalid']} "
            f"| {counts['walks invalid']} of {counts['walks valid'] + counts['walks invalid']} |"
        )


def judge(
    name: str,
    compiles: Compiles,
    part: str,
    suite: Path,
    *,
    wanderer: Wanderer,
    tokenizer: Tokenizer,
    walks: int,
) -> Verdict:
    """Try an engine on a part of the suite."""
    counts: Counter[str] = Counter()
    chance = Random(1)  # noqa: S311  # no secret
    validator = _PARTS[part][2]
    checker = validator.FORMAT_CHECKER if part == "formats" else None
    for group in _groups(part, suite):
        counts["schemas"] += 1
        compiled = compiles(group["schema"])
        if compiled is None:
            continue
        counts["taken"] += 1
        for test in group["tests"]:
            kind = "valid" if test["valid"] else "invalid"
            passed = [compiled.takes(text) for text in _spellings(test["data"])]
            counts[kind] += 1
            counts[f"{kind} passed"] += all(passed) if test["valid"] else any(passed)
        for _ in range(walks):
            guide = compiled.start()
            tokens = wanderer.write(guide, chance, longest=_LONGEST) if guide.allowed().any() else None
            if tokens is not None:
                text = tokenizer.decode(tokens, skip_special_tokens=False)
                counts[f"walks {_judged(text, validator(group['schema'], format_checker=checker))}"] += 1
    return Verdict(name, part, counts)


def _groups(part: str, suite: Path) -> Iterator[dict[str, Any]]:
    folder, pattern, _ = _PARTS[part]
    for file in sorted((suite / "tests" / folder).glob(pattern)):
        yield from json.loads(file.read_text(encoding="utf-8"))


def _spellings(value: object) -> set[str]:
    return {
        json.dumps(value, ensure_ascii=False),
        json.dumps(value, ensure_ascii=False, separators=(",", ":")),
    }


def _judged(text: str, validator: _Validator) -> str:
    r"""Tell how a validator judges a text, if it can: it follows no references to elsewhere and knows no ``\p``."""
    try:
        return "valid" if validator.is_valid(json.loads(text)) else "invalid"
    except (re.error, Unresolvable):
        return "not judged"
    except (ValueError, RecursionError):
        return "invalid"


@dataclass(frozen=True, slots=True)
class Cost:
    """What an engine takes of a token's time.

    Attributes:
        engine: its name.
        compiling: milliseconds for a schema.
        mask: microseconds for a mask, the median of the text's tokens.
        slowest: microseconds for the slowest of them.
        accepting: microseconds to go on by a token.
    """

    engine: str
    compiling: Spread
    mask: Spread
    slowest: Spread
    accepting: Spread

    def row(self) -> str:
        """Write a line of a table."""
        spreads = (self.compiling, self.mask, self.slowest, self.accepting)
        return f"| {self.engine} | {' | '.join(spread.show(1) for spread in spreads)} |"


def measure(engines: dict[str, Compiles], tokenizer: Tokenizer) -> list[Cost]:
    """Time the masks of an invoice, the engines in turns."""
    ids = tokenizer.encode(_INVOICE_TEXT, add_special_tokens=False).ids
    taken: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in engines}
    for number in range(_ROUNDS):
        for name, compiles in engines.items():
            start = time.perf_counter()
            compiled = compiles(_INVOICE | {"maxProperties": 9 + number})
            compiling = time.perf_counter() - start
            if compiled is None:
                raise SystemExit(f"{name} refuses the invoice")
            guide = compiled.start()
            masks, steps = [], []
            for token in ids:
                start = time.perf_counter()
                allowed = guide.allowed()
                masks.append(time.perf_counter() - start)
                if not allowed[token]:
                    raise SystemExit(f"{name} does not let {tokenizer.id_to_token(token)!r} through")
                start = time.perf_counter()
                guide.accept(token)
                steps.append(time.perf_counter() - start)
            taken[name].append((compiling * 1e3, median(masks) * 1e6, max(masks) * 1e6, median(steps) * 1e6))
    return [Cost(name, *map(Spread.of, np.array(rows).T.tolist())) for name, rows in taken.items()]


def structured_section(verdicts: Sequence[Verdict], costs: Sequence[Cost]) -> str:
    """Lay out what was found."""
    verdict_rows = "\n".join(verdict.row() for verdict in verdicts)
    cost_rows = "\n".join(cost.row() for cost in costs)
    return (
        "## Structured output\n\n"
        "| suite | engine | schemas taken | valid instances that pass | invalid instances that pass "
        "| random texts that are invalid |\n| --- | --- | ---: | ---: | ---: | ---: |\n"
        f"{verdict_rows}\n\n"
        "| engine | compile, ms | mask, µs | slowest mask, µs | accept, µs |\n| --- | ---: | ---: | ---: | ---: |\n"
        f"{cost_rows}\n"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", type=Path, required=True, help="a checkout of the JSON-Schema-Test-Suite")
    parser.add_argument(
        "--tokenizer", type=Path, help="a tokenizer.json (default: that of the starter writer)"
    )
    parser.add_argument("--end", default=_END, help="the token that ends a text (default: %(default)s)")
    parser.add_argument(
        "--walks", type=int, default=WALKS, help="random texts of each schema (default: %(default)s)"
    )
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(
        str(options.tokenizer or starter_folder("writer", offline=False).path / "tokenizer.json")
    )
    end = tokenizer.get_vocab()[options.end]
    engines: dict[str, Compiles] = {}
    for name, opens in ENGINES.items():
        try:
            engines[name] = opens(tokenizer, end)
        except ImportError:
            sys.stderr.write(f"{name} is not installed: the table goes without it\n")
    wanderer = Wanderer(tokenizer, vocabulary=tokenizer.get_vocab_size(), ends=[end])
    verdicts = [
        judge(
            name, compiles, part, options.suite, wanderer=wanderer, tokenizer=tokenizer, walks=options.walks
        )
        for part in _PARTS
        for name, compiles in engines.items()
    ]
    sys.stdout.write(structured_section(verdicts, measure(engines, tokenizer)))


if __name__ == "__main__":
    main()
