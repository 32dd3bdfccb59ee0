"""The reader starter: a LoRA adapter over all-MiniLM-L6-v2, taught to find answers in a text.

It is schooled on QAMR, then on the paragraphs of XQuAD. Two readers end there from one school: the
one that is measured never sees nine articles, and is measured on them; the one that is shipped sees
all.
"""

from __future__ import annotations

import logging
import textwrap
from typing import TYPE_CHECKING

import numpy as np
from transformers import BertConfig, BertForQuestionAnswering

from adapter import check_merges_agree, load_merged, load_with_peft, write_adapter, write_config
from answers import Scores, score
from card import write_card
from hfkit.starter.catalog import READER
from hfkit.text.squad import SquadExample
from reading import open_tokenizer, read, span_logits, views
from schooling import EPOCHS, LONG_PASSAGES, RANK, SENTENCES, SHORT_PASSAGES, graduated, schooled
from squad_file import Article, held_out, read_squad

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from peft import PeftModel
    from tokenizers import Tokenizer

    from scoring import Floats

_LOG = logging.getLogger(__name__)

_HELD_OUT = 9

# What the card says of how the settings were found.
_CHOICES = "The settings were fixed before these figures were seen; nothing was chosen on them."

_PASSAGE = (
    "Marie Curie was born in Warsaw in 1867. In 1891 she followed her sister to Paris, where she studied "
    "physics, chemistry and mathematics. With her husband Pierre she discovered two elements, polonium "
    "and radium; the first was named after the country of her birth. She remains the only person to win "
    "Nobel prizes in two sciences, physics in 1903 and chemistry in 1911."
)
# Some are easy, some take two steps or have no answer in the passage: the card shows what it says of each.
_PROBES = (
    "Where was Marie Curie born?",
    "What was her husband called?",
    "Why did she go to Paris?",
    "Which elements did she discover?",
    "After what was polonium named?",
    "How many sciences did she win Nobel prizes in?",
    "When did she win the prize for chemistry?",
    "How old was she when she came to Paris?",
    "Where did she die?",
)


def build(data: Path, base: Path, output: Path, work: Path) -> None:
    """Teach both readers, measure the one, write the other and the card."""
    articles = read_squad(data / "xquad" / "xquad.en.json")
    seen, aside = held_out(articles, _HELD_OUT)
    tokenizer = open_tokenizer(base)
    work.mkdir(parents=True, exist_ok=True)
    school = schooled(data, base, work)

    if not (work / "measured" / "config.json").is_file():
        _write(base, graduated(base, school, _examples(seen)), work / "measured")
    measured = _opened(base, work / "measured")
    unseen = _examples(aside)
    scores = score(read(measured, tokenizer, unseen), unseen)
    _LOG.info("articles never seen: %s", scores)

    _write(base, graduated(base, school, _examples(articles)), output)
    shipped = _opened(base, output)
    gap = check_merges_agree(
        _logits(shipped, tokenizer),
        _logits(load_with_peft(BertForQuestionAnswering, base, output), tokenizer),
    )
    _LOG.info("the two merges lie %.1e apart", gap)
    probes = read(shipped, tokenizer, [SquadExample(question, _PASSAGE) for question in _PROBES])
    write_card(output, "reader", _figures(scores, seen, aside, probes))


def _examples(articles: Iterable[Article]) -> list[SquadExample]:
    """Give the questions of all articles."""
    return [example for article in articles for example in article.examples]


def _write(base: Path, adapter: PeftModel, folder: Path) -> None:
    """Write an adapter and the configuration of what it makes of its base."""
    folder.mkdir(parents=True, exist_ok=True)
    write_adapter(adapter, folder, head="qa_outputs")
    write_config(BertConfig.from_pretrained(base, architectures=["BertForQuestionAnswering"]), folder)


def _opened(base: Path, folder: Path) -> BertForQuestionAnswering:
    """Open an adapter the way hfkit will."""
    return load_merged(BertForQuestionAnswering, READER, base, folder)


def _logits(model: BertForQuestionAnswering, tokenizer: Tokenizer) -> Floats:
    """Compute what a reader makes of the probes."""
    shown = [views(tokenizer, question, _PASSAGE)[0] for question in _PROBES]
    return np.concatenate([np.concatenate(span_logits(model, view)) for view in shown])


def _figures(
    scores: Scores, seen: Sequence[Article], aside: Sequence[Article], probes: Sequence[str]
) -> dict[str, str | int]:
    """Name what the card states."""
    return {
        "f1": f"{scores.f1:.1f}",
        "exact": f"{scores.exact:.1f}",
        "low": f"{scores.low:.1f}",
        "high": f"{scores.high:.1f}",
        "n": scores.n,
        "aside": len(aside),
        "choices": _CHOICES,
        "titles": "; ".join(article.title.replace("_", " ") for article in aside),
        "seen": len(seen),
        "seen_n": len(_examples(seen)),
        "all": len(seen) + len(aside),
        "all_n": len(_examples(seen)) + scores.n,
        "rank": RANK,
        "sentences": f"{SENTENCES:,}",
        "short": f"{SHORT_PASSAGES:,}",
        "long": f"{LONG_PASSAGES:,}",
        "epochs": EPOCHS,
        "passage": textwrap.fill(_PASSAGE, 98, initial_indent="> ", subsequent_indent="> "),
        "probes": "\n".join(f"| {q} | {a} |" for q, a in zip(_PROBES, probes, strict=True)),
    }
